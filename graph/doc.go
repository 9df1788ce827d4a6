// Package graph resolves the fields of the schema over the upstream client, and assembles the handler
// that serves it.
//
// A request passes, in this order:
//
//   - transport, which reads it and negotiates how its response is written;
//   - document, which finds its document, refuses one that exceeds a limit or is not valid, and reads
//     the variables;
//   - plan, which says what the operation selects and will cost, and refuses what costs too much;
//   - this package, whose extensions give the operation its loaders, its calls and its deadline
//     (operation.go), read ahead what the document names (prefetch.go), and whose resolvers turn
//     arguments into a page window, a typed filter and an order (connection.go, filters.go);
//   - load, which reads each thing once and puts reads by id together, and below it the upstream
//     client; for writes it is mutation, and for subscriptions watch, instead of a resolver;
//   - projection, which writes objects by what is selected of them, or gqlgen's executor where a
//     field needs a resolver of its own;
//   - apierror, which decides what the caller sees of what went wrong;
//   - and transport again, which writes the response.
//
// The order of the extensions is explained in handler.go, where they are listed.
//
// The package imports its children and upstream, never edge: who calls, and how, has been settled
// before a request arrives here.
package graph
