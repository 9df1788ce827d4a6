package http1

import (
	"net"
	"syscall"
)

// A wire is a connection, below TLS, whose reads need not wait.
//
// It can also hold a request back until the next read, which sends it and then waits: a read of net.Conn would first ask
// in vain for a response that cannot be there yet. What came before that wait is seen only with what comes after. So a
// request may be held back only where nothing has come that was not read, and only whole, so that nothing of it can have
// been answered. The server's answer ends the wait then, as do the end of the connection, its deadline and Close.
type wire struct {
	net.Conn

	socket syscall.RawConn // nil if there is none
	noWait bool            // reads fail with errNothing if there is nothing to read
	wrote  bool            // anything since it was false

	hold    bool   // what is written is held back
	held    []byte // what was
	sent    int    // how much of that
	sendErr error  // why the rest was not

	look   func(socket uintptr)             // reads what is there, and
	carry  func(socket uintptr) (done bool) // sends what is held back first: made once
	got    []byte                           // the room that they read into
	gotN   int
	gotErr error
}

func newWire(connection net.Conn) *wire {
	w := &wire{Conn: connection}
	if socket, ok := connection.(syscall.Conn); ok {
		w.socket, _ = socket.SyscallConn()
		w.look = func(socket uintptr) { w.gotN, w.gotErr = readNow(socket, w.got) }
		w.carry = w.carryOver
	}
	return w
}

// Read reads what is there, and waits for it unless it must not. It sends first what is held back.
func (w *wire) Read(p []byte) (int, error) {
	switch {
	case w.noWait:
		return w.readNow(p)
	case w.hold:
		return w.sendAndRead(p)
	}
	return w.Conn.Read(p)
}

// Write writes, or holds back, and notes whether anything was written.
func (w *wire) Write(p []byte) (n int, err error) {
	if w.hold {
		w.held = append(w.held, p...)
		return len(p), nil
	}
	n, err = w.Conn.Write(p)
	w.wrote = w.wrote || n > 0
	return n, err
}

// holdBack has what is written held back from now on, if there is a socket.
func (w *wire) holdBack() {
	w.hold, w.held, w.sent = w.socket != nil, w.held[:0], 0
}

func (w *wire) readNow(p []byte) (int, error) {
	if w.socket == nil {
		return 0, errNothing
	}
	w.got = p
	err := w.socket.Control(w.look)
	w.got = nil
	if err != nil {
		return 0, err
	}
	return w.gotN, w.gotErr
}

// sendAndRead sends what is held back, and reads what comes then. What the socket has no room for is sent as usual, and so is
// what it does not take for another reason, which shows then; if only a part was sent, there may be a response all the same.
func (w *wire) sendAndRead(p []byte) (int, error) {
	w.got = p
	err := w.socket.Read(w.carry)
	w.got, w.hold = nil, false
	switch {
	case err != nil:
		return 0, err
	case w.sent == len(w.held):
		return w.gotN, w.gotErr
	}
	if _, w.sendErr = w.Write(w.held[w.sent:]); w.sendErr != nil && !w.wrote {
		return 0, w.sendErr
	}
	return w.Conn.Read(p)
}

// carryOver sends what is held back when it is called first, and reads when there is something to read. It reports whether
// there is nothing to wait for. The runtime notes what happens to the socket from before the first call on.
func (w *wire) carryOver(socket uintptr) (done bool) {
	if w.hold {
		w.hold = false
		w.sent = writeNow(socket, w.held)
		w.wrote = w.wrote || w.sent > 0
		return w.sent < len(w.held)
	}
	w.gotN, w.gotErr = readNow(socket, w.got)
	return w.gotErr != errNothing //nolint:errorlint // nothing wraps it
}

// errNothing says that there is nothing to read now. TLS takes it for a passing failure, as it is.
var errNothing error = nothing{}

type nothing struct{}

func (nothing) Error() string   { return "there is nothing to read" }
func (nothing) Timeout() bool   { return true }
func (nothing) Temporary() bool { return true }
