// Package listing reads the lists of the upstream page by page, in as few calls as possible. A page with
// fewer rows than were asked for is not taken for the last one, since the upstream may hide rows after it
// has chosen those of a page: where a list ends is known by the number of its rows or, if the upstream does
// not count them, by a page without rows.
package listing
