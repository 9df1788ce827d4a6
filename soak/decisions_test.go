package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// A certification is one that decisions are made in, by one caller at a time.
type certification struct {
	id    string
	items []string

	mu sync.Mutex
	// comments are what the comment of each item may be: one text, or several if it cannot be known
	// which was applied last.
	comments map[string][]string
	acknowledged,
	unknown int // decisions so far
}

const decideMutation = `mutation Decide($input: DecideReviewItemsInput!) {
	decideReviewItems(input: $input) {
		decidedItemIds
		certification { rawId }
		errors { code message ids }
	}
}`

// decide decides three items of one certification, and records what the answer acknowledges.
func decide(ctx context.Context, s *suite, random *rand.Rand, faulty bool) error {
	certification := pick(random, s.certifications)
	certification.mu.Lock()
	defer certification.mu.Unlock()
	first := random.IntN(len(certification.items) - 2)
	items := certification.items[first : first+3]
	comment := fmt.Sprintf("decision %d", random.Uint64())
	decisions := make([]map[string]any, len(items))
	for i, item := range items {
		decisions[i] = map[string]any{"itemId": item, "decision": "APPROVE", "comment": comment}
	}
	got, err := s.admin.ask(ctx, decideMutation, map[string]any{"input": map[string]any{"certificationId": certification.id, "decisions": decisions}})
	if err != nil { // it may have been applied
		for _, item := range items {
			certification.comments[item] = append(certification.comments[item], comment)
			certification.unknown++
		}
		return err
	}
	var data struct {
		DecideReviewItems *struct {
			DecidedItemIDs []string
			Errors         []struct {
				Code, Message string
				IDs           []string
			}
		}
	}
	if err := decode(got, faulty, &data); err != nil {
		return err
	}
	payload := data.DecideReviewItems
	if payload == nil {
		return missing(faulty, len(got.Errors) == 0) // an error on the mutation itself: nothing was applied
	}
	told := make(map[string]bool)
	for _, item := range payload.DecidedItemIDs {
		certification.comments[item] = []string{comment}
		certification.acknowledged++
		told[item] = true
	}
	for _, e := range payload.Errors {
		if !faulty {
			return fmt.Errorf("a decision is refused with %s: %s", e.Code, e.Message)
		}
		for _, item := range e.IDs {
			if e.Code == "OUTCOME_UNKNOWN" {
				certification.comments[item] = append(certification.comments[item], comment)
				certification.unknown++
			}
			told[item] = true
		}
	}
	if len(told) != len(items) || slices.ContainsFunc(items, func(item string) bool { return !told[item] }) {
		return fmt.Errorf("of the items %q the answer tells only of %v", items, told)
	}
	return nil
}

const commentsQuery = `query Comments($id: ID!) { certification(id: $id) { reviewItems(first: 1000) { nodes { id comment } } } }`

// verify reads every certification, and returns how many decisions were acknowledged, and for how many the
// outcome is unknown. Every acknowledged decision must be there.
func (s *suite) verify(t *testing.T) (acknowledged, unknown int) {
	t.Helper()
	for _, certification := range s.certifications {
		got, err := s.admin.ask(t.Context(), commentsQuery, map[string]any{"id": certification.id})
		if err != nil {
			t.Fatal(err)
		}
		var data struct {
			Certification struct {
				ReviewItems struct {
					Nodes []struct{ ID, Comment string }
				}
			}
		}
		if err := decode(got, false, &data); err != nil {
			t.Fatal(err)
		}
		found := make(map[string]string)
		for _, node := range data.Certification.ReviewItems.Nodes {
			found[node.ID] = node.Comment
		}
		for item, allowed := range certification.comments {
			if comment := found[item]; !slices.Contains(allowed, comment) {
				t.Errorf("the item %s of %s has the comment %q, and the answers promised %q", item, certification.id, comment, allowed)
			}
		}
		acknowledged += certification.acknowledged
		unknown += certification.unknown
	}
	return acknowledged, unknown
}
