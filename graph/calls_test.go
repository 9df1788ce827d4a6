package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/graph/model"
	"certql/upstream"
)

// atATime is how many operations are under way at once while the rows of the table of
// upstream calls are tried, and triesEach how often each of them is.
const (
	atATime   = 32
	triesEach = (tries + atATime - 1) / atATime
)

// A world is a tenant whose requests are counted, and what its data has for the rows.
type world struct {
	*graphtest.Tenant
	certificationIDs []string // reviewed by identities, so that everything below can be read
	withPermissions  string   // a certification with entitlements that have permissions
	itemsWithAny     int      // how many of its first 50 items may have permissions
	itemIDs          []string // global ids of 65 items of two certifications: 60 and 5
	targets          int      // different certifications among the first 60 pending tasks
}

func newWorld(t *testing.T) *world {
	tenant, err := graphtest.Start(graphtest.Setup{Limits: document.Limits{RootFields: 60}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tenant.Close)
	return describe(t, tenant)
}

// describe finds in a tenant's data what the rows need.
func describe(t *testing.T, tenant *graphtest.Tenant) *world {
	t.Helper()
	w := &world{Tenant: tenant}
	for _, row := range w.list(t, "/certifications?limit=250") {
		if row["reviewer"].(graphtest.Object)["type"] == "IDENTITY" && row["decisionsTotal"].(float64) > 4 {
			w.certificationIDs = append(w.certificationIDs, row["id"].(string))
		}
	}
	var large string
	for _, id := range w.certificationIDs {
		items := w.list(t, "/certifications/"+id+"/access-review-items?limit=60")
		if len(items) == 60 && large == "" {
			large = id
			w.appendItems(id, items)
		}
		if n := mayHavePermissions(items[:min(50, len(items))]); n > w.itemsWithAny && n < 30 {
			w.withPermissions, w.itemsWithAny = id, n
		}
		if large != "" && w.itemsWithAny > 3 {
			break
		}
	}
	for _, id := range w.certificationIDs {
		if id != large {
			w.appendItems(id, w.list(t, "/certifications/"+id+"/access-review-items?limit=5"))
			break
		}
	}
	targets := map[any]bool{}
	for _, task := range w.list(t, "/certification-tasks?limit=60") {
		if task["targetType"] == "CERTIFICATION" {
			targets[task["targetId"]] = true
		}
	}
	w.targets = len(targets)
	if len(w.certificationIDs) < 60 || len(w.itemIDs) != 65 || w.itemsWithAny == 0 || w.targets <= 50 {
		t.Fatalf("the data is too poor: %d certifications, %d items, %d with permissions, %d targets",
			len(w.certificationIDs), len(w.itemIDs), w.itemsWithAny, w.targets)
	}
	return w
}

func (w *world) appendItems(certificationID string, items []graphtest.Object) {
	for _, item := range items {
		global := model.AccessReviewItem{
			AccessReviewItem: &upstream.AccessReviewItem{ID: item["id"].(string)}, CertificationID: certificationID,
		}
		w.itemIDs = append(w.itemIDs, global.ID())
	}
}

func mayHavePermissions(items []graphtest.Object) int {
	n := 0
	for _, item := range items {
		if entitlement, ok := item["accessSummary"].(graphtest.Object)["entitlement"].(graphtest.Object); ok && entitlement["hasPermissions"] != false {
			n++
		}
	}
	return n
}

// list reads rows by plain REST.
func (w *world) list(t *testing.T, path string) []graphtest.Object {
	t.Helper()
	var rows []graphtest.Object
	w.send(t, http.MethodGet, w.Rest.URL+"/v3"+path, w.Token(t, "org-admin"), "", &rows)
	return rows
}

// freshToken returns a token that nobody else has: a caller of its own.
func (w *world) freshToken(t *testing.T) string {
	t.Helper()
	var granted struct {
		Token string `json:"access_token"`
	}
	query := url.Values{"grant_type": {"client_credentials"}, "client_id": {"org-admin"}, "client_secret": {"sandbox"}}
	w.send(t, http.MethodPost, w.Rest.URL+"/oauth/token?"+query.Encode(), "", "", &granted)
	return granted.Token
}

func (w *world) send(t *testing.T, method, url, token, body string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.Rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: status %d, %v", method, url, resp.StatusCode, err)
	}
}

