package shared

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// DefaultTimeout is the longest time that one command may take unless Config says otherwise.
const DefaultTimeout = 250 * time.Millisecond

const (
	// poolSize is how many connections commands share: few, since each may fail once after a break.
	poolSize = 8
	// probePace is about how often an engine that is away is asked whether it is back.
	probePace = 250 * time.Millisecond
	// calm is how long after a line of the log on an absence others have no line, unless they are long.
	calm = 10 * time.Second
	long = 3 * time.Second
	// probeSteps is of how many steps the first command on a new connection consists at most, each of which may
	// take the time of a command: to connect, several round trips of TLS, to sign in, and the command.
	probeSteps = 8
)

// ErrAway is the error of what the engine did not answer: it cannot be reached, takes too long, or refuses
// what it would have to do.
var ErrAway = errors.New("the engine that replicas share does not answer")

// A Config says where the engine is, and what its keys begin with.
type Config struct {
	// URLs are redis://host:port/db, or rediss:// for TLS: one, several nodes of a cluster, or several
	// sentinels.
	URLs []string
	// SentinelMaster is the name by which the sentinels know the master; empty if URLs are no sentinels.
	SentinelMaster string
	// Username and Password are the engine's, and SentinelPassword is the sentinels'; each may be empty.
	Username, Password, SentinelPassword string
	// TLS has the certificates for rediss://; nil for those of the system.
	TLS *tls.Config
	// Prefix is what all keys begin with: one for each tenant.
	Prefix string
	// Timeout is the longest time that one command may take; by default DefaultTimeout.
	Timeout time.Duration
	// Replica is the name of this replica, its own among all that have the prefix.
	Replica string
	// Logger gets a line for each change of state.
	Logger *slog.Logger
}

// An Engine is the Redis or Valkey that replicas share. It is away from the first command that it does not
// answer until it does something again, which is tried in the background. Meanwhile commands fail at once,
// with ErrAway. It is safe for concurrent use.
type Engine struct {
	client  redis.UniversalClient
	prefix  string
	replica string
	timeout time.Duration
	log     *slog.Logger

	mu     sync.Mutex
	away   bool
	told   time.Time // when the log was told of an absence last
	untold int       // how many there were since that it was not told of
	closed bool
	probes sync.WaitGroup
	stop   context.CancelFunc
	ctx    context.Context // ends with the engine
}

// Open returns the engine of a configuration. It sends nothing yet. Close has to follow.
func Open(cfg Config) (*Engine, error) {
	options, err := cfg.options()
	if err != nil {
		return nil, err
	}
	logging.Disable() // the library would print to stderr what commands fail with
	e := &Engine{
		client: redis.NewUniversalClient(options), prefix: cfg.Prefix, replica: cfg.Replica,
		timeout: options.ReadTimeout, log: cfg.Logger,
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.ctx, e.stop = context.WithCancel(context.Background())
	return e, nil
}

// options returns what the library is told. It sends no command twice, since what was not answered may have
// been done. A certificate has to be for the host that is called, which with sentinels or in a cluster is not
// one that the URLs name: so the configuration names none.
func (cfg Config) options() (*redis.UniversalOptions, error) {
	timeout := cfg.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	options := &redis.UniversalOptions{
		MasterName: cfg.SentinelMaster, Username: cfg.Username, Password: cfg.Password, SentinelPassword: cfg.SentinelPassword,
		MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: poolSize,
		DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout,
		// A connection begins with as few round trips as possible, and is kept for as long as the engine keeps it.
		DisableIdentity: true, MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}, ConnMaxIdleTime: -1,
	}
	for _, text := range cfg.URLs {
		one, err := redis.ParseURL(text)
		if err != nil {
			return nil, fmt.Errorf("the URL of Redis: %w", err)
		}
		options.Addrs = append(options.Addrs, one.Addr)
		options.DB = one.DB
		if one.TLSConfig != nil {
			options.TLSConfig = cfg.TLS.Clone()
			if options.TLSConfig == nil {
				options.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
			}
		}
	}
	slices.Sort(options.Addrs)
	return options, nil
}

// Close ends all connections.
func (e *Engine) Close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.stop()
	e.probes.Wait()
	_ = e.client.Close()
}

// Away reports whether the engine does not answer.
func (e *Engine) Away() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.away
}

// key returns the key that consists of the given parts after the prefix.
func (e *Engine) key(parts ...string) string { return e.prefix + ":" + strings.Join(parts, ":") }

// do has a command, or several, carried out, for which it takes at most the engine's timeout. It goes on if ctx
// ends meanwhile, since a connection whose answer nobody waits for is lost. The error is that of ctx, redis.Nil,
// or one that is ErrAway. What has failed may have been carried out all the same.
func (e *Engine) do(ctx context.Context, command func(context.Context, redis.UniversalClient) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e.Away() {
		return ErrAway
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.timeout)
	defer cancel()
	err := command(within, e.client)
	switch {
	case err == nil || isNil(err):
		return err
	case !errors.Is(err, redis.ErrPoolTimeout): // that is for want of a connection here
		e.leave(err)
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

// isNil reports whether an engine has answered that there is nothing. An error that only wraps that is of
// sentinels that know no such master.
func isNil(err error) bool { return err == redis.Nil } //nolint:errorlint // see above

// run has a script carried out, as do does. A script that the engine does not know yet is sent whole.
func (e *Engine) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (result any, err error) {
	err = e.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		result, err = script.Run(ctx, client, keys, args...).Result()
		return err
	})
	return result, err
}

// leave notes that the engine is away, and begins to look for when it is back.
func (e *Engine) leave(why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.away || e.closed {
		return
	}
	e.away = true
	told := time.Since(e.told) >= calm
	if told {
		e.tell(why)
	} else {
		e.untold++
	}
	e.probes.Go(func() { e.probe(why, told) })
}

// tell logs that the engine is away, and how often it was since that was logged last. The caller holds mu.
func (e *Engine) tell(why error) {
	e.log.Warn("the engine that replicas share is away", "error", why, "untold", e.untold)
	e.told, e.untold = time.Now(), 0
}

// probe waits until the engine carries out a command that writes. Short absences soon after one that was told are
// only counted, since there may be any number of them.
func (e *Engine) probe(why error, told bool) {
	began := time.Now()
	for {
		select {
		case <-time.After(probePace + rand.N(probePace/2)):
		case <-e.ctx.Done():
			return
		}
		back := e.connect()
		e.mu.Lock()
		e.away = !back
		if !back && !told && time.Since(began) >= long {
			told = true
			e.tell(why)
		}
		e.mu.Unlock()
		if !back {
			continue
		}
		if told {
			e.log.Info("the engine that replicas share is back", "away_for", time.Since(began).Round(time.Millisecond).String())
		}
		return
	}
}

// connect reports whether the engine carries out a command that writes, and opens the connections that others
// will use. To open one takes several round trips, for which no caller's command has the time.
func (e *Engine) connect() bool {
	ctx, cancel := context.WithTimeout(e.ctx, probeSteps*e.timeout)
	defer cancel()
	if e.client.Set(ctx, e.key("probe"), e.replica, time.Minute).Err() != nil {
		return false
	}
	var connections sync.WaitGroup
	for range poolSize {
		connections.Go(func() { _ = e.client.Ping(ctx).Err() }) // commands find out
	}
	connections.Wait()
	return true
}
