package mutation_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"certql/graph/graphtest"
	"certql/graph/model"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A doorkeeper lets a request into the sandbox only while the gateway still waits for its response.
// Timeouts are short here, and a machine under load may come to a request only after the gateway has
// given it up and has read what became of it.
type doorkeeper struct {
	http.RoundTripper
	calls  atomic.Int64
	visits sync.Map // by number of the call: *visit
}

type visit struct {
	mu            sync.Mutex
	begun, barred bool
	ended         chan struct{}
}

const callNumber = "X-Request-Id"

// RoundTrip sends a request. If it fails, the sandbox has finished with the request, or never begins.
func (d *doorkeeper) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodPost {
		return d.RoundTripper.RoundTrip(req)
	}
	number, v := strconv.FormatInt(d.calls.Add(1), 10), &visit{ended: make(chan struct{})}
	d.visits.Store(number, v)
	req = req.Clone(req.Context())
	req.Header.Set(callNumber, number)
	resp, err := d.RoundTripper.RoundTrip(req)
	if err != nil {
		v.mu.Lock()
		v.barred = true
		begun := v.begun
		v.mu.Unlock()
		if begun {
			<-v.ended
		}
	}
	return resp, err
}

func (d *doorkeeper) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if known, ok := d.visits.Load(r.Header.Get(callNumber)); ok {
			v := known.(*visit)
			v.mu.Lock()
			barred := v.barred
			v.begun = true
			v.mu.Unlock()
			defer close(v.ended)
			if barred {
				panic(http.ErrAbortHandler)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// hardships returns faults of every kind for every operation that writes, of which at most every third
// request fails, and some for the reads that find out what became of a write.
func hardships() []sandbox.Fault {
	var faults []sandbox.Fault
	add := func(chance float64, f sandbox.Fault) {
		f.Probability = &chance
		faults = append(faults, f)
	}
	const (
		before = sandbox.BeforeApplying
		after  = sandbox.AfterApplying
	)
	for _, operation := range []string{"makeIdentityDecision", "reassignIdentityCertifications", "submitReassignCertsAsync", "signOffIdentityCertification"} {
		status := func(chance float64, status int, strikes sandbox.FaultMoment, body sandbox.FaultBody) {
			add(chance, sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: status, Strikes: strikes, Body: body})
		}
		status(0.02, 400, before, sandbox.BodyService)
		status(0.02, 401, before, sandbox.BodyService)
		status(0.02, 403, before, sandbox.BodyService)
		status(0.03, 429, before, sandbox.BodyService)
		status(0.03, 500, before, sandbox.BodyService)
		status(0.03, 500, after, sandbox.BodyService)
		status(0.03, 503, before, sandbox.BodyNone)
		status(0.03, 502, after, sandbox.BodyHTML)
		for _, strikes := range []sandbox.FaultMoment{before, after} {
			add(0.04, sandbox.Fault{Operation: operation, Kind: sandbox.FaultCut, Strikes: strikes})
			add(0.01, sandbox.Fault{Operation: operation, Kind: sandbox.FaultStall, Strikes: strikes})
		}
		add(0.03, sandbox.Fault{Operation: operation, Kind: sandbox.FaultTruncated})
		add(0.02, sandbox.Fault{Operation: operation, Kind: sandbox.FaultTruncated, Ending: sandbox.EndingShort})
		add(0.02, sandbox.Fault{Operation: operation, Kind: sandbox.FaultContentType, Body: sandbox.BodyHTML})
	}
	for _, operation := range []string{"getIdentityCertification", "listIdentityAccessReviewItems", "getPendingCertificationTasks"} {
		add(0.03, sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 403, Strikes: before})
		add(0.03, sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 500, Strikes: before})
		add(0.01, sandbox.Fault{Operation: operation, Kind: sandbox.FaultStall, Strikes: before})
	}
	return faults
}

// A trial runs batches of writes against one sandbox and counts what was applied.
type trial struct {
	*graphtest.Tenant
	random   *rand.Rand
	decide   []string // items of the large certification to be decided, again and again
	move     []string // and to be reassigned, once
	signable []string // certifications of which all is decided
	seen     int      // writes of the sandbox's journal
	told     map[string]int
}

