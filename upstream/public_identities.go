package upstream

import "context"

// A PublicIdentity is what everybody in the tenant may know of a person.
type PublicIdentity struct {
	ID    string `json:"id"`
	Name  string `json:"name"`  // to show
	Alias string `json:"alias"` // the user name
	Email string `json:"email"`
	// Status is the lifecycle state in the tenant's own words.
	Status        string             `json:"status"`
	IdentityState IdentityState      `json:"identityState"`
	Manager       *IdentityReference `json:"manager"`
	// Attributes are those that the tenant shows of everybody, 5 at most.
	Attributes []PublicIdentityAttribute `json:"attributes"`
}

// Check returns an *Error of KindInvalid if the person has no identifier that could be sent (CheckID).
func (i *PublicIdentity) Check() error { return checkRow(opGetPublicIdentities, i.ID) }

// A PublicIdentityAttribute is one attribute of a person: its name for programs, its name to show, and its
// value.
type PublicIdentityAttribute struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// IdentityState says what an identity's lifecycle state means to the service. The service often says
// nothing, of people who are active.
type IdentityState string

// The states that the vendor documents.
const (
	IdentityActive            IdentityState = "ACTIVE"
	IdentityInactiveShortTerm IdentityState = "INACTIVE_SHORT_TERM"
	IdentityInactiveLongTerm  IdentityState = "INACTIVE_LONG_TERM"
)

// PublicIdentityFilter narrows getPublicIdentities; set fields are joined by "and". A nil list does not
// filter; an empty one is refused. Case is left to the service.
type PublicIdentityFilter struct {
	IDs []string
	// Any joins these four by "or" instead; IDs and Search narrow the list in any case.
	Any       bool
	Alias     *TextMatch
	Email     *TextMatch
	FirstName *TextMatch
	LastName  *TextMatch
	// Search is what a person types to find somebody: the beginning of a first name, last name, user name
	// or e-mail address, or of a first and a last name in either order. Blanks alone do not filter; more
	// than 100 characters are refused.
	Search string
}

func (f PublicIdentityFilter) expression() expression {
	join := all
	if f.Any {
		join = anyOf
	}
	return all(
		in("id", f.IDs),
		join(
			match("alias", f.Alias),
			match("email", f.Email),
			match("firstname", f.FirstName),
			match("lastname", f.LastName),
		),
		personSearch(f.Search),
	)
}

// PublicIdentitySortField is a field that getPublicIdentities can order by.
type PublicIdentitySortField string

// SortPublicIdentitiesByName is the one field that getPublicIdentities can order by.
const SortPublicIdentitiesByName PublicIdentitySortField = "name"

// GetPublicIdentitiesParams are the parameters of getPublicIdentities.
type GetPublicIdentitiesParams struct {
	Filter  PublicIdentityFilter
	Sorters []Sorter[PublicIdentitySortField]
	// AddCoreFilters leaves out who is not fit to be chosen: identities that are neither correlated nor
	// protected, that have no user name, last name or e-mail address, and the tenant's built-in
	// administrators.
	AddCoreFilters bool
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p GetPublicIdentitiesParams) Query() string { return p.query().text }

func (p GetPublicIdentitiesParams) query() rawQuery {
	core := ""
	if p.AddCoreFilters {
		core = "true"
	}
	return query(p.Paging, p.Filter.expression(), sorters(p.Sorters), parameter("add-core-filters", core))
}

// GetPublicIdentities returns a page of the people of the tenant, as far as the caller may see them
// (vendor operation getPublicIdentities, GET /public-identities).
func (c *Client) GetPublicIdentities(ctx context.Context, p GetPublicIdentitiesParams) (Page[PublicIdentity], error) {
	return list[PublicIdentity](ctx, c, opGetPublicIdentities, p.query())
}
