package scan

// maxDepth is how deep what is skipped may be nested.
const maxDepth = 10_000

// A Scanner reads one text from its beginning to its end. The zero Scanner reads the empty text; Reset begins another.
type Scanner struct {
	text   []byte
	at     int // up to where the text is read
	depth  int // of what is being skipped
	failed bool
	texts  texts
}

// Reset begins to read a text, which must not change until it is read.
func (s *Scanner) Reset(text []byte) { *s = Scanner{text: text} }

// Whole reports whether the text has been read to its end without a failure. Blanks may follow.
func (s *Scanner) Whole() bool {
	s.blanks()
	return !s.failed && s.at == len(s.text)
}

// Left returns how many bytes of the text have not been read.
func (s *Scanner) Left() int { return len(s.text) - s.at }

// Fail makes the Scanner fail: what the caller has found is not what it wants. Nothing follows any more.
func (s *Scanner) Fail() { s.failed, s.text = true, s.text[:s.at] }

// Object begins an object, and returns the name of its first member, whose value is next. Next returns the name of
// the member after a value. Both return nil at the end of the object, and if the text fails; a name is good until the
// next one is read.
func (s *Scanner) Object() []byte {
	if !s.byte('{') || s.peek() == '}' && s.byte('}') {
		return nil
	}
	return s.name()
}

// Next returns the name of an object's next member; see Object.
func (s *Scanner) Next() []byte {
	switch s.peek() {
	case ',':
		s.at++
		return s.name()
	case '}':
		s.at++
		return nil
	default:
		s.Fail()
		return nil
	}
}

// name reads the name of a member and the colon behind it.
func (s *Scanner) name() []byte {
	name := s.string()
	if s.is(':') || s.behindBlanks(':') {
		s.at++
		return name
	}
	return nil
}

// List begins a list, and reports whether an element is next. More reports the same after an element.
func (s *Scanner) List() bool {
	return s.byte('[') && (s.peek() != ']' || !s.byte(']'))
}

// More reports whether another element of a list is next; see List.
func (s *Scanner) More() bool {
	if s.peek() == ']' {
		s.at++
		return false
	}
	return s.byte(',')
}

// Text returns the next value, which is a string.
func (s *Scanner) Text() string {
	text := s.string()
	return s.texts.keep(text, len(s.text)-s.at)
}

// Boolean returns the next value, which is true or false.
func (s *Scanner) Boolean() bool {
	if s.peek() == 't' {
		return s.literal("true")
	}
	s.literal("false")
	return false
}

// Integer returns the next value, which is a number; false if it has a fraction, or an int64 has no room for it.
// An integer may be written in any way: 5.0 and 5e0 are 5.
func (s *Scanner) Integer() (int64, bool) {
	return integer(s.number())
}

// Value returns the text of the next value, whatever it is. It is a part of the whole text.
func (s *Scanner) Value() []byte {
	s.blanks()
	from := s.at
	s.Skip()
	if s.failed {
		return nil
	}
	return s.text[from:s.at]
}

// Skip reads the next value, whatever it is, and returns nothing of it.
func (s *Scanner) Skip() {
	switch s.peek() {
	case '"':
		if _, plain := s.plain(); !plain {
			s.quoted()
		}
	case '{', '[':
		s.skipWithin()
	case 't', 'f':
		s.Boolean()
	case 'n':
		s.literal("null")
	default:
		s.number()
	}
}

// skipWithin skips an object or a list.
func (s *Scanner) skipWithin() {
	if s.depth++; s.depth > maxDepth {
		s.Fail()
	}
	if s.is('{') {
		for name := s.Object(); name != nil; name = s.Next() {
			s.Skip()
		}
	} else {
		for more := s.List(); more; more = s.More() {
			s.Skip()
		}
	}
	s.depth--
}

// peek returns the next byte that is no blank; 0 at the end.
func (s *Scanner) peek() byte {
	if s.at < len(s.text) && s.text[s.at] > ' ' { // as a rule
		return s.text[s.at]
	}
	s.blanks()
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// blanks passes over blanks.
func (s *Scanner) blanks() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// byte passes over a byte, and blanks before it. It returns false, and the Scanner fails, if another one is next.
func (s *Scanner) byte(c byte) bool {
	if s.is(c) || s.behindBlanks(c) {
		s.at++
		return true
	}
	return false
}

// behindBlanks passes over blanks. It returns false, and the Scanner fails, if another byte is next.
func (s *Scanner) behindBlanks(c byte) bool {
	if s.blanks(); !s.is(c) {
		s.Fail()
		return false
	}
	return true
}

// literal passes over a word, which is next. It returns false if another one is.
func (s *Scanner) literal(word string) bool {
	s.blanks()
	if len(s.text)-s.at < len(word) || string(s.text[s.at:s.at+len(word)]) != word {
		s.Fail()
		return false
	}
	s.at += len(word)
	return true
}
