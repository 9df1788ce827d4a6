package gateway

import (
	"encoding/json"
	"log/slog"
	"math"
	"strings"
	"testing"

	"certql/edge/config"
)

// There are never more connections than there are descriptors, nor than there is memory for.
func TestConnectionsAreAsManyAsTheSystemAllows(t *testing.T) {
	settings := config.Serve{Upstream: config.Upstream{UpstreamURL: "https://acme.api.identitynow.com"}, Serving: config.Serving{MaxConnections: 10000}}
	embedded := settings
	embedded.UpstreamURL = ""
	const any, mebibytes = math.MaxInt, 1 << 20
	for name, test := range map[string]struct {
		settings config.Serve
		limits   limits
		want     connections
		reason   string // of the line in the log; empty if there is none
	}{
		"no limit":              {settings, limits{any, 0}, connections{10000, 32, 256}, ""},
		"just enough":           {settings, limits{10320, 0}, connections{10000, 32, 256}, ""},
		"one fewer":             {settings, limits{10319, 0}, connections{9999, 32, 256}, "descriptors"},
		"enough for a sandbox":  {embedded, limits{10576, 0}, connections{10000, 32, 256}, ""},
		"too few for a sandbox": {embedded, limits{10320, 0}, connections{9744, 32, 256}, "descriptors"},
		"usual":                 {settings, limits{1024, 0}, connections{712, 32, 248}, "descriptors"},
		"usual, on a sandbox":   {embedded, limits{1024, 0}, connections{712, 32, 124}, "descriptors"},
		"few":                   {settings, limits{64, 0}, connections{20, 4, 8}, "descriptors"},
		"few, on a sandbox":     {embedded, limits{64, 0}, connections{20, 4, 4}, "descriptors"},
		"hardly any":            {settings, limits{16, 0}, connections{5, 1, 2}, "descriptors"},
		"none":                  {settings, limits{0, 0}, connections{1, 1, 1}, "descriptors"},
		"much memory":           {settings, limits{any, 352 * mebibytes}, connections{10000, 32, 256}, ""},
		"as the chart has it":   {settings, limits{any, 27 * mebibytes}, connections{768, 32, 256}, "memory"},
		"little memory":         {settings, limits{1 << 20, 11 * mebibytes}, connections{312, 32, 256}, "memory"},
		"hardly any memory":     {settings, limits{any, 1000}, connections{1, 32, 256}, "memory"},
	} {
		var log strings.Builder
		got := connectionsOf(t.Context(), test.settings, test.limits, slog.New(slog.NewJSONHandler(&log, nil)))
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
		if test.reason == "" {
			if log.Len() > 0 {
				t.Errorf("%s: the log says %s", name, &log)
			}
			continue
		}
		var line struct {
			Msg     string
			Callers int
			Max     int `json:"max_connections"`
		}
		if err := json.Unmarshal([]byte(log.String()), &line); err != nil || !strings.Contains(line.Msg, test.reason) || line.Callers != got.callers || line.Max != 10000 {
			t.Errorf("%s: the log says %s", name, &log)
		}
	}
}

// If the system allows fewer connections than the settings, bounds that would let one sender have all of
// them are lower, too.
func TestFewConnectionsAreSharedAsManyAre(t *testing.T) {
	settings := defaultSettings(t)
	for callers, want := range map[int][3]int{
		10000: {5000, 2500, 1000}, 9999: {4999, 2499, 1000}, 1090: {545, 272, 545}, 20: {10, 5, 10}, 1: {1, 1, 1},
	} {
		got := connections{callers: callers}.fit(settings)
		if bounds := [3]int{got.MaxWebSockets, got.MaxWebSocketsPerSender, got.FrontDoor.MaxRequestsPerSender}; bounds != want {
			t.Errorf("of %d connections: %v, want %v", callers, bounds, want)
		}
	}
	settings.Serving.MaxConnections = 20 // which the operator has set, and knows why
	if got := (connections{callers: 20}).fit(settings); got.MaxWebSockets != 5000 || got.FrontDoor.MaxRequestsPerSender != 1000 {
		t.Errorf("what the settings say is lowered: %+v", got)
	}
}

// A process knows its limits.
func TestTheLimitsOfTheProcessAreKnown(t *testing.T) {
	if got := systemLimits(7); got.descriptors < 1 || got.memory != 7 {
		t.Errorf("%+v", got)
	}
}
