package edge

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"certql/header"
	"certql/upstream"
)

const (
	// tryAgain is what a refused caller is told to wait. Nobody knows when others will be done, and most
	// requests take less.
	tryAgain = time.Second
	// lingerTime is how long a caller may go on sending the body of a refused request, so that it gets to
	// read why.
	lingerTime = time.Second
)

// A DoorConfig says how many may be inside at once. All numbers are mandatory.
type DoorConfig struct {
	// Proxies are those whose word on the sender of a request counts.
	Proxies Proxies
	// MaxRequests is how many requests may be under way in all, and MaxRequestsPerSender how many of one
	// sender, who is known by an address and, of IPv6, by its first 64 bits. A response that goes on, such
	// as the events of a subscription, is under way until its end.
	MaxRequests, MaxRequestsPerSender int
	// MaxWebSockets is how many WebSocket connections may be open in all, and MaxWebSocketsPerSender how
	// many of one sender. These do not count as requests.
	MaxWebSockets, MaxWebSocketsPerSender int
	// MaxBody is how many bytes the body of a request may have; handlers make sure of that.
	MaxBody int
	// MaxBodies is how many bytes there may be of all bodies, half of them of one sender. The first 8 KiB of
	// each body are not counted, which is more than most have.
	MaxBodies int
	// Refused is called with the name of the limit for each request that is refused; it may be nil.
	Refused func(limit string)
}

// The names of the limits of a Door, for its Refused and for callers.
const (
	LimitRequests            = "requests"
	LimitRequestsPerSender   = "requestsPerSender"
	LimitWebSockets          = "websockets"
	LimitWebSocketsPerSender = "websocketsPerSender"
	LimitBodies              = "bodies"
	LimitBodiesPerSender     = "bodiesPerSender"
)

// A Door lets only so many requests in at once, so that a flood of them costs memory for those alone, and
// one sender leaves room for the others. Who comes too many is refused before anything is parsed, and
// before the body is read, and told to come again.
type Door struct {
	config                    DoorConfig
	requests, sockets, bodies entrance
}

// NewDoor returns a door through which nobody has come yet.
func NewDoor(config DoorConfig) *Door {
	return &Door{
		config:   config,
		requests: entrance{newBound(config.MaxRequests, config.MaxRequestsPerSender), errRequests, errRequestsOfSender},
		sockets:  entrance{newBound(config.MaxWebSockets, config.MaxWebSocketsPerSender), errWebSockets, errWebSocketsOfSender},
		bodies:   entrance{newBound(config.MaxBodies, config.MaxBodies/2), errBodies, errBodiesOfSender},
	}
}

// Handler lets requests through to next, with the sender of each in its context. All handlers of a door
// have its limits in common.
func (d *Door) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sender := senderAt(d.config.Proxies.sender(r))
		through := d.requests
		if isHandshake(r) {
			through = d.sockets
		}
		left, refused := through.enter(sender, 1)
		if left == nil {
			d.refuse(w, r, refused)
			return
		}
		defer left()
		d.serve(w, r.WithContext(upstream.WithSender(r.Context(), sender)), sender, next)
	})
}

// refuse writes the response to a request that is not let in. The caller must not keep the connection by
// sending the rest of the body at leisure.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, why crowded) {
	if d.config.Refused != nil {
		d.config.Refused(why.limit)
	}
	if r.Body != nil && r.Body != http.NoBody {
		// If deadlines are not supported, there is no connection that could be slow.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingerTime))
		if r.ProtoMajor == 1 { // otherwise the server reads the body before it responds
			w.Header().Set("Connection", "close")
		}
	}
	seconds := int(tryAgain.Seconds())
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	why.writeWith(w, fmt.Sprintf(`,"limit":%q,"allowed":%d,"retryAfter":%d`, why.limit, why.allowed, seconds))
}

// An entrance is a bound on those who come in by it, and how others are refused.
type entrance struct {
	*bound
	full, fullOfSender crowded
}

// enter counts more of a sender as under way, until left is called once. If there is no room for it, left
// is nil, and refused says why.
func (e entrance) enter(sender string, more int) (left func(), refused crowded) {
	left, ofSender := e.bound.enter(sender, more)
	switch {
	case left != nil:
		return left, crowded{}
	case ofSender:
		refused = e.fullOfSender
		refused.allowed = e.mostOfSender
	default:
		refused = e.full
		refused.allowed = e.most
	}
	return nil, refused
}

// A crowded is the refusal of a request for which there is no room.
type crowded struct {
	*HTTPError

	limit   string
	allowed int // by the limit
}

// tooMany returns the refusal of a request because of a limit, which the sentence says is reached.
func tooMany(status int, limit, sentence string) crowded {
	return crowded{HTTPError: &HTTPError{status, "RATE_LIMITED", sentence + " Try again in a second."}, limit: limit}
}

var (
	errRequests           = tooMany(http.StatusServiceUnavailable, LimitRequests, "As many requests are under way as the gateway's setting --max-requests allows.")
	errRequestsOfSender   = tooMany(http.StatusTooManyRequests, LimitRequestsPerSender, "As many requests from this address are under way as the gateway's setting --max-requests-per-sender allows.")
	errWebSockets         = tooMany(http.StatusServiceUnavailable, LimitWebSockets, "As many WebSocket connections are open as the gateway's setting --max-websockets allows.")
	errWebSocketsOfSender = tooMany(http.StatusTooManyRequests, LimitWebSocketsPerSender, "As many WebSocket connections from this address are open as the gateway's setting --max-websockets-per-sender allows.")
	errBodies             = tooMany(http.StatusServiceUnavailable, LimitBodies, "The bodies of the requests under way have as many bytes as the gateway's setting --max-bodies allows.")
	errBodiesOfSender     = tooMany(http.StatusTooManyRequests, LimitBodiesPerSender, "The bodies of the requests under way from this address have half as many bytes as the gateway's setting --max-bodies allows.")
)

// isHandshake reports whether a request asks for a WebSocket, which the graph then takes it for.
func isHandshake(r *http.Request) bool { return header.Lists(r.Header["Upgrade"], "websocket") }
