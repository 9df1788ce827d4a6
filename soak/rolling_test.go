package soak

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"certql/testenv"
)

// A balancer passes each connection on to one of the gateways that accept it.
type balancer struct {
	listener net.Listener
	next     atomic.Int64
}

// newBalancer returns a balancer before the gateways whose URLs are given.
func newBalancer(t *testing.T, urls func() []string) *balancer {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{listener: listener}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			inner, err := listener.Accept()
			if err != nil {
				return
			}
			go b.pass(t.Context(), inner, urls())
		}
	}()
	return b
}

func (b *balancer) pass(ctx context.Context, inner net.Conn, urls []string) {
	defer inner.Close()
	first := int(b.next.Add(1))
	for i := range urls {
		at, err := url.Parse(urls[(first+i)%len(urls)])
		if err != nil {
			return
		}
		var dialer net.Dialer
		outer, err := dialer.DialContext(ctx, "tcp", at.Host)
		if err != nil {
			continue
		}
		join(inner, outer)
		return
	}
}

// join passes on what comes on each of two connections to the other, until one of them ends.
func join(inner, outer net.Conn) {
	defer outer.Close()
	go func() { _, _ = io.Copy(outer, inner); outer.Close() }()
	_, _ = io.Copy(inner, outer)
}

// hiddenRequest and offered are what the page on which people sign in sends back, and whom it offers.
var (
	hiddenRequest = regexp.MustCompile(`name="request" value="([^"]+)"`)
	offered       = regexp.MustCompile(`name="identity" value="([^"]+)"`)
)

// A visitor is a browser in which somebody has signed in.
type visitor struct {
	origin string
	client *http.Client
}

// signIn signs somebody in at a gateway: the nth of those that the page offers.
func signIn(t *testing.T, origin string, n int) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{origin, &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/auth/login", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	found := hiddenRequest.FindSubmatch(body)
	people := offered.FindAllSubmatch(body, -1)
	if err != nil || found == nil || len(people) == 0 {
		t.Fatalf("%s is not the page on which people sign in: %v: %s", response.Request.URL, err, body)
	}
	at := response.Request.URL
	form := url.Values{"request": {string(found[1])}, "identity": {string(people[n%len(people)][1])}}
	r, err = http.NewRequestWithContext(t.Context(), http.MethodPost, at.ResolveReference(&url.URL{Path: "/oauth/authorize"}).String(), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", at.Scheme+"://"+at.Host)
	response, err = v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if u, _ := url.Parse(origin); len(jar.Cookies(u)) == 0 {
		t.Fatalf("the sign-in ends at %s with %d, and no cookie", response.Request.URL, response.StatusCode)
	}
	return v
}

// ask sends a document, and returns the status of the response and the codes of its errors.
func (v *visitor) ask(ctx context.Context, document string) (int, []string, error) {
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		return 0, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.origin+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", v.origin)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := v.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	var got answer
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return response.StatusCode, nil, err
	}
	var codes []string
	for _, e := range got.Errors {
		codes = append(codes, e.Extensions.Code)
	}
	return response.StatusCode, codes, nil
}

// startTask has the gateway move an item of the nth certification in the background, and returns the task.
func (s *suite) startTask(t *testing.T, n int) string {
	t.Helper()
	type certification struct {
		RawID       string
		Reviewer    struct{ RawID string }
		ReviewItems struct {
			Nodes []struct {
				RawID     string
				Completed bool
				Identity  *struct{ IdentityID string }
			}
		}
	}
	read := func(n int) certification {
		var data struct{ Certification certification }
		s.must(t, s.admin, `query($id: ID!) { certification(id: $id) { rawId reviewer { rawId } reviewItems(first: 20) { nodes { rawId completed identity { identityId } } } } }`,
			map[string]any{"id": s.certifications[n].id}, &data)
		return data.Certification
	}
	from := read(n)
	for other := range s.certifications {
		to := read(other).Reviewer.RawID
		for _, item := range from.ReviewItems.Nodes {
			if to == from.Reviewer.RawID || item.Completed || item.Identity == nil || item.Identity.IdentityID == to {
				continue
			}
			var moved struct {
				ReassignReviewItemsAsync struct{ Tasks []struct{ RawID string } }
			}
			s.must(t, s.admin, `mutation($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { tasks { rawId } } }`,
				map[string]any{"input": map[string]any{
					"certificationId": from.RawID, "reassignTo": to, "reason": "a test",
					"references": []map[string]string{{"id": item.RawID, "type": "ITEM"}},
				}}, &moved)
			return moved.ReassignReviewItemsAsync.Tasks[0].RawID
		}
	}
	t.Fatal("there is nothing to move")
	return ""
}

