package scan

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"certql/plain"
)

// number returns the text of a number.
func (s *Scanner) number() []byte {
	s.blanks()
	from := s.at
	if s.is('-') {
		s.at++
	}
	if s.is('0') {
		s.at++
	} else {
		s.digits()
	}
	if s.is('.') {
		s.at++
		s.digits()
	}
	if s.is('e') || s.is('E') {
		s.at++
		if s.is('+') || s.is('-') {
			s.at++
		}
		s.digits()
	}
	if s.failed {
		return nil
	}
	return s.text[from:s.at]
}

// is reports whether a byte is next, without a blank before it.
func (s *Scanner) is(c byte) bool { return s.at < len(s.text) && s.text[s.at] == c }

// digits passes over one digit or more.
func (s *Scanner) digits() {
	from := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	if s.at == from {
		s.Fail()
	}
}

// string returns what the next string stands for, which is a part of the text or a copy.
func (s *Scanner) string() []byte {
	if text, plain := s.plain(); plain {
		return text
	}
	quoted, escapes := s.quoted()
	switch {
	case s.failed:
		return nil
	case !escapes && utf8.Valid(quoted):
		return quoted[1 : len(quoted)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // whose error would be of what it has replaced
	return text
}

// plain returns what is between the quotes of a string, if that is ASCII without escapes. Otherwise it returns false,
// and the string is still next.
func (s *Scanner) plain() ([]byte, bool) {
	if s.peek() != '"' {
		return nil, false
	}
	rest := s.text[s.at+1:]
	n := plain.Prefix(rest)
	if n == len(rest) || rest[n] != '"' {
		return nil, false
	}
	s.at += n + 2
	return rest[:n], true
}

// quoted returns the text of a string with its quotes, and reports whether there are escapes in it.
func (s *Scanner) quoted() (text []byte, escapes bool) {
	if !s.byte('"') {
		return nil, false
	}
	from := s.at - 1
	for {
		s.at += plain.Prefix(s.text[s.at:])
		if s.at == len(s.text) {
			s.Fail()
			return nil, false
		}
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return s.text[from:s.at], escapes
		case c == '\\':
			escapes = true
			if !s.escape() {
				return nil, false
			}
		case c < ' ':
			s.Fail()
			return nil, false
		default:
			s.at++
		}
	}
}

// escape passes over an escape in a string, and reports whether it is one.
func (s *Scanner) escape() bool {
	rest := s.text[s.at+1:]
	switch {
	case len(rest) > 0 && rest[0] != 'u':
		s.at += 2
		switch rest[0] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return true
		}
	case len(rest) >= 5 && isHex(rest[1]) && isHex(rest[2]) && isHex(rest[3]) && isHex(rest[4]):
		s.at += 6
		return true
	}
	s.Fail()
	return false
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
