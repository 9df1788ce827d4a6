package upstream

import "net/http"

// The errors of rows that cannot be told from others.
const (
	errNoID     = plainError("the row has no identifier that can be used")
	errEmptyRow = plainError("the row says nothing")
)

// Check returns an *Error of KindInvalid if the certification has no identifier by which it could be
// read again (CheckID).
func (c *IdentityCertification) Check() error { return checkRow(opListIdentityCertifications, c.ID) }

// Check returns an *Error of KindInvalid if the item has no identifier by which it could be read again
// (CheckID).
func (i *AccessReviewItem) Check() error { return checkRow(opListIdentityAccessReviewItems, i.ID) }

// Check returns an *Error of KindInvalid if the task has no identifier by which it could be read again
// (CheckID).
func (t *CertificationTask) Check() error { return checkRow(opGetPendingCertificationTasks, t.ID) }

// Check returns an *Error of KindInvalid if the identity has no identifier that could be sent (CheckID).
func (i *IdentityReference) Check() error { return checkRow(opListCertificationReviewers, i.ID) }

// Check returns an *Error of KindInvalid if neither the target nor the rights can be read.
func (p *Permission) Check() error {
	if p.Target == "" && p.Rights == nil {
		return unreadable(opGetIdentityCertificationItemPermissions.name, http.StatusOK, errEmptyRow)
	}
	return nil
}

// Check returns an *Error of KindInvalid if the certification cannot be read by the reference's
// identifier (CheckID).
func (r *CertificationReference) Check() error { return checkRow(opListIdentityCertifications, r.ID) }

// CheckTarget returns an *Error of KindInvalid if what the task works on cannot be read by the identifier
// that the task shows (CheckID).
func (t *CertificationTask) CheckTarget() error {
	var id string
	if t.TargetID != nil {
		id = *t.TargetID
	}
	return checkRow(opGetPendingCertificationTasks, id)
}

// An identified row is one that can be read by its identifier.
type identified interface {
	// identify gives the row an identifier if it has none that can be used, and reports whether it
	// has one now.
	identify(id string) bool
}

func (c *IdentityCertification) identify(id string) bool { return identify(&c.ID, id) }

func (t *CertificationTask) identify(id string) bool { return identify(&t.ID, id) }

func identify(has *string, id string) bool {
	if CheckID(*has) != nil {
		*has = id
	}
	return *has != ""
}

// checkRow returns the error of a row that an operation has listed, if its identifier is of no use.
func checkRow(op operation, id string) error {
	if CheckID(id) != nil {
		return unreadable(op.name, http.StatusOK, errNoID)
	}
	return nil
}
