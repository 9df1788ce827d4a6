package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// The commands in the README must fit the files, values and arguments.
func TestEveryCommandOfTheReadmeFits(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	dockerfile, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllSubmatch(text, -1) {
		for line := range strings.Lines(string(block[1])) {
			words := strings.Fields(line)
			seen = append(seen, words[0])
			chart := false
			for i, word := range words {
				if strings.HasPrefix(word, "deploy/") {
					if _, err := os.Stat(filepath.Join("..", word)); err != nil {
						t.Errorf("%s: %v", strings.TrimSpace(line), err)
					}
					chart = chart || word == "deploy/"+chartFolder
				}
				if i > 0 && words[i-1] == "--build-arg" {
					name, _, _ := strings.Cut(word, "=")
					if !regexp.MustCompile(`(?m)^ARG .*\b` + name + `=`).Match(dockerfile) {
						t.Errorf("the Dockerfile knows of no %s", name)
					}
				}
			}
			if chart {
				renderCommand(t, words)
			}
		}
	}
	for _, command := range []string{"deploy/build.sh", "deploy/image.sh", "docker", "helm", "kubectl"} {
		if !slices.Contains(seen, command) {
			t.Errorf("the README has no command %s", command)
		}
	}
}

// renderCommand renders the chart with the values that a Helm command sets.
func renderCommand(t *testing.T, words []string) {
	t.Helper()
	values := make(map[string]any)
	for i, word := range words {
		if word == "--set" {
			if err := strvals.ParseInto(words[i+1], values); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, err := yaml.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := render(string(text)); err != nil {
		t.Errorf("%q: %v", words, err)
	}
}
