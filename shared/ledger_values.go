package shared

import (
	"fmt"
	"time"

	"certql/upstream/throttle"
)

// fates are what the script calls them.
var fates = map[throttle.Fate]string{
	throttle.Dropped: "dropped", throttle.Spent: "spent", throttle.UnderWay: "underway", throttle.Overran: "overran",
	throttle.Proved: "proved",
}

// visitArguments returns the arguments of the script.
func visitArguments(replica string, v throttle.Visit) []any {
	args := []any{
		replica, visitNumber(v.Number), visitNumber(v.After), int64(v.Since / time.Millisecond), milliseconds(v.Next), v.Callers, v.Calls,
		v.Terms.Limit, v.Terms.Unproven, milliseconds(v.Terms.Hold), milliseconds(v.Terms.MaxPause), milliseconds(v.Terms.Outage),
		v.Unheard, len(v.Settlements),
	}
	for _, s := range v.Settlements {
		args = append(args, s.Call, callerTag(s.Caller, s.Stranger), callerTag(s.Sender, true), fates[s.Fate], s.Epoch,
			milliseconds(s.Left), s.Answered, milliseconds(s.Asked), milliseconds(s.Elapsed))
	}
	for _, h := range v.Heads {
		args = append(args, h.Call, callerTag(h.Caller, h.Stranger))
	}
	return args
}

// visitNumber returns a number of which the larger one stands later in order, since the script's numbers are
// not exact to the last place.
func visitNumber(n int64) string { return fmt.Sprintf("%019d", n) }

// callerTag returns what stands for a caller.
func callerTag(name string, stranger bool) string {
	if stranger {
		return "?" + hashed(name)
	}
	return hashed(name)
}

// parseReply returns what the script says.
func parseReply(result any) (throttle.Reply, error) {
	p := parser{}
	list := p.list(result, -1)
	if len(list) == 1 && p.text(list[0]) == string(throttle.Outdated) {
		return throttle.Reply{Why: throttle.Outdated}, p.err
	}
	list = p.list(result, 13)
	reply := throttle.Reply{
		Why: throttle.Reason(p.text(list[0])), Wait: p.duration(list[1]), Pause: p.duration(list[3]), Epoch: p.count(list[4]),
		Slots: p.count(list[5]), Occupied: p.count(list[6]), Left: p.count(list[7]), Callers: p.count(list[8]),
		Waiting: p.count(list[9]), Part: p.count(list[10]), Replicas: p.count(list[11]),
	}
	for _, call := range p.list(list[2], -1) {
		reply.Granted = append(reply.Granted, p.number(call))
	}
	if facts := p.list(list[12], -1); len(facts) > 0 {
		reply.Facts = p.facts(facts)
	}
	return reply, p.err
}

// facts returns the facts of a reply.
func (p *parser) facts(list []any) *throttle.Facts {
	list = p.list(list, 5)
	f := &throttle.Facts{Version: p.number(list[0]), Now: p.time(list[1]), Known: []byte(p.text(list[2]))}
	if r := p.list(list[3], -1); len(r) > 0 {
		r = p.list(r, 7)
		f.Refusal = &throttle.RefusalFacts{
			At: p.time(r[0]), Until: p.time(r[1]), Asked: p.duration(r[2]), Again: p.number(r[3]) == 1,
			Overran: p.time(r[4]), Drained: p.time(r[5]), Own: p.count(r[6]),
		}
	}
	for _, at := range p.list(list[4], -1) {
		f.Answered = append(f.Answered, p.time(at))
	}
	return f
}