// counted returns how many requests of the API's operations have reached the sandbox.
func (w *world) counted() int {
	requests := w.Sandbox.Requests()
	return requests.Total - requests.Count("oauthToken")
}

// A costed is an answer and what the gateway says that it has cost.
type costed struct {
	Errors     []graphtest.AnswerError
	Data       graphtest.Object
	Extensions struct {
		Upstream struct{ Calls, Coalesced int }
	}
}

func (w *world) run(t *testing.T, token, query string) costed {
	t.Helper()
	body, err := json.Marshal(graphtest.Object{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	var answer costed
	w.send(t, http.MethodPost, w.Gateway.URL, token, string(body), &answer)
	return answer
}

// aliases repeats a field under different aliases.
func aliases(n int, field func(i int) string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "f%d: %s\n", i, field(i))
	}
	return b.String()
}

const (
	certificationFields = `id rawId name phase completed due campaign { name } reviewer { name }`
	wholePage           = `totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } nodes { name }`
)

func TestUpstreamCallsAreExact(t *testing.T) {
	w := newWorld(t)
	id := func(i int) string { return w.certificationIDs[i] }
	certification := func(i int) string { return fmt.Sprintf(`certification(id: %q) { name phase }`, id(i)) }
	cursor := w.run(t, w.freshToken(t), `{ certifications(first: 100) { pageInfo { endCursor } } }`).
		Data["certifications"].(graphtest.Object)["pageInfo"].(graphtest.Object)["endCursor"].(string)
	itemIDs, err := json.Marshal(w.itemIDs)
	if err != nil {
		t.Fatal(err)
	}
	w.tryRows(t, []callsRow{
		{"a certification with any own fields", fmt.Sprintf(`{ certification(id: %q) { %s } }`, id(0), certificationFields), 1, false},
		{"a certification that does not exist", `{ certification(id: "nobody") { name } }`, 1, false},
		{"the same certification 20 times", `{` + aliases(20, func(int) string { return certification(0) }) + `}`, 1, false},
		{"the same page three times", `{` + aliases(3, func(int) string { return `certifications(first: 20) { ` + wholePage + ` }` }) + `}`, 1, false},
		{"the same page with more and less selected", `{
			a: certifications(first: 20) { nodes { name } }
			b: certifications(first: 20) { totalCount }
			c: certifications(first: 20) { pageInfo { hasNextPage } edges { node { id } } } }`, 1, false},
		{"the same items twice below one certification", fmt.Sprintf(`{
			a: certification(id: %q) { reviewItems(first: 5) { nodes { id } } }
			b: certification(id: %q) { reviewItems(first: 5) { totalCount nodes { id } } } }`, id(0), id(0)), 2, false},
		{"20 different certifications", `{` + aliases(20, certification) + `}`, 1, false},
		{"60 different certifications", `{` + aliases(60, certification) + `}`, 2, false},
		{"20 certifications and one that does not exist", `{` + aliases(20, certification) + ` g: certification(id: "nobody") { name } }`, 2, false},
		{"249 certifications, whatever is selected", `{ certifications(first: 249, offset: 345) { ` + wholePage + ` } }`, 1, false},
		{"250 certifications, whatever is selected", `{ certifications(first: 250, offset: 345) { ` + wholePage + ` } }`, 1, false},
		{"1000 certifications", `{ certifications(first: 1000, offset: 345) { ` + wholePage + ` } }`, 1, false},
		{"no certifications", `{ certifications(first: 0) { nodes { id } pageInfo { hasPreviousPage } } }`, 0, false},
		{"only how many there are", `{ certifications { totalCount } }`, 1, false},
		{"the last before a cursor", fmt.Sprintf(`{ certifications(last: 10, before: %q) { %s } }`, cursor, wholePage), 1, false},
		{"the last of all", `{ certifications(last: 10) { ` + wholePage + ` } }`, 2, false},
		{"10 certifications with their reviewers", `{ certifications(first: 10) { nodes { reviewers(first: 2) { nodes { name } } } } }`, 11, false},
		{"120 certifications with their pending tasks", `{ certifications(first: 120) { nodes { pendingTasks { nodes { status } } } } }`, 4, false},
		{"20 certifications by id with their pending tasks", `{` + aliases(20, func(i int) string {
			return fmt.Sprintf(`certification(id: %q) { name pendingTasks { nodes { status } } }`, id(i))
		}) + `}`, 2, false},
		{"items with their permissions", fmt.Sprintf(`{ certification(id: %q) { reviewItems(first: 50) { nodes { permissions { nodes { target } } } } } }`,
			w.withPermissions), 2 + w.itemsWithAny, false},
		{"items with their certification", fmt.Sprintf(`{ certification(id: %q) { reviewItems(first: 9) { nodes { certification { name } } } } }`, id(0)), 2, false},
		{"an item by id with its certification", fmt.Sprintf(`{ node(id: %q) { ... on AccessReviewItem { decision certification { name } } } }`, w.itemIDs[0]), 2, false},
		{"tasks with their certifications", `{ pendingCertificationTasks(first: 60) { nodes { certification { name } } } }`, 1 + (w.targets+49)/50, false},
		{"65 items with their certifications", fmt.Sprintf(`{ nodes(ids: %s) { ... on AccessReviewItem { certification { name } } } }`, itemIDs), 2 + 1 + 1, false},
		{"65 items of two certifications by id", fmt.Sprintf(`{ nodes(ids: %s) { id } }`, itemIDs), 2 + 1, false},
		{"the budget, the schema and a type name", `{ rateLimit { remaining } __typename __schema { queryType { name } } }`, 0, false},
		{"a connection of which only the type name is selected", fmt.Sprintf(`{ certifications { __typename }
			certification(id: %q) { reviewItems { __typename ...N } reviewers @skip(if: true) { nodes { rawId } } } } fragment N on AccessReviewItemConnection { nodes @include(if: false) { id } }`, id(0)), 1, false},
		{"a malformed argument", `{ certifications(first: -1) { nodes { id } } }`, 0, true},
	})
}

