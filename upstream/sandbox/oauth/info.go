package oauth

import (
	"net/http"
	"net/url"

	"certql/upstream/sandbox/response"
)

// The tenant that the sandbox plays, as its tokens and GET /oauth/info name it.
const (
	tenantID   = "5e1f3c52-9d0b-4c0a-8a57-2f6f1f0c9a11"
	tenantName = "sandbox"
	tenantPod  = "local"
)

// baseOf returns the URL by which the tenant was called. It is the issuer of what the tenant gives out.
func baseOf(r *http.Request) *url.URL {
	base := &url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		base.Scheme = "https"
	}
	return base
}

// An info is the body of GET /oauth/info.
type info struct {
	TenantID          string `json:"tenantId"`
	TenantName        string `json:"tenantName"`
	AuthorizeEndpoint string `json:"authorizeEndpoint"`
	TokenEndpoint     string `json:"tokenEndpoint"`
	CloudDomainURL    string `json:"cloudDomainUrl"`
	LogoutURL         string `json:"logoutUrl"`
	Pod               string `json:"pod"`
}

// writeInfo serves GET /oauth/info: where the tenant's endpoints are, under the host by which the client reached it.
func writeInfo(w http.ResponseWriter, r *http.Request) {
	base := baseOf(r)
	response.JSON(w, http.StatusOK, info{
		TenantID:          tenantID,
		TenantName:        tenantName,
		AuthorizeEndpoint: base.JoinPath("oauth", "authorize").String(),
		TokenEndpoint:     base.JoinPath("oauth", "token").String(),
		CloudDomainURL:    base.String(),
		LogoutURL:         base.JoinPath("oauth", "logout").String(),
		Pod:               tenantPod,
	})
}
