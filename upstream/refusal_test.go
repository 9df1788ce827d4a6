package upstream

import (
	"net/http"
	"testing"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		text string
		want time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"0010", 10 * time.Second},
		{"3600", time.Hour},
		{"86400", 24 * time.Hour},
		{"86401", 24 * time.Hour},
		{"9223372036854775807", 24 * time.Hour},
		{"99999999999999999999999", 24 * time.Hour},
		{"-1", 0},
		{"1.5", 0},
		{"1e3", 0},
		{"soon", 0},
		{"٣", 0},
		{now.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{now.Add(-time.Hour).Format(http.TimeFormat), 0},
		{now.AddDate(7000, 0, 0).Format(http.TimeFormat), 24 * time.Hour},
		{now.Add(time.Minute).Format(time.RFC850), time.Minute},
		{now.Add(time.Minute).Format(time.RFC3339), 0},
	}
	for _, tt := range tests {
		if got := parseRetryAfter(tt.text, now); got != tt.want {
			t.Errorf("parseRetryAfter(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, text := range []string{"", "7", "-7", "99999999999999999999", "1.5", now.Format(http.TimeFormat), "Thu, 01 Jan 9999 00:00:00 GMT"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if wait := parseRetryAfter(text, now); wait < 0 || wait > maxRetryAfter {
			t.Fatalf("parseRetryAfter(%q) = %v", text, wait)
		}
	})
}

func FuzzReadRefusal(f *testing.F) {
	f.Add(400, `{"detailCode":"400.1","messages":[{"text":"x","localeOrigin":"REQUEST"}]}`)
	f.Add(401, `{"error":7}`)
	f.Add(302, "<html>")
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := readRefusal("op", &response{status: status, body: &buffer{data: []byte(body)}})
		if e.Status != status || len(e.Messages) > maxMessages || len([]rune(e.Text())) > maxMessageRunes {
			t.Fatalf("got %+v", e)
		}
		if e.Error() == "" {
			t.Fatal("the error has no text")
		}
	})
}
