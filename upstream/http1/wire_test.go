package http1

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// connected returns both ends of a connection over TCP.
func connected(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if ours, err = new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if theirs, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

// A request that is held back is sent whole, though the socket has room for none or for some of it.
func TestARequestThatASocketHasNoRoomFor(t *testing.T) {
	tests := map[string]struct {
		full bool
		size int
	}{"none": {true, 4 << 10}, "some": {false, 64 << 20}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ours, theirs := connected(t)
			w, before := newWire(ours), 0
			if tt.full {
				before = fill(t, w)
			}
			w.wrote = false
			w.holdBack()
			request := bytes.Repeat([]byte("request "), tt.size/8)
			if n, err := w.Write(request); n != len(request) || err != nil || w.wrote {
				t.Fatalf("%d bytes are held back, %v; written: %t", n, err, w.wrote)
			}
			got := make(chan []byte)
			go func() {
				time.Sleep(10 * time.Millisecond) // when there was no room
				all := make([]byte, before+len(request))
				_, _ = io.ReadFull(theirs, all)
				_, _ = io.WriteString(theirs, "response")
				got <- all[before:]
			}()
			response := make([]byte, 20)
			n, err := w.Read(response)
			if string(response[:n]) != "response" || err != nil || !w.wrote || w.sendErr != nil {
				t.Errorf("got %q, %v; written: %t, %v", response[:n], err, w.wrote, w.sendErr)
			}
			if got := <-got; !bytes.Equal(got, request) {
				t.Errorf("the server got %d bytes, which are not the request", len(got))
			}
		})
	}
}

func TestARequestThatASocketRefuses(t *testing.T) {
	ours, theirs := connected(t)
	_ = theirs.(*net.TCPConn).SetLinger(0)
	theirs.Close() // which resets the connection
	w := newWire(ours)
	w.holdBack()
	_, _ = io.WriteString(w, "request")
	if n, err := w.Read(make([]byte, 20)); n != 0 || err == nil || !errors.Is(err, w.sendErr) || w.wrote {
		t.Errorf("got %d bytes, %v; written: %t, %v", n, err, w.wrote, w.sendErr)
	}
}

// A server may say why before it hangs up on a request that it has had a part of.
func TestAResponseToARequestOfWhichAPartWasSent(t *testing.T) {
	ours, theirs := connected(t)
	w := newWire(ours)
	w.holdBack()
	_, _ = w.Write(make([]byte, 64<<20))
	go func() {
		_, _ = io.ReadFull(theirs, make([]byte, 1<<20))
		_, _ = io.WriteString(theirs, "no")
		_ = theirs.(*net.TCPConn).SetLinger(0)
		theirs.Close() // which resets the connection
	}()
	response := make([]byte, 20)
	if n, err := w.Read(response); string(response[:n]) != "no" || err != nil || !w.wrote || w.sendErr == nil {
		t.Errorf("got %q, %v; written: %t, %v", response[:n], err, w.wrote, w.sendErr)
	}
}

// Nothing is sent if its response could not be read any more.
func TestARequestOverAConnectionThatHasEnded(t *testing.T) {
	tests := map[string]struct {
		end  func(net.Conn) error
		want error
	}{
		"closed":   {net.Conn.Close, net.ErrClosed},
		"too late": {func(c net.Conn) error { return c.SetReadDeadline(time.Now().Add(-time.Second)) }, os.ErrDeadlineExceeded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ours, theirs := connected(t)
			w := newWire(ours)
			w.holdBack()
			_, _ = io.WriteString(w, "request")
			if err := tt.end(ours); err != nil {
				t.Fatal(err)
			}
			if n, err := w.Read(make([]byte, 20)); n != 0 || !errors.Is(err, tt.want) || w.wrote {
				t.Errorf("got %d bytes, %v; written: %t", n, err, w.wrote)
			}
			ours.Close()
			if got, err := io.ReadAll(theirs); len(got) > 0 || err != nil {
				t.Errorf("the server got %q, %v", got, err)
			}
		})
	}
}

// fill writes until the socket takes no more, and returns how much that was.
func fill(t *testing.T, w *wire) int {
	t.Helper()
	if err := w.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n, err := w.Write(make([]byte, 64<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d bytes were written: %v", n, err)
	}
	if err := w.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	return n
}
