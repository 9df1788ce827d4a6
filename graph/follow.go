package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/upstream"
)

// The functions of this file announce the people and the campaigns that rows lead to, so that they are read
// together. They are told what is selected of each row, and announce nothing else. The fields' own resolvers
// find what was read, or join the reading.

// followCertifications does so for certifications.
func followCertifications(ctx context.Context, fields []graphql.CollectedField, rows []*upstream.IdentityCertification) {
	if !plan.From(ctx).Gathers {
		return
	}
	operation := graphql.GetOperationContext(ctx)
	followCampaigns(ctx, plan.Below(operation, plan.Named(fields, "campaign")), func(add func(string)) {
		for _, c := range rows {
			if c.Campaign != nil {
				add(c.Campaign.ID)
			}
		}
	})
	followReviewers(ctx, plan.Named(fields, "reviewer"), func(add func(*upstream.Reviewer)) {
		for _, c := range rows {
			add(c.Reviewer)
		}
	})
	origins := plan.Below(operation, plan.Named(plan.Below(operation, plan.Named(fields, "reassignment")), "from"))
	followReviewers(ctx, plan.Named(origins, "reviewer"), func(add func(*upstream.Reviewer)) {
		for _, c := range rows {
			if c.Reassignment != nil && c.Reassignment.From != nil {
				add(c.Reassignment.From.Reviewer)
			}
		}
	})
}

// followOne does so for the certification that the field in the context shows.
func followOne(ctx context.Context, certification *upstream.IdentityCertification) {
	if !plan.From(ctx).Gathers {
		return
	}
	loaders := load.From(ctx)
	loaders.Gather()
	defer loaders.Gathered()
	fields := plan.CollectedAs(ctx, "Certification")
	followCertifications(ctx, fields, []*upstream.IdentityCertification{certification})
}

// followWritten does so for certifications of the payload that the field in the context shows, by the names under
// which it has them.
func followWritten(ctx context.Context, certifications map[string]*model.Certification) {
	if !plan.From(ctx).Gathers {
		return
	}
	loaders := load.From(ctx)
	loaders.Gather()
	defer loaders.Gathered()
	fields := plan.Collected(ctx)
	for name, certification := range certifications {
		if certification != nil {
			selected := plan.Below(graphql.GetOperationContext(ctx), plan.Named(fields, name))
			followCertifications(ctx, selected, []*upstream.IdentityCertification{certification.IdentityCertification})
		}
	}
}

// followReviewers does so for the reviewers that fields show.
func followReviewers(ctx context.Context, shown []graphql.CollectedField, each func(add func(*upstream.Reviewer))) {
	followPeople(ctx, plan.Below(graphql.GetOperationContext(ctx), shown), func(add func(string)) {
		each(func(r *upstream.Reviewer) {
			if r != nil && r.Type != upstream.ReviewerGovernanceGroup {
				add(r.ID)
			}
		})
	})
}

// followIdentities does so for the identities that fields show.
func followIdentities(ctx context.Context, shown []graphql.CollectedField, each func(add func(*upstream.IdentityReference))) {
	followPeople(ctx, plan.Below(graphql.GetOperationContext(ctx), shown), func(add func(string)) {
		each(func(i *upstream.IdentityReference) {
			if i != nil {
				add(i.ID)
			}
		})
	})
}

// followPeople does so for people: fields are those selected of what stands for each, such as Reviewer and
// Identity.
func followPeople(ctx context.Context, fields []graphql.CollectedField, each func(add func(id string))) {
	if identities := plan.Named(fields, plan.IdentityField); len(identities) > 0 {
		followPeople(ctx, plan.Below(graphql.GetOperationContext(ctx), identities), each)
	}
	people := plan.Named(fields, plan.PublicIdentityField)
	if len(people) == 0 {
		return
	}
	announcePeople(ctx, usable(each), plan.Below(graphql.GetOperationContext(ctx), people))
}

