package edge

import (
	"net/http"
	"time"

	"github.com/rs/cors"
)

// preflightAge is how long a browser may remember what it is allowed to send.
const preflightAge = 10 * time.Minute

// CORS lets the pages of the given origins, and of no others, call next from a browser; if credentials is
// true, with the browser's cookies. Each origin has to be exact, as the settings make sure: with a
// wildcard, any page could use the cookies.
func CORS(origins []string, credentials bool, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next // rs/cors takes an empty list for any origin
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type", "Accept", "Accept-Language", "Cache-Control", "X-Request-Id", "GraphQL-Preflight", "X-Certql-CSRF"},
		ExposedHeaders: []string{"Retry-After", "X-Request-Id"},
		MaxAge:         int(preflightAge.Seconds()),

		AllowCredentials: credentials,
	}).Handler(next)
}
