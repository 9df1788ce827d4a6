package upstream

// An AccessSummary is what a review item is about: a reference to the access, and in
// detail exactly one of entitlement, access profile and role. Access of any other type
// has the reference alone.
type AccessSummary struct {
	Access        *AccessReference         `json:"access"`
	Entitlement   *ReviewableEntitlement   `json:"entitlement"`
	AccessProfile *ReviewableAccessProfile `json:"accessProfile"`
	Role          *ReviewableRole          `json:"role"`
}

// isAmbiguous reports whether one of the detailed objects lacks its identifier: which of them describes the access
// shows by all that they say then.
func (s *AccessSummary) isAmbiguous() bool {
	return s != nil && (s.Entitlement != nil && s.Entitlement.ID == "" ||
		s.AccessProfile != nil && s.AccessProfile.ID == "" || s.Role != nil && s.Role.ID == "")
}

// An AccessReference names a piece of access by type, id and name.
type AccessReference struct {
	Type DtoType `json:"type"`
	ID   string  `json:"id"`
	Name string  `json:"name"`
}

// A ReviewableEntitlement is a right on one source, such as a group membership.
type ReviewableEntitlement struct {
	ID                     string             `json:"id"`
	Name                   string             `json:"name"`
	Description            string             `json:"description"`
	Privileged             *bool              `json:"privileged"`
	Owner                  *IdentityReference `json:"owner"`
	AttributeName          string             `json:"attributeName"`
	AttributeValue         string             `json:"attributeValue"`
	SourceSchemaObjectType string             `json:"sourceSchemaObjectType"`
	SourceName             string             `json:"sourceName"`
	SourceType             string             `json:"sourceType"`
	SourceID               *string            `json:"sourceId"`
	HasPermissions         *bool              `json:"hasPermissions"`
	IsPermission           *bool              `json:"isPermission"`
	Revocable              *bool              `json:"revocable"`
	CloudGoverned          *bool              `json:"cloudGoverned"`
	ContainsDataAccess     *bool              `json:"containsDataAccess"`
	DataAccess             *DataAccess        `json:"dataAccess"`
	Account                *Account           `json:"account"`
}

// A ReviewableAccessProfile is a named bundle of entitlements.
type ReviewableAccessProfile struct {
	ID            string                  `json:"id"`
	Name          string                  `json:"name"`
	Description   string                  `json:"description"`
	Privileged    *bool                   `json:"privileged"`
	CloudGoverned *bool                   `json:"cloudGoverned"`
	EndDate       Time                    `json:"endDate"`
	Owner         *IdentityReference      `json:"owner"`
	Entitlements  []ReviewableEntitlement `json:"entitlements"`
	Created       Time                    `json:"created"`
	Modified      Time                    `json:"modified"`
}

// A ReviewableRole is a named bundle of access profiles and entitlements.
type ReviewableRole struct {
	ID             string                    `json:"id"`
	Name           string                    `json:"name"`
	Description    string                    `json:"description"`
	Privileged     *bool                     `json:"privileged"`
	Owner          *IdentityReference        `json:"owner"`
	Revocable      *bool                     `json:"revocable"`
	EndDate        Time                      `json:"endDate"`
	AccessProfiles []ReviewableAccessProfile `json:"accessProfiles"`
	Entitlements   []ReviewableEntitlement   `json:"entitlements"` // the direct ones
}

// An Account is the account on a source that holds an entitlement.
type Account struct {
	ID                *string           `json:"id"`
	Type              DtoType           `json:"type"`
	Name              string            `json:"name"`
	NativeIdentity    string            `json:"nativeIdentity"`
	Description       string            `json:"description"`
	Disabled          *bool             `json:"disabled"`
	Locked            *bool             `json:"locked"`
	Created           Time              `json:"created"`
	Modified          Time              `json:"modified"`
	GovernanceGroupID *string           `json:"governanceGroupId"`
	Owner             *AccountOwner     `json:"owner"`
	ActivityInsights  *ActivityInsights `json:"activityInsights"`
}

// An AccountOwner is the identity that an account belongs to.
type AccountOwner struct {
	ID          *string `json:"id"`
	Type        DtoType `json:"type"`
	DisplayName string  `json:"displayName"`
}

// ActivityInsights say how much an account was used lately.
type ActivityInsights struct {
	AccountID      *string        `json:"accountID"`
	UsageDays      *int           `json:"usageDays"` // 0 to 90
	UsageDaysState UsageDaysState `json:"usageDaysState"`
}

// UsageDaysState says whether an account's usage is fully known.
type UsageDaysState string

// The usage states that the vendor documents.
const (
	UsageDaysComplete UsageDaysState = "COMPLETE"
	UsageDaysUnknown  UsageDaysState = "UNKNOWN"
)

// DataAccess says which sensitive data an entitlement opens.
type DataAccess struct {
	Policies    []DataAccessPolicy   `json:"policies"`
	Categories  []DataAccessCategory `json:"categories"`
	ImpactScore *ImpactScore         `json:"impactScore"`
}

// A DataAccessPolicy is a data policy that applies.
type DataAccessPolicy struct {
	Value string `json:"value"`
}

// A DataAccessCategory is a category of sensitive data, and how often it was found.
type DataAccessCategory struct {
	Value      string `json:"value"`
	MatchCount *int   `json:"matchCount"`
}

// An ImpactScore rates what a leak of the data would mean.
type ImpactScore struct {
	Value string `json:"value"`
}

// DtoType names a kind of object of the vendor's.
type DtoType string

// The object types that the vendor documents; more may come.
const (
	TypeAccountCorrelationConfig DtoType = "ACCOUNT_CORRELATION_CONFIG"
	TypeAccessProfile            DtoType = "ACCESS_PROFILE"
	TypeAccessRequestApproval    DtoType = "ACCESS_REQUEST_APPROVAL"
	TypeAccount                  DtoType = "ACCOUNT"
	TypeApplication              DtoType = "APPLICATION"
	TypeCampaign                 DtoType = "CAMPAIGN"
	TypeCampaignFilter           DtoType = "CAMPAIGN_FILTER"
	TypeCertification            DtoType = "CERTIFICATION"
	TypeCluster                  DtoType = "CLUSTER"
	TypeConnectorSchema          DtoType = "CONNECTOR_SCHEMA"
	TypeEntitlement              DtoType = "ENTITLEMENT"
	TypeGovernanceGroup          DtoType = "GOVERNANCE_GROUP"
	TypeIdentity                 DtoType = "IDENTITY"
	TypeIdentityProfile          DtoType = "IDENTITY_PROFILE"
	TypeIdentityRequest          DtoType = "IDENTITY_REQUEST"
	TypeMachineIdentity          DtoType = "MACHINE_IDENTITY"
	TypeLifecycleState           DtoType = "LIFECYCLE_STATE"
	TypePasswordPolicy           DtoType = "PASSWORD_POLICY"
	TypeRole                     DtoType = "ROLE"
	TypeRule                     DtoType = "RULE"
	TypeSodPolicy                DtoType = "SOD_POLICY"
	TypeSource                   DtoType = "SOURCE"
	TypeTag                      DtoType = "TAG"
	TypeTagCategory              DtoType = "TAG_CATEGORY"
	TypeTaskResult               DtoType = "TASK_RESULT"
	TypeReportResult             DtoType = "REPORT_RESULT"
	TypeSodViolation             DtoType = "SOD_VIOLATION"
	TypeAccountActivity          DtoType = "ACCOUNT_ACTIVITY"
	TypeWorkgroup                DtoType = "WORKGROUP"
)
