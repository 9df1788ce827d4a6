package transport_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

func TestMediaTypesAreNegotiated(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for accept, want := range map[string]string{
		"":                                  graphtest.AsJSON,
		"*/*":                               graphtest.AsJSON,
		"application/*":                     graphtest.AsJSON,
		"application/json":                  graphtest.AsJSON,
		"application/graphql-response+json": graphtest.AsGraphQL,
		"APPLICATION/GraphQL-Response+JSON": graphtest.AsGraphQL,
		"application/graphql-response+json, application/json":                        graphtest.AsGraphQL,
		"application/json, application/graphql-response+json":                        graphtest.AsGraphQL,
		"application/graphql-response+json;q=0.5, application/json;q=0.9":            graphtest.AsJSON,
		"application/json;q=0.1, application/graphql-response+json":                  graphtest.AsGraphQL,
		"application/json;q=0.1, */*":                                                graphtest.AsGraphQL,
		"application/graphql-response+json;q=0.5, */*":                               graphtest.AsJSON,
		"application/json;q=0, */*;q=0.1":                                            graphtest.AsGraphQL,
		"application/json; charset=utf-8":                                            graphtest.AsJSON,
		"application/json; charset=latin1, application/graphql-response+json;q=0.01": graphtest.AsGraphQL,
		"application/graphql-response+json;q=2, application/json":                    graphtest.AsJSON, // no weight
		`application/json;x="a,application/graphql-response+json"`:                   graphtest.AsJSON,
		"text/html, application/xhtml+xml, */*;q=0.8":                                graphtest.AsJSON,
		"nonsense;;, application/graphql-response+json":                              graphtest.AsGraphQL,
		"multipart/mixed, application/json":                                          graphtest.AsJSON, // there is one part
		"text/event-stream, application/graphql-response+json;q=0.2":                 graphtest.AsGraphQL,
		"multipart/mixed":   `multipart/mixed; boundary="-"; deferSpec=20220824`,
		"text/event-stream": "text/event-stream; charset=utf-8",
		"multipart/mixed;q=0.5,text/event-stream;q=0.4": `multipart/mixed; boundary="-"; deferSpec=20220824`,
	} {
		got := w.Send(t, graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Accept": accept}})
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != want || !strings.Contains(got.Text, `{"data":{"__typename":"Query"}`) {
			t.Errorf("%q: status %d, %q, want %q: %s", accept, got.Status, got.Header.Get("Content-Type"), want, got.Text)
		}
	}
}

func TestRequestsThatAreNotAnsweredSayWhy(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const secret = "do-not-repeat-me"
	for name, each := range map[string]struct {
		graphtest.Sent
		status int
		code   string
		allow  string
	}{
		"PUT":                  {graphtest.Sent{Method: "PUT"}, 405, "BAD_USER_INPUT", "GET, POST, OPTIONS"},
		"DELETE":               {graphtest.Sent{Method: "DELETE"}, 405, "BAD_USER_INPUT", "GET, POST, OPTIONS"},
		"mutation by GET":      {graphtest.Sent{Method: "GET", Query: "query=mutation{__typename}"}, 405, "BAD_USER_INPUT", "POST, OPTIONS"},
		"text/html":            {graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Accept": "text/html"}}, 406, "BAD_USER_INPUT", ""},
		"nothing accepted":     {graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Accept": "*/*;q=0"}}, 406, "BAD_USER_INPUT", ""},
		"no content type":      {graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Content-Type": ""}}, 415, "BAD_USER_INPUT", ""},
		"text/plain":           {graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Content-Type": "text/plain"}}, 415, "BAD_USER_INPUT", ""},
		"a form":               {graphtest.Sent{Body: "query={__typename}", Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415, "BAD_USER_INPUT", ""},
		"a form with files":    {graphtest.Sent{Body: "--x--", Header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}}, 415, "BAD_USER_INPUT", ""},
		"another charset":      {graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Content-Type": "application/json; charset=utf-16"}}, 415, "BAD_USER_INPUT", ""},
		"a compressed body":    {graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Content-Encoding": "gzip"}}, 415, "BAD_USER_INPUT", ""},
		"no body":              {graphtest.Sent{}, 400, "BAD_USER_INPUT", ""},
		"cut off":              {graphtest.Sent{Body: `{"query":"` + secret}, 400, "BAD_USER_INPUT", ""},
		"no JSON":              {graphtest.Sent{Body: secret}, 400, "BAD_USER_INPUT", ""},
		"two objects":          {graphtest.Sent{Body: graphtest.Typename + graphtest.Typename}, 400, "BAD_USER_INPUT", ""},
		"the same name twice":  {graphtest.Sent{Body: `{"query":"` + secret + `","query":"{ __typename }"}`}, 400, "BAD_USER_INPUT", ""},
		"no UTF-8":             {graphtest.Sent{Body: "{\"query\":\"\xff" + secret + "\"}"}, 400, "BAD_USER_INPUT", ""},
		"no query":             {graphtest.Sent{Body: `{"operationName":"` + secret + `"}`}, 400, "BAD_USER_INPUT", ""},
		"null":                 {graphtest.Sent{Body: `null`}, 400, "BAD_USER_INPUT", ""},
		"query is a number":    {graphtest.Sent{Body: `{"query":7}`}, 400, "BAD_USER_INPUT", ""},
		"variables are a list": {graphtest.Sent{Body: `{"query":"{ __typename }","variables":["` + secret + `"]}`}, 400, "BAD_USER_INPUT", ""},
		"variables in GET":     {graphtest.Sent{Method: "GET", Query: "query={__typename}&variables=[" + secret}, 400, "BAD_USER_INPUT", ""},
		"no query in GET":      {graphtest.Sent{Method: "GET", Query: "q=" + secret}, 400, "BAD_USER_INPUT", ""},
		"bad escape in GET":    {graphtest.Sent{Method: "GET", Query: "query=" + secret + "%zz"}, 400, "BAD_USER_INPUT", ""},
		"no UTF-8 in GET":      {graphtest.Sent{Method: "GET", Query: "query=" + secret + "%ff"}, 400, "BAD_USER_INPUT", ""},
		"a batch":              {graphtest.Sent{Body: "[" + graphtest.Typename + "]"}, 400, "BAD_USER_INPUT", ""},
		"a large body":         {graphtest.Sent{Body: `{"query":"` + secret + strings.Repeat(" ", 256<<10) + `"}`}, 413, "OPERATION_TOO_LARGE", ""},
		"a large body, chunked": {
			graphtest.Sent{Body: `{"query":"` + secret + strings.Repeat(" ", 256<<10) + `"}`, Chunked: true}, 413, "OPERATION_TOO_LARGE", "",
		},
		"a long URL": {graphtest.Sent{Method: "GET", Query: "query=" + secret + strings.Repeat("+", 256<<10)}, 414, "OPERATION_TOO_LARGE", ""},
	} {
		got := w.Send(t, each.Sent)
		a := got.Answer(t)
		if got.Status != each.status || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != each.code || got.Header.Get("Allow") != each.allow {
			t.Errorf("%s: status %d, Allow %q, %s; want %d, %q, %s", name, got.Status, got.Header.Get("Allow"), got.Text, each.status, each.allow, each.code)
		}
		if strings.Contains(got.Text, secret) || strings.Contains(got.Text, `"data"`) {
			t.Errorf("%s: the response repeats the request or has data: %s", name, got.Text)
		}
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Cache-Control") != "no-store" ||
			got.Header.Get("Content-Type") != graphtest.AsJSON || !strings.Contains(strings.Join(got.Header.Values("Vary"), ","), "Accept") {
			t.Errorf("%s: header %v", name, got.Header)
		}
	}
}

// An invalid document is a request error, for which the newer media type has a status of its own.
func TestRequestErrorsHaveNoData(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for body, code := range map[string]string{
		`{"query":"{ __typename"}`:                                              "GRAPHQL_PARSE_FAILED",
		`{"query":"{ nobody }"}`:                                                "GRAPHQL_VALIDATION_FAILED",
		`{"query":"query A { __typename } query B { __typename }"}`:             "GRAPHQL_VALIDATION_FAILED",
		`{"query":"query A { __typename }","operationName":"do-not-repeat-me"}`: "GRAPHQL_VALIDATION_FAILED",
		`{"query":"fragment F on Query { __typename }"}`:                        "GRAPHQL_VALIDATION_FAILED",
		`{"query":""}`: "GRAPHQL_VALIDATION_FAILED",
		`{"query":"query ($n: Int) { certifications(first: $n) { totalCount } }","variables":{"n":"many"}}`:                   "GRAPHQL_VALIDATION_FAILED",
		`{"query":"query ($f: CertificationFilter) { certifications(filter: $f) { totalCount } }","variables":{"f":{"x":1}}}`: "GRAPHQL_VALIDATION_FAILED",
	} {
		for accept, status := range map[string]int{"application/json": 200, "application/graphql-response+json": 400} {
			got := w.Send(t, graphtest.Sent{Body: body, Header: map[string]string{"Accept": accept}})
			a := got.Answer(t)
			if got.Status != status || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != code ||
				strings.Contains(got.Text, `"data"`) || strings.Contains(got.Text, "do-not-repeat-me") {
				t.Errorf("%s: status %d, want %d and %s: %s", body, got.Status, status, code, got.Text)
			}
		}
	}
}

// If a response has no data, its status says why under GraphQL's media type, for proxies and
// gateways that read no bodies.
func TestTheStatusSaysWhyNothingIsAnswered(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	one := fmt.Sprintf(`{"query":"{ certification(id: \"%s\") { name } __typename @skip(if: true) }"}`, sandbox.LargeCertification)
	ask := func(name, mediaType string, header map[string]string, want int) http.Header {
		t.Helper()
		got := w.Send(t, graphtest.Sent{Body: one, Header: mergedHeader(header, "Accept", mediaType)})
		if a := got.Answer(t); got.Status != want || a.Data == nil || len(a.Errors) != 1 {
			t.Errorf("%s as %s: status %d, want %d: %s", name, mediaType, got.Status, want, got.Text)
		}
		return got.Header
	}
	nobody, stranger := map[string]string{"Authorization": ""}, map[string]string{"Authorization": "Bearer " + w.Token(t, "idle")}
	if header := ask("nobody", "application/graphql-response+json", nobody, 401); header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("401 with %v", header)
	}
	ask("nobody", "application/json", nobody, 200)
	ask("a stranger", "application/graphql-response+json", stranger, 403)
	ask("a stranger", "application/json", stranger, 200)
	w.Spoil(t, "getIdentityCertification", sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfter: "60"})
	if header := ask("no budget", "application/graphql-response+json", nil, 429); header.Get("Retry-After") != "60" {
		t.Errorf("429 with %v", header)
	}
	ask("no budget", "application/json", nil, 200)
}

func TestOnlySoMuchIsSaidOfAWrongDocument(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	a := w.Ask(t, graphtest.Admin, "{ "+strings.Repeat(strings.Repeat("unknown", 36)+"(a: 1) { b } ", 48)+"}", nil)
	many := w.Ask(t, graphtest.Admin, `{ certification(id: "`+strings.Repeat(`" x: "`, 200)+`") { id } }`, nil)
	if len(a.Text) > 11*1000 || len(a.Errors) != 11 || len(many.Errors) != 11 || many.Errors[10].Message == "" || many.Data != nil {
		t.Errorf("a response of %d bytes; %d errors, the last of them %+v", len(a.Text), len(many.Errors), many.Errors[len(many.Errors)-1])
	}
}

// A request that a page of another site could make a browser send is refused.
func TestRequestsThatOtherSitesCouldForge(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for name, each := range map[string]struct {
		header map[string]string
		status int
	}{
		"a link":                       {nil, 403},
		"a form":                       {map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}, 403},
		"an image":                     {map[string]string{"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin"}, 403},
		"a form of this site":          {map[string]string{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}, 403},
		"a script of another site":     {map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}, 403},
		"a script of a neighbour":      {map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-site"}, 403},
		"a script of this site":        {map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}, 200},
		"a header of GraphQL":          {map[string]string{"GraphQL-Preflight": "1"}, 200},
		"a header of Apollo":           {map[string]string{"Apollo-Require-Preflight": "true", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}, 200},
		"a key":                        {map[string]string{"X-API-Key": "anything"}, 200},
		"an empty header":              {map[string]string{"Apollo-Require-Preflight": "", "X-API-Key": ""}, 403},
		"a header of no use":           {map[string]string{"X-Api-Keys": "1", "Accept-Language": "en"}, 403},
		"a header of the gateway":      {map[string]string{"X-Certql-CSRF": "1", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}, 200},
		"a content type of JSON":       {map[string]string{"Content-Type": "application/json"}, 200},
		"a content type as forms have": {map[string]string{"Content-Type": "text/plain; application/json"}, 403},
	} {
		each.header = mergedHeader(each.header, "Authorization", "")
		got := w.Send(t, graphtest.Sent{Method: "GET", Query: "query=" + url.QueryEscape("{ __typename }"), Header: each.header})
		if got.Status != each.status {
			t.Errorf("%s: status %d, want %d: %s", name, got.Status, each.status, got.Text)
		}
	}
}

func mergedHeader(header map[string]string, name, value string) map[string]string {
	merged := map[string]string{name: value}
	for name, value := range header {
		merged[name] = value
	}
	return merged
}

func TestGETAnswersQueries(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	query := url.Values{
		"query":         {"query A($first: Int) { certifications(first: $first) { nodes { id } } } query B { __typename }"},
		"operationName": {"A"},
		"variables":     {`{"first": 3}`},
		"extensions":    {`{"anything": [1]}`},
	}
	got := w.Send(t, graphtest.Sent{Method: "GET", Query: query.Encode()}).Answer(t)
	if nodes, _ := graphtest.At(got.OK(t), "certifications", "nodes").([]any); len(nodes) != 3 {
		t.Errorf("got %s", got.Text)
	}
}

func TestOPTIONSNamesTheMethods(t *testing.T) {
	t.Parallel()
	got := graphtest.SharedTenant(t).Send(t, graphtest.Sent{Method: "OPTIONS"})
	if got.Status != http.StatusNoContent || got.Header.Get("Allow") != "GET, POST, OPTIONS" || got.Text != "" {
		t.Errorf("got %+v", got)
	}
}

func TestLongAnswersAreCompressedForThoseWhoAccept(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	long := `{"query":"{ certifications(first: 50) { nodes { id name } } }"}`
	plain := w.Send(t, graphtest.Sent{Body: long})
	if plain.Header.Get("Content-Encoding") != "" || len(plain.Text) < 2000 {
		t.Fatalf("the plain response has %d bytes, coded as %q", len(plain.Text), plain.Header.Get("Content-Encoding"))
	}
	for accept, want := range map[string]string{
		"gzip": "gzip", "deflate, gzip;q=0.5": "gzip", "*": "gzip", "gzip;q=1.0, identity;q=0.5": "gzip",
		"gzip;q=0": "", "identity": "", "br": "", "*;q=0": "", "gzip;q=0.2, identity;q=0.9": "", "gzip;q=0, *": "",
	} {
		got := w.Send(t, graphtest.Sent{Body: long, Header: map[string]string{"Accept-Encoding": accept}})
		text := got.Text
		if coding := got.Header.Get("Content-Encoding"); coding != want {
			t.Errorf("%q: coded as %q, want %q", accept, coding, want)
		} else if coding == "gzip" {
			unzipped, err := gzip.NewReader(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(unzipped)
			if err != nil || len(text) >= len(all) {
				t.Fatalf("%d bytes for %d, %v", len(text), len(all), err)
			}
			text = string(all)
		}
		if diff := gocmp.Diff(plain.Answer(t).Data, graphtest.Received{Status: got.Status, Header: got.Header, Text: text}.Answer(t).Data); diff != "" {
			t.Errorf("%q: the data differ (-plain +got):\n%s", accept, diff)
		}
		if vary := strings.Join(got.Header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("%q: Vary is %q", accept, vary)
		}
	}
	short := w.Send(t, graphtest.Sent{Body: graphtest.Typename, Header: map[string]string{"Accept-Encoding": "gzip"}})
	if short.Header.Get("Content-Encoding") != "" {
		t.Errorf("a short response is compressed: %d bytes", len(short.Text))
	}
}

func TestBatchesAreAnsweredWhereTheyAreAllowed(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Batch: 3}})
	read := `{"query":"{ certification(id: \"` + sandbox.LargeCertification + `\") { rawId } }"}`
	got := w.Send(t, graphtest.Sent{Body: " [" + graphtest.Typename + `,{"query":"{ nobody }"},` + read + "]"})
	var answers []graphtest.Answer
	if err := json.Unmarshal([]byte(got.Text), &answers); err != nil || got.Status != http.StatusOK || len(answers) != 3 {
		t.Fatalf("status %d, %v: %s", got.Status, err, got.Text)
	}
	if answers[0].Data["__typename"] != "Query" || answers[1].Data != nil || len(answers[1].Errors) != 1 ||
		graphtest.At(answers[2].Data, "certification", "rawId") != sandbox.LargeCertification {
		t.Errorf("got %s", got.Text)
	}
	for body, code := range map[string]string{
		"[]": "BAD_USER_INPUT",
		"[" + strings.Join([]string{graphtest.Typename, graphtest.Typename, graphtest.Typename, graphtest.Typename}, ",") + "]": "OPERATION_TOO_LARGE",
		"[" + graphtest.Typename + ",7]": "BAD_USER_INPUT",
		"[{}]":                           "BAD_USER_INPUT",
	} {
		got := w.Send(t, graphtest.Sent{Body: body})
		if a := got.Answer(t); got.Status != http.StatusBadRequest || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != code {
			t.Errorf("%s: status %d: %s", body, got.Status, got.Text)
		}
	}
	for _, streamed := range []string{
		`subscription { certificationTask(id: \"1\") { id } }`, `{ __typename ... @defer { rateLimit { limit } } }`,
	} {
		got := w.Send(t, graphtest.Sent{Body: `[{"query":"` + streamed + `"}]`, Header: map[string]string{"Accept": "application/json, text/event-stream"}})
		if !strings.HasPrefix(got.Text, `[{"errors":[{"message":"Subscriptions and @defer have no place in a batch`) {
			t.Errorf("%s: %s", streamed, got.Text)
		}
	}
}

// Numbers in variables keep their digits.
func TestNumbersInVariablesAreExact(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	got := w.Send(t, graphtest.Sent{Body: `{"query":"query ($id: ID!) { certification(id: $id) { id } certifications(filter: {ids: [$id]}) { totalCount } }","variables":{"id":12345678901234567890123}}`})
	if a := got.Answer(t); len(a.Errors) > 0 || a.At("certification") != nil || a.At("certifications", "totalCount") != 0.0 {
		t.Errorf("got %s", got.Text)
	}
}

// A response is complete when it is written: its length is known, and it is one JSON text.
func TestAnswersSayTheirLength(t *testing.T) {
	t.Parallel()
	got := graphtest.SharedTenant(t).Send(t, graphtest.Sent{Body: graphtest.Typename})
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(got.Text)); err != nil || got.Header.Get("Content-Length") == "" || compact.String() != got.Text {
		t.Errorf("%v, header %v: %s", err, got.Header, got.Text)
	}
}

// A body that is not JSON is refused, and the response does not repeat it.
func TestBodiesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, body := range []string{"", "{", "[]", "null", `"secret-inside"`, `{"query": "{ __typename }", "variables": secret-inside`, `{"query": 7}`} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := w.Gateway.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "secret-inside") {
			t.Errorf("the response repeats the body: %s", text)
		}
		if !strings.Contains(string(text), `"errors"`) || strings.Contains(string(text), "INTERNAL") {
			t.Errorf("%q: status %d, %s", body, resp.StatusCode, text)
		}
	}
}
