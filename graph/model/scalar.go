package model

import (
	"time"

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

// dateTimeLayout is RFC 3339 in UTC with milliseconds.
const dateTimeLayout = "2006-01-02T15:04:05.000Z"

// MarshalDateTime writes the scalar DateTime, in UTC with milliseconds, and null for the zero time.
func MarshalDateTime(v upstream.Time) graphql.Marshaler {
	if v.IsZero() {
		return graphql.Null
	}
	return graphql.MarshalString(v.UTC().Format(dateTimeLayout))
}

// UnmarshalDateTime reads the scalar DateTime, in the format of RFC 3339. The error is an
// *InputError.
func UnmarshalDateTime(v any) (upstream.Time, error) {
	text, ok := v.(string)
	if !ok {
		return upstream.Time{}, errDateTime
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return upstream.Time{}, errDateTime
	}
	return upstream.Time{Time: t}, nil
}

var errDateTime = &InputError{Reason: "must be a date and time as RFC 3339 has it, such as 2026-11-23T09:30:00Z"}
