package config

import "certql/edge"

// TLS has the settings of TLS towards callers.
type TLS struct {
	CertFile     string `placeholder:"PATH" help:"Certificate for TLS, in PEM, followed by its chain. By default, the gateway speaks plain HTTP."`
	KeyFile      string `placeholder:"PATH" help:"Key of that certificate, in PEM."`
	ClientCAFile string `name:"client-ca-file" placeholder:"PATH" help:"Certificates, in PEM, of the authorities that issue client certificates. If it is given, callers are asked for a certificate, but need not have one."`
}

// Enabled reports whether the gateway speaks TLS.
func (t TLS) Enabled() bool { return t.CertFile != "" }

func (t TLS) validate(report report) {
	switch {
	case t == TLS{}:
	case t.CertFile == "" || t.KeyFile == "":
		report("--tls-cert-file: TLS needs both --tls-cert-file and --tls-key-file")
	default:
		if _, err := edge.TLSFiles(t).Load(); err != nil {
			report("%w", err)
		}
	}
}
