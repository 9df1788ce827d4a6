package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// configureCampaigns gives each campaign the dates and settings that its own operations send, adds campaigns in the states
// that none with certifications is in, and puts all in order. It comes last and has identifiers of its own, so that it
// changes nothing of what was made before.
func (s *seeder) configureCampaigns() {
	ids := newIDSource(s.config.Seed, campaignStream)
	ids.odd = s.config.OddIDs
	for i, each := range s.state.campaigns {
		each.deadline = latestDue(each.certifications)
		s.configure(each, i, ids)
	}
	s.bareCampaigns(ids)
	slices.SortFunc(s.state.campaigns, byCampaignCreation)
}

// latestDue returns the last date by which a certification is due, or nil if none of them is due.
func latestDue(certifications []*certification) *string {
	var last *string
	for _, each := range certifications {
		if each.due != nil && (last == nil || *each.due > *last) {
			last = each.due
		}
	}
	return last
}

var campaignFilterNames = [...]string{"Without service accounts", `"Birthright" access, out`, "R&D + QA only (50%)", "Без подрядчиков"}

// configure gives the campaign of that number what it was set up with.
func (s *seeder) configure(on *campaign, number int, ids *idSource) {
	on.modified = on.created.Add(time.Duration(1+number%9) * time.Hour)
	on.settings = campaignSettings{emails: number%3 != 2, autoRevokes: number%4 == 1, recommendations: number%5 == 2}
	if number%4 != 3 {
		on.settings.filter = &wireCampaignFilter{
			ID: ids.next(), Type: "CAMPAIGN_FILTER", Name: campaignFilterNames[number%len(campaignFilterNames)],
		}
	}
	switch number % 4 { // otherwise it is unknown
	case 0, 1:
		on.settings.orphanSources = &[]wireSourceReference{}
	case 2:
		orphaned := s.sources[number%len(s.sources)]
		on.settings.orphanSources = &[]wireSourceReference{{orphaned.id, "SOURCE", orphaned.name}}
	}
	if number%7 == 4 {
		on.alerts = []campaignAlert{{"WARN", `Composite criterion "department & level" is in the wrong format.`}}
	}
	switch on.wire.CampaignType {
	case sourceOwnerCampaign:
		on.settings.sourceOwner = &wireSourceOwnerInfo{on.sources()}
	case searchCampaign:
		on.settings.search = s.searchInfo(number)
	case roleCompositionCampaign:
		on.settings.roleComposition = s.roleCompositionInfo(on, number)
	case machineAccountCampaign:
		on.settings.machineAccount = &wireMachineAccountInfo{on.sources(), "ACCOUNT_OWNER"}
	}
}

// sources returns the ids of the sources whose entitlements the campaign is about, in the order in which it has them.
func (c *campaign) sources() []string {
	var found []string
	for _, on := range c.certifications {
		for _, each := range on.items {
			if granted := each.access.entitlement; granted != nil && !slices.Contains(found, granted.source.id) {
				found = append(found, granted.source.id)
			}
		}
	}
	return found
}

// searchInfo alternates between campaigns about the people that were found and about their access.
func (s *seeder) searchInfo(number int) *wireSearchInfo {
	name := searchNames[number%len(searchNames)]
	info := &wireSearchInfo{
		Type: "IDENTITY", Description: "Search campaign: " + name, Query: new(`attributes.department:"` + departments[number%len(departments)] + `"`),
		AccessConstraints: []wireAccessConstraint{},
	}
	switch number / len(campaignTypes) % 3 {
	case 0:
		info.Reviewer = &wireCampaignReviewer{Type: "IDENTITY", ID: s.users["reviewer-1"].id, Name: &s.users["reviewer-1"].name}
		info.AccessConstraints = []wireAccessConstraint{
			{Type: entitlementAccess, Operator: "ALL"},
			{Type: roleAccess, IDs: []string{s.roles[0].wire.ID, s.roles[1].wire.ID}, Operator: "SELECTED"},
		}
	case 1:
		group := s.groups[number%len(s.groups)]
		info.Type, info.Reviewer = "ACCESS", &wireCampaignReviewer{Type: "GOVERNANCE_GROUP", ID: group.id}
	case 2:
		info.Query, info.IdentityIDs = nil, &[]string{s.staff[0].id, s.staff[number%len(s.staff)].id}
	}
	return info
}

