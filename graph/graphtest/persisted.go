package graphtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// HashOf answers the hash of a document as clients send it.
func HashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// PersistedQuery answers the extensions of a request that names a document by a hash.
func PersistedQuery(hash string) Object {
	return Object{"persistedQuery": Object{"version": 1, "sha256Hash": hash}}
}

// Post sends parameters, or a list of them, as JSON.
func (w *Tenant) Post(t testing.TB, accept string, parameters any) Received {
	t.Helper()
	body, err := json.Marshal(parameters)
	if err != nil {
		t.Fatal(err)
	}
	return w.Send(t, Sent{Body: string(body), Header: map[string]string{"Accept": accept}})
}

// ByGET sends parameters in a URL.
func (w *Tenant) ByGET(t testing.TB, parameters Object) Received {
	t.Helper()
	values := url.Values{}
	for name, value := range parameters {
		text, ok := value.(string)
		if !ok {
			encoded, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			text = string(encoded)
		}
		values.Set(name, text)
	}
	return w.Send(t, Sent{Method: http.MethodGet, Query: values.Encode()})
}

// WantRefusal reports an answer other than one error of a request with a code, and a part of its
// message.
func (a Answer) WantRefusal(t testing.TB, name, code, message string) {
	t.Helper()
	if a.Data != nil || strings.Contains(a.Text, `"data"`) || len(a.Errors) != 1 ||
		a.Errors[0].Extensions["code"] != code || !strings.Contains(a.Errors[0].Message, message) {
		t.Errorf("%s: want %s, %q: %s", name, code, message, a.Text)
	}
}

// WantLimit reports an answer other than the limit of the budget, under an alias.
func (a Answer) WantLimit(t testing.TB, name, alias string) {
	t.Helper()
	if len(a.Errors) > 0 || a.At(alias, "limit") == nil {
		t.Errorf("%s: %s", name, a.Text)
	}
}
