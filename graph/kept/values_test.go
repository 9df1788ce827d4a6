package kept_test

import (
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/kept"
)

// The latest values are kept for a few conditions, and none if that is wanted.
func TestOnlySoMuchIsKept(t *testing.T) {
	t.Parallel()
	const most = 4
	works := 0
	work := func(map[string]any) any { works++; return works }
	values := kept.NewValues([]string{"a", "b", "c"}, most)
	variables := func(i int) map[string]any { return map[string]any{"a": i&1 > 0, "b": i&2 > 0, "c": i&4 > 0} }
	for i := range 2 * most {
		values.Value(variables(i), work)
	}
	for i := most; i < 2*most; i++ {
		if got := values.Value(variables(i), work); got != i+1 {
			t.Errorf("condition %d has value %v", i, got)
		}
	}
	if works != 2*most {
		t.Errorf("it works %d times", works)
	}
	if values.Value(variables(0), work); works != 2*most+1 {
		t.Error("the oldest is kept, too")
	}
	for name, of := range map[string]*kept.Values{"nil": nil, "none": kept.NewValues(nil, 0)} {
		before := works
		of.Value(nil, work)
		of.Value(nil, work)
		if works != before+2 {
			t.Errorf("%s keeps something", name)
		}
	}
}

// What is kept never depends on a text or on a variable outside the directives.
func TestTextsAreNoConditions(t *testing.T) {
	t.Parallel()
	works := 0
	values := kept.NewValues([]string{"label"}, 4)
	for range 2 {
		values.Value(map[string]any{"label": "a", "id": 1}, func(conditions map[string]any) any {
			works++
			if conditions["label"] != "a" {
				t.Errorf("the conditions are %v", conditions)
			}
			return works
		})
	}
	if works != 2 {
		t.Errorf("it works %d times", works)
	}
	values.Value(map[string]any{"label": nil, "id": 1}, func(conditions map[string]any) any {
		if len(conditions) != 1 {
			t.Errorf("the conditions are %v", conditions)
		}
		return 1
	})
}

// The hash of a document is worked out once.
func TestTheHashIsKept(t *testing.T) {
	t.Parallel()
	works := 0
	work := func() string { works++; return "h" }
	values := kept.NewValues(nil, 0)
	for range 3 {
		if got := values.Hash(work); got != "h" {
			t.Errorf("the hash is %q", got)
		}
	}
	if got := (*kept.Values)(nil).Hash(work); got != "h" || works != 2 {
		t.Errorf("%q after %d times", got, works)
	}
}

// Operations that begin at once have the same value.
func TestTheFirstValueIsKept(t *testing.T) {
	t.Parallel()
	values := kept.NewValues(nil, 1)
	var group sync.WaitGroup
	got := make([]any, 16)
	for i := range got {
		group.Go(func() { got[i] = values.Value(nil, func(map[string]any) any { return new(int) }) })
	}
	group.Wait()
	for _, each := range got {
		if each != got[0] {
			t.Fatal("there are several values")
		}
	}
	var operation graphql.OperationContext
	if kept.Of(&operation) != nil {
		t.Error("an operation has values that it was not handed")
	}
	if kept.Hand(&operation, values); kept.Of(&operation) != values {
		t.Error("an operation has not the values that it was handed")
	}
}
