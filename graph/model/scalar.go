package model

import (
	"github.com/99designs/gqlgen/graphql"

	"certql/upstream"
)

// MarshalString writes the scalar String, and null for the empty text.
func MarshalString(v string) graphql.Marshaler {
	if v == "" {
		return graphql.Null
	}
	return graphql.MarshalString(v)
}

// MarshalID writes the scalar ID, and null for the empty text: nothing has it as its identifier.
func MarshalID(v string) graphql.Marshaler { return MarshalString(v) }

// UnmarshalID reads the scalar ID.
func UnmarshalID(v any) (string, error) { return graphql.UnmarshalID(v) }

// MarshalInt writes the scalar Int, and null for a number that it does not hold, since it has 32 bits.
func MarshalInt(v int) graphql.Marshaler {
	if int(int32(v)) != v {
		return graphql.Null
	}
	return graphql.MarshalInt(v)
}

// UnmarshalInt reads the scalar Int.
func UnmarshalInt(v any) (int, error) { return graphql.UnmarshalInt(v) }

// UnmarshalString reads the scalar String.
func UnmarshalString(v any) (string, error) { return graphql.UnmarshalString(v) }

// MarshalDateTime writes the scalar DateTime, in UTC with milliseconds, and null if there is no moment.
func MarshalDateTime(v upstream.Time) graphql.Marshaler {
	if v.IsZero() {
		return graphql.Null
	}
	return graphql.MarshalString(v.String())
}

// UnmarshalDateTime reads the scalar DateTime, in the format of RFC 3339. The error is an
// *InputError.
func UnmarshalDateTime(v any) (upstream.Time, error) {
	text, ok := v.(string)
	if !ok {
		return upstream.Time{}, errDateTime
	}
	t := upstream.ParseRFC3339(text)
	if t.IsZero() {
		return upstream.Time{}, errDateTime
	}
	return t, nil
}

var errDateTime = &InputError{Reason: "must be a date and time as RFC 3339 has it, such as 2026-11-23T09:30:00Z"}
