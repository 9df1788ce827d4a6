package config

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tlsScheme is that of an engine which speaks TLS.
const tlsScheme = "rediss"

// The forms of what becomes part of keys and of patterns: nothing in them means anything to the engine.
var (
	prefixForm  = regexp.MustCompile(`^[0-9A-Za-z._:-]{1,64}$`)
	replicaForm = regexp.MustCompile(`^[0-9A-Za-z._-]{1,253}$`)
)

// Redis has the settings of the engine, Redis or Valkey, by which replicas share state.
type Redis struct {
	URLs                 []string      `name:"redis-url" sep:"," placeholder:"URL" help:"URL of the Redis (6.2 or later) or Valkey through which replicas share budgets, sessions, persisted documents and polls: redis://host:port/db, or rediss:// for TLS. For a cluster or for sentinels, separate several with commas. By default replicas share nothing. The URL must not contain a user or a password: see the next options."`
	Username             string        `name:"redis-username" placeholder:"NAME" help:"User as which the gateway connects to that engine. By default the engine's default user."`
	Password             string        `name:"redis-password" secret:"" placeholder:"SECRET" help:"Password of that user. Other users of the machine can see flags, so use the variable or a file instead."`
	PasswordFile         string        `name:"redis-password-file" placeholder:"PATH" help:"File that contains the password."`
	SentinelMaster       string        `name:"redis-sentinel-master" placeholder:"NAME" help:"Name by which the sentinels know the master. If it is given, the URLs are those of sentinels, with the number of the master's database."`
	SentinelPassword     string        `name:"redis-sentinel-password" secret:"" placeholder:"SECRET" help:"Password of the sentinels, if they have one. Other users of the machine can see flags, so use the variable or a file instead."`
	SentinelPasswordFile string        `name:"redis-sentinel-password-file" placeholder:"PATH" help:"File that contains the password of the sentinels."`
	CAFile               string        `name:"redis-tls-ca-file" placeholder:"PATH" help:"Certificates, in PEM, of the authorities that may have issued the engine's certificate. By default those of the system."`
	CertFile             string        `name:"redis-tls-cert-file" placeholder:"PATH" help:"Certificate, in PEM, with which the gateway authenticates to the engine, followed by its chain."`
	KeyFile              string        `name:"redis-tls-key-file" placeholder:"PATH" help:"Key of that certificate, in PEM."`
	Prefix               string        `name:"redis-prefix" default:"certql" help:"What all keys and channels begin with. Replicas for the same tenant need the same prefix; if several tenants share an engine, each needs its own."`
	Timeout              time.Duration `name:"redis-timeout" default:"250ms" help:"Longest time that one command may take; an engine that takes longer is treated as one that does not respond."`
	Outage               time.Duration `name:"redis-outage" default:"5m" help:"How long a replica goes on with its own share of the budget while the engine does not respond; with 0, it sends nothing then. The share of a replica that has vanished stays unused for the same time."`
	Replica              string        `name:"replica" placeholder:"NAME" help:"Name of this replica: unique among all that share the engine, and the same after a restart. By default the name of the host."`
}

// Shared reports whether there is an engine by which replicas share state.
func (r Redis) Shared() bool { return len(r.URLs) > 0 }

// withReplica returns the settings with the name of the host for the replica, if an engine needs one and the
// settings do not say.
func (r Redis) withReplica() Redis {
	if r.Shared() && r.Replica == "" {
		r.Replica, _ = os.Hostname() // validate refuses an empty one
	}
	return r
}

