package upstream

import "context"

// An IdentityCertification is the vendor's IdentityCertificationDto: the list of access
// that one reviewer has to decide on within one campaign.
type IdentityCertification struct {
	ID       string             `json:"id"`
	Name     string             `json:"name"`
	Campaign *CampaignReference `json:"campaign"`
	// Completed says that every decision is made. It does not say that the
	// certification is signed off: Phase and Signed do.
	Completed           *bool              `json:"completed"`
	IdentitiesCompleted *int               `json:"identitiesCompleted"`
	IdentitiesTotal     *int               `json:"identitiesTotal"`
	Created             Time               `json:"created"`
	Modified            Time               `json:"modified"`
	DecisionsMade       *int               `json:"decisionsMade"`
	DecisionsTotal      *int               `json:"decisionsTotal"`
	Due                 Time               `json:"due"`
	Signed              Time               `json:"signed"`
	Reviewer            *Reviewer          `json:"reviewer"`
	Reassignment        *Reassignment      `json:"reassignment"`
	HasErrors           *bool              `json:"hasErrors"`
	ErrorMessage        string             `json:"errorMessage"`
	Phase               CertificationPhase `json:"phase"`
}

// Check returns an *Error of KindInvalid if the certification has no identifier by which it could be
// read again (CheckID).
func (c *IdentityCertification) Check() error { return checkRow(opListIdentityCertifications, c.ID) }

func (c *IdentityCertification) identify(id string) bool { return identify(&c.ID, id) }

// CertificationPhase says how far a certification has come.
type CertificationPhase string

// The phases that the vendor documents; more may come.
const (
	PhaseStaged CertificationPhase = "STAGED" // the campaign is not activated yet
	PhaseActive CertificationPhase = "ACTIVE" // under review
	PhaseSigned CertificationPhase = "SIGNED" // signed off, read-only
)

// A CampaignReference names the campaign that a certification belongs to.
type CampaignReference struct {
	ID                          string                      `json:"id"`
	Name                        string                      `json:"name"`
	Description                 string                      `json:"description"`
	CampaignType                CampaignType                `json:"campaignType"`
	CorrelatedStatus            CorrelatedStatus            `json:"correlatedStatus"`
	MandatoryCommentRequirement MandatoryCommentRequirement `json:"mandatoryCommentRequirement"`
}

// Check returns an *Error of KindInvalid if the campaign cannot be read by the reference's identifier
// (CheckID).
func (r *CampaignReference) Check() error { return checkRow(opListIdentityCertifications, r.ID) }

// CampaignType says what a campaign reviews and who reviews it.
type CampaignType string

// The campaign types that the vendor documents; more may come.
const (
	CampaignManager         CampaignType = "MANAGER"
	CampaignSourceOwner     CampaignType = "SOURCE_OWNER"
	CampaignSearch          CampaignType = "SEARCH"
	CampaignRoleComposition CampaignType = "ROLE_COMPOSITION"
	CampaignMachineAccount  CampaignType = "MACHINE_ACCOUNT"
)

// CorrelatedStatus says whether a source-owner campaign reviews accounts that belong to
// an identity or those that do not.
type CorrelatedStatus string

// The correlation states that the vendor documents.
const (
	Correlated   CorrelatedStatus = "CORRELATED"
	Uncorrelated CorrelatedStatus = "UNCORRELATED"
)

// MandatoryCommentRequirement says for which decisions a campaign demands a comment.
type MandatoryCommentRequirement string

// The comment requirements that the vendor documents.
const (
	CommentsOnAllDecisions MandatoryCommentRequirement = "ALL_DECISIONS"
	CommentsOnRevokeOnly   MandatoryCommentRequirement = "REVOKE_ONLY_DECISIONS"
	CommentsOnNoDecisions  MandatoryCommentRequirement = "NO_DECISIONS"
)

