package sandbox

// Scopes of the operations, as the vendor's definition names them.
const (
	readScope   = "idn:campaign:read"
	manageScope = "idn:campaign:manage"
)
