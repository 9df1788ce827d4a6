package shared

import (
	"bytes"
	"crypto/rand"
	"strconv"
	"strings"
	"testing"
	"time"

	"certql/edge/session"
	"certql/shared/enginetest"
)

// BenchmarkSessionsKept keeps as many sessions as it is said to run, each with a grant of 2.6 kB as it is sealed, and
// reports how much of a real engine's memory one takes.
func BenchmarkSessionsKept(b *testing.B) {
	server := enginetest.Start(b)
	engine := opened(b, server.URL())
	sessions := NewSessions(engine, 1_000_000)
	memory := func() int {
		info, err := engine.client.Info(b.Context(), "memory").Result()
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(info, "used_memory:")
		text, _, _ := strings.Cut(rest, "\r\n")
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	before := memory()
	grant, record := bytes.Repeat([]byte{1}, 2600), bytes.Repeat([]byte{2}, 120)
	for b.Loop() {
		keys := session.Keys{Session: rand.Text() + rand.Text(), Grant: rand.Text() + rand.Text()}
		if err := sessions.Begin(b.Context(), keys, record, grant, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(memory()-before)/float64(b.N), "engine-B/session")
}
