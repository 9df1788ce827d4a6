package sandbox

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"certql/upstream/sandbox/oauth"
)

// Bounds of a list of faults.
const (
	maxFaults        = 100
	maxFaultFields   = 100
	maxFaultMillis   = 3_600_000 // an hour
	maxRetryAfter    = 100       // bytes
	firstFaultStatus = 400
	lastFaultStatus  = 599
)

// operationWrites reports whether an operation changes data, and whether there is one of that name.
func operationWrites(operation string) (writes, known bool) {
	switch operation {
	case "getActiveCampaigns", "getCampaign", "getCertificationTask", "getIdentityAccessSummaries",
		"getIdentityCertification", "getIdentityCertificationItemPermissions", "getIdentityDecisionSummary",
		"getIdentitySummaries", "getIdentitySummary", "getPendingCertificationTasks", "getPublicIdentities",
		"listCertificationReviewers", "listIdentityAccessReviewItems", "listIdentityCertifications":
		return false, true
	case "makeIdentityDecision", "reassignIdentityCertifications", "signOffIdentityCertification",
		"submitReassignCertsAsync", everyOperation:
		return true, true
	}
	return false, oauth.IsOperation(operation)
}

// validate returns an error that names every member that is wrong and what is allowed there.
func (f Fault) validate() error {
	c := &faultCheck{fault: f}
	c.selection()
	c.moment()
	c.latency()
	c.status()
	c.body()
	c.listing()
	c.query()
	if len(c.problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(c.problems, "; "))
}

// A faultCheck collects what is wrong with a fault.
type faultCheck struct {
	fault    Fault
	problems []string
}

// refuse notes what is wrong with a member.
func (c *faultCheck) refuse(member, format string, args ...any) {
	c.problems = append(c.problems, member+": "+fmt.Sprintf(format, args...))
}

// belongs refuses a member that is given although the fault is of none of the kinds.
func (c *faultCheck) belongs(member string, given bool, kinds ...FaultKind) {
	if given && !slices.Contains(kinds, c.fault.Kind) {
		c.refuse(member, "does not belong to the kind %.60q", c.fault.Kind)
	}
}

// within refuses a number that is out of its bounds.
func (c *faultCheck) within(member string, value, lowest, highest int) {
	if value < lowest || value > highest {
		c.refuse(member, "%d is not between %d and %d", value, lowest, highest)
	}
}

// selection checks which requests the fault strikes.
func (c *faultCheck) selection() {
	if _, known := operationWrites(c.fault.Operation); !known {
		c.refuse("operation", "%.60q is neither an operationId nor \"*\"", c.fault.Operation)
	}
	switch c.fault.Kind {
	case FaultLatency, FaultStatus, FaultTruncated, FaultContentType, FaultCut, FaultStall, FaultUnknownEnums, FaultNulls, FaultValues, FaultAbsent, FaultListing, FaultQuery:
	default:
		c.refuse("kind", "%.60q is none of latency, status, truncated, contentType, cut, stall, unknownEnums, nulls, values, absent, listing, query", c.fault.Kind)
	}
	if p := c.fault.Probability; p != nil && !(*p >= 0 && *p <= 1) { // NaN is not, either
		c.refuse("probability", "%v is not between 0 and 1", *p)
	}
	if c.fault.Count < 0 {
		c.refuse("count", "%d is negative", c.fault.Count)
	}
	if c.fault.After < 0 {
		c.refuse("after", "%d is negative", c.fault.After)
	}
}

// moment checks that the fault says when it strikes if it has to, and does not if it may not.
func (c *faultCheck) moment() {
	writes, _ := operationWrites(c.fault.Operation)
	switch c.fault.Strikes {
	case "", BeforeApplying, AfterApplying:
	default:
		c.refuse("strikes", "%.60q is neither beforeApplying nor afterApplying", c.fault.Strikes)
	}
	switch c.fault.Kind {
	case FaultLatency, FaultStatus, FaultCut, FaultStall:
		if writes && c.fault.Strikes == "" {
			c.refuse("strikes", "must say beforeApplying or afterApplying, since %q writes", c.fault.Operation)
		}
	case FaultTruncated, FaultContentType, FaultUnknownEnums, FaultNulls, FaultValues, FaultAbsent, FaultListing, FaultQuery:
		if c.fault.Strikes == BeforeApplying {
			c.refuse("strikes", "the kind %q changes the operation's answer, so it strikes afterApplying", c.fault.Kind)
		}
	}
}

