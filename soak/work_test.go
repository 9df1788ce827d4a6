package soak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A work is one kind of request that callers make. Its error reports that an answer was lost, wrong or meant
// for another caller.
type work struct {
	name  string
	share int // of a hundred
	do    func(ctx context.Context, s *suite, random *rand.Rand, faulty bool) error
}

// works are the mix of what callers do. Their shares add up to a hundred.
var works = []work{
	{"a page of certifications", 24, readPage},
	{"a certification with items", 20, readItems},
	{"items with permissions", 8, readPermissions},
	{"twenty certifications", 12, readTwenty},
	{"certifications with reviewers", 6, readReviewers},
	{"tasks", 8, readTasks},
	{"decisions", 12, decide},
	{"a subscription", 4, follow},
	{"a caller who leaves", 4, leave},
	{"a wrong document", 2, askWrongly},
}

const pageQuery = `query Page($first: Int!, $offset: Int!) {
	certifications(first: $first, offset: $offset, orderBy: [{ field: DUE }]) {
		totalCount
		pageInfo { hasNextPage endCursor }
		nodes { id rawId name phase due decisionsMade decisionsTotal campaign { name type } reviewer { rawId name type } }
	}
}`

func readPage(ctx context.Context, s *suite, random *rand.Rand, faulty bool) error {
	const first = 50
	who := s.anyCaller(random)
	got, err := who.ask(ctx, pageQuery, map[string]any{"first": first, "offset": random.IntN(4) * 10})
	if err != nil {
		return err
	}
	var data struct {
		Certifications *struct {
			TotalCount *int
			Nodes      []struct{ RawID string }
		}
	}
	if err := decode(got, faulty, &data); err != nil || data.Certifications == nil {
		return err
	}
	for _, node := range data.Certifications.Nodes {
		if !slices.Contains(s.visible[who], node.RawID) {
			return fmt.Errorf("the certification %s is not one that the caller may see", node.RawID)
		}
	}
	return nil
}

// decode decodes the data of an answer, and returns what is wrong with the answer as a whole.
func decode(got answer, faulty bool, data any) error {
	if err := got.trouble(faulty); err != nil {
		return err
	}
	if len(got.Data) == 0 {
		return nil
	}
	return json.Unmarshal(got.Data, data)
}

const itemsQuery = `query Items($id: ID!) {
	certification(id: $id) {
		rawId name
		reviewItems(first: 100) {
			totalCount
			nodes {
				id rawId completed decision comment identity { id name }
				certification { rawId }
				access { __typename rawId name description privileged ... on Entitlement { sourceName attributeName attributeValue } }
			}
		}
	}
}`

func readItems(ctx context.Context, s *suite, random *rand.Rand, faulty bool) error {
	id := pick(random, s.certifications).id
	got, err := s.admin.ask(ctx, itemsQuery, map[string]any{"id": id})
	if err != nil {
		return err
	}
	var data struct {
		Certification *struct {
			RawID       string
			ReviewItems *struct {
				Nodes []struct{ Certification *struct{ RawID string } }
			}
		}
	}
	if err := decode(got, faulty, &data); err != nil || data.Certification == nil {
		return errors.Join(err, missing(faulty, data.Certification == nil))
	}
	if data.Certification.RawID != id {
		return fmt.Errorf("the certification %s is answered to who asked for %s", data.Certification.RawID, id)
	}
	if data.Certification.ReviewItems != nil {
		for _, node := range data.Certification.ReviewItems.Nodes {
			if node.Certification != nil && node.Certification.RawID != id {
				return fmt.Errorf("an item of %s is answered to who asked for those of %s", node.Certification.RawID, id)
			}
		}
	}
	return nil
}

// missing returns an error if there is no data, unless faults explain it.
func missing(faulty, isMissing bool) error {
	if isMissing && !faulty {
		return errors.New("there is no data, and no error that says why")
	}
	return nil
}

const permissionsQuery = `query Permissions($id: ID!) {
	certification(id: $id) { rawId reviewItems(first: 10) { nodes { rawId permissions(first: 5) { totalCount nodes { target rights } } } } }
}`

