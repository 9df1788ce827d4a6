package model

import (
	"errors"
	"fmt"

	"certql/graph/relay"
	"certql/upstream"
)

// Names of the types that implement Node, as they stand in the schema and in global ids.
const (
	certificationType = "Certification"
	itemType          = "AccessReviewItem"
	taskType          = "CertificationTask"
)

// Node is an object with a global id.
type Node interface{ IsNode() }

// A NodeID is a global id, taken apart.
type NodeID struct {
	Kind NodeKind
	// Raw is the identifier of the REST API.
	Raw string
	// CertificationID is, for an item, the REST identifier of its certification.
	CertificationID string
}

// NodeKind says of which type a Node is.
type NodeKind int

// The types that implement Node.
const (
	CertificationNode NodeKind = iota + 1
	ItemNode
	TaskNode
)

// ParseNodeID reads the global id of any Node. The error is for people.
func ParseNodeID(id string) (NodeID, error) {
	typeName, parts, err := relay.DecodeID(id)
	for _, part := range parts {
		if err == nil {
			err = upstream.CheckID(part)
		}
	}
	switch {
	case errors.Is(err, relay.ErrNoGlobalID):
		return NodeID{}, errors.New("is not a global id: give the id field of a Certification, AccessReviewItem or CertificationTask")
	case err != nil:
		return NodeID{}, errors.New("is a damaged global id")
	case typeName == certificationType && len(parts) == 1:
		return NodeID{Kind: CertificationNode, Raw: parts[0]}, nil
	case typeName == taskType && len(parts) == 1:
		return NodeID{Kind: TaskNode, Raw: parts[0]}, nil
	case typeName == itemType && len(parts) == 2:
		return NodeID{Kind: ItemNode, CertificationID: parts[0], Raw: parts[1]}, nil
	default:
		return NodeID{}, errors.New("is a global id of a type that this gateway does not have")
	}
}

// ParseCertificationID reads the id of a certification, global or as the REST API has it,
// and answers the latter. The error is for people.
func ParseCertificationID(id string) (string, error) {
	node, err := parseEither(id, CertificationNode, certificationType)
	return node.Raw, err
}

// ParseTaskID reads the id of a task, global or as the REST API has it, and answers the
// latter. The error is for people.
func ParseTaskID(id string) (string, error) {
	node, err := parseEither(id, TaskNode, taskType)
	return node.Raw, err
}

// ParseItemID reads the id of a review item, global or as the REST API has it, and answers
// the latter. A global id has to be of an item of the given certification. The error is
// for people.
func ParseItemID(id, certificationID string) (string, error) {
	node, err := parseEither(id, ItemNode, itemType)
	if err == nil && node.CertificationID != "" && node.CertificationID != certificationID {
		return "", errors.New("is the id of an item of another certification")
	}
	return node.Raw, err
}

// ParseRawID reads an id of an object that is no Node, which the REST API alone names. The
// error is for people.
func ParseRawID(id string) (string, error) {
	if _, _, err := relay.DecodeID(id); !errors.Is(err, relay.ErrNoGlobalID) {
		return "", errors.New("is a global id; this argument takes an identifier of the REST API")
	}
	return id, upstream.CheckID(id)
}

func parseEither(id string, kind NodeKind, typeName string) (NodeID, error) {
	if _, _, err := relay.DecodeID(id); errors.Is(err, relay.ErrNoGlobalID) {
		return NodeID{Kind: kind, Raw: id}, upstream.CheckID(id)
	}
	node, err := ParseNodeID(id)
	if err == nil && node.Kind != kind {
		return NodeID{}, fmt.Errorf("is the id of another type: a %s is due here", typeName)
	}
	return node, err
}
