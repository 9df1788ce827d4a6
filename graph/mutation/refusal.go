package mutation

import (
	"context"
	"errors"
	"slices"
	"strings"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/upstream"
)

// A sentCall is one call of a mutation, as far as it takes to tell the caller which part of the input
// the upstream has refused. The slices have an element for each entry that was sent.
type sentCall struct {
	certificationID string
	given           string // the id of the certification as the caller gave it
	list            string // the input field that the entries come from; empty if there are none
	fields          map[string]string
	positions       []int    // of the entries in that list
	raw, ids        []string // of the entries, in the upstream's terms and as the caller gave them
	allItems        bool     // the entries are review items
	reassignTo      string   // if the call has such a field
	later           bool     // a call before it was applied
	check           func(*upstream.IdentityCertification) obstacle
}

// The fields of an entry that have a name in the upstream's body, and their paths in the input.
var (
	decisionFields = map[string]string{
		"id": "itemId", "decision": "decision", "bulk": "bulk", "comments": "comment", "proposedEndDate": "proposedEndDate",
		"recommendation": "recommendation", "recommendation.recommendation": "recommendation.recommendation",
		"recommendation.reasons": "recommendation.reasons", "recommendation.timestamp": "recommendation.timestamp",
	}
	referenceFields = map[string]string{"id": "id", "type": "type"}
)

// entry returns the path of an entry of the call in the input, or of one of its fields.
func (c sentCall) entry(n int, field string) []string {
	path := fieldPath(c.list, c.positions[n])
	if name := c.fields[field]; name != "" {
		path = append(path, strings.Split(name, ".")...)
	}
	return path
}

// addRefused adds what the upstream has refused of a call: the entry or the field that it names or that
// is found to be at fault, and the other entries as not applied, since the upstream refuses a call as
// a whole. If nothing tells, the error is about all of the call.
func (e *Executor) addRefused(ctx context.Context, errs *payloadErrors, err error, call sentCall) {
	refusal, _ := errors.AsType[*upstream.Error](err)
	place := placeIn(refusal.Text(), call)
	faults := call.named(refusal, place)
	if faults == nil && detailNumber(refusal) != detailNotReferenced {
		if found := e.obstacleNow(ctx, err, call); found != (obstacle{}) {
			errs.add(found.code, found.message, err, call.ids)
			return
		}
	}
	if faults == nil {
		faults = e.search(ctx, refusal, call)
	}
	if faults == nil {
		errs.addRefusal(err, call.ids)
		return
	}
	blamed := make(map[string]bool, len(faults))
	for _, fault := range faults {
		errs.add(fault.Code, fault.Message, err, fault.Ids)
		(*errs)[len(*errs)-1].Field = fault.Field
		for _, id := range fault.Ids {
			blamed[id] = true
		}
	}
	rest := slices.DeleteFunc(slices.Clone(call.ids), func(id string) bool { return blamed[id] })
	if ofAll := len(rest) == len(call.ids); len(rest) > 0 && (!ofAll || call.later) {
		errs.add(gen.MutationErrorCodeNotApplied, "Nothing was changed here, because another part of the same request was refused.", err, rest)
	}
}

// named returns the part of a call that a refusal names, if it names one.
func (c sentCall) named(refusal *upstream.Error, at place) payloadErrors {
	code, message := gen.MutationErrorCodeRefused, at.sentence
	switch number := detailNumber(refusal); {
	case refusal.Kind == upstream.KindForbidden:
		code = gen.MutationErrorCodeForbidden
	case refusal.Kind == upstream.KindNotFound, number == detailNotReferenced:
		code = gen.MutationErrorCodeNotFound
	case number == detailMissing && at.field == "comments":
		code = gen.MutationErrorCodeCommentRequired
	}
	switch {
	case at.entry >= 0:
		return payloadErrors{{Code: code, Message: message, Field: c.entry(at.entry, at.field), Ids: []string{c.ids[at.entry]}}}
	case at.field == "reassignTo":
		return payloadErrors{{Code: code, Message: message, Field: fieldPath(at.field), Ids: []string{c.reassignTo}}}
	case at.field != "":
		return payloadErrors{{Code: code, Message: message, Field: fieldPath(at.field), Ids: []string{}}}
	}
	var faults payloadErrors
	for n, raw := range c.raw {
		if names(refusal.Text(), raw) {
			faults = append(faults, gen.MutationError{Code: code, Message: message, Field: c.entry(n, "id"), Ids: []string{c.ids[n]}})
		}
	}
	return faults
}

// search returns what a refused call names that does not exist, if reading shows that: the certification
// itself, unless it was read before the call, or items; if all of them are there, it must be the new
// reviewer. It reads no more than the items of the one call.
func (e *Executor) search(ctx context.Context, refusal *upstream.Error, c sentCall) payloadErrors {
	unknown := refusal.Kind == upstream.KindNotFound || detailNumber(refusal) == detailNotReferenced
	if ctx.Err() != nil || refusal.Kind != upstream.KindBadRequest && !unknown {
		return nil
	}
	if refusal.Kind == upstream.KindNotFound && c.list == "" {
		return payloadErrors{c.noCertification()} // there is nothing else in it
	}
	if refusal.Kind == upstream.KindNotFound && !e.cfg.Precheck {
		if _, err := freshCertification(ctx, c.certificationID); apierror.IsKind(err, upstream.KindNotFound) {
			return payloadErrors{c.noCertification()}
		}
	}
	if !c.allItems || !unknown && apierror.UpstreamMessage(refusal) != apierror.NoReasonMessage {
		return nil
	}
	items, err := allItems(c.certificationID, nil).findByID(upstream.NoCache(ctx), c.raw)
	if err != nil {
		return nil
	}
	var faults payloadErrors
	for n, raw := range c.raw {
		if items[raw] == nil {
			faults = append(faults, gen.MutationError{
				Code: gen.MutationErrorCodeNotFound, Message: "The certification has no such item.", Field: c.entry(n, "id"), Ids: []string{c.ids[n]},
			})
		}
	}
	if faults == nil && unknown && c.reassignTo != "" {
		return payloadErrors{{
			Code: gen.MutationErrorCodeNotFound, Message: "The person to reassign to was not found.", Field: fieldPath("reassignTo"), Ids: []string{c.reassignTo},
		}}
	}
	return faults
}

// noCertification returns the error of a call whose certification does not exist.
func (c sentCall) noCertification() gen.MutationError {
	return gen.MutationError{
		Code: gen.MutationErrorCodeNotFound, Message: "There is no such certification.", Field: fieldPath("certificationId"), Ids: []string{c.given},
	}
}

// The numbers of the upstream's detail codes that tell more than the status does.
const (
	detailMissing       = "400.1.0"
	detailNotReferenced = "400.1.404"
)

// detailNumber returns the number of the upstream's own error code, the only part of it that is
// dependable; empty if there is none.
func detailNumber(e *upstream.Error) string {
	number, _, _ := strings.Cut(e.DetailCode, " ")
	return number
}
