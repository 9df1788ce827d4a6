package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"certql/testenv"
)

// container is how much memory a small container has, in MiB.
const container = 128

// In a small container everything passes, with and without faults of the upstream, and so do sixteen callers
// with pages of 1,000 items, which would take several times the memory if they were all served at once: they
// wait for each other.
func TestMemoryStaysBelowItsLimit(t *testing.T) {
	testenv.Long(t, "building the program takes some seconds")
	s := newSuite(t, 60, 12_000, container)
	s.run(t, load{atOnce: atOnce, requests: 400}, 1)
	s.sandbox.set(t, "["+busy+faults+"]")
	s.run(t, load{atOnce: atOnce, requests: 150, faulty: true}, 2)
	s.sandbox.set(t, "[]")
	s.pages(t, 16, 12)
	s.keptBelow(t, container)
}

// keptBelow fails the test if the gateway has had more memory than so many MiB, unless that is 0.
func (s *suite) keptBelow(t *testing.T, mebibytes int) {
	t.Helper()
	most := s.gateway.mostResident(t) >> 20
	t.Logf("the gateway has had %d MiB at most", most)
	if mebibytes > 0 && most > int64(mebibytes) {
		t.Errorf("the gateway has had %d MiB, and may have %d", most, mebibytes)
	}
}

// pages has so many callers ask for so many pages of 1,000 items each. Every one has to be complete.
func (s *suite) pages(t *testing.T, callers, each int) {
	t.Helper()
	ids := s.largest(t)
	var group sync.WaitGroup
	for n := range callers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(n)))
			for range each {
				if err := s.page(t.Context(), pick(random, ids)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// thousandQuery asks for four pages of the upstream, past the cache.
const thousandQuery = `query Thousand($id: ID!) {
	certification(id: $id) { reviewItems(first: 1000) { totalCount nodes {
		id rawId completed newAccess decision comment identity { id identityId name completed }
		access { rawId type name description privileged ... on Entitlement { attributeName attributeValue sourceName sourceType hasPermissions revocable account { nativeIdentity } } }
	} } }
}`

// page asks for a page of 1,000 items, and returns what is wrong with the answer.
func (s *suite) page(ctx context.Context, id string) error {
	got, err := s.admin.askPastCache(ctx, thousandQuery, map[string]any{"id": id})
	if err != nil {
		return err
	}
	var data struct {
		Certification struct {
			ReviewItems struct {
				TotalCount int
				Nodes      []struct{ ID string }
			}
		}
	}
	if err := decode(got, false, &data); err != nil {
		return err
	}
	if items := data.Certification.ReviewItems; len(items.Nodes) != min(1000, items.TotalCount) || len(items.Nodes) == 0 {
		return fmt.Errorf("a page has %d of %d items", len(items.Nodes), items.TotalCount)
	}
	return nil
}

// largest returns the ids of the certifications with most items.
func (s *suite) largest(t *testing.T) []string {
	t.Helper()
	var data struct {
		Certifications struct {
			Nodes []struct {
				RawID          string
				DecisionsTotal int
			}
		}
	}
	s.must(t, s.admin, `{ certifications(first: 500) { nodes { rawId decisionsTotal } } }`, nil, &data)
	var ids []string
	for _, node := range data.Certifications.Nodes {
		if node.DecisionsTotal >= 250 {
			ids = append(ids, node.RawID)
		}
	}
	if len(ids) == 0 {
		t.Fatal("no certification has 250 items")
	}
	return ids
}

// askPastCache does what ask does, for a caller who wants what is true now.
func (c *caller) askPastCache(ctx context.Context, document string, variables map[string]any) (answer, error) {
	fresh := *c
	fresh.header = http.Header{"Cache-Control": {"no-cache"}}
	return fresh.ask(ctx, strings.TrimSpace(document), variables)
}
