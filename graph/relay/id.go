package relay

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// idMagic begins every global id's bytes. Its length is a multiple of three, so that the
// encoded text always begins alike, which no identifier of the upstream does.
const idMagic = "cq1"

// idPrefix is idMagic as it shows in a global id.
var idPrefix = base64.RawURLEncoding.EncodeToString([]byte(idMagic))

// ErrNoGlobalID says that a text is no global id at all, such as an identifier of the
// REST API.
var ErrNoGlobalID = errors.New("not a global id")

// EncodeID makes the global id of an object: opaque text that carries the name of its
// type and the parts that identify it.
func EncodeID(typeName string, parts ...string) string {
	size := len(idMagic) + len(typeName) + 1
	for _, part := range parts {
		size += len(part) + 1
	}
	b := append(make([]byte, 0, size), idMagic...)
	b = appendPart(b, typeName)
	for _, part := range parts {
		b = appendPart(b, part)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// DecodeID takes a global id apart. The error is ErrNoGlobalID for text that is none, and
// another one for text that begins like a global id but is damaged.
func DecodeID(id string) (typeName string, parts []string, err error) {
	if !strings.HasPrefix(id, idPrefix) {
		return "", nil, ErrNoGlobalID
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

// appendPart appends a text behind its length, so that no text can run into the next.
func appendPart(b []byte, part string) []byte {
	b = binary.AppendUvarint(b, uint64(len(part)))
	return append(b, part...)
}

func cutPart(b []byte) (part string, rest []byte, err error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return "", nil, errors.New("cut off")
	}
	end := n + int(size)
	return string(b[n:end]), b[end:], nil
}
