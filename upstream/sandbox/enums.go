package sandbox

// The enumerations of the vendor, with the values that the sandbox knows.

// accessType is the type of what a review item grants: a few values of the vendor's DtoType.
type accessType string

const (
	entitlementAccess   accessType = "ENTITLEMENT"
	accessProfileAccess accessType = "ACCESS_PROFILE"
	roleAccess          accessType = "ROLE"
	accountAccess       accessType = "ACCOUNT"
)

// A phase says where a certification stands: the vendor's CertificationPhase.
type phase string

const (
	staged phase = "STAGED" // its campaign is not activated yet
	active phase = "ACTIVE"
	signed phase = "SIGNED" // signed off, and read-only from then on
)

// A decision is the vendor's CertificationDecision; empty is undecided.
type decision string

const (
	undecided decision = ""
	approve   decision = "APPROVE"
	revoke    decision = "REVOKE"
)

// Values of the vendor's campaignType.
const (
	managerCampaign         = "MANAGER"
	sourceOwnerCampaign     = "SOURCE_OWNER"
	searchCampaign          = "SEARCH"
	roleCompositionCampaign = "ROLE_COMPOSITION"
	machineAccountCampaign  = "MACHINE_ACCOUNT"
)

// Values of the vendor's mandatoryCommentRequirement.
const (
	commentAlways   = "ALL_DECISIONS"
	commentOnRevoke = "REVOKE_ONLY_DECISIONS"
	commentNever    = "NO_DECISIONS"
)

// A campaignStatus is the state of a campaign, under the name that the vendor's campaign operations use.
type campaignStatus string

const (
	campaignPending     campaignStatus = "PENDING" // its certifications are not made yet
	campaignStaged      campaignStatus = "STAGED"
	campaignCanceling   campaignStatus = "CANCELING"
	campaignActivating  campaignStatus = "ACTIVATING"
	campaignActive      campaignStatus = "ACTIVE"
	campaignRemediating campaignStatus = "COMPLETING" // all signed off, and something was revoked
	campaignCompleted   campaignStatus = "COMPLETED"
	campaignFailed      campaignStatus = "ERROR"
	campaignArchived    campaignStatus = "ARCHIVED"
)

// A taskType is the vendor's type of a certification task.
type taskType string

const (
	reassignTask      taskType = "REASSIGN"
	adminReassignTask taskType = "ADMIN_REASSIGN"
	activateTask      taskType = "ACTIVATE_CAMPAIGN"
	completeTask      taskType = "COMPLETE_CERTIFICATION"
)

// A taskStatus is the vendor's status of a certification task. It only ever moves forward.
type taskStatus string

const (
	queued     taskStatus = "QUEUED"
	inProgress taskStatus = "IN_PROGRESS"
	succeeded  taskStatus = "SUCCESS"
	failed     taskStatus = "ERROR"
)

// Values of the vendor's identityState.
const (
	stateActive    = "ACTIVE"
	stateShortTerm = "INACTIVE_SHORT_TERM"
	stateLongTerm  = "INACTIVE_LONG_TERM"
)