// openBalanced starts three gateways at which people sign in, behind a balancer, whose origin it returns.
func openBalanced(t *testing.T, sandboxArgs ...string) (f *fleet, origin string) {
	t.Helper()
	f = &fleet{t: t, journal: map[string]arrival{}}
	balanced := newBalancer(t, func() []string {
		f.mu.Lock()
		defer f.mu.Unlock()
		var all []string
		for _, r := range f.replicas {
			all = append(all, *r.url.Load())
		}
		return all
	})
	origin = "http://localhost:" + strings.TrimPrefix(balanced.listener.Addr().String(), "127.0.0.1:")
	f.open(t, 3, append(sandboxArgs, "--redirect-uri="+origin+"/auth/callback"), []string{
		"--auth=bearer,session", "--session-client-id=portal", "--session-client-secret=sandbox", "--public-url=" + origin,
		"--session-key=" + strings.Repeat("A", 43) + "=", "--introspection=on",
	})
	return f, origin
}

const (
	watchers = 200
	visitors = 50
)

// While gateways behind a balancer are replaced one after the other, whoever has signed in stays signed in, and
// whoever watches a task sees it end.
func TestReplicasAreReplacedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "gateways start and end, one after the other")
	f, origin := openBalanced(t, "--task-pace=8s")
	var group sync.WaitGroup
	ended := make(chan struct{})
	var answered, ends atomic.Int64
	complain := func(err error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.wrong = append(f.wrong, err)
	}
	for n := range visitors {
		v := signIn(t, origin, n)
		group.Go(func() {
			for {
				select {
				case <-ended:
					return
				case <-time.After(5 * time.Second):
				}
				status, codes, err := v.ask(t.Context(), "{ certifications(first: 1) { nodes { name } } }")
				switch {
				case err != nil: // the connection was to a gateway that ended
				case status == http.StatusUnauthorized || strings.Contains(fmt.Sprint(codes), "UNAUTHENTICATED"):
					complain(fmt.Errorf("who has signed in is refused with %d %v", status, codes))
				case status == http.StatusOK && codes == nil:
					answered.Add(1)
				}
			}
		})
	}
	tasks := []string{f.suite.startTask(t, 0), f.suite.startTask(t, 1)}
	for n := range watchers {
		who := &caller{url: origin + "/graphql", token: f.suite.admin.token, client: &http.Client{Transport: &http.Transport{}}}
		group.Go(func() {
			defer who.client.CloseIdleConnections()
			for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
				events, _ := who.follow(t.Context(), `subscription Task($id: ID!) { certificationTask(id: $id) { rawId status } }`, map[string]any{"id": tasks[n%2]})
				if last := strings.Join(events, ""); strings.Contains(last, `"SUCCESS"`) || strings.Contains(last, `"ERROR"`) {
					ends.Add(1)
					return
				}
			}
			complain(fmt.Errorf("watcher %d never saw the task end", n))
		})
	}
	for _, r := range f.replicas {
		time.Sleep(3 * time.Second)
		r.process.stop(t)
		f.run(r)
	}
	for begun := time.Now(); ends.Load() < watchers && time.Since(begun) < time.Minute; {
		time.Sleep(100 * time.Millisecond)
	}
	close(ended)
	group.Wait()
	t.Logf("%d requests of %d people were answered, %d watchers saw their task end", answered.Load(), visitors, ends.Load())
	for _, err := range f.wrong {
		t.Error(err)
	}
	if answered.Load() < visitors {
		t.Errorf("only %d requests were answered", answered.Load())
	}
	f.wantWithinTheLimit()
}

// A person who asks for little waits for next to nothing while another asks for more than there is, on whichever
// gateways they are.
func TestWhoAsksForLittleWaitsForNobody(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "whole windows of the budget pass")
	f, origin := openBalanced(t)
	greedy, modest := signIn(t, origin, 0), signIn(t, origin, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for n := range 20 {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				_, _, _ = greedy.ask(ctx, fmt.Sprintf("{ certifications(first: 1, offset: %d) { nodes { name } } }", (n+i)%3))
			}
		})
	}
	pause(ctx, 12*time.Second) // until the greedy one has had its part
	var waits []time.Duration
	for range 15 {
		pause(ctx, 1200*time.Millisecond)
		began := time.Now()
		status, codes, err := modest.ask(ctx, "{ certifications(first: 1) { nodes { name } } }")
		if status == http.StatusServiceUnavailable {
			continue // the machine was too busy for the engine to answer in time
		}
		if status != http.StatusOK || codes != nil || err != nil {
			t.Errorf("who asks for little is answered with %d %v: %v", status, codes, err)
		}
		waits = append(waits, time.Since(began))
	}
	if len(waits) < 10 {
		t.Fatalf("only %d of 15 requests could be served", len(waits))
	}
	cancel()
	group.Wait()
	slices.Sort(waits)
	t.Logf("who asks for little waits %s at the median, and %s at most", waits[len(waits)/2], waits[len(waits)-1])
	if waits[len(waits)/2] > time.Second {
		t.Errorf("who asks for little waits %s", waits[len(waits)/2])
	}
	f.wantWithinTheLimit()
}
