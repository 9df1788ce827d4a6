package session

import (
	"context"
	"log/slog"
	"time"

	"certql/upstream"
	"certql/upstream/inflight"
)

// errEnded says that a session is over.
var errEnded = upstream.ErrSessionEnded

// grants are what people granted by signing in, each under a key, and the tokens that follow from it.
type grants struct {
	records

	tenant    *upstream.AuthorizationCode
	log       *slog.Logger
	refreshes inflight.Group[string]
}

// token returns the access token of a grant. Shortly before it expires, a refresh begins of which
// callers notice nothing; once it has expired, they wait for that refresh. The error is errEnded if the
// session is over, and the tenant's *upstream.Error if there is no token to be had now.
func (g *grants) token(ctx context.Context, key string) (string, error) {
	kept, version, err := g.recall(ctx, key, copyFresh)
	if err != nil {
		return "", err
	}
	if version <= 0 {
		return "", errEnded
	}
	now, grant := time.Now(), kept.Grant
	if !due(grant, now) {
		return grant.AccessToken, nil
	}
	refresh := g.refreshes.Start(ctx, key, func(ctx context.Context) (string, error) { return g.refresh(ctx, key, grant) })
	if grant.Works(now) {
		return grant.AccessToken, nil
	}
	return refresh.Wait(ctx)
}

// due reports whether a grant is to be refreshed: its token has expired, or does so shortly and there is
// a way to get the next one.
func due(grant upstream.Grant, now time.Time) bool {
	return !grant.Works(now) || grant.RefreshToken != "" && grant.Due(now)
}

// revoke revokes a grant at the tenant, whether or not the caller still waits. If that fails, the log
// has a line.
func (g *grants) revoke(ctx context.Context, grant upstream.Grant) {
	if err := g.tenant.Revoke(context.WithoutCancel(ctx), grant); err != nil {
		g.log.WarnContext(ctx, "a grant could not be revoked", "identity", grant.IdentityID, "error", err)
	}
}

// If the upstream refuses more than maxRefusals access tokens, none of which has lived for tokenWorks, it
// refuses whatever the tenant grants. The next one is refreshed after a pause.
const (
	maxRefusals  = 5
	refreshPause = 10 * time.Second
	tokenWorks   = time.Minute
)

// refused is the Expiry of a token that the upstream has refused. It is not zero, which stands for no
// expiry.
var refused = time.Unix(1, 0)

// reject notes that the upstream refused an access token, so that the next call refreshes it. Several calls
// may have sent it.
func (g *grants) reject(ctx context.Context, key, token string) error {
	_, err := g.change(ctx, key, func(kept *storedGrant) bool {
		now := time.Now()
		since := now.Sub(kept.Refused).Abs()
		switch {
		case kept.Grant.AccessToken != token, kept.Grant.Expiry.Equal(refused), kept.Refusals > maxRefusals && since < refreshPause:
			return false
		case since > tokenWorks:
			kept.Refusals = 0
		}
		kept.Grant.Expiry = refused
		kept.Refused, kept.Refusals = now, kept.Refusals+1
		return true
	})
	return err
}
