package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"
)

const (
	// secretTag marks the options whose values are never shown. For each there is a second option,
	// of its name and fileSuffix, that names a file with the value.
	secretTag  = "secret"
	fileSuffix = "-file"
	// maxSecret bounds what is read of such a file, in bytes.
	maxSecret = 64 << 10
)

// isSecret reports whether the value of an option is never shown.
func isSecret(value *kong.Value) bool { return value.Tag.Has(secretTag) }

// readSecrets takes the values of secrets from the files that their -file options name. It returns
// the names of those files, by the options that they are for. The error has a line for each problem.
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

// readSecret returns the content of a file without line breaks at its end.
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
