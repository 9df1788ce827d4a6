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

// An effective is the options of a command with their effective values.
type effective struct {
	flags []*kong.Flag
	given map[*kong.Value]bool // on the command line
	files map[*kong.Flag]string
}

// origin returns where the value of an option comes from.
func (e effective) origin(flag *kong.Flag) string {
	if file, ok := e.files[flag]; ok {
		return "file " + shown(file)
	}
	if e.given[flag.Value] {
		return "flag"
	}
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return "variable " + name
		}
	}
	return "default"
}

// explain adds to each line of an error that begins with an option where the value comes from, unless
// that is the command line.
func (e effective) explain(err error) error {
	if err == nil {
		return nil
	}
	byName := make(map[string]*kong.Flag, len(e.flags))
	for _, flag := range e.flags {
		byName["--"+flag.Name] = flag
	}
	var lines []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		option, _, _ := strings.Cut(line, ":")
		option, _, _ = strings.Cut(option, "=")
		if flag := byName[option]; flag != nil && !e.given[flag.Value] {
			line += " (" + e.origin(flag) + ")"
		}
		lines = append(lines, errors.New(line))
	}
	return errors.Join(lines...)
}

// print writes a line for each option: its name, its value and where that comes from. Of a secret it
// shows only whether there is one.
func (e effective) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, flag := range e.flags {
		fmt.Fprintf(table, "%s\t%s\t%s\n", flag.Name, e.value(flag), e.origin(flag))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the settings: %w", err)
	}
	for _, name := range UnknownVariables() {
		fmt.Fprintf(w, "%s is set, but is not a setting\n", name)
	}
	return nil
}

// value returns the value of an option as it may be shown.
func (effective) value(flag *kong.Flag) string {
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

// shown returns a text as it stands, or quoted if it would not be read as one word.
func shown(text string) string {
	if text == "" || strconv.Quote(text) != `"`+text+`"` || strings.ContainsFunc(text, unicode.IsSpace) {
		return strconv.Quote(text)
	}
	return text
}
