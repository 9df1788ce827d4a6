// Package enginetest starts engines for tests: a real one, which it skips the test without, or one in
// memory whose clock the test sets.
package enginetest

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
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
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	listener.Close()
	s.Restart()
	t.Cleanup(s.Kill)
	return s
}

// URL returns where the engine is.
func (s *Server) URL() string { return "redis://" + s.address }

// Process returns the number of the engine's process, which changes with each start.
func (s *Server) Process() int { return s.cmd.Process.Pid }

// Kill ends the engine at once, as a crash does.
func (s *Server) Kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// Restart starts the engine again, on the same port, with what it has saved in its directory.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	_, port, _ := net.SplitHostPort(s.address)
	args := append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", s.dir, "--save", "", "--loglevel", "warning"}, s.args...)
	s.cmd = exec.CommandContext(context.Background(), s.program, args...) //nolint:gosec // a test's own arguments
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: s.address, MaxRetries: -1})
	defer func() { _ = client.Close() }()
	for end := time.Now().Add(startTime); ; time.Sleep(10 * time.Millisecond) {
		err := client.Ping(s.t.Context()).Err()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s does not answer: %v", s.program, err)
		}
	}
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
