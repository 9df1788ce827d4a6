package shared

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// ErrTooOld is the error of an engine that lacks what the gateway asks of it.
var ErrTooOld = errors.New("the engine that replicas share has to be Redis 6.2, Valkey 7.2, or later")

// keepsAll is the policy of an engine that removes nothing for want of memory.
const keepsAll = "noeviction"

// oldest is the oldest version of Redis that will do. Valkey began with a later one.
var oldest = [2]int{6, 2}

// Inspect finds out whether the engine can be used. The error is one that is ErrTooOld or ErrAway. Evicts is
// the engine's policy if it removes keys for want of memory, by which what replicas share would be lost; it is
// empty if it removes none, or may not be asked.
func (e *Engine) Inspect(ctx context.Context) (evicts string, err error) {
	if err := e.do(ctx, func(ctx context.Context, c redis.UniversalClient) error { return c.Ping(ctx).Err() }); err != nil {
		return "", fmt.Errorf("%w: %w", ErrAway, err) // also if it says nothing, as no engine does
	}
	inspect := func(ctx context.Context, node *redis.Client) error {
		if name, version := product(ctx, node); tooOld(version) {
			return fmt.Errorf("%w, and not %s %s", ErrTooOld, name, version)
		}
		policy, err := node.ConfigGet(ctx, "maxmemory-policy").Result()
		if policy := policy["maxmemory-policy"]; err == nil && policy != "" && policy != keepsAll {
			evicts = policy
		}
		return nil // what may not be asked stays unknown
	}
	within, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	switch client := e.client.(type) {
	case *redis.Client:
		err = inspect(within, client)
	case *redis.ClusterClient:
		// One after another, since each may find the same.
		turn := make(chan struct{}, 1)
		err = client.ForEachMaster(within, func(ctx context.Context, node *redis.Client) error {
			turn <- struct{}{}
			defer func() { <-turn }()
			return inspect(ctx, node)
		})
	}
	if err != nil && !errors.Is(err, ErrTooOld) {
		e.leave(err) // the nodes of a cluster are not known
		return "", fmt.Errorf("%w: %w", ErrAway, err)
	}
	return evicts, err
}

// product returns what an engine is, and in which version; nothing if it does not say. HELLO is allowed to more
// users than INFO, and older engines do not know it.
func product(ctx context.Context, node *redis.Client) (name, version string) {
	if hello, err := node.Do(ctx, "HELLO", "3").Result(); err == nil {
		if said, ok := hello.(map[any]any); ok {
			name, _ = said["server"].(string)
			version, _ = said["version"].(string)
		}
	} else if info, err := node.Info(ctx, "server").Result(); err == nil {
		for line := range strings.Lines(info) {
			if after, ok := strings.CutPrefix(line, "redis_version:"); ok {
				name, version = "redis", strings.TrimSpace(after)
			}
		}
	}
	if name != "redis" && name != "valkey" {
		return "", "" // another engine counts its versions in another way
	}
	return name, version
}

// tooOld reports whether a version is one that will not do. One that is not understood will.
func tooOld(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err := strconv.Atoi(parts[0])
	minor, errMinor := strconv.Atoi(parts[1])
	return err == nil && errMinor == nil && slices.Compare([]int{major, minor}, oldest[:]) < 0
}
