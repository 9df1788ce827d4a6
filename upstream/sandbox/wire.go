package sandbox

import (
	"time"

	"certql/upstream/sandbox/response"
)

// The types of this file are the bodies that the service sends, member by member as in its published definition. A nil
// pointer without omitzero is written as null; with omitzero the member is left out, because the definition does not
// allow null there.

// wireCertification is IdentityCertificationDto.
type wireCertification struct {
	ID                  string            `json:"id"`
	Name                string            `json:"name"`
	Campaign            *wireCampaign     `json:"campaign"`
	Completed           bool              `json:"completed"`
	IdentitiesCompleted int               `json:"identitiesCompleted"`
	IdentitiesTotal     int               `json:"identitiesTotal"`
	Created             string            `json:"created"`
	Modified            string            `json:"modified"`
	DecisionsMade       int               `json:"decisionsMade"`
	DecisionsTotal      int               `json:"decisionsTotal"`
	Due                 *string           `json:"due"`
	Signed              *string           `json:"signed"`
	Reviewer            *wireReviewer     `json:"reviewer"`
	Reassignment        *wireReassignment `json:"reassignment"`
	HasErrors           bool              `json:"hasErrors"`
	ErrorMessage        *string           `json:"errorMessage"`
	Phase               phase             `json:"phase"`
}

// wireCampaign is CampaignReference.
type wireCampaign struct {
	ID                          string  `json:"id"`
	Name                        string  `json:"name"`
	Type                        string  `json:"type"`
	CampaignType                string  `json:"campaignType"`
	Description                 *string `json:"description"`
	CorrelatedStatus            string  `json:"correlatedStatus"`
	MandatoryCommentRequirement string  `json:"mandatoryCommentRequirement"`
}

// wireReviewer is Reviewer.
type wireReviewer struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Email    *string `json:"email"`
	Type     string  `json:"type"`
	Created  *string `json:"created"`
	Modified *string `json:"modified"`
}

// wireReassignment is Reassignment.
type wireReassignment struct {
	From    wireCertificationReference `json:"from"`
	Comment string                     `json:"comment"`
}

// wireCertificationReference is CertificationReference.
type wireCertificationReference struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Type     string        `json:"type"`
	Reviewer *wireReviewer `json:"reviewer"`
}

// wireItem is AccessReviewItem. Decision is left out while the item is undecided.
type wireItem struct {
	AccessSummary   wireAccessSummary   `json:"accessSummary"`
	IdentitySummary wireIdentitySummary `json:"identitySummary"`
	ID              string              `json:"id"`
	Completed       bool                `json:"completed"`
	NewAccess       bool                `json:"newAccess"`
	Decision        decision            `json:"decision,omitzero"`
	Comments        *string             `json:"comments"`
}

// wireAccessSummary is AccessSummary: at most one of its last three members is an object.
type wireAccessSummary struct {
	Access        wireAccess         `json:"access"`
	Entitlement   *wireEntitlement   `json:"entitlement"`
	AccessProfile *wireAccessProfile `json:"accessProfile,omitzero"`
	Role          *wireRole          `json:"role"`
}

// wireAccess is the access member of AccessSummary.
type wireAccess struct {
	Type accessType `json:"type"`
	ID   string     `json:"id"`
	Name string     `json:"name"`
}

// wireIdentitySummary is CertificationIdentitySummary. IdentityID is left out if the target is no identity.
type wireIdentitySummary struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	IdentityID string `json:"identityId,omitzero"`
	Completed  bool   `json:"completed"`
}

// wireDecisionSummary is IdentityCertDecisionSummary.
type wireDecisionSummary struct {
	EntitlementDecisionsMade    int `json:"entitlementDecisionsMade"`
	EntitlementDecisionsTotal   int `json:"entitlementDecisionsTotal"`
	EntitlementsApproved        int `json:"entitlementsApproved"`
	EntitlementsRevoked         int `json:"entitlementsRevoked"`
	AccessProfileDecisionsMade  int `json:"accessProfileDecisionsMade"`
	AccessProfileDecisionsTotal int `json:"accessProfileDecisionsTotal"`
	AccessProfilesApproved      int `json:"accessProfilesApproved"`
	AccessProfilesRevoked       int `json:"accessProfilesRevoked"`
	RoleDecisionsMade           int `json:"roleDecisionsMade"`
	RoleDecisionsTotal          int `json:"roleDecisionsTotal"`
	RolesApproved               int `json:"rolesApproved"`
	RolesRevoked                int `json:"rolesRevoked"`
	AccountDecisionsMade        int `json:"accountDecisionsMade"`
	AccountDecisionsTotal       int `json:"accountDecisionsTotal"`
	AccountsApproved            int `json:"accountsApproved"`
	AccountsRevoked             int `json:"accountsRevoked"`
}

