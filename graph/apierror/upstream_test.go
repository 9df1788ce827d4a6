package apierror_test

import (
	"testing"

	"certql/graph/apierror"
	"certql/upstream"
)

// What callers read of the upstream's refusals is a sentence that tells them what to do.
func TestMessagesOfTheUpstreamsErrors(t *testing.T) {
	t.Parallel()
	text := func(text string) []upstream.ErrorMessage { return []upstream.ErrorMessage{{Text: text}} }
	for want, err := range map[string]upstream.Error{
		"The access token was refused: it has expired, was revoked, or is not from this tenant. Get a new one, or sign in again.": {
			Operation: "listIdentityCertifications", Kind: upstream.KindUnauthenticated, Status: 401, Messages: text("JWT is expired"),
		},
		"The gateway itself was refused an access token: its operator has to fix that.": {
			Operation: upstream.TokenOperation, Kind: upstream.KindUnauthenticated, Status: 401,
		},
		apierror.NoReasonMessage: {
			Kind: upstream.KindBadRequest, Status: 400, Messages: text("The request was syntactically correct but its content is semantically invalid."),
		},
		"The role is not revocable.": {Kind: upstream.KindBadRequest, Status: 400, Messages: text("The role is not revocable.")},
	} {
		if got := apierror.UpstreamMessage(&err); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
