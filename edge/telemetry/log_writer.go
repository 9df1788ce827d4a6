package telemetry

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// logPatience is how long a line may take to be written before nobody waits for the log any more.
	logPatience = 50 * time.Millisecond
	// maxLogLines is how many lines then wait; more are lost.
	maxLogLines = 1024
)

// A LogWriter writes the lines of a log, and never keeps the gateway from its work. A line is written when
// Write returns, unless what it is written to is stuck, such as a pipe that nobody reads: until that goes
// on, lines wait, and those for which there is no room are lost and counted. Errors, such as those of a
// full disk, are ignored. It is safe for concurrent use.
type LogWriter struct {
	to    io.Writer
	lines chan logLine
	ended chan struct{}
	stuck atomic.Bool
	lost  atomic.Int64

	mu     sync.RWMutex // held to write a line, and to close
	closed bool
}

type logLine struct {
	text    []byte
	written chan struct{}
}

// NewLogWriter returns a LogWriter that writes to another writer. It has to be closed.
func NewLogWriter(to io.Writer) *LogWriter {
	w := &LogWriter{to: to, lines: make(chan logLine, maxLogLines), ended: make(chan struct{})}
	go w.run()
	return w
}

// Write writes a line, of which it keeps nothing. It never fails.
func (w *LogWriter) Write(line []byte) (int, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	next := logLine{append([]byte(nil), line...), make(chan struct{})}
	if w.closed {
		return len(line), nil
	}
	select {
	case w.lines <- next:
	default:
		w.lost.Add(1)
		return len(line), nil
	}
	if w.stuck.Load() {
		return len(line), nil
	}
	patience := time.NewTimer(logPatience)
	defer patience.Stop()
	select {
	case <-next.written:
	case <-patience.C:
		w.stuck.Store(true)
	}
	return len(line), nil
}

// Lost returns how many lines were lost.
func (w *LogWriter) Lost() int64 { return w.lost.Load() }

// Close writes the lines that wait, unless the log is stuck, for as long as the given time. Later lines are
// not written.
func (w *LogWriter) Close(patience time.Duration) {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.lines)
	}
	w.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-w.ended:
	case <-timer.C:
	}
}

// run writes lines until there are no more.
func (w *LogWriter) run() {
	defer close(w.ended)
	for line := range w.lines {
		_, _ = w.to.Write(line.text)
		w.stuck.Store(false)
		close(line.written)
	}
}
