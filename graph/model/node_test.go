package model_test

import (
	"testing"

	"certql/graph/model"
	"certql/graph/relay"
	"certql/upstream"
)

// A text that is given as an id is refused, or names one thing, which its global id names too.
func FuzzIDsNameOneThing(f *testing.F) {
	for _, id := range []string{
		"", "c1d05e3f8a964b7792e0f6a43b1c8d01", "2fa6c4e8-0b1d-4735-9c8e-6d5f4b3a2105", "Ada.1de82e55078344", "me", "../x", "a/b", "\x00",
		relay.EncodeID("Certification", "a"), relay.EncodeID("Certification", ""), relay.EncodeID("Certification", "a", "b"),
		relay.EncodeID("AccessReviewItem", "c", "i"), relay.EncodeID("CertificationTask", "t"), relay.EncodeID("Campaign", "x"), "Y3Ex", "Y3ExAA",
	} {
		f.Add(id, "c")
	}
	f.Fuzz(func(t *testing.T, id, certification string) {
		if raw, err := model.ParseCertificationID(id); err == nil {
			global := model.Certification{IdentityCertification: &upstream.IdentityCertification{ID: raw}}.ID()
			if again, err := model.ParseCertificationID(global); err != nil || again != raw || id != raw && id != global {
				t.Errorf("%q is the certification %q, which is %q, %v", id, raw, again, err)
			}
			if _, err := model.ParseTaskID(global); err == nil {
				t.Errorf("%q is a task, too", global)
			}
		}
		if raw, err := model.ParseTaskID(id); err == nil {
			global := model.CertificationTask{CertificationTask: &upstream.CertificationTask{ID: raw}}.ID()
			if again, err := model.ParseTaskID(global); err != nil || again != raw || id != raw && id != global {
				t.Errorf("%q is the task %q, which is %q, %v", id, raw, again, err)
			}
		}
		if raw, err := model.ParseItemID(id, certification); err == nil && upstream.CheckID(certification) == nil {
			global := model.WrapItem(&upstream.AccessReviewItem{ID: raw}, certification).ID()
			if again, err := model.ParseItemID(global, certification); err != nil || again != raw || id != raw && id != global {
				t.Errorf("%q is the item %q, which is %q, %v", id, raw, again, err)
			}
			if _, err := model.ParseItemID(global, certification+"x"); err == nil {
				t.Errorf("%q is an item of another certification, too", global)
			}
		}
		if raw, err := model.ParseRawID(id); err == nil {
			if _, err := model.ParseNodeID(id); err == nil || raw != id {
				t.Errorf("%q is both a REST identifier, %q, and a global id", id, raw)
			}
		}
	})
}
