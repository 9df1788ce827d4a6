package gateway

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/edge/config"
)

var update = flag.Bool("update", false, "write what documents tell of the program")

// guides are the documents whose commands have to work as they stand, beside those that have a test of their own.
var guides = []string{"README.md", "docs/http.md", "docs/documents.md", "docs/callers.md", "docs/portals.md", "docs/sandbox.md", "docs/limits.md", "docs/federation.md"}

// blocksOf returns the code blocks of a document in the given language.
func blocksOf(t *testing.T, document, language string) []string {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, block := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, block[1])
	}
	return blocks
}

func TestEveryReadmeOperationWorksAsItStands(t *testing.T) {
	blocks := blocksOf(t, "README.md", "graphql")
	if len(blocks) < 5 {
		t.Fatalf("the README has %d operations, want 5", len(blocks))
	}
	backwards := slices.Clone(blocks)
	slices.Reverse(backwards)
	for order, blocks := range map[string][]string{"in order": blocks, "backwards": backwards} {
		t.Run(order, func(t *testing.T) {
			p := start(t)
			for _, block := range blocks {
				var data map[string]any
				p.query(t, "", block).into(t, &data)
				if problem := nothingIn(data); problem != "" {
					t.Errorf("%s: %s", problem, block)
				}
			}
		})
	}
}

// nothingIn returns what would disappoint a reader who tries the gateway out: a root field without an
// object, a page without rows, a mutation that was refused.
func nothingIn(data map[string]any) string {
	for field, value := range data {
		object, ok := value.(map[string]any)
		if !ok {
			return field + " is null"
		}
		if errors, ok := object["errors"].([]any); ok && len(errors) > 0 && object["status"] == nil {
			return fmt.Sprintf("%s is refused: %v", field, errors)
		}
		if nodes, ok := object["nodes"].([]any); ok && len(nodes) == 0 {
			return field + " has no rows"
		}
	}
	return ""
}

// shellLines returns the commands of a document's shell blocks, each split into its words.
func shellLines(t *testing.T, document string) [][]string {
	t.Helper()
	var commands [][]string
	for _, block := range blocksOf(t, document, "sh") {
		quoted := regexp.MustCompile(`'[^']*'`).ReplaceAllStringFunc(block, func(text string) string { return strings.ReplaceAll(text, "\n", " ") })
		for line := range strings.Lines(strings.ReplaceAll(quoted, "\\\n", " ")) {
			commands = append(commands, shellWords(t, line))
		}
	}
	return commands
}

// shellWords splits a line as a shell would that knows only blanks and quotes.
func shellWords(t *testing.T, line string) []string {
	t.Helper()
	var words []string
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
		found := regexp.MustCompile(`^('[^']*'|"[^"]*"|[^\s'"]+)(\s|$)`).FindStringSubmatch(rest)
		if found == nil {
			t.Fatalf("a shell would read %q in a way that this test does not", rest)
		}
		words = append(words, strings.Trim(found[1], `'"`))
		rest = rest[len(found[0]):]
	}
	return words
}

func TestEveryCommandIsOneThatWorks(t *testing.T) {
	gateway, tenant := start(t, "--documents=docs/trusted-documents.json"), start(t, "sandbox")
	subgraph := start(t, "--federation")
	for _, document := range guides {
		t.Run(document, func(t *testing.T) {
			gateway := gateway
			if document == "docs/federation.md" {
				gateway = subgraph
			}
			hosts := strings.NewReplacer("http://localhost:8080", gateway.url(t, "GraphQL"), "http://localhost:9090", tenant.url(t, "Sandbox"))
			token := ""
			for _, words := range shellLines(t, document) {
				env := 0
				for strings.HasPrefix(words[env], "CERTQL_") {
					env++
				}
				switch command := words[env]; {
				case command == "curl":
					body := curl(t, gateway, strings.NewReplacer("$TOKEN", token), hosts, words[1:])
					var granted struct {
						AccessToken string `json:"access_token"`
						Token       string `json:"token"`
					}
					if json.Unmarshal(body, &granted) == nil {
						token = cmp.Or(granted.AccessToken, granted.Token, token)
					}
				case slices.Equal(words, []string{"go", "test", "./..."}): // this very test is part of it
				case slices.Equal(words[env:min(env+3, len(words))], []string{"go", "run", "."}):
					for _, variable := range words[:env] {
						name, value, _ := strings.Cut(variable, "=")
						t.Setenv(name, value)
					}
					if _, _, err := config.Parse(words[env+3:], nil); err != nil {
						t.Errorf("%q: %v", words, err)
					}
				case command == "docker":
					fitsTheImage(t, words[1:])
				default:
					t.Errorf("nothing is known of the command %q", words)
				}
			}
			if sends := strings.Contains(strings.Join(blocksOf(t, document, "sh"), ""), "$TOKEN"); sends != (token != "") {
				t.Errorf("a token is sent: %t, and was had: %t", sends, token != "")
			}
		})
	}
}

