package edge_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"certql/edge"
)

// A readingRoom has a handler that reads the body of each request and, if it has all of it, waits to be told to leave.
type readingRoom struct {
	door  http.Handler
	read  chan error
	leave chan struct{}
}

func newReadingRoom(bodies int, refused func(string)) *readingRoom {
	room := &readingRoom{read: make(chan error), leave: make(chan struct{})}
	room.door = edge.NewDoor(edge.DoorConfig{
		MaxRequests: 100, MaxRequestsPerSender: 100, MaxWebSockets: 1, MaxWebSocketsPerSender: 1, MaxBody: 40 << 10, MaxBodies: bodies, Refused: refused,
	}).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			http.Error(w, "the body has not arrived", http.StatusBadRequest)
			io.WriteString(w, ", as it seems")
		}
		if room.read <- err; err == nil {
			<-room.leave
		}
	}))
	return room
}

// send sends a body of so many bytes from an address; measured says whether the header has its length. It
// returns the response if the request is refused, and else nil.
func (room *readingRoom) send(t *testing.T, remote string, bytes int, measured bool) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(strings.Repeat(" ", bytes)))
	r.RemoteAddr = remote
	if !measured {
		r.ContentLength = -1
	}
	w, ended := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(ended)
		room.door.ServeHTTP(w, r)
	}()
	select {
	case err := <-room.read:
		if err == nil {
			return nil
		}
		<-ended
		return w
	case <-ended: // before the body is read
		if !measured {
			t.Error("a body that says nothing of its length is refused before it is read")
		}
		return w
	}
}

// Callers who send large bodies, however slowly, take only so much memory, and one of them leaves half of
// it to others. Bodies as most requests have them are let in all the same.
func TestOnlySoManyBytesOfBodiesAreUnderWay(t *testing.T) {
	for name, measured := range map[string]bool{"of known length": true, "of unknown length": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const ada, bob, eve, free, whole = "192.0.2.1:10", "192.0.2.2:10", "192.0.2.3:10", 8 << 10, 40 << 10
				var refused []string
				room := newReadingRoom(4*(whole-free), func(limit string) { refused = append(refused, limit) })
				inside := 0
				for i, step := range []struct {
					remote string
					bytes  int
					status int // 0 if it is let in
				}{
					{ada, whole, 0},
					{ada, whole, 0},
					{ada, free + 1, 429},
					{ada, free, 0},
					{ada, 0, 0},
					{bob, whole, 0},
					{bob, whole, 0},
					{eve, free + 1, 503},
					{eve, free, 0},
				} {
					w := room.send(t, step.remote, step.bytes, measured)
					switch {
					case w == nil && step.status != 0, w != nil && w.Code != step.status:
						t.Fatalf("step %d: %v, want status %d", i, w, step.status)
					case w == nil:
						inside++
					case w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), "--max-bodies") || strings.Contains(w.Body.String(), "arrived") || strings.Count(w.Body.String(), "errors") != 1:
						t.Errorf("step %d: %v, %s", i, w.Header(), w.Body)
					}
				}
				for range inside {
					room.leave <- struct{}{}
				}
				synctest.Wait()
				if w := room.send(t, ada, whole, measured); w != nil {
					t.Errorf("when all have left: %d", w.Code)
				}
				room.leave <- struct{}{}
				if got := strings.Join(refused, " "); got != "bodiesPerSender bodies" {
					t.Errorf("limits that were reached: %s", got)
				}
			})
		})
	}
}

// Whoever comes alone is let in, however little room the settings leave.
func TestOneBodyHasRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room := newReadingRoom(2, nil)
		if w := room.send(t, "192.0.2.1:10", 40<<10, true); w != nil {
			t.Errorf("status %d", w.Code)
		}
		if w := room.send(t, "192.0.2.1:10", 40<<10, true); w == nil {
			t.Error("so is another one")
		}
		room.leave <- struct{}{}
	})
}

// What goes wrong with a body for another reason is for the handler to say.
func TestABodyThatBreaksOffIsTheHandlersOwn(t *testing.T) {
	door := edge.NewDoor(edge.DoorConfig{MaxRequests: 1, MaxRequestsPerSender: 1, MaxWebSockets: 1, MaxWebSocketsPerSender: 1, MaxBody: 40 << 10, MaxBodies: 1 << 20})
	broken := errors.New("broken off")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", io.MultiReader(strings.NewReader(strings.Repeat(" ", 9<<10)), failing{broken}))
	r.ContentLength = -1
	w := httptest.NewRecorder()
	door.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); !errors.Is(err, broken) {
			t.Errorf("the handler reads %v", err)
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("the writer cannot do what the one below can: %v", err)
		}
		http.Error(w, "it has not arrived", http.StatusBadRequest)
	})).ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "it has not arrived") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

// A failing reader fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
