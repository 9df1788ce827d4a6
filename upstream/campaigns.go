package upstream

import "context"

// A SlimCampaign is what the service tells of a campaign by default: what it is, and how far it has come.
type SlimCampaign struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Deadline    Time         `json:"deadline"`
	Type        CampaignType `json:"type"`
	// EmailNotificationEnabled says that reviewers are told by e-mail, AutoRevokeAllowed that undecided
	// access may be revoked in the end, and RecommendationsEnabled that reviewers are shown recommendations.
	EmailNotificationEnabled *bool            `json:"emailNotificationEnabled"`
	AutoRevokeAllowed        *bool            `json:"autoRevokeAllowed"`
	RecommendationsEnabled   *bool            `json:"recommendationsEnabled"`
	Status                   CampaignStatus   `json:"status"`
	CorrelatedStatus         CorrelatedStatus `json:"correlatedStatus"`
	Created                  Time             `json:"created"`
	TotalCertifications      *int             `json:"totalCertifications"`
	CompletedCertifications  *int             `json:"completedCertifications"` // signed off
	Alerts                   []CampaignAlert  `json:"alerts"`                  // nil if there are none
}

// Check returns an *Error of KindInvalid if the campaign has no identifier by which it could be read again
// (CheckID).
func (c *SlimCampaign) Check() error { return checkRow(opGetActiveCampaigns, c.ID) }

// CampaignStatus says where in its life a campaign is.
type CampaignStatus string

// The states that the vendor documents; more may come.
const (
	CampaignStatusPending    CampaignStatus = "PENDING" // its certifications are being made
	CampaignStatusStaged     CampaignStatus = "STAGED"  // they are made, and it waits to be activated
	CampaignStatusCanceling  CampaignStatus = "CANCELING"
	CampaignStatusActivating CampaignStatus = "ACTIVATING"
	CampaignStatusActive     CampaignStatus = "ACTIVE"
	CampaignStatusCompleting CampaignStatus = "COMPLETING"
	CampaignStatusCompleted  CampaignStatus = "COMPLETED"
	CampaignStatusError      CampaignStatus = "ERROR"
	CampaignStatusArchived   CampaignStatus = "ARCHIVED"
)

// A CampaignAlert is something that went wrong in a campaign, or might: one text, in several languages.
type CampaignAlert struct {
	Level         CampaignAlertLevel `json:"level"`
	Localizations []ErrorMessage     `json:"localizations"`
}

// CampaignAlertLevel says how grave an alert is.
type CampaignAlertLevel string

// The levels that the vendor documents.
const (
	CampaignAlertError CampaignAlertLevel = "ERROR"
	CampaignAlertWarn  CampaignAlertLevel = "WARN"
	CampaignAlertInfo  CampaignAlertLevel = "INFO"
)

// CampaignFilter narrows getActiveCampaigns; set fields are joined by "and". A nil list does not
// filter; an empty one is refused.
type CampaignFilter struct {
	IDs      []string
	Name     *TextMatch
	Statuses []CampaignStatus
}

func (f CampaignFilter) expression() expression {
	return all(in("id", f.IDs), match("name", f.Name), in("status", f.Statuses))
}

// CampaignSortField is a field that getActiveCampaigns can order by.
type CampaignSortField string

// The fields that getActiveCampaigns can order by.
const (
	SortCampaignsByName    CampaignSortField = "name"
	SortCampaignsByCreated CampaignSortField = "created"
)

// GetActiveCampaignsParams are the parameters of getActiveCampaigns, but for how much it tells of each
// campaign.
type GetActiveCampaignsParams struct {
	Filter  CampaignFilter
	Sorters []Sorter[CampaignSortField]
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them. What tells the slim form from the full
// one is not among them.
func (p GetActiveCampaignsParams) Query() string { return p.query("").text }

func (p GetActiveCampaignsParams) query(detail string) rawQuery {
	return query(p.Paging, p.Filter.expression(), sorters(p.Sorters), parameter("detail", detail))
}

// GetActiveCampaigns returns a page of campaigns in every state, with what the service tells of them by
// default (vendor operation getActiveCampaigns, GET /campaigns). It is for administrators.
func (c *Client) GetActiveCampaigns(ctx context.Context, p GetActiveCampaignsParams) (Page[SlimCampaign], error) {
	return list[SlimCampaign](ctx, c, opGetActiveCampaigns, p.query("SLIM"))
}

// GetActiveCampaignsInFull is GetActiveCampaigns with what campaigns were set up with. The service may leave
// out of it how far they have come, which GetActiveCampaigns returns.
func (c *Client) GetActiveCampaignsInFull(ctx context.Context, p GetActiveCampaignsParams) (Page[Campaign], error) {
	return list[Campaign](ctx, c, opGetActiveCampaigns, p.query("FULL"))
}