func readPermissions(ctx context.Context, s *suite, random *rand.Rand, faulty bool) error {
	return readOne(ctx, s, permissionsQuery, pick(random, s.certifications).id, faulty)
}

const reviewersQuery = `query Reviewers($id: ID!) { certification(id: $id) { rawId reviewers(first: 20) { nodes { rawId name email } } } }`

func readReviewers(ctx context.Context, s *suite, random *rand.Rand, faulty bool) error {
	return readOne(ctx, s, reviewersQuery, pick(random, s.certifications).id, faulty)
}

// readOne asks for one certification, which has to be the one in the answer.
func readOne(ctx context.Context, s *suite, document, id string, faulty bool) error {
	got, err := s.admin.ask(ctx, document, map[string]any{"id": id})
	if err != nil {
		return err
	}
	var data struct {
		Certification *struct{ RawID string }
	}
	if err := decode(got, faulty, &data); err != nil || data.Certification == nil {
		return errors.Join(err, missing(faulty, data.Certification == nil))
	}
	if data.Certification.RawID != id {
		return fmt.Errorf("the certification %s is answered to who asked for %s", data.Certification.RawID, id)
	}
	return nil
}

func readTwenty(ctx context.Context, s *suite, random *rand.Rand, faulty bool) error {
	var document strings.Builder
	document.WriteString("{")
	ids := make([]string, 20)
	for i := range ids {
		ids[i] = pick(random, s.certifications).id
		fmt.Fprintf(&document, ` c%d: certification(id: %q) { rawId name phase due reviewer { name } campaign { name } }`, i, ids[i])
	}
	document.WriteString("}")
	got, err := s.admin.ask(ctx, document.String(), nil)
	if err != nil {
		return err
	}
	var data map[string]*struct{ RawID string }
	if err := decode(got, faulty, &data); err != nil {
		return err
	}
	for i, id := range ids {
		switch one := data[fmt.Sprintf("c%d", i)]; {
		case one == nil && !faulty:
			return missing(faulty, true)
		case one != nil && one.RawID != id:
			return fmt.Errorf("the certification %s is answered to who asked for %s", one.RawID, id)
		}
	}
	return nil
}

const tasksQuery = `{ pendingCertificationTasks(first: 20) { totalCount nodes { id rawId type status created certification { rawId name } } } }`

func readTasks(ctx context.Context, s *suite, _ *rand.Rand, faulty bool) error {
	got, err := s.admin.ask(ctx, tasksQuery, nil)
	if err != nil {
		return err
	}
	var data struct {
		PendingCertificationTasks *struct{ Nodes []struct{ RawID string } }
	}
	if err := decode(got, faulty, &data); err != nil {
		return err
	}
	return missing(faulty, data.PendingCertificationTasks == nil)
}

// finishedTask is the id of a finished task in the sandbox's data, so that watching it ends at once.
const finishedTask = "a07b92e4f5c84d1bb6f3d0e9c8a71407"

func follow(ctx context.Context, s *suite, _ *rand.Rand, faulty bool) error {
	events, err := s.admin.follow(ctx, `subscription Task($id: ID!) { certificationTask(id: $id) { id rawId status } }`, map[string]any{"id": finishedTask})
	if err != nil {
		return err
	}
	if !faulty && (len(events) == 0 || !strings.Contains(events[0], finishedTask)) {
		return fmt.Errorf("the task is not among the events %q", events)
	}
	return nil
}

// leave starts an expensive request and soon abandons it.
func leave(ctx context.Context, s *suite, random *rand.Rand, _ bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(random.IntN(5000))*time.Microsecond, errLeft)
	defer cancel()
	_, err := s.admin.ask(ctx, itemsQuery, map[string]any{"id": pick(random, s.certifications).id})
	if err != nil && !errors.Is(context.Cause(ctx), errLeft) {
		return err
	}
	return nil
}

func askWrongly(ctx context.Context, s *suite, _ *rand.Rand, _ bool) error {
	got, err := s.admin.ask(ctx, `{ certifications { nodes { colour } } }`, nil)
	if err != nil {
		return err
	}
	if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "GRAPHQL_VALIDATION_FAILED" {
		return fmt.Errorf("a wrong document is answered with %+v", got)
	}
	return nil
}

// pick returns one of several, at random.
func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }
