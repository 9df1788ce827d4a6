package edge

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// ServingConfig are the settings of how the gateway serves, and of how it ends.
type ServingConfig struct {
	AdminAddr      string        `default:"localhost:8081" help:"Host and port for operators, of which callers should know nothing: /metrics, /livez, /readyz and /version. Empty for none."`
	MaxConnections int           `default:"10000" help:"Connections of callers that may be open; more wait to be accepted."`
	ReadTimeout    time.Duration `default:"10s" help:"Longest time that the header of a request, and then its body, may take to arrive."`
	IdleTimeout    time.Duration `default:"2m" help:"Longest time that a connection is kept on which nothing is asked."`
	DrainDelay     time.Duration `default:"0s" help:"How long the gateway still takes requests after it was told to end and says that it is not ready, so that whoever sends them can notice."`
	DrainTimeout   time.Duration `default:"30s" help:"Longest time that what is under way then may take to be finished."`
}

// validate answers every problem to problem, as option, format and values.
func (c ServingConfig) validate(problem func(format string, args ...any)) {
	if err := validateAddr(c.AdminAddr); err != nil && c.AdminAddr != "" {
		problem("--admin-addr: %w", err)
	}
	if c.MaxConnections < 1 {
		problem("--max-connections: must be 1 or more, not %d", c.MaxConnections)
	}
	for _, limit := range []struct {
		option string
		value  time.Duration
	}{{"--read-timeout", c.ReadTimeout}, {"--idle-timeout", c.IdleTimeout}, {"--drain-timeout", c.DrainTimeout}} {
		if limit.value <= 0 {
			problem("%s: must be longer than 0, such as 30s, not %s", limit.option, limit.value)
		}
	}
	if c.DrainDelay < 0 {
		problem("--drain-delay: must be 0 or longer, such as 5s, not %s", c.DrainDelay)
	}
}

// Timed bounds how long a caller may take to send the body of a request, and to take the whole
// answer. What a handler streams has deadlines of the handler's own, which take their place.
func Timed(sending, answering time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// Where deadlines are not supported, there is no connection that could be slow.
		_ = control.SetWriteDeadline(time.Now().Add(answering))
		if r.Body != nil && r.Body != http.NoBody {
			_ = control.SetReadDeadline(time.Now().Add(sending))
			r.Body = &timedBody{r.Body, control}
		}
		next.ServeHTTP(w, r)
	})
}

// A timedBody is a body that has to arrive by the connection's deadline for reading, which ends
// with it: whoever waits for the answer has no more to send.
type timedBody struct {
	io.ReadCloser

	control *http.ResponseController
}

// Read reads what has arrived.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
