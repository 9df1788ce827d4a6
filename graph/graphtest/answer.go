package graphtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// An Object is a JSON object.
type Object = map[string]any

// An Answer is a response of the gateway.
type Answer struct {
	Status int    // of HTTP
	Text   string // the whole response as it came
	Data   Object
	Errors []AnswerError
}

// An AnswerError is one of the errors of a response.
type AnswerError struct {
	Message    string
	Path       []any
	Extensions Object
}

// OK returns the data of a response, which must have no errors.
func (a Answer) OK(t testing.TB) Object {
	t.Helper()
	if len(a.Errors) > 0 || a.Status != http.StatusOK {
		t.Fatalf("status %d, errors: %.2000s", a.Status, a.Text)
	}
	return a.Data
}

// At returns the value at a path of the data: see the function At.
func (a Answer) At(path ...any) any { return At(a.Data, path...) }

// At returns what a JSON value has at a path of names and indexes, and nil if it has nothing there.
func At(value any, path ...any) any {
	for _, step := range path {
		switch parent := value.(type) {
		case Object:
			name, _ := step.(string)
			value = parent[name]
		case []any:
			i, ok := step.(int)
			if !ok || i >= len(parent) {
				return nil
			}
			value = parent[i]
		default:
			return nil
		}
	}
	return value
}

// Column returns one member of each object of a list.
func Column(nodes any, name string) []any {
	list, _ := nodes.([]any)
	values := make([]any, len(list))
	for i, node := range list {
		values[i] = At(node, name)
	}
	return values
}

// PathText returns the path of an error with dots between its steps.
func PathText(path []any) string {
	steps := make([]string, len(path))
	for i, step := range path {
		steps[i] = fmt.Sprint(step)
	}
	return strings.Join(steps, ".")
}

// problems returns the errors, each as "CODE at path", in alphabetical order.
func (a Answer) problems() []string {
	list := make([]string, 0, len(a.Errors))
	for _, e := range a.Errors {
		list = append(list, fmt.Sprintf("%v at %s", e.Extensions["code"], PathText(e.Path)))
	}
	slices.Sort(list)
	return list
}

// WantProblems fails the test unless the errors are the given ones, each as "CODE at path".
func (a Answer) WantProblems(t testing.TB, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := gocmp.Diff(append([]string{}, want...), a.problems()); diff != "" {
		t.Errorf("errors (-want +got):\n%s\nin %.1500s", diff, a.Text)
	}
}

// WantTooLarge fails the test unless the response is the one error that a limit is exceeded, with the
// limit's name and value.
func (a Answer) WantTooLarge(t *testing.T, limit string, allowed int) {
	t.Helper()
	if a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "OPERATION_TOO_LARGE" ||
		a.Errors[0].Extensions["limit"] != limit || a.Errors[0].Extensions["allowed"] != float64(allowed) {
		t.Errorf("want that %s exceeds %d: %.600s", limit, allowed, a.Text)
	}
}

// WantRefusal fails the test unless the response is one error with the given code and a message that
// contains the given text, without data.
func (a Answer) WantRefusal(t testing.TB, name, code, message string) {
	t.Helper()
	if a.Data != nil || strings.Contains(a.Text, `"data"`) || len(a.Errors) != 1 ||
		a.Errors[0].Extensions["code"] != code || !strings.Contains(a.Errors[0].Message, message) {
		t.Errorf("%s: want %s, %q: %s", name, code, message, a.Text)
	}
}

// WantLimit fails the test unless the response is the limit of the budget, under an alias.
func (a Answer) WantLimit(t testing.TB, name, alias string) {
	t.Helper()
	if len(a.Errors) > 0 || a.At(alias, "limit") == nil {
		t.Errorf("%s: %s", name, a.Text)
	}
}

// leaks are signs that an error tells about the inside of the gateway: texts of Go's errors, addresses,
// and bodies of the upstream.
var leaks = []string{
	"http://", "/v3", "oauth", "127.0.0.1", "EOF", "dial tcp", "connection re", "context ", "json:", "jsontext",
	"invalid character", "goroutine", ".go:", "runtime error", "nil pointer", "panic", "<html", "<!DOCTYPE",
	"Rate Limit Exceeded", "JWT", "Bearer", "upstream: ", "status 4", "status 5",
}

// CheckSecrecy fails the test if a response has a token or the upstream's address, or an error of it
// has a sign of the gateway's inside.
func (w *Tenant) CheckSecrecy(t testing.TB, a Answer) {
	t.Helper()
	errors, _ := json.Marshal(a.Errors)
	for _, leak := range leaks {
		if strings.Contains(string(errors), leak) {
			t.Errorf("an error tells the caller %q: %s", leak, errors)
		}
	}
	w.tokens.Range(func(client, token any) bool {
		if strings.Contains(a.Text, token.(string)) {
			t.Errorf("the response has the token of %s", client)
		}
		return true
	})
	if strings.Contains(a.Text, w.Rest.Listener.Addr().String()) {
		t.Error("the response has the address of the upstream")
	}
}
