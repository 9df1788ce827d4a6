package graph

import (
	"errors"
	"fmt"
	"slices"

	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// maxListLength is the most values that a filter takes in one list: they travel in a URL.
const maxListLength = 100

// An inputReader turns a filter or an order of the schema into the upstream's, and keeps
// the first thing that is wrong with it.
type inputReader struct {
	err error
	// nothing says that the filter matches no row at all, as an empty list does.
	nothing bool
}

func (r *inputReader) fail(argument string, err error) {
	if r.err == nil && err != nil {
		r.err = badArgument(argument, err)
	}
}

// ids reads a list of identifiers, each by parse; nil stays nil, which filters nothing.
func (r *inputReader) ids(argument string, ids []string, parse func(string) (string, error)) []string {
	if ids == nil {
		return nil
	}
	if r.length(argument, len(ids)); len(ids) > maxListLength {
		return nil
	}
	raw := make([]string, 0, len(ids))
	for i, id := range ids {
		parsed, err := parse(id)
		if err != nil {
			r.fail(fmt.Sprintf("%s[%d]", argument, i), err)
			return nil
		}
		if !slices.Contains(raw, parsed) {
			raw = append(raw, parsed)
		}
	}
	return raw
}

// summaryIDs reads a list of ids of identities under review in a certification.
func (r *inputReader) summaryIDs(argument string, ids []string, certificationID string) []string {
	return r.ids(argument, ids, func(id string) (string, error) { return model.ParseIdentitySummaryID(id, certificationID) })
}

func (r *inputReader) length(argument string, n int) {
	if n == 0 {
		r.nothing = true
	}
	if n > maxListLength {
		r.fail(argument, fmt.Errorf("has %d values; at most %d are allowed", n, maxListLength))
	}
}

// text reads a comparison, of which exactly one kind has to be given.
func (r *inputReader) text(argument string, match *gen.TextMatch) *upstream.TextMatch {
	switch {
	case match == nil:
		return nil
	case (match.Eq == nil) == (match.StartsWith == nil):
		r.fail(argument, errors.New("must have exactly one of eq and startsWith"))
		return nil
	case match.Eq != nil:
		return upstream.Equals(*match.Eq)
	case *match.StartsWith == "":
		return nil // every text starts with nothing
	default:
		return upstream.StartsWith(*match.StartsWith)
	}
}

// only returns the one identifier that a list has to narrow down to; nothing matches if others are given.
func (r *inputReader) only(id string, given []string) []string {
	if given != nil && !slices.Contains(given, id) {
		r.nothing = true
	}
	return []string{id}
}

// matchesAll reports whether one of the comparisons is true of every text, so that where one is enough, none of
// the others narrows a list.
func matchesAll(matches ...*gen.TextMatch) bool {
	return slices.ContainsFunc(matches, func(m *gen.TextMatch) bool {
		return m != nil && m.Eq == nil && m.StartsWith != nil && *m.StartsWith == ""
	})
}

func (r *inputReader) certificationFilter(f *gen.CertificationFilter) upstream.CertificationFilter {
	if f == nil {
		return upstream.CertificationFilter{}
	}
	return upstream.CertificationFilter{
		IDs:         r.ids("filter.ids", f.Ids, model.ParseCertificationID),
		CampaignIDs: r.ids("filter.campaignIds", f.CampaignIds, model.ParseCampaignID),
		Phase:       model.ValueOf(f.Phase),
		Completed:   f.Completed,
	}
}

func (r *inputReader) itemFilter(certificationID string, f *gen.AccessReviewItemFilter) upstream.AccessReviewItemFilter {
	if f == nil {
		return upstream.AccessReviewItemFilter{}
	}
	parseItemID := func(id string) (string, error) { return model.ParseItemID(id, certificationID) }
	return upstream.AccessReviewItemFilter{
		IDs:                     r.ids("filter.ids", f.Ids, parseItemID),
		AccessType:              model.ValueOf(f.AccessType),
		Completed:               f.Completed,
		IdentitySummaryIDs:      r.summaryIDs("filter.identitySummaryIds", f.IdentitySummaryIds, certificationID),
		IdentityName:            r.text("filter.identityName", f.IdentityName),
		AccessIDs:               r.ids("filter.accessIds", f.AccessIds, model.ParseRawID),
		AccessName:              r.text("filter.accessName", f.AccessName),
		EntitlementSourceName:   r.text("filter.entitlementSourceName", f.EntitlementSourceName),
		AccessProfileSourceName: r.text("filter.accessProfileSourceName", f.AccessProfileSourceName),
	}
}

// accessScope turns the one list that a scope has to give into the parameter that the upstream
// has for it.
func (r *inputReader) accessScope(f *gen.AccessReviewItemFilter, p *upstream.ListIdentityAccessReviewItemsParams) {
	if f == nil || f.PertainingTo == nil {
		return
	}
	scope := f.PertainingTo
	given := 0
	for _, ids := range [][]string{scope.Entitlements, scope.AccessProfiles, scope.Roles} {
		if ids != nil {
			given++
		}
	}
	if given != 1 {
		r.fail("filter.pertainingTo", errors.New("must have exactly one of entitlements, accessProfiles and roles"))
	}
	p.Entitlements = r.ids("filter.pertainingTo.entitlements", scope.Entitlements, model.ParseRawID)
	p.AccessProfiles = r.ids("filter.pertainingTo.accessProfiles", scope.AccessProfiles, model.ParseRawID)
	p.Roles = r.ids("filter.pertainingTo.roles", scope.Roles, model.ParseRawID)
}

func (r *inputReader) reviewerFilter(f *gen.ReviewerFilter) upstream.ReviewerFilter {
	if f == nil {
		return upstream.ReviewerFilter{}
	}
	return upstream.ReviewerFilter{
		IDs:   r.ids("filter.ids", f.Ids, model.ParseIdentityID),
		Name:  r.text("filter.name", f.Name),
		Email: r.text("filter.email", f.Email),
	}
}

func (r *inputReader) identitySummaryFilter(certificationID string, f *gen.IdentitySummaryFilter) upstream.IdentitySummaryFilter {
	if f == nil {
		return upstream.IdentitySummaryFilter{}
	}
	return upstream.IdentitySummaryFilter{
		IDs:       r.summaryIDs("filter.ids", f.Ids, certificationID),
		Completed: f.Completed,
		Name:      r.text("filter.name", f.Name),
	}
}

func (r *inputReader) accessSummaryFilter(f *gen.AccessSummaryFilter) upstream.AccessSummaryFilter {
	if f == nil {
		return upstream.AccessSummaryFilter{}
	}
	return upstream.AccessSummaryFilter{
		Completed:               f.Completed,
		AccessIDs:               r.ids("filter.accessIds", f.AccessIds, model.ParseRawID),
		AccessName:              r.text("filter.accessName", f.AccessName),
		EntitlementSourceName:   r.text("filter.entitlementSourceName", f.EntitlementSourceName),
		AccessProfileSourceName: r.text("filter.accessProfileSourceName", f.AccessProfileSourceName),
	}
}

func (r *inputReader) decisionSummaryParams(certificationID string, f *gen.DecisionSummaryFilter) upstream.GetIdentityDecisionSummaryParams {
	if f == nil {
		return upstream.GetIdentityDecisionSummaryParams{}
	}
	return upstream.GetIdentityDecisionSummaryParams{
		IdentitySummaryIDs: r.summaryIDs("filter.identitySummaryIds", f.IdentitySummaryIds, certificationID),
	}
}

func (r *inputReader) campaignFilter(f *gen.CampaignFilter) upstream.CampaignFilter {
	if f == nil {
		return upstream.CampaignFilter{}
	}
	if f.Statuses != nil {
		r.length("filter.statuses", len(f.Statuses))
	}
	return upstream.CampaignFilter{
		IDs:      r.ids("filter.ids", f.Ids, model.ParseCampaignID),
		Name:     r.text("filter.name", f.Name),
		Statuses: f.Statuses,
	}
}

func (r *inputReader) publicIdentityFilter(search *string, f *gen.PublicIdentityFilter) upstream.PublicIdentityFilter {
	filter := upstream.PublicIdentityFilter{Search: model.ValueOf(search)}
	if f == nil {
		return filter
	}
	filter.IDs = r.ids("filter.ids", f.Ids, model.ParseIdentityID)
	filter.Any = f.Match == gen.FilterMatchAny
	filter.Alias = r.text("filter.alias", f.Alias)
	filter.Email = r.text("filter.email", f.Email)
	filter.FirstName = r.text("filter.firstName", f.FirstName)
	filter.LastName = r.text("filter.lastName", f.LastName)
	if filter.Any && matchesAll(f.Alias, f.Email, f.FirstName, f.LastName) {
		filter.Alias, filter.Email, filter.FirstName, filter.LastName = nil, nil, nil, nil
	}
	return filter
}

func (r *inputReader) permissionFilter(f *gen.PermissionFilter) upstream.PermissionFilter {
	if f == nil {
		return upstream.PermissionFilter{}
	}
	if f.Rights != nil {
		r.length("filter.rights", len(f.Rights))
	}
	filter := upstream.PermissionFilter{
		Target: r.text("filter.target", f.Target),
		Rights: f.Rights,
		Any:    f.Match == gen.FilterMatchAny,
	}
	if filter.Any && matchesAll(f.Target) {
		filter.Rights = nil
	}
	return filter
}

func (r *inputReader) taskFilter(f *gen.CertificationTaskFilter) upstream.CertificationTaskFilter {
	if f == nil {
		return upstream.CertificationTaskFilter{}
	}
	if f.Types != nil {
		r.length("filter.types", len(f.Types))
	}
	return upstream.CertificationTaskFilter{
		IDs:       r.ids("filter.ids", f.Ids, model.ParseTaskID),
		TargetIDs: r.ids("filter.targetIds", f.TargetIds, model.ParseCertificationID),
		Types:     f.Types,
	}
}

// reviewer reads the argument of that name: the id of an identity or a person, or "me".
func (r *inputReader) reviewer(id *string) string {
	if id == nil {
		return ""
	}
	raw, err := model.ParseIdentityID(*id)
	r.fail("reviewer", err)
	return raw
}

// sorters reads an order, whose parts have to be about different fields.
func sorters[F ~string, O interface{ Sorter() upstream.Sorter[F] }](r *inputReader, orderBy []O) []upstream.Sorter[F] {
	var list []upstream.Sorter[F]
	for i, order := range orderBy {
		sorter := order.Sorter()
		if slices.ContainsFunc(list, func(s upstream.Sorter[F]) bool { return s.Field == sorter.Field }) {
			r.fail(fmt.Sprintf("orderBy[%d].field", i), errors.New("names a field that comes earlier in the order"))
		}
		list = append(list, sorter)
	}
	return list
}
