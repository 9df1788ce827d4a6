package telemetry_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"certql/edge/telemetry"
)

func TestWhatLibrariesSayIsALineOfTheLog(t *testing.T) {
	for said, want := range map[string]string{
		"http: TLS handshake error from 192.0.2.1:4711: EOF":                                        "http: TLS handshake error from 192.0.2.1:4711: EOF",
		"Unsolicited response received on idle HTTP channel starting with \"secret\\n\"; err=<nil>": "Unsolicited response received on idle HTTP channel starting with…",
		"http: panic serving 192.0.2.1:4711: oh\ngoroutine 7 [running]:\nmain.main(0x1)":            "http: panic serving 192.0.2.1:4711: oh",
		"\x1b[2J\r{\"level\":\"ERROR\"}":                                                            "\x1b[2J\r{…",
		strings.Repeat("é", 200):                                                                    strings.Repeat("é", 100) + "…",
		"":                                                                                          "",
	} {
		var text bytes.Buffer
		telemetry.NewLibraryLogger(telemetry.NewLogger(&text, telemetry.LogConfig{Level: "info", Format: "json"})).Print(said)
		var line struct{ Level, Msg, Text string }
		if err := json.Unmarshal(text.Bytes(), &line); err != nil || strings.Count(text.String(), "\n") != 1 {
			t.Fatalf("%q is not a line: %v", text.String(), err)
		}
		if line.Level != "WARN" || line.Msg != "a library has a problem" || line.Text != want {
			t.Errorf("%q: the line is %+v, want %q", said, line, want)
		}
		if strings.ContainsAny(text.String(), "\x1b\r") {
			t.Errorf("%q is not escaped: %q", said, text.String())
		}
	}
}
