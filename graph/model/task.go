package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// A CertificationTask is the schema's CertificationTask.
type CertificationTask struct{ *upstream.CertificationTask }

// Connections and edges of tasks.
type (
	CertificationTaskConnection = relay.Connection[CertificationTask]
	CertificationTaskEdge       = relay.Edge[CertificationTask]
)

// WrapTask makes a CertificationTask, or nil of nil.
func WrapTask(t *upstream.CertificationTask) *CertificationTask {
	if t == nil {
		return nil
	}
	return &CertificationTask{t}
}

// IsNode marks the type as a Node.
func (CertificationTask) IsNode() {}

// ID answers the global id.
func (t CertificationTask) ID() string { return relay.EncodeID(taskType, t.RawID()) }

// RawID answers the identifier of the REST API.
func (t CertificationTask) RawID() string { return t.CertificationTask.ID }

// CertificationID answers the REST identifier of the certification that the task works on;
// empty where it works on something else.
func (t CertificationTask) CertificationID() string {
	if t.TargetType != upstream.TaskTargetCertification || t.TargetID == nil {
		return ""
	}
	return *t.TargetID
}
