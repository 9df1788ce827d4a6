package upstream

import "context"

// fieldsPerType is how many fields the rows of a type may have.
const fieldsPerType = 32

// A Field is one field of the rows of a type, such as AccessReviewItemDecisionField.
type Field uint16

// String returns the field as the service calls it, behind the name of its type, such as AccessReviewItem.decision.
func (f Field) String() string { return fieldNames[f/fieldsPerType][f%fieldsPerType] }

// A Selection says which fields of rows are read; all others are zero. A field that holds an object is read with
// what is selected of the object's type, wherever such an object is. The zero Selection selects nothing, and a nil
// one everything. It must not be changed once reads go by it.
type Selection [selectable]uint32 // by type, each with a bit for each field

// Add selects more fields.
func (s *Selection) Add(fields ...Field) {
	for _, field := range fields {
		s[field/fieldsPerType] |= 1 << (field % fieldsPerType)
	}
}

// has reports whether a field is selected.
func (s *Selection) has(field Field) bool {
	return s[field/fieldsPerType]&(1<<(field%fieldsPerType)) != 0
}

// covers reports whether all that another Selection selects is selected.
func (s *Selection) covers(other *Selection) bool {
	switch {
	case s == other, s == nil:
		return true
	case other == nil:
		return false
	}
	for i := range s {
		if other[i]&^s[i] != 0 {
			return false
		}
	}
	return true
}

// everything selects every field.
var everything = func() (all Selection) {
	for i := range all {
		all[i] = 1<<fieldsPerType - 1
	}
	return all
}()

type selectionKey struct{}

// Select returns a context whose reads return no more of each row than is selected, and what the rows are told by.
// What the service sends is the same: it has no way to be asked for less.
func Select(ctx context.Context, selection *Selection) context.Context {
	return context.WithValue(ctx, selectionKey{}, selection)
}

// selectionFrom returns the Selection of a context; nil if it has none.
func selectionFrom(ctx context.Context) *Selection {
	s, _ := ctx.Value(selectionKey{}).(*Selection)
	return s
}

// An ambiguous row may say too little, as far as it was selected, to tell what it is about.
type ambiguous interface {
	// isAmbiguous reports whether the rest of the row has to be read too.
	isAmbiguous() bool
}

// isAmbiguous reports whether the rest of a row has to be read too. Most rows are never ambiguous.
func isAmbiguous(row any) bool {
	of, ok := row.(ambiguous)
	return ok && of.isAmbiguous()
}
