package upstream

import "context"

// A CertificationTask is work that the service does in the background.
type CertificationTask struct {
	ID                string                      `json:"id"`
	Type              CertificationTaskType       `json:"type"`
	TargetType        CertificationTaskTargetType `json:"targetType"`
	TargetID          *string                     `json:"targetId"`
	Status            CertificationTaskStatus     `json:"status"`
	Errors            []ErrorMessage              `json:"errors"`
	ReassignmentTrail []ReassignmentTrail         `json:"reassignmentTrailDTOs"`
	Created           Time                        `json:"created"`
}

// Check returns an *Error of KindInvalid if the task has no identifier by which it could be read again
// (CheckID).
func (t *CertificationTask) Check() error { return checkRow(opGetPendingCertificationTasks, t.ID) }

// CheckTarget returns an *Error of KindInvalid if what the task works on cannot be read by the identifier
// that the task shows (CheckID).
func (t *CertificationTask) CheckTarget() error {
	var id string
	if t.TargetID != nil {
		id = *t.TargetID
	}
	return checkRow(opGetPendingCertificationTasks, id)
}

func (t *CertificationTask) identify(id string) bool { return identify(&t.ID, id) }

// CertificationTaskType says what a task does.
type CertificationTaskType string

// The task types that the vendor documents; more may come.
const (
	TaskReassign              CertificationTaskType = "REASSIGN"
	TaskAdminReassign         CertificationTaskType = "ADMIN_REASSIGN"
	TaskCompleteCertification CertificationTaskType = "COMPLETE_CERTIFICATION"
	TaskFinishCertification   CertificationTaskType = "FINISH_CERTIFICATION"
	TaskCompleteCampaign      CertificationTaskType = "COMPLETE_CAMPAIGN"
	TaskActivateCampaign      CertificationTaskType = "ACTIVATE_CAMPAIGN"
	TaskCampaignCreate        CertificationTaskType = "CAMPAIGN_CREATE"
	TaskCampaignDelete        CertificationTaskType = "CAMPAIGN_DELETE"
)

// CertificationTaskStatus says how far a task has come. It never goes backwards.
type CertificationTaskStatus string

// The task states that the vendor documents.
const (
	TaskQueued     CertificationTaskStatus = "QUEUED"
	TaskInProgress CertificationTaskStatus = "IN_PROGRESS"
	TaskSuccess    CertificationTaskStatus = "SUCCESS"
	TaskError      CertificationTaskStatus = "ERROR"
)

// CertificationTaskTargetType says what a task works on.
type CertificationTaskTargetType string

// The target types that the vendor documents.
const (
	TaskTargetCertification CertificationTaskTargetType = "CERTIFICATION"
	TaskTargetCampaign      CertificationTaskTargetType = "CAMPAIGN"
)

// A ReassignmentTrail is one step of a reassignment, from one owner to the next.
type ReassignmentTrail struct {
	PreviousOwner    *string `json:"previousOwner"` // an identity id
	NewOwner         *string `json:"newOwner"`      // an identity id
	ReassignmentType string  `json:"reassignmentType"`
}

// CertificationTaskFilter narrows getPendingCertificationTasks; set fields are joined by
// "and". A nil list does not filter; an empty one is refused.
type CertificationTaskFilter struct {
	IDs       []string
	TargetIDs []string
	Types     []CertificationTaskType
}

func (f CertificationTaskFilter) expression() expression {
	return all(in("id", f.IDs), in("targetId", f.TargetIDs), in("type", f.Types))
}

// GetPendingCertificationTasksParams are the parameters of getPendingCertificationTasks,
// which knows no sorters.
type GetPendingCertificationTasksParams struct {
	// Reviewer is an identity id, or "me" for the caller; empty for everybody whom the
	// caller may see.
	Reviewer string
	Filter   CertificationTaskFilter
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p GetPendingCertificationTasksParams) Query() string { return p.query().text }

func (p GetPendingCertificationTasksParams) query() rawQuery {
	return query(p.Paging, p.Filter.expression(), parameter("reviewer-identity", p.Reviewer))
}

// GetCertificationTask returns one task in whatever state (vendor operation
// getCertificationTask, GET /certification-tasks/{id}).
func (c *Client) GetCertificationTask(ctx context.Context, id string) (*CertificationTask, error) {
	return get[CertificationTask](ctx, c, opGetCertificationTask, rawQuery{}, id)
}

// TaskEnded is called when a task that was seen at work is seen to have ended. From then on, no read shows what
// was before, to any caller of this client or of other replicas: the service does not say what a task changes.
func (c *Client) TaskEnded(ctx context.Context) {
	c.heard(AllStripes)
	tell(ctx, c.writes, AllStripes)()
}

// GetPendingCertificationTasks returns a page of the queued and running tasks (vendor
// operation getPendingCertificationTasks, GET /certification-tasks). A task that has
// ended is not on it any more.
func (c *Client) GetPendingCertificationTasks(ctx context.Context, p GetPendingCertificationTasksParams) (Page[CertificationTask], error) {
	return list[CertificationTask](ctx, c, opGetPendingCertificationTasks, p.query())
}
