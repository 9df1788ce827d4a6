package tenantkeys

import (
	"context"
	"errors"
	"net/http"

	"certql/edge"
)

// Why a token is not taken.
var (
	errNoKeys  = errors.New("the tenant's keys are not known yet")
	errExpired = errors.New("the token has expired")
	errInvalid = errors.New("the token is not one of this tenant")
)

// Verify returns nil if a token was signed by a key of the tenant and has not expired, and otherwise why a
// request that brings it is refused. The text has nothing of the token.
func (k *Keys) Verify(ctx context.Context, token string) *edge.HTTPError {
	switch err := k.verify(ctx, token); {
	case err == nil:
		return nil
	case errors.Is(err, errNoKeys):
		return &edge.HTTPError{
			Status: http.StatusServiceUnavailable, Code: "UPSTREAM_UNAVAILABLE",
			Message: "The tenant's keys, which are needed to verify access tokens, are not available at the moment. Try again later.",
		}
	case errors.Is(err, errExpired):
		return &edge.HTTPError{
			Status: http.StatusUnauthorized, Code: edge.CodeUnauthenticated,
			Message: "The access token has expired. Get a new one, or sign in again.",
		}
	default:
		return &edge.HTTPError{
			Status: http.StatusUnauthorized, Code: edge.CodeUnauthenticated,
			Message: "The access token is not from this tenant: none of the tenant's keys has signed it, or it never expires.",
		}
	}
}
