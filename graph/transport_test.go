package graph_test

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
	"certql/upstream/sandbox"
)

const (
	asJSON    = "application/json; charset=utf-8"
	asGraphQL = "application/graphql-response+json; charset=utf-8"
	typename  = `{"query":"{ __typename }"}`
)

// A sent is a request as it goes out, and a received what came back, as it came.
type sent struct {
	method, query, body string
	header              map[string]string
	chunked             bool // the length of the body is not told beforehand
}

type received struct {
	status int
	header http.Header
	text   string
}

// send sends a request in the name of an administrator. Where it has no method, it is a POST of
// JSON. What comes back is not decompressed.
func (w *tenant) send(t testing.TB, s sent) received {
	t.Helper()
	header := map[string]string{"Accept-Encoding": "identity", "Authorization": "Bearer " + w.token(t, admin)}
	if s.method == "" {
		s.method = http.MethodPost
		header["Content-Type"] = "application/json"
	}
	for name, value := range s.header {
		header[name] = value
	}
	target := w.gateway.URL
	if s.query != "" {
		target += "?" + s.query
	}
	var body io.Reader = strings.NewReader(s.body)
	if s.chunked {
		body = io.MultiReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), s.method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	response, err := w.gateway.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return received{response.StatusCode, response.Header, string(text)}
}

// answer decodes an answer.
func (r received) answer(t testing.TB) answer {
	t.Helper()
	a := answer{status: r.status, text: r.text}
	if err := json.Unmarshal([]byte(r.text), &a); err != nil {
		t.Fatalf("status %d, no JSON: %v: %.300q", r.status, err, r.text)
	}
	return a
}

func TestMediaTypesAreNegotiated(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for accept, want := range map[string]string{
		"":                                  asJSON,
		"*/*":                               asJSON,
		"application/*":                     asJSON,
		"application/json":                  asJSON,
		"application/graphql-response+json": asGraphQL,
		"APPLICATION/GraphQL-Response+JSON": asGraphQL,
		"application/graphql-response+json, application/json":                        asGraphQL,
		"application/json, application/graphql-response+json":                        asGraphQL,
		"application/graphql-response+json;q=0.5, application/json;q=0.9":            asJSON,
		"application/json;q=0.1, application/graphql-response+json":                  asGraphQL,
		"application/json;q=0.1, */*":                                                asGraphQL,
		"application/graphql-response+json;q=0.5, */*":                               asJSON,
		"application/json;q=0, */*;q=0.1":                                            asGraphQL,
		"application/json; charset=utf-8":                                            asJSON,
		"application/json; charset=latin1, application/graphql-response+json;q=0.01": asGraphQL,
		"application/graphql-response+json;q=2, application/json":                    asJSON, // no weight
		`application/json;x="a,application/graphql-response+json"`:                   asJSON,
		"text/html, application/xhtml+xml, */*;q=0.8":                                asJSON,
		"nonsense;;, application/graphql-response+json":                              asGraphQL,
		"multipart/mixed, application/json":                                          asJSON, // there is one part
		"text/event-stream, application/graphql-response+json;q=0.2":                 asGraphQL,
		"multipart/mixed":   `multipart/mixed; boundary="-"; deferSpec=20220824`,
		"text/event-stream": "text/event-stream; charset=utf-8",
		"multipart/mixed;q=0.5,text/event-stream;q=0.4": `multipart/mixed; boundary="-"; deferSpec=20220824`,
	} {
		got := w.send(t, sent{body: typename, header: map[string]string{"Accept": accept}})
		if got.status != http.StatusOK || got.header.Get("Content-Type") != want || !strings.Contains(got.text, `{"data":{"__typename":"Query"}`) {
			t.Errorf("%q: status %d, %q, want %q: %s", accept, got.status, got.header.Get("Content-Type"), want, got.text)
		}
	}
}

