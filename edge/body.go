package edge

import "net/http"

// LimitBody refuses a request whose body is longer than limit, in bytes, with status 413.
// Where the length is not known beforehand, reading fails past the limit.
func LimitBody(limit int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > limit {
			refuse(w, http.StatusRequestEntityTooLarge, "BAD_USER_INPUT", "The request is too large.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}
