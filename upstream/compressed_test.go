package upstream_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"

	"certql/upstream"
)

// gzipped returns text as a compressed body has it.
func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}

func TestCompressedBodiesAreReadAsTheyWereBefore(t *testing.T) {
	whole := gzipped(t, `[{"id":"r1","name":"Ada"}]`)
	for name, tt := range map[string]struct {
		encoding string
		body     []byte
		want     string // the names
		err      upstream.Kind
	}{
		"compressed":             {"gzip", whole, "Ada", 0},
		"in capitals":            {"GZIP", whole, "Ada", 0},
		"in two members":         {"gzip", append(gzipped(t, `[{"id":"r1","name":"Ada"},`), gzipped(t, `{"id":"r2","name":"Bob"}]`)...), "Ada Bob", 0},
		"not compressed":         {"", []byte(`[{"id":"r1","name":"Ada"}]`), "Ada", 0},
		"broken off":             {"gzip", whole[:len(whole)-9], "", upstream.KindInvalid},
		"wrong sum":              {"gzip", append(bytes.Clone(whole[:len(whole)-8]), 0, 0, 0, 0, 0, 0, 0, 0), "", upstream.KindInvalid},
		"not what it claims":     {"gzip", []byte(`[{"id":"r1","name":"Ada"}]`), "", upstream.KindInvalid},
		"empty":                  {"gzip", nil, "", upstream.KindInvalid},
		"larger than the limit":  {"gzip", gzipped(t, "["+strings.Repeat(" ", 1<<20)+"]"), "", upstream.KindInvalid},
		"another, not asked for": {"br", whole, "", upstream.KindInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header["Accept-Encoding"]; len(got) != 1 || got[0] != "gzip" {
					t.Errorf("asked for %q", got)
				}
				if tt.encoding != "" {
					w.Header().Set("Content-Encoding", tt.encoding)
				}
				_, _ = w.Write(tt.body)
			})
			client := newClient(t, upstream.Config{BaseURL: server.URL, MaxResponseBytes: 1 << 18})
			for range 2 { // the second with what the first has left
				page, err := client.ListCertificationReviewers(asCaller(t), "c1", upstream.ListCertificationReviewersParams{Paging: upstream.Paging{Limit: 9}})
				var names []string
				for _, row := range page.Items {
					names = append(names, row.Name)
				}
				var kind upstream.Kind
				if e, ok := errors.AsType[*upstream.Error](err); ok {
					kind = e.Kind
				}
				if got := strings.Join(names, " "); got != tt.want || (err != nil) != (tt.err != 0) || kind != tt.err {
					t.Errorf("got %q, %v; want %q", got, err, tt.want)
				}
			}
		})
	}
}
