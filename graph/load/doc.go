// Package load reads from the upstream for one operation: each thing once, however often
// and wherever the operation asks for it, and by-id reads of one level together.
//
// Certifications and review items by id, and the pending tasks of certifications, have a
// bulk form upstream (a filter "id in (…)") and go through dataloaders. Everything else is
// read call by call and remembered for the length of the operation.
//
// It imports upstream and dataloader, never gqlgen. Its errors are those of upstream.
package load
