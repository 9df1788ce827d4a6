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
