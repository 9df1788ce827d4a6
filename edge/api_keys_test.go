package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"certql/edge"
)

func TestAFileOfKeysIsReadLineByLine(t *testing.T) {
	const (
		maxBytes  = 1 << 20
		line      = "reports:" + someHash + "\n"
		malformed = `: must be a name, a colon, and the SHA-256 of the key as 64 hexadecimal digits`
	)
	// sized returns a file of one key that has the given length, most of it a comment.
	sized := func(bytes int) string { return line + "#" + strings.Repeat("x", bytes-len(line)-1) }
	tests := map[string]struct {
		text string
		want string // how the problem begins after the name of the option; empty if there is none
		tail string // how it ends
	}{
		"one key":               {line, "", ""},
		"no line break":         {strings.TrimSpace(line), "", ""},
		"blanks":                {"  reports :  " + someHash + " \r\n", "", ""},
		"large letters":         {"reports:" + strings.ToUpper(someHash), "", ""},
		"comments, empty lines": {"# of us\n\n  # more\n \t\n" + line, "", ""},
		"the last of several":   {"reports:" + strings.Repeat("ab", 32) + "\n" + line, "", ""},
		"as long as may be":     {sized(maxBytes), "", ""},
		"too long by a byte":    {sized(maxBytes + 1), "the file ", " is longer than 1048576 bytes"},
		"empty":                 {"", "the file ", " has no keys"},
		"comments alone":        {"# nobody yet\n\n", "the file ", " has no keys"},
		"no name":               {":" + someHash, "line 1 of the file ", malformed},
		"a blank name":          {" \t:" + someHash, "line 1 of the file ", malformed},
		"no colon":              {someHash, "line 1 of the file ", malformed},
		"no hash":               {"reports:", "line 1 of the file ", malformed},
		"no hexadecimal digits": {"reports:" + strings.Repeat("xy", 32), "line 1 of the file ", malformed},
		"a hash cut off":        {"reports:" + someHash[:62], "line 1 of the file ", malformed},
		"a longer hash":         {"reports:" + someHash + "00", "line 1 of the file ", malformed},
		"a key in the clear":    {line + "\n# x\nbilling:hunter2\n", "line 4 of the file ", malformed},
		"ten wrong lines":       {line + strings.Repeat("hunter2\n", 10), "line 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 of the file ", malformed},
		"more than ten":         {strings.Repeat("hunter2\n", 11) + line, "line 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 of the file ", malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := writeFile(t, test.text)
			g, err := edge.NewServiceGate(edge.GateConfig{APIKeysFile: file})
			if test.want != "" {
				want := fmt.Sprintf("--api-keys-file: %s%q%s", test.want, file, test.tail)
				if err == nil || err.Error() != want {
					t.Errorf("the problem is %v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			authenticator := edge.Authenticator{Service: namedCredential("own"), Gate: g}
			if token, w := ask(t, authenticator, func(r *http.Request) { r.Header.Set("X-API-Key", "hello") }); token != "own" {
				t.Errorf("the key does not let in: status %d", w.Code)
			}
		})
	}
	if _, err := edge.NewServiceGate(edge.GateConfig{APIKeysFile: "/absent"}); err == nil || !strings.HasPrefix(err.Error(), "--api-keys-file: open /absent") {
		t.Errorf("of a file that there is not: %v", err)
	}
}
