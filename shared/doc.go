// Package shared keeps what replicas of the gateway share on Redis or Valkey, so that they behave as
// one: budgets, sessions, persisted documents, watched tasks, and word of writes.
//
// Each concept has a file of its own: it implements an interface of the package that needs it, which
// knows nothing of Redis. Engine.go speaks to the engine, and decides when it is away.
package shared
