package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const badRequestBody = `{
  "detailCode": "400.1 Bad request content", "trackingId": "e7eab60924f64aa284175b9fa3309599",
  "messages": [
    {"locale": "en-US", "localeOrigin": "DEFAULT", "text": "The request was semantically invalid."},
    {"locale": "und", "localeOrigin": "REQUEST", "text": "La demande est invalide."}
  ],
  "causes": [{"locale": "en-US", "localeOrigin": "DEFAULT", "text": "a cause"}]
}`

func TestARefusalSaysWhatTheServiceSaid(t *testing.T) {
	tests := []struct {
		name   string
		status int
		header http.Header
		body   string
		want   upstream.Error
		text   string
	}{
		{
			name: "a bad request in two locales", status: 400, body: badRequestBody,
			want: upstream.Error{
				Kind: upstream.KindBadRequest, DetailCode: "400.1 Bad request content", TrackingID: "e7eab60924f64aa284175b9fa3309599",
				Messages: []upstream.ErrorMessage{
					{Locale: "en-US", LocaleOrigin: upstream.LocaleDefault, Text: "The request was semantically invalid."},
					{Locale: "und", LocaleOrigin: upstream.LocaleRequest, Text: "La demande est invalide."},
				},
			},
			text: "La demande est invalide.",
		},
		{
			name: "an expired token", status: 401, body: `{"error":"JWT validation failed: JWT is expired"}`,
			want: upstream.Error{
				Kind: upstream.KindUnauthenticated, Messages: []upstream.ErrorMessage{{Text: "JWT validation failed: JWT is expired"}},
			},
			text: "JWT validation failed: JWT is expired",
		},
		{
			name: "an error that is an object", status: 401, body: `{"error":{"code":7}}`,
			want: upstream.Error{Kind: upstream.KindUnauthenticated},
		},
		{
			name: "a refused caller", status: 403, body: `{"detailCode":"403 Forbidden","messages":null}`,
			want: upstream.Error{Kind: upstream.KindForbidden, DetailCode: "403 Forbidden"},
		},
		{
			name: "nothing there", status: 404, body: `{"trackingId":"b21b1f7ce4da4d639f2c62a57171b427","messages":[{"text":"Not found."},null,7]}`,
			want: upstream.Error{
				Kind: upstream.KindNotFound, TrackingID: "b21b1f7ce4da4d639f2c62a57171b427",
				Messages: []upstream.ErrorMessage{{Text: "Not found."}},
			},
			text: "Not found.",
		},
		{
			name: "over the budget", status: 429, header: http.Header{"Retry-After": {"7"}}, body: `{"message":" Rate Limit Exceeded "}`,
			want: upstream.Error{
				Kind: upstream.KindRateLimited, RetryAfter: 7 * time.Second, Messages: []upstream.ErrorMessage{{Text: " Rate Limit Exceeded "}},
			},
			text: "Rate Limit Exceeded",
		},
		{
			name: "a fault", status: 500, body: `{"detailCode":"500.0 Internal Fault"}`,
			want: upstream.Error{Kind: upstream.KindUnavailable, DetailCode: "500.0 Internal Fault"},
		},
		{
			name: "an exception", status: 500, body: `{"errorName":"UncheckedExecutionException","errorMessage":"no answer\nfrom a store"}`,
			want: upstream.Error{Kind: upstream.KindUnavailable, Messages: []upstream.ErrorMessage{{Text: "no answer\nfrom a store"}}},
			text: "no answer from a store",
		},
		{
			name: "an exception of other types", status: 500, body: `{"errorName":7,"errorMessage":{"text":"x"}}`,
			want: upstream.Error{Kind: upstream.KindUnavailable},
		},
		{
			name: "a gateway's page", status: 502, header: http.Header{"Content-Type": {"text/html"}}, body: "<html>Bad gateway</html>",
			want: upstream.Error{Kind: upstream.KindUnavailable},
		},
		{name: "no body", status: 503, header: http.Header{"Retry-After": {"x"}}, want: upstream.Error{Kind: upstream.KindUnavailable}},
		{name: "half a body", status: 504, body: `{"detailCode":"504`, want: upstream.Error{Kind: upstream.KindUnavailable}},
		{name: "a body of another kind", status: 400, body: `["no"]`, want: upstream.Error{Kind: upstream.KindBadRequest}},
		{name: "a body past reading", status: 400, body: strings.Repeat(" ", 64<<10) + `{"detailCode":"400.1"}`, want: upstream.Error{Kind: upstream.KindBadRequest}},
		{name: "a conflict", status: 409, want: upstream.Error{Kind: upstream.KindBadRequest}},
		{name: "a redirect", status: 302, header: http.Header{"Location": {"https://evil.example/"}}, want: upstream.Error{Kind: upstream.KindInvalid}},
		{name: "a status of its own", status: 700, want: upstream.Error{Kind: upstream.KindInvalid}},
		{
			name: "control characters in what is passed on", status: 400, body: `{"detailCode":"400.1\nx\u0000\u202ey","trackingId":"` + strings.Repeat("a", 200) + `"}`,
			want: upstream.Error{Kind: upstream.KindBadRequest, DetailCode: "400.1 xy", TrackingID: strings.Repeat("a", 100)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client := newClient(t, upstream.Config{
				BaseURL:   "http://localhost/v3",
				QueueWait: time.Nanosecond, // so that a refusal stands
				Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					a := answer(tt.status, tt.body)
					a.Header = tt.header
					return a, nil
				}),
			})
			_, err := client.MakeIdentityDecision(asCaller(t), "c1", nil)
			e := upstreamError(t, err)
			tt.want.Operation, tt.want.Status, tt.want.Sent = "makeIdentityDecision", tt.status, true
			if diff := cmp.Diff(&tt.want, e, cmpopts.IgnoreUnexported(upstream.Error{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if e.Text() != tt.text {
				t.Errorf("got text %q, want %q", e.Text(), tt.text)
			}
		})
	}
}

func TestTextIsOneForAPerson(t *testing.T) {
	service, caller := upstream.LocaleDefault, upstream.LocaleRequest
	tests := []struct {
		name     string
		messages []upstream.ErrorMessage
		want     string
	}{
		{"none", nil, ""},
		{"the caller's before the service's", []upstream.ErrorMessage{{Text: "a", LocaleOrigin: service}, {Text: "b", LocaleOrigin: caller}}, "b"},
		{"the service's where the caller's is empty", []upstream.ErrorMessage{{Text: " ", LocaleOrigin: caller}, {Text: "a", LocaleOrigin: service}}, "a"},
		{"the first service's", []upstream.ErrorMessage{{Text: "a", LocaleOrigin: service}, {Text: "b", LocaleOrigin: service}}, "a"},
		{"the service's before one of no origin", []upstream.ErrorMessage{{Text: "x"}, {Text: "a", LocaleOrigin: service}}, "a"},
		{"one of no origin", []upstream.ErrorMessage{{}, {Text: "x"}, {Text: "y", LocaleOrigin: "NEW"}}, "x"},
		{"on one line", []upstream.ErrorMessage{{Text: "a\r\nb\tc\x1b[31m\u202e\x00"}}, "a  b c[31m"},
		{"of 500 characters", []upstream.ErrorMessage{{Text: strings.Repeat("é", 501)}}, strings.Repeat("é", 500)},
	}
	for _, tt := range tests {
		if got := (&upstream.Error{Messages: tt.messages}).Text(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAnAnswerThatCannotBeReadIsInvalid(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "cut off": `[{"id":"c1"},{"na`, "cut off in a number": `[1`, "not JSON": "<html></html>", "another type": `{"id":"c1"}`,
		"a text": `"x"`, "null": "null", "two values": "[] []", "a comma too many": "[{},]",
		"cut off behind an odd value": `[{"id":1},{"na`,
	} {
		_, err := clientAnswering(t, http.StatusOK, body).ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
		e := upstreamError(t, err)
		if e.Kind != upstream.KindInvalid || e.Status != http.StatusOK || !e.Sent {
			t.Errorf("%s: got %v, status %d, sent %t", name, e.Kind, e.Status, e.Sent)
		}
	}
	_, err := clientAnswering(t, http.StatusOK, "[]").GetCertificationTask(asCaller(t), "t1")
	if e := upstreamError(t, err); e.Kind != upstream.KindInvalid {
		t.Errorf("a list for an object: got %v", e)
	}
}

func TestABodyOverTheLimitIsInvalid(t *testing.T) {
	body := `[{"id":"` + strings.Repeat("a", 1000) + `"}]`
	for name, length := range map[string]int64{"announced": int64(len(body)), "not announced": -1} {
		for _, spare := range []int64{0, -1} {
			client := newClient(t, upstream.Config{
				BaseURL: "http://localhost/v3", MaxResponseBytes: int64(len(body)) + spare,
				Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					a := answer(http.StatusOK, body)
					a.ContentLength = length
					return a, nil
				}),
			})
			_, err := client.ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
			if spare == 0 {
				if err != nil {
					t.Errorf("%s, just within the limit: %v", name, err)
				}
				continue
			}
			if e := upstreamError(t, err); e.Kind != upstream.KindInvalid || e.Status != http.StatusOK {
				t.Errorf("%s, a byte over the limit: got %v", name, e)
			}
		}
	}
}

func TestNothingIsReadOfABodyThatAnnouncesTooMuch(t *testing.T) {
	client := newClient(t, upstream.Config{
		BaseURL: "http://localhost/v3", MaxResponseBytes: 10,
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			a := answer(http.StatusOK, "")
			a.ContentLength = 11
			a.Body = io.NopCloser(readerFunc(func([]byte) (int, error) {
				t.Error("the body was read")
				return 0, io.EOF
			}))
			return a, nil
		}),
	})
	_, err := client.GetIdentityCertification(asCaller(t), "c1")
	if e := upstreamError(t, err); e.Kind != upstream.KindInvalid {
		t.Errorf("got %v", e)
	}
}