func (c *faultCheck) latency() {
	c.belongs("appliedAfterMillis", c.fault.AppliedAfterMillis != 0, FaultStatus, FaultCut, FaultStall)
	c.within("appliedAfterMillis", c.fault.AppliedAfterMillis, 0, maxFaultMillis)
	if c.fault.AppliedAfterMillis != 0 && c.fault.Strikes == AfterApplying {
		c.refuse("appliedAfterMillis", "belongs to faults that strike beforeApplying")
	}
	c.belongs("latencyMillis", c.fault.LatencyMillis != 0, FaultLatency)
	c.belongs("jitterMillis", c.fault.JitterMillis != 0, FaultLatency)
	c.within("latencyMillis", c.fault.LatencyMillis, 0, maxFaultMillis)
	c.within("jitterMillis", c.fault.JitterMillis, 0, maxFaultMillis)
	if c.fault.Kind == FaultLatency && c.fault.LatencyMillis == 0 && c.fault.JitterMillis == 0 {
		c.refuse("latencyMillis", "the kind latency needs latencyMillis, jitterMillis or both")
	}
}

func (c *faultCheck) status() {
	c.belongs("status", c.fault.Status != 0, FaultStatus)
	if c.fault.Kind == FaultStatus {
		c.within("status", c.fault.Status, firstFaultStatus, lastFaultStatus)
	}
	c.belongs("retryAfter", c.fault.RetryAfter != "", FaultStatus)
	hidden := func(r rune) bool { return r < ' ' || r > '~' }
	if len(c.fault.RetryAfter) > maxRetryAfter || strings.ContainsFunc(c.fault.RetryAfter, hidden) {
		c.refuse("retryAfter", "must be printable ASCII of at most %d characters", maxRetryAfter)
	} else if _, err := c.fault.retryAfter(time.Time{}); err != nil {
		c.refuse("retryAfter", "%v", err)
	}
}

// listing checks the members that change a listing.
func (c *faultCheck) listing() {
	l := c.fault.Listing
	c.belongs("listing", !l.isZero(), FaultListing)
	if c.fault.Kind != FaultListing {
		return
	}
	if l.isZero() {
		c.refuse("listing", "the kind listing needs one of hideEvery, hideTo, hideIds, pageSize, uncounted, refuseOffsets")
	}
	if c.fault.Operation != everyOperation && !slices.Contains(listOperations, c.fault.Operation) {
		c.refuse("operation", "%.60q does not list; %s and \"*\" do", c.fault.Operation, strings.Join(listOperations, ", "))
	}
	c.within("listing.hideEvery", l.HideEvery, 0, math.MaxInt32)
	c.within("listing.hideFrom", l.HideFrom, 0, math.MaxInt32)
	c.within("listing.hideTo", l.HideTo, 0, math.MaxInt32)
	c.within("listing.pageSize", l.PageSize, 0, maxPage)
	if len(l.HideIDs) > maxFaultFields || slices.Contains(l.HideIDs, "") {
		c.refuse("listing.hideIds", "must be at most %d ids, none of them empty", maxFaultFields)
	}
}

// query checks the parameters that the operation is to see.
func (c *faultCheck) query() {
	c.belongs("query", len(c.fault.Query) > 0, FaultQuery)
	if c.fault.Kind == FaultQuery && len(c.fault.Query) == 0 {
		c.refuse("query", "the kind query needs parameters")
	}
	if _, unnamed := c.fault.Query[""]; unnamed || len(c.fault.Query) > maxFaultFields {
		c.refuse("query", "must be at most %d parameters, none of them without a name", maxFaultFields)
	}
}

// body checks the members that shape the body of a response.
func (c *faultCheck) body() {
	switch c.fault.Body {
	case BodyService:
	case BodyNone, BodyErrorName:
		c.belongs("body", true, FaultStatus)
	case BodyHTML:
		c.belongs("body", true, FaultStatus, FaultContentType)
	default:
		c.refuse("body", "%.60q is none of none, html, errorName", c.fault.Body)
	}
	switch c.fault.Ending {
	case EndingCut:
	case EndingShort:
		c.belongs("ending", true, FaultTruncated)
	default:
		c.refuse("ending", "%.60q is not short", c.fault.Ending)
	}
	c.rewriting()
}

// rewriting checks the members that say what is changed of a response.
func (c *faultCheck) rewriting() {
	c.belongs("fields", len(c.fault.Fields) > 0, FaultUnknownEnums, FaultNulls, FaultValues, FaultAbsent)
	if len(c.fault.Fields) > maxFaultFields || slices.Contains(c.fault.Fields, "") {
		c.refuse("fields", "must be at most %d names, none of them empty", maxFaultFields)
	}
	if len(c.fault.Fields) == 0 && (c.fault.Kind == FaultValues || c.fault.Kind == FaultAbsent) {
		c.refuse("fields", "the kind %q needs them", c.fault.Kind)
	}
	c.belongs("rows", len(c.fault.Rows) > 0, FaultUnknownEnums, FaultNulls, FaultValues, FaultAbsent)
	if len(c.fault.Rows) > maxFaultFields || len(c.fault.Rows) > 0 && slices.Min(c.fault.Rows) < 0 {
		c.refuse("rows", "must be at most %d indexes, none of them negative", maxFaultFields)
	}
	c.belongs("value", c.fault.Value != nil, FaultValues)
	if c.fault.Kind == FaultValues && !c.fault.Value.IsValid() {
		c.refuse("value", "the kind values needs a value, which may be null")
	}
}
