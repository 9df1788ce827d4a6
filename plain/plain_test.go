package plain

import (
	"bytes"
	"testing"
)

// oneByOne does the same as Prefix.
func oneByOne(text []byte) int {
	for n, c := range text {
		if c < 0x20 || c > 0x7f || c == '"' || c == '\\' {
			return n
		}
	}
	return len(text)
}

func wantPrefix(t *testing.T, text []byte) {
	t.Helper()
	if got, want := Prefix(text), oneByOne(text); got != want {
		t.Fatalf("%q has a plain prefix of %d bytes, want %d", text, got, want)
	}
}

// Every byte is found at every place, whichever byte follows it.
func TestPrefix(t *testing.T) {
	for length := range 20 {
		text := bytes.Repeat([]byte{'x'}, length)
		wantPrefix(t, text)
		for at := range text {
			for c := range 256 {
				text[at] = byte(c)
				wantPrefix(t, text)
				for _, follows := range []byte{0, 0x1f, ' ', '!', '"', '#', '[', '\\', ']', 0x7f, 0x80, 0xff} {
					if at+1 < length {
						text[at+1] = follows
						wantPrefix(t, text)
						text[at+1] = 'x'
					}
				}
			}
			text[at] = 'x'
		}
	}
}

func FuzzPrefix(f *testing.F) {
	f.Add([]byte(`Adalberto "Quigley"`))
	f.Fuzz(wantPrefix)
}
