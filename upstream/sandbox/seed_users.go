package sandbox

import (
	"strings"

	"certql/upstream/sandbox/oauth"
)

// clientSecret is the secret of every seeded client. It protects nothing: the data is made up.
const clientSecret = "sandbox"

// A persona is a seeded client and the user that it acts for. Their ids and emails are the same whatever the seed.
type persona struct {
	client              string
	identityID          string
	name                string
	firstName, lastName string
	email               string
	department          string
	level               string // the authority, or "" for a plain user
}

// personas returns the users of the clients, in the order in which they are listed.
func personas() []persona {
	return []persona{
		{"org-admin", "3f6a1c0e7b2d4958a1c6e0d25f7b9a10", "Olivia Grant", "Olivia", "Grant", "olivia.grant@example.com", "IT", orgAdmin},
		{"cert-admin", "8d24b7f1c0534e6e9b1fa27c6d830e45", "Cedric Adeyemi", "Cedric", "Adeyemi", "cedric.adeyemi@example.com", "Audit", certAdmin},
		{"reviewer-1", "b1e07c52d94a4f3c8c6d1f20a7e35b91", "Priya Raman", "Priya", "Raman", "priya.raman@example.com", "Finance", ""},
		{"reviewer-2", "6c0f2d84-51ab-4e97-b3d2-98e7a1c40f62", "Søren Kjærgård", "Søren", "Kjærgård", "soren.kjaergard@example.com", "Engineering", ""},
		{"reviewer-3", "e49d3a7150bc4c28a5f1d6027b8c93e3", "Amara O'Neill", "Amara", "O'Neill", "amara.oneill@example.com", "Sales", ""},
		{"reviewer-4", "07a5c9e2f1384d6db4e0a8c3b2d71f54", "佐藤 美咲", "美咲", "佐藤", "misaki.sato@example.com", "Operations", ""},
		{"reviewer-5", "Grace.7f3b02c9d15e48", `Grace "Gigi" Abara, PhD`, "Grace", "Abara", "grace.abara@example.com", "R&D", ""},
		{"idle", "f2b8d6a0c3e14975ad0c5b9e8f7143d6", "Ingrid Larsen", "Ingrid", "Larsen", "ingrid.larsen@example.com", "Legal", ""},
		{"report-admin", "52c9e7a4d8b14f03a6e1b0d97f3c284a", "Renée de la Fuente", "Renée", "de la Fuente", "renee.delafuente@example.com", "Audit", reportAdmin},
	}
}

// apiKeyClient is the id of the client that belongs to no user.
const apiKeyClient = "api-key"

// The applications that users of the tenant sign in to, by the authorization-code grant. The first is confidential, with
// the secret of the other clients; the second has none, and nothing but PKCE.
const (
	PortalClient       = "portal"
	PublicPortalClient = "portal-public"
)

// applications returns the tenant's applications.
func applications() []oauth.Client {
	return []oauth.Client{
		{ID: PortalClient, Secret: clientSecret, Application: true, Scopes: []string{oauth.EveryScope}},
		{ID: PublicPortalClient, Application: true, Scopes: []string{oauth.EveryScope}},
	}
}

// secondClient is the id of another client of the first persona, who may do the same by it, with a request budget of its
// own.
const secondClient = "org-admin-2"

// seededClients returns the tenant's OAuth clients that get tokens by their credentials.
func seededClients() []oauth.Client {
	var clients []oauth.Client
	for _, each := range personas() {
		own := oauth.Client{ID: each.client, Secret: clientSecret, Scopes: []string{oauth.EveryScope}}
		clients = append(clients, own.For(each.user()))
	}
	second := oauth.Client{ID: secondClient, Secret: clientSecret, Scopes: []string{oauth.EveryScope}}
	clients = append(clients, second.For(personas()[0].user()))
	return append(clients, oauth.Client{ID: apiKeyClient, Secret: clientSecret, Scopes: []string{readScope, manageScope}})
}

// seededUsers returns the users who can sign in to the applications.
func seededUsers() []oauth.User {
	var users []oauth.User
	for _, each := range personas() {
		users = append(users, each.user())
	}
	return users
}

// user returns the persona as the authorisation server knows it.
func (p persona) user() oauth.User {
	return oauth.User{
		ID: p.client, IdentityID: p.identityID, UserName: p.login(), Authority: p.level,
		Name: p.name, Email: p.email, Department: p.department, Role: p.role(),
	}
}

// role says what the persona may see, in words.
func (p persona) role() string {
	switch {
	case p.level == orgAdmin:
		return "Administrator of the organisation: sees every certification"
	case p.level == certAdmin:
		return "Administrator of certifications: sees every certification"
	case p.level == reportAdmin:
		return "Administrator of reports: lists every campaign"
	case p.client == "idle":
		return "Has nothing to review"
	}
	return "Reviewer: sees what is theirs to review"
}

// login is the account name of the persona.
func (p persona) login() string { return strings.TrimSuffix(p.email, "@example.com") }