// wireEntitlement is ReviewableEntitlement. A nil Account leaves the member out, as access without a holder does; a
// pointer to nil writes null.
type wireEntitlement struct {
	ID                     string                 `json:"id"`
	Name                   string                 `json:"name"`
	Description            *string                `json:"description"`
	Privileged             bool                   `json:"privileged"`
	Owner                  *wireIdentityReference `json:"owner"`
	AttributeName          string                 `json:"attributeName"`
	AttributeValue         string                 `json:"attributeValue"`
	SourceSchemaObjectType string                 `json:"sourceSchemaObjectType"`
	SourceName             string                 `json:"sourceName"`
	SourceType             string                 `json:"sourceType"`
	SourceID               string                 `json:"sourceId"`
	HasPermissions         bool                   `json:"hasPermissions"`
	IsPermission           bool                   `json:"isPermission"`
	Revocable              bool                   `json:"revocable"`
	CloudGoverned          bool                   `json:"cloudGoverned"`
	ContainsDataAccess     bool                   `json:"containsDataAccess"`
	DataAccess             *wireDataAccess        `json:"dataAccess"`
	Account                **wireAccount          `json:"account,omitzero"`
}

// wireDataAccess is DataAccess.
type wireDataAccess struct {
	Policies    []wireValue    `json:"policies"`
	Categories  []wireCategory `json:"categories"`
	ImpactScore wireValue      `json:"impactScore"`
}

// wireValue is a policy or an impact score of DataAccess.
type wireValue struct {
	Value string `json:"value"`
}

// wireCategory is a category of DataAccess.
type wireCategory struct {
	Value      string `json:"value"`
	MatchCount int    `json:"matchCount"`
}

// wireAccount is the account member of ReviewableEntitlement.
type wireAccount struct {
	NativeIdentity    string                `json:"nativeIdentity"`
	Disabled          bool                  `json:"disabled"`
	Locked            bool                  `json:"locked"`
	Type              string                `json:"type"`
	ID                *string               `json:"id"`
	Name              *string               `json:"name"`
	Created           *string               `json:"created"`
	Modified          *string               `json:"modified"`
	ActivityInsights  *wireActivityInsights `json:"activityInsights,omitzero"`
	Description       *string               `json:"description"`
	GovernanceGroupID *string               `json:"governanceGroupId"`
	Owner             *wireAccountOwner     `json:"owner"`
}

// wireAccountOwner is the owner of a machine account.
type wireAccountOwner struct {
	ID          *string `json:"id"`
	Type        string  `json:"type"`
	DisplayName *string `json:"displayName"`
}

// wireActivityInsights is ActivityInsights.
type wireActivityInsights struct {
	AccountID      string `json:"accountID"`
	UsageDays      int    `json:"usageDays"`
	UsageDaysState string `json:"usageDaysState"`
}

// wireAccessProfile is ReviewableAccessProfile. A nil EndDate leaves the member out, as access without a holder does; a
// pointer to nil writes null.
type wireAccessProfile struct {
	ID            string                 `json:"id"`
	Name          string                 `json:"name"`
	Description   string                 `json:"description"`
	Privileged    bool                   `json:"privileged"`
	CloudGoverned bool                   `json:"cloudGoverned"`
	EndDate       **string               `json:"endDate,omitzero"`
	Owner         *wireIdentityReference `json:"owner"`
	Entitlements  []*wireEntitlement     `json:"entitlements"`
	Created       string                 `json:"created"`
	Modified      string                 `json:"modified"`
}

// wireRole is ReviewableRole.
type wireRole struct {
	ID             string                 `json:"id"`
	Name           string                 `json:"name"`
	Description    string                 `json:"description"`
	Privileged     bool                   `json:"privileged"`
	Owner          *wireIdentityReference `json:"owner"`
	Revocable      bool                   `json:"revocable"`
	EndDate        string                 `json:"endDate,omitzero"`
	AccessProfiles []*wireAccessProfile   `json:"accessProfiles"`
	Entitlements   []*wireEntitlement     `json:"entitlements"`
}

// wireIdentityReference is IdentityReferenceWithNameAndEmail. A nil Email leaves the member out; a pointer to
// nil writes null, which only the yearly versions allow.
type wireIdentityReference struct {
	Type  string   `json:"type"`
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Email **string `json:"email,omitzero"`
}

// wirePermission is PermissionDto.
type wirePermission struct {
	Rights []string `json:"rights"`
	Target string   `json:"target"`
}

// wireTask is CertificationTask.
type wireTask struct {
	ID                    string             `json:"id"`
	Type                  taskType           `json:"type"`
	TargetType            string             `json:"targetType"`
	TargetID              string             `json:"targetId"`
	Status                taskStatus         `json:"status"`
	Errors                []response.Message `json:"errors"`
	ReassignmentTrailDTOs []wireTrail        `json:"reassignmentTrailDTOs"`
	Created               string             `json:"created"`
}

// wireTrail is ReassignmentTrailDTO.
type wireTrail struct {
	PreviousOwner    string `json:"previousOwner"`
	NewOwner         string `json:"newOwner"`
	ReassignmentType string `json:"reassignmentType"`
}

// stamp returns an instant as the service writes it: RFC 3339 in UTC with milliseconds.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// stampOrNull does what stamp does, for a member that may be null: the zero time is null.
func stampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return new(stamp(t))
}
