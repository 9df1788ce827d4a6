package upstream_test

import (
	"encoding/json"
	"testing"
	"time"

	"certql/upstream"
)

func TestParseTime(t *testing.T) {
	tests := []struct {
		text string
		want string // as it is written; empty for the zero Time
	}{
		{"2018-06-25T20:22:28.104Z", "2018-06-25T20:22:28.104Z"},
		{"2018-06-25T20:22:28Z", "2018-06-25T20:22:28.000Z"},
		{"2018-06-25T20:22:28.1Z", "2018-06-25T20:22:28.100Z"},
		{"2018-06-25T20:22:28.123456789Z", "2018-06-25T20:22:28.123Z"},
		{"2018-06-25T20:22:28.104+02:00", "2018-06-25T18:22:28.104Z"},
		{"2018-06-25T20:22:28-07:00", "2018-06-26T03:22:28.000Z"},
		{"2018-06-25T20:22:28.104+0200", "2018-06-25T18:22:28.104Z"},
		{"2018-06-25T20:22Z", "2018-06-25T20:22:00.000Z"},
		{"2018-06-25T20:22+02:00", "2018-06-25T18:22:00.000Z"},
		{"2018-06-25T20:22-0700", "2018-06-26T03:22:00.000Z"},
		{"2018-06-25T20:22:28.104", "2018-06-25T20:22:28.104Z"},
		{"2018-06-25T20:22:28", "2018-06-25T20:22:28.000Z"},
		{"2018-06-25T20:22", "2018-06-25T20:22:00.000Z"},
		{"2018-06-25", "2018-06-25T00:00:00.000Z"},
		{"", ""},
		{"null", ""},
		{"never", ""},
		{"2018-06", ""},
		{"2018-13-25T20:22:28Z", ""},
		{"1529958148104", ""},
		{"2018-06-25T20:22:28Z and more", ""},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
		{"0001-01-01", "0001-01-01T00:00:00.000Z"},
		{"0001-01-01T00:00:00+02:00", "0000-12-31T22:00:00.000Z"},
		{"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
		{"0000-01-01T00:00:00+00:01", ""},
		{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		{"9999-12-31T23:59:59-00:01", ""},
		{"10000-01-01T00:00:00Z", ""},
		{"-0001-01-01T00:00:00Z", ""},
		{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
		{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
		{"2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500Z"},
		{"2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000Z"},
		{"2016-12-31T23:59:60", "2017-01-01T00:00:00.000Z"},
		{"2016-12-31T23:58:60Z", ""},
		{"2016-12-31T12:00:60Z", ""},
		{"2016-12-31T23:59:61Z", ""},
		{"9999-12-31T23:59:60Z", ""},
		{"2016-12-31T24:00:00Z", ""},
		{"2016-02-30T00:00:00Z", ""},
		{"0", ""},
	}
	for _, tt := range tests {
		got := upstream.ParseTime(tt.text)
		if got.String() != tt.want || got.IsZero() != (tt.want == "") {
			t.Errorf("ParseTime(%q) = %q, want %q", tt.text, got, tt.want)
		}
		if _, offset := got.Zone(); offset != 0 {
			t.Errorf("ParseTime(%q) is in %v", tt.text, got.Location())
		}
		if strict := upstream.ParseRFC3339(tt.text); !strict.IsZero() && !strict.Equal(got) {
			t.Errorf("ParseRFC3339(%q) = %q", tt.text, strict)
		}
	}
}

func TestTimeInJSON(t *testing.T) {
	const moment = "2018-06-25T20:22:28.104Z"
	for text, want := range map[string]string{
		`"` + moment + `"`:                     `"` + moment + `"`,
		`"2018-06-25T20:22:28.104\u002b00:00"`: `"` + moment + `"`,
		`null`:                                 `null`,
		`""`:                                   `null`,
		`"\ud800"`:                             `null`,
		`"soon"`:                               `null`,
		`1529958148104`:                        `null`,
		`true`:                                 `null`,
		`["2018-06-25"]`:                       `null`,
		`{"at":"2018-06-25"}`:                  `null`,
	} {
		at := upstream.At(time.Now())
		if err := json.Unmarshal([]byte(text), &at); err != nil {
			t.Errorf("reading %s: %v", text, err)
		}
		got, err := json.Marshal(at)
		if err != nil || string(got) != want {
			t.Errorf("%s became %s, %v; want %s", text, got, err, want)
		}
	}
}

// The first moment of the year 1, which is the zero value of Go's own type, is sent like any other.
func TestTheYearOneIsSent(t *testing.T) {
	decision := upstream.ReviewDecision{ID: "i", Decision: upstream.Revoke, ProposedEndDate: upstream.At(time.Time{})}
	got, err := json.Marshal(decision)
	const want = `{"id":"i","decision":"REVOKE","proposedEndDate":"0001-01-01T00:00:00.000Z","bulk":false}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	decision.ProposedEndDate = upstream.Time{}
	if got, err = json.Marshal(decision); err != nil || string(got) != `{"id":"i","decision":"REVOKE","bulk":false}` {
		t.Errorf("without a date: %s, %v", got, err)
	}
	if year1 := upstream.At(time.Time{}); year1.IsZero() || year1.Equal(upstream.Time{}) || !year1.Equal(upstream.ParseTime("0001-01-01")) {
		t.Error("it is taken for none")
	}
}

func FuzzParseTime(f *testing.F) {
	for _, text := range []string{"2018-06-25T20:22:28.104Z", "2018-06-25T20:22+02:00", "2018-06-25", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+23:59", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := upstream.ParseTime(text)
		if at.IsZero() {
			return
		}
		again := upstream.ParseTime(at.String())
		if again.IsZero() || !again.Time.Equal(at.Truncate(time.Millisecond)) {
			t.Fatalf("%q was read as %v, written as %s, read again as %v", text, at.Time, at, again.Time)
		}
		if got, want := at.String(), at.Format("2006-01-02T15:04:05.000Z"); got != want {
			t.Fatalf("%v is written as %s, want %s", at.Time, got, want)
		}
	})
}