// The upstream refuses, fails, cuts connections before and after applying, and stalls in 500 batches of
// writes. After each, what the gateway reports and what the sandbox has applied agree item by item.
func TestNothingIsDoubledOrLost(t *testing.T) {
	t.Parallel()
	const trials, batches = 4, 125
	for seed := range uint64(trials) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, seed)
			for n := range batches {
				switch dice := x.random.IntN(20); {
				case dice < 13:
					x.decides(t, n)
				case dice < 16:
					x.reassigns(t, "reassignReviewItems", graphtest.ReassignMutation)
				case dice < 18:
					x.reassigns(t, "reassignReviewItemsAsync", graphtest.ReassignAsyncMutation)
				default:
					x.signsOff(t)
				}
				if t.Failed() {
					t.Fatalf("in batch %d", n)
				}
			}
			for _, outcome := range []string{"applied", "not applied", "error"} {
				if x.told[outcome] == 0 {
					t.Errorf("no batch was %s: %v", outcome, x.told)
				}
			}
			t.Logf("told: %v", x.told)
		})
	}
}

func newTrial(t *testing.T, seed uint64) *trial {
	door := &doorkeeper{RoundTripper: upstream.NewTransport(upstream.TransportConfig{})}
	w := graphtest.NewTenant(t, graphtest.Setup{
		Sandbox: sandbox.Config{Certifications: 40, Items: 3 * 700, Seed: seed + 1},
		Front:   door.front,
		ToUpstream: func(c *upstream.Config) {
			c.Transport, c.CallTimeout = door, 200*time.Millisecond
			c.Now, c.MaxPause = time.Now, time.Millisecond // after a 429
		},
	})
	x := &trial{Tenant: w, random: rand.New(rand.NewPCG(seed, 5)), told: map[string]int{}}
	items := w.UndecidedItems(t, 700)
	x.decide, x.move = items[:400], items[400:]
	for _, row := range w.List(t, graphtest.Admin, "/certifications", graphtest.Filters(`phase eq "ACTIVE"`)) {
		id := row["id"].(string)
		if graphtest.At(row, "reviewer", "type") != "IDENTITY" || id == sandbox.LargeCertification || id == sandbox.EmptyCertification {
			continue
		}
		approveAll(t, w, id)
		if x.signable = append(x.signable, id); len(x.signable) == 8 {
			break
		}
	}
	x.seen = len(w.Sandbox.Writes())
	if err := w.Sandbox.SetFaults(hardships()...); err != nil {
		t.Fatal(err)
	}
	return x
}

// pick returns some elements of a list, in random order.
func (x *trial) pick(list []string, most int) []string {
	n := 1 + x.random.IntN(min(most, len(list)))
	picked := make([]string, n)
	for i, at := range x.random.Perm(len(list))[:n] {
		picked[i] = list[at]
	}
	return picked
}

// news returns what the sandbox has applied since the last call.
func (x *trial) news() []sandbox.Write {
	all := x.Sandbox.Writes()
	fresh := all[x.seen:]
	x.seen = len(all)
	return fresh
}

// outcome returns what a payload reports of each id: "applied", "not applied" or "unknown". Without a
// payload, nothing was applied. With one, an id that is in no error was applied.
func (x *trial) outcome(t *testing.T, a graphtest.Answer, field string, ids []string, applied func(payload any) []any) map[string]string {
	t.Helper()
	told := map[string]string{}
	tell := func(id any, what string) {
		if earlier, twice := told[id.(string)]; twice {
			t.Errorf("%s is told as %s and %s: %s", id, earlier, what, a.Text)
		}
		told[id.(string)] = what
		x.told[what]++
	}
	payload := a.At(field)
	if payload == nil {
		if len(a.Errors) != 1 {
			t.Errorf("neither payload nor error: %s", a.Text)
		}
		x.told["error"]++
		for _, id := range ids {
			told[id] = "not applied"
		}
		return told
	}
	refused, _ := graphtest.At(payload, "errors").([]any)
	for _, refusal := range refused {
		what := "not applied"
		if graphtest.At(refusal, "code") == "OUTCOME_UNKNOWN" {
			what = "unknown"
		}
		for _, id := range graphtest.At(refusal, "ids").([]any) {
			tell(id, what)
		}
	}
	for _, id := range applied(payload) {
		tell(id, "applied")
	}
	for _, id := range ids {
		if told[id] == "" {
			t.Errorf("nothing is told of %s: %s", id, a.Text)
		}
	}
	if len(told) != len(ids) {
		t.Errorf("of %d ids something is told, want %d", len(told), len(ids))
	}
	return told
}