func TestACutConnectionIsInvalidOnceTheStatusIsKnown(t *testing.T) {
	for name, header := range map[string]string{
		"sized":   "Content-Length: 100\r\n",
		"chunked": "Transfer-Encoding: chunked\r\n",
	} {
		for status, kind := range map[string]upstream.Kind{"200 OK": upstream.KindInvalid, "503 Busy": upstream.KindUnavailable} {
			server := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				io.WriteString(conn, "HTTP/1.1 "+status+"\r\n"+header+"\r\n5\r\n[{}, ")
				conn.Close()
			})
			client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
			_, err := client.ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
			if e := upstreamError(t, err); e.Kind != kind || e.Status == 0 || !e.Sent {
				t.Errorf("%s, %s: got %v, status %d, sent %t", name, status, e, e.Status, e.Sent)
			}
		}
	}
}

func TestSentTellsWhetherAWriteMayHaveHappened(t *testing.T) {
	gone := newServer(t, nil)
	gone.Close()
	dropping := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close()
	})
	tests := []struct {
		name, url string
		sent      bool
	}{
		{"nobody listens", gone.URL, false},
		{"the connection is dropped after the request", dropping.URL, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client := newClient(t, upstream.Config{BaseURL: tt.url + "/v3"})
			_, err := client.SignOffIdentityCertification(asCaller(t), "c1")
			e := upstreamError(t, err)
			if e.Kind != upstream.KindUnavailable || e.Status != 0 || e.Sent != tt.sent {
				t.Errorf("got %v, status %d, sent %t", e.Kind, e.Status, e.Sent)
			}
		})
	}
}

