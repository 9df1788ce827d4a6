package telemetry

import (
	"cmp"
	"net/http"
	"slices"

	"certql/upstream"
)

// Requests observes the requests to next: it gives each an id, counts it, traces it and writes its
// line in the access log. Lines of requests to these paths, where operations are executed, have the level
// info; those of all others, which are for the files of the playground and seldom of interest, have the level
// debug.
func (t *Telemetry) Requests(paths []string, next http.Handler) http.Handler {
	observed := http.HandlerFunc(func(w http.ResponseWriter, outer *http.Request) {
		began, noted, r := t.now(), &entry{}, outer
		id := requestID(r, t.newID)
		w.Header().Set(requestIDHeader, id)
		r = r.WithContext(withEntry(upstream.WithRequestID(r.Context(), id), noted))
		response := &observedWriter{ResponseWriter: w, noted: noted}
		t.serving.Inc()
		t.open.Add(1)
		defer t.open.Done()
		completed := false
		defer func() { // also if the handler panics, which the server sees to
			if !completed {
				response.status = cmp.Or(response.status, http.StatusInternalServerError)
			}
			outer.Pattern = r.Pattern // which the span is named by
			t.serving.Dec()
			t.requests.WithLabelValues(statusClass(cmp.Or(response.status, http.StatusOK))).Inc()
			t.bytes.Add(float64(response.bytes))
			t.logRequest(r, slices.Contains(paths, r.URL.Path), noted, response, t.now().Sub(began))
		}()
		next.ServeHTTP(response, r)
		completed = true
	})
	if t.traces == nil {
		return observed
	}
	return traced(t.traces, observed, paths)
}

// An observedWriter notes the status and the length of a response.
type observedWriter struct {
	http.ResponseWriter
	noted  *entry
	status int // 0 until there is one
	bytes  int64
}

// WriteHeader notes the status.
func (w *observedWriter) WriteHeader(status int) {
	if w.status < http.StatusOK && w.status != http.StatusSwitchingProtocols { // informational ones may come before it
		w.status = status
	}
	if status == http.StatusSwitchingProtocols {
		w.noted.switched.Store(true)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes that the connection takes.
func (w *observedWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap returns the writer below, for http.ResponseController.
func (w *observedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
