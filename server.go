// Command certql is a GraphQL gateway over SailPoint Identity Security Cloud's REST
// Certifications API. What it does is in package gateway; this file has what belongs to the
// process: its signals and the files that are built into it.
package main

import (
	"context"
	_ "embed"
	"os"
	"os/signal"
	"syscall"

	"certql/gateway"
)

//go:generate go run ./graph/generate
//go:generate go -C graph run ./generate/reads

// readme has the operations that the playground shows at first.
//
//go:embed README.md
var readme string

func main() {
	ctx, end := context.WithCancel(context.Background())
	signal.Ignore(syscall.SIGPIPE) // whatever reads the log may end before the gateway does
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		end()
		<-signals
		os.Exit(gateway.ExitForced)
	}()
	os.Exit(gateway.Run(ctx, os.Args[1:], readme, os.Stdin, os.Stdout, os.Stderr))
}
