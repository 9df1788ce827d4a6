package model

import (
	"encoding/json"
	"fmt"
)

// An Entity is the schema's union _Entity: what routers of a federated graph read by representations.
type Entity any

// A Subgraph is the schema's _Service.
type Subgraph struct{ SDL string }

// identityType is the name of the type Identity, which is an entity but no Node.
const identityType = "Identity"

// entityTypes are the names of the entities in the order of the alphabet, for callers to read.
const entityTypes = itemType + ", " + campaignType + ", " + certificationType + ", " + taskType + ", " + identityType + ", " +
	identitySummaryType + " or " + publicIdentityType

// The members of a representation.
const (
	typeMember  = "__typename"
	idMember    = "id"
	rawIDMember = "rawId"
)

// An entityKeys says by which keys an entity is represented.
type entityKeys struct {
	kind    NodeKind
	byID    bool
	byRawID bool
}

// keysOf returns the keys of an entity by the name of its type; false if there is no such entity.
func keysOf(typeName string) (entityKeys, bool) {
	if typeName == identityType {
		return entityKeys{kind: IdentityEntity, byRawID: true}, true
	}
	of, known := nodeTypes[typeName]
	return entityKeys{kind: of.kind, byID: true, byRawID: !of.within}, known
}

// CheckRepresentation returns an *InputError if a value does not represent an entity: it is an object with the name
// of the entity's type and one of its keys. Whether the key is an id at all is for ParseRepresentation to say.
func CheckRepresentation(value any) error {
	members, ok := value.(map[string]any)
	if !ok {
		return &InputError{Reason: "must be an object with the members __typename and id or rawId"}
	}
	typeName, _ := members[typeMember].(string)
	keys, known := keysOf(typeName)
	if !known {
		return &InputError{Reason: "must have the name of an entity in __typename: " + entityTypes}
	}
	if _, _, ok := keys.of(members); ok {
		return nil
	}
	switch {
	case !keys.byID:
		return &InputError{Reason: fmt.Sprintf("must have the key rawId, if it is of the type %s", typeName)}
	case !keys.byRawID:
		return &InputError{Reason: fmt.Sprintf("must have the key id, if it is of the type %s", typeName)}
	default:
		return &InputError{Reason: fmt.Sprintf("must have the key id or rawId, if it is of the type %s", typeName)}
	}
}

// ParseRepresentation returns what a representation, which CheckRepresentation has accepted, stands for. If its key is
// no id of an object of the type, the error says so, as ParseNodeID's does, and member is the name of the key.
func ParseRepresentation(members map[string]any) (id NodeID, member string, err error) {
	typeName, _ := members[typeMember].(string)
	keys, _ := keysOf(typeName)
	member, key, _ := keys.of(members)
	if member == rawIDMember {
		raw, err := ParseRawID(key)
		return NodeID{Kind: keys.kind, Raw: raw}, member, err
	}
	id, err = ParseNodeID(key)
	if err == nil && id.Kind != keys.kind {
		return NodeID{}, member, errOtherType(typeName)
	}
	return id, member, err
}

// of returns the key of a representation, and the member that it is in: the global id if both are there.
func (k entityKeys) of(members map[string]any) (member, key string, ok bool) {
	if k.byID {
		if key, ok := keyText(members[idMember]); ok {
			return idMember, key, true
		}
	}
	if k.byRawID {
		if key, ok := keyText(members[rawIDMember]); ok {
			return rawIDMember, key, true
		}
	}
	return "", "", false
}

// keyText returns the value of a key as GraphQL's ID has it, which may be a number in JSON.
func keyText(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case int64: // a literal
		return fmt.Sprint(value), true
	default:
		return "", false
	}
}
