package sandbox

import "certql/upstream/sandbox/oauth"

// Scopes of the operations, as the vendor's definition names them.
const (
	readScope         = "idn:campaign:read"
	manageScope       = "idn:campaign:manage"
	readReportScope   = "idn:campaign-report:read"
	manageReportScope = "idn:campaign-report:manage"
)

// What the operations accept. Where the definition lists several scopes, it does not say whether it takes all of them:
// here, any one is enough.
var (
	readScopes         = []string{readScope}
	manageScopes       = []string{manageScope}
	campaignScopes     = []string{readScope, manageScope}
	campaignListScopes = []string{readScope, manageScope, readReportScope, manageReportScope}
	userScopes         = []string{oauth.UserScope}
)
