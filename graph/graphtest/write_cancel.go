package graphtest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"certql/graph"
)

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
