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

// unknownValues logs each value of an enum that this package does not know once, and each member
// that has a value of another type, so that an operator learns what the service has changed.
type unknownValues struct {
	logger *slog.Logger
	mu     sync.Mutex
	seen   map[[2]string]bool // what is named, and what it was
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
	if u.isNew(enum, value) {
		u.logger.Warn("upstream sent an enum value that is not known", "enum", enum, "value", strconv.QuoteToASCII(value))
	}
}

// misfit logs once that a member had a value of a JSON type that it does not have, and so is unknown. A nil u logs
// nothing.
func (u *unknownValues) misfit(member, jsonType string) {
	if u != nil && u.isNew(member, jsonType) {
		u.logger.Warn("upstream sent a value of another type", "member", member, "type", jsonType)
	}
}

// isNew reports whether something is to be logged: it has not been, and there is room to remember it.
func (u *unknownValues) isNew(name, was string) bool {
	key := [2]string{name, was}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.seen[key] || len(u.seen) >= maxUnknownValues {
		return false
	}
	if u.seen == nil {
		u.seen = make(map[[2]string]bool)
	}
	u.seen[key] = true
	return true
}