func TestRequestsThatAreNotAnsweredSayWhy(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	const secret = "do-not-repeat-me"
	for name, each := range map[string]struct {
		sent
		status int
		code   string
		allow  string
	}{
		"PUT":                  {sent{method: "PUT"}, 405, "BAD_USER_INPUT", "GET, POST, OPTIONS"},
		"DELETE":               {sent{method: "DELETE"}, 405, "BAD_USER_INPUT", "GET, POST, OPTIONS"},
		"mutation by GET":      {sent{method: "GET", query: "query=mutation{__typename}"}, 405, "BAD_USER_INPUT", "POST, OPTIONS"},
		"text/html":            {sent{body: typename, header: map[string]string{"Accept": "text/html"}}, 406, "BAD_USER_INPUT", ""},
		"nothing accepted":     {sent{body: typename, header: map[string]string{"Accept": "*/*;q=0"}}, 406, "BAD_USER_INPUT", ""},
		"no content type":      {sent{body: typename, header: map[string]string{"Content-Type": ""}}, 415, "BAD_USER_INPUT", ""},
		"text/plain":           {sent{body: typename, header: map[string]string{"Content-Type": "text/plain"}}, 415, "BAD_USER_INPUT", ""},
		"a form":               {sent{body: "query={__typename}", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415, "BAD_USER_INPUT", ""},
		"a form with files":    {sent{body: "--x--", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}}, 415, "BAD_USER_INPUT", ""},
		"another charset":      {sent{body: typename, header: map[string]string{"Content-Type": "application/json; charset=utf-16"}}, 415, "BAD_USER_INPUT", ""},
		"a compressed body":    {sent{body: typename, header: map[string]string{"Content-Encoding": "gzip"}}, 415, "BAD_USER_INPUT", ""},
		"no body":              {sent{}, 400, "BAD_USER_INPUT", ""},
		"cut off":              {sent{body: `{"query":"` + secret}, 400, "BAD_USER_INPUT", ""},
		"no JSON":              {sent{body: secret}, 400, "BAD_USER_INPUT", ""},
		"two objects":          {sent{body: typename + typename}, 400, "BAD_USER_INPUT", ""},
		"the same name twice":  {sent{body: `{"query":"` + secret + `","query":"{ __typename }"}`}, 400, "BAD_USER_INPUT", ""},
		"no UTF-8":             {sent{body: "{\"query\":\"\xff" + secret + "\"}"}, 400, "BAD_USER_INPUT", ""},
		"no query":             {sent{body: `{"operationName":"` + secret + `"}`}, 400, "BAD_USER_INPUT", ""},
		"null":                 {sent{body: `null`}, 400, "BAD_USER_INPUT", ""},
		"query is a number":    {sent{body: `{"query":7}`}, 400, "BAD_USER_INPUT", ""},
		"variables are a list": {sent{body: `{"query":"{ __typename }","variables":["` + secret + `"]}`}, 400, "BAD_USER_INPUT", ""},
		"variables in GET":     {sent{method: "GET", query: "query={__typename}&variables=[" + secret}, 400, "BAD_USER_INPUT", ""},
		"no query in GET":      {sent{method: "GET", query: "q=" + secret}, 400, "BAD_USER_INPUT", ""},
		"bad escape in GET":    {sent{method: "GET", query: "query=" + secret + "%zz"}, 400, "BAD_USER_INPUT", ""},
		"no UTF-8 in GET":      {sent{method: "GET", query: "query=" + secret + "%ff"}, 400, "BAD_USER_INPUT", ""},
		"a batch":              {sent{body: "[" + typename + "]"}, 400, "BAD_USER_INPUT", ""},
		"a large body":         {sent{body: `{"query":"` + secret + strings.Repeat(" ", 256<<10) + `"}`}, 413, "OPERATION_TOO_LARGE", ""},
		"a large body, chunked": {
			sent{body: `{"query":"` + secret + strings.Repeat(" ", 256<<10) + `"}`, chunked: true}, 413, "OPERATION_TOO_LARGE", "",
		},
		"a long URL": {sent{method: "GET", query: "query=" + secret + strings.Repeat("+", 256<<10)}, 414, "OPERATION_TOO_LARGE", ""},
	} {
		got := w.send(t, each.sent)
		a := got.answer(t)
		if got.status != each.status || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != each.code || got.header.Get("Allow") != each.allow {
			t.Errorf("%s: status %d, Allow %q, %s; want %d, %q, %s", name, got.status, got.header.Get("Allow"), got.text, each.status, each.allow, each.code)
		}
		if strings.Contains(got.text, secret) || strings.Contains(got.text, `"data"`) {
			t.Errorf("%s: the answer repeats the request or has data: %s", name, got.text)
		}
		if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Cache-Control") != "no-store" ||
			got.header.Get("Content-Type") != asJSON || !strings.Contains(strings.Join(got.header.Values("Vary"), ","), "Accept") {
			t.Errorf("%s: header %v", name, got.header)
		}
	}
}

