package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A rendezvous stands before the sandbox and lets no request of a round pass before all of
// the round are there: an operation that asks one after another what could be asked at once
// never ends.
type rendezvous struct {
	mu     sync.Mutex
	rounds []int // requests in each round that is still to come; none holds nobody up
	here   int
	all    chan struct{}
}

// expect sets the rounds to come.
func (r *rendezvous) expect(rounds ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rounds, r.here, r.all = rounds, 0, make(chan struct{})
}

func (r *rendezvous) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		select {
		case <-r.arrive(req):
			next.ServeHTTP(w, req)
		case <-req.Context().Done():
		}
	})
}

func (r *rendezvous) arrive(req *http.Request) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.rounds) == 0 || strings.HasPrefix(req.URL.Path, "/oauth") {
		open := make(chan struct{})
		close(open)
		return open
	}
	all := r.all
	if r.here++; r.here == r.rounds[0] {
		close(all)
		r.rounds, r.here, r.all = r.rounds[1:], 0, make(chan struct{})
	}
	return all
}

// left returns how many rounds have not come.
func (r *rendezvous) left() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.rounds)
}

func TestWhatNeedsOnlyArgumentsIsReadAtOnce(t *testing.T) {
	var meet rendezvous
	tenant, err := graphtest.Start(graphtest.Setup{Front: meet.before})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tenant.Close)
	w := describe(t, tenant)
	token := w.freshToken(t)
	tests := []struct {
		name, query string
		rounds      []int
	}{
		{"a certification and all below it", fmt.Sprintf(`query($n: Int = 3) { certification(id: %q) {
			name ...Below pendingTasks { nodes { id } } } }
			fragment Below on Certification { reviewItems(first: $n, filter: {completed: false}, orderBy: [{field: ACCESS_NAME}]) { nodes { id } } reviewers { nodes { name } } }`,
			w.certificationIDs[0]), []int{4}},
		{"permissions come in the second round", fmt.Sprintf(`{ certification(id: %q) { name reviewItems(first: 50) { nodes { permissions { nodes { target } } } } } }`,
			w.withPermissions), []int{2, w.itemsWithAny}},
		{"a thousand rows of two pages", `{ certifications(first: 1000) { totalCount nodes { name } } }`, []int{1, 1}},
		{"a thousand rows of four pages", fmt.Sprintf(`{ certification(id: %q) { reviewItems(first: 1000) { nodes { id } } } }`,
			sandbox.LargeCertification), []int{2, 3}},
		{"a thousand rows of which there are known to be so many", fmt.Sprintf(`{ certifications(filter: {ids: [%q]}) { nodes {
			reviewItems(first: 1000, filter: {completed: false}) { nodes { id } } } } }`, sandbox.LargeCertification), []int{1, 4}},
		{"the reviewers of ten certifications", `{ certifications(first: 10) { nodes { reviewers(first: 1) { nodes { name } } } } }`, []int{1, 10}},
		{"certifications of tasks and what is below them", `{ pendingCertificationTasks(first: 1, filter: {types: [REASSIGN, ADMIN_REASSIGN]}) {
			nodes { certification { name reviewers { nodes { name } } pendingTasks { nodes { id } } } } } }`, []int{1, 3}},
		{"different root fields", fmt.Sprintf(`{ a: certification(id: %q) { name } b: certifications(first: 1) { nodes { name } } c: pendingCertificationTasks(first: 1) { nodes { id } } }`,
			w.certificationIDs[0]), []int{3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			meet.expect(tt.rounds...)
			answer := w.run(t, token, tt.query)
			if len(answer.Errors) > 0 || meet.left() > 0 {
				t.Errorf("%d rounds did not come; errors: %v", meet.left(), answer.Errors)
			}
		})
	}
}

