package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
)

// held is a service that answers each caller with a certification named like the caller's token,
// but only once the test lets the response go.
type held struct {
	arrived  chan string // tokens
	letGo    chan struct{}
	requests atomic.Int32
	gone     atomic.Int32 // requests that the client gave up
}

func (h *held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.requests.Add(1)
	token := r.Header.Get("Authorization")
	h.arrived <- token
	select {
	case <-h.letGo:
		fmt.Fprintf(w, `{"id":"c1","name":%q}`, token)
	case <-r.Context().Done():
		h.gone.Add(1)
	}
}

func newHeld(t *testing.T) (*held, *upstream.Client) {
	h := &held{arrived: make(chan string, 100), letGo: make(chan struct{})}
	server := newServer(t, h.ServeHTTP)
	return h, newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
}

func caller(t *testing.T, token string, usage *upstream.Usage) context.Context {
	t.Helper()
	bearer, err := upstream.Bearer(token)
	if err != nil {
		t.Fatal(err)
	}
	return upstream.WithUsage(upstream.WithCredential(t.Context(), bearer), usage)
}

func TestAlikeReadsUnderWayAreOneRequest(t *testing.T) {
	service, client := newHeld(t)
	var first, others upstream.Usage
	var group sync.WaitGroup
	read := func(usage *upstream.Usage) {
		certification, err := client.GetIdentityCertification(caller(t, "ada", usage), "c1")
		if err != nil || certification.Name != "Bearer ada" {
			t.Errorf("got %v, %v", certification, err)
		}
	}
	group.Go(func() { read(&first) })
	<-service.arrived
	for range 9 {
		group.Go(func() { read(&others) })
	}
	for others.Coalesced() < 9 { // each counts before it waits
		if service.requests.Load() > 1 {
			break
		}
	}
	close(service.letGo)
	group.Wait()
	if n := service.requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if first.Calls() != 1 || first.Coalesced() != 0 || others.Calls() != 0 || others.Coalesced() != 9 {
		t.Errorf("counted %d calls and %d coalesced, then %d and %d",
			first.Calls(), first.Coalesced(), others.Calls(), others.Coalesced())
	}
}

