package gateway

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"certql/upstream/sandbox"
)

// A receiver takes spans by the protocol OTLP over HTTP.
type receiver struct {
	*httptest.Server
	mu        sync.Mutex
	spans     []*traces.Span
	resources map[string]string // attributes of what the spans come from
	status    int               // of its responses
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{resources: map[string]string{}, status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		var export collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &export)
		}
		if err != nil || request.URL.Path != "/v1/traces" || request.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("%s %s sends what is no OTLP: %v", request.Method, request.URL, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, from := range export.GetResourceSpans() {
			maps.Copy(r.resources, attributesOf(from.GetResource().GetAttributes()))
			for _, scope := range from.GetScopeSpans() {
				r.spans = append(r.spans, scope.GetSpans()...)
			}
		}
		w.WriteHeader(r.status)
	}))
	t.Cleanup(func() {
		r.Close()
		handedOut.check(t, "a trace", fmt.Sprint(r.received()))
	})
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", r.URL)
	return r
}

func attributesOf(list []*common.KeyValue) map[string]string {
	values := map[string]string{}
	for _, attribute := range list {
		switch value := attribute.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			values[attribute.GetKey()] = value.StringValue
		case *common.AnyValue_IntValue:
			values[attribute.GetKey()] = fmt.Sprint(value.IntValue)
		}
	}
	return values
}

// received returns all spans, once the program that makes them has ended.
func (r *receiver) received() []*traces.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.spans)
}

// tree draws the spans of a trace, each on a line below the one that it belongs to, with the
// values of the given attributes. Those side by side are in order of their lines.
func tree(spans []*traces.Span, trace string, attributes ...string) string {
	known := map[string]bool{}
	for _, span := range spans {
		known[string(span.GetSpanId())] = true
	}
	var draw func(parent, indent string) []string
	draw = func(parent, indent string) []string {
		var lines []string
		for _, span := range spans {
			under := string(span.GetParentSpanId())
			if fmt.Sprintf("%x", span.GetTraceId()) != trace || under != parent && (parent != "" || known[under]) {
				continue
			}
			line := indent + strings.TrimPrefix(span.GetKind().String(), "SPAN_KIND_") + " " + span.GetName()
			values := attributesOf(span.GetAttributes())
			for _, name := range attributes {
				if value, ok := values[name]; ok {
					line += " " + name + "=" + value
				}
			}
			if span.GetStatus().GetCode() == traces.Status_STATUS_CODE_ERROR {
				line += " ERROR"
			}
			lines = append(lines, strings.Join(append([]string{line}, draw(string(span.GetSpanId()), indent+"  ")...), "\n"))
		}
		slices.Sort(lines)
		return lines
	}
	return strings.Join(draw("", ""), "\n")
}

// traceID is the one that the tests bring along.
const traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

func traceparent(id string) []string {
	return []string{"Traceparent", "00-" + id + "-00f067aa0ba902b7-01"}
}

func TestATraceTellsWhereTheTimeOfAnOperationGoes(t *testing.T) {
	r := newReceiver(t)
	t.Setenv("OTEL_SERVICE_NAME", "reviews")
	p := start(t, "--cache-ttl=0s")
	ids := map[string]string{}
	for i, query := range []string{
		`query Page { certifications(first: 2) { totalCount nodes { name reviewers { totalCount } } } rateLimit { limit } }`,
		`{ certificationTask(id: "none") { certification { name } } }`,
		`{ a: certification(id: "` + sandbox.LargeCertification + `") { name } b: certification(id: "` + sandbox.DecidedCertification + `") { name } }`,
		`{ __typename }`,
		`mutation Sign { signOffCertification(input: {certificationId: "` + sandbox.LargeCertification + `"}) { errors { code } } }`,
		`{ certifications(first: 2, after: "forged") { totalCount } }`,
	} {
		id := fmt.Sprintf("%s%02d", traceID[:30], i)
		ids[query] = id
		p.post(t, "", fmt.Sprintf(`{"query":%q}`, query), traceparent(id)...)
	}
	p.end()

	want := map[string]string{
		"query Page": `SERVER POST /graphql http.response.status_code=200
  SERVER query graphql.operation.name=Page
    INTERNAL Query.certifications
      INTERNAL Certification.reviewers
        INTERNAL listCertificationReviewers certql.upstream.attempts=1
          CLIENT GET /v3/certifications/{id}/reviewers http.response.status_code=200
      INTERNAL Certification.reviewers
        INTERNAL listCertificationReviewers certql.upstream.attempts=1
          CLIENT GET /v3/certifications/{id}/reviewers http.response.status_code=200
      INTERNAL listIdentityCertifications certql.upstream.attempts=1
        CLIENT GET /v3/certifications http.response.status_code=200`,
		"{ certificationTask": `SERVER POST /graphql http.response.status_code=200
  SERVER query
    INTERNAL Query.certificationTask
      INTERNAL getCertificationTask certql.upstream.attempts=1 error.type=404 ERROR
        CLIENT GET /v3/certification-tasks/{id} http.response.status_code=404 error.type=404 ERROR`,
		"{ a:": `SERVER POST /graphql http.response.status_code=200
  SERVER query
    INTERNAL listIdentityCertifications certql.upstream.attempts=1
      CLIENT GET /v3/certifications http.response.status_code=200`,
		"{ __typename": `SERVER POST /graphql http.response.status_code=200
  SERVER query`,
		"mutation": `SERVER POST /graphql http.response.status_code=200
  SERVER mutation graphql.operation.name=Sign
    INTERNAL Mutation.signOffCertification
      INTERNAL getIdentityCertification certql.upstream.attempts=1
        CLIENT GET /v3/certifications/{id} http.response.status_code=200`,
		"{ certifications(first: 2, after": `SERVER POST /graphql http.response.status_code=200
  SERVER query error.type=BAD_USER_INPUT ERROR`,
	}
	spans := r.received()
	for query, id := range ids {
		got := tree(spans, id, "graphql.operation.name", "certql.upstream.attempts", "http.response.status_code", "error.type")
		for start, want := range want {
			if diff := cmp.Diff(want, got); strings.HasPrefix(query, start) && diff != "" {
				t.Errorf("the trace of %s (-want +got):\n%s", query, diff)
			}
		}
	}
	if r.resources["service.name"] != "reviews" || r.resources["service.version"] == "" {
		t.Errorf("spans come from %v", r.resources)
	}
	for _, span := range spans {
		for name, value := range attributesOf(span.GetAttributes()) {
			if strings.Contains(value, sandbox.LargeCertification) || strings.Contains(value, "forged") {
				t.Errorf("the span %s has %s=%q", span.GetName(), name, value)
			}
		}
	}
	for _, line := range logLines(t, p.stderr.String()) {
		if id, _ := line["trace_id"].(string); line["msg"] == "request" && !slices.Contains(slices.Collect(maps.Values(ids)), id) {
			t.Errorf("a line of the log has the trace %q", id)
		}
	}
}

