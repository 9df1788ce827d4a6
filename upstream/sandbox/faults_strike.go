package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"certql/upstream/sandbox/oauth"
	"certql/upstream/sandbox/response"
)

// wrap returns next with the faults of the operation in front of it.
func (f *faults) wrap(operation string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		armed := f.armed.Load()
		if armed == nil {
			next.ServeHTTP(w, r)
			return
		}
		client := ""
		if armed.chooses() {
			client = f.client(operation, r)
		}
		drawn := armed.draw(operation, client)
		if drawn.before > 0 {
			holdBody(r)
			pause(r, drawn.before)
		}
		switch {
		case drawn.fault == nil && drawn.after == 0:
			next.ServeHTTP(w, r)
		case drawn.fault != nil && drawn.fault.early():
			if late := drawn.fault.AppliedAfterMillis; late > 0 {
				applyLater(w, r, next, time.Duration(late)*time.Millisecond)
			}
			f.strike(w, r, drawn.fault)
		default:
			answered := newRecording(w)
			next.ServeHTTP(answered, drawn.fault.ask(r))
			pause(r, drawn.after)
			f.spoil(w, r, drawn.fault, answered)
		}
	})
}

// applyLater has the operation take effect after a wait, whether or not the client is still there. Nobody
// gets its response.
func applyLater(w http.ResponseWriter, r *http.Request, next http.Handler, wait time.Duration) {
	holdBody(r)
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	late := r.Clone(context.WithoutCancel(r.Context()))
	r.Body, late.Body = http.NoBody, io.NopCloser(bytes.NewReader(body))
	unread := newRecording(w)
	time.AfterFunc(wait, func() { next.ServeHTTP(unread, late) })
}

// ask returns the request that the operation is given instead of r.
func (f *Fault) ask(r *http.Request) *http.Request {
	switch {
	case f == nil:
	case f.Kind == FaultListing:
		return f.Listing.ask(r)
	case f.Kind == FaultQuery:
		return f.askOther(r)
	}
	return r
}

// askOther returns the request with the parameters of a FaultQuery.
func (f *Fault) askOther(r *http.Request) *http.Request {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return r // for the operation to refuse
	}
	for name, value := range f.Query {
		if values.Set(name, value); value == "" {
			values.Del(name)
		}
	}
	changed := r.Clone(r.Context())
	changed.URL.RawQuery = values.Encode()
	return changed
}

// early reports whether the fault strikes before the operation is applied.
func (f *Fault) early() bool {
	switch f.Kind {
	case FaultStatus, FaultCut, FaultStall:
		return f.Strikes != AfterApplying
	}
	return false
}

// strike ends a request with a fault of a kind that does not use the operation's own response.
func (f *faults) strike(w http.ResponseWriter, r *http.Request, fault *Fault) {
	holdBody(r)
	switch fault.Kind {
	case FaultStatus:
		f.sendStatus(w, fault)
	case FaultStall:
		<-r.Context().Done()
		fallthrough
	case FaultCut:
		panic(http.ErrAbortHandler)
	}
}

// spoil sends the response of an operation that was applied, changed as the fault says.
func (f *faults) spoil(w http.ResponseWriter, r *http.Request, fault *Fault, answered *recording) {
	if fault == nil {
		answered.send(w)
		return
	}
	switch fault.Kind {
	case FaultTruncated:
		whole := answered.body.Len()
		answered.body.Truncate(whole / 2)
		if fault.Ending == EndingShort {
			answered.send(w)
			return
		}
		// The connection breaks since fewer bytes follow than were announced.
		answered.sendOf(w, whole)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case FaultContentType:
		if fault.Body == BodyHTML {
			sendHTML(w, http.StatusOK, "Service unavailable")
			return
		}
		answered.header.Set("Content-Type", "text/plain; charset=utf-8")
		answered.send(w)
	case FaultUnknownEnums, FaultNulls, FaultValues, FaultAbsent:
		if answered.status < 300 {
			answered.body = *bytes.NewBuffer(fault.rewrite(answered.body.Bytes()))
		}
		answered.send(w)
	case FaultListing:
		fault.Listing.change(r, answered)
		answered.send(w)
	case FaultQuery:
		answered.send(w)
	default:
		f.strike(w, r, fault)
	}
}

// sendStatus sends the response of a FaultStatus.
func (f *faults) sendStatus(w http.ResponseWriter, fault *Fault) {
	// validate has refused a value that cannot be read.
	if value, _ := fault.retryAfter(f.clock()); value != "" {
		w.Header().Set("Retry-After", value)
	}
	switch {
	case fault.Body == BodyHTML:
		sendHTML(w, fault.Status, response.StatusName(fault.Status))
	case fault.Body == BodyErrorName:
		response.Unanswered(w, fault.Status)
	case fault.Body == BodyNone:
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(fault.Status)
	case fault.Status == http.StatusTooManyRequests:
		response.Throttled(w)
	case oauth.IsOperation(fault.Operation):
		oauth.Refuse(w, fault.Status)
	case fault.Status == http.StatusUnauthorized:
		response.Unauthenticated(w, oauth.ErrTokenExpired)
	default:
		response.Error(w, response.OfStatus(fault.Status))
	}
}

// retryAfterDate begins a Fault.RetryAfter that means a date.
const retryAfterDate = "date:"

// retryAfter returns the value of the Retry-After header of a fault that strikes at now.
func (f *Fault) retryAfter(now time.Time) (string, error) {
	seconds, isDate := strings.CutPrefix(f.RetryAfter, retryAfterDate)
	if !isDate {
		return f.RetryAfter, nil
	}
	n, err := strconv.ParseInt(seconds, 10, 32)
	if err != nil {
		return "", fmt.Errorf("%q is not followed by a number of seconds", retryAfterDate)
	}
	return now.Add(time.Duration(n) * time.Second).UTC().Format(http.TimeFormat), nil
}

// sendHTML sends a page such as a proxy in front of the service sends.
func sendHTML(w http.ResponseWriter, status int, title string) {
	page := "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n"
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page)
}

// holdBody reads the request's body in advance. Only then has all of it certainly arrived, and only then does the server
// notice that the client goes away.
func holdBody(r *http.Request) {
	var held bytes.Buffer
	// That it cannot be read, or is too long, is for the operation to find out.
	_, _ = io.CopyN(&held, r.Body, maxBody+1)
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&held, r.Body), r.Body}
}

// pause waits, and cuts off the request if the client goes away meanwhile.
func pause(r *http.Request, wait time.Duration) {
	if wait <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	<-ctx.Done()
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler)
	}
}

// A recording keeps the response of an operation instead of sending it.
type recording struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// newRecording returns a recording that begins with the headers that are set on w.
func newRecording(w http.ResponseWriter) *recording {
	return &recording{header: w.Header().Clone(), status: http.StatusOK}
}

func (r *recording) Header() http.Header { return r.header }

func (r *recording) WriteHeader(status int) { r.status = status }

func (r *recording) Write(part []byte) (int, error) { return r.body.Write(part) }

// send sends the response as it is now.
func (r *recording) send(w http.ResponseWriter) { r.sendOf(w, r.body.Len()) }

// sendOf sends the response and announces length bytes.
func (r *recording) sendOf(w http.ResponseWriter, length int) {
	maps.Copy(w.Header(), r.header)
	w.Header().Set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes())
}
