package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Unprojected returns the settings of a gateway that has gqlgen execute every field, of rows that are read
// as wholes.
func (c Config) Unprojected() Config {
	c.unprojected = true
	return c
}

// Unsent returns how many bytes of responses are being made or written.
func (h *Handler) Unsent() int { return h.limits.Unsent.Held() }

// Told returns the settings of a gateway that calls a function before each field that gqlgen executes.
func (c Config) Told(field func()) Config {
	c.innermost = []graphql.HandlerExtension{telling(field)}
	return c
}

// telling is an extension that calls a function before each field.
type telling func()

func (telling) ExtensionName() string { return "Telling" }

func (telling) Validate(graphql.ExecutableSchema) error { return nil }

func (t telling) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	t()
	return next(ctx)
}

// BoundError is boundError.
var BoundError = boundError
