package edge

import (
	"net"
	"sync"
)

// Bounded returns a listener that has at most the given number of connections open at a time. Others
// wait in the system's queue. It calls counted for each connection that opens (1) or closes (-1).
func Bounded(listener net.Listener, most int, counted func(change int)) net.Listener {
	return &boundedListener{Listener: listener, slots: make(chan struct{}, most), closed: make(chan struct{}), counted: counted}
}

type boundedListener struct {
	net.Listener

	slots   chan struct{} // has one for each open connection
	counted func(int)
	once    sync.Once
	closed  chan struct{}
}

// Accept returns the next connection, once there is room for it.
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

// Close closes the connection and makes room for the next one.
func (c *boundedConn) Close() error {
	defer c.leave()
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
