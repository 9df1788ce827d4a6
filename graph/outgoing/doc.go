// Package outgoing bounds the bytes of responses: of one, of those on a connection, and of all together,
// from when they are made until they are written.
//
// Whatever makes a part of a response spends its bytes from the response's Answer. An answer takes room
// from two Rooms, that of its connection and that of the gateway, and waits while there is none. So
// responses that are not read keep others from being made, rather than piling up.
//
// The package imports nothing of the project. It knows neither GraphQL nor HTTP.
package outgoing
