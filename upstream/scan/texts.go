package scan

import "strings"

const (
	// remembered is how many texts are remembered, in order to be used again. It is a power of two.
	remembered = 128
	// roomBytes is the most memory that is taken at once for texts.
	roomBytes = 16 << 10
)

// texts keeps strings with as few allocations as it can. Most of what a list says it says again in each row, so that
// the latest texts are used again where they are the same; others share their memory with those around them.
type texts struct {
	latest [remembered]string // by a checksum
	room   *strings.Builder   // which never grows, so that what it has returned stays where it is
}

// keep returns a copy of a text. At most so many bytes of other texts follow.
func (t *texts) keep(text []byte, follow int) string {
	if len(text) == 0 {
		return ""
	}
	latest := &t.latest[checksum(text)]
	if *latest == string(text) {
		return *latest
	}
	*latest = t.copy(text, follow)
	return *latest
}

// checksum returns a number below remembered, by the length of a text and the bytes that differ most often.
func checksum(text []byte) int {
	n := len(text)
	return (n + 5*int(text[0]) + 7*int(text[n/2]) + 11*int(text[n-1])) & (remembered - 1)
}

// copy returns a copy of a text, which shares its memory with others.
func (t *texts) copy(text []byte, follow int) string {
	if len(text) > roomBytes/8 {
		return string(text)
	}
	if t.room == nil || t.room.Cap()-t.room.Len() < len(text) {
		t.room = new(strings.Builder)
		t.room.Grow(min(len(text)+follow/2, roomBytes)) // names and punctuation are about half of what follows
	}
	from := t.room.Len()
	t.room.Write(text)
	return t.room.String()[from:]
}
