package upstream

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds the wait that is taken from a Retry-After header.
const maxRetryAfter = 24 * time.Hour

// A response is what the service answered to a request, whatever its status.
type response struct {
	status     int
	total      *int          // X-Total-Count
	retryAfter time.Duration // Retry-After
	body       *buffer       // empty if it could not be read
}

// ok reports whether the service did what it was asked to.
func (r *response) ok() bool { return r.status >= 200 && r.status < 300 }

// A shown is what a response shows. Each caller reads from it what it has selected.
type shown struct {
	status int
	total  *int // of a list
	body   []byte
}

// parseTotal reads X-Total-Count; nil stands for absent and for anything but a count.
func parseTotal(text string) *int {
	if text == "" {
		return nil // without an error that would be made for nothing
	}
	if total, err := strconv.Atoi(text); err == nil && total >= 0 {
		return &total
	}
	return nil
}

// parseRetryAfter reads Retry-After, which is in seconds or a date. What is neither, or
// lies in the past, is 0; more than a day is a day.
func parseRetryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	var wait time.Duration
	if strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil || seconds > int64(maxRetryAfter/time.Second):
			wait = maxRetryAfter
		default:
			wait = time.Duration(seconds) * time.Second
		}
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
