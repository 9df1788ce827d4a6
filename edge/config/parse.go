package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"certql/edge/telemetry"
)

// ErrPrinted says that the command line asked for something to be printed, such as help, that it has
// been printed, and that there is nothing left to do.
var ErrPrinted = errors.New("what was asked for has been printed")

// Command names a command of the program.
type Command string

// The commands that Parse returns.
const (
	CommandServe   Command = "serve"
	CommandMCP     Command = "mcp"
	CommandSandbox Command = "sandbox"
	CommandSchema  Command = "schema"
	commandConfig  Command = "config"
)

// Parse reads the command line, without the program's name, the environment, and the files that either
// of them names, and returns the settings and the command that they are for. A flag wins over its
// variable, and that over the default. Help, the version and the effective settings are printed to
// stdout if they are asked for; the error is then ErrPrinted. Any other error has a line for each
// problem, with the option and what is allowed.
func Parse(args []string, stdout io.Writer) (Settings, Command, error) {
	var (
		all      Settings
		read     reading
		printing bool
	)
	parser, err := kong.New(&all, append(read.mappers(),
		kong.Name("certql"),
		kong.Description("A GraphQL gateway over SailPoint Identity Security Cloud's Certifications API.\n\nWithout options it starts on an embedded sandbox. Every option has a variable, shown after it as $CERTQL_…; the option wins."),
		kong.DefaultEnvars("CERTQL"),
		kong.Writers(stdout, stdout),
		kong.Exit(func(int) { printing = true }),
		kong.Help(printHelp),
		kong.Vars{"version": telemetry.ThisBuild().String()},
		kong.WithBeforeReset(func() error { read.pastFlags = true; return nil }),
	)...)
	if err != nil {
		return Settings{}, "", fmt.Errorf("describe the options: %w", err)
	}
	known, wrong := knownOptions(parser, args)
	parsed, err := parser.Parse(known)
	if printing {
		return Settings{}, "", ErrPrinted
	}
	if err != nil {
		return Settings{}, "", errors.Join(append(append(wrong, read.problems(nil)...), err)...)
	}
	command, flags := Command(parsed.Selected().Name), parsed.Selected().Flags
	wrong = append(wrong, read.problems(flags)...)
	files, err := readSecrets(flags)
	wrong = append(wrong, err)
	for _, serve := range []*Serve{&all.Serve, &all.Show} {
		serve.Redis = serve.Redis.withReplica()
	}
	switch command {
	case CommandServe:
		err = errors.Join(problems(all.Serve.validate), telemetry.ValidateTraces(os.Getenv))
	case commandConfig:
		err = errors.Join(problems(all.Show.validate), telemetry.ValidateTraces(os.Getenv))
	case CommandMCP:
		err = errors.Join(problems(all.MCP.validate), telemetry.ValidateTraces(os.Getenv))
	case CommandSandbox:
		err = problems(all.Sandbox.validate)
	}
	options := effective{flags: flags, given: read.given, files: files}
	if err := options.explain(errors.Join(append(wrong, err)...)); err != nil {
		return Settings{}, "", err
	}
	if all.PrintConfig || command == commandConfig {
		return Settings{}, "", errors.Join(ErrPrinted, options.print(stdout))
	}
	return all, command, nil
}

// knownOptions removes from a command line the options that no command has, each with the word after
// it that looks like its value, and returns the rest, and a problem for each removed option.
func knownOptions(parser *kong.Kong, args []string) (known []string, problems []error) {
	names, commands := []string{""}, []string{} // everything after a bare -- is left to the parser
	for _, leaf := range parser.Model.Leaves(false) {
		commands = append(commands, leaf.Name)
		for _, flag := range slices.Concat(leaf.Flags, parser.Model.Flags) {
			names = append(names, flag.Name, "no-"+flag.Name)
		}
	}
	for i := 0; i < len(args); i++ {
		name, isOption := strings.CutPrefix(args[i], "--")
		name, _, hasValue := strings.Cut(name, "=")
		if !isOption || slices.Contains(names, name) {
			known = append(known, args[i])
			continue
		}
		trace, err := kong.Trace(parser, []string{"--" + name})
		problems = append(problems, errors.Join(err, trace.Error)) // which suggests the option that may have been meant
		if !hasValue && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") && !slices.Contains(commands, args[i+1]) {
			i++
		}
	}
	return known, problems
}

// printHelp prints the help of one command or, if none is named, of all that have options of their
// own.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	for _, command := range ctx.Model.Leaves(true) {
		if Command(command.Name) == commandConfig {
			continue
		}
		fmt.Fprintln(ctx.Stdout)
		selected, err := kong.Trace(ctx.Kong, []string{command.Name})
		if err != nil {
			return err
		}
		if err := kong.DefaultHelpPrinter(options, selected); err != nil {
			return err
		}
	}
	return nil
}