func TestCallersNeverShareAnAnswer(t *testing.T) {
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"id":"c1","name":%q}`, r.Header.Get("Authorization"))
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
	var group sync.WaitGroup
	for i := range 1000 {
		token := []string{"ada", "bob"}[i%2]
		group.Go(func() {
			certification, err := client.GetIdentityCertification(caller(t, token, nil), "c1")
			if err != nil || certification.Name != "Bearer "+token {
				t.Errorf("%s got %v, %v", token, certification, err)
			}
		})
		if i%50 == 49 {
			group.Wait()
		}
	}
	group.Wait()
}

func TestACallerWhoLeavesDoesNotFailTheOthers(t *testing.T) {
	service, client := newHeld(t)
	leaving, leave := context.WithCancel(caller(t, "ada", nil))
	var usage upstream.Usage
	left, stayed := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := client.GetIdentityCertification(leaving, "c1")
		left <- err
	}()
	<-service.arrived
	go func() {
		_, err := client.GetIdentityCertification(caller(t, "ada", &usage), "c1")
		stayed <- err
	}()
	for usage.Coalesced() == 0 && service.requests.Load() == 1 {
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(service.letGo)
	if err := <-stayed; err != nil {
		t.Errorf("who stayed got %v", err)
	}
	if n := service.requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestTheLastCallerWhoLeavesCancelsTheRequest(t *testing.T) {
	service, client := newHeld(t)
	gone := make(chan struct{})
	ctx, leave := context.WithCancel(caller(t, "ada", nil))
	go func() {
		defer close(gone)
		if _, err := client.GetIdentityCertification(ctx, "c1"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}()
	<-service.arrived
	leave()
	<-gone
	for service.gone.Load() == 0 { // the test's time limit ends this
	}
	close(service.letGo)
	if _, err := client.GetIdentityCertification(caller(t, "ada", nil), "c1"); err != nil {
		t.Errorf("the next caller got %v", err)
	}
}

// A read past the cache does not join one that began before it. Later reads join it, except those
// with a NoCache of their own.
func TestAReadPastTheCacheJoinsNoneFromBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &numbering{latency: time.Second}
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s})
		first, second := upstream.NoCache(withToken(t, "ada")), upstream.NoCache(withToken(t, "ada"))
		var group sync.WaitGroup
		for _, each := range []struct {
			name  string
			ctx   context.Context
			reads string // the number of the request
		}{
			{"any", withToken(t, "ada"), "1"},
			{"past the cache", first, "2"},
			{"for the same past the cache", first, "2"},
			{"any, later", withToken(t, "ada"), "2"},
			{"past the cache, later", second, "3"},
			{"any, at last", withToken(t, "ada"), "3"},
		} {
			group.Go(func() {
				certification, err := client.GetIdentityCertification(each.ctx, "c1")
				if err != nil || certification.Name != each.reads {
					t.Errorf("%s: read %v, %v; want %s", each.name, certification, err, each.reads)
				}
			})
			synctest.Wait()
			time.Sleep(time.Millisecond)
		}
		group.Wait()
		if n := s.count(); n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
	})
}

func TestAReadAfterAWriteDoesNotJoinOneFromBefore(t *testing.T) {
	var signed atomic.Bool
	arrived, letGo := make(chan struct{}, 2), make(chan struct{})
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			signed.Store(true)
			io.WriteString(w, `{"id":"c1"}`)
			return
		}
		phase := "ACTIVE"
		if signed.Load() {
			phase = "SIGNED"
		}
		arrived <- struct{}{}
		if phase == "ACTIVE" {
			<-letGo
		}
		fmt.Fprintf(w, `{"id":"c1","phase":%q}`, phase)
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
	before := make(chan upstream.CertificationPhase, 1)
	go func() {
		certification, err := client.GetIdentityCertification(caller(t, "ada", nil), "c1")
		if err != nil {
			t.Error(err)
			certification = &upstream.IdentityCertification{}
		}
		before <- certification.Phase
	}()
	<-arrived
	if _, err := client.SignOffIdentityCertification(caller(t, "ada", nil), "c1"); err != nil {
		t.Fatal(err)
	}
	after, err := client.GetIdentityCertification(caller(t, "ada", nil), "c1")
	if err != nil || after.Phase != upstream.PhaseSigned {
		t.Errorf("after the write: %v, %v", after, err)
	}
	close(letGo)
	if phase := <-before; phase != upstream.PhaseActive {
		t.Errorf("before the write: %s", phase)
	}
}

// What no write changes is joined across a write, also where writes of other replicas are not heard of.
func TestAReadOfPeopleIsJoinedAcrossAWrite(t *testing.T) {
	for _, cut := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := &numbering{latency: time.Second}
			b, clients := replicas(t, s, 0, 2)
			if cut {
				b.ports[1].sever()
			}
			read := func() {
				if _, err := clients[1].GetPublicIdentities(withToken(t, "ada"), upstream.GetPublicIdentitiesParams{}); err != nil {
					t.Error(err)
				}
			}
			var group sync.WaitGroup
			group.Go(read)
			synctest.Wait()
			group.Go(func() { signOff(t, clients[1]) })
			time.Sleep(500 * time.Millisecond)
			group.Go(read)
			group.Wait()
			if read(); s.count() != 2 {
				t.Errorf("cut off: %t: %d requests, want 2: the write, and one read that is kept", cut, s.count())
			}
		})
	}
}

// No request is sent for a caller who has already left.
func TestACallerWhoHasLeftSendsNothing(t *testing.T) {
	var came atomic.Int32
	client := newClient(t, upstream.Config{BaseURL: "http://localhost/v3", Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		came.Add(1)
		return answer(http.StatusOK, `{"id":"c1"}`), nil
	})})
	usage := upstream.NewUsage(0)
	ctx, cancel := context.WithCancel(caller(t, "ada", usage))
	cancel()
	for i := range 200 {
		if _, err := client.GetIdentityCertification(ctx, fmt.Sprint("c", i)); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	if came.Load() != 0 || usage.Calls() != 0 {
		t.Errorf("%d calls came, %d were counted", came.Load(), usage.Calls())
	}
}
