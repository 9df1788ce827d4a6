package edge

import (
	"container/list"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// The first and the longest wait after a connection could not be accepted.
	leastAcceptWait, longestAcceptWait = 5 * time.Millisecond, time.Second
	// acceptLogPace is how long such a failure is not logged again.
	acceptLogPace = 10 * time.Second
)

// A ListenerConfig says how many connections a Listener has open, and who is told of them. All fields are
// mandatory.
type ListenerConfig struct {
	// MaxConnections is how many connections are open at a time. Others wait: one in hand, and the rest in
	// the system's queue.
	MaxConnections int
	// Counted is called for each connection that opens (1) or closes (-1).
	Counted func(change int)
	// Logger is told if connections cannot be accepted.
	Logger *slog.Logger
}

// A Listener accepts connections within a bound. If there are as many as there may be, one that waits for
// a request gives way to the next, the one that has waited longest first: a caller who opens connections
// and says nothing keeps nobody out. If connections cannot be accepted, as when there are no descriptors
// left, it tries again, less and less often, until it is closed: no such error ends a server.
type Listener struct {
	net.Listener

	config ListenerConfig
	room   chan struct{} // has an element if there may be room
	once   sync.Once
	closed chan struct{}
	logged time.Time // when a failure was logged last; for Accept alone

	mu   sync.Mutex // guards what follows
	open int
	idle list.List // of connections that wait for a request, the longest first
}

// NewListener returns a listener that takes its connections from another. The server that uses it has to
// report to ConnState, and calls Accept in one goroutine.
func NewListener(listener net.Listener, config ListenerConfig) *Listener {
	return &Listener{Listener: listener, config: config, room: make(chan struct{}, 1), closed: make(chan struct{})}
}

// Accept returns the next connection, once there is room for it. The error is net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	conn, err := l.accept()
	if err != nil {
		return nil, err
	}
	bounded := &boundedConn{Conn: conn, listener: l}
	for !l.enter(bounded) {
		if l.giveWay() {
			continue
		}
		select {
		case <-l.room:
		case <-l.closed:
			conn.Close()
			return nil, net.ErrClosed
		}
	}
	l.config.Counted(1)
	return bounded, nil
}

// accept returns the next connection of the listener below. It tries as often as it takes.
func (l *Listener) accept() (net.Conn, error) {
	for wait := leastAcceptWait; ; wait = min(2*wait, longestAcceptWait) {
		conn, err := l.Listener.Accept()
		if err == nil {
			return conn, nil
		}
		if errors.Is(err, net.ErrClosed) {
			return nil, net.ErrClosed
		}
		if time.Since(l.logged) >= acceptLogPace {
			l.logged = time.Now()
			l.config.Logger.Warn("a connection cannot be accepted", "error", err)
		}
		l.giveWay() // which leaves a descriptor
		select {
		case <-time.After(wait):
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

// enter counts a connection as open if there is room for it.
func (l *Listener) enter(c *boundedConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.config.MaxConnections {
		return false
	}
	l.open++
	c.waits = l.idle.PushBack(c)
	return true
}

// giveWay closes the connection that has waited longest for a request, and reports whether there was one.
func (l *Listener) giveWay() bool {
	l.mu.Lock()
	first := l.idle.Front()
	if first == nil {
		l.mu.Unlock()
		return false
	}
	c := l.idle.Remove(first).(*boundedConn)
	c.waits = nil
	l.mu.Unlock()
	_ = c.Close() // if that fails, it is closed already
	return true
}

// ConnState notes what a connection is about, for http.Server.ConnState.
func (l *Listener) ConnState(conn net.Conn, state http.ConnState) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	c, ok := conn.(*boundedConn)
	if !ok || state == http.StateNew { // which it is from the start
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.waits != nil {
		l.idle.Remove(c.waits)
		c.waits = nil
	}
	if state == http.StateIdle && !c.left {
		c.waits = l.idle.PushBack(c)
		l.mayHaveRoom()
	}
}

// leave counts a connection as open no more.
func (l *Listener) leave(c *boundedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.left {
		return
	}
	c.left = true
	if c.waits != nil {
		l.idle.Remove(c.waits)
		c.waits = nil
	}
	l.open--
	l.config.Counted(-1)
	l.mayHaveRoom()
}

// mayHaveRoom has a connection that waits for room looked at again.
func (l *Listener) mayHaveRoom() {
	select {
	case l.room <- struct{}{}:
	default: // it will be
	}
}

// Close stops listening. Connections that are open stay so.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type boundedConn struct {
	net.Conn

	listener *Listener
	// The listener's lock guards these.
	waits *list.Element // among the idle; nil if it is not one of them
	left  bool
}

// Close closes the connection and makes room for the next one.
func (c *boundedConn) Close() error {
	defer c.listener.leave(c)
	return c.Conn.Close()
}

// CloseWrite tells the other side that nothing more comes. The server does so when it refuses a request
// without reading it all, so that the response arrives before the connection ends.
func (c *boundedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
