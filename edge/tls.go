package edge

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// TLSFiles are the files that TLS towards callers takes, all in PEM.
type TLSFiles struct {
	// CertFile holds the certificate with its chain; empty if the gateway speaks plain HTTP.
	CertFile string
	// KeyFile holds the key of that certificate.
	KeyFile string
	// ClientCAFile holds the certificates of the authorities that issue client certificates; if it is
	// empty, callers are not asked for one.
	ClientCAFile string
}

// Load reads the files and returns the configuration that they make; nil if the gateway speaks plain
// HTTP. The error begins with the option that is wrong, such as --tls-cert-file.
func (f TLSFiles) Load() (*tls.Config, error) {
	if f.CertFile == "" {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(f.CertFile, f.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert-file: %w", err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		NextProtos:   []string{"h2", "http/1.1"},
		MinVersion:   tls.VersionTLS12,
	}
	if f.ClientCAFile == "" {
		return config, nil
	}
	text, err := os.ReadFile(f.ClientCAFile)
	if err != nil {
		return nil, fmt.Errorf("--tls-client-ca-file: %w", err)
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--tls-client-ca-file: the file %q has no certificate", f.ClientCAFile)
	}
	// Callers who bring a token or a cookie need none.
	config.ClientAuth = tls.VerifyClientCertIfGiven
	return config, nil
}