// TLSConfig reads the files of certificates and returns the configuration that they make; nil if there are
// none. The error begins with the option that is wrong, such as --redis-tls-ca-file.
func (r Redis) TLSConfig() (*tls.Config, error) {
	if !r.hasCertificates() {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	var problems []error
	if r.CAFile != "" {
		text, err := os.ReadFile(r.CAFile)
		config.RootCAs = x509.NewCertPool()
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("--redis-tls-ca-file: %w", err))
		case !config.RootCAs.AppendCertsFromPEM(text):
			problems = append(problems, fmt.Errorf("--redis-tls-ca-file: the file %q has no certificate", r.CAFile))
		}
	}
	switch {
	case r.CertFile == "" && r.KeyFile == "":
	case r.CertFile == "" || r.KeyFile == "":
		problems = append(problems, errors.New("--redis-tls-cert-file: needs both --redis-tls-cert-file and --redis-tls-key-file"))
	default:
		certificate, err := tls.LoadX509KeyPair(r.CertFile, r.KeyFile)
		if err != nil {
			problems = append(problems, fmt.Errorf("--redis-tls-cert-file: %w", err))
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return config, nil
}

// hasCertificates reports whether the settings name files of certificates.
func (r Redis) hasCertificates() bool { return r.CAFile != "" || r.CertFile != "" || r.KeyFile != "" }

// validate reports what is wrong, given whether sessions are kept, whether they have a key, and for how long
// a call waits for its budget. It reads the files of certificates. No URL is repeated, since there may be a
// password in it.
func (r Redis) validate(sessions, sealed bool, queueWait time.Duration, report report) {
	if r.Replica != "" && !replicaForm.MatchString(r.Replica) {
		report("--replica: must be up to 253 letters, digits and any of . _ -, not %q", r.Replica)
	}
	if !r.Shared() {
		for _, option := range r.given() {
			report("--%s: means nothing without --redis-url", option)
		}
		return
	}
	if r.Replica == "" {
		report("--replica: is needed, since the host has no name")
	}
	r.validateURLs(report)
	if r.SentinelMaster == "" && r.SentinelPassword != "" {
		report("--redis-sentinel-password: needs --redis-sentinel-master, the name by which the sentinels know the master")
	}
	if r.Username != "" && r.Password == "" {
		report("--redis-username: needs --redis-password ($CERTQL_REDIS_PASSWORD, or $CERTQL_REDIS_PASSWORD_FILE)")
	}
	if _, err := r.TLSConfig(); err != nil {
		report("%w", err)
	}
	if !prefixForm.MatchString(r.Prefix) {
		report("--redis-prefix: must be 1 to 64 letters, digits and any of . _ : -, not %q", r.Prefix)
	}
	if r.Timeout <= 0 || r.Timeout >= queueWait {
		report("--redis-timeout: must be longer than 0 and shorter than --queue-wait, such as 250ms, not %s", r.Timeout)
	}
	if r.Outage < 0 {
		report("--redis-outage: must be 0 or longer, such as 5m, not %s", r.Outage)
	}
	if sessions && !sealed {
		report("--auth=session: needs --session-key with --redis-url, since each replica has to decrypt what another has encrypted")
	}
}

// given returns the options that are for the engine and that the settings have, but for the URLs.
func (r Redis) given() []string {
	var given []string
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"redis-username", r.Username != ""},
		{"redis-password", r.Password != ""},
		{"redis-sentinel-master", r.SentinelMaster != ""},
		{"redis-sentinel-password", r.SentinelPassword != ""},
		{"redis-tls-ca-file", r.CAFile != ""},
		{"redis-tls-cert-file", r.CertFile != ""},
		{"redis-tls-key-file", r.KeyFile != ""},
		{"redis-prefix", r.Prefix != "certql"},
		{"redis-timeout", r.Timeout != 250*time.Millisecond},
		{"redis-outage", r.Outage != 5*time.Minute},
	} {
		if option.given {
			given = append(given, option.name)
		}
	}
	return given
}

// A redisNode is what a URL of an engine says.
type redisNode struct {
	scheme   string
	address  string
	database int
}

// validateURLs reports what is wrong with where the engine is.
func (r Redis) validateURLs(report report) {
	var nodes []redisNode
	var addresses []string
	for _, text := range r.URLs {
		node, err := parseRedisURL(text)
		if err != nil {
			report("--redis-url: %w", err)
			continue
		}
		nodes, addresses = append(nodes, node), append(addresses, node.address)
	}
	if len(nodes) == 0 {
		return
	}
	first := nodes[0]
	if slices.ContainsFunc(nodes, func(n redisNode) bool { return n.scheme != first.scheme }) {
		report("--redis-url: must all be redis:// or all be rediss://")
	} else if first.scheme != tlsScheme && r.hasCertificates() {
		report("--redis-tls-ca-file, --redis-tls-cert-file: are for an engine that speaks TLS, whose URL begins with rediss://")
	}
	slices.Sort(addresses)
	if len(slices.Compact(addresses)) < len(nodes) {
		report("--redis-url: must name each address once")
	}
	if slices.ContainsFunc(nodes, func(n redisNode) bool { return n.database != first.database }) {
		report("--redis-url: must all name the same database")
	} else if len(r.URLs) > 1 && r.SentinelMaster == "" && first.database != 0 {
		report("--redis-url: must name no database if it has several addresses, since a cluster has only one")
	}
}

// parseRedisURL returns what a URL of an engine says. The error does not repeat the text.
func parseRedisURL(text string) (redisNode, error) {
	const form = "must be redis://host:port/db or rediss://host:port/db"
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return redisNode{}, errors.New(form)
	case u.User != nil:
		return redisNode{}, errors.New("must be without user and password, which --redis-username and --redis-password are for")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return redisNode{}, errors.New(form + ", without query and fragment")
	case u.Scheme != "redis" && u.Scheme != tlsScheme || u.Hostname() == "":
		return redisNode{}, errors.New(form)
	}
	port := cmp.Or(u.Port(), "6379")
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
		return redisNode{}, errors.New(form + ", with a port from 1 to 65535")
	}
	node := redisNode{scheme: u.Scheme, address: net.JoinHostPort(strings.ToLower(u.Hostname()), port)}
	if name := strings.TrimPrefix(u.Path, "/"); name != "" {
		if node.database, err = strconv.Atoi(name); err != nil || node.database < 0 || strconv.Itoa(node.database) != name {
			return redisNode{}, errors.New(form + ", with the number of a database or without")
		}
	}
	return node, nil
}
