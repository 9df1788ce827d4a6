package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

const (
	// opGetOAuthInfo is what errors call the request for the tenant's endpoints.
	opGetOAuthInfo = "getOAuthInfo"
	infoPath       = "/oauth/info" // on the service's host
	// maxInfoBytes is how much is read of a response to it, or of any other that is read only so that
	// the connection can be used again.
	maxInfoBytes = 64 << 10
)

// An OAuthInfo is what a tenant says of its sign-in: the vendor's GET /oauth/info, which needs no
// token.
type OAuthInfo struct {
	AuthorizeEndpoint string `json:"authorizeEndpoint"`
	TokenEndpoint     string `json:"tokenEndpoint"`
	LogoutURL         string `json:"logoutUrl"` // empty if it names none
}

// fetchOAuthInfo asks a tenant for its endpoints. It fails with an *Error.
func fetchOAuthInfo(ctx context.Context, client *http.Client, infoURL string) (OAuthInfo, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, infoURL, nil)
	if err != nil {
		return OAuthInfo{}, failure(ctx, opGetOAuthInfo, err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return OAuthInfo{}, failure(ctx, opGetOAuthInfo, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return OAuthInfo{}, &Error{Operation: opGetOAuthInfo, Kind: kindOf(resp.StatusCode), Status: resp.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxInfoBytes))
	if err != nil {
		return OAuthInfo{}, bodyFailure(ctx, opGetOAuthInfo, resp.StatusCode, err)
	}
	info, err := decodeObject[OAuthInfo](nil, body, nil)
	if err == nil {
		err = info.validate(infoURL)
	}
	if err != nil {
		return OAuthInfo{}, unreadable(opGetOAuthInfo, resp.StatusCode, err)
	}
	return *info, nil
}

// validate returns an error for endpoints that secrets must not be sent to. If the tenant is asked over
// TLS, they must have TLS as well.
func (i OAuthInfo) validate(askedAt string) error {
	asked, err := url.Parse(askedAt)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"authorizeEndpoint": i.AuthorizeEndpoint, "tokenEndpoint": i.TokenEndpoint, "logoutUrl": i.LogoutURL} {
		if text == "" && name == "logoutUrl" {
			continue
		}
		if !isEndpoint(text) {
			return fmt.Errorf("%s is not a URL", name)
		}
		if u, err := url.Parse(text); err != nil || asked.Scheme == "https" && u.Scheme != "https" {
			return errors.New(name + " does not use TLS")
		}
	}
	return nil
}
