package filter

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A tokenKind says what a token of a filter is.
type tokenKind uint8

const (
	endToken         tokenKind = iota // behind the last character
	wordToken                         // a field, operator, keyword or bare value
	stringToken                       // a quoted value; its text is unescaped
	punctuationToken                  // one of ( ) ,
)

// A token is the smallest unit of a filter.
type token struct {
	kind tokenKind
	text string
	at   int // byte offset of its first character
}

// String describes the token for an error message; long ones are cut.
func (t token) String() string {
	switch t.kind {
	case endToken:
		return "the end of the filter"
	case stringToken:
		return fmt.Sprintf("the text %.60q", t.text)
	}
	return fmt.Sprintf("%.60q", t.text)
}

// advance reads the token that follows into p.next.
func (p *parser) advance() error {
	for p.end < len(p.text) && isBlank(p.text[p.end]) {
		p.end++
	}
	start := p.end
	if start == len(p.text) {
		p.next = token{endToken, "", start}
		return nil
	}
	switch c := p.text[start]; {
	case c == '"':
		return p.quoted()
	case c == '(' || c == ')' || c == ',':
		p.end++
		p.next = token{punctuationToken, p.text[start:p.end], start}
		return nil
	case isWord(c):
		for p.end < len(p.text) && isWord(p.text[p.end]) {
			p.end++
		}
		p.next = token{wordToken, p.text[start:p.end], start}
		return nil
	}
	return refuseAt(start, "unexpected %.1q.", p.text[start:])
}

// quoted reads a value in double quotes. A backslash escapes a double quote or a backslash and nothing else.
func (p *parser) quoted() error {
	start := p.end
	var unescaped strings.Builder
	for i := start + 1; i < len(p.text); i++ {
		switch p.text[i] {
		case '"':
			p.end = i + 1
			p.next = token{stringToken, unescaped.String(), start}
			return nil
		case '\\':
			i++
			if i == len(p.text) {
				return refuseAt(start, "the text has no closing quote.")
			}
			if p.text[i] != '"' && p.text[i] != '\\' {
				return refuseAt(i-1, `a backslash escapes only a double quote or a backslash, found %.1q.`, p.text[i:])
			}
		}
		unescaped.WriteByte(p.text[i])
	}
	return refuseAt(start, "the text has no closing quote.")
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// isWord reports whether c may stand in a field name, an operator or a bare number or date-time.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.:+-", c) >= 0
}

// A literalKind is the type of a value in a filter.
type literalKind uint8

const (
	nameLiteral literalKind = iota // a bare word that is no value
	textLiteral
	booleanLiteral
	numberLiteral
	dateTimeLiteral
)

// literal returns the type that the token has as a value. Date-times follow ISO 8601; seconds and zone may be missing.
func (t token) literal() literalKind {
	switch {
	case t.kind == stringToken:
		return textLiteral
	case t.text == "true" || t.text == "false":
		return booleanLiteral
	case t.text == "" || !strings.ContainsRune("+-0123456789", rune(t.text[0])):
		// strconv takes Inf and NaN for numbers; the filter language does not.
		return nameLiteral
	}
	if _, err := strconv.ParseFloat(t.text, 64); err == nil && !strings.ContainsAny(t.text, "xXpPnN_") {
		return numberLiteral
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if _, err := time.Parse(layout, t.text); err == nil {
			return dateTimeLiteral
		}
	}
	return nameLiteral
}
