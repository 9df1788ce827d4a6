package pages

import (
	"net/http"
	"path"

	"certql/header"
)

// isRoute reports whether a request that matches no file is for a route of the portal, and not for a file
// that is missing: it is what a person opens in the browser, and has no extension of a file of the web. A
// page in place of a script would be an error that is hard to find.
func isRoute(r *http.Request, name string) bool {
	return opensPage(r) && mediaType(path.Ext(name)) == ""
}

// opensPage reports whether a browser asks for what it will show as a page. Browsers say so themselves
// (Fetch Metadata); others do by naming HTML among what they accept.
func opensPage(r *http.Request) bool {
	if destination := r.Header.Get("Sec-Fetch-Dest"); destination != "" {
		return destination == "document"
	}
	quality, _ := header.Quality(header.Weighted(r.Header.Values("Accept")), "text/html")
	return quality > 0
}

// acceptsGzip reports whether the browser wants a file compressed.
func acceptsGzip(r *http.Request) bool {
	codings := header.Weighted(r.Header.Values("Accept-Encoding"))
	compressed, _ := header.Quality(codings, "gzip", "*", "*/*")
	plain, _ := header.Quality(codings, "identity", "*/*")
	return compressed > 0 && compressed >= plain
}
