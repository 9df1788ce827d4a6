package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// maxDuration is the longest duration that a setting may have, a hundred days, so that it can be added
// to any time.
const maxDuration = 2400 * time.Hour

// A reading notes how the values of options are read. A value that cannot be read is replaced by the
// default and reported at the end, so that the parser does not stop at the first of them.
type reading struct {
	pastFlags bool                  // the flags are read, and variables and defaults are next
	given     map[*kong.Value]bool  // by a flag
	wrong     map[*kong.Value]error // that cannot be read
}

// mappers returns the parser's own ways of reading values, each made to go on if it fails.
func (r *reading) mappers() []kong.Option {
	r.given, r.wrong = map[*kong.Value]bool{}, map[*kong.Value]error{}
	defaults := kong.NewRegistry().RegisterDefaults()
	forgiving := func(t reflect.Type, what string) kong.Mapper {
		m := forgivingMapper{Mapper: defaults.ForType(t), reading: r, what: what}
		if t.Kind() == reflect.Bool {
			return forgivingBoolMapper{m}
		}
		return m
	}
	const number = "a whole number"
	return []kong.Option{
		kong.KindMapper(reflect.String, forgiving(reflect.TypeFor[string](), "text")),
		kong.KindMapper(reflect.Bool, forgiving(reflect.TypeFor[bool](), "true or false")),
		kong.KindMapper(reflect.Int, forgiving(reflect.TypeFor[int](), number)),
		kong.KindMapper(reflect.Int64, forgiving(reflect.TypeFor[int64](), number)),
		kong.KindMapper(reflect.Uint64, forgiving(reflect.TypeFor[uint64](), number)),
		kong.KindMapper(reflect.Float64, forgiving(reflect.TypeFor[float64](), "a number")),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), forgiving(reflect.TypeFor[time.Duration](), "a duration such as 30s or 1m30s")),
	}
}

// problems returns what is wrong with the values of the given options, in their order; with nil, what is
// wrong with any value that a flag gave.
func (r *reading) problems(flags []*kong.Flag) []error {
	var problems []error
	if flags == nil {
		for value, err := range r.wrong {
			if r.given[value] {
				problems = append(problems, err)
			}
		}
		return problems
	}
	for _, flag := range flags {
		problems = append(problems, r.wrong[flag.Value])
	}
	return problems
}

// A forgivingMapper reads values of one type.
type forgivingMapper struct {
	kong.Mapper
	reading *reading
	what    string // what is allowed
}

// Decode reads a value. It never fails, but notes what is wrong.
func (m forgivingMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	value, given := ctx.Value, ctx.Scan.Peek()
	if !m.reading.pastFlags {
		m.reading.given[value] = true
	}
	isSwitch := value.IsBool() && given.Type != kong.FlagValueToken
	err := m.decode(ctx, target, given, isSwitch)
	if err == nil {
		return nil
	}
	if !m.reading.pastFlags || !m.reading.given[value] { // a flag wins over its variable
		m.reading.wrong[value] = fmt.Errorf("--%s: %w", value.Name, err)
	}
	if value.HasDefault {
		byDefault := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: value.Default})
		return m.Mapper.Decode(&kong.DecodeContext{Value: value, Scan: byDefault}, target)
	}
	return nil
}

// decode reads a value, which is given unless it is that of a switch.
func (m forgivingMapper) decode(ctx *kong.DecodeContext, target reflect.Value, given kong.Token, isSwitch bool) error {
	if !isSwitch && !given.IsValue() {
		return errors.New("needs a value") // what stands there is another option
	}
	err := m.Mapper.Decode(ctx, target)
	allowed := m.what
	if enum := ctx.Value.Enum; enum != "" {
		allowed = alternatives(ctx.Value.EnumSlice())
		if err == nil && !ctx.Value.EnumMap()[target.String()] {
			err = errors.ErrUnsupported
		}
	}
	if given, isDuration := target.Interface().(time.Duration); err == nil && isDuration && given.Abs() > maxDuration {
		allowed, err = "a duration of at most "+maxDuration.String(), errors.ErrUnsupported
	}
	switch {
	case err == nil:
		return nil
	case isSecret(ctx.Value):
		return fmt.Errorf("must be %s", allowed)
	default:
		return fmt.Errorf("must be %s, not %q", allowed, given)
	}
}

// alternatives returns a list of values in words, such as a, b or c.
func alternatives(values []string) string {
	last := len(values) - 1
	if last < 1 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

// A forgivingBoolMapper tells the parser that its options need no value.
type forgivingBoolMapper struct{ forgivingMapper }

// IsBool reports whether an option needs no value, as a switch does.
func (forgivingBoolMapper) IsBool() bool { return true }
