package sandbox

import "certql/upstream/sandbox/response"

// The bodies of the operations on campaigns. A nil pointer is written as null, though the definition of /v3 allows that of
// few of these members: those of the yearly versions allow it, and the samples of all versions have it.

// wireSlimCampaign is SlimCampaign. A nil Alerts leaves the member out; a pointer to nil writes null.
type wireSlimCampaign struct {
	ID                       string         `json:"id"`
	Name                     string         `json:"name"`
	Description              *string        `json:"description"`
	Deadline                 *string        `json:"deadline"`
	Type                     string         `json:"type"`
	EmailNotificationEnabled bool           `json:"emailNotificationEnabled"`
	AutoRevokeAllowed        bool           `json:"autoRevokeAllowed"`
	RecommendationsEnabled   bool           `json:"recommendationsEnabled"`
	Status                   campaignStatus `json:"status"`
	CorrelatedStatus         string         `json:"correlatedStatus,omitzero"`
	Created                  string         `json:"created,omitzero"`
	TotalCertifications      *int           `json:"totalCertifications,omitzero"`
	CompletedCertifications  *int           `json:"completedCertifications,omitzero"`
	Alerts                   **[]wireAlert  `json:"alerts,omitzero"`
}

// wireAlert is CampaignAlert.
type wireAlert struct {
	Level         string             `json:"level"`
	Localizations []response.Message `json:"localizations"`
}

// wireFullCampaign is Campaign. At most one of its four infos is an object.
type wireFullCampaign struct {
	wireSlimCampaign
	Modified                      string                   `json:"modified"`
	Filter                        *wireCampaignFilter      `json:"filter"`
	SunsetCommentsRequired        bool                     `json:"sunsetCommentsRequired"`
	SourceOwnerCampaignInfo       *wireSourceOwnerInfo     `json:"sourceOwnerCampaignInfo"`
	SearchCampaignInfo            *wireSearchInfo          `json:"searchCampaignInfo"`
	RoleCompositionCampaignInfo   *wireRoleCompositionInfo `json:"roleCompositionCampaignInfo"`
	MachineAccountCampaignInfo    *wireMachineAccountInfo  `json:"machineAccountCampaignInfo"`
	SourcesWithOrphanEntitlements *[]wireSourceReference   `json:"sourcesWithOrphanEntitlements"`
	MandatoryCommentRequirement   string                   `json:"mandatoryCommentRequirement"`
}

// wireCampaignFilter is the filter of Campaign.
type wireCampaignFilter struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// wireSourceReference is a source of Campaign.
type wireSourceReference struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// wireSourceOwnerInfo is what a campaign of source owners is about.
type wireSourceOwnerInfo struct {
	SourceIDs []string `json:"sourceIds"`
}

// wireSearchInfo is what a campaign that began with a search is about.
type wireSearchInfo struct {
	Type              string                 `json:"type"`
	Description       string                 `json:"description"`
	Reviewer          *wireCampaignReviewer  `json:"reviewer"`
	Query             *string                `json:"query"`
	IdentityIDs       *[]string              `json:"identityIds"`
	AccessConstraints []wireAccessConstraint `json:"accessConstraints"`
}

// wireCampaignReviewer is a reviewer that a campaign names.
type wireCampaignReviewer struct {
	Type string  `json:"type"`
	ID   string  `json:"id"`
	Name *string `json:"name"`
}

// wireAccessConstraint is AccessConstraint. IDs are left out unless they are SELECTED.
type wireAccessConstraint struct {
	Type     accessType `json:"type"`
	IDs      []string   `json:"ids,omitzero"`
	Operator string     `json:"operator"`
}

// wireRoleCompositionInfo is what a campaign on the composition of roles is about.
type wireRoleCompositionInfo struct {
	Reviewer      *wireCampaignReviewer `json:"reviewer"`
	RoleIDs       []string              `json:"roleIds"`
	RemediatorRef wireIdentityReference `json:"remediatorRef"`
	Query         *string               `json:"query"`
	Description   *string               `json:"description"`
}

// wireMachineAccountInfo is what a campaign on machine accounts is about.
type wireMachineAccountInfo struct {
	SourceIDs    []string `json:"sourceIds"`
	ReviewerType string   `json:"reviewerType"`
}
