package relay_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/graph/relay"
)

var testLimits = relay.Limits{Default: 50, Max: 1000}

// list is a list of so many rows, each its own position.
func list(total int) []int {
	rows := make([]int, total)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// page makes the page of rows that the arguments ask for in the way that a resolver does, and
// returns it with the number of reads that it took.
func page(rows []int, args relay.Arguments, want relay.Want, pageSize int) (*relay.Connection[int], int, error) {
	window, err := args.Window(scope, testLimits)
	if err != nil {
		return nil, 0, err
	}
	var total *int
	if window.FromEnd {
		total = new(len(rows))
		window = window.Anchor(*total)
	}
	var nodes []int
	reads := window.Reads(want, pageSize)
	for _, read := range reads {
		if read.Limit > pageSize || read.Limit < 0 || read.Offset < 0 {
			return nil, 0, fmt.Errorf("a read that the upstream refuses: %+v", read)
		}
		from := min(read.Offset, len(rows))
		nodes = append(nodes, rows[from:min(from+read.Limit, len(rows))]...)
		if read.Count {
			total = new(len(rows))
		}
	}
	next := window.HasNextPage(len(nodes), total)
	return relay.NewConnection(nodes[:min(len(nodes), window.Limit)], window.Offset, scope, next, total), len(reads), nil
}

// expected returns the rows from and to that the arguments ask for, by plain counting.
func expected(total int, args relay.Arguments) (from, to int) {
	first, last := testLimits.Default, testLimits.Default
	if args.First != nil {
		first = *args.First
	}
	if args.Last != nil {
		last = *args.Last
	}
	position := func(cursor *string) int {
		for i := range total {
			if relay.EncodeCursor(i, scope) == *cursor {
				return i
			}
		}
		panic("no such cursor")
	}
	switch {
	case args.Before != nil:
		to = position(args.Before)
		return max(0, to-last), to
	case args.Last != nil:
		return max(0, total-last), total
	case args.After != nil:
		from = position(args.After) + 1
	case args.Offset != nil:
		from = min(*args.Offset, total)
	}
	return from, min(from+first, total)
}

var scope = relay.NewScope("rows", "of", "a", "test")

// randomArguments returns arguments that fit together, for a list of so many rows.
func randomArguments(r *rand.Rand, total, pageSize int) relay.Arguments {
	size := func() *int {
		switch r.IntN(6) {
		case 0:
			return nil
		case 1:
			return new(min(testLimits.Max, pageSize*r.IntN(5))) // whole pages
		case 2:
			return new(min(testLimits.Max, max(0, pageSize+r.IntN(3)-1)))
		default:
			return new(r.IntN(min(testLimits.Max, total+pageSize) + 1))
		}
	}
	cursor := func() *string { return new(relay.EncodeCursor(r.IntN(total), scope)) }
	switch kind := r.IntN(5); {
	case kind == 0:
		return relay.Arguments{First: size(), Offset: new(r.IntN(2*total + 2))}
	case kind == 1 && total > 0:
		return relay.Arguments{First: size(), After: cursor()}
	case kind == 2 && total > 0:
		return relay.Arguments{Last: size(), Before: cursor()}
	case kind == 3:
		if last := size(); last != nil {
			return relay.Arguments{Last: last}
		}
	}
	return relay.Arguments{First: size()}
}

// The page is the one that plain counting finds, whatever the window and however long the list. What
// is selected of it does not change the rest.
func TestRandomWindowsMatchAPlainList(t *testing.T) {
	t.Parallel()
	for _, pageSize := range []int{1, 2, 3, 7, 250} {
		t.Run(fmt.Sprintf("pages of %d", pageSize), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(pageSize)))
			for range 1000 {
				total := r.IntN(pageSize*5 + 2)
				args := randomArguments(r, total, pageSize)
				want := relay.Want{Rows: r.IntN(4) > 0, NextPage: r.IntN(2) == 0, Total: r.IntN(2) == 0}
				check(t, total, args, want, pageSize)
				if t.Failed() {
					return
				}
			}
		})
	}
}

func check(t *testing.T, total int, args relay.Arguments, want relay.Want, pageSize int) {
	t.Helper()
	what := func() string { return fmt.Sprintf("%d rows, %s, %+v", total, show(args), want) }
	rows := list(total)
	got, reads, err := page(rows, args, want, pageSize)
	if err != nil {
		t.Errorf("%s: %v", what(), err)
		return
	}
	from, to := expected(total, args)
	if want.Rows {
		if diff := cmp.Diff(append([]int{}, rows[from:to]...), append([]int{}, got.Nodes()...)); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", what(), diff)
		}
		for i, edge := range got.Edges {
			if edge.Cursor() != relay.EncodeCursor(from+i, scope) {
				t.Errorf("%s: the cursor of row %d is another", what(), from+i)
			}
		}
	}
	if want.NextPage && got.PageInfo.HasNextPage != (to < total) {
		t.Errorf("%s: hasNextPage is %t", what(), got.PageInfo.HasNextPage)
	}
	if total > 0 && got.PageInfo.HasPreviousPage != (from > 0) {
		t.Errorf("%s: hasPreviousPage is %t", what(), got.PageInfo.HasPreviousPage)
	}
	if want.Total && (got.TotalCount == nil || *got.TotalCount != total) {
		t.Errorf("%s: the total is wrong", what())
	}
	size := to - from
	if args.Last == nil && args.Before == nil {
		size = testLimits.Default
		if args.First != nil {
			size = *args.First
		}
	}
	if most := max(1, (size+pageSize-1)/pageSize); reads > most {
		t.Errorf("%s: %d reads for at most %d rows in pages of %d", what(), reads, size, pageSize)
	}
}

