package edge

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// A ServiceAccess is the settings of who may use the gateway's own credentials.
type ServiceAccess struct {
	ServiceAccess   string   `default:"listed" enum:"listed,any" help:"Who may use the gateway's own credentials: listed (who has an API key or a client certificate), or any (everybody who reaches the gateway)."`
	APIKeysFile     string   `name:"api-keys-file" placeholder:"PATH" help:"File of the API keys whose owners may use the gateway's own credentials: on each line a name, a colon, and the SHA-256 of the key in hexadecimal. A key comes in the header X-API-Key."`
	ClientCertNames []string `name:"client-cert-name" sep:"," placeholder:"NAME" help:"DNS name or URI in the client certificates whose owners may use the gateway's own credentials, several with commas between. A certificate with neither goes by its common name."`
}

// Open says whether everybody may use the gateway's own credentials. On the embedded sandbox that is
// so unless somebody is listed.
func (a ServiceAccess) open(embedded bool) bool {
	return a.ServiceAccess == "any" || embedded && !a.lists()
}

func (a ServiceAccess) lists() bool { return a.APIKeysFile != "" || len(a.ClientCertNames) > 0 }

// validate answers every problem at once. It reads the file of keys, whose content is not repeated.
func (a ServiceAccess) validate(service, embedded bool) error {
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
		if _, err := readAPIKeys(a.APIKeysFile); err != nil {
			problems = append(problems, fmt.Errorf("--api-keys-file: %w", err))
		}
	}
	return errors.Join(problems...)
}

// A ServiceGate tells who may use the gateway's own credentials.
type ServiceGate struct {
	open      bool
	keys      []apiKey
	certNames []string
}

// NewServiceGate answers the gate that the settings describe. It reads the file of API keys.
func NewServiceGate(config ServeConfig) (*ServiceGate, error) {
	gate := &ServiceGate{open: config.Access.open(config.Embedded()), certNames: config.Access.ClientCertNames}
	if file := config.Access.APIKeysFile; file != "" {
		var err error
		if gate.keys, err = readAPIKeys(file); err != nil {
			return nil, fmt.Errorf("--api-keys-file: %w", err)
		}
	}
	return gate, nil
}

// apiKeyHeader is where a caller's API key is.
const apiKeyHeader = "X-API-Key"

// keyed says whether a request brings an API key, and whether it is a good one.
func (g *ServiceGate) keyed(r *http.Request) (brought, good bool) {
	keys := r.Header.Values(apiKeyHeader)
	return len(keys) > 0, len(keys) == 1 && matchAPIKey(g.keys, keys[0])
}

// admits says whether a request may use the gateway's own credentials without a key: as anybody may,
// or by the certificate of its connection.
func (g *ServiceGate) admits(r *http.Request) bool {
	if g.open {
		return true
	}
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return false
	}
	return slices.ContainsFunc(certNames(r.TLS.VerifiedChains[0][0]), func(name string) bool {
		return slices.Contains(g.certNames, name)
	})
}

// certNames answers the names that a certificate goes by.
func certNames(certificate *x509.Certificate) []string {
	names := slices.Clone(certificate.DNSNames)
	for _, uri := range certificate.URIs {
		names = append(names, uri.String())
	}
	if len(names) == 0 && certificate.Subject.CommonName != "" {
		names = append(names, certificate.Subject.CommonName)
	}
	return names
}
