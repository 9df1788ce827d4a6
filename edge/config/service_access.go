package config

import (
	"slices"

	"certql/edge"
)

// serviceAny is the value of --service-access that lets everybody in.
const serviceAny = "any"

// Access has the settings of who may use the gateway's own credentials.
type Access struct {
	ServiceAccess   string   `default:"listed" enum:"listed,any" help:"Who may use the gateway's own credentials: listed (callers with an API key or a client certificate), or any (every caller that reaches the gateway)."`
	APIKeysFile     string   `name:"api-keys-file" placeholder:"PATH" help:"File of the API keys whose owners may use the gateway's own credentials: on each line a name, a colon, and the SHA-256 of the key in hexadecimal. Callers send their key in the header X-API-Key."`
	ClientCertNames []string `name:"client-cert-name" sep:"," placeholder:"NAME" help:"DNS names or URIs in the client certificates whose owners may use the gateway's own credentials, separated by commas. A certificate that has neither is identified by its common name."`
}

// open reports whether every caller may use the gateway's own credentials. On the embedded sandbox
// that is so unless the settings list who may.
func (a Access) open(embedded bool) bool {
	return a.ServiceAccess == serviceAny || embedded && !a.lists()
}

// lists reports whether the settings list who may use the gateway's own credentials.
func (a Access) lists() bool { return a.APIKeysFile != "" || len(a.ClientCertNames) > 0 }

// Gate returns who may use the gateway's own credentials.
func (c Serve) Gate() edge.GateConfig {
	return edge.GateConfig{
		Open:            c.Access.open(c.Embedded()),
		APIKeysFile:     c.Access.APIKeysFile,
		ClientCertNames: c.Access.ClientCertNames,
	}
}

// validate reports what is wrong, given whether callers may use the gateway's own credentials at all,
// and whether the gateway runs on the embedded sandbox. It reads the file of keys, whose content is
// not repeated.
func (a Access) validate(service, embedded bool, report report) {
	switch {
	case !service && a.lists():
		report("--api-keys-file, --client-cert-name: are for callers that use the gateway's own credentials, whom --auth does not let in")
	case !service && a.ServiceAccess == serviceAny:
		report("--service-access=any: is for callers that use the gateway's own credentials, whom --auth does not let in")
	case a.ServiceAccess == serviceAny && a.lists():
		report("--service-access=any: lets everybody in, so --api-keys-file and --client-cert-name mean nothing: leave out one or the other")
	case service && !a.lists() && !a.open(embedded):
		report("--auth=service: needs to know who may use the gateway's own credentials: --api-keys-file, --client-cert-name, or --service-access=any for everybody who reaches the gateway")
	}
	if slices.Contains(a.ClientCertNames, "") {
		report("--client-cert-name: must not be empty")
	}
	if a.APIKeysFile != "" {
		if _, err := edge.NewServiceGate(edge.GateConfig{APIKeysFile: a.APIKeysFile}); err != nil {
			report("%w", err)
		}
	}
}