// usable returns the identifiers that could be sent, of those that each adds.
func usable(each func(add func(id string))) []string {
	var ids []string
	each(func(id string) {
		if upstream.CheckID(id) == nil {
			ids = append(ids, id)
		}
	})
	return ids
}

// announcePeople starts to read people of whom the given fields are selected, and who their managers are.
func announcePeople(ctx context.Context, ids []string, fields []graphql.CollectedField) {
	var then func(map[string]*upstream.PublicIdentity)
	if managers := plan.Named(fields, "manager"); len(plan.Named(plan.Below(graphql.GetOperationContext(ctx), managers), plan.PublicIdentityField)) > 0 {
		then = following(ctx, ids, func(people []*upstream.PublicIdentity) { followManagers(ctx, fields, people) })
	}
	load.From(ctx).AnnouncePeople(ctx, ids, then)
}

// followManagers does so for the managers of people.
func followManagers(ctx context.Context, fields []graphql.CollectedField, people []*upstream.PublicIdentity) {
	followIdentities(ctx, plan.Named(fields, "manager"), func(add func(*upstream.IdentityReference)) {
		for _, person := range people {
			add(person.Manager)
		}
	})
}

// followCampaigns does so for campaigns that certifications tell of.
func followCampaigns(ctx context.Context, fields []graphql.CollectedField, each func(add func(id string))) {
	details, settings := plan.Named(fields, plan.DetailsField), plan.Named(fields, plan.SettingsField)
	if len(details)+len(settings) == 0 {
		return
	}
	ids := usable(each)
	if len(details) > 0 {
		load.From(ctx).AnnounceCampaigns(ctx, ids)
	}
	if len(settings) > 0 {
		announceCampaignsInFull(ctx, ids, settings)
	}
}

// announceCampaignsInFull starts to read what campaigns were set up with, and who reviews them.
func announceCampaignsInFull(ctx context.Context, ids []string, settings []graphql.CollectedField) {
	operation := graphql.GetOperationContext(ctx)
	fields := plan.Below(operation, settings)
	search, roles := plan.Below(operation, plan.Named(fields, "search")), plan.Below(operation, plan.Named(fields, "roleComposition"))
	load.From(ctx).AnnounceCampaignsInFull(ctx, ids, following(ctx, ids, func(campaigns []*upstream.Campaign) {
		for _, c := range campaigns {
			if info := c.SearchCampaignInfo; info != nil {
				followReviewers(ctx, plan.Named(search, "reviewer"), func(add func(*upstream.Reviewer)) { add(info.Reviewer) })
			}
			if info := c.RoleCompositionCampaignInfo; info != nil {
				followReviewers(ctx, plan.Named(roles, "reviewer"), func(add func(*upstream.Reviewer)) { add(info.Reviewer) })
				followIdentities(ctx, plan.Named(roles, "remediator"), func(add func(*upstream.IdentityReference)) { add(info.RemediatorRef) })
			}
		}
	}))
}

// followItems does so for review items.
func followItems(ctx context.Context, fields []graphql.CollectedField, items []*upstream.AccessReviewItem) {
	if !plan.From(ctx).Gathers {
		return
	}
	operation := graphql.GetOperationContext(ctx)
	followPeople(ctx, plan.Below(operation, plan.Named(fields, "identity")), func(add func(string)) {
		for _, item := range items {
			addIdentity(add, item.IdentitySummary)
		}
	})
	followAccess(ctx, plan.Below(operation, plan.Named(fields, "access")), func(add func(*upstream.AccessSummary)) {
		for _, item := range items {
			add(item.AccessSummary)
		}
	})
}

// followDecided does so for review items that were decided, below the field that shows them.
func followDecided(ctx context.Context, items []model.AccessReviewItem) {
	if !plan.From(ctx).Gathers {
		return
	}
	rows := make([]*upstream.AccessReviewItem, len(items))
	for i := range items {
		rows[i] = items[i].AccessReviewItem
	}
	loaders := load.From(ctx)
	loaders.Gather()
	defer loaders.Gathered()
	followItems(ctx, plan.Collected(ctx), rows)
}

