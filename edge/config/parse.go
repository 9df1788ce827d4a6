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

// ErrPrinted says that something was asked for that has been printed, such as help, and that
// there is nothing left to do.
var ErrPrinted = errors.New("what was asked for has been printed")

// Command names a command of the program.
type Command string

// The commands.
const (
	CommandServe   Command = "serve"
	CommandSandbox Command = "sandbox"
	commandConfig  Command = "config"
)

// Parse reads the command line, the environment and the files that either of them names. A flag
// wins over its variable, and that over the default. Help, the version and the effective
// settings go to stdout where they are asked for. The error has a line for each thing that is
// wrong, with the option and what is allowed.
func Parse(args []string, stdout io.Writer) (Settings, Command, error) {
	var (
		config   Settings
		read     reading
		printing bool
	)
	parser, err := kong.New(&config, append(read.mappers(),
		kong.Name("certql"),
		kong.Description("A GraphQL gateway over SailPoint Identity Security Cloud's Certifications API.\n\nWithout options it starts on an embedded sandbox. Every option has a variable, shown behind it as $CERTQL_…; the option wins."),
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
	known, problems := knownOptions(parser, args)
	parsed, err := parser.Parse(known)
	if printing {
		return Settings{}, "", ErrPrinted
	}
	if err != nil {
		return Settings{}, "", errors.Join(append(append(problems, read.problems(nil)...), err)...)
	}
	command, flags := Command(parsed.Selected().Name), parsed.Selected().Flags
	problems = append(problems, read.problems(flags)...)
	files, err := readSecrets(flags)
	problems = append(problems, err)
	switch command {
	case CommandServe:
		err = errors.Join(config.Serve.validate(), telemetry.ValidateTraces(os.Getenv))
	case commandConfig:
		err = errors.Join(config.Show.validate(), telemetry.ValidateTraces(os.Getenv))
	default:
		err = config.Sandbox.validate()
	}
	effective := settings{flags: flags, given: read.given, files: files}
	if err := effective.explain(errors.Join(append(problems, err)...)); err != nil {
		return Settings{}, "", err
	}
	if config.PrintConfig || command == commandConfig {
		return Settings{}, "", errors.Join(ErrPrinted, effective.print(stdout))
	}
	return config, command, nil
}

// knownOptions takes the options that no command has out of a command line, each with the word
// behind it that looks like its value, and answers the rest and what is wrong with those.
func knownOptions(parser *kong.Kong, args []string) (known []string, problems []error) {
	names, commands := []string{""}, []string{} // everything behind a bare -- is left to the parser
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
		problems = append(problems, errors.Join(err, trace.Error)) // which knows what may have been meant
		if !hasValue && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") && !slices.Contains(commands, args[i+1]) {
			i++
		}
	}
	return known, problems
}

// printHelp prints the help of one command or, where none is named, of all of them that have
// options of their own.
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

// UnknownVariables answers the variables of the environment that look like settings and are
// none: a typing error would go unnoticed otherwise. Those that Kubernetes sets for a service of
// the name certql are not among them.
func UnknownVariables() []string {
	var unknown []string
	parser, err := kong.New(&Settings{}, kong.DefaultEnvars("CERTQL"))
	if err != nil {
		return nil // Parse says so
	}
	var names []string
	for _, leaf := range parser.Model.Leaves(false) {
		for _, flag := range leaf.Flags {
			names = append(names, flag.Envs...)
		}
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		ofService := strings.HasPrefix(name, "CERTQL_SERVICE_") || name == "CERTQL_PORT" || strings.HasPrefix(name, "CERTQL_PORT_")
		if strings.HasPrefix(name, "CERTQL_") && !ofService && !slices.Contains(names, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}
