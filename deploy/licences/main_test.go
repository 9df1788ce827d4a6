package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLicencesAreToldFromTheirTexts(t *testing.T) {
	tests := map[string]struct {
		files map[string]string
		want  string // empty where there is none that is accepted
	}{
		"MIT":           {map[string]string{"LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, to any\nperson obtaining a copy of this software …\n\nThe above copyright notice and this permission notice shall be included in all copies"}, "MIT"},
		"three clauses": {map[string]string{"LICENSE.md": "Redistribution and use in source and binary forms, with or without\nmodification, are permitted … Redistributions in binary form must reproduce the above copyright notice … Neither the name of X"}, "BSD-3-Clause"},
		"two clauses":   {map[string]string{"COPYING": "Redistribution and use in source and binary forms, with or without\nmodification, are permitted … Redistributions in binary form must reproduce the above copyright notice"}, "BSD-2-Clause"},
		"Apache":        {map[string]string{"LICENSE.txt": "Apache License\nVersion 2.0, January 2004", "NOTICE": "Made by X"}, "Apache-2.0"},
		"copyleft":      {map[string]string{"LICENSE": "GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007"}, ""},
		"none":          {map[string]string{"README.md": "Permission is hereby granted, free of charge, to any person obtaining a copy. The above copyright notice and this permission notice shall be included"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for file, text := range test.files {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := licenceOf("x v1", folder)
			if got.name != test.want || (err == nil) != (test.want != "") {
				t.Fatalf("it is %q (%v), want %q", got.name, err, test.want)
			}
			for _, text := range test.files {
				if err == nil && !strings.Contains(got.text, text) {
					t.Errorf("the text leaves out %q", text)
				}
			}
		})
	}
}

func TestAProgramThatIsNoneHasNoLicences(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, "main.go"); err == nil || out.Len() > 0 {
		t.Errorf("the licences of a text are %q (%v)", &out, err)
	}
}
