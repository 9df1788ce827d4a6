package filter

import (
	"slices"
	"strings"
)

// Bounds of a filter. The real service names none; these keep a hostile filter cheap while a list of
// hundreds of identifiers still fits.
const (
	maxLength = 16 << 10 // bytes
	maxDepth  = 32       // parentheses and "not" inside each other
)

// A connective says what an expression does with its operands.
type connective uint8

const (
	comparison connective = iota // none: compares a field
	conjunction
	disjunction
	negation
	parenthesized
)

// An expression is a node of a parsed filter: a comparison, or a connective over operands.
type expression struct {
	connective connective
	operands   []expression
	operator   Operators // the one of a comparison
	field      token
	values     []token
	at         int // byte offset of the operator
}

// A parser reads one filter by recursive descent: "not" binds tighter than "and", "and" tighter than "or".
type parser struct {
	text  string
	next  token // the token that is to be read next
	end   int   // the byte offset behind next
	depth int
}

// parse returns the whole text as a tree. It refuses only what is no filter at all: whether an operation supports what
// the filter asks is for the compiler to decide.
func parse(text string) (expression, error) {
	if len(text) > maxLength {
		return expression{}, refuseAt(maxLength, "the filter is longer than %d bytes.", maxLength)
	}
	p := &parser{text: text}
	if err := p.advance(); err != nil {
		return expression{}, err
	}
	parsed, err := p.disjunction()
	if err != nil {
		return expression{}, err
	}
	if p.next.kind != endToken {
		return expression{}, refuseAt(p.next.at, "expected and, or, or the end of the filter, found %s.", p.next)
	}
	return parsed, nil
}

// take returns the next token and moves behind it.
func (p *parser) take() (token, error) {
	taken := p.next
	return taken, p.advance()
}

// takeIf moves behind the next token if it is of that kind and text, and reports whether it was.
func (p *parser) takeIf(kind tokenKind, text string) (bool, error) {
	if p.next.kind != kind || p.next.text != text {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) disjunction() (expression, error) {
	return p.joined(disjunction, "or", p.conjunction)
}

func (p *parser) conjunction() (expression, error) {
	return p.joined(conjunction, "and", p.negation)
}

// joined reads operands that are joined by the keyword; a single one stands for itself.
func (p *parser) joined(kind connective, keyword string, operand func() (expression, error)) (expression, error) {
	first, err := operand()
	if err != nil {
		return expression{}, err
	}
	all := expression{connective: kind, operands: []expression{first}}
	for {
		at := p.next.at
		found, err := p.takeIf(wordToken, keyword)
		if err != nil {
			return expression{}, err
		}
		if !found {
			break
		}
		if len(all.operands) == 1 {
			all.at = at
		}
		following, err := operand()
		if err != nil {
			return expression{}, err
		}
		all.operands = append(all.operands, following)
	}
	if len(all.operands) == 1 {
		return first, nil
	}
	return all, nil
}

func (p *parser) negation() (expression, error) {
	at := p.next.at
	negated, err := p.takeIf(wordToken, "not")
	if err != nil {
		return expression{}, err
	}
	if !negated {
		return p.operand()
	}
	inner, err := p.nested(at, p.negation)
	return expression{connective: negation, operands: []expression{inner}, at: at}, err
}

// nested reads one level further down and refuses to go too deep.
func (p *parser) nested(at int, read func() (expression, error)) (expression, error) {
	if p.depth == maxDepth {
		return expression{}, refuseAt(at, "more than %d levels of parentheses and not.", maxDepth)
	}
	p.depth++
	inner, err := read()
	p.depth--
	return inner, err
}

// operand reads an expression in parentheses, or a comparison.
func (p *parser) operand() (expression, error) {
	at := p.next.at
	opened, err := p.takeIf(punctuationToken, "(")
	if err != nil {
		return expression{}, err
	}
	if !opened {
		return p.comparison()
	}
	inner, err := p.nested(at, p.disjunction)
	if err != nil {
		return expression{}, err
	}
	return expression{connective: parenthesized, operands: []expression{inner}, at: at}, p.expect(")")
}

// comparison reads "field operator value", "field operator (value, …)", "pr field" or "field isnull".
func (p *parser) comparison() (expression, error) {
	read := expression{at: p.next.at}
	present, err := p.takeIf(wordToken, "pr")
	if err != nil {
		return expression{}, err
	}
	if read.field, err = p.fieldName(); err != nil {
		return expression{}, err
	}
	if present {
		read.operator = Pr
		return read, nil
	}
	read.at = p.next.at
	if read.operator, err = p.comparisonOperator(); err != nil {
		return expression{}, err
	}
	switch read.operator {
	case IsNull:
	case In, Ca:
		read.values, err = p.list()
	default:
		read.values = make([]token, 1)
		read.values[0], err = p.value()
	}
	return read, err
}

func (p *parser) fieldName() (token, error) {
	switch {
	case p.next.kind != wordToken:
		return token{}, refuseAt(p.next.at, "expected the name of a field, found %s.", p.next)
	case p.next.reserved():
		return token{}, refuseAt(p.next.at, "expected the name of a field, found the keyword %s.", p.next)
	}
	return p.take()
}

// comparisonOperator reads an operator that stands behind its field.
func (p *parser) comparisonOperator() (Operators, error) {
	word, err := p.take()
	if err != nil {
		return 0, err
	}
	operator := operatorNamed(word.text)
	switch {
	case word.kind != wordToken:
	case operator == Pr:
		return 0, refuseAt(word.at, "pr stands before its field.")
	case operator != 0:
		return operator, nil
	case operatorNamed(strings.ToLower(word.text)) != 0:
		return 0, refuseAt(word.at, "operators are written in lower case, found %s.", word)
	}
	return 0, refuseAt(word.at, "expected an operator, found %s.", word)
}

// list reads values in parentheses, at least one.
func (p *parser) list() ([]token, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if p.next.kind == punctuationToken && p.next.text == ")" {
		return nil, refuseAt(p.next.at, "the list of values is empty.")
	}
	var values []token
	for {
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		more, err := p.takeIf(punctuationToken, ",")
		if err != nil {
			return nil, err
		}
		if !more {
			return values, p.expect(")")
		}
	}
}

func (p *parser) value() (token, error) {
	value := p.next
	switch {
	case value.kind == stringToken, value.kind == wordToken && value.literal() != nameLiteral:
		return p.take()
	case value.kind == wordToken && !value.reserved():
		return token{}, refuseAt(value.at, "a text stands in double quotes, found %s.", value)
	}
	return token{}, refuseAt(value.at, "expected a value, found %s.", value)
}

func (p *parser) expect(punctuation string) error {
	found, err := p.takeIf(punctuationToken, punctuation)
	if err == nil && !found {
		return refuseAt(p.next.at, "expected %q, found %s.", punctuation, p.next)
	}
	return err
}

// keywords are the words that can name no field.
var keywords = []string{"and", "or", "not", "pr"}

// reserved reports whether the word has a meaning of its own in the place of a field.
func (t token) reserved() bool { return slices.Contains(keywords, t.text) }
