package http1

import (
	"net/http"
	"net/http/httptrace"
)

// RoundTrip makes a call. Its context can end it at any time, also while the body of the response is read. If a
// connection breaks that was kept from another call, the request is sent again over another one: one that changes
// nothing if no response had begun, any other one only if nothing of it was sent. The GotConn of a
// httptrace.ClientTrace is told of each connection before the request is sent over it.
func (p *Pool) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	trace := httptrace.ContextClientTrace(ctx)
	for {
		c, err := p.get(ctx)
		if err != nil {
			if req.Body != nil {
				_ = req.Body.Close()
			}
			return nil, err
		}
		if trace != nil && trace.GotConn != nil {
			trace.GotConn(httptrace.GotConnInfo{Conn: c.Conn, Reused: c.kept, WasIdle: c.kept})
		}
		resp, failed := c.exchange(req)
		if failed == nil {
			return resp, nil
		}
		p.discard(c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		again := failed.progress == unsent || failed.progress == unanswered && changesNothing(req)
		if req = rewound(req); !c.kept || !again || req == nil {
			return nil, failed.error
		}
	}
}

// changesNothing reports whether a request may reach the server twice.
func changesNothing(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return false
}

// rewound returns a request as it was before its body was read; nil if that cannot be had.
func rewound(req *http.Request) *http.Request {
	if req.Body == nil {
		return req
	}
	if req.GetBody == nil {
		return nil
	}
	fresh := *req
	var err error
	if fresh.Body, err = req.GetBody(); err != nil {
		return nil
	}
	return &fresh
}
