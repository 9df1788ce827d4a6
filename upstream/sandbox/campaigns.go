package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// A campaignRow is a campaign with the status that it has while it is listed.
type campaignRow struct {
	*campaign
	status campaignStatus
}

// campaignCollection says how getActiveCampaigns may be filtered and sorted.
var campaignCollection = collection[campaignRow]{
	rules: narrowing,
	fields: map[string]filter.Field[campaignRow]{
		"id":     filter.Exact(filter.Eq|filter.In, func(c campaignRow) string { return c.wire.ID }),
		"name":   filter.Text(filter.Eq|filter.Sw, func(c campaignRow) string { return c.wire.Name }),
		"status": filter.Exact(filter.Eq|filter.In, func(c campaignRow) string { return string(c.status) }),
	},
	keys: map[string]func(campaignRow) (string, bool){
		"name":    func(c campaignRow) (string, bool) { return c.wire.Name, true },
		"created": func(c campaignRow) (string, bool) { return stamp(c.created), true },
	},
}

// listCampaigns serves getActiveCampaigns: campaigns of every status, whatever the name says, by creation and id. Reviewers
// are refused; nothing says whether they might see a list of their own instead. In full detail, rows have no
// creation, no numbers of certifications and no alerts, as the vendor's sample has none.
func listCampaigns(c *call) (any, error) {
	if !c.hasLevel(orgAdmin, certAdmin, reportAdmin) {
		return nil, response.ErrForbidden
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	full, err := q.full()
	if err != nil {
		return nil, err
	}
	chosen, err := campaignCollection.parse(q)
	if err != nil {
		return nil, err
	}
	rows := []any{}
	c.state.read(func(now time.Time) {
		all := make([]campaignRow, len(c.state.campaigns))
		for i, each := range c.state.campaigns {
			all[i] = campaignRow{each, each.statusAt(now)}
		}
		page, total := chosen.page(all)
		c.announce(chosen.count, total)
		for _, each := range page {
			slim := each.slim(now, c.locale())
			if !full {
				rows = append(rows, slim)
				continue
			}
			slim.Created, slim.TotalCertifications, slim.CompletedCertifications, slim.Alerts = "", nil, nil, nil
			rows = append(rows, each.full(slim))
		}
	})
	return rows, nil
}

// getCampaign serves the operation of that name. In full detail, it leaves nothing out.
func getCampaign(c *call) (any, error) {
	if !c.administrator() {
		return nil, response.ErrForbidden
	}
	var row any
	var err error
	c.state.read(func(now time.Time) {
		id := c.r.PathValue("id")
		at := slices.IndexFunc(c.state.campaigns, func(c *campaign) bool { return c.wire.ID == id })
		if at < 0 {
			err = response.ErrNotFound
			return
		}
		var q query
		if q, err = parseQuery(c.r); err != nil {
			return
		}
		var full bool
		if full, err = q.full(); err != nil {
			return
		}
		found := c.state.campaigns[at]
		slim := found.slim(now, c.locale())
		if row = &slim; full {
			row = new(found.full(slim))
		}
	})
	return row, err
}

// full returns the parameter detail: whether campaigns are sent in full.
func (q query) full() (bool, error) {
	text, err := q.text("detail")
	switch {
	case err != nil || !q.values.Has("detail"):
		return false, err
	case text == "FULL":
		return true, nil
	case text == "SLIM":
		return false, nil
	}
	return false, response.Refuse(response.IllegalValue, "detail: %.60q is neither SLIM nor FULL.", text)
}

// byCampaignCreation is the order of campaigns if a request asks for none.
func byCampaignCreation(a, b *campaign) int {
	return cmp.Or(a.created.Compare(b.created), strings.Compare(a.wire.ID, b.wire.ID))
}

// slim returns the campaign as it is sent in little detail. Only campaigns of source owners say whether they are about
// correlated identities.
func (c *campaign) slim(now time.Time, locale string) wireSlimCampaign {
	row := wireSlimCampaign{
		ID: c.wire.ID, Name: c.wire.Name, Description: c.wire.Description, Deadline: c.deadline, Type: c.wire.CampaignType,
		EmailNotificationEnabled: c.settings.emails, AutoRevokeAllowed: c.settings.autoRevokes,
		RecommendationsEnabled: c.settings.recommendations, Status: c.statusAt(now), Created: stamp(c.created),
		TotalCertifications: new(len(c.certifications)), CompletedCertifications: new(c.signedOff()), Alerts: new(*[]wireAlert),
	}
	if c.wire.CampaignType == sourceOwnerCampaign {
		row.CorrelatedStatus = c.wire.CorrelatedStatus
	}
	if len(c.alerts) > 0 {
		alerts := make([]wireAlert, len(c.alerts))
		for i, each := range c.alerts {
			alerts[i] = wireAlert{each.level, response.Messages(each.text, locale)}
		}
		*row.Alerts = &alerts
	}
	return row
}

// full returns the campaign as it is sent in full detail, beginning with what slim returned.
func (c *campaign) full(slim wireSlimCampaign) wireFullCampaign {
	return wireFullCampaign{
		wireSlimCampaign: slim, Modified: stamp(c.modified), Filter: c.settings.filter, SunsetCommentsRequired: c.sunsetComments,
		SourceOwnerCampaignInfo: c.settings.sourceOwner, SearchCampaignInfo: c.settings.search,
		RoleCompositionCampaignInfo: c.settings.roleComposition, MachineAccountCampaignInfo: c.settings.machineAccount,
		SourcesWithOrphanEntitlements: c.settings.orphanSources,
		MandatoryCommentRequirement:   c.wire.MandatoryCommentRequirement,
	}
}