// agree compares what was reported of each id with how often the sandbox has applied it.
func (x *trial) agree(t *testing.T, told map[string]string, written map[string]int) {
	t.Helper()
	for id, what := range told {
		n := written[id]
		delete(written, id)
		if n > 1 || n == 0 && what == "applied" || n == 1 && what == "not applied" {
			t.Errorf("%s is told as %s and was applied %d times", id, what, n)
		}
	}
	if len(written) > 0 {
		t.Errorf("applied was what nobody asked for: %v", written)
	}
}

func (x *trial) decides(t *testing.T, batch int) {
	t.Helper()
	most := 12
	if x.random.IntN(12) == 0 {
		most = 400 // which may take two calls
	}
	ids := x.pick(x.decide, most)
	list := make([]any, len(ids))
	for i, id := range ids {
		// No two decisions are the same, so that none is mistaken for another.
		list[i] = graphtest.Object{"itemId": id, "decision": "APPROVE", "comment": fmt.Sprintf("Batch %d, decision %d", batch, i)}
	}
	a := x.Ask(t, graphtest.Admin, decideOnly, decidingOn(sandbox.LargeCertification, list...))
	told := x.outcome(t, a, "decideReviewItems", ids, func(payload any) []any {
		var raw []any
		for _, id := range graphtest.At(payload, "decidedItemIds").([]any) {
			item, err := model.ParseItemID(id.(string), sandbox.LargeCertification)
			if err != nil {
				t.Error(err)
			}
			raw = append(raw, item)
		}
		return raw
	})
	written := map[string]int{}
	for _, write := range x.news() {
		at := slices.Index(ids, write.Item)
		if want := fmt.Sprintf("Batch %d, decision %d", batch, at); write.Comments != want || write.Decision != "APPROVE" {
			t.Errorf("the journal says %+v, want %q", write, want)
		}
		written[write.Item]++
	}
	x.agree(t, told, written)
}

func (x *trial) reassigns(t *testing.T, field, mutation string) {
	t.Helper()
	if len(x.move) == 0 {
		return
	}
	ids := x.pick(x.move, 8)
	a := x.Ask(t, graphtest.Admin, mutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(ids)...))
	told := x.outcome(t, a, field, ids, func(payload any) []any {
		if tasks, _ := graphtest.At(payload, "tasks").([]any); len(tasks) > 0 || field == "reassignReviewItems" && len(graphtest.At(payload, "errors").([]any)) == 0 {
			return anys(ids)
		}
		return nil
	})
	x.Clock.Advance(2 * sandbox.DefaultTaskPace)
	written := map[string]int{}
	for _, write := range x.news() {
		if write.MovedTo == "" {
			t.Errorf("the journal says %+v", write)
		}
		written[write.Item]++
		x.move = slices.DeleteFunc(x.move, func(id string) bool { return id == write.Item })
	}
	x.agree(t, told, written)
}

func (x *trial) signsOff(t *testing.T) {
	t.Helper()
	id := x.signable[x.random.IntN(len(x.signable))]
	a := x.Ask(t, graphtest.Admin, graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": id}})
	told := x.outcome(t, a, "signOffCertification", []string{id}, func(payload any) []any {
		if graphtest.At(payload, "certification", "phase") == "SIGNED" {
			return []any{id}
		}
		return nil
	})
	written := map[string]int{}
	for _, write := range x.news() {
		written[cmp.Or(write.Item, write.Certification)]++
	}
	x.agree(t, told, written)
}

// approveAll decides all items of a certification by plain REST.
func approveAll(t *testing.T, w *graphtest.Tenant, certification string) {
	t.Helper()
	path := "/certifications/" + certification
	var list []graphtest.Object
	for _, item := range w.List(t, graphtest.Admin, path+"/access-review-items", nil) {
		list = append(list, graphtest.Object{"id": item["id"], "decision": "APPROVE", "bulk": true, "comments": "Needed"})
	}
	body, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Rest.URL+"/v3"+path+"/decide", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.Token(t, graphtest.Admin))
	resp, err := w.Rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the decisions are refused with status %d", resp.StatusCode)
	}
}