// A callsRow is a query and the upstream calls that it takes.
type callsRow struct {
	name, query string
	calls       int
	errors      bool // the answer has some
}

// tryRows runs each row alone, and then by many callers at once.
func (w *world) tryRows(t *testing.T, rows []callsRow) {
	t.Helper()
	tokens := make([]string, atATime)
	for i := range tokens {
		tokens[i] = w.freshToken(t)
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			alone := w.run(t, tokens[0], row.query)
			if got := alone.Extensions.Upstream.Calls; got != row.calls || (len(alone.Errors) > 0) != row.errors {
				t.Fatalf("alone it took %d calls, want %d; errors: %v", got, row.calls, alone.Errors)
			}
			before, reported := w.counted(), 0
			var mu sync.Mutex
			var group sync.WaitGroup
			for i := range atATime {
				group.Go(func() {
					for range triesEach {
						answer := w.run(t, tokens[i], row.query)
						mu.Lock()
						reported += answer.Extensions.Upstream.Calls
						mu.Unlock()
						if got := answer.Extensions.Upstream; got.Calls != row.calls || got.Coalesced != 0 {
							t.Errorf("in a crowd it took %d calls and %d coalesced, want %d and 0", got.Calls, got.Coalesced, row.calls)
						}
					}
				})
			}
			group.Wait()
			if got, want := w.counted()-before, row.calls*atATime*triesEach; got != want || reported != got {
				t.Errorf("the sandbox counted %d calls, the gateway %d, want %d", got, reported, want)
			}
		})
	}
}

// TestOneCallersReadsAreShared has one caller ask the same 32 times at once: what the gateway
// reports is what the sandbox counts, and every operation's reads are calls or coalesced.
func TestOneCallersReadsAreShared(t *testing.T) {
	w := newWorld(t)
	token := w.freshToken(t)
	query := fmt.Sprintf(`{ certification(id: %q) { name reviewItems { nodes { id } } reviewers { nodes { rawId } } } }`, w.certificationIDs[0])
	before, calls := w.counted(), 0
	var mu sync.Mutex
	var group sync.WaitGroup
	for range atATime {
		group.Go(func() {
			got := w.run(t, token, query).Extensions.Upstream
			mu.Lock()
			defer mu.Unlock()
			calls += got.Calls
			if got.Calls+got.Coalesced != 3 {
				t.Errorf("%d calls and %d coalesced, want 3 in all", got.Calls, got.Coalesced)
			}
		})
	}
	group.Wait()
	if counted := w.counted() - before; counted != calls {
		t.Errorf("the sandbox counted %d calls, the gateway %d", counted, calls)
	}
}