// A document that is wrong is a request error: the newer media type tells so by its status.
func TestRequestErrorsHaveNoData(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
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
			got := w.send(t, sent{body: body, header: map[string]string{"Accept": accept}})
			a := got.answer(t)
			if got.status != status || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != code ||
				strings.Contains(got.text, `"data"`) || strings.Contains(got.text, "do-not-repeat-me") {
				t.Errorf("%s: status %d, want %d and %s: %s", body, got.status, status, code, got.text)
			}
		}
	}
}

// Where nothing could be answered, the status says why under the media type of GraphQL, for
// whatever lies between and reads no bodies.
func TestTheStatusSaysWhyNothingIsAnswered(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	one := fmt.Sprintf(`{"query":"{ certification(id: \"%s\") { name } __typename @skip(if: true) }"}`, sandbox.LargeCertification)
	ask := func(name, mediaType string, header map[string]string, want int) http.Header {
		t.Helper()
		got := w.send(t, sent{body: one, header: mergedHeader(header, "Accept", mediaType)})
		if a := got.answer(t); got.status != want || a.Data == nil || len(a.Errors) != 1 {
			t.Errorf("%s as %s: status %d, want %d: %s", name, mediaType, got.status, want, got.text)
		}
		return got.header
	}
	nobody, stranger := map[string]string{"Authorization": ""}, map[string]string{"Authorization": "Bearer " + w.token(t, "idle")}
	if header := ask("nobody", "application/graphql-response+json", nobody, 401); header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("401 with %v", header)
	}
	ask("nobody", "application/json", nobody, 200)
	ask("a stranger", "application/graphql-response+json", stranger, 403)
	ask("a stranger", "application/json", stranger, 200)
	w.spoil(t, "getIdentityCertification", sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfter: "60"})
	if header := ask("no budget", "application/graphql-response+json", nil, 429); header.Get("Retry-After") != "60" {
		t.Errorf("429 with %v", header)
	}
	ask("no budget", "application/json", nil, 200)
}

func TestOnlySoMuchIsSaidOfAWrongDocument(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	a := w.ask(t, admin, "{ "+strings.Repeat(strings.Repeat("unknown", 200)+"(a: 1) { b } ", 48)+"}", nil)
	many := w.ask(t, admin, `{ certification(id: "`+strings.Repeat(`" x: "`, 200)+`") { id } }`, nil)
	if len(a.text) > 48*2000 || len(many.Errors) != 51 || many.Errors[50].Message == "" || many.Data != nil {
		t.Errorf("%d bytes of answer; %d errors, the last of them %+v", len(a.text), len(many.Errors), many.Errors[len(many.Errors)-1])
	}
}

