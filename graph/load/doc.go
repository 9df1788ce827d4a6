// Package load reads from the upstream for one operation: each object once, however often and
// wherever the operation asks for it, and objects of one level by their ids together.
//
// Certifications and review items by id, and the pending tasks of certifications, have a bulk form
// upstream (a filter "id in (…)") and are read through dataloaders. Everything else is read call by
// call and remembered until the operation ends.
//
// The package imports upstream and dataloader, never gqlgen. Its errors are those of upstream.
package load
