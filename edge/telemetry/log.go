package telemetry

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/trace"

	"certql/upstream"
)

// A LogConfig says what is logged, and how.
type LogConfig struct {
	// Level is debug, info, warn or error: lines below it are not written.
	Level string
	// Format is json, text, or auto: text on a terminal, and json elsewhere.
	Format string
}

// NewLogger returns a logger that writes to w. A line that belongs to a request has its id and that of
// its trace.
func NewLogger(w io.Writer, config LogConfig) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(config.Level)); err != nil {
		level = slog.LevelInfo // no such level, which the settings do not allow
	}
	options := &slog.HandlerOptions{Level: level}
	if config.Format == "text" || config.Format == "auto" && isTerminal(w) {
		return slog.New(requestHandler{slog.NewTextHandler(w, options)})
	}
	return slog.New(requestHandler{slog.NewJSONHandler(w, options)})
}

// isTerminal reports whether w is a terminal, as far as can be told.
func isTerminal(w io.Writer) bool {
	if lines, ok := w.(*LogWriter); ok {
		w = lines.to
	}
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// A requestHandler adds to each line which request and which trace it belongs to.
type requestHandler struct{ slog.Handler }

// Handle writes a line.
func (h requestHandler) Handle(ctx context.Context, line slog.Record) error {
	if id := upstream.RequestIDFrom(ctx); id != "" {
		line.AddAttrs(slog.String("request_id", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		line.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs returns a handler that adds attributes to each line.
func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a handler that puts the attributes of each line into a group.
func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

// shortened cuts foreign text to at most so many bytes, fit for a line of the log.
func shortened(text string, most int) string {
	if len(text) <= most {
		return strings.ToValidUTF8(text, "?")
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return strings.ToValidUTF8(text[:most], "?") + "…"
}
