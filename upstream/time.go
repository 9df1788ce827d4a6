package upstream

import (
	"bytes"
	"time"
)

// A Time is a moment as the service writes it. The zero Time stands for "absent, null or
// unreadable"; any other is in UTC.
type Time struct {
	time.Time
}

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
func ParseTime(text string) Time {
	if len(text) > maxTimeBytes {
		return Time{}
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return Time{t.UTC()}
		}
	}
	return Time{}
}

// String returns the moment in RFC 3339, in UTC with milliseconds, and the empty text for
// the zero Time.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// MarshalJSON writes the moment as String does, and null for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + t.String() + `"`), nil
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
