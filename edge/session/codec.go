package session

import (
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-json-experiment/json"
)

// grantKey is the key of the only value in a session: the reference of its grant.
const grantKey = "grant"

// A codec writes a session for the store, and reads it. Each request reads one, which takes longer with
// the library's own codec than everything else that is done for a session.
type codec struct{}

var _ scs.Codec = codec{}

// A stored is a session as the store has it.
type stored struct {
	Deadline time.Time `json:"deadline"`
	Grant    string    `json:"grant"`
}

// Encode writes a session, which holds the reference of a grant and nothing else.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	reference, ok := values[grantKey].(string)
	if !ok || len(values) != 1 {
		return nil, errors.New("a session holds the reference of a grant and nothing else")
	}
	return json.Marshal(stored{deadline, reference})
}

// Decode reads what Encode wrote.
func (codec) Decode(data []byte) (time.Time, map[string]any, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return time.Time{}, nil, err
	}
	return s.Deadline, map[string]any{grantKey: s.Grant}, nil
}
