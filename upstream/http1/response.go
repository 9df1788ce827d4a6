package http1

import (
	"bufio"
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// readResponse reads the header of a response. The Body of a usual one is a *body that has to be told of its connection.
func readResponse(in *bufio.Reader, req *http.Request) (*http.Response, error) {
	if resp := readUsual(in, req); resp != nil {
		return resp, nil
	}
	return http.ReadResponse(in, req)
}

// readUsual reads the header of a usual response, as http.ReadResponse does: one that has come whole, whose parts can all be
// taken as they are, and whose body has a length. Otherwise it reads nothing and returns nil.
func readUsual(in *bufio.Reader, req *http.Request) *http.Response {
	text, _ := in.Peek(in.Buffered())
	end := bytes.Index(text, []byte("\r\n\r\n"))
	if end < 0 || req.Method == http.MethodHead {
		return nil
	}
	resp := parseUsual(string(text[:end+len("\r\n")]))
	if resp == nil {
		return nil
	}
	_, _ = in.Discard(end + len("\r\n\r\n")) // which are there
	resp.Request = req
	return resp
}

// parseUsual returns what the lines of the header of a usual response say; nil if it is not one.
func parseUsual(lines string) *http.Response {
	line, lines, _ := strings.Cut(lines, "\r\n")
	status, ok := strings.CutPrefix(line, "HTTP/1.1 ")
	code := usualStatus(status)
	if !ok || code == 0 || !consists(status, inValue) {
		return nil
	}
	values := make([]string, strings.Count(lines, "\n"))
	header, length := make(http.Header, len(values)), int64(-1)
	for i := range values {
		line, lines, _ = strings.Cut(lines, "\r\n")
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || !consists(name, inName) || !consists(value, inValue) {
			return nil
		}
		name, value = http.CanonicalHeaderKey(name), strings.Trim(value, " ")
		switch name {
		case "Transfer-Encoding", "Trailer", "Upgrade":
			return nil
		case "Connection":
			if value != "keep-alive" {
				return nil
			}
		case "Content-Length":
			n, err := strconv.ParseUint(value, 10, 63)
			if err != nil || length >= 0 {
				return nil
			}
			length = int64(n)
		}
		if more, ok := header[name]; ok {
			header[name] = append(more, value)
		} else {
			values[i] = value
			header[name] = values[i : i+1 : i+1]
		}
	}
	if length < 0 || header["Pragma"] != nil && header["Cache-Control"] == nil { // net/http adds the one for the other
		return nil
	}
	r := &struct { // made at once
		response http.Response
		body     body
	}{response: http.Response{
		Status: status, StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, ContentLength: length, Body: http.NoBody,
	}}
	if length > 0 {
		r.body.rest, r.response.Body = length, &r.body
	}
	return &r.response
}

// usualStatus returns the code of a status that has a body and ends the response, 0 for any other.
func usualStatus(status string) int {
	code, _, _ := strings.Cut(status, " ")
	n, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || n < 200 || n > 599 || n == http.StatusNoContent || n == http.StatusNotModified {
		return 0
	}
	return int(n)
}