func TestACallerWhoLeavesCancelsTheCall(t *testing.T) {
	arrived := make(chan struct{})
	server := newServer(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
	ctx, cancel := context.WithCancelCause(asCaller(t))
	go func() {
		<-arrived
		cancel(errors.New("the browser was closed"))
	}()
	_, err := client.SignOffIdentityCertification(ctx, "c1")
	e := upstreamError(t, err)
	if e.Kind != upstream.KindCanceled || !e.Sent || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, sent %t", e, e.Sent)
	}
}

func TestCallsEndInTime(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	hangingBody := func(r *http.Request) (*http.Response, error) {
		a := answer(http.StatusOK, "")
		a.Body, a.ContentLength = io.NopCloser(readerFunc(func([]byte) (int, error) {
			<-r.Context().Done()
			return 0, r.Context().Err()
		})), -1
		return a, nil
	}
	tests := []struct {
		name      string
		transport roundTripper
		timeout   time.Duration
		deadline  time.Duration
		want      time.Duration
		status    int
	}{
		{"no answer", hang, 3 * time.Second, 0, 3 * time.Second, 0},
		{"no answer before the caller's deadline", hang, 3 * time.Second, time.Second, time.Second, 0},
		{"no end of the answer", hangingBody, 3 * time.Second, 0, 3 * time.Second, 200},
		{"no answer within the default", hang, 0, 0, upstream.DefaultCallTimeout, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, upstream.Config{BaseURL: "http://localhost", Transport: tt.transport, CallTimeout: tt.timeout})
				ctx := asCaller(t)
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				start := time.Now()
				_, err := client.GetIdentityCertification(ctx, "c1")
				e := upstreamError(t, err)
				if e.Kind != upstream.KindTimeout || e.Status != tt.status || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, status %d", e, e.Status)
				}
				if took := time.Since(start); took != tt.want {
					t.Errorf("took %v, want %v", took, tt.want)
				}
			})
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestErrorsGiveNothingAway(t *testing.T) {
	const secret = "s3cretTok3n"
	causes := map[string]error{
		"plain":    errors.New("malformed HTTP response \"" + secret + "\""),
		"with URL": &urlError{secret},
		"refused":  syscall.ECONNREFUSED,
	}
	for name, cause := range causes {
		client := newClient(t, upstream.Config{
			BaseURL:   "http://" + secret + ".example/v3",
			Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, cause }),
		})
		_, err := client.GetIdentityCertification(withToken(t, secret), secret)
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%s: %v does not wrap its cause", name, err)
		}
	}
	for status, body := range map[int]string{200: `[{"id":"` + secret, 400: `{"detailCode":"` + secret + `"}`} {
		_, err := clientAnswering(t, status, body).GetIdentityCertification(withToken(t, secret), secret)
		if strings.Contains(err.Error(), secret) {
			t.Errorf("status %d: %v", status, err)
		}
	}
	_, err := newClient(t, upstream.Config{
		BaseURL:   "http://localhost/v3",
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }),
	}).GetIdentityCertification(asCaller(t), "c1")
	if want := "upstream: getIdentityCertification: unavailable: connection refused"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

type urlError struct{ url string }

func (e *urlError) Error() string { return `Get "` + e.url + `": failed` }
