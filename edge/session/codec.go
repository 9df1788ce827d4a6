package session

import (
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-json-experiment/json"
)

// grantKey is the only thing that is kept in a session: the reference of its grant.
const grantKey = "grant"

// A codec writes a session for the store. Each request reads one, and the library's own codec takes
// longer for that than all the rest.
type codec struct{}

var _ scs.Codec = codec{}

type stored struct {
	Deadline time.Time `json:"deadline"`
	Grant    string    `json:"grant"`
}

// Encode writes a session that holds no more than the reference of a grant.
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
