package edge

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rs/cors"
)

// preflightAge is how long a browser may remember what it is allowed to send.
const preflightAge = 10 * time.Minute

// requestHeaders are the headers that the pages of listed origins may send: those that the gateway reads,
// and those that browsers' libraries add by themselves to each request. A page cannot do without the
// latter, and the gateway ignores those that it does not know.
var requestHeaders = slices.Concat(
	[]string{ // read by the gateway
		"Accept", "Accept-Language", "Authorization", "Cache-Control", "Content-Type", "X-API-Key", "X-Request-Id",
		"GraphQL-Preflight", "X-Certql-CSRF", "Apollo-Require-Preflight", "Traceparent", "Tracestate",
		"Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name",
	},
	[]string{ // GraphQL clients, and what they are built on
		"Apollographql-Client-Name", "Apollographql-Client-Version", "X-Apollo-Operation-Name", "X-Apollo-Operation-Id",
		"GraphQL-Client-Name", "GraphQL-Client-Version", "X-GraphQL-Client-Name", "X-GraphQL-Client-Version", "GraphQL-Require-Preflight",
		"X-Requested-With", "X-Correlation-Id", "Last-Event-Id", "Pragma",
	},
	[]string{ // tracing, beside the W3C's trace context
		"Baggage", "Sentry-Trace", "Newrelic", "Elastic-Apm-Traceparent", "Uber-Trace-Id", "X-Amzn-Trace-Id", "X-Cloud-Trace-Context",
		"X-Datadog-Trace-Id", "X-Datadog-Parent-Id", "X-Datadog-Origin", "X-Datadog-Sampling-Priority", "X-Datadog-Tags",
		"B3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags",
		"Request-Id", "Request-Context", "ADRUM", "X-Dtpc",
	},
)

// CORS lets the pages of the given origins, and of no others, call next from a browser; if credentials is
// true, with the browser's cookies. Each origin has to be exact, as the settings make sure: with a
// wildcard, any page could use the cookies. The pages may send the headers that browsers' libraries add,
// and those in headers, which must be names and no wildcard.
func CORS(origins, headers []string, credentials bool, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next // rs/cors takes an empty list for any origin
	}
	return inOrder(cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: slices.Concat(requestHeaders, headers),
		ExposedHeaders: []string{"Retry-After", "X-Request-Id"},
		MaxAge:         int(preflightAge.Seconds()),

		AllowCredentials: credentials,
	}).Handler(next))
}

// inOrder puts the names in the Access-Control-Request-Headers of a preflight in lower case and in order,
// each once. Browsers send them so, and rs/cors refuses them otherwise; simulated browsers, such as jsdom,
// do not.
func inOrder(next http.Handler) http.Handler {
	const asked = "Access-Control-Request-Headers"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if lines := r.Header[asked]; r.Method == http.MethodOptions && len(lines) > 0 {
			names := strings.Split(strings.ToLower(strings.Join(lines, ",")), ",")
			for i := range names {
				names[i] = strings.Trim(names[i], " \t")
			}
			slices.Sort(names)
			preflight := r.Clone(r.Context())
			preflight.Header.Set(asked, strings.TrimLeft(strings.Join(slices.Compact(names), ","), ","))
			r = preflight
		}
		next.ServeHTTP(w, r)
	})
}
