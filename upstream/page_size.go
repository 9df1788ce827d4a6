package upstream

import (
	"log/slog"
	"sync/atomic"
)

// PageSize returns the most rows that the service returns at once (Config.PageSize).
func (c *Client) PageSize() int { return c.pageSize.most }

// A pageSize watches whether the service returns as many rows at once as it is expected to. Of one that
// returns fewer, the rows between its pages are lost. It cannot be told from one that hides rows, except
// by a page of full size.
type pageSize struct {
	most        int
	logger      *slog.Logger
	full, noted atomic.Bool // a page of full size has come; the operator has been told of one that was not
}

// note takes account of how many rows came of a page.
func (s *pageSize) note(op *operation, asked Paging, rows int, total *int) {
	switch due := total != nil && *total >= asked.Offset+asked.Limit; {
	case asked.Limit < s.most:
	case rows >= asked.Limit:
		s.full.Store(true)
	case due && !s.full.Load() && s.noted.CompareAndSwap(false, true):
		s.logger.Warn("the upstream returned fewer rows than were asked for although more are due: it hides rows, "+
			"or it has smaller pages, whose size --upstream-page-size has to name so that no rows are lost",
			"operation", op.name, "asked", asked.Limit, "returned", rows, "total", *total)
	}
}