func show(args relay.Arguments) string {
	text := ""
	for name, number := range map[string]*int{"first": args.First, "last": args.Last, "offset": args.Offset} {
		if number != nil {
			text += fmt.Sprintf("%s: %d ", name, *number)
		}
	}
	for name, cursor := range map[string]*string{"after": args.After, "before": args.Before} {
		if cursor != nil {
			position, err := relay.DecodeCursor(*cursor, scope)
			text += fmt.Sprintf("%s: row %d (%v) ", name, position, err)
		}
	}
	return text
}

// The page sizes at which the number of reads changes, each with everything selected.
func TestReadsOfTheUsualPages(t *testing.T) {
	t.Parallel()
	everything := relay.Want{Rows: true, NextPage: true, Total: true}
	for _, each := range []struct {
		first, reads int
		lastLimit    int
	}{
		{1, 1, 2},
		{249, 1, 250},
		{250, 1, 250},
		{251, 2, 2},
		{500, 2, 250},
		{999, 4, 250},
		{1000, 4, 250},
	} {
		window, err := relay.Arguments{First: &each.first}.Window(scope, testLimits)
		if err != nil {
			t.Fatal(err)
		}
		reads := window.Reads(everything, 250)
		if len(reads) != each.reads || reads[len(reads)-1].Limit != each.lastLimit {
			t.Errorf("first: %d takes %+v", each.first, reads)
		}
		if counted := slices.IndexFunc(reads[1:], func(r relay.Read) bool { return r.Count }); counted >= 0 {
			t.Errorf("first: %d counts more than once: %+v", each.first, reads)
		}
	}
	none := relay.Window{Limit: 50}.Reads(relay.Want{}, 250)
	if len(none) != 0 {
		t.Errorf("where nothing is wanted it takes %+v", none)
	}
	next := relay.Window{}.Reads(relay.Want{NextPage: true}, 250)
	if diff := cmp.Diff([]relay.Read{{Limit: 1}}, next); diff != "" {
		t.Errorf("whether rows follow an empty page (-want +got):\n%s", diff)
	}
	count := relay.Window{Limit: 50}.Reads(relay.Want{Total: true}, 250)
	if diff := cmp.Diff([]relay.Read{{Count: true}}, count); diff != "" {
		t.Errorf("the total alone (-want +got):\n%s", diff)
	}
}

func TestWindowRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	cursor, number := relay.EncodeCursor(3, scope), 3
	other := relay.EncodeCursor(3, relay.NewScope("other"))
	for _, each := range []struct {
		name     string
		args     relay.Arguments
		argument string
	}{
		{"first and last", relay.Arguments{First: &number, Last: &number}, "last"},
		{"offset and after", relay.Arguments{Offset: &number, After: &cursor}, "offset"},
		{"offset and before", relay.Arguments{Offset: &number, Before: &cursor}, "offset"},
		{"offset and last", relay.Arguments{Offset: &number, Last: &number}, "offset"},
		{"after and last", relay.Arguments{After: &cursor, Last: &number}, "after"},
		{"after and before", relay.Arguments{After: &cursor, Before: &cursor}, "after"},
		{"before and first", relay.Arguments{Before: &cursor, First: &number}, "before"},
		{"negative first", relay.Arguments{First: new(-1)}, "first"},
		{"too many first", relay.Arguments{First: new(1001)}, "first"},
		{"negative last", relay.Arguments{Last: new(-1)}, "last"},
		{"too many last", relay.Arguments{Last: new(1001)}, "last"},
		{"least last", relay.Arguments{Last: new(math.MinInt)}, "last"},
		{"negative offset", relay.Arguments{Offset: new(-1)}, "offset"},
		{"offset beyond any list", relay.Arguments{Offset: new(math.MaxInt32)}, "offset"},
		{"forged after", relay.Arguments{After: new("forged")}, "after"},
		{"empty after", relay.Arguments{After: new("")}, "after"},
		{"forged before", relay.Arguments{Before: new("forged")}, "before"},
		{"after of another list", relay.Arguments{After: &other}, "after"},
		{"before of another list", relay.Arguments{Before: &other, Last: &number}, "before"},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			_, err := each.args.Window(scope, testLimits)
			refused, ok := errors.AsType[*relay.ArgumentError](err)
			if !ok || refused.Argument != each.argument || refused.Reason == "" {
				t.Errorf("got %v, want a refusal of %s", err, each.argument)
			}
		})
	}
}

func TestCursorsHoldForTheirListAlone(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "b", ""}} {
		cursor := relay.EncodeCursor(7, relay.NewScope(parts...))
		if seen[cursor] {
			t.Errorf("the cursor of %q is also that of another list", parts)
		}
		seen[cursor] = true
	}
}
