package upstream

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"certql/testenv"

	"github.com/google/go-cmp/cmp"
)

// decodedAsFitted checks that a text, as a row and as a list of rows, is decoded as fit decodes it, which goes by
// types at run time.
func decodedAsFitted[T any](t *testing.T, text []byte) {
	t.Helper()
	row, err := decodeObject[T](nil, text, nil)
	wantRow := new(T)
	wantErr := fit(text, wantRow)
	if (err == nil) != (wantErr == nil) || err == nil && !cmp.Equal(row, wantRow) {
		t.Fatalf("%T of %s: %v, want %v: %s", row, text, err, wantErr, cmp.Diff(wantRow, row))
	}
	rows, err := decodeList[T](nil, text, nil)
	wantRows := []T{}
	wantErr = fit(text, &wantRows)
	if (err == nil) != (wantErr == nil) || err == nil && !cmp.Equal(rows, wantRows) {
		t.Fatalf("a list of %T of %s: %v, want %v: %s", row, text, err, wantErr, cmp.Diff(wantRows, rows))
	}
	if err == nil {
		selectedAsDecoded(t, text, wantRows)
	}
}

// allDecodedAsFitted does so for all types of rows.
func allDecodedAsFitted(t *testing.T, text []byte) {
	t.Helper()
	decodedAsFitted[IdentityCertification](t, text)
	decodedAsFitted[AccessReviewItem](t, text)
	decodedAsFitted[AccessSummary](t, text)
	decodedAsFitted[CertificationIdentitySummary](t, text)
	decodedAsFitted[IdentityCertDecisionSummary](t, text)
	decodedAsFitted[CertificationTask](t, text)
	decodedAsFitted[Permission](t, text)
	decodedAsFitted[IdentityReference](t, text)
	decodedAsFitted[SlimCampaign](t, text)
	decodedAsFitted[Campaign](t, text)
	decodedAsFitted[PublicIdentity](t, text)
	decodedAsFitted[OAuthInfo](t, text)
	decodedAsFitted[refusalBody](t, text)
	decodedAsFitted[tokenClaims](t, text)
}

// examples returns the rows of testdata.
func examples(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, name := range names {
		if strings.Contains(name, "openapi") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

// Each example, with each of its values replaced by each of some others, which may be of another type, is decoded
// like all others.
func TestWhatIsGeneratedDecodesAsFitDoes(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	others := []string{`null`, `1`, `-1.50`, `1e2`, `true`, `""`, `"x"`, `"é\u00e9\ud83d"`, `[]`, `{}`, `[null]`, `[{}]`, `["a"]`, `{"id":1}`, `"2026-11-20T07:00:00Z"`, `99999999999999999999`}
	for name, text := range examples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			allDecodedAsFitted(t, []byte(text))
			allDecodedAsFitted(t, []byte("["+text+",null,"+text+"]"))
			for at := 0; ; {
				colon := strings.Index(text[at:], `": `)
				if colon < 0 {
					break
				}
				at += colon + 3
				var d decoder
				d.Reset([]byte(text[at:]))
				length := len(d.Value())
				for _, other := range others {
					changed := text[:at] + other + text[at+length:]
					allDecodedAsFitted(t, []byte(changed))
					allDecodedAsFitted(t, []byte("["+changed+"]"))
				}
				twice := text[:at] + text[at:at+length] + `, ` + text[strings.LastIndex(text[:at-3], `"`):at] + `null` + text[at+length:]
				allDecodedAsFitted(t, []byte(twice))
			}
		})
	}
}

func FuzzDecoding(f *testing.F) {
	for _, text := range examples(f) {
		f.Add([]byte(text))
		f.Add([]byte("[" + text + "]"))
	}
	f.Fuzz(allDecodedAsFitted)
}

// Everything in the examples fits, of which nothing is logged; what does not fit is.
func TestExamplesFit(t *testing.T) {
	var log bytes.Buffer
	u := &unknownValues{logger: slog.New(slog.NewTextHandler(&log, nil))}
	for name, row := range map[string]any{
		"certification": new(IdentityCertification), "review_item": new(AccessReviewItem), "access_summary": new(AccessSummary),
		"identity_summary": new(CertificationIdentitySummary), "decision_summary": new(IdentityCertDecisionSummary),
		"task": new(CertificationTask), "permission": new(Permission), "identity": new(IdentityReference), "campaign": new(SlimCampaign),
		"campaign_full": new(Campaign), "public_identity": new(PublicIdentity),
	} {
		text := examples(t)["testdata/"+name+".json"]
		if !decoding(u, []byte(text), nil, func(d *decoder) { d.row(row) }) || log.Len() > 0 {
			t.Errorf("%s does not fit: %s", name, &log)
		}
	}
	if _, err := decodeList[AccessReviewItem](u, []byte(`[{"completed":"yes"}]`), nil); err != nil || !strings.Contains(log.String(), "AccessReviewItem.completed") {
		t.Errorf("logged %q (%v)", &log, err)
	}
}
