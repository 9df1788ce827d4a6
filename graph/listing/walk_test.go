package listing_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/graph/listing"
	"certql/graph/relay"
	"certql/upstream"
)

// randomTenant returns a list that hides rows, some of them in long runs, and may not count or refuse
// offsets. If it does not count, it never hides as many in a row as it returns at once: nothing would tell
// that from the end.
func randomTenant(r *rand.Rand, size int) *tenant {
	list := &tenant{rows: r.IntN(size*4 + 2), size: size, hidden: map[int]bool{}, counts: r.IntN(3) > 0, refuses: r.IntN(2) == 0}
	share := []float64{0, 0.02, 0.3, 0.9}[r.IntN(4)]
	run := 0
	for row := range list.rows {
		if r.Float64() < share && (list.counts || run < size-1) {
			list.hidden[row] = true
			run++
		} else {
			run = 0
		}
	}
	return list
}

// A walk to the end returns each row that is not hidden once, in order, for any size of pages, whether the
// upstream counts or not, and whichever cursor the walk goes on from.
func TestWalksReturnEveryRowOnce(t *testing.T) {
	t.Parallel()
	walks := map[string]func(*testing.T, *rand.Rand, *tenant, int) []int{
		"forwards by endCursor":        forwards(func(_ *rand.Rand, page *relay.Connection[int]) int { return len(page.Edges()) }),
		"forwards by the last edge":    forwards(lastEdge),
		"forwards by an edge":          forwards(anyEdge),
		"backwards by startCursor":     backwards(func(*rand.Rand, *relay.Connection[int]) int { return -1 }),
		"backwards by the first edge":  backwards(func(_ *rand.Rand, page *relay.Connection[int]) int { return min(0, len(page.Edges())-1) }),
		"backwards by an edge":         backwards(anyEdge),
		"by offset":                    byOffset,
		"in one piece":                 inOnePiece,
		"forwards without hasNextPage": withoutNextPage,
	}
	for name, walk := range walks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(1500) {
				r := rand.New(rand.NewPCG(7, seed))
				list := randomTenant(r, []int{2, 3, 10, 250}[r.IntN(4)])
				first := 1 + r.IntN(min(1000, list.size*3))
				got := walk(t, r, list, first)
				if diff := cmp.Diff(list.visible(0, list.rows), got); diff != "" {
					t.Errorf("seed %d: %d rows, %d hidden, counted %t, refused %t, %d at once, in pages of %d (-want +got):\n%s",
						seed, list.rows, len(list.hidden), list.counts, list.refuses, list.size, first, diff)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

func lastEdge(_ *rand.Rand, page *relay.Connection[int]) int { return len(page.Edges()) - 1 }

// anyEdge returns the index of an edge; -1 if the page has none.
func anyEdge(r *rand.Rand, page *relay.Connection[int]) int {
	if len(page.Edges()) == 0 {
		return -1
	}
	return r.IntN(len(page.Edges()))
}

// forwards returns a walk by first and after. It goes on from the edge that the function chooses, and drops
// the rows after that, or from endCursor if there is no such edge.
func forwards(choose func(*rand.Rand, *relay.Connection[int]) int) func(*testing.T, *rand.Rand, *tenant, int) []int {
	return func(t *testing.T, r *rand.Rand, list *tenant, first int) []int {
		t.Helper()
		rows := []int{}
		args := relay.Arguments{First: &first}
		for range 10 * (list.rows + 2) {
			got := page(t, list, args, everything, 0)
			n := choose(r, got)
			if n < 0 || n >= len(got.Edges()) {
				rows, args.After = append(rows, got.Nodes()...), got.PageInfo.EndCursor()
			} else {
				rows, args.After = append(rows, got.Nodes()[:n+1]...), new(got.Edges()[n].Cursor())
				if n < len(got.Edges())-1 {
					continue
				}
			}
			if !got.PageInfo.HasNextPage {
				return rows
			}
			if args.After == nil {
				t.Error("there is a next page, and no cursor to it")
				return rows
			}
		}
		t.Error("the walk has no end")
		return rows
	}
}

// backwards returns a walk by last and before, from a row behind the end. It goes on from the edge that the
// function chooses, and drops the rows before that, or from startCursor if there is no such edge.
func backwards(choose func(*rand.Rand, *relay.Connection[int]) int) func(*testing.T, *rand.Rand, *tenant, int) []int {
	return func(t *testing.T, r *rand.Rand, list *tenant, last int) []int {
		t.Helper()
		rows := []int{}
		args := relay.Arguments{Last: &last, Before: new(relay.EncodeCursor(list.rows, scope))}
		if list.counts && r.IntN(2) == 0 {
			args.Before = nil
		}
		for range 10 * (list.rows + 2) {
			got := page(t, list, args, everything, 0)
			n := choose(r, got)
			if n < 0 {
				rows, args.Before = append(got.Nodes(), rows...), got.PageInfo.StartCursor()
			} else {
				rows, args.Before = append(got.Nodes()[n:], rows...), new(got.Edges()[n].Cursor())
				if n > 0 {
					continue
				}
			}
			if !got.PageInfo.HasPreviousPage {
				return rows
			}
			if args.Before == nil {
				t.Error("there is a previous page, and no cursor to it")
				return rows
			}
		}
		t.Error("the walk has no end")
		return rows
	}
}

// byOffset is a walk by first and offset.
func byOffset(t *testing.T, _ *rand.Rand, list *tenant, first int) []int {
	t.Helper()
	rows := []int{}
	for offset := 0; ; offset += first {
		got := page(t, list, relay.Arguments{First: &first, Offset: &offset}, everything, 0)
		rows = append(rows, got.Nodes()...)
		if !got.PageInfo.HasNextPage {
			return rows
		}
	}
}

// withoutNextPage is a walk by endCursor alone, which ends with a page that has none. It cannot tell a page
// whose rows are all hidden from the end.
func withoutNextPage(t *testing.T, _ *rand.Rand, list *tenant, first int) []int {
	t.Helper()
	clear(list.hidden)
	rows := []int{}
	args := relay.Arguments{First: &first}
	for {
		got := page(t, list, args, relay.Want{Rows: true}, 0)
		rows = append(rows, got.Nodes()...)
		if args.After = got.PageInfo.EndCursor(); args.After == nil {
			return rows
		}
	}
}

// inOnePiece reads the whole list.
func inOnePiece(t *testing.T, r *rand.Rand, list *tenant, _ int) []int {
	t.Helper()
	rows, err := listing.All(t.Context(), list.read, list.size)
	if err != nil {
		t.Fatal(err)
	}
	n := r.IntN(list.rows + 2*list.size)
	first, total, err := listing.First(t.Context(), list.read, n, list.size)
	if err != nil || !slices.Equal(first, list.visible(0, n)) || n > 0 && list.counts && (total == nil || *total != list.rows) {
		t.Errorf("the first %d rows are %v of %v, %v", n, first, total, err)
	}
	return append([]int{}, rows...)
}

// A list without hidden rows takes no more reads than its pages need, wherever it ends.
func TestWalksTakeNoReadMoreThanTheirPages(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{0, 1, 49, 50, 51, 100, 249, 250, 251, 300, 500, 501, 1000, 1001} {
		for _, first := range []int{1, 49, 50, 51, 249, 250, 251, 300, 1000} {
			list := &tenant{rows: rows, size: 250, counts: true, refuses: true}
			pages := 0
			args := relay.Arguments{First: &first}
			for more := true; more; pages++ {
				got := page(t, list, args, everything, 0)
				args.After, more = got.PageInfo.EndCursor(), got.PageInfo.HasNextPage
			}
			perPage := (first + 249) / 250
			want := rows / first * perPage
			if rest := rows % first; rest > 0 || rows == 0 {
				want += max(1, (rest+249)/250)
			}
			if got := list.took(); got != want {
				t.Errorf("%d rows in %d pages of %d took %d reads, want %d", rows, pages, first, got, want)
			}
		}
	}
}

// Where nothing is counted, full pages take no read more either, and only the end of the list takes one.
func TestAListThatIsNotCountedTakesOneReadToEnd(t *testing.T) {
	t.Parallel()
	list := &tenant{rows: 120, size: 250}
	args := relay.Arguments{First: new(50)}
	for i, want := range []int{1, 1, 2} {
		got := page(t, list, args, everything, 0)
		if took := list.took(); took != want || got.PageInfo.HasNextPage != (i < 2) || got.TotalCount != nil {
			t.Errorf("page %d took %d reads, want %d; %+v", i, took, want, got.PageInfo)
		}
		args.After = got.PageInfo.EndCursor()
	}
}

// Of many rows that are asked for, those that the list has are read, the first page of them by itself if
// nothing is known of their number.
func TestManyRowsTakeAsManyReadsAsThereAre(t *testing.T) {
	t.Parallel()
	for _, each := range []struct{ rows, expected, reads int }{
		{52, 0, 1},
		{52, 52, 1},
		{250, 0, 1},
		{251, 0, 2},
		{251, 251, 2},
		{1000, 0, 4},
		{5000, 0, 4},
		{5000, 5000, 4},
		{52, 700, 3}, // what is expected is asked for
		{700, 52, 3}, // and what there is beyond
	} {
		list := &tenant{rows: each.rows, size: 250, counts: true, refuses: true}
		got := page(t, list, relay.Arguments{First: new(1000)}, everything, each.expected)
		if took := list.took(); took != each.reads || len(got.Edges()) != min(each.rows, 1000) {
			t.Errorf("%d rows of which %d are expected took %d reads, want %d; %d came", each.rows, each.expected, took, each.reads, len(got.Edges()))
		}
	}
}

// A count that the rows contradict is not believed.
func TestACountBelowTheRowsIsNotBelieved(t *testing.T) {
	t.Parallel()
	list := &tenant{rows: 300, size: 250, counts: true}
	lies := listing.Source[int](func(ctx context.Context, p upstream.Paging) (upstream.Page[int], error) {
		page, err := list.read(ctx, p)
		page.Total = new(3)
		return page, err
	})
	window, _ := relay.Arguments{}.Window(scope, limitsOf(250))
	got, err := listing.Read(t.Context(), lies, window, everything, 250, 0)
	if err != nil || got.Total != nil || !got.Next || len(got.Rows) != 50 {
		t.Errorf("got %d rows of %v, next %t, %v", len(got.Rows), got.Total, got.Next, err)
	}
	if rows, err := listing.All(t.Context(), lies, 250); err != nil || len(rows) != 300 {
		t.Errorf("got %d rows, %v", len(rows), err)
	}
}

// A page with more rows than were asked for has those that were.
func TestRowsThatWereNotAskedForAreDropped(t *testing.T) {
	t.Parallel()
	all := (&tenant{rows: 300}).visible(0, 300)
	generous := listing.Source[int](func(_ context.Context, p upstream.Paging) (upstream.Page[int], error) {
		return upstream.Page[int]{Items: all[min(p.Offset, 300):], Total: new(300)}, nil
	})
	window, _ := relay.Arguments{First: new(260)}.Window(scope, limitsOf(250))
	got, err := listing.Read(t.Context(), generous, window, everything, 250, 0)
	if err != nil || !slices.Equal(got.Rows, all[:260]) || !got.Next {
		t.Errorf("got %v, next %t, %v", got.Rows, got.Next, err)
	}
}

// An error of any read is that of the page, unless the read was refused because it begins behind the end.
func TestErrorsOfReads(t *testing.T) {
	t.Parallel()
	refusal := &upstream.Error{Kind: upstream.KindBadRequest, Status: 400}
	for _, each := range []struct {
		name    string
		err     error
		offset  int // of the reads that fail, and all after it
		args    relay.Arguments
		counts  bool
		want    error
		rows    int
		refused bool // the read that counts fails as well
	}{
		{name: "first read", err: errTest, args: relay.Arguments{}, want: errTest},
		{name: "second read", err: errTest, offset: 250, counts: true, args: relay.Arguments{First: new(300)}, want: errTest},
		{name: "second read, not counted", err: errTest, offset: 250, args: relay.Arguments{First: new(300)}, want: errTest},
		{name: "refused first read", err: refusal, args: relay.Arguments{}, want: refusal},
		{name: "refused within the list", err: refusal, offset: 250, counts: true, args: relay.Arguments{First: new(300)}, want: refusal},
		{name: "refused where the end is not known", err: refusal, offset: 250, args: relay.Arguments{First: new(300)}, rows: 250},
		{name: "refused by an offset within the list", err: refusal, offset: 250, counts: true, args: relay.Arguments{Offset: new(250)}, want: refusal},
		{name: "refused by an offset, nothing known", err: refusal, offset: 250, args: relay.Arguments{Offset: new(250)}},
		{name: "refused for another reason", err: refusal, refused: true, args: relay.Arguments{Offset: new(250)}, want: refusal},
		{name: "forbidden", err: &upstream.Error{Kind: upstream.KindForbidden}, offset: 250, args: relay.Arguments{First: new(300)}, want: &upstream.Error{Kind: upstream.KindForbidden}},
		{name: "not counted from the end", args: relay.Arguments{Last: new(3)}, offset: 1000, want: &upstream.Error{Kind: upstream.KindInvalid}},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			list := &tenant{rows: 500, size: 250, counts: each.counts}
			source := func(ctx context.Context, p upstream.Paging) (upstream.Page[int], error) {
				if p.Offset >= each.offset && each.err != nil && (p.Limit > 0 || each.refused) {
					return upstream.Page[int]{}, each.err
				}
				return list.read(ctx, p)
			}
			window, err := each.args.Window(scope, limitsOf(250))
			if err != nil {
				t.Fatal(err)
			}
			got, err := listing.Read(t.Context(), source, window, relay.Want{Rows: true}, 250, 0)
			wanted, isUpstream := errors.AsType[*upstream.Error](each.want)
			gotError, _ := errors.AsType[*upstream.Error](err)
			switch {
			case isUpstream && (gotError == nil || gotError.Kind != wanted.Kind), !isUpstream && !errors.Is(err, each.want):
				t.Errorf("got %v, want %v", err, each.want)
			case len(got.Rows) != each.rows:
				t.Errorf("got %d rows, want %d", len(got.Rows), each.rows)
			}
		})
	}
}
