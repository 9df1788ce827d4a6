package graphtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"certql/graph"
	"certql/upstream/sandbox"
)

const refusalFields = " errors { code message field ids trackingId } "

const (
	DecideMutation = "mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { " +
		"certification { rawId decisionsMade completed modified } decidedItemIds decidedItems { rawId completed decision comments }" + refusalFields + "} }"
	ReassignMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { " +
		"certification { rawId decisionsTotal modified }" + refusalFields + "} }"
	ReassignAsyncMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { " +
		"tasks { id rawId status type targetId }" + refusalFields + "} }"
	SignOffMutation = "mutation ($input: SignOffCertificationInput!) { signOffCertification(input: $input) { " +
		"certification { rawId phase signed }" + refusalFields + "} }"
)

// References answers the input that reassigns items of the large certification.
func References(to, reason string, refs ...any) Object {
	return Object{"input": Object{"certificationId": sandbox.LargeCertification, "reassignTo": to, "reason": reason, "references": append([]any{}, refs...)}}
}

func ItemReferences(ids []string) []any {
	refs := make([]any, len(ids))
	for i, id := range ids {
		refs[i] = Object{"id": id, "type": "ITEM"}
	}
	return refs
}

// QueueTask answers the id of a new task.
func (w *Tenant) QueueTask(t *testing.T) string {
	t.Helper()
	a := w.Ask(t, Admin, ReassignAsyncMutation, References(Reviewer2, "Moved on", ItemReferences(w.UndecidedItems(t, 1))...))
	return At(a.OK(t), "reassignReviewItemsAsync", "tasks", 0, "rawId").(string)
}

// Calls answers how many requests of the API's operations have reached the sandbox.
func (w *Tenant) Calls() int {
	requests := w.Sandbox.Requests()
	return requests.Total - requests.Count("oauthToken")
}

// Writes answers how many requests that write have reached the sandbox.
func (w *Tenant) Writes() int {
	requests := w.Sandbox.Requests()
	return requests.Count("makeIdentityDecision") + requests.Count("reassignIdentityCertifications") +
		requests.Count("submitReassignCertsAsync") + requests.Count("signOffIdentityCertification")
}

// Written answers what the sandbox's journal says of review items: what became of each.
func (w *Tenant) Written() map[string][]string {
	changes := map[string][]string{}
	for _, write := range w.Sandbox.Writes() {
		what := cmp.Or(write.Decision, "moved")
		changes[write.Item] = append(changes[write.Item], what)
	}
	return changes
}

// WantWritten checks that the sandbox has changed just these items, once each.
func (w *Tenant) WantWritten(t *testing.T, items []string) {
	t.Helper()
	changed := w.Written()
	for _, item := range items {
		if len(changed[item]) != 1 {
			t.Errorf("%s is %v", item, changed[item])
		}
	}
	if len(changed) != len(items) {
		t.Errorf("%d items changed, want %d", len(changed), len(items))
	}
}

// A watched gateway tells of its one operation when it came, when its caller had gone and when
// it ended.
type watched struct {
	*httptest.Server
	Came, Gone, Ended chan struct{}
}

func (w *Tenant) Watched(t *testing.T, cfg graph.Config) watched {
	t.Helper()
	cfg.Client, cfg.Now = w.Client, w.Clock.Now
	handler := AsBearer(graph.NewHandler(cfg))
	g := watched{Came: make(chan struct{}), Gone: make(chan struct{}), Ended: make(chan struct{})}
	g.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		close(g.Came)
		stop := context.AfterFunc(r.Context(), func() { close(g.Gone) })
		handler.ServeHTTP(rw, r)
		stop()
		close(g.Ended)
	}))
	t.Cleanup(g.Close)
	return g
}

// Leave sends a mutation and goes away once the channel is closed.
func (w *Tenant) Leave(t *testing.T, gateway watched, mutation string, input Object, when <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body, err := json.Marshal(Object{"query": mutation, "variables": input})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.Token(t, Admin))
	go func() { <-when; cancel() }()
	if resp, err := gateway.Client().Do(req); err == nil {
		resp.Body.Close()
		t.Fatalf("there was an answer of status %d", resp.StatusCode)
	}
}
