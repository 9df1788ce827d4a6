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
		host == "" || strings.ContainsFunc(host, notInHost) || strings.ContainsFunc(uri, notVisible) || len(req.Header["User-Agent"]) != 1 {
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
		case name == "" || strings.ContainsFunc(name, notInName):
			return text, false
		}
		for _, value := range values {
			if value == "" || value != strings.TrimSpace(value) || strings.ContainsFunc(value, notInValue) {
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

// notVisible reports whether a character is anything but a visible one of ASCII.
func notVisible(r rune) bool { return r <= ' ' || r >= 0x7f }

// notInValue reports whether a character is neither visible nor a space.
func notInValue(r rune) bool { return r != ' ' && notVisible(r) }

// notInName reports whether a character is none of the usual ones of a header's name.
func notInName(r rune) bool { return !isAlphanumeric(r) && r != '-' }

// notInHost reports whether a character is none of the usual ones of a host, which has no brackets then.
func notInHost(r rune) bool { return !isAlphanumeric(r) && r != '-' && r != '.' && r != ':' }

func isAlphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
