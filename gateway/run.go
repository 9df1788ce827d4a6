package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"certql/edge/config"
	"certql/edge/telemetry"
)

// Exit codes of the program.
const (
	ExitOK     = 0
	ExitStart  = 1 // it could not start
	ExitUsage  = 2 // the command line or the environment is wrong
	ExitForced = 3 // a second signal came before everything was finished
)

// logCloseTime is how long the end waits for a log that is stuck.
const logCloseTime = time.Second

// Run is the program: it runs the command that args name, without the program's own name, until
// ctx ends, and returns the exit code. The playground shows the operations in readme, a text in
// Markdown. Stdout is told the addresses, and what was asked to be printed; stderr has the log and
// a line for each problem. The command for assistants speaks its protocol over stdin and stdout, which have
// nothing else then.
func Run(ctx context.Context, args []string, readme string, stdin io.Reader, stdout, stderr io.Writer) int {
	settings, command, err := config.Parse(args, stdout)
	if errors.Is(err, config.ErrPrinted) {
		return ExitOK
	}
	if err != nil {
		complain(stderr, err)
		return ExitUsage
	}
	switch command {
	case config.CommandSchema:
		err = printSchema(settings.Schema, stdout)
	case config.CommandSandbox:
		err = runSandbox(ctx, settings.Sandbox, stdout)
	default:
		lines := telemetry.NewLogWriter(stderr)
		defer lines.Close(logCloseTime)
		if command == config.CommandMCP {
			err = runTools(ctx, settings.MCP, lines, stdin, stdout)
		} else {
			err = runGateway(ctx, settings.Serve, readme, lines, stdout)
		}
	}
	if err != nil {
		complain(stderr, err)
		return ExitStart
	}
	return ExitOK
}

// complain prints each problem on a line of its own.
func complain(w io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "certql: %s\n", strings.TrimSuffix(line, "\n"))
	}
}
