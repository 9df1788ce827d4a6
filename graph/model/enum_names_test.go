package model_test

import (
	"os"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/model"
	"certql/upstream"
)

// reading returns how an enum is read and written, each as text.
func reading[E ~string](unmarshal func(any) (E, error), marshal func(E) graphql.Marshaler) func(any) (string, string, error) {
	return func(given any) (string, string, error) {
		value, err := unmarshal(given)
		return string(value), written(marshal(value)), err
	}
}

// A name that an enum does not list is refused, and never read as an empty value.
func TestEnumsAreReadByTheirNamesAlone(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		read  func(any) (string, string, error)
		names map[string]string
	}{
		"CertificationOrderField": {
			reading(model.UnmarshalCertificationOrderField, model.MarshalCertificationOrderField),
			map[string]string{"NAME": string(upstream.SortCertificationsByName), "DUE": string(upstream.SortCertificationsByDue), "SIGNED": string(upstream.SortCertificationsBySigned)},
		},
		"ReviewerOrderField": {
			reading(model.UnmarshalReviewerOrderField, model.MarshalReviewerOrderField),
			map[string]string{"NAME": string(upstream.SortReviewersByName), "EMAIL": string(upstream.SortReviewersByEmail)},
		},
		"AccessReviewItemOrderField": {
			reading(model.UnmarshalAccessReviewItemOrderField, model.MarshalAccessReviewItemOrderField),
			map[string]string{"IDENTITY_NAME": string(upstream.SortItemsByIdentityName), "ACCESS_PROFILE_SOURCE_NAME": string(upstream.SortItemsByAccessProfileSourceName)},
		},
		"ReassignReferenceType": {
			reading(model.UnmarshalReassignReferenceType, model.MarshalReassignReferenceType),
			map[string]string{"ITEM": "ITEM", "TARGET_SUMMARY": "TARGET_SUMMARY", "IDENTITY_SUMMARY": "IDENTITY_SUMMARY"},
		},
	} {
		for graphqlName, want := range each.names {
			if value, text, err := each.read(graphqlName); err != nil || value != want || text != `"`+graphqlName+`"` {
				t.Errorf("%s: %s is read as %q and written %s: %v", name, graphqlName, value, text, err)
			}
			if value, _, err := each.read(strings.ToLower(graphqlName)); err == nil || value != "" {
				t.Errorf("%s: %s in lower case is read as %q", name, graphqlName, value)
			}
		}
		for _, odd := range []any{nil, "", "x", 1, true, []any{"NAME"}} {
			if value, text, err := each.read(odd); err == nil || text != "null" {
				t.Errorf("%s: %v is read as %q", name, odd, value)
			}
		}
	}
}

// Gqlgen's enum_values read an unknown name as an empty value without an error.
func TestNoEnumIsBoundByValues(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile("../../gqlgen.yml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(config), "enum_values:") {
		t.Error("an enum is bound by enum_values: bind it to functions of graph/model")
	}
}
