// Package session lets people sign in at the tenant in a browser, and keeps their tokens away from
// it: the browser has a cookie with a random id, and the gateway the tokens, sealed.
//
// It imports edge for errors and origins, and upstream for the client of the tenant's sign-in and for
// credentials; never graph. It logs no token, code, verifier or cookie, and no response repeats what
// was sent to it.
package session
