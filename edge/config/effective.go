package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/alecthomas/kong"
)

const (
	// secretTag marks the options whose values are never shown. Each has a second option of its
	// name and fileSuffix, which names a file with the value.
	secretTag  = "secret"
	fileSuffix = "-file"
	// maxSecret bounds what is read of such a file, in bytes.
	maxSecret = 64 << 10
)

func isSecret(value *kong.Value) bool { return value.Tag.Has(secretTag) }

// readSecrets takes the values of secrets from the files that their -file options name. It
// answers the names of those files by the options that they are for.
func readSecrets(flags []*kong.Flag) (files map[*kong.Flag]string, err error) {
	files = map[*kong.Flag]string{}
	byName := make(map[string]*kong.Flag, len(flags))
	for _, flag := range flags {
		byName[flag.Name] = flag
	}
	var problems []error
	for _, flag := range flags {
		named, ok := byName[flag.Name+fileSuffix]
		if !ok || !isSecret(flag.Value) || named.Target.String() == "" {
			continue
		}
		if flag.Target.String() != "" {
			problems = append(problems, fmt.Errorf("--%s: the secret is also in --%s: leave out one of them", named.Name, flag.Name))
			continue
		}
		secret, err := readSecret(named.Target.String())
		if err != nil {
			problems = append(problems, fmt.Errorf("--%s: %w", named.Name, err))
			continue
		}
		files[flag] = named.Target.String()
		flag.Target.SetString(secret)
	}
	return files, errors.Join(problems...)
}

// readSecret answers what a file holds, without line breaks at its end.
func readSecret(name string) (string, error) {
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(text), "\r\n")
	switch {
	case secret == "":
		return "", fmt.Errorf("the file %q is empty", name)
	case len(text) > maxSecret:
		return "", fmt.Errorf("the file %q is longer than %d bytes", name, maxSecret)
	case strings.ContainsFunc(secret, unicode.IsControl):
		return "", fmt.Errorf("the file %q has more than one line of text", name)
	}
	return secret, nil
}

// settings are the options of a command with their effective values.
type settings struct {
	flags []*kong.Flag
	given map[*kong.Value]bool // on the command line
	files map[*kong.Flag]string
}

// origin says where the value of an option comes from.
func (s settings) origin(flag *kong.Flag) string {
	if file, ok := s.files[flag]; ok {
		return "file " + shown(file)
	}
	if s.given[flag.Value] {
		return "flag"
	}
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return "variable " + name
		}
	}
	return "default"
}

// explain adds to each line of an error that begins with an option where its value comes from,
// unless that is the command line.
func (s settings) explain(err error) error {
	if err == nil {
		return nil
	}
	byName := make(map[string]*kong.Flag, len(s.flags))
	for _, flag := range s.flags {
		byName["--"+flag.Name] = flag
	}
	var lines []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		option, _, _ := strings.Cut(line, ":")
		option, _, _ = strings.Cut(option, "=")
		if flag := byName[option]; flag != nil && !s.given[flag.Value] {
			line += " (" + s.origin(flag) + ")"
		}
		lines = append(lines, errors.New(line))
	}
	return errors.Join(lines...)
}

// print writes a line for each option: its name, its value and where that comes from. Of
// secrets it shows only whether there is one.
func (s settings) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, flag := range s.flags {
		if flag.Name == "help" {
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", flag.Name, s.value(flag), s.origin(flag))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the settings: %w", err)
	}
	for _, name := range UnknownVariables() {
		fmt.Fprintf(w, "%s is set, but no setting\n", name)
	}
	return nil
}

// value answers the value of an option as it may be shown.
func (settings) value(flag *kong.Flag) string {
	if isSecret(flag.Value) && !flag.Target.IsZero() {
		return "********"
	}
	switch value := flag.Target.Interface().(type) {
	case time.Duration:
		return value.String()
	case []string:
		return shown(strings.Join(value, ","))
	case string:
		return shown(value)
	default:
		return fmt.Sprint(reflect.ValueOf(value))
	}
}

// shown answers a text as it stands, or quoted where it would not be read as one word.
func shown(text string) string {
	if text == "" || strconv.Quote(text) != `"`+text+`"` || strings.ContainsFunc(text, unicode.IsSpace) {
		return strconv.Quote(text)
	}
	return text
}
