package tenantkeys

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/maypok86/otter/v2"

	"certql/upstream/inflight"
)

const (
	// maxVerified is how many tokens are remembered as verified.
	maxVerified = 10_000
	// keepFor is how long keys are used before they are fetched again.
	keepFor = time.Hour
	// fetchPause is the least time between two fetches, whoever brings tokens of keys that are not known.
	fetchPause = 10 * time.Second
	// fetchTime bounds one fetch.
	fetchTime = 5 * time.Second
)

// A Config says where a tenant's keys are: in a file or at a URL, as a JSON Web Key Set (RFC 7517).
type Config struct {
	File, URL string
	// Transport carries the requests for keys; by default that of net/http.
	Transport http.RoundTripper
	// Now is the clock that tokens are judged by; by default time.Now.
	Now func() time.Time
	// Logger is told when keys cannot be fetched; by default nothing is logged.
	Logger *slog.Logger
}

// Keys are those of a tenant. Those at a URL are fetched when they are needed, again each hour, and when a
// token names one that is not among them. If they cannot be fetched, the last ones stay. Keys is safe for
// concurrent use.
type Keys struct {
	config   Config
	client   *http.Client
	fetches  inflight.Group[*jose.JSONWebKeySet]
	verified *otter.Cache[[sha256.Size]byte, time.Time] // until when, by the hash of a token

	mu      sync.Mutex
	set     *jose.JSONWebKeySet // nil until there are keys
	fetched time.Time           // when that was last tried
}

// New returns the keys of a tenant. It reads those of a file, and fetches none yet. The error says what is
// wrong with the file.
func New(cfg Config) (*Keys, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	verified, err := otter.New(&otter.Options[[sha256.Size]byte, time.Time]{
		MaximumSize: maxVerified,
		Executor:    func(task func()) { task() }, // so that no goroutine has to be stopped
	})
	if err != nil {
		return nil, err
	}
	k := &Keys{config: cfg, verified: verified, client: &http.Client{
		Transport:     cfg.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if cfg.File != "" {
		text, err := os.ReadFile(cfg.File)
		if err != nil {
			return nil, err
		}
		if k.set, err = readSet(text); err != nil {
			return nil, fmt.Errorf("the file %q: %w", cfg.File, err)
		}
	}
	return k, nil
}

// Fetch fetches the keys, if they are at a URL.
func (k *Keys) Fetch(ctx context.Context) error {
	if k.config.URL == "" {
		return nil
	}
	_, err := k.refresh(ctx).Wait(ctx)
	return err
}

// current returns the keys, for which it waits if there are none yet.
func (k *Keys) current(ctx context.Context) (*jose.JSONWebKeySet, error) {
	k.mu.Lock()
	set, old := k.set, k.config.URL != "" && k.config.Now().Sub(k.fetched).Abs() > keepFor
	due := k.due()
	k.mu.Unlock()
	switch {
	case set == nil && due:
		fetched, err := k.refresh(ctx).Wait(ctx)
		if err != nil {
			return nil, errNoKeys
		}
		return fetched, nil
	case set == nil:
		return nil, errNoKeys
	case old && due:
		k.refresh(ctx)
	}
	return set, nil
}

// renewed returns the keys after another fetch, if one is due; nil if it is not, or if it fails.
func (k *Keys) renewed(ctx context.Context) *jose.JSONWebKeySet {
	k.mu.Lock()
	due := k.due()
	k.mu.Unlock()
	if !due {
		return nil
	}
	set, err := k.refresh(ctx).Wait(ctx)
	if err != nil {
		return nil
	}
	return set
}

// due reports whether the keys may be fetched now. The caller holds mu.
func (k *Keys) due() bool {
	return k.config.URL != "" && (k.fetched.IsZero() || k.config.Now().Sub(k.fetched).Abs() >= fetchPause)
}

// refresh fetches the keys and keeps them, for all who need them.
func (k *Keys) refresh(ctx context.Context) inflight.Work[*jose.JSONWebKeySet] {
	return k.fetches.Start(ctx, "", func(ctx context.Context) (*jose.JSONWebKeySet, error) {
		k.mu.Lock()
		if set, due := k.set, k.due(); !due { // another fetch has ended meanwhile
			k.mu.Unlock()
			if set == nil {
				return nil, errNoKeys
			}
			return set, nil
		}
		k.fetched = k.config.Now()
		k.mu.Unlock()
		set, err := k.fetch(ctx)
		if err != nil {
			k.config.Logger.WarnContext(ctx, "the tenant's keys cannot be fetched", "error", err)
			return nil, err
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.set = set
		return set, nil
	})
}
