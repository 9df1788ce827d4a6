package shared

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"certql/shared/enginetest"
)

func TestAnEngineIsInspected(t *testing.T) {
	t.Parallel()
	const refused = "NOPERM this user has no permissions to run this command"
	hello := func(name, version string) func(*server.Peer) {
		return func(c *server.Peer) {
			c.WriteMapLen(2)
			c.WriteBulk("server")
			c.WriteBulk(name)
			c.WriteBulk("version")
			c.WriteBulk(version)
		}
	}
	info := func(version string) func(*server.Peer) {
		return func(c *server.Peer) {
			c.WriteBulk("# Server\r\nredis_version:" + version + "\r\nredis_mode:standalone\r\n")
		}
	}
	policy := func(name string) func(*server.Peer) {
		return func(c *server.Peer) {
			c.WriteMapLen(1)
			c.WriteBulk("maxmemory-policy")
			c.WriteBulk(name)
		}
	}
	no := func(c *server.Peer) { c.WriteError(refused) }
	tests := map[string]struct {
		hello, info, config func(*server.Peer)
		evicts, old         string
	}{
		"Redis":                         {hello("redis", "7.0.15"), no, policy("noeviction"), "", ""},
		"the oldest Redis":              {hello("redis", "6.2.0"), no, no, "", ""},
		"Valkey":                        {hello("valkey", "8.1.3"), no, no, "", ""},
		"a Redis of two digits":         {hello("redis", "10.0.1"), no, no, "", ""},
		"an older Redis":                {hello("redis", "6.0.16"), no, no, "", "redis 6.0.16"},
		"a Redis that knows no HELLO":   {no, info("5.0.14"), no, "", "redis 5.0.14"},
		"a proxy that knows no HELLO":   {no, info("7.2.4"), no, "", ""},
		"one that says nothing":         {no, no, no, "", ""},
		"one of other versions":         {hello("dragonfly", "1.2.0"), no, no, "", ""},
		"a version that is a word":      {hello("redis", "unstable"), no, no, "", ""},
		"one that removes what is old":  {hello("redis", "7.0.15"), no, policy("allkeys-lru"), "allkeys-lru", ""},
		"one that removes what expires": {hello("valkey", "8.0.0"), no, policy("volatile-ttl"), "volatile-ttl", ""},
		"one that has no policy":        {hello("valkey", "8.0.0"), no, func(c *server.Peer) { c.WriteMapLen(0) }, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, memory := enginetest.Memory(t)
			e := opened(t, url)
			if err := e.client.Ping(t.Context()).Err(); err != nil { // connected by the HELLO of before
				t.Fatal(err)
			}
			answers := map[string]func(*server.Peer){"HELLO": test.hello, "INFO": test.info, "CONFIG": test.config}
			memory.Server().SetPreHook(func(c *server.Peer, command string, _ ...string) bool {
				answer := answers[strings.ToUpper(command)]
				if answer == nil {
					return false
				}
				answer(c)
				return true
			})
			evicts, err := e.Inspect(t.Context())
			if evicts != test.evicts || errors.Is(err, ErrTooOld) != (test.old != "") {
				t.Errorf("it is said to evict %q, %v", evicts, err)
			}
			if err != nil && !strings.HasSuffix(err.Error(), test.old) {
				t.Errorf("the error does not name %s: %v", test.old, err)
			}
			if e.Away() {
				t.Error("it counts as away")
			}
		})
	}
}

func TestARealEngineIsInspected(t *testing.T) {
	t.Parallel()
	e := opened(t, enginetest.Start(t).URL())
	if evicts, err := e.Inspect(t.Context()); evicts != "" || err != nil {
		t.Errorf("%q, %v", evicts, err)
	}
	full := opened(t, enginetest.Start(t, "--maxmemory-policy", "allkeys-lru").URL())
	if evicts, err := full.Inspect(t.Context()); evicts != "allkeys-lru" || err != nil {
		t.Errorf("%q, %v", evicts, err)
	}
	server := enginetest.Start(t)
	away := opened(t, server.URL())
	server.Kill()
	if _, err := away.Inspect(t.Context()); !errors.Is(err, ErrAway) || !away.Away() {
		t.Errorf("of one that does not answer: %v", err)
	}
}

// Each master of a cluster is inspected.
func TestEachMasterOfAClusterIsInspected(t *testing.T) {
	t.Parallel()
	var urls []string
	var nodes []*redis.Client
	var buses []string
	for _, policy := range []string{"noeviction", "allkeys-lru"} {
		var plain net.ListenConfig
		bus, err := plain.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(bus.Addr().String())
		bus.Close()
		buses = append(buses, port)
		server := enginetest.Start(t, "--cluster-enabled", "yes", "--cluster-port", port, "--maxmemory-policy", policy, "--cluster-announce-ip", "127.0.0.1", "--cluster-announce-bus-port", port)
		urls = append(urls, server.URL())
		node := redis.NewClient(&redis.Options{Addr: strings.TrimPrefix(server.URL(), "redis://")})
		t.Cleanup(func() { _ = node.Close() })
		nodes = append(nodes, node)
	}
	ctx := t.Context()
	alone, err := Open(Config{URLs: urls, Prefix: "certql", Replica: "a", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	if _, err := alone.Inspect(ctx); !errors.Is(err, ErrAway) || !alone.Away() {
		t.Errorf("of a cluster that has no slots: %v", err)
	}
	host, port, _ := net.SplitHostPort(nodes[1].Options().Addr)
	for _, command := range []*redis.Cmd{
		nodes[0].Do(ctx, "CLUSTER", "ADDSLOTSRANGE", 0, 8191), nodes[1].Do(ctx, "CLUSTER", "ADDSLOTSRANGE", 8192, 16383),
		nodes[0].Do(ctx, "CLUSTER", "MEET", host, port, buses[1]),
	} {
		if err := command.Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, node := range nodes {
		for !strings.Contains(node.ClusterInfo(ctx).Val(), "cluster_state:ok") {
			time.Sleep(10 * time.Millisecond)
		}
	}
	e, err := Open(Config{URLs: urls, Prefix: "certql", Replica: "a", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if evicts, err := e.Inspect(ctx); evicts != "allkeys-lru" || err != nil {
		t.Errorf("%q, %v", evicts, err)
	}
}

// Sentinels that know no master by the name are no reason to end, since they may learn of it.
func TestAMasterThatSentinelsDoNotKnowIsAway(t *testing.T) {
	t.Parallel()
	url, memory := enginetest.Memory(t)
	memory.Server().SetPreHook(func(c *server.Peer, command string, _ ...string) bool {
		if !strings.EqualFold(command, "SENTINEL") {
			return false
		}
		c.WriteNull()
		return true
	})
	e, err := Open(Config{URLs: []string{url}, SentinelMaster: "certql", Prefix: "certql", Replica: "a", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Inspect(t.Context()); !errors.Is(err, ErrAway) || !e.Away() {
		t.Errorf("%v, away: %t", err, e.Away())
	}
}

// A service that answers nothing to everything is no engine, and taken for one that is away.
func TestWhatAnswersNothingIsNoEngine(t *testing.T) {
	t.Parallel()
	url, memory := enginetest.Memory(t)
	memory.Server().SetPreHook(func(c *server.Peer, _ string, _ ...string) bool {
		c.WriteNull()
		return true
	})
	if _, err := opened(t, url).Inspect(t.Context()); !errors.Is(err, ErrAway) {
		t.Errorf("it is inspected with %v", err)
	}
}
