package graphtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
)

// ApproveAll decides all items of a certification by plain REST.
func (w *Tenant) ApproveAll(t *testing.T, certification string) {
	t.Helper()
	path := "/certifications/" + certification
	var list []Object
	for _, item := range w.List(t, Admin, path+"/access-review-items", nil) {
		list = append(list, Object{"id": item["id"], "decision": "APPROVE", "bulk": true, "comments": "Needed"})
	}
	body, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Rest.URL+"/v3"+path+"/decide", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.Token(t, Admin))
	resp, err := w.Rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the decisions are refused with status %d", resp.StatusCode)
	}
}
