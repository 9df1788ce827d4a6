package projection_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/outgoing"
	"certql/graph/projection"
)

// writeRows writes rows of a hundred bytes until there are enough, or there is no use in more, and calls a
// function before each. It returns how many it has written, the value, and the errors of the response.
func writeRows(t *testing.T, ctx context.Context, answer *outgoing.Answer, enough int, before func(row int)) (rows int, value string, errs gqlerror.List) { //nolint:revive // t first, as everywhere
	t.Helper()
	ctx = graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover)
	var w projection.Writer
	w.For(ctx, answer, nil)
	w.BeginList()
	for ; rows < enough; rows++ {
		before(rows)
		if !w.Element(rows) {
			break
		}
		w.String(strings.Repeat("x", 97))
	}
	w.EndList()
	return rows, written(finish(t, &w)), graphql.GetErrors(ctx)
}

// A Writer stops a few rows after its caller has left, and a few after the answer has failed. One that has
// run out of time shows what was read.
func TestAWriterStopsWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	const enough, leavesAt, few = 10_000, 200, 50
	t.Run("the caller leaves", func(t *testing.T) {
		t.Parallel()
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		rows, value, errs := writeRows(t, ctx, nil, enough, func(row int) {
			if row == leavesAt {
				leave()
			}
		})
		if rows < leavesAt || rows > leavesAt+few || value != "null" || len(errs) != 1 || !errors.Is(errs[0], context.Canceled) {
			t.Errorf("%d rows after %d; %.100s, %v", rows, leavesAt, value, errs)
		}
	})
	t.Run("the answer is too large", func(t *testing.T) {
		t.Parallel()
		var answer outgoing.Answer
		answer.Begin(t.Context(), outgoing.Limits{Response: 100 * leavesAt, Unsent: outgoing.NewRoom(1 << 20)}, nil, nil)
		rows, value, errs := writeRows(t, t.Context(), &answer, enough, func(int) {})
		if rows < leavesAt || rows > leavesAt+few || value != "null" || len(errs) != 1 || answer.Err() == nil {
			t.Errorf("%d rows; %.100s, %v", rows, value, errs)
		}
	})
	t.Run("the time is over", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 0)
		defer cancel()
		if rows, value, errs := writeRows(t, ctx, nil, enough, func(int) {}); rows != enough || len(value) != enough*100+1 || errs != nil {
			t.Errorf("%d rows, %d bytes, %v", rows, len(value), errs)
		}
	})
}
