package config

import (
	"errors"
	"slices"

	"certql/edge"
)

// Access is the settings of who may use the gateway's own credentials.
type Access struct {
	ServiceAccess   string   `default:"listed" enum:"listed,any" help:"Who may use the gateway's own credentials: listed (who has an API key or a client certificate), or any (everybody who reaches the gateway)."`
	APIKeysFile     string   `name:"api-keys-file" placeholder:"PATH" help:"File of the API keys whose owners may use the gateway's own credentials: on each line a name, a colon, and the SHA-256 of the key in hexadecimal. A key comes in the header X-API-Key."`
	ClientCertNames []string `name:"client-cert-name" sep:"," placeholder:"NAME" help:"DNS name or URI in the client certificates whose owners may use the gateway's own credentials, several with commas between. A certificate with neither goes by its common name."`
}

// open reports whether every caller may use the gateway's own credentials. On the embedded sandbox
// that is so unless the settings list who may.
func (a Access) open(embedded bool) bool {
	return a.ServiceAccess == "any" || embedded && !a.lists()
}

// Gate returns who may use the gateway's own credentials.
func (c Serve) Gate() edge.GateConfig {
	return edge.GateConfig{
		Open:            c.Access.open(c.Embedded()),
		APIKeysFile:     c.Access.APIKeysFile,
		ClientCertNames: c.Access.ClientCertNames,
	}
}

func (a Access) lists() bool { return a.APIKeysFile != "" || len(a.ClientCertNames) > 0 }

// validate answers every problem at once. It reads the file of keys, whose content is not repeated.
func (a Access) validate(service, embedded bool) error {
	var problems []error
	switch {
	case !service && a.lists():
		problems = append(problems, errors.New("--api-keys-file, --client-cert-name: are for callers by the gateway's own credentials, which --auth does not let in"))
	case !service && a.ServiceAccess == "any":
		problems = append(problems, errors.New("--service-access=any: is for callers by the gateway's own credentials, which --auth does not let in"))
	case a.ServiceAccess == "any" && a.lists():
		problems = append(problems, errors.New("--service-access=any: lets everybody in, so that --api-keys-file and --client-cert-name mean nothing: leave out one or the other"))
	case service && !a.lists() && !a.open(embedded):
		problems = append(problems, errors.New("--auth=service: needs to know who may use the gateway's own credentials: --api-keys-file, --client-cert-name, or --service-access=any for everybody who reaches the gateway"))
	}
	if slices.Contains(a.ClientCertNames, "") {
		problems = append(problems, errors.New("--client-cert-name: must not be empty"))
	}
	if a.APIKeysFile != "" {
		if _, err := edge.NewServiceGate(edge.GateConfig{APIKeysFile: a.APIKeysFile}); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
