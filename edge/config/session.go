package config

import (
	"encoding/base64"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"
)

// sessionKeyBytes is the length of a key of AES-256.
const sessionKeyBytes = 32

// Session has the settings of the sessions of browsers.
type Session struct {
	ClientID         string        `placeholder:"ID" help:"Id of the tenant's client through which people sign in; it needs the grants authorization_code and refresh_token."`
	ClientSecret     string        `secret:"" placeholder:"SECRET" help:"Secret of that client, if it has one. Other users of the machine can see flags, so use the variable or a file instead."`
	ClientSecretFile string        `placeholder:"PATH" help:"File that contains the secret."`
	Scopes           []string      `name:"scope" sep:"," placeholder:"SCOPE" help:"Scopes to request at the sign-in, separated by commas. By default, all that the client may have."`
	ReturnPaths      []string      `name:"return-path" sep:"," placeholder:"PATH" help:"Paths of this gateway's origin that a sign-in or a sign-out may lead back to, separated by commas; the first is where they lead if none is asked for. A path that ends in /* stands for all paths below it. By default / and, with --pages, before that /pages/*."`
	IdleTimeout      time.Duration `default:"30m" help:"How long a session lasts without a request. If replicas share sessions, it may end a tenth earlier, at most a minute."`
	Lifetime         time.Duration `default:"12h" help:"Longest time that a session lasts."`
	Max              int           `default:"10000" help:"Maximum number of sessions at a time, in all replicas that share them; further sign-ins are refused."`
	Key              string        `secret:"" placeholder:"KEY" help:"Key that encrypts stored sessions: 32 random bytes in base64. Separate several with commas: the first encrypts, and all of them decrypt. By default a key is made at the start; with --redis-url you must give one, the same for all replicas."`
	KeyFile          string        `placeholder:"PATH" help:"File that contains the key."`
	InfoURL          string        `name:"info-url" placeholder:"URL" help:"URL at which the tenant lists its endpoints. By default /oauth/info on the upstream's host."`
	AuthorizeURL     string        `name:"authorize-url" placeholder:"URL" help:"URL at which people sign in. By default, the one that the tenant lists."`
	TokenURL         string        `name:"token-url" placeholder:"URL" help:"URL at which grants are exchanged for tokens. By default, the one that the tenant lists."`
	RevokeURL        string        `name:"revoke-url" placeholder:"URL" help:"URL at which tokens are revoked at a sign-out. By default, they are left to expire."`
	Issuer           string        `placeholder:"URL" help:"Issuer that the tenant must state when it sends a browser back. By default, the origin of the URL at which people sign in, if the tenant states one at all."`
}

// Keys returns the keys that seal what is kept of sessions; none if one is to be made. The error names
// the option and does not repeat the key.
func (s Session) Keys() ([][]byte, error) {
	if s.Key == "" {
		return nil, nil
	}
	var keys [][]byte
	for text := range strings.SplitSeq(s.Key, ",") {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil || len(key) != sessionKeyBytes {
			return nil, fmt.Errorf("--session-key: must be %d random bytes in base64", sessionKeyBytes)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (s Session) validate(report report) {
	for _, returnPath := range s.ReturnPaths {
		if err := validateReturnPath(returnPath); err != nil {
			report("--session-return-path: %w", err)
		}
	}
	if s.IdleTimeout <= 0 {
		report("--session-idle-timeout: must be longer than 0, such as 30m, not %s", s.IdleTimeout)
	}
	if s.Lifetime < s.IdleTimeout {
		report("--session-lifetime: must be --session-idle-timeout or longer, not %s", s.Lifetime)
	}
	if s.Max < 1 {
		report("--session-max: must be 1 or more, not %d", s.Max)
	}
	if _, err := s.Keys(); err != nil {
		report("%w", err)
	}
	for _, endpoint := range []struct{ option, url string }{
		{"info-url", s.InfoURL},
		{"authorize-url", s.AuthorizeURL},
		{"token-url", s.TokenURL},
		{"revoke-url", s.RevokeURL},
		{"issuer", s.Issuer},
	} {
		if endpoint.url == "" {
			continue
		}
		if err := validateURL(endpoint.url); err != nil {
			report("--session-%s: %w", endpoint.option, err)
		}
	}
}

// validateReturnPath checks a path that a sign-in or a sign-out may lead back to.
func validateReturnPath(text string) error {
	stem := strings.TrimSuffix(text, "*")
	clean := path.Clean(stem)
	if strings.HasSuffix(stem, "/") && clean != "/" {
		clean += "/"
	}
	if !strings.HasPrefix(text, "/") || stem != clean || strings.HasSuffix(text, "*") && !strings.HasSuffix(stem, "/") ||
		strings.ContainsAny(stem, `*\?#%`) || strings.ContainsFunc(stem, unicode.IsControl) {
		return fmt.Errorf("must be a path such as / or /portal/*, not %q", text)
	}
	return nil
}
