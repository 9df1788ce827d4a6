package transport

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// path returns a path of names and indexes.
func path(steps ...any) ast.Path {
	var p ast.Path
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			p = append(p, ast.PathName(step))
		case int:
			p = append(p, ast.PathIndex(step))
		}
	}
	return p
}

func TestResponsesAreWrittenAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		response graphql.Response
		want     string
	}{
		"data as it is": {graphql.Response{Data: []byte(`{ "a" : 1 }`)}, `{"data":{ "a" : 1 }}`},
		"null":          {graphql.Response{Data: []byte(`null`), Errors: gqlerror.List{{Message: "m"}}}, `{"errors":[{"message":"m"}],"data":null}`},
		"errors in order": {
			graphql.Response{Errors: gqlerror.List{{Message: "b", Path: path("b")}, {Message: "a", Path: path("a")}}},
			`{"errors":[{"message":"a","path":["a"]},{"message":"b","path":["b"]}]}`,
		},
		"no data":         {graphql.Response{Errors: gqlerror.List{{Message: "m"}}}, `{"errors":[{"message":"m"}]}`},
		"nothing":         {graphql.Response{}, `{}`},
		"extensions":      {graphql.Response{Data: []byte(`{}`), Extensions: map[string]any{"b": 1, "a": "<>&"}}, `{"data":{},"extensions":{"a":"<>&","b":1}}`},
		"a part":          {graphql.Response{Data: []byte(`{}`), Label: "l", Path: path("a", 0)}, `{"data":{},"label":"l","path":["a",0]}`},
		"text of no kind": {graphql.Response{Errors: gqlerror.List{{Message: "a\xffb\x00"}}}, `{"errors":[{"message":"a�b\u0000"}]}`},
		"JSON as it is":   {graphql.Response{Extensions: map[string]any{"b": jsontext.Value(`{ "a":1 }`), "a": true}}, `{"extensions":{"a":true,"b":{ "a":1 }}}`},
		"what is no JSON": {graphql.Response{Extensions: map[string]any{"f": func() {}, "g": 1}}, `{"extensions":{"f":null,"g":1}}`},
	} {
		var got bytes.Buffer
		encodeResponse(&got, &each.response)
		if diff := cmp.Diff(each.want, got.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestErrorsAreSortedByTheirPaths(t *testing.T) {
	t.Parallel()
	want := gqlerror.List{
		{Message: "z, of no path"},
		{Message: "a, of no path"},
		{Message: "shorter", Path: path("a")},
		{Message: "m", Path: path("a", 2, "x")},
		{Message: "n", Path: path("a", 2, "x")},
		{Message: "later row", Path: path("a", 10, "x")},
		{Message: "name after index", Path: path("a", "b")},
		{Message: "another field", Path: path("b")},
	}
	got := gqlerror.List{want[7], want[0], want[5], want[4], want[1], want[6], want[3], want[2]}
	apierror.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the order (-want +got):\n%s", diff)
	}
}

func TestTheStatusSaysWhyThereIsNoData(t *testing.T) {
	t.Parallel()
	coded := func(codes ...string) gqlerror.List {
		var list gqlerror.List
		for i, code := range codes {
			list = append(list, &gqlerror.Error{Message: "m", Extensions: map[string]any{"code": code, "retryAfter": 7 + i}})
		}
		return list
	}
	null := []byte("null")
	for name, each := range map[string]struct {
		mediaType string
		response  graphql.Response
		status    int
		header    http.Header
	}{
		"some data":                   {typeGraphQL, graphql.Response{Data: []byte(`{"a":null,"b":{}}`), Errors: coded(apierror.CodeUnauthenticated)}, 200, http.Header{}},
		"all null, unauthenticated":   {typeGraphQL, graphql.Response{Data: []byte(`{"a":null,"b":null}`), Errors: coded(apierror.CodeUnauthenticated)}, 401, http.Header{"Www-Authenticate": {"Bearer"}}},
		"all null, no errors":         {typeGraphQL, graphql.Response{Data: []byte(`{"a":null}`)}, 200, http.Header{}},
		"null, unauthenticated":       {typeGraphQL, graphql.Response{Data: null, Errors: coded(apierror.CodeForbidden, apierror.CodeUnauthenticated)}, 401, http.Header{"Www-Authenticate": {"Bearer"}}},
		"none, forbidden":             {typeGraphQL, graphql.Response{Errors: coded(apierror.CodeForbidden)}, 403, http.Header{}},
		"null, rate limited":          {typeGraphQL, graphql.Response{Data: null, Errors: coded(apierror.CodeRateLimited, apierror.CodeRateLimited)}, 429, http.Header{"Retry-After": {"8"}}},
		"null, else":                  {typeGraphQL, graphql.Response{Data: null, Errors: coded(apierror.CodeUpstreamUnavailable)}, 200, http.Header{}},
		"none, else":                  {typeGraphQL, graphql.Response{Errors: coded("GRAPHQL_PARSE_FAILED")}, 400, http.Header{}},
		"JSON: null, unauthenticated": {typeJSON, graphql.Response{Data: null, Errors: coded(apierror.CodeUnauthenticated)}, 200, http.Header{}},
		"JSON: none, rate limited":    {typeJSON, graphql.Response{Errors: coded(apierror.CodeRateLimited)}, 200, http.Header{}},
	} {
		header := http.Header{}
		status := statusOf(each.mediaType, &each.response)
		setReason(header, status, &each.response)
		if diff := cmp.Diff(each.header, header); diff != "" || status != each.status {
			t.Errorf("%s: status %d, want %d; header (-want +got):\n%s", name, status, each.status, diff)
		}
	}
}

// A countedWriter counts the writes.
type countedWriter struct {
	http.ResponseWriter

	writes int
}

func (w *countedWriter) Write(p []byte) (int, error) {
	w.writes++
	return w.ResponseWriter.Write(p)
}

// A response is written at once. It is compressed if it has more than a kilobyte.
func TestAnswersAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	var bodies bodyWriter
	for length, coding := range map[int]string{0: "", 1 << 10: "", 1<<10 + 1: "gzip", 1 << 20: "gzip"} {
		recorder := httptest.NewRecorder()
		w := &countedWriter{ResponseWriter: recorder}
		bodies.write(w, r, typeJSON, http.StatusOK, bytes.NewBufferString(strings.Repeat("x", length)))
		if got := recorder.Header().Get("Content-Encoding"); got != coding || w.writes != 1 {
			t.Errorf("%d bytes: coded as %q, want %q, in %d writes", length, got, coding, w.writes)
		}
	}
}
