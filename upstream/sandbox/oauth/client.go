package oauth

// EveryScope is the scope that covers all others, within the level of its user.
const EveryScope = "sp:scopes:all"

// UserScope is the scope that each token of a user has without asking for it.
const UserScope = "sp:scopes:default"

// A Client is a registered client: a personal access token of a user, an API key that belongs to no user, or an
// application that users sign in to.
type Client struct {
	ID          string
	Secret      string // empty for a public application, which cannot keep one
	Application bool   // gets tokens by authorization codes, for the users who sign in, and not by its credentials
	IdentityID  string // empty for an API key and for an application
	UserName    string // likewise
	Authorities []string
	Scopes      []string // those that its tokens may have
}

// For returns the client as it acts for the user.
func (c Client) For(user User) Client {
	c.IdentityID, c.UserName = user.IdentityID, user.UserName
	if user.Authority != "" {
		c.Authorities = []string{user.Authority}
	}
	return c
}

// A User is a user of the tenant, who may sign in to its applications.
type User struct {
	ID                   string // names the user in the form of the sign-in page
	IdentityID, UserName string // as tokens have them
	Authority            string // the user level, such as ORG_ADMIN, or empty for a plain user

	// Name, Email, Department and Role are what the sign-in page shows, beside the ID.
	Name, Email, Department, Role string
}
