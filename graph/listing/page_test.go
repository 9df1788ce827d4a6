package listing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/graph/listing"
	"certql/graph/relay"
)

var (
	scope      = relay.NewScope("rows", "of", "a", "test")
	everything = relay.Want{Rows: true, NextPage: true, Total: true}
)

// limitsOf returns the limits of pages of a list that is read by so many rows at once.
func limitsOf(size int) relay.Limits { return relay.Limits{Default: 50, Max: 1000, Read: size} }

// page returns the page that the arguments ask for, as a resolver does.
func page(t *testing.T, from *tenant, args relay.Arguments, want relay.Want, expected int) *relay.Connection[int] {
	t.Helper()
	window, err := args.Window(scope, limitsOf(from.size))
	if err != nil {
		t.Fatal(err)
	}
	read, err := listing.Read(t.Context(), from.read, window, want, from.size, expected)
	if err != nil {
		t.Fatalf("%+v: %v", args, err)
	}
	return relay.NewConnection(read.Rows, relay.Page{Scope: scope, Window: read.Window, Runs: read.Runs, Next: read.Next, Total: read.Total})
}

// expected returns the rows from and to that the arguments ask for, by plain counting.
func expected(total int, args relay.Arguments) (from, to int) {
	first, last := 50, 50
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

// randomArguments returns arguments that fit together, for a list of so many rows.
func randomArguments(r *rand.Rand, total, size int) relay.Arguments {
	rows := func() *int {
		switch r.IntN(6) {
		case 0:
			return nil
		case 1:
			return new(min(1000, size*r.IntN(5))) // whole pages
		case 2:
			return new(min(1000, max(0, size+r.IntN(3)-1)))
		default:
			return new(r.IntN(min(1000, total+size) + 1))
		}
	}
	cursor := func() *string { return new(relay.EncodeCursor(r.IntN(total), scope)) }
	switch kind := r.IntN(5); {
	case kind == 0:
		return relay.Arguments{First: rows(), Offset: new(r.IntN(2*total + 2))}
	case kind == 1 && total > 0:
		return relay.Arguments{First: rows(), After: cursor()}
	case kind == 2 && total > 0:
		return relay.Arguments{Last: rows(), Before: cursor()}
	case kind == 3:
		if last := rows(); last != nil {
			return relay.Arguments{Last: last}
		}
	}
	return relay.Arguments{First: rows()}
}

// The page is the one that plain counting finds, whatever the window and however long the list. What
// is selected of it does not change the rest, and neither does what the list is expected to have.
func TestRandomWindowsMatchAPlainList(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 3, 7, 250} {
		t.Run(fmt.Sprintf("pages of %d", size), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(size)))
			for range 1000 {
				from := &tenant{rows: r.IntN(size*5 + 2), size: size, counts: true, refuses: r.IntN(2) == 0}
				args := randomArguments(r, from.rows, size)
				want := relay.Want{Rows: r.IntN(4) > 0, NextPage: r.IntN(2) == 0, Total: r.IntN(2) == 0}
				want.Cursors = want.Rows && r.IntN(2) == 0
				guess := []int{0, from.rows, r.IntN(size*5 + 2)}[r.IntN(3)]
				checkPage(t, from, args, want, guess)
				if t.Failed() {
					return
				}
			}
		})
	}
}

func checkPage(t *testing.T, list *tenant, args relay.Arguments, want relay.Want, guess int) {
	t.Helper()
	what := func() string { return fmt.Sprintf("%d rows, %d expected, %+v, %+v", list.rows, guess, args, want) }
	got := page(t, list, args, want, guess)
	reads := list.took()
	from, to := expected(list.rows, args)
	if want.Rows {
		if diff := cmp.Diff(list.visible(from, to), got.Nodes()); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", what(), diff)
		}
		counted := want.NextPage || want.Total || want.Cursors // otherwise nothing shows that a short page hides no rows
		for i, edge := range got.Edges() {
			if (counted || to < list.rows) && edge.Cursor() != relay.EncodeCursor(from+i, scope) {
				t.Errorf("%s: the cursor of row %d is another", what(), from+i)
				break
			}
		}
	}
	if want.NextPage && got.PageInfo.HasNextPage != (to < list.rows) {
		t.Errorf("%s: hasNextPage is %t", what(), got.PageInfo.HasNextPage)
	}
	if list.rows > 0 && got.PageInfo.HasPreviousPage != (from > 0) {
		t.Errorf("%s: hasPreviousPage is %t", what(), got.PageInfo.HasPreviousPage)
	}
	if want.Total && (got.TotalCount == nil || *got.TotalCount != list.rows) {
		t.Errorf("%s: the total is wrong", what())
	}
	most := max(1, (to-from+list.size-1)/list.size) // those that have rows
	if guess > list.rows {
		most = max(most, (guess-from+list.size-1)/list.size)
	}
	if args.Last != nil && args.Before == nil {
		most++ // that counts
	}
	if list.refuses && from >= list.rows && args.Before == nil && args.Last == nil {
		most++ // that shows why the first was refused
	}
	if reads > most {
		t.Errorf("%s: %d reads, want at most %d", what(), reads, most)
	}
}