// followIdentitySummaries does so for identities under review.
func followIdentitySummaries(ctx context.Context, fields []graphql.CollectedField, summaries []*upstream.CertificationIdentitySummary) {
	followPeople(ctx, fields, func(add func(string)) {
		for _, summary := range summaries {
			addIdentity(add, summary)
		}
	})
}

// addIdentity adds the identity that a summary is about, if it says which.
func addIdentity(add func(id string), s *upstream.CertificationIdentitySummary) {
	if s != nil && s.IdentityID != nil {
		add(*s.IdentityID)
	}
}

// followAccess does so for the owners of access and of what it contains.
func followAccess(ctx context.Context, fields []graphql.CollectedField, each func(add func(*upstream.AccessSummary))) {
	below := func(fields []graphql.CollectedField, name string) []graphql.CollectedField {
		return plan.Below(graphql.GetOperationContext(ctx), plan.Named(fields, name))
	}
	owners := func(fields []graphql.CollectedField, shown func(*upstream.AccessSummary, func(*upstream.IdentityReference))) {
		followIdentities(ctx, plan.Named(fields, "owner"), func(add func(*upstream.IdentityReference)) {
			each(func(s *upstream.AccessSummary) {
				if s != nil {
					shown(s, add)
				}
			})
		})
	}
	profiles := below(fields, "accessProfiles")
	owners(fields, addOwners)
	owners(below(fields, "entitlements"), addContained)
	owners(profiles, addProfiles)
	owners(below(profiles, "entitlements"), addInProfiles)
}

// addOwners adds the owner of the access itself.
func addOwners(s *upstream.AccessSummary, add func(*upstream.IdentityReference)) {
	if s.Entitlement != nil {
		add(s.Entitlement.Owner)
	}
	if s.AccessProfile != nil {
		add(s.AccessProfile.Owner)
	}
	if s.Role != nil {
		add(s.Role.Owner)
	}
}

// addContained adds the owners of the entitlements that an access profile, or a role directly, contains.
func addContained(s *upstream.AccessSummary, add func(*upstream.IdentityReference)) {
	if s.AccessProfile != nil {
		addEntitlements(s.AccessProfile.Entitlements, add)
	}
	if s.Role != nil {
		addEntitlements(s.Role.Entitlements, add)
	}
}

// addProfiles adds the owners of the access profiles that a role contains.
func addProfiles(s *upstream.AccessSummary, add func(*upstream.IdentityReference)) {
	if s.Role != nil {
		for i := range s.Role.AccessProfiles {
			add(s.Role.AccessProfiles[i].Owner)
		}
	}
}

// addInProfiles adds the owners of the entitlements of these access profiles.
func addInProfiles(s *upstream.AccessSummary, add func(*upstream.IdentityReference)) {
	if s.Role != nil {
		for i := range s.Role.AccessProfiles {
			addEntitlements(s.Role.AccessProfiles[i].Entitlements, add)
		}
	}
}

func addEntitlements(entitlements []upstream.ReviewableEntitlement, add func(*upstream.IdentityReference)) {
	for i := range entitlements {
		add(entitlements[i].Owner)
	}
}

// following returns what follows on objects that are being read by keys, if the operation may lead on from
// them; nil if not. follow is given those that were found, in the order of their keys.
func following[K comparable, R any](ctx context.Context, keys []K, follow func([]*R)) func(found map[K]*R) {
	if !plan.From(ctx).Gathers {
		return nil
	}
	return func(found map[K]*R) {
		var rows []*R
		for _, key := range keys {
			if row := found[key]; row != nil {
				rows = append(rows, row)
			}
		}
		follow(rows)
	}
}

// pointers returns the rows of a page that can be told by their identifiers, if the operation may lead on
// from them.
func pointers[R any](ctx context.Context, rows []R, check func(*R) error) []*R {
	if !plan.From(ctx).Gathers {
		return nil
	}
	list := make([]*R, 0, len(rows))
	for i := range rows {
		if check(&rows[i]) == nil {
			list = append(list, &rows[i])
		}
	}
	return list
}
