package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// A CertificationTask is the schema's CertificationTask.
type CertificationTask struct{ *upstream.CertificationTask }

// The connection of tasks, and its edge.
type (
	CertificationTaskConnection = relay.Connection[CertificationTask]
	CertificationTaskEdge       = relay.Edge[CertificationTask]
)

// WrapTask returns the upstream's task as the schema's; nil if it is nil.
func WrapTask(t *upstream.CertificationTask) *CertificationTask {
	if t == nil {
		return nil
	}
	return &CertificationTask{t}
}

// IsNode marks the type as a Node.
func (CertificationTask) IsNode() {}

// ID returns the task's global id.
func (t CertificationTask) ID() string { return string(t.AppendID(nil)) }

// AppendID appends what ID returns.
func (t CertificationTask) AppendID(text []byte) []byte {
	return appendID(text, taskType, t.RawID())
}

// RawID returns the task's identifier in the REST API.
func (t CertificationTask) RawID() string { return t.CertificationTask.ID }

// CertificationID returns the identifier in the REST API of the certification that the task works
// on; empty if it works on something else.
func (t CertificationTask) CertificationID() string {
	if t.TargetType != upstream.TaskTargetCertification || t.TargetID == nil {
		return ""
	}
	return *t.TargetID
}
