// Command licences prints the licences of everything that is linked into a program: of Go's standard
// library and of each module that the program lists. It fails if a module has no licence, or one that
// the project does not accept.
//
//	licences PROGRAM
//
// It must run in a folder where the go command knows the modules of the program: the folder above, or
// any other of the program's module. It imports only the standard library, so that it runs wherever the
// program is built.
package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: licences PROGRAM")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// run writes the licences of a program. If one of them is missing or not accepted, it writes nothing, and
// the error names each.
func run(ctx context.Context, w io.Writer, program string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	root, err := goCommand(ctx, "env", "GOROOT")
	if err != nil {
		return err
	}
	standard, err := licenceOf("Go's standard library "+info.GoVersion, root)
	problems := []error{err}
	licences := []licence{standard}
	for _, module := range info.Deps {
		folder, err := folderOf(ctx, module)
		if err != nil {
			return err
		}
		found, err := licenceOf(module.Path+" "+module.Version, folder)
		problems = append(problems, err)
		licences = append(licences, found)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	fmt.Fprintln(w, "This program is built from its own sources, those of Go's standard library and these modules.")
	for _, l := range licences {
		fmt.Fprintf(w, "\n%s\n\n%s (%s)\n\n%s\n", strings.Repeat("-", 80), l.of, l.name, l.text)
	}
	return nil
}

// folderOf returns the folder with the sources of a module.
func folderOf(ctx context.Context, module *debug.Module) (string, error) {
	if module.Replace != nil {
		return "", fmt.Errorf("%s is replaced by %s, so that nobody can say under which licence it is", module.Path, module.Replace.Path)
	}
	folder, err := goCommand(ctx, "list", "-m", "-f", "{{.Dir}}", module.Path+"@"+module.Version)
	if err == nil && folder == "" {
		err = fmt.Errorf("the sources of %s %s are not downloaded", module.Path, module.Version)
	}
	return folder, err
}

// goCommand runs the go command in the folder of the program's module.
func goCommand(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...) //nolint:gosec // arguments of this program alone
	command.Dir = ".."
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}

// A licence is that of one part of the program.
type licence struct {
	of   string // the part, with its version
	name string // such as MIT
	text string // the licence itself, and the notices that go with it
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)(\.(md|txt))?$`)

// licenceOf reads the licence in a folder. It is an error if there is none, or none that is accepted.
func licenceOf(part, folder string) (licence, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return licence{}, err
	}
	found := licence{of: part}
	var texts []string
	for _, entry := range entries { // sorted by name
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name())) //nolint:gosec // a file of the folder
		if err != nil {
			return licence{}, err
		}
		texts = append(texts, strings.TrimSpace(string(text)))
		if found.name == "" {
			found.name = nameOf(string(text))
		}
	}
	if found.name == "" {
		return licence{}, fmt.Errorf("%s has no licence that the project accepts (%s)", part, strings.Join(acceptedNames(), ", "))
	}
	found.text = strings.Join(texts, "\n\n")
	return found, nil
}

// accepted are the licences that the project accepts, each with sentences that distinguish it from those
// after it. They require that their text is kept, which is the purpose of this command; MPL-2.0 also
// requires that changes to its files are published, and there are none.
var accepted = []struct {
	name      string
	sentences []string
}{
	{"Apache-2.0", []string{"Apache License", "Version 2.0, January 2004"}},
	{"MIT", []string{"Permission is hereby granted, free of charge, to any person obtaining a copy", "The above copyright notice and this permission notice shall be included"}},
	{"ISC", []string{"distribute this software for any purpose with or without fee is hereby granted", "the above copyright notice and this permission notice appear in all copies"}},
	{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms, with or without modification, are permitted", "Neither the name of"}},
	{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms, with or without modification, are permitted", "Redistributions in binary form must reproduce the above copyright notice"}},
	{"MPL-2.0", []string{"Mozilla Public License, version 2.0"}},
}

// nameOf returns which of the accepted licences a text is, or the empty string if it is none of them.
func nameOf(text string) string {
	flat := strings.Join(strings.Fields(text), " ")
	for _, candidate := range accepted {
		if !slices.ContainsFunc(candidate.sentences, func(s string) bool { return !strings.Contains(flat, s) }) {
			return candidate.name
		}
	}
	return ""
}

func acceptedNames() []string {
	var names []string
	for _, candidate := range accepted {
		names = append(names, candidate.name)
	}
	return names
}
