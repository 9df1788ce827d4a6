// Package tenantkeys verifies access tokens by the public keys of the tenant that issues them, before
// anything is done for whoever brings one.
//
// It imports edge, for refusals, and inflight. Which requests bring tokens is for package edge to find out.
package tenantkeys
