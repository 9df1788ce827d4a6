// Package enginetest starts engines for tests: a real one, which it skips the test without, or one in
// memory whose clock the test sets.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// startTime is how long a real engine may take to start.
const startTime = 10 * time.Second

// A Server is a real engine, of which tests may stop and kill the process.
type Server struct {
	t       testing.TB
	program string
	address string
	dir     string
	args    []string
	cmd     *exec.Cmd
	ended   chan struct{} // closed when the process has ended
}

// Start starts a real engine on a free port, with further arguments such as --appendonly yes, and ends it
// with the test. The test is skipped if neither Valkey nor Redis is installed.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir(), args: args}
	for _, name := range []string{"valkey-server", "redis-server"} {
		if path, err := exec.LookPath(name); err == nil && s.program == "" {
			s.program = path
		}
	}
	if s.program == "" {
		t.Skip("neither valkey-server nor redis-server is installed")
	}
	t.Cleanup(s.Kill)
	for end := time.Now().Add(startTime); ; {
		s.address = freeAddress(t)
		if s.answers(end) {
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not answer", s.program)
		}
	}
}

// freeAddress returns an address that nothing listens at. Something else may, by the time that it is used.
func freeAddress(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	return listener.Addr().String()
}

// URL returns where the engine is.
func (s *Server) URL() string { return "redis://" + s.address }

// Process returns the number of the engine's process, which changes with each start.
func (s *Server) Process() int { return s.cmd.Process.Pid }

// Kill ends the engine at once, as a crash does.
func (s *Server) Kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		<-s.ended
		s.cmd = nil
	}
}

// Restart starts the engine again, on the same port, with what it has saved in its directory.
func (s *Server) Restart() {
	s.t.Helper()
	for end := time.Now().Add(startTime); !s.answers(end); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%s does not answer", s.program)
		}
	}
}

// answers starts the engine's process, and reports whether it answers until end. It does not if it ends, as it does if
// something else has its port meanwhile.
func (s *Server) answers(end time.Time) bool {
	s.t.Helper()
	s.Kill()
	_, port, _ := net.SplitHostPort(s.address)
	args := append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", s.dir, "--save", "", "--loglevel", "warning"}, s.args...)
	cmd, ended := exec.CommandContext(context.Background(), s.program, args...), make(chan struct{}) //nolint:gosec // a test's own arguments
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.cmd, s.ended = cmd, ended
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	client := redis.NewClient(&redis.Options{Addr: s.address, MaxRetries: -1})
	defer func() { _ = client.Close() }()
	itself := fmt.Sprintf("process_id:%d\r\n", cmd.Process.Pid)
	for time.Now().Before(end) {
		if client.Ping(s.t.Context()).Err() == nil && strings.Contains(client.Info(s.t.Context(), "server").Val(), itself) {
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
	return false
}

// Empty removes what the engine has saved, while it does not run.
func (s *Server) Empty() {
	s.t.Helper()
	saved, err := filepath.Glob(filepath.Join(s.dir, "*"))
	for _, file := range saved {
		err = errors.Join(err, os.RemoveAll(file))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// Warm makes the engine one that has counted budgets for long, for the keys that begin with a prefix, so that
// nobody waits for it to warm up.
func (s *Server) Warm(prefix string) {
	s.t.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.address, MaxRetries: -1})
	defer func() { _ = client.Close() }()
	if err := client.Set(s.t.Context(), prefix+":{budgets}:born", 1, 0).Err(); err != nil {
		s.t.Fatal(err)
	}
}

// Memory starts an engine in memory, and ends it with the test. Its clock is the test's if SetTime is called.
func Memory(t testing.TB) (url string, engine *miniredis.Miniredis) {
	t.Helper()
	engine = miniredis.RunT(t)
	return "redis://" + engine.Addr(), engine
}
