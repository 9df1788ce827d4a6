package sandbox

import (
	"slices"
	"time"
)

// The catalogue is what certifications are about, and who takes part in them. It never changes after it was generated, so
// it is read without a lock, and access is kept in the form in which it is sent.

// An identity is a person, whose access is reviewed and who may review that of others.
type identity struct {
	id         string
	name       string
	email      string // empty if the identity has none
	login      string // the account name at most sources
	department string
	created    time.Time // zero if unknown
	modified   time.Time // zero if unknown

	firstName, lastName string // empty if the identity has none
	// uncorrelated means that no authoritative source has the identity, and protected that it is kept nevertheless.
	uncorrelated, protected bool
	public                  wirePublicIdentity
}

// address returns the email of the identity, and whether it has one.
func (i *identity) address() (string, bool) { return i.email, i.email != "" }

// reference returns the identity as it is sent. If it has no email, the member is left out.
func (i *identity) reference() wireIdentityReference {
	row := wireIdentityReference{Type: "IDENTITY", ID: i.id, Name: i.name}
	if i.email != "" {
		row.Email = new(&i.email)
	}
	return row
}

// A governanceGroup is a set of identities that review together.
type governanceGroup struct {
	id      string
	name    string
	members []*identity
	created time.Time
}

// A source is a system that grants entitlements.
type source struct {
	id           string
	name         string
	kind         string // for example "Active Directory - Direct"
	attribute    string // the account attribute that holds its entitlements
	schemaObject string // what the source calls an entitlement
	number       uint64
	stewards     *string // the id of the governance group that looks after its machine accounts, if any
}

// An entitlement is one grant at one source.
type entitlement struct {
	wire        wireEntitlement // without an account, which differs by item
	source      *source
	permissions []wirePermission
}

// An access is what one review item is about. Of the last three fields, the one that its type names is set; for types such
// as ACCOUNT, none is.
type access struct {
	id            string
	name          string
	kind          accessType
	entitlement   *entitlement
	accessProfile *accessProfile
	role          *role
}

// entitlementSource returns the name of the source of an entitlement; other access has none.
func (a *access) entitlementSource() (string, bool) {
	if a.entitlement == nil {
		return "", false
	}
	return a.entitlement.wire.SourceName, true
}

// accessProfileSource returns the name of the source of an access profile; other access has none.
func (a *access) accessProfileSource() (string, bool) {
	if a.accessProfile == nil || len(a.accessProfile.entitlements) == 0 {
		return "", false
	}
	return a.accessProfile.entitlements[0].wire.SourceName, true
}

// An accessProfile is a bundle of entitlements.
type accessProfile struct {
	wire         wireAccessProfile
	entitlements []*entitlement
}

// A role is a bundle of access profiles and of entitlements of its own.
type role struct {
	wire           wireRole
	accessProfiles []*accessProfile
	entitlements   []*entitlement
}

// pertainsTo reports whether the access is the entitlement, access profile or role of that id, or contains it.
func (a *access) pertainsTo(kind accessType, id string) bool {
	switch {
	case a.kind == kind && a.id == id:
		return true
	case a.accessProfile != nil:
		return kind == entitlementAccess && holdsEntitlement(a.accessProfile.entitlements, id)
	case a.role != nil:
		return a.role.holds(kind, id)
	}
	return false
}

func (r *role) holds(kind accessType, id string) bool {
	switch kind {
	case accessProfileAccess:
		return slices.ContainsFunc(r.accessProfiles, func(p *accessProfile) bool { return p.wire.ID == id })
	case entitlementAccess:
		return holdsEntitlement(r.entitlements, id) || slices.ContainsFunc(r.accessProfiles,
			func(p *accessProfile) bool { return holdsEntitlement(p.entitlements, id) })
	}
	return false
}

func holdsEntitlement(entitlements []*entitlement, id string) bool {
	return slices.ContainsFunc(entitlements, func(e *entitlement) bool { return e.wire.ID == id })
}

// A reviewer is an identity or a governance group; one of the two is set.
type reviewer struct {
	identity *identity
	group    *governanceGroup
	wire     *wireReviewer
}

// newReviewer returns the reviewer that is the identity.
func newReviewer(person *identity) *reviewer {
	return &reviewer{identity: person, wire: &wireReviewer{
		ID: person.id, Name: person.name, Email: textOrNull(person.email), Type: "IDENTITY",
		Created: stampOrNull(person.created), Modified: stampOrNull(person.modified),
	}}
}

// newGroupReviewer returns the reviewer that is the governance group. A group has no email.
func newGroupReviewer(group *governanceGroup) *reviewer {
	return &reviewer{group: group, wire: &wireReviewer{
		ID: group.id, Name: group.name, Type: "GOVERNANCE_GROUP", Created: stampOrNull(group.created),
	}}
}

// people returns the identities who review: the identity alone, or the members of the group.
func (r *reviewer) people() []*identity {
	if r.group != nil {
		return r.group.members
	}
	return []*identity{r.identity}
}

// includes reports whether the identity of that id reviews. An empty id is nobody's.
func (r *reviewer) includes(identityID string) bool {
	if r.identity != nil {
		return identityID != "" && r.identity.id == identityID
	}
	return slices.ContainsFunc(r.group.members, func(member *identity) bool { return member.id == identityID })
}

func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
