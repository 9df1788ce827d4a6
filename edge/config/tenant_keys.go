package config

import "os"

// TenantKeys has the settings of the keys by which access tokens are verified.
type TenantKeys struct {
	JWKSURL  string `name:"jwks-url" placeholder:"URL" help:"URL at which the tenant publishes the keys that its access tokens are signed with, as a JSON Web Key Set. With these keys, the gateway verifies callers' tokens before it does anything for them; without, only the upstream checks them."`
	JWKSFile string `name:"jwks-file" placeholder:"PATH" help:"File with that key set; it is read at the start."`
}

// Enabled reports whether tokens are verified.
func (t TenantKeys) Enabled() bool { return t != TenantKeys{} }

func (t TenantKeys) validate(bearers bool, report report) {
	switch {
	case !t.Enabled():
		return
	case !bearers:
		report("--tenant-jwks-url, --tenant-jwks-file: are for callers with access tokens, whom --auth does not let in")
	case t.JWKSURL != "" && t.JWKSFile != "":
		report("--tenant-jwks-url, --tenant-jwks-file: the keys are in one place or the other, not both")
	}
	if t.JWKSURL != "" {
		if err := validateURL(t.JWKSURL); err != nil {
			report("--tenant-jwks-url: %w", err)
		}
	}
	if t.JWKSFile != "" {
		if _, err := os.Stat(t.JWKSFile); err != nil {
			report("--tenant-jwks-file: %w", err)
		}
	}
}
