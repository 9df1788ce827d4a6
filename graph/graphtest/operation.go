package graphtest

import (
	"encoding/json"
	"math/rand/v2"

	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// CertificationID returns the global id of a certification.
func CertificationID(id string) string { return relay.EncodeID("Certification", id) }

// ItemID returns the global id of an item of a certification.
func ItemID(certification, id string) string {
	return relay.EncodeID("AccessReviewItem", certification, id)
}

// TaskID returns the global id of a task.
func TaskID(id string) string { return relay.EncodeID("CertificationTask", id) }

// Literal returns a text, a number or a list of these as they are written in GraphQL, which is as in
// JSON.
func Literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // no test has a value that JSON cannot have
	}
	return string(text)
}

// Pick returns one of some values at random.
func Pick[T any](r *rand.Rand, some ...T) T { return some[r.IntN(len(some))] }

// Deferring are queries with @defer in all places, by what is special about each.
var Deferring = map[string]string{
	"below a certification": `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer { name reviewers { nodes { name } } } } }`,
	"named, in a list": `{ certifications(first: 5) { nodes { id ...R @defer(label: "r") } } }
		fragment R on Certification { reviewers(first: 2) { nodes { rawId name } } pendingTasks { totalCount } }`,
	"at the root":  `{ rateLimit { limit } ... @defer { certifications(first: 2) { totalCount } } }`,
	"in another":   `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer(label: "a") { reviewItems(first: 2) { nodes { id ... @defer(label: "b") { permissions { totalCount } } } } } } }`,
	"twice":        `{ certification(id: "` + sandbox.LargeCertification + `") { ... @defer(label: "a") { reviewers { totalCount } } ... @defer(label: "b") { pendingTasks { totalCount } } } }`,
	"by condition": `query ($no: Boolean = false) { certification(id: "` + sandbox.LargeCertification + `") { ... @defer(if: $no, label: "a") { reviewers { totalCount } } ... @defer(if: true) { pendingTasks { totalCount } } } }`,
	"what fails":   `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer { reviewItems(first: 2, after: "forged") { totalCount } } } }`,
}

// Watch is a subscription to a task.
const Watch = "subscription ($id: ID!) { certificationTask(id: $id) { rawId status } }"
