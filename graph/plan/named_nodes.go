package plan

import (
	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/graph/model"
)

// MaxNodes is the most ids that one field "nodes" takes, and the most representations that "_entities" does.
const MaxNodes = 1000

// NamedNodes returns the objects that a field at the root names by ids: certification, node, nodes, campaign,
// certificationTask or _entities. It leaves out ids that are wrong, which the field's resolver reports.
func NamedNodes(field graphql.CollectedField, variables map[string]any) []model.NodeID {
	var nodes []model.NodeID
	switch field.Name {
	case "certification":
		if id, err := graphql.UnmarshalID(argument(field, "id", variables)); err == nil {
			if raw, err := model.ParseCertificationID(id); err == nil {
				nodes = append(nodes, model.NodeID{Kind: model.CertificationNode, Raw: raw})
			}
		}
	case "campaign":
		if id, err := graphql.UnmarshalID(argument(field, "id", variables)); err == nil {
			if raw, err := model.ParseCampaignID(id); err == nil {
				nodes = append(nodes, model.NodeID{Kind: model.CampaignNode, Raw: raw})
			}
		}
	case "node":
		nodes = appendNode(nodes, argument(field, "id", variables))
	case "nodes":
		ids := listOf(argument(field, "ids", variables))
		if len(ids) > MaxNodes {
			return nil
		}
		for _, id := range ids {
			nodes = appendNode(nodes, id)
		}
	case "_entities":
		representations := listOf(argument(field, "representations", variables))
		if len(representations) > MaxNodes {
			return nil
		}
		for _, each := range representations {
			if members, ok := each.(map[string]any); ok {
				if id, _, err := model.ParseRepresentation(members); err == nil {
					nodes = append(nodes, id)
				}
			}
		}
	case "certificationTask":
		if id, err := graphql.UnmarshalID(argument(field, "id", variables)); err == nil {
			if raw, err := model.ParseTaskID(id); err == nil {
				nodes = append(nodes, model.NodeID{Kind: model.TaskNode, Raw: raw})
			}
		}
	}
	return nodes
}

// argument returns the value of an argument that has no default; nil if it is not given.
func argument(field graphql.CollectedField, name string, variables map[string]any) any {
	given := field.Arguments.ForName(name)
	if given == nil {
		return nil
	}
	value, err := given.Value.Value(variables)
	if err != nil {
		return nil
	}
	return value
}

// listOf returns the elements of an argument that is a list. In GraphQL, any other value than null
// stands for a list of that value.
func listOf(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	default:
		return []any{value}
	}
}

// appendNode appends the object with the given global id, unless it is wrong.
func appendNode(nodes []model.NodeID, value any) []model.NodeID {
	id, err := graphql.UnmarshalID(value)
	if err != nil {
		return nodes
	}
	node, err := model.ParseNodeID(id)
	if err != nil {
		return nodes
	}
	return append(nodes, node)
}

// MemberKey returns the key under which the loaders read what is within a certification and has the given
// global id.
func MemberKey(id model.NodeID) load.MemberKey {
	return load.MemberKey{CertificationID: id.CertificationID, ID: id.Raw}
}
