package upstream

// A Campaign is a campaign in full: with what it was set up with. At most one of the four Info is there,
// depending on its type.
type Campaign struct {
	SlimCampaign
	Modified Time `json:"modified"`
	// Filter leaves identities or access out of the campaign; nil if there is none.
	Filter *CampaignFilterReference `json:"filter"`
	// SunsetCommentsRequired says that changing the end date of access needs a comment.
	SunsetCommentsRequired      *bool                        `json:"sunsetCommentsRequired"`
	MandatoryCommentRequirement MandatoryCommentRequirement  `json:"mandatoryCommentRequirement"`
	SourceOwnerCampaignInfo     *SourceOwnerCampaignInfo     `json:"sourceOwnerCampaignInfo"`
	SearchCampaignInfo          *SearchCampaignInfo          `json:"searchCampaignInfo"`
	RoleCompositionCampaignInfo *RoleCompositionCampaignInfo `json:"roleCompositionCampaignInfo"`
	MachineAccountCampaignInfo  *MachineAccountCampaignInfo  `json:"machineAccountCampaignInfo"`
	// SourcesWithOrphanEntitlements are those with entitlements that have no managed attribute; empty if
	// there are none, and nil if the service does not know.
	SourcesWithOrphanEntitlements []SourceReference `json:"sourcesWithOrphanEntitlements"`
}

// A CampaignFilterReference names a rule that leaves identities or access out of campaigns.
type CampaignFilterReference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Check returns an *Error of KindInvalid if the filter has no identifier that could be sent (CheckID).
func (r *CampaignFilterReference) Check() error { return checkRow(opGetActiveCampaigns, r.ID) }

// A SourceReference names a source.
type SourceReference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Check returns an *Error of KindInvalid if the source has no identifier that could be sent (CheckID).
func (r *SourceReference) Check() error { return checkRow(opGetActiveCampaigns, r.ID) }

// SourceOwnerCampaignInfo says which sources a SOURCE_OWNER campaign is about.
type SourceOwnerCampaignInfo struct {
	SourceIDs []string `json:"sourceIds"`
}

// SearchCampaignInfo says how what a SEARCH campaign reviews was found: by a query, or by naming identities
// or access one by one.
type SearchCampaignInfo struct {
	Type        CampaignSearchType `json:"type"`
	Description string             `json:"description"`
	// Reviewer reviews all certifications; nil if the reviewer of each identity does.
	Reviewer          *Reviewer          `json:"reviewer"`
	Query             string             `json:"query"`
	IdentityIDs       []string           `json:"identityIds"`
	AccessConstraints []AccessConstraint `json:"accessConstraints"`
}

// CampaignSearchType says what a SEARCH campaign searched for.
type CampaignSearchType string

// The types that the vendor documents.
const (
	CampaignSearchIdentity CampaignSearchType = "IDENTITY"
	CampaignSearchAccess   CampaignSearchType = "ACCESS"
)

// An AccessConstraint narrows which access of one type a campaign reviews.
type AccessConstraint struct {
	Type     DtoType                  `json:"type"` // ENTITLEMENT, ACCESS_PROFILE or ROLE
	IDs      []string                 `json:"ids"`
	Operator AccessConstraintOperator `json:"operator"`
}

// AccessConstraintOperator says whether a constraint is about all access of its type or about selected.
type AccessConstraintOperator string

// The operators that the vendor documents.
const (
	ConstraintAll      AccessConstraintOperator = "ALL"
	ConstraintSelected AccessConstraintOperator = "SELECTED"
)

// RoleCompositionCampaignInfo says which roles a ROLE_COMPOSITION campaign reviews: those of a query, those
// named one by one, or all.
type RoleCompositionCampaignInfo struct {
	// Reviewer reviews all certifications; nil if the owner of each role does.
	Reviewer *Reviewer `json:"reviewer"`
	RoleIDs  []string  `json:"roleIds"`
	// RemediatorRef is the identity that gets the tasks which follow from decisions to revoke.
	RemediatorRef *IdentityReference `json:"remediatorRef"`
	Query         string             `json:"query"`
	Description   string             `json:"description"`
}

// MachineAccountCampaignInfo says which machine accounts a MACHINE_ACCOUNT campaign reviews, and who does.
type MachineAccountCampaignInfo struct {
	SourceIDs    []string                   `json:"sourceIds"`
	ReviewerType MachineAccountReviewerType `json:"reviewerType"`
}

// MachineAccountReviewerType says who reviews machine accounts.
type MachineAccountReviewerType string

// MachineAccountReviewedByOwner is the one type that the vendor documents; more may come.
const MachineAccountReviewedByOwner MachineAccountReviewerType = "ACCOUNT_OWNER"
