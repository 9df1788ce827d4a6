package model_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/model"
	"certql/upstream"
)

func written(m graphql.Marshaler) string {
	var b bytes.Buffer
	m.MarshalGQL(&b)
	return b.String()
}

func TestDateTimesAreWrittenInUTCWithMilliseconds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2018-06-25T20:22:28.104Z":            `"2018-06-25T20:22:28.104Z"`,
		"2018-06-25T20:22:28Z":                `"2018-06-25T20:22:28.000Z"`,
		"2018-06-25T20:22:28.1045678+02:00":   `"2018-06-25T18:22:28.104Z"`,
		"2018-12-31T23:59:59.999999999-01:00": `"2019-01-01T00:59:59.999Z"`,
		"0001-01-01T00:00:00Z":                `"0001-01-01T00:00:00.000Z"`,
		"0000-01-01T00:00:00Z":                `"0000-01-01T00:00:00.000Z"`,
		"9999-12-31T23:59:59Z":                `"9999-12-31T23:59:59.000Z"`,
		"2016-12-31T23:59:60Z":                `"2017-01-01T00:00:00.000Z"`,
	} {
		read, err := model.UnmarshalDateTime(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got := written(model.MarshalDateTime(read)); got != want {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
	if got := written(model.MarshalDateTime(upstream.Time{})); got != "null" {
		t.Errorf("no time is written %s", got)
	}
	for _, odd := range []any{"", "tomorrow", "2018-06-25", "2018-06-25T20:22:28", "2018-13-01T00:00:00Z", "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", 1, nil, true} {
		if got, err := model.UnmarshalDateTime(odd); err == nil {
			t.Errorf("%v is read as %v", odd, got)
		}
	}
}

func TestEmptyTextIsNull(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "null", " ": `" "`, `a"b\`: `"a\"b\\"`} {
		if got := written(model.MarshalString(text)); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}

func TestEnumsAreOpenOnTheWayOutAndClosedOnTheWayIn(t *testing.T) {
	t.Parallel()
	for value, want := range map[upstream.CertificationPhase]string{
		upstream.PhaseActive: `"ACTIVE"`, "NOT_YET_DOCUMENTED": `"UNRECOGNIZED"`, "active": `"UNRECOGNIZED"`, "": "null",
	} {
		if got := written(model.MarshalCertificationPhase(value)); got != want {
			t.Errorf("%q is written %s, want %s", value, got, want)
		}
	}
	if got, err := model.UnmarshalCertificationPhase("SIGNED"); err != nil || got != upstream.PhaseSigned {
		t.Errorf("SIGNED is read as %q, %v", got, err)
	}
	for _, odd := range []any{"UNRECOGNIZED", "NOT_YET_DOCUMENTED", "signed", "", 1, nil} {
		if got, err := model.UnmarshalCertificationPhase(odd); err == nil {
			t.Errorf("%v is read as %q", odd, got)
		}
	}
}

// A date and time is written as the moment that was read, whatever its format.
func FuzzDateTimeComesBack(f *testing.F) {
	f.Add("2018-06-25T20:22:28.104Z")
	f.Add("2018-06-25T20:22:28.104+14:00")
	f.Add("0000-01-01T00:00:00Z")
	f.Add("9999-12-31T23:59:59.999Z")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := model.UnmarshalDateTime(text)
		if err != nil {
			return
		}
		out := written(model.MarshalDateTime(read))
		again, err := model.UnmarshalDateTime(out[1 : len(out)-1])
		if err != nil || !again.Time.Equal(read.Truncate(time.Millisecond)) {
			t.Errorf("%q goes out as %s", text, out)
		}
	})
}
