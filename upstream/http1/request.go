package http1

import (
	"net/http"
	"strings"
)

// send writes a request to the connection, or leaves that to the read of its response if all of it is at hand.
func (c *conn) send(req *http.Request) error {
	quiet := c.quiet
	c.quiet = false
	text, usual := appendUsual(c.out.AvailableBuffer(), req)
	if !usual {
		if err := req.Write(c.out); err != nil {
			return err
		}
	} else if _, err := c.out.Write(text); err != nil {
		return err
	}
	if quiet && !c.wire.wrote {
		c.wire.holdBack()
	}
	return c.out.Flush()
}

// appendUsual appends a request as http.Request.Write writes it, but for the order of its header, and reports whether
// it is a usual one: a read whose parts can all be taken as they are. What is not usual, Write decides.
func appendUsual(text []byte, req *http.Request) ([]byte, bool) {
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	uri := req.URL.RequestURI()
	if req.Method != http.MethodGet || req.Body != nil || req.Close || len(req.TransferEncoding)+len(req.Trailer) > 0 ||
		host == "" || !consists(host, inHost) || !consists(uri, isVisible) || len(req.Header["User-Agent"]) != 1 {
		return text, false
	}
	text = append(text, "GET "...)
	text = append(text, uri...)
	text = append(text, " HTTP/1.1\r\nHost: "...)
	text = append(text, host...)
	text = append(text, "\r\n"...)
	for name, values := range req.Header {
		switch {
		case name == "Host" || name == "Content-Length" || name == "Transfer-Encoding" || name == "Trailer":
			return text, false
		case name == "" || !consists(name, inName):
			return text, false
		}
		for _, value := range values {
			if value == "" || value != strings.TrimSpace(value) || !consists(value, inValue) {
				return text, false
			}
			text = append(text, name...)
			text = append(text, ": "...)
			text = append(text, value...)
			text = append(text, "\r\n"...)
		}
	}
	return append(text, "\r\n"...), true
}

// consists reports whether a text consists of such characters of ASCII alone.
func consists(text string, of func(c byte) bool) bool {
	for i := range len(text) {
		if !of(text[i]) {
			return false
		}
	}
	return true
}

// isVisible reports whether a character is a visible one.
func isVisible(c byte) bool { return ' ' < c && c < 0x7f }

// inValue reports whether a character is visible or a space.
func inValue(c byte) bool { return c == ' ' || isVisible(c) }

// inName reports whether a character is one of the usual ones of a header's name.
func inName(c byte) bool { return isAlphanumeric(c) || c == '-' }

// inHost reports whether a character is one of the usual ones of a host, which has no brackets then.
func inHost(c byte) bool { return isAlphanumeric(c) || c == '-' || c == '.' || c == ':' }

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
