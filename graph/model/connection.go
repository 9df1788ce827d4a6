package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// The connections of reviewers and of permissions, whose rows need no wrapper, and their edges.
type (
	IdentityConnection   = relay.Connection[upstream.IdentityReference]
	IdentityEdge         = relay.Edge[upstream.IdentityReference]
	PermissionConnection = relay.Connection[upstream.Permission]
	PermissionEdge       = relay.Edge[upstream.Permission]
)

// wrapAll wraps a pointer to each row. It returns nil if rows is nil.
func wrapAll[R, W any](rows []R, wrap func(*R) W) []W {
	if rows == nil {
		return nil
	}
	wrapped := make([]W, len(rows))
	for i := range rows {
		wrapped[i] = wrap(&rows[i])
	}
	return wrapped
}
