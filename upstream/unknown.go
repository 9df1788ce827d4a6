package upstream

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
)

const (
	maxUnknownValues = 100 // after that many nothing more is logged
	maxUnknownBytes  = 64  // of a value, longer ones are cut
)

// unknownValues logs each value of an enum that this package does not know once, so that
// an operator learns what the service has added.
type unknownValues struct {
	logger *slog.Logger
	mu     sync.Mutex
	seen   map[string]bool
}

// An enum is a type whose values the vendor lists, and may add to.
type enum interface {
	~string
	// Known reports whether the value is one that the vendor documents today.
	Known() bool
}

// An enumHolder is a row with enum values in it.
type enumHolder interface {
	noteUnknown(*unknownValues)
}

// noteUnknown logs the unknown values in a row. Rows that are no enumHolder have none.
func noteUnknown(u *unknownValues, row any) {
	if holder, ok := row.(enumHolder); ok {
		holder.noteUnknown(u)
	}
}

// note logs a value if it is unknown and new. Empty stands for absent.
func note[E enum](u *unknownValues, value E) {
	if value != "" && !value.Known() {
		u.log(strings.TrimPrefix(fmt.Sprintf("%T", value), "upstream."), string(value))
	}
}

func (u *unknownValues) log(enum, value string) {
	value = value[:min(len(value), maxUnknownBytes)]
	u.mu.Lock()
	key := enum + " " + value
	isNew := !u.seen[key] && len(u.seen) < maxUnknownValues
	if isNew {
		if u.seen == nil {
			u.seen = make(map[string]bool)
		}
		u.seen[key] = true
	}
	u.mu.Unlock()
	if isNew {
		u.logger.Warn("upstream sent an enum value that is not known", "enum", enum, "value", strconv.QuoteToASCII(value))
	}
}
