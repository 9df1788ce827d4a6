package config

import (
	"slices"
	"strings"
)

// Clients has the settings of the gateway's own credentials.
type Clients struct {
	IDs        []string `name:"client-id" sep:"," placeholder:"ID" help:"Client id of the gateway's own credentials. Separate several with commas: clients with the same rights, each with a budget of its own. Each operation uses the one that has the most left. This is for tenants whose agreement with the vendor allows it."`
	Secret     string   `name:"client-secret" secret:"" placeholder:"SECRET" help:"Client secret of the gateway's own credentials. For several clients, list their secrets in the same order, separated by commas. Other users of the machine can see flags, so use the variable or a file instead."`
	SecretFile string   `name:"client-secret-file" placeholder:"PATH" help:"File that contains the client secret, or several on one line."`
}

// A Client is one of the gateway's own credentials. Either of its parts may be empty on the embedded sandbox,
// which has both.
type Client struct{ ID, Secret string }

// All returns the clients, with the secret of each; at least one, which is empty if the settings have none. The
// secret of a single client is taken as it stands.
func (c Clients) All() []Client {
	if len(c.IDs) < 2 {
		return []Client{{strings.Join(c.IDs, ""), c.Secret}}
	}
	clients := make([]Client, len(c.IDs))
	secrets := strings.Split(c.Secret, ",")
	for i, id := range c.IDs {
		clients[i].ID = strings.TrimSpace(id)
		if i < len(secrets) {
			clients[i].Secret = strings.TrimSpace(secrets[i])
		}
	}
	return clients
}

// validate reports what is wrong, given whether the gateway runs on the embedded sandbox, whose clients have a
// secret of their own, and which calls share a budget.
func (c Clients) validate(embedded bool, rateLimitKey string, report report) {
	if len(c.IDs) < 2 {
		return
	}
	clients := c.All()
	var ids []string
	for _, client := range clients {
		ids = append(ids, client.ID)
	}
	slices.Sort(ids)
	if ids[0] == "" || len(slices.Compact(ids)) < len(clients) {
		report("--client-id: must be one client id, or several separated by commas, each once")
	}
	switch given := strings.Count(c.Secret, ",") + 1; {
	case c.Secret == "" && embedded:
	case c.Secret == "": // of which validateAuth tells, if it matters
	case given != len(clients):
		report("--client-secret: must have as many secrets as --client-id has clients, %d and not %d, separated by commas", len(clients), given)
	case slices.ContainsFunc(clients, func(client Client) bool { return client.Secret == "" }):
		report("--client-secret: must have a secret for each client of --client-id")
	}
	if rateLimitKey == "tenant" {
		report("--rate-limit-key=tenant: gives all clients one budget, so that several of --client-id mean nothing")
	}
}
