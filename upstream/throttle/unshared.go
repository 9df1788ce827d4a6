package throttle

import "time"

// An unshared is the arbiter of a budget that this process spends alone: it leaves all to the budget.
type unshared struct{}

var _ arbiter = unshared{}

func (unshared) decides(time.Time) bool                                 { return false }
func (unshared) part(limit int) int                                     { return limit }
func (unshared) wake()                                                  {}
func (unshared) arrived(time.Time)                                      {}
func (unshared) granted(turn Turn, _ int64, _ time.Time) Turn           { return turn }
func (unshared) released(Turn, Outcome, time.Duration, time.Time) bool  { return true }
func (unshared) holds(Turn, time.Time) bool                             { return true }
func (unshared) resent(Turn, time.Time)                                 {}
func (unshared) proved(Turn, string, time.Time)                         {}
func (unshared) estimate(int, time.Time) time.Duration                  { return 0 }
func (unshared) rateLimit(time.Time) (remaining int, resetAt time.Time) { return 0, time.Time{} }
func (unshared) atWork() bool                                           { return false }
