package model

import (
	"errors"
	"fmt"

	"certql/graph/relay"
	"certql/upstream"
)

// The names of the types that implement Node, in the schema and in global ids.
const (
	certificationType   = "Certification"
	itemType            = "AccessReviewItem"
	identitySummaryType = "IdentitySummary"
	taskType            = "CertificationTask"
	campaignType        = "Campaign"
	publicIdentityType  = "PublicIdentity"
)

// Node is the schema's interface of that name: an object with a global id.
type Node interface{ IsNode() }

// A NodeID is what a global id stands for.
type NodeID struct {
	Kind NodeKind
	// Raw is the object's identifier in the REST API.
	Raw string
	// CertificationID is the identifier in the REST API of the certification that an item or an
	// identity summary belongs to; empty for other types.
	CertificationID string
}

// A NodeKind is one of the types that implement Node, or of the entities beside them.
type NodeKind int

// The types that implement Node.
const (
	CertificationNode NodeKind = iota + 1
	ItemNode
	IdentitySummaryNode
	TaskNode
	CampaignNode
	PublicIdentityNode
	// IdentityEntity is an Identity, which is no Node and has no global id: only representations stand for one.
	IdentityEntity
)

// TypeName returns the name of the type in the schema; empty for another value than those above.
func (k NodeKind) TypeName() string {
	if k == IdentityEntity {
		return identityType
	}
	for name, of := range nodeTypes {
		if of.kind == k {
			return name
		}
	}
	return ""
}

// nodeTypes are the types that implement Node, by their names.
var nodeTypes = map[string]struct {
	kind NodeKind
	// within says that the object is found only within a certification, whose identifier its global id
	// carries before its own.
	within bool
}{
	certificationType:   {kind: CertificationNode},
	itemType:            {kind: ItemNode, within: true},
	identitySummaryType: {kind: IdentitySummaryNode, within: true},
	taskType:            {kind: TaskNode},
	campaignType:        {kind: CampaignNode},
	publicIdentityType:  {kind: PublicIdentityNode},
}

// appendID appends the global id of an object; nothing if the last of its parts, its own identifier, is empty.
func appendID(text []byte, typeName string, parts ...string) []byte {
	if parts[len(parts)-1] == "" {
		return text
	}
	return relay.AppendID(text, typeName, parts...)
}

// ParseNodeID returns what the global id of any Node stands for. The text of the error continues a
// sentence that begins with the argument, and is for the caller to read.
func ParseNodeID(id string) (NodeID, error) {
	typeName, parts, err := relay.DecodeID(id)
	for _, part := range parts {
		if err == nil {
			err = upstream.CheckID(part)
		}
	}
	of, known := nodeTypes[typeName]
	switch {
	case errors.Is(err, relay.ErrNotGlobalID):
		return NodeID{}, errors.New("is not a global id: give the id field of an object of this gateway")
	case err != nil:
		return NodeID{}, errors.New("is a damaged global id")
	case known && !of.within && len(parts) == 1:
		return NodeID{Kind: of.kind, Raw: parts[0]}, nil
	case known && of.within && len(parts) == 2:
		return NodeID{Kind: of.kind, CertificationID: parts[0], Raw: parts[1]}, nil
	default:
		return NodeID{}, errors.New("is a global id of a type that this gateway does not have")
	}
}

// ParseCertificationID returns a certification's identifier in the REST API. It takes that or the
// global id. The error is one as of ParseNodeID.
func ParseCertificationID(id string) (string, error) {
	node, err := parseEither(id, CertificationNode, certificationType)
	return node.Raw, err
}

// ParseTaskID returns a task's identifier in the REST API. It takes that or the global id. The error
// is one as of ParseNodeID.
func ParseTaskID(id string) (string, error) {
	node, err := parseEither(id, TaskNode, taskType)
	return node.Raw, err
}

// ParseCampaignID returns a campaign's identifier in the REST API. It takes that or the global id. The
// error is one as of ParseNodeID.
func ParseCampaignID(id string) (string, error) {
	node, err := parseEither(id, CampaignNode, campaignType)
	return node.Raw, err
}

// ParseIdentityID returns an identity's identifier in the REST API. It takes that or the global id of a
// PublicIdentity. The error is one as of ParseNodeID.
func ParseIdentityID(id string) (string, error) {
	node, err := parseEither(id, PublicIdentityNode, publicIdentityType)
	return node.Raw, err
}

// ParseItemID returns a review item's identifier in the REST API. It takes that or the global id,
// which has to be of an item of the certification with the given identifier in the REST API. The
// error is one as of ParseNodeID.
func ParseItemID(id, certificationID string) (string, error) {
	return parseWithin(id, certificationID, ItemNode, itemType, "is the id of an item of another certification")
}

// ParseIdentitySummaryID returns the identifier in the REST API of an identity under review. It takes that
// or the global id, which has to be of an identity under review in the certification with the given
// identifier in the REST API. The error is one as of ParseNodeID.
func ParseIdentitySummaryID(id, certificationID string) (string, error) {
	return parseWithin(id, certificationID, IdentitySummaryNode, identitySummaryType, "is the id of an identity under review in another certification")
}

// parseWithin reads the id of an object of one kind within a certification. elsewhere is the text of the
// error if the global id is of one in another certification.
func parseWithin(id, certificationID string, kind NodeKind, typeName, elsewhere string) (string, error) {
	node, err := parseEither(id, kind, typeName)
	if err == nil && node.CertificationID != "" && node.CertificationID != certificationID {
		return "", errors.New(elsewhere)
	}
	return node.Raw, err
}

// ParseRawID returns the identifier of an object that is not a Node, as the REST API has it. It
// refuses global ids. The error is one as of ParseNodeID.
func ParseRawID(id string) (string, error) {
	if _, _, err := relay.DecodeID(id); !errors.Is(err, relay.ErrNotGlobalID) {
		return "", errors.New("is a global id, which does not do here: give the plain id that the upstream has for the object")
	}
	return id, upstream.CheckID(id)
}

// parseEither reads the id of an object of one kind: its identifier in the REST API or its global id.
func parseEither(id string, kind NodeKind, typeName string) (NodeID, error) {
	if _, _, err := relay.DecodeID(id); errors.Is(err, relay.ErrNotGlobalID) {
		return NodeID{Kind: kind, Raw: id}, upstream.CheckID(id)
	}
	node, err := ParseNodeID(id)
	if err == nil && node.Kind != kind {
		return NodeID{}, errOtherType(typeName)
	}
	return node, err
}

// errOtherType returns the error of a global id that must be of the named type.
func errOtherType(typeName string) error {
	return fmt.Errorf("is the id of another type; here it must be of the type %s", typeName)
}
