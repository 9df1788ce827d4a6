package edge

import (
	"net"
	"sync"
)

// Bounded answers a listener that has at most so many connections open at a time: others wait until
// the system accepts no more of them, and counted is told of each that comes (1) and goes (-1).
func Bounded(listener net.Listener, most int, counted func(change int)) net.Listener {
	return &boundedListener{Listener: listener, slots: make(chan struct{}, most), closed: make(chan struct{}), counted: counted}
}

type boundedListener struct {
	net.Listener

	slots   chan struct{} // taken by the connections that are open
	counted func(int)
	once    sync.Once
	closed  chan struct{}
}

// Accept answers the next connection, once there is room for it.
func (l *boundedListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	l.counted(1)
	return &boundedConn{Conn: conn, leave: sync.OnceFunc(func() {
		l.counted(-1)
		<-l.slots
	})}, nil
}

// Close stops listening. Connections that are open stay so.
func (l *boundedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type boundedConn struct {
	net.Conn

	leave func()
}

// Close ends the connection, whose room is for the next one.
func (c *boundedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite tells the other side that nothing more comes. The server does so after a refusal that
// leaves a request unread, for the refusal to arrive before the connection ends.
func (c *boundedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
