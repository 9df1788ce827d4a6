package shared

import (
	"fmt"
	"strconv"
	"time"
)

// A parser reads what a script returns. After the first value that is not what it should be, err says so, and
// all further ones are zero.
type parser struct{ err error }

func (p *parser) fail(value any, want string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: a script returned %T instead of %s", ErrAway, value, want)
	}
}

// list returns a list of n values, or of any number if n is negative.
func (p *parser) list(value any, n int) []any {
	list, ok := value.([]any)
	if !ok || n >= 0 && len(list) != n {
		p.fail(value, fmt.Sprintf("a list of %d values", n))
		return make([]any, max(n, 0))
	}
	return list
}

func (p *parser) text(value any) string {
	text, ok := value.(string)
	if !ok {
		p.fail(value, "a string")
	}
	return text
}

// number returns an integer, which may stand as a string where it is larger than a script's numbers are exact.
func (p *parser) number(value any) int64 {
	switch v := value.(type) {
	case int64:
		return v
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		if err == nil {
			return n
		}
	}
	p.fail(value, "an integer")
	return 0
}

func (p *parser) count(value any) int { return int(p.number(value)) }

// duration returns what was told in milliseconds.
func (p *parser) duration(value any) time.Duration {
	return time.Duration(p.number(value)) * time.Millisecond
}

// time returns what was told in milliseconds; the zero time for 0.
func (p *parser) time(value any) time.Time {
	if n := p.number(value); n != 0 {
		return time.UnixMilli(n)
	}
	return time.Time{}
}

// milliseconds returns a duration as scripts count, rounded up, so that nothing ends early.
func milliseconds(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }
