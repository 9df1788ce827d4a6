package deploy

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// startTime is how long a program may take until it serves; an engine that is new holds gateways up for 15 seconds.
const startTime = time.Minute

// free returns an address of this machine that nothing listens on.
func free(t *testing.T) string {
	t.Helper()
	var plain net.ListenConfig
	listener, err := plain.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// running runs a program until the test ends.
func running(t *testing.T, env []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	command.Env = env
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("%s %q: %s", name, args, &output)
		}
	})
	return command
}

// query counts the certifications, and returns the status and the body.
func query(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", strings.NewReader(`{"query":"{ certifications { totalCount } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// await waits until a URL is answered with 200.
func await(t *testing.T, url string) {
	t.Helper()
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for end := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(r)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %v, %+v", url, err, response)
		}
	}
}

// engineOf returns the engine that is installed.
func engineOf(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"valkey-server", "redis-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	need(t, false, "neither valkey-server nor redis-server is installed")
	return ""
}

// What it has to say against the configuration is that the gateways are not known by name outside of Compose.
func TestTheBalancerTakesItsConfiguration(t *testing.T) {
	needTool(t, "haproxy")
	out, err := exec.CommandContext(t.Context(), "haproxy", "-c", "-f", "haproxy/haproxy.cfg").CombinedOutput()
	if err != nil {
		t.Errorf("haproxy -c: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "[WARNING]") && !strings.Contains(line, "could not resolve address 'replica-") {
			t.Errorf("haproxy -c: %s", line)
		}
	}
}

// The configuration and the compose file name the same gateways, ports and networks.
func TestTheBalancerLeadsToTheComposedReplicas(t *testing.T) {
	config, err := os.ReadFile("haproxy/haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	project := composed(t, "replicas")
	var servers []string
	for _, found := range regexp.MustCompile(`(?m)^  server (\S+) (\S+):8080$`).FindAllStringSubmatch(string(config), -1) {
		if found[1] != found[2] {
			t.Errorf("the server %s is at %s", found[1], found[2])
		}
		servers = append(servers, found[1])
	}
	balancer := project.Services["balancer"]
	if depends := slices.Sorted(maps.Keys(balancer.DependsOn)); !slices.Equal(servers, depends) || len(servers) != 3 {
		t.Errorf("the balancer leads to %s and depends on %s", servers, depends)
	}
	subnet := project.Networks["balanced"].Ipam.Config[0].Subnet
	if _, err := netip.ParsePrefix(subnet); err != nil {
		t.Error(err)
	}
	for _, name := range servers {
		replica := project.Services[name]
		if *replica.Environment["CERTQL_REPLICA"] != name || *replica.Environment["CERTQL_TRUSTED_PROXIES"] != subnet || *replica.Environment["CERTQL_ALLOWED_HOSTS"] != balancer.Name {
			t.Errorf("%s has the environment %v", name, replica.Environment)
		}
		if len(replica.Ports) > 0 {
			t.Errorf("%s can be reached past the balancer, at %v", name, replica.Ports)
		}
	}
	if volume := balancer.Volumes[0]; filepath.Base(volume.Source) != filepath.Base(volume.Target) {
		t.Errorf("the balancer reads %+v", volume)
	}
	if _, named := project.Services["valkey"].Networks["engine"]; !named || !project.Networks["engine"].Internal {
		t.Error("the engine can be reached by others than the gateways")
	}
}

// What the profile runs in containers runs here on this machine, with the addresses exchanged: gateways, engine and
// balancer, by their commands, variables and configuration.
func TestThreeReplicasServeBehindTheBalancer(t *testing.T) {
	needTool(t, "haproxy")
	project := composed(t, "replicas")
	engine := free(t)
	_, enginePort, _ := net.SplitHostPort(engine)
	command := project.Services["valkey"].Command
	running(t, os.Environ(), engineOf(t), append(slices.Clone(command[1:]), "--port", enginePort, "--bind", "127.0.0.1", "--dir", t.TempDir())...)
	program := filepath.Join(built(t), "certql")
	sandbox := free(t)
	running(t, nil, program, "sandbox", "--addr="+sandbox)
	await(t, "http://"+sandbox+"/oauth/info")

	config, err := os.ReadFile("haproxy/haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	balancer := free(t)
	exchanged := strings.NewReplacer("bind :8080", "bind "+balancer)
	text := exchanged.Replace(string(config))
	var operators []string
	var processes []*exec.Cmd
	for i := range 3 {
		name := fmt.Sprintf("replica-%d", i+1)
		service := project.Services[name]
		addr, admin := free(t), free(t)
		places := strings.NewReplacer("--addr=:8080", "--addr="+addr, "--admin-addr=:8081", "--admin-addr="+admin,
			"http://sandbox:9090", "http://"+sandbox, "redis://valkey:6379", "redis://"+engine,
			"/run/secrets/client-secret", project.Secrets["client-secret"].File)
		var env, args []string
		for variable, value := range service.Environment {
			env = append(env, variable+"="+places.Replace(*value))
		}
		for _, arg := range service.Command {
			args = append(args, places.Replace(arg))
		}
		processes = append(processes, running(t, env, program, args...))
		operators = append(operators, "http://"+admin)
		_, adminPort, _ := net.SplitHostPort(admin)
		text = strings.Replace(text, "server "+name+" "+name+":8080", "server "+name+" "+addr+" port "+adminPort, 1)
	}
	written := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(written, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range operators {
		await(t, url+"/readyz")
	}
	running(t, os.Environ(), "haproxy", "-db", "-f", written)
	await(t, "http://"+balancer+"/")
	for range 30 {
		if status, body := query(t, "http://"+balancer); status != http.StatusOK || !strings.Contains(body, "totalCount") || strings.Contains(body, "errors") {
			t.Fatalf("%d %s", status, body)
		}
	}
	for i, url := range operators {
		_, body := fetch(t, url+"/metrics")
		for _, want := range []string{`certql_operations_total\{code="OK",type="query"\} [1-9]`, `certql_shared_visits_total\{outcome="answered"\} [1-9]`, `certql_shared_replicas [1-9]`, `certql_shared_away 0`} {
			if !regexp.MustCompile(`(?m)^` + want).MatchString(body) {
				t.Errorf("replica-%d has no metric %s", i+1, want)
			}
		}
	}
	_ = processes[0].Process.Kill()
	_ = processes[0].Wait() // what it had under way is lost: the balancer sends nothing twice
	for range 30 {
		if status, body := query(t, "http://"+balancer); status != http.StatusOK {
			t.Fatalf("after one is gone: %d %s", status, body)
		}
	}
}