// fitsTheImage checks that the arguments of docker build the image and run it at the ports that it listens on. Tests of
// the module deploy build and run the image itself.
func fitsTheImage(t *testing.T, args []string) {
	t.Helper()
	image, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	switch line := strings.Join(args, " "); line {
	case "build -t certql .":
	case "run --rm -p 127.0.0.1:8080:8080 certql":
		if !bytes.Contains(image, []byte("CERTQL_ADDR=:8080 ")) || !bytes.Contains(image, []byte("\nENTRYPOINT [\"/certql\"]")) {
			t.Errorf("the image is another one than docker %s expects", line)
		}
	default:
		t.Errorf("nothing is known of docker %s", line)
	}
}

// curl does what the command would do, and fails the test unless the answer has data.
func curl(t *testing.T, p *program, variables, hosts *strings.Replacer, args []string) []byte {
	t.Helper()
	method, target, header := "", "", http.Header{}
	var data []string
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; arg {
		case "-s":
		case "-H":
			i++
			name, value, _ := strings.Cut(variables.Replace(args[i]), ": ")
			header.Add(name, value)
		case "-X":
			i++
			method = args[i]
		case "-d":
			i++
			data = append(data, args[i])
		default:
			if target != "" || !strings.HasPrefix(arg, "http") {
				t.Fatalf("nothing is known of the argument %q of curl", arg)
			}
			target = hosts.Replace(arg)
		}
	}
	if method == "" && len(data) > 0 {
		method = http.MethodPost
	}
	r := request(t, method, target, strings.NewReader(strings.Join(data, "&")))
	if method == http.MethodPost && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header = header
	status, body := p.send(t, r)
	if status/100 != 2 || method != http.MethodPut && len(body) < 10 || bytes.Contains(body, []byte(`"errors":[{`)) {
		t.Errorf("curl %q answers %d: %s", args, status, body)
	}
	return body
}

func TestTheSandboxAloneHasTheOptionsOfTheEmbeddedOne(t *testing.T) {
	options := optionsOf(t)
	var embedded, alone []string
	for _, option := range options["serve"] {
		if name, ok := strings.CutPrefix(option.Name, "sandbox-"); ok {
			embedded = append(embedded, name+" "+option.Envs[0])
		}
	}
	for _, option := range options["sandbox"] {
		if option.Name != "addr" {
			alone = append(alone, option.Name+" "+option.Envs[0])
		}
	}
	if diff := gocmp.Diff(embedded, alone); diff != "" || len(alone) != 14 {
		t.Errorf("docs/settings.md tells of 14 options with the same variables (-embedded +alone):\n%s", diff)
	}
}

func TestSettingsAreThoseOfTheProgram(t *testing.T) {
	var table strings.Builder
	fmt.Fprint(&table, "| option | variable | default | meaning |\n| --- | --- | --- | --- |\n")
	for _, option := range optionsOf(t)["serve"] {
		byDefault := ""
		switch {
		case option.HasDefault:
			byDefault = "`" + option.Default + "`"
		case option.IsBool():
			byDefault = "`false`"
		}
		fmt.Fprintf(&table, "| `--%s` | `%s` | %s | %s |\n", option.Name, option.Envs[0], byDefault, strings.ReplaceAll(option.Help, "|", `\|`))
	}
	written(t, "docs/settings.md", "settings", table.String())
}
