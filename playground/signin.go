package playground

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
)

// maxSignIn bounds the body of a request for a token, in bytes.
const maxSignIn = 1 << 10

// An Identity is one that the page can act as.
type Identity struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"` // the user behind it, for people
}

// A SignIn gives access tokens of some identities to the page, and so to everyone who reaches it. It is
// only for a simulated tenant.
type SignIn struct {
	// Identities are those that have tokens.
	Identities []Identity
	// Token returns an access token of the identity with an id.
	Token func(ctx context.Context, id string) (string, error)
}

// ServeHTTP responds to {"id": …} with {"token": …}. The status is 404 if there is no such identity, and
// 502 if no token can be had.
func (s *SignIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		http.Error(w, "The body has to be JSON.", http.StatusUnsupportedMediaType)
		return
	}
	var wanted struct{ ID string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSignIn)).Decode(&wanted); err != nil {
		http.Error(w, "The body has to be an object with the id of an identity.", http.StatusBadRequest)
		return
	}
	if !slices.ContainsFunc(s.Identities, func(i Identity) bool { return i.ID == wanted.ID }) {
		http.Error(w, "There is no such identity.", http.StatusNotFound)
		return
	}
	token, err := s.Token(r.Context(), wanted.ID)
	if err != nil {
		http.Error(w, "The tenant gave no token.", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	// If this fails, the caller has gone.
	_ = json.NewEncoder(w).Encode(struct {
		Token string `json:"token"`
	}{token})
}
