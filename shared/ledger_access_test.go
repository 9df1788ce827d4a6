package shared

import (
	"strings"
	"testing"

	"certql/shared/enginetest"
	"certql/upstream/throttle"
)

// access is what a user of the engine must be allowed: see docs/operations.md.
const access = "resetkeys ~certql:* resetchannels &certql:* nocommands +@scripting +@sortedset +@hash +@string +@pubsub +@connection +time +del +pexpire +config|get"

// A user of the engine that may do no more than it must can keep budgets.
func TestAUserWithFewRightsCanKeepBudgets(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	admin := opened(t, server.URL())
	rule := []any{"ACL", "SETUSER", "gateway", "on", ">secret"}
	for word := range strings.FieldsSeq(access) {
		rule = append(rule, word)
	}
	if err := admin.client.Do(t.Context(), rule...).Err(); err != nil {
		t.Fatal(err)
	}
	engine, err := Open(Config{URLs: []string{server.URL()}, Username: "gateway", Password: "secret", Prefix: "certql", Replica: "a"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	w := newWorld(t, server.URL())
	w.open = func(string) throttle.Ledger { return NewLedger(engine) }
	w.warmed()
	_, calls := w.ask("a", "c", "c", "?s")
	w.tell("a", overrun(calls[0], 0, 1), spent(0, calls[1])[0],
		throttle.Settlement{Head: throttle.Head{Call: calls[2].Call, Caller: "c"}, Sender: "s", Fate: throttle.Proved})
	w.pass(1e9)
	w.learn("a", 0)
	ledger := w.on("a")
	if err := ledger.Forget(t.Context(), budget); err != nil {
		t.Error(err)
	}
	if err := ledger.Ready(t.Context(), 0); err != nil {
		t.Error(err)
	}
}
