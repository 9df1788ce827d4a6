package edge

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
)

// A ServiceGate knows who may use the gateway's own credentials.
type ServiceGate struct {
	open      bool
	keys      []apiKey
	certNames []string
}

// A GateConfig says who may use the gateway's own credentials.
type GateConfig struct {
	// Open lets every caller in.
	Open bool
	// APIKeysFile names the file of the API keys that let a caller in, if there is one: a key on
	// each line, as a name, a colon and the key's SHA-256 in hexadecimal.
	APIKeysFile string
	// ClientCertNames are the names in client certificates that let a caller in.
	ClientCertNames []string
}

// NewServiceGate returns the gate for a configuration. It reads the file of API keys; the error
// names the option --api-keys-file.
func NewServiceGate(cfg GateConfig) (*ServiceGate, error) {
	gate := &ServiceGate{open: cfg.Open, certNames: cfg.ClientCertNames}
	if cfg.APIKeysFile != "" {
		var err error
		if gate.keys, err = readAPIKeys(cfg.APIKeysFile); err != nil {
			return nil, fmt.Errorf("--api-keys-file: %w", err)
		}
	}
	return gate, nil
}

// apiKeyHeader has a caller's API key.
const apiKeyHeader = "X-API-Key"

// keyed reports whether a request brings an API key, and whether it is a good one.
func (g *ServiceGate) keyed(r *http.Request) (brought, good bool) {
	keys := r.Header.Values(apiKeyHeader)
	return len(keys) > 0, len(keys) == 1 && matchAPIKey(g.keys, keys[0])
}

// admits reports whether a request may use the gateway's own credentials without a key: because every
// caller may, or by the certificate of its connection.
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

// certNames returns the names that a certificate goes by.
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
