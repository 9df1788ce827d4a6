// Package pages serves the files of a portal on the gateway's own origin: client-side routes, compression,
// caching, and the headers that keep the pages to this origin.
//
// It imports package header to read what a browser accepts, and knows nothing of who is let in, of
// settings, or of what is asked.
package pages
