package model_test

import (
	"testing"

	"certql/graph/model"
	"certql/graph/relay"
	"certql/upstream"
)

// A representation is refused, or stands for one object of the type that it names, by its global id if it has one.
func FuzzRepresentationsNameOneThing(f *testing.F) {
	for _, typeName := range []string{"Certification", "AccessReviewItem", "IdentitySummary", "CertificationTask", "Campaign", "PublicIdentity", "Identity", "Role", ""} {
		f.Add(typeName, "", "a")
		f.Add(typeName, relay.EncodeID(typeName, "a"), "b")
		f.Add(typeName, relay.EncodeID(typeName, "c", "a"), "")
		f.Add(typeName, relay.EncodeID("Campaign", "a"), "../x")
	}
	f.Fuzz(func(t *testing.T, typeName, id, rawID string) {
		for _, members := range []map[string]any{
			{"__typename": typeName},
			{"__typename": typeName, "id": id},
			{"__typename": typeName, "rawId": rawID},
			{"__typename": typeName, "id": id, "rawId": rawID},
			{"__typename": typeName, "id": nil, "rawId": rawID},
		} {
			if model.CheckRepresentation(members) != nil {
				continue
			}
			named, member, err := model.ParseRepresentation(members)
			if err != nil {
				continue
			}
			switch {
			case named.Kind.TypeName() != typeName || upstream.CheckID(named.Raw) != nil:
				t.Errorf("%v stands for %+v", members, named)
			case member == "rawId" && named != (model.NodeID{Kind: named.Kind, Raw: rawID}):
				t.Errorf("%v stands for %+v", members, named)
			case member == "rawId" && members["id"] != nil && typeName != "Identity":
				t.Errorf("%v is read by its rawId", members)
			case member == "id":
				if same, err := model.ParseNodeID(id); err != nil || same != named {
					t.Errorf("%v stands for %+v, and its id for %+v, %v", members, named, same, err)
				}
			}
		}
	})
}
