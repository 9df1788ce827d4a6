package edge

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// A TLSConfig is the settings of TLS towards callers.
type TLSConfig struct {
	CertFile     string `placeholder:"PATH" help:"Certificate, in PEM, with which the gateway speaks TLS, the chain behind it. By default it speaks plain HTTP."`
	KeyFile      string `placeholder:"PATH" help:"Key of that certificate, in PEM."`
	ClientCAFile string `name:"client-ca-file" placeholder:"PATH" help:"Certificates, in PEM, of those who issue client certificates. With it, callers are asked for one, and may do without."`
}

// Enabled says whether the gateway speaks TLS.
func (c TLSConfig) Enabled() bool { return c.CertFile != "" }

func (c TLSConfig) validate() error {
	switch {
	case c.CertFile == "" && c.KeyFile == "" && c.ClientCAFile == "":
		return nil
	case c.CertFile == "" || c.KeyFile == "":
		return errors.New("--tls-cert-file: TLS needs both --tls-cert-file and --tls-key-file")
	}
	_, err := c.Load()
	return err
}

// Load reads the files and answers what they make; nil where TLS is not asked for. The error names
// the option that is wrong.
func (c TLSConfig) Load() (*tls.Config, error) {
	if !c.Enabled() {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert-file: %w", err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		NextProtos:   []string{"h2", "http/1.1"},
		MinVersion:   tls.VersionTLS12,
	}
	if c.ClientCAFile == "" {
		return config, nil
	}
	text, err := os.ReadFile(c.ClientCAFile)
	if err != nil {
		return nil, fmt.Errorf("--tls-client-ca-file: %w", err)
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--tls-client-ca-file: the file %q has no certificate", c.ClientCAFile)
	}
	// Those who call as somebody else need none.
	config.ClientAuth = tls.VerifyClientCertIfGiven
	return config, nil
}