// What a page of another site could have a browser send is not answered.
func TestRequestsThatOtherSitesCouldForge(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
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
		"a header of the gateway":      {map[string]string{"X-Certql-CSRF": "1", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}, 200},
		"a content type of JSON":       {map[string]string{"Content-Type": "application/json"}, 200},
		"a content type as forms have": {map[string]string{"Content-Type": "text/plain; application/json"}, 403},
	} {
		each.header = mergedHeader(each.header, "Authorization", "")
		got := w.send(t, sent{method: "GET", query: "query=" + url.QueryEscape("{ __typename }"), header: each.header})
		if got.status != each.status {
			t.Errorf("%s: status %d, want %d: %s", name, got.status, each.status, got.text)
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
	w := sharedTenant(t)
	query := url.Values{
		"query":         {"query A($first: Int) { certifications(first: $first) { nodes { id } } } query B { __typename }"},
		"operationName": {"A"},
		"variables":     {`{"first": 3}`},
		"extensions":    {`{"anything": [1]}`},
	}
	got := w.send(t, sent{method: "GET", query: query.Encode()}).answer(t)
	if nodes, _ := at(got.data(t), "certifications", "nodes").([]any); len(nodes) != 3 {
		t.Errorf("got %s", got.text)
	}
}

func TestOPTIONSNamesTheMethods(t *testing.T) {
	t.Parallel()
	got := sharedTenant(t).send(t, sent{method: "OPTIONS"})
	if got.status != http.StatusNoContent || got.header.Get("Allow") != "GET, POST, OPTIONS" || got.text != "" {
		t.Errorf("got %+v", got)
	}
}

func TestLongAnswersAreCompressedForThoseWhoAccept(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	long := `{"query":"{ certifications(first: 50) { nodes { id name } } }"}`
	plain := w.send(t, sent{body: long})
	if plain.header.Get("Content-Encoding") != "" || len(plain.text) < 2000 {
		t.Fatalf("the plain answer is %d bytes, coded as %q", len(plain.text), plain.header.Get("Content-Encoding"))
	}
	for accept, want := range map[string]string{
		"gzip": "gzip", "deflate, gzip;q=0.5": "gzip", "*": "gzip", "gzip;q=1.0, identity;q=0.5": "gzip",
		"gzip;q=0": "", "identity": "", "br": "", "*;q=0": "", "gzip;q=0.2, identity;q=0.9": "", "gzip;q=0, *": "",
	} {
		got := w.send(t, sent{body: long, header: map[string]string{"Accept-Encoding": accept}})
		text := got.text
		if coding := got.header.Get("Content-Encoding"); coding != want {
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
		if diff := gocmp.Diff(plain.answer(t).Data, received{got.status, got.header, text}.answer(t).Data); diff != "" {
			t.Errorf("%q: the data differ (-plain +got):\n%s", accept, diff)
		}
		if vary := strings.Join(got.header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("%q: Vary is %q", accept, vary)
		}
	}
	short := w.send(t, sent{body: typename, header: map[string]string{"Accept-Encoding": "gzip"}})
	if short.header.Get("Content-Encoding") != "" {
		t.Errorf("a short answer is compressed: %d bytes", len(short.text))
	}
}

func TestBatchesAreAnsweredWhereTheyAreAllowed(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{limits: document.Limits{Batch: 3}})
	read := `{"query":"{ certification(id: \"` + sandbox.LargeCertification + `\") { rawId } }"}`
	got := w.send(t, sent{body: " [" + typename + `,{"query":"{ nobody }"},` + read + "]"})
	var answers []answer
	if err := json.Unmarshal([]byte(got.text), &answers); err != nil || got.status != http.StatusOK || len(answers) != 3 {
		t.Fatalf("status %d, %v: %s", got.status, err, got.text)
	}
	if answers[0].Data["__typename"] != "Query" || answers[1].Data != nil || len(answers[1].Errors) != 1 ||
		at(answers[2].Data, "certification", "rawId") != sandbox.LargeCertification {
		t.Errorf("got %s", got.text)
	}
	for body, code := range map[string]string{
		"[]": "BAD_USER_INPUT",
		"[" + strings.Join([]string{typename, typename, typename, typename}, ",") + "]": "OPERATION_TOO_LARGE",
		"[" + typename + ",7]": "BAD_USER_INPUT",
		"[{}]":                 "BAD_USER_INPUT",
	} {
		got := w.send(t, sent{body: body})
		if a := got.answer(t); got.status != http.StatusBadRequest || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != code {
			t.Errorf("%s: status %d: %s", body, got.status, got.text)
		}
	}
	for _, streamed := range []string{
		`subscription { certificationTask(id: \"1\") { id } }`, `{ __typename ... @defer { rateLimit { limit } } }`,
	} {
		got := w.send(t, sent{body: `[{"query":"` + streamed + `"}]`, header: map[string]string{"Accept": "application/json, text/event-stream"}})
		if !strings.HasPrefix(got.text, `[{"errors":[{"message":"Subscriptions and @defer have no place in a batch`) {
			t.Errorf("%s: %s", streamed, got.text)
		}
	}
}

// Numbers in variables keep their digits.
func TestNumbersInVariablesAreExact(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	got := w.send(t, sent{body: `{"query":"query ($id: ID!) { certification(id: $id) { id } certifications(filter: {ids: [$id]}) { totalCount } }","variables":{"id":12345678901234567890123}}`})
	if a := got.answer(t); len(a.Errors) > 0 || a.at("certification") != nil || a.at("certifications", "totalCount") != 0.0 {
		t.Errorf("got %s", got.text)
	}
}

// An answer is complete when it is written: its length is known, and it is one JSON text.
func TestAnswersSayTheirLength(t *testing.T) {
	t.Parallel()
	got := sharedTenant(t).send(t, sent{body: typename})
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(got.text)); err != nil || got.header.Get("Content-Length") == "" || compact.String() != got.text {
		t.Errorf("%v, header %v: %s", err, got.header, got.text)
	}
}
