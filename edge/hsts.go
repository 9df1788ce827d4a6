package edge

import (
	"net/http"
	"net/url"
)

// hsts is how long a browser remembers to come by HTTPS alone: a year. Other names below the same domain
// are none of the gateway's business.
const hsts = "max-age=31536000"

// StrictTransport tells browsers to reach the gateway's public origin by HTTPS from now on
// (Strict-Transport-Security, RFC 6797), whatever a link or an intruder on the way says. It does so only in
// responses to requests that are for the host of that origin and have come by HTTPS: to the gateway or, if
// a proxy takes TLS off, to the proxy; unless a trusted one says otherwise, the public origin says that it
// does. An origin in the clear, or one whose host is an address or the machine itself, is left alone: its
// other ports may not have TLS.
func StrictTransport(origin *url.URL, proxies Proxies, next http.Handler) http.Handler {
	if origin.Scheme != "https" || !isNamed(origin.Hostname()) {
		return next
	}
	name := normalName(origin.Hostname())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure, known := proxies.secure(r)
		if (secure || !known) && normalName((&url.URL{Host: r.Host}).Hostname()) == name {
			w.Header().Set("Strict-Transport-Security", hsts)
		}
		next.ServeHTTP(w, r)
	})
}
