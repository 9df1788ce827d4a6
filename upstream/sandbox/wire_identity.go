package sandbox

// wirePublicIdentity is PublicIdentity. Alias is left out if there is none, since the definition does not allow null there.
type wirePublicIdentity struct {
	ID            string                `json:"id"`
	Name          string                `json:"name"`
	Alias         string                `json:"alias,omitzero"`
	Email         *string               `json:"email"`
	Status        *string               `json:"status"`
	IdentityState *string               `json:"identityState"`
	Manager       *wireManager          `json:"manager"`
	Attributes    []wirePublicAttribute `json:"attributes"`
}

// wireManager is IdentityReference.
type wireManager struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// wirePublicAttribute is one of the attributes of PublicIdentity.
type wirePublicAttribute struct {
	Key   string  `json:"key"`
	Name  string  `json:"name"`
	Value *string `json:"value"`
}
