package upstream

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"certql/upstream/throttle"
)

const (
	// maxProofs is how many tokens are remembered.
	maxProofs = 100_000
	// longestProof is how long a token counts as proven if it does not say when it expires, or claims
	// to last longer.
	longestProof = 12 * time.Hour
	// refusalMemory is how long a token that the service has refused is refused without asking again.
	refusalMemory = throttle.Window
)

// proofs remember which tokens the service has accepted and which it has refused. Until then a token
// that a caller brought is only a claim: anybody can write one in the name of another client. The keys
// are those of credentials, so that no token is kept.
type proofs struct {
	most   int // how many calls of one token may be under way before the service has judged it
	now    func() time.Time
	tokens *otter.Cache[string, proof]
	doubts atomic.Bool // there was a token in doubt

	mu     sync.Mutex
	trials map[string]*trial
}

// A proof is what the service said of a token, and until when that is remembered. A token that it has
// accepted and then refused is in doubt: it is judged anew.
type proof struct {
	accepted, doubted bool
	until             time.Time
}

// A trial is the calls of a token that the service has not judged yet. Others wait for its end.
type trial struct {
	calls int           // under way
	over  chan struct{} // closed when the service has judged the token, or a call has ended
}

func newProofs(most int, now func() time.Time) (*proofs, error) {
	tokens, err := otter.New(&otter.Options[string, proof]{
		MaximumSize:      maxProofs,
		ExpiryCalculator: otter.ExpiryWriting[string, proof](longestProof),
		Clock:            cacheClock(now),
		Executor:         func(task func()) { task() },
	})
	return &proofs{most: most, now: now, tokens: tokens, trials: map[string]*trial{}}, err
}

// begin returns whether the call of a credential is one of a known caller, or is refused as the service
// has just refused its token. If neither is known, the call is a trial, of which there are only so many
// for each token at the same time; end has to follow then. A credential that is not a token which a
// caller brought is known: the service itself has issued its tokens. The error is that of ctx.
func (p *proofs) begin(ctx context.Context, credential Credential) (known, refused bool, err error) {
	if bearer, brought := credential.(*BearerToken); !brought || bearer.verified || p.most == 0 {
		return true, false, nil
	}
	key := credential.Key()
	for {
		p.mu.Lock()
		if judged, ok := p.tokens.GetIfPresent(key); ok && !judged.doubted && p.now().Before(judged.until) {
			p.mu.Unlock()
			return judged.accepted, !judged.accepted, nil
		}
		t := p.trials[key]
		if t == nil {
			t = &trial{over: make(chan struct{})}
			p.trials[key] = t
		}
		if t.calls < p.most {
			t.calls++
			p.mu.Unlock()
			return false, false, nil
		}
		over := t.over
		p.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return false, false, ctx.Err()
		}
	}
}

// end ends the trial of a call.
func (p *proofs) end(credential Credential) {
	key := credential.Key()
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.trials[key]
	t.calls--
	if t.wake(); t.calls == 0 {
		delete(p.trials, key)
	}
}

// wake lets the calls go on that wait for the end of a trial.
func (t *trial) wake() {
	close(t.over)
	t.over = make(chan struct{})
}

// judge remembers what the response to a trial says of its token, and reports whether the service has
// accepted it. A refusal in the service's own words shows that, too: it looks at the token first. One of
// a proxy does not.
func (p *proofs) judge(credential Credential, answer *response) (accepted bool) {
	now := p.now()
	var judged proof
	switch {
	case answer.status == http.StatusUnauthorized:
		judged.until = now.Add(refusalMemory)
	case answer.ok(), kindOf(answer.status) != KindRateLimited && readRefusal("", answer).DetailCode != "":
		judged = proof{accepted: true, until: now.Add(longestProof)}
		if expires := credential.(*BearerToken).expires; !expires.IsZero() && expires.Before(judged.until) {
			judged.until = expires
		}
	default:
		return false // it says nothing of the token
	}
	key := credential.Key()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens.Set(key, judged)
	p.trials[key].wake()
	return judged.accepted
}

// doubt notes that the service refuses a token now that it has accepted.
func (p *proofs) doubt(credential Credential) {
	defer p.doubts.Store(true)
	p.tokens.Set(credential.Key(), proof{doubted: true, until: p.now().Add(longestProof)})
}

// trust notes that the service accepts the token of a known caller.
func (p *proofs) trust(credential Credential) {
	if !p.doubts.Load() {
		return
	}
	if judged, ok := p.tokens.GetIfPresent(credential.Key()); ok && judged.doubted {
		p.tokens.Invalidate(credential.Key())
	}
}

// stands reports whether what the service has shown to a caller before may be shown again: a token has
// not expired, and the service has not refused it since.
func (p *proofs) stands(credential Credential) bool {
	bearer, brought := credential.(*BearerToken)
	switch {
	case !brought:
		return true
	case bearer.expired(p.now()):
		return false
	}
	judged, ok := p.tokens.GetIfPresent(bearer.key)
	if !ok {
		return p.most == 0 || bearer.verified
	}
	return judged.accepted && p.now().Before(judged.until)
}

// judge takes account of the response to a call, and returns the call's turn: it is that of a known caller
// if the service has accepted the token.
func (c *Client) judge(call *call, turn throttle.Turn, answer *response) throttle.Turn {
	if !call.place.Unproven {
		switch {
		case answer.status == http.StatusUnauthorized:
			c.proofs.doubt(call.credential)
		case answer.ok():
			c.proofs.trust(call.credential)
		}
		return turn
	}
	if !c.proofs.judge(call.credential, answer) {
		return turn
	}
	call.place.Unproven, call.place.Payer = false, c.key.payer(call.credential)
	return c.throttle.Prove(turn, call.place.Payer.Caller)
}

type senderKey struct{}

// WithSender returns a context for calls that a sender at the given address asks for. As long as the
// service has not accepted the tokens that it brings, its calls take turns with those of other senders.
func WithSender(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, senderKey{}, address)
}

func senderFrom(ctx context.Context) string {
	address, _ := ctx.Value(senderKey{}).(string)
	return "sender:" + address
}
