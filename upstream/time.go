package upstream

import (
	"bytes"
	"time"
)

// A Time is a moment as the service writes it, or none. The zero Time is none: it stands for a value
// that is absent, null or unreadable. Any other is in UTC and has a year from 0 to 9999. Make one with
// At, which tells the first moment of the year 1 from none.
type Time struct {
	time.Time
}

// utc is the zone of every moment. Since it is not time.UTC, no moment is the zero value of Go's type.
var utc = time.FixedZone("UTC", 0)

// At returns a moment; none if its year in UTC is not from 0 to 9999, since RFC 3339 has no other.
func At(t time.Time) Time {
	t = t.In(utc)
	if year := t.Year(); year < 0 || year > 9999 {
		return Time{}
	}
	return Time{t}
}

// IsZero reports whether there is no moment.
func (t Time) IsZero() bool { return t == Time{} }

// Equal reports whether both are the same moment, or both are none.
func (t Time) Equal(u Time) bool { return t.IsZero() == u.IsZero() && t.Time.Equal(u.Time) }

// timeLayouts are the forms that moments have been seen in, the usual one first. Each
// takes a fraction of a second as well. A moment without a zone is in UTC.
var timeLayouts = [...]string{
	time.RFC3339,
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04Z0700",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04",
	time.DateOnly,
}

// maxTimeBytes is longer than any moment; longer text is not one.
const maxTimeBytes = 64

// ParseTime reads a moment in any form of RFC 3339 and in those that lack the zone, the
// seconds or the time of day. Any other text is the zero Time: an odd date must not fail
// the page that it stands on.
func ParseTime(text string) Time { return parseTime(text, timeLayouts[:]) }

// ParseRFC3339 reads a moment as RFC 3339 has it. Any other text is the zero Time.
func ParseRFC3339(text string) Time { return parseTime(text, timeLayouts[:1]) }

func parseTime(text string, layouts []string) Time {
	if len(text) > maxTimeBytes {
		return Time{}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return At(t)
		}
	}
	if before, ok := beforeLeap(text); ok {
		t := parseTime(before, layouts)
		if !t.IsZero() && t.Hour() == 23 && t.Minute() == 59 {
			return At(t.Add(time.Second))
		}
	}
	return Time{}
}

// beforeLeap returns the text of the second before a leap second, which is the 60th of its minute
// and does not exist in Go; false if the text is not that of a leap second.
func beforeLeap(text string) (string, bool) {
	const at, end = len("2016-12-31T23:59"), len("2016-12-31T23:59:60")
	if len(text) < end || text[at:end] != ":60" {
		return "", false
	}
	return text[:at] + ":59" + text[end:], true
}

// String returns the moment in RFC 3339, in UTC with milliseconds, and the empty text for
// the zero Time.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return string(t.Append(nil))
}

// Append appends what String returns, if there is a moment. Go has no fast way to write milliseconds.
func (t Time) Append(text []byte) []byte {
	text = t.AppendFormat(text, time.RFC3339)
	text[len(text)-1] = '.' // in place of the Z of UTC
	n := t.Nanosecond() / int(time.Millisecond)
	return append(text, '0'+byte(n/100), '0'+byte(n/10%10), '0'+byte(n%10), 'Z')
}

// MarshalJSON writes the moment as String does, and null for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON writes.
func (t Time) AppendJSON(text []byte) []byte {
	if t.IsZero() {
		return append(text, "null"...)
	}
	return append(t.Append(append(text, '"')), '"')
}

// UnmarshalJSON reads any JSON value in the place of a moment, as ParseTime does. It never
// fails.
func (t *Time) UnmarshalJSON(value []byte) error {
	*t = Time{}
	if len(value) < 2 || len(value) > maxTimeBytes || value[0] != '"' {
		return nil
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		*t = ParseTime(unquote(value))
		return nil
	}
	*t = ParseTime(string(value[1 : len(value)-1]))
	return nil
}
