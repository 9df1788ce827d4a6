package relay_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/graph/relay"
)

// A cursor is decoded into its place under its own scope and under no other.
func FuzzCursorComesBack(f *testing.F) {
	f.Add(0, -1, "certifications", "")
	f.Add(1, 0, "reviewItems", "filters=x")
	f.Add(math.MaxInt32-1, 249, "", "")
	f.Fuzz(func(t *testing.T, position, row int, list, filter string) {
		position &= math.MaxInt32
		if position == math.MaxInt32 {
			position--
		}
		place := relay.Place{Position: position, Row: row & 255}
		if row < 0 {
			place.Row, place.Exact = 0, true
		}
		own := relay.NewScope(list, filter)
		cursor := place.Cursor(own)
		if got, err := relay.DecodeCursor(cursor, own); err != nil || got != place {
			t.Errorf("%+v came back as %+v, %v", place, got, err)
		}
		if _, err := relay.DecodeCursor(cursor, relay.NewScope(list, filter, "more")); !errors.Is(err, relay.ErrOtherCursor) {
			t.Errorf("under another scope: %v", err)
		}
	})
}

// Arbitrary text is refused, or is the one text that stands for its place.
func FuzzCursorIsRefusedOrCanonical(f *testing.F) {
	f.Add(relay.EncodeCursor(7, scope))
	f.Add(relay.EncodeCursor(math.MaxInt32, scope))
	f.Add(relay.EncodeCursor(0, relay.NewScope()))
	f.Add(relay.Place{Position: 7, Row: 3}.Cursor(scope))
	f.Add("")
	f.Add("AQAAAAc=\n")
	f.Add(relay.EncodeCursor(7, scope) + "=")
	f.Fuzz(func(t *testing.T, text string) {
		place, err := relay.DecodeCursor(text, scope)
		switch {
		case err == nil && place.Cursor(scope) != text:
			t.Errorf("%q is read as %+v, which is written %q", text, place, place.Cursor(scope))
		case err == nil && (place.Position < 0 || place.Position >= math.MaxInt32):
			t.Errorf("%q is read as %+v", text, place)
		case err != nil && !errors.Is(err, relay.ErrBadCursor) && !errors.Is(err, relay.ErrOtherCursor):
			t.Errorf("%q: %v", text, err)
		case err != nil && place != relay.Place{}:
			t.Errorf("%q is refused with %+v", text, place)
		}
	})
}

// A global id is decoded into what it was made of, whatever the texts.
func FuzzGlobalIDComesBack(f *testing.F) {
	f.Add("Certification", "c1d05e3f8a964b7792e0f6a43b1c8d01", "")
	f.Add("AccessReviewItem", "Ada.1de82e55078344", "17e3b0c95d2f4a6881f7c2d4e6a90b02")
	f.Add("", "\x00", "cq1")
	f.Fuzz(func(t *testing.T, typeName, first, second string) {
		id := relay.EncodeID(typeName, first, second)
		gotType, parts, err := relay.DecodeID(id)
		if err != nil {
			t.Fatalf("%q: %v", id, err)
		}
		if diff := cmp.Diff([]string{typeName, first, second}, append([]string{gotType}, parts...)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if other := relay.EncodeID(typeName, first+second); other == id {
			t.Errorf("%q stands for two things", id)
		}
	})
}

// Arbitrary text is not a global id, a damaged one, or the one text that stands for its parts.
func FuzzGlobalIDIsRefusedOrCanonical(f *testing.F) {
	f.Add(relay.EncodeID("Certification", "x"))
	f.Add(relay.EncodeID("AccessReviewItem", "x", "y"))
	f.Add("Y3Ex")
	f.Add("Y3ExAA")
	f.Add("Y3Ex_____w8")
	f.Add("c1d05e3f8a964b7792e0f6a43b1c8d01")
	f.Fuzz(func(t *testing.T, text string) {
		typeName, parts, err := relay.DecodeID(text)
		switch {
		case err == nil && len(parts) == 0:
			t.Errorf("%q identifies nothing", text)
		case err == nil && relay.EncodeID(typeName, parts...) != text:
			t.Errorf("%q is written %q", text, relay.EncodeID(typeName, parts...))
		case err != nil && (typeName != "" || parts != nil):
			t.Errorf("%q is refused with %q, %q", text, typeName, parts)
		}
	})
}

func TestGlobalIDsAreToldFromIdentifiersOfTheRESTAPI(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "me", "c1d05e3f8a964b7792e0f6a43b1c8d01", "2fa6c4e8-0b1d-4735-9c8e-6d5f4b3a2105", "Ada.1de82e55078344", "Y3E", "cq1",
	} {
		if _, _, err := relay.DecodeID(raw); !errors.Is(err, relay.ErrNotGlobalID) {
			t.Errorf("%q: %v", raw, err)
		}
	}
	whole := relay.EncodeID("Certification", "c1d05e3f8a964b7792e0f6a43b1c8d01")
	if typeName, parts, err := relay.DecodeID(whole); err != nil || typeName != "Certification" || len(parts) != 1 {
		t.Errorf("the whole id is %s of %q, %v", typeName, parts, err)
	}
	for cut := 5; cut < len(whole); cut++ {
		if _, _, err := relay.DecodeID(whole[:cut]); err == nil || errors.Is(err, relay.ErrNotGlobalID) {
			t.Errorf("cut to %d characters: %v", cut, err)
		}
	}
	const lengthWithoutEnd = "Y3ExgA" // its last byte begins a length that goes on
	if _, _, err := relay.DecodeID(lengthWithoutEnd); err == nil || errors.Is(err, relay.ErrNotGlobalID) {
		t.Errorf("an id whose length has no end: %v", err)
	}
}