func TestATraceShowsWaitsAndTriesAndGoesOnUpstream(t *testing.T) {
	r := newReceiver(t)
	var mu sync.Mutex
	var parents []string
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		mu.Lock()
		parents = append(parents, request.Header.Get("Traceparent"))
		first := len(parents) == 1
		mu.Unlock()
		if first {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, `{"id":"c1"}`)
	}))
	defer service.Close()
	p := start(t, "--upstream-url", service.URL+"/v3")
	p.post(t, "", `{"query":"{ certification(id: \"c1\") { name } }"}`, append(traceparent(traceID), "Authorization", "Bearer token")...)
	p.end()
	spans := r.received()
	want := `SERVER POST /graphql
  SERVER query
    INTERNAL Query.certification
      INTERNAL getIdentityCertification certql.upstream.attempts=2
        CLIENT GET /v3/certifications/{id} error.type=503 ERROR
        CLIENT GET /v3/certifications/{id} http.request.resend_count=1`
	got := tree(spans, traceID, "certql.upstream.attempts", "http.request.resend_count", "error.type")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the trace (-want +got):\n%s", diff)
	}
	tries := map[string]bool{}
	for _, span := range spans {
		values := attributesOf(span.GetAttributes())
		switch {
		case span.GetKind() == traces.Span_SPAN_KIND_CLIENT:
			tries[fmt.Sprintf("00-%s-%x-01", traceID, span.GetSpanId())] = true
			if values["server.address"] != "127.0.0.1" || values["server.port"] == "" || values["http.request.method"] != "GET" || values["network.protocol.version"] != "1.1" {
				t.Errorf("a try has %v", values)
			}
		case span.GetName() == "getIdentityCertification":
			if _, ok := values["certql.upstream.waited_ms"]; !ok {
				t.Errorf("the call has %v", values)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(parents) != 2 || parents[0] == parents[1] || !tries[parents[0]] || !tries[parents[1]] {
		t.Errorf("the service was told of %q, and the tries are %v", parents, tries)
	}
}

func TestWithoutTheVariablesNothingIsTraced(t *testing.T) {
	for name, set := range map[string]map[string]string{
		"off":         {"OTEL_SDK_DISABLED": "true"},
		"no exporter": {"OTEL_TRACES_EXPORTER": "none"},
		"no endpoint": {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t)
			for variable, value := range set {
				t.Setenv(variable, value)
			}
			p := start(t)
			p.post(t, "", `{"query":"{ certifications { totalCount } }"}`, traceparent(traceID)...)
			p.end()
			if spans := r.received(); len(spans) > 0 {
				t.Errorf("%d spans were sent", len(spans))
			}
			if strings.Contains(p.stderr.String(), "trace_id") {
				t.Errorf("the log names a trace:\n%s", p.stderr)
			}
		})
	}
}

func TestAReceiverThatFailsIsToldOnce(t *testing.T) {
	r := newReceiver(t)
	r.status = http.StatusBadRequest
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
	p := start(t)
	for range 3 {
		p.query(t, "", "{ __typename }")
	}
	p.end()
	warned := 0
	for _, line := range logLines(t, p.stderr.String()) {
		if line["msg"] == "traces cannot be sent" && line["level"] == "WARN" {
			warned++
		}
	}
	if warned != 1 {
		t.Errorf("there are %d warnings:\n%s", warned, p.stderr)
	}
}
