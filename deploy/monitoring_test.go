package deploy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sigs.k8s.io/yaml"
)

// serve runs the built program on a sandbox of its own until the test ends, and returns the URL of the
// operators' listener.
func serve(t *testing.T) string {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(built(t), "certql"), "--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		if err := command.Wait(); err != nil {
			t.Error(err)
		}
	})
	url := ""
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if found := regexp.MustCompile(`^Operators\s+(http://[^/\s]+)`).FindStringSubmatch(lines.Text()); found != nil {
			url = found[1]
		}
		if strings.HasPrefix(lines.Text(), "Calls as") {
			return url
		}
	}
	t.Fatal("the program does not serve")
	return ""
}

// fetch returns the body and the status of a URL.
func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
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

// The program must have the metric and the paths that the chart, the adapter and the configuration of
// Prometheus name.
func TestPodsAreWatchedByWhatTheProgramTells(t *testing.T) {
	everything := rendered(t, charts["everything"])
	container := containerOf(t, everything)
	operators := serve(t)
	for _, path := range []string{container.LivenessProbe.HTTPGet.Path, container.ReadinessProbe.HTTPGet.Path} {
		if status, body := fetch(t, operators+path); status != http.StatusOK {
			t.Errorf("%s answers %d: %s", path, status, body)
		}
	}
	endpoint := everything.monitor.Spec.PodMetricsEndpoints[0]
	if *endpoint.Port != "admin" {
		t.Errorf("the monitor reads the port %s", *endpoint.Port)
	}
	metric := everything.scaler.Spec.Metrics[0].Pods.Metric.Name
	if _, body := fetch(t, operators+endpoint.Path); !strings.Contains(body, "\n# TYPE "+metric+" gauge\n") {
		t.Errorf("the program has no gauge %s", metric)
	}

	var adapter struct {
		Rules struct {
			Default bool `json:"default"`
			Custom  []struct {
				SeriesQuery  string         `json:"seriesQuery"`
				Resources    map[string]any `json:"resources"`
				Name         struct{ Matches, As string }
				MetricsQuery string `json:"metricsQuery"`
			} `json:"custom"`
		} `json:"rules"`
	}
	read(t, "prometheus/adapter.yaml", &adapter)
	rule := adapter.Rules.Custom[0]
	if !strings.HasPrefix(rule.SeriesQuery, metric+"{") || rule.Name.As != metric || !regexp.MustCompile(rule.Name.Matches).MatchString(metric) {
		t.Errorf("the adapter has no metric %s: %+v", metric, rule)
	}
	if overrides, _ := rule.Resources["overrides"].(map[string]any); overrides["pod"] == nil || overrides["namespace"] == nil {
		t.Errorf("the adapter does not tell pods apart: %+v", rule.Resources)
	}
}

// read decodes a file strictly.
func read(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestPrometheusFindsTheComposedGatewayUnderTheJobOfTheAlerts(t *testing.T) {
	var config struct {
		Global        map[string]string `json:"global"`
		RuleFiles     []string          `json:"rule_files"`
		ScrapeConfigs []struct {
			JobName      string `json:"job_name"`
			DNSSDConfigs []struct {
				Names           []string `json:"names"`
				Type            string   `json:"type"`
				Port            int      `json:"port"`
				RefreshInterval string   `json:"refresh_interval"`
			} `json:"dns_sd_configs"`
		} `json:"scrape_configs"`
	}
	read(t, "prometheus/prometheus.yaml", &config)
	alerts, err := os.ReadFile("prometheus/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	jobs := regexp.MustCompile(`job="([^"]*)"`).FindAllStringSubmatch(string(alerts), -1)
	if len(jobs) == 0 {
		t.Fatal("no alert looks for a job")
	}
	scraped := config.ScrapeConfigs[0]
	for _, job := range jobs {
		if job[1] != scraped.JobName {
			t.Errorf("an alert looks for the job %q, which is called %q", job[1], scraped.JobName)
		}
	}
	found := scraped.DNSSDConfigs[0]
	project := composed(t, "replicas")
	for _, name := range []string{"gateway", "replica-1", "replica-2", "replica-3"} {
		service := project.Services[name]
		network := service.Networks["operators"]
		if network == nil || !slices.Equal(network.Aliases, found.Names) || found.Type != "A" || !slices.Contains(service.Command, fmt.Sprintf("--admin-addr=:%d", found.Port)) {
			t.Errorf("Prometheus reads %s:%d, and not %s, which is %+v and runs %q", found.Names, found.Port, name, network, service.Command)
		}
	}
	mounted := make(map[string]bool)
	for _, volume := range composed(t, "").Services["prometheus"].Volumes {
		mounted[volume.Target] = true
	}
	for _, file := range config.RuleFiles {
		if !mounted[file] {
			t.Errorf("%s is not mounted", file)
		}
	}
	// The Prometheus operator names a job by the configured label.
	monitor := rendered(t, charts["everything"])
	if got := monitor.deployment.Spec.Template.Labels[monitor.monitor.Spec.JobLabel]; got != scraped.JobName {
		t.Errorf("the job of the monitor is %q by the label %q, want %q", got, monitor.monitor.Spec.JobLabel, scraped.JobName)
	}
}
