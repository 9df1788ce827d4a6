// Command certql is a GraphQL gateway over SailPoint Identity Security Cloud's REST
// Certifications API.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"certql/edge"
)

//go:generate go run ./graph/generate

// Exit codes of the program.
const (
	exitOK     = 0
	exitStart  = 1 // it could not start
	exitUsage  = 2 // the command line or the environment is wrong
	exitForced = 3 // a second signal came before all was finished
)

// gcPercent is how far the heap grows, in per cent of what is in use, before garbage is collected.
// Little is in use here, so that the usual 100 would collect several times for each large answer.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, end := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		end()
		<-signals
		os.Exit(exitForced)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it serves what the arguments say until ctx ends, and answers the exit
// code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	config, command, err := edge.Parse(args, stdout)
	if errors.Is(err, edge.ErrPrinted) {
		return exitOK
	}
	if err != nil {
		complain(stderr, err)
		return exitUsage
	}
	if command == edge.CommandSandbox {
		err = runSandbox(ctx, config.Sandbox, stdout)
	} else {
		err = runGateway(ctx, config.Serve, edge.NewLogger(stderr, config.Serve.Log), stdout)
	}
	if err != nil {
		complain(stderr, err)
		return exitStart
	}
	return exitOK
}

// complain prints each problem on a line of its own.
func complain(w io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "certql: %s\n", strings.TrimSuffix(line, "\n"))
	}
}