// TestAMissingParentTakesItsChildrenWithIt has a certification turn out not to be there while
// the connections below it are still being read.
func TestAMissingParentTakesItsChildrenWithIt(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusForbidden} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			var started, cancelled atomic.Int32
			bothStarted := make(chan struct{})
			tenant := graphtest.NewTenant(t, graphtest.Setup{Front: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case strings.HasSuffix(r.URL.Path, "/access-review-items"), strings.HasSuffix(r.URL.Path, "/reviewers"):
						if started.Add(1) == 2 {
							close(bothStarted)
						}
						<-r.Context().Done() // never answered: only a cancelled call ends
						cancelled.Add(1)
					case strings.HasPrefix(r.URL.Path, "/v3/certifications/"):
						<-bothStarted
						w.WriteHeader(status)
					default:
						next.ServeHTTP(w, r)
					}
				})
			}})
			answer := tenant.Ask(t, "org-admin", `{ certification(id: "x") { name reviewItems { nodes { id } } reviewers { nodes { rawId } } } }`, nil)
			if answer.Data["certification"] != nil {
				t.Errorf("got %v", answer.Data)
			}
			wantErrors := 0
			if status == http.StatusForbidden {
				wantErrors = 1 // the certification's own
			}
			if len(answer.Errors) != wantErrors {
				t.Errorf("got errors %v", answer.Errors)
			}
			tenant.Rest.Close() // waits for the calls under way
			if cancelled.Load() != 2 {
				t.Errorf("%d of 2 calls were cancelled", cancelled.Load())
			}
		})
	}
}

func TestAClientWhoLeavesCancelsItsCalls(t *testing.T) {
	arrived := make(chan struct{}, 3)
	var cancelled atomic.Int32
	tenant := graphtest.NewTenant(t, graphtest.Setup{Front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/v3/certifications/") {
				next.ServeHTTP(w, r)
				return
			}
			arrived <- struct{}{}
			<-r.Context().Done()
			cancelled.Add(1)
		})
	}})
	ctx, leave := context.WithCancel(t.Context())
	body := `{"query":"{ certification(id: \"x\") { name reviewItems { nodes { id } } reviewers { nodes { rawId } } } }"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, tenant.Gateway.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+tenant.Token(t, "org-admin"))
	go func() {
		for range 3 {
			<-arrived
		}
		leave()
	}()
	if resp, err := tenant.Gateway.Client().Do(req); err == nil {
		resp.Body.Close()
		t.Error("the request was answered")
	}
	tenant.Rest.Close() // waits for the calls under way
	if cancelled.Load() != 3 {
		t.Errorf("%d of 3 calls were cancelled", cancelled.Load())
	}
}

// TestPagesInAnyOrderArriveInOrder returns the last of four pages first.
func TestPagesInAnyOrderArriveInOrder(t *testing.T) {
	var turns [4]chan struct{}
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	tenant, err := graphtest.Start(graphtest.Setup{Front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("limit") != "250" || !strings.HasSuffix(r.URL.Path, "/access-review-items") {
				next.ServeHTTP(w, r)
				return
			}
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset")) // none on the first page
			page := offset / 250
			if page < len(turns)-1 {
				<-turns[page+1]
			}
			next.ServeHTTP(w, r)
			close(turns[page])
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tenant.Close)
	w := &world{Tenant: tenant}
	var want []string
	for offset := 0; offset < 1000; offset += 125 { // pages of another size, which nobody holds up
		for _, row := range w.list(t, fmt.Sprintf("/certifications/%s/access-review-items?limit=125&offset=%d", sandbox.LargeCertification, offset)) {
			want = append(want, row["id"].(string))
		}
	}
	answer := w.run(t, w.freshToken(t), fmt.Sprintf(`{ certifications(filter: {ids: [%q]}) { nodes { reviewItems(first: 1000) { nodes { rawId } } } } }`, sandbox.LargeCertification))
	var got []string
	for _, id := range graphtest.Column(graphtest.At(answer.Data, "certifications", "nodes", 0, "reviewItems", "nodes"), "rawId") {
		got = append(got, id.(string))
	}
	if strings.Join(got, " ") != strings.Join(want, " ") || len(got) != 1000 {
		t.Errorf("%d rows, not in the order of the REST listing of %d", len(got), len(want))
	}
}

// What was begun for a certification that turns out not to be there is over, or counted, when the
// answer tells what it has cost.
func TestNothingGoesOutThatIsNotReported(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	w.Token(t, graphtest.Admin)
	before, reported := w.Calls(), 0
	for range 300 {
		a := w.Extended(t, nil, graphtest.Object{"query": `{ certification(id: "absent") { id pendingTasks { totalCount } reviewers { totalCount } } }`})
		reported += a.Extensions.Upstream.Calls
	}
	if came := w.Calls() - before; came > reported {
		t.Errorf("%d calls came, %d were reported", came, reported)
	}
}
