package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sampleManifest is the one that the README names.
const sampleManifest = "docs/trusted-documents.json"

// sampleDocument returns the document in the sample manifest, and its id.
func sampleDocument(t testing.TB) (id, text string) {
	t.Helper()
	content, err := os.ReadFile(sampleManifest)
	if err != nil {
		t.Fatal(err)
	}
	var documents map[string]string
	if err := json.Unmarshal(content, &documents); err != nil || len(documents) != 1 {
		t.Fatalf("%v, %d documents", err, len(documents))
	}
	for id, text = range documents {
		if want := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))); id != want {
			t.Fatalf("the id is %s, want %s", id, want)
		}
	}
	return id, text
}

// postBody sends a body to the GraphQL endpoint.
func (p *program) postBody(t testing.TB, body string) answer {
	t.Helper()
	r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	var got answer
	if status, text := p.send(t, r); json.Unmarshal(text, &got) != nil {
		t.Fatalf("status %d: %s", status, text)
	}
	return got
}

func TestTrustedDocumentsAlone(t *testing.T) {
	id, text := sampleDocument(t)
	p := start(t, "--documents="+sampleManifest, "--documents-only")
	var data struct {
		Certifications struct{ Nodes []struct{ Name string } }
	}
	p.postBody(t, fmt.Sprintf(`{"documentId": %q, "variables": {"first": 3}}`, id)).into(t, &data)
	if len(data.Certifications.Nodes) != 3 {
		t.Errorf("the document answers %+v", data)
	}
	p.query(t, "", text).into(t, &data)
	for name, body := range map[string]string{
		"another":         `{"query": "{ __typename }"}`,
		"the schema":      `{"query": "{ __schema { queryType { name } } }"}`,
		"an unknown id":   `{"documentId": "x"}`,
		"an unknown hash": `{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}}`,
	} {
		if code := p.postBody(t, body).code(t); code != "DOCUMENT_NOT_TRUSTED" {
			t.Errorf("%s is answered with the code %q", name, code)
		}
	}
	status, body := p.send(t, request(t, http.MethodGet, p.url(t, "GraphQL")+"/", nil))
	if status != http.StatusNotFound || !strings.Contains(string(body), "only trusted documents") {
		t.Errorf("in place of the playground, the answer is %d: %s", status, body)
	}
	if said := p.stdout.String(); strings.Contains(said, "Playground") || !strings.Contains(said, "Documents   1 trusted\n") {
		t.Errorf("the output is\n%s", said)
	}
}

func TestPersistedQueriesAreASetting(t *testing.T) {
	const byHash = `{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}}`
	if code := start(t).postBody(t, byHash).code(t); code != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("by default, the code is %q", code)
	}
	if code := start(t, "--persisted-bytes=0").postBody(t, byHash).code(t); code != "PERSISTED_QUERY_NOT_SUPPORTED" {
		t.Errorf("turned off, the code is %q", code)
	}
}

func TestABadManifestStopsTheStart(t *testing.T) {
	folder := t.TempDir()
	bad := filepath.Join(folder, "bad.json")
	if err := os.WriteFile(bad, []byte("{\n\"a\": \"{ nobody }\",\n\"b\": \"{ a { b { c } } }\"\n}"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args []string
		want []string
	}{
		"bad documents": {[]string{"--documents", bad, "--max-depth=2"}, []string{bad + `:2:6: document "a", line 1, column 3: Cannot query field "nobody" on type "Query".`, bad + `:3:6: document "b": Fields are nested more than 2 levels deep.`}},
		"in a folder":   {[]string{"--documents", folder, "--max-depth=2"}, []string{bad + ":2:6:", bad + ":3:6:"}},
		"no such file":  {[]string{"--documents", filepath.Join(folder, "none.json")}, []string{"none.json: no such file or directory"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), append(test.args, "--addr=localhost:0"), readme, nil, &stdout, &stderr)
			lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
			if code != ExitStart || len(lines) != len(test.want) || stdout.Len() > 0 {
				t.Fatalf("exit code %d, %q, and\n%s", code, &stdout, &stderr)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(lines[i], "certql: ") || !strings.Contains(lines[i], want) {
					t.Errorf("line %d is %q, want %q in it", i+1, lines[i], want)
				}
			}
		})
	}
}
