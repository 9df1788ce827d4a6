package upstream_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// A filterWorld is a sandbox over HTTP, and the rows of one listing as it sends them.
type filterWorld struct {
	sandbox *sandbox.Sandbox
	client  *upstream.Client
	ctx     context.Context
	rows    []plainItem
}

// A plainItem is what the filters of review items look at, decoded apart from the client.
type plainItem struct {
	ID            string `json:"id"`
	AccessSummary struct {
		Access      struct{ ID, Name string }
		Entitlement *struct{ SourceName string }
	} `json:"accessSummary"`
	IdentitySummary struct{ ID, Name string } `json:"identitySummary"`
}

func newFilterWorld(t testing.TB) *filterWorld {
	t.Helper()
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s, err := sandbox.New(sandbox.Config{
		Certifications: 6, Items: 450, RateLimit: sandbox.NoRateLimit, Clock: func() time.Time { return day },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	token := decodeBody[struct {
		AccessToken string `json:"access_token"`
	}](t, server, http.MethodPost, "/oauth/token?grant_type=client_credentials&client_id=org-admin&client_secret=sandbox", "").AccessToken
	credential, err := upstream.Bearer(token)
	if err != nil {
		t.Fatal(err)
	}
	return &filterWorld{
		sandbox: s,
		client:  newClient(t, upstream.Config{BaseURL: server.URL + "/v3"}),
		ctx:     upstream.WithCredential(context.Background(), credential),
		rows:    decodeBody[[]plainItem](t, server, http.MethodGet, "/v3/certifications/"+sandbox.LargeCertification+"/access-review-items", token),
	}
}

// decodeBody makes a plain request and returns its body.
func decodeBody[T any](t testing.TB, server *httptest.Server, method, target, token string) T {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body T
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: status %d, %v", method, target, resp.StatusCode, err)
	}
	return body
}

// Any text that a filter compares with reaches the service unchanged: the sandbox accepts the
// filter, the unescaped filter contains the text, and the rows are those that a plain comparison
// finds. Text that cannot be sent is refused without a request.
func FuzzFilterTextReachesTheService(f *testing.F) {
	for _, text := range []string{
		"", "SAP_ALL", "sap_all", `Tier\0 Admin`, `"Break Glass" Operator`, "Bonus 100% Approver", "Payroll & Benefits Clerk", "C++ Developer",
		"C# Developer", "Sales Manager, EMEA", "営業担当", "Release 🚀 Captain", "Администратор", `trailing backslash\`, `\`, `"`, `\"`, `\\`, `\\"`,
		`x" or access.name sw "`, `") or ("`, "a\nb", "\x00", "\xff", "%22", "+", " ", "  ", "\u2028", "\u202e", "é", "e\u0301", "İ", "ẞ", "K",
		`a","b`, "(", ")", ",", "?a=b&filters=c#d;e",
	} {
		f.Add(text)
	}
	w := newFilterWorld(f)
	for _, row := range w.rows {
		f.Add(row.IdentitySummary.Name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(url.QueryEscape(text)) > 4<<10 {
			t.Skip("longer than any name")
		}
		name := func(i plainItem) string { return i.AccessSummary.Access.Name }
		lower, known := strings.ToLower(text), w.rows[len(w.rows)/2]

		w.check(t, sendable(text), upstream.AccessReviewItemFilter{AccessName: upstream.Equals(text)}, []string{text},
			func(i plainItem) bool { return strings.ToLower(name(i)) == lower })
		w.check(t, sendable(text), upstream.AccessReviewItemFilter{AccessName: upstream.StartsWith(text)}, []string{text},
			func(i plainItem) bool { return strings.HasPrefix(strings.ToLower(name(i)), lower) })
		// In the middle of a list, and between other conditions, it stays within its quotes.
		w.check(t, sendable(text), upstream.AccessReviewItemFilter{IDs: []string{text, known.ID, text + "x"}}, []string{text, known.ID, text + "x"},
			func(i plainItem) bool { return i.ID == known.ID || i.ID == text || i.ID == text+"x" })
		w.check(t, sendable(text), upstream.AccessReviewItemFilter{
			IDs: []string{known.ID}, IdentityName: upstream.Equals(known.IdentitySummary.Name), EntitlementSourceName: upstream.StartsWith(text),
		}, []string{known.ID, known.IdentitySummary.Name, text}, func(i plainItem) bool {
			source := i.AccessSummary.Entitlement
			return i.ID == known.ID && source != nil && strings.HasPrefix(strings.ToLower(source.SourceName), lower)
		})
	})
}

// sendable reports whether the filter language can express a text: it cannot escape control characters.
func sendable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// check lists by a filter that contains the given texts in that order, and compares the rows.
func (w *filterWorld) check(t *testing.T, sends bool, filter upstream.AccessReviewItemFilter, texts []string, matches func(plainItem) bool) {
	t.Helper()
	before := w.sandbox.Requests().Total
	page, err := w.client.ListIdentityAccessReviewItems(w.ctx, sandbox.LargeCertification, upstream.ListIdentityAccessReviewItemsParams{
		Filter: filter, Paging: upstream.Paging{Limit: upstream.MaxLimit},
	})
	if !sends {
		e := upstreamError(t, err)
		if e.Kind != upstream.KindBadRequest || e.Sent || w.sandbox.Requests().Total != before {
			t.Errorf("%q is refused with %v, sent: %t", texts, e, e.Sent)
		}
		return
	}
	if err != nil {
		t.Fatalf("%q: %v: %s", texts, err, upstreamError(t, err).Text())
	}
	log := w.sandbox.Requests().Log
	query, err := url.ParseQuery(log[len(log)-1].Query)
	if err != nil {
		t.Fatal(err)
	}
	if got := quotedTexts(t, query.Get("filters")); !slices.Equal(got, texts) {
		t.Errorf("the filter %q holds %q, want %q", query.Get("filters"), got, texts)
	}
	var got, want []string
	for i := range page.Items {
		got = append(got, page.Items[i].ID)
	}
	for _, row := range w.rows {
		if matches(row) {
			want = append(want, row.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q: rows %q, want %q", texts, got, want)
	}
}

// quotedTexts returns the texts that stand in double quotes in a filter. A backslash stands
// before a double quote or a backslash that belongs to the text, and before nothing else.
func quotedTexts(t *testing.T, filter string) []string {
	t.Helper()
	var texts []string
	for {
		_, rest, found := strings.Cut(filter, `"`)
		if !found {
			return texts
		}
		var text strings.Builder
		for rest != "" && rest[0] != '"' {
			if rest[0] == '\\' {
				rest = rest[1:]
				if rest == "" || rest[0] != '"' && rest[0] != '\\' {
					t.Fatalf("a stray backslash in %q", filter)
				}
			}
			text.WriteByte(rest[0])
			rest = rest[1:]
		}
		if rest == "" {
			t.Fatalf("no closing quote in %q", filter)
		}
		texts = append(texts, text.String())
		filter = rest[1:]
	}
}

// A permission's rights are compared likewise, joined with its target by "and" and by "or".
func FuzzRightsReachTheService(f *testing.F) {
	for _, text := range []string{"CREATE", "create", "", `"`, `\`, `CREATE","READ`, "READ)", "İ", "a\tb"} {
		f.Add(text, "SYS.OBJAUTH2", true)
		f.Add("READ", text, false)
	}
	f.Add("\xcc", "\x9c", true) // neither is valid, though both together are
	w := newFilterWorld(f)
	all, err := w.permissions(upstream.PermissionFilter{}, 0)
	more, moreErr := w.permissions(upstream.PermissionFilter{}, upstream.MaxLimit)
	if all = append(all, more...); err != nil || moreErr != nil || len(all) < 300 {
		f.Fatalf("%d permissions, %v, %v", len(all), err, moreErr)
	}
	f.Fuzz(func(t *testing.T, right, target string, either bool) {
		if len(right)+len(target) > 1000 {
			t.Skip("longer than any name")
		}
		got, err := w.permissions(upstream.PermissionFilter{
			Target: upstream.StartsWith(target), Rights: []string{right, "READ"}, Any: either,
		}, 0)
		if !sendable(right) || !sendable(target) {
			if e := upstreamError(t, err); e.Kind != upstream.KindBadRequest || e.Sent {
				t.Errorf("%q, %q: %v", right, target, e)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q, %q: %v: %s", right, target, err, upstreamError(t, err).Text())
		}
		var want []upstream.Permission
		for _, each := range all {
			has := func(right string) bool {
				right = strings.ToLower(right)
				return slices.ContainsFunc(each.Rights, func(r string) bool { return strings.ToLower(r) == right })
			}
			byTarget := strings.HasPrefix(strings.ToLower(each.Target), strings.ToLower(target))
			byRights := has(right) && has("READ")
			if either && (byTarget || byRights) || byTarget && byRights {
				want = append(want, each)
			}
		}
		want = want[:min(len(want), upstream.MaxLimit)]
		if !slices.EqualFunc(got, want, func(a, b upstream.Permission) bool { return a.Target == b.Target && slices.Equal(a.Rights, b.Rights) }) {
			t.Errorf("rights %q, target %q: %v, want %v", right, target, got, want)
		}
	})
}

// permissions lists a page of the permissions of the item that has very many.
func (w *filterWorld) permissions(filter upstream.PermissionFilter, offset int) ([]upstream.Permission, error) {
	page, err := w.client.GetIdentityCertificationItemPermissions(w.ctx, sandbox.LargeCertification, sandbox.LargePermissionsItem,
		upstream.GetIdentityCertificationItemPermissionsParams{Filter: filter, Paging: upstream.Paging{Offset: offset, Limit: upstream.MaxLimit}})
	return page.Items, err
}