// A Reviewer is who a certification is assigned to: an identity or a governance group.
type Reviewer struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Email    string       `json:"email"` // identities only
	Type     ReviewerType `json:"type"`
	Created  Time         `json:"created"`
	Modified Time         `json:"modified"`
}

// Identity returns the identity that reviews; nil for a governance group.
func (r *Reviewer) Identity() *IdentityReference {
	if r.Type == ReviewerGovernanceGroup || r.ID == "" {
		return nil
	}
	return &IdentityReference{ID: r.ID, Name: r.Name, Email: r.Email}
}

// ReviewerType tells identities from governance groups.
type ReviewerType string

// The reviewer types that the vendor documents.
const (
	ReviewerIdentity        ReviewerType = "IDENTITY"
	ReviewerGovernanceGroup ReviewerType = "GOVERNANCE_GROUP"
)

// A Reassignment says which certification a reassigned one came from, and why.
type Reassignment struct {
	From    *CertificationReference `json:"from"`
	Comment string                  `json:"comment"`
}

// A CertificationReference names another certification.
type CertificationReference struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Reviewer *Reviewer `json:"reviewer"`
}

// Check returns an *Error of KindInvalid if the certification cannot be read by the reference's
// identifier (CheckID).
func (r *CertificationReference) Check() error { return checkRow(opListIdentityCertifications, r.ID) }

// CertificationFilter narrows listIdentityCertifications; set fields are joined by "and".
// A nil list does not filter; an empty one is refused.
type CertificationFilter struct {
	IDs         []string
	CampaignIDs []string
	Phase       CertificationPhase
	Completed   *bool
}

func (f CertificationFilter) expression() expression {
	return all(
		in("id", f.IDs),
		in("campaign.id", f.CampaignIDs),
		eq("phase", string(f.Phase)),
		is("completed", f.Completed),
	)
}

// CertificationSortField is a field that listIdentityCertifications can order by.
type CertificationSortField string

// The fields that listIdentityCertifications can order by.
const (
	SortCertificationsByName   CertificationSortField = "name"
	SortCertificationsByDue    CertificationSortField = "due"
	SortCertificationsBySigned CertificationSortField = "signed"
)

// ListIdentityCertificationsParams are the parameters of listIdentityCertifications.
type ListIdentityCertificationsParams struct {
	// Reviewer is an identity id, or "me" for the caller; empty for everybody whom the
	// caller may see.
	Reviewer string
	Filter   CertificationFilter
	Sorters  []Sorter[CertificationSortField]
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p ListIdentityCertificationsParams) Query() string { return p.query().text }

func (p ListIdentityCertificationsParams) query() rawQuery {
	return query(p.Paging, p.Filter.expression(), sorters(p.Sorters), parameter("reviewer-identity", p.Reviewer))
}

// ListIdentityCertifications returns a page of the certifications that the caller may see
// (vendor operation listIdentityCertifications, GET /certifications).
func (c *Client) ListIdentityCertifications(ctx context.Context, p ListIdentityCertificationsParams) (Page[IdentityCertification], error) {
	return list[IdentityCertification](ctx, c, opListIdentityCertifications, p.query())
}

// GetIdentityCertification returns one certification (vendor operation
// getIdentityCertification, GET /certifications/{id}). A certification that a governance
// group reviews may be refused with status 400.
func (c *Client) GetIdentityCertification(ctx context.Context, id string) (*IdentityCertification, error) {
	return get[IdentityCertification](ctx, c, opGetIdentityCertification, rawQuery{}, id)
}

// SignOffIdentityCertification ends a certification for good (vendor operation
// signOffIdentityCertification, POST /certifications/{id}/sign-off) and returns it as it is
// afterwards. It is not idempotent: after an unclear failure read the certification
// before anything else.
func (c *Client) SignOffIdentityCertification(ctx context.Context, id string) (*IdentityCertification, error) {
	return post[IdentityCertification](ctx, c, opSignOffIdentityCertification, nil, id)
}
