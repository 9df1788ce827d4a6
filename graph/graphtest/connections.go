package graphtest

// Reviewer1 is the identity of the OAuth client reviewer-1.
const Reviewer1 = "b1e07c52d94a4f3c8c6d1f20a7e35b91"
