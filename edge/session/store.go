package session

import (
	"context"
	"errors"
	"time"
)

var (
	// ErrFull is the error of a Store that has no room for another session.
	ErrFull = errors.New("there are as many sessions as there may be, or they take as much memory as they may")
	// ErrUnavailable is wrapped by the errors of a Store that does not answer, if it logs that itself.
	ErrUnavailable = errors.New("the store of sessions does not answer")
)

// A Store keeps sessions, and what people granted by signing in. Several replicas of the gateway may share
// one. Keys are hashes, and data are sealed: what is in it opens no session. Of each key it keeps what was
// written last, for the lifetime that was given last; all times are durations, since the clocks of replicas
// differ.
//
// The caller changes no data that it has given or got. A Store is safe for concurrent use. Its errors, apart
// from ErrFull, say that it did not answer: what it was told may have been done all the same.
type Store interface {
	// Begin keeps a new session, and the first version of its grant. The error is ErrFull if there are as
	// many sessions as there may be.
	Begin(ctx context.Context, keys Keys, session, grant []byte, lifetime time.Duration) error
	// Session returns what is kept of a session, nil if there is none.
	Session(ctx context.Context, session string) ([]byte, error)
	// Grant returns a grant. Its Version is 0 if there is none.
	Grant(ctx context.Context, grant string) (Record, error)
	// Touch keeps a session and its grant, if they are there, for a lifetime from now.
	Touch(ctx context.Context, keys Keys, lifetime time.Duration) error
	// Swap writes the next version of a grant, and reports whether it did: it does nothing unless the one
	// that is there has the given version. Without data, it deletes the grant. The lifetime stays.
	Swap(ctx context.Context, grant string, version int64, data []byte) (bool, error)
	// End deletes a session and its grant, of which one may be empty, and returns the grant as it was. If it
	// returns a grant together with an error, the grant is deleted, and the session may not be.
	End(ctx context.Context, keys Keys) (Record, error)
	// Lock reports whether the owner holds the lock of a name for a lease from now: it does if nobody else
	// does. Locks save work, and may be lost.
	Lock(ctx context.Context, name, owner string, lease time.Duration) (bool, error)
	// Unlock ends the lock of a name if the owner holds it.
	Unlock(ctx context.Context, name, owner string) error
	// Count returns how many sessions there are.
	Count(ctx context.Context) (int, error)
}

// Keys are those of a session and of its grant.
type Keys struct{ Session, Grant string }

// A Record is a grant as a Store keeps it.
type Record struct {
	// Version grows by one with each Swap.
	Version int64
	Data    []byte
}
