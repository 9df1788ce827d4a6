package telemetry

import (
	"io"
	"log"
	"log/slog"
	"strings"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
)

// maxLibraryText is how much of the text of a library a line of the log has, in bytes.
const maxLibraryText = 200

// NewLibraryLogger returns a logger for libraries that write lines of text, such as net/http. Each line
// becomes a line of the gateway's own log, as far as its first quotation mark: what libraries quote has come
// from outside, and may be a secret.
func NewLibraryLogger(to *slog.Logger) *log.Logger { return log.New(libraryLines{to}, "", 0) }

// LogLibraries has the libraries of this process log what they would otherwise print by themselves: those
// that use the logger of package log, such as the HTTP client, and OpenTelemetry.
func LogLibraries(to *slog.Logger) {
	lines := libraryLines{to}
	log.SetFlags(0)
	log.SetOutput(lines)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { _, _ = io.WriteString(lines, err.Error()) }))
	otel.SetLogger(logr.FromSlogHandler(to.Handler()))
}

type libraryLines struct{ log *slog.Logger }

// Write writes a line.
func (l libraryLines) Write(line []byte) (int, error) {
	text, _, _ := strings.Cut(string(line), "\n")
	if said, _, quotes := strings.Cut(text, `"`); quotes {
		text = strings.TrimRight(said, " ") + "…"
	}
	l.log.Warn("a library has a problem", "text", shortened(text, maxLibraryText))
	return len(line), nil
}