// roleCompositionInfo names the roles that the campaign is about.
func (s *seeder) roleCompositionInfo(on *campaign, number int) *wireRoleCompositionInfo {
	admin := s.users["org-admin"]
	info := &wireRoleCompositionInfo{RemediatorRef: wireIdentityReference{Type: "IDENTITY", ID: admin.id, Name: admin.name}}
	for _, each := range s.roles {
		if slices.ContainsFunc(on.certifications, func(c *certification) bool {
			return slices.ContainsFunc(c.summaries, func(s *identitySummary) bool { return s.name == each.wire.Name })
		}) {
			info.RoleIDs = append(info.RoleIDs, each.wire.ID)
		}
	}
	if number%2 == 0 {
		reviewer := s.users["reviewer-2"]
		info.Reviewer = &wireCampaignReviewer{Type: "IDENTITY", ID: reviewer.id, Name: &reviewer.name}
		info.Description, info.Query = new("Roles & what they grant"), new(`name:"Accountant"`)
	}
	return info
}

// bareCampaigns adds campaigns without certifications: some for which none were made yet, and some whose own are gone.
func (s *seeder) bareCampaigns(ids *idSource) {
	for i, each := range [...]struct {
		status  campaignStatus
		kind    string
		daysAgo int
		due     int // days from now; 0 for none
		alerts  []campaignAlert
	}{
		{campaignArchived, managerCampaign, 420, -390, nil},
		{campaignArchived, searchCampaign, 330, -300, []campaignAlert{{"INFO", "2 identities were left out: they had left."}}},
		{campaignFailed, roleCompositionCampaign, 260, -230, []campaignAlert{
			{"ERROR", "Composite criterion must have children, non-composite criterion must not."}, {"WARN", "1 role has no owner."},
		}},
		{campaignCompleted, sourceOwnerCampaign, 240, 0, nil},
		{campaignRemediating, machineAccountCampaign, 9, 2, nil},
		{campaignCanceling, sourceOwnerCampaign, 8, 20, nil},
		{campaignFailed, managerCampaign, 7, 30, []campaignAlert{{"ERROR", `The campaign could not be generated: "manager" is missing for 12 identities.`}}},
		{campaignActivating, searchCampaign, 4, 25, nil},
		{campaignPending, machineAccountCampaign, 1, 40, nil},
		{campaignPending, managerCampaign, 0, 45, nil},
	} {
		made := &campaign{
			status: each.status, sunsetComments: true, created: s.day.AddDate(0, 0, -each.daysAgo).Add(-time.Hour),
			wire: wireCampaign{
				ID: ids.next(), Type: "CAMPAIGN", CampaignType: each.kind, Name: fmt.Sprintf("Special campaign #%d (%s)", i+1, each.status),
				CorrelatedStatus: "CORRELATED", MandatoryCommentRequirement: commentRules[i%len(commentRules)],
			},
		}
		if each.status == campaignPending && each.kind == managerCampaign {
			made.wire.ID = PendingCampaign
		}
		if i%3 != 0 {
			made.wire.Description = new("Made for the audit of " + each.kind)
		}
		if each.due != 0 {
			made.deadline = new(stamp(s.day.AddDate(0, 0, each.due)))
		}
		if each.status == campaignRemediating {
			made.completes = s.day.Add(farEnd)
		}
		s.configure(made, i, ids)
		made.alerts = each.alerts
		s.state.campaigns = append(s.state.campaigns, made)
	}
}
