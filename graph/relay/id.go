package relay

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// idMagic stands at the beginning of the bytes of every global id. Its length is a multiple of
// three, so that every encoded text begins with the same characters, idPrefix. No identifier of the
// upstream begins with them.
const idMagic = "cq1"

// idPrefix is idMagic as it is encoded in a global id.
var idPrefix = base64.RawURLEncoding.EncodeToString([]byte(idMagic))

// usualIDSize is more bytes than the ids of this schema's objects have. Longer ones cost another
// allocation.
const usualIDSize = 128

// ErrNotGlobalID is the error of DecodeID for a text that is not a global id at all, such as an
// identifier of the REST API.
var ErrNotGlobalID = errors.New("not a global id")

// EncodeID returns the global id of an object: opaque text that carries the name of the object's
// type and the parts that identify the object, of which there is at least one.
func EncodeID(typeName string, parts ...string) string {
	return string(AppendID(nil, typeName, parts...))
}

// AppendID appends what EncodeID returns.
func AppendID(text []byte, typeName string, parts ...string) []byte {
	b := append(make([]byte, 0, usualIDSize), idMagic...)
	b = appendPart(b, typeName)
	for _, part := range parts {
		b = appendPart(b, part)
	}
	return base64.RawURLEncoding.AppendEncode(text, b)
}

// DecodeID returns the type name and the parts that a global id was made of. The error is
// ErrNotGlobalID if the text does not begin like a global id, and another one if it does but is
// damaged.
func DecodeID(id string) (typeName string, parts []string, err error) {
	if !strings.HasPrefix(id, idPrefix) {
		return "", nil, ErrNotGlobalID
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil {
		return "", nil, fmt.Errorf("damaged global id: %w", err)
	}
	for b = b[len(idMagic):]; len(b) > 0; {
		var part string
		if part, b, err = cutPart(b); err != nil {
			return "", nil, fmt.Errorf("damaged global id: %w", err)
		}
		parts = append(parts, part)
	}
	if len(parts) < 2 || EncodeID(parts[0], parts[1:]...) != id {
		return "", nil, errors.New("damaged global id")
	}
	return parts[0], parts[1:], nil
}

// appendPart appends the length of a part and then the part, so that no two lists of parts have the
// same bytes.
func appendPart(b []byte, part string) []byte {
	b = binary.AppendUvarint(b, uint64(len(part)))
	return append(b, part...)
}

// cutPart reads what appendPart has written, and returns it with the bytes that follow it.
func cutPart(b []byte) (part string, rest []byte, err error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return "", nil, errors.New("cut off")
	}
	end := n + int(size)
	return string(b[n:end]), b[end:], nil
}
