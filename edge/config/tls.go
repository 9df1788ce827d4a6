package config

import (
	"errors"

	"certql/edge"
)

// A TLS is the settings of TLS towards callers.
type TLS struct {
	CertFile     string `placeholder:"PATH" help:"Certificate, in PEM, with which the gateway speaks TLS, the chain behind it. By default it speaks plain HTTP."`
	KeyFile      string `placeholder:"PATH" help:"Key of that certificate, in PEM."`
	ClientCAFile string `name:"client-ca-file" placeholder:"PATH" help:"Certificates, in PEM, of those who issue client certificates. With it, callers are asked for one, and may do without."`
}

// Enabled says whether the gateway speaks TLS.
func (c TLS) Enabled() bool { return c.CertFile != "" }

func (c TLS) validate() error {
	switch {
	case c.CertFile == "" && c.KeyFile == "" && c.ClientCAFile == "":
		return nil
	case c.CertFile == "" || c.KeyFile == "":
		return errors.New("--tls-cert-file: TLS needs both --tls-cert-file and --tls-key-file")
	}
	_, err := edge.TLSFiles(c).Load()
	return err
}
