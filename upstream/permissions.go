package upstream

import (
	"context"
	"slices"
)

// A Permission is the vendor's PermissionDto: what an entitlement allows on one target.
type Permission struct {
	Target string   `json:"target"`
	Rights []string `json:"rights"`
}

// Check returns an *Error of KindInvalid if neither the target nor the rights can be read.
func (p *Permission) Check() error {
	if p.Target == "" && p.Rights == nil {
		return unreadableRow(opGetIdentityCertificationItemPermissions, errEmptyRow)
	}
	return nil
}

// StatedRights returns the rights that have a name; nil if the service does not report any list.
func (p Permission) StatedRights() []string {
	if !slices.Contains(p.Rights, "") {
		return p.Rights
	}
	return slices.DeleteFunc(slices.Clone(p.Rights), func(right string) bool { return right == "" })
}

// PermissionFilter narrows getIdentityCertificationItemPermissions. Rights asks for
// permissions that grant all of them. Any joins a target and rights by "or" instead of
// "and". Case does not matter.
type PermissionFilter struct {
	Target *TextMatch
	Rights []string
	Any    bool
}

func (f PermissionFilter) expression() expression {
	join := all
	if f.Any {
		join = anyOf
	}
	return join(match("target", f.Target), containsAll("rights", f.Rights))
}

// GetIdentityCertificationItemPermissionsParams are the parameters of
// getIdentityCertificationItemPermissions.
type GetIdentityCertificationItemPermissionsParams struct {
	Filter PermissionFilter
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p GetIdentityCertificationItemPermissionsParams) Query() string { return p.query().text }

func (p GetIdentityCertificationItemPermissionsParams) query() rawQuery {
	return query(p.Paging, p.Filter.expression())
}

// GetIdentityCertificationItemPermissions returns a page of the permissions behind an
// entitlement under review (vendor operation getIdentityCertificationItemPermissions,
// GET /certifications/{certificationId}/access-review-items/{itemId}/permissions).
func (c *Client) GetIdentityCertificationItemPermissions(ctx context.Context, certificationID, itemID string, p GetIdentityCertificationItemPermissionsParams) (Page[Permission], error) {
	return list[Permission](ctx, c, opGetIdentityCertificationItemPermissions, p.query(), certificationID, itemID)
}
