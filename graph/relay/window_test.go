package relay_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/graph/relay"
)

var testLimits = relay.Limits{Default: 50, Max: 1000, Read: 250}

var scope = relay.NewScope("rows", "of", "a", "test")

func show(args relay.Arguments) string {
	text := ""
	for name, number := range map[string]*int{"first": args.First, "last": args.Last, "offset": args.Offset} {
		if number != nil {
			text += fmt.Sprintf("%s: %d ", name, *number)
		}
	}
	for name, cursor := range map[string]*string{"after": args.After, "before": args.Before} {
		if cursor != nil {
			place, err := relay.DecodeCursor(*cursor, scope)
			text += fmt.Sprintf("%s: %+v (%v) ", name, place, err)
		}
	}
	return text
}

// The page sizes at which the number of reads changes.
func TestReadsOfTheUsualPages(t *testing.T) {
	t.Parallel()
	everything := relay.Want{Rows: true, NextPage: true, Total: true}
	for _, each := range []struct {
		first, reads int
		lastLimit    int
	}{
		{1, 1, 1},
		{249, 1, 249},
		{250, 1, 250},
		{251, 2, 1},
		{500, 2, 250},
		{999, 4, 249},
		{1000, 4, 250},
	} {
		window, err := relay.Arguments{First: &each.first}.Window(scope, testLimits)
		if err != nil {
			t.Fatal(err)
		}
		reads := window.Reads(everything, 250)
		if reads.Len() != each.reads || reads.At(reads.Len()-1).Limit != each.lastLimit {
			t.Errorf("first: %d takes %d reads, the last of %+v", each.first, reads.Len(), reads.At(reads.Len()-1))
		}
		for i := range reads.Len() {
			if read := reads.At(i); read.Count != (i == 0) || read.Offset != i*250 {
				t.Errorf("first: %d: read %d is %+v", each.first, i, read)
			}
		}
	}
}

// What is selected decides what is read.
func TestReadsOfWhatIsSelected(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		name  string
		args  relay.Arguments
		want  relay.Want
		reads []relay.Read
	}{
		{"nothing", relay.Arguments{}, relay.Want{}, nil},
		{"rows", relay.Arguments{}, relay.Want{Rows: true}, []relay.Read{{Limit: 50}}},
		{"cursors of rows", relay.Arguments{}, relay.Want{Rows: true, Cursors: true}, []relay.Read{{Limit: 50, Count: true}}},
		{"rows and what follows", relay.Arguments{}, relay.Want{Rows: true, NextPage: true}, []relay.Read{{Limit: 50, Count: true}}},
		{"whether rows follow", relay.Arguments{Offset: new(7)}, relay.Want{NextPage: true}, []relay.Read{{Offset: 7, Count: true}}},
		{"whether rows follow an empty page", relay.Arguments{First: new(0)}, relay.Want{Rows: true, NextPage: true}, []relay.Read{{Count: true}}},
		{"the total", relay.Arguments{}, relay.Want{Total: true}, []relay.Read{{Count: true}}},
		{"rows of several reads", relay.Arguments{First: new(251)}, relay.Want{Rows: true}, []relay.Read{{Limit: 250, Count: true}, {Offset: 250, Limit: 1}}},
		{
			"rows before one, which are there",
			relay.Arguments{Last: new(300), Before: new(relay.EncodeCursor(400, scope))},
			relay.Want{Rows: true, NextPage: true},
			[]relay.Read{{Offset: 100, Limit: 250}, {Offset: 350, Limit: 50}},
		},
		{
			"rows after one whose position is not known",
			relay.Arguments{After: new(relay.Place{Position: 100, Row: 9}.Cursor(scope))},
			relay.Want{Rows: true},
			[]relay.Read{{Offset: 100, Limit: 60}},
		},
		{
			"rows before one whose position is not known",
			relay.Arguments{Last: new(5), Before: new(relay.Place{Position: 100, Row: 9}.Cursor(scope))},
			relay.Want{Rows: true},
			[]relay.Read{{Offset: 100, Limit: 250}},
		},
		{
			"rows before the first of a read",
			relay.Arguments{Last: new(5), Before: new(relay.Place{Position: 100}.Cursor(scope))},
			relay.Want{Rows: true},
			[]relay.Read{{Offset: 95, Limit: 5}},
		},
	} {
		window, err := each.args.Window(scope, testLimits)
		if err != nil {
			t.Fatal(err)
		}
		var got []relay.Read
		reads := window.Reads(each.want, 250)
		for i := range reads.Len() {
			got = append(got, reads.At(i))
		}
		if diff := cmp.Diff(each.reads, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", each.name, diff)
		}
	}
}

// The reads that begin within a list are those that a list of so many rows needs; the first is always made.
func TestReadsWithinAList(t *testing.T) {
	t.Parallel()
	window, err := relay.Arguments{First: new(1000), Offset: new(100)}.Window(scope, testLimits)
	if err != nil {
		t.Fatal(err)
	}
	reads := window.Reads(relay.Want{Rows: true}, 250)
	for total, want := range map[int]int{-1: 1, 0: 1, 100: 1, 101: 1, 350: 1, 351: 2, 850: 3, 851: 4, 1_000_000: 4, math.MaxInt32: 4} {
		if got := reads.Within(total); got != want {
			t.Errorf("%d of the reads are within a list of %d rows, want %d", got, total, want)
		}
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

// A scope is what package hash/fnv makes of it: cursors that clients have kept stay those of their lists.
func TestScopesAreFNV(t *testing.T) {
	for _, parts := range [][]string{nil, {""}, {"certifications", "limit=0"}, {"reviewers", strings.Repeat("a", 300), "é"}} {
		h := fnv.New64a()
		for _, part := range parts {
			_, _ = h.Write(append(binary.AppendUvarint(nil, uint64(len(part))), part...))
		}
		if got, want := uint64(relay.NewScope(parts...)), h.Sum64(); got != want {
			t.Errorf("%q: %x, want %x", parts, got, want)
		}
	}
}
