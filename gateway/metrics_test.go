package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"certql/graph/apierror"
	"certql/shared/enginetest"
	"certql/upstream/sandbox"
)

// A scrape is what Prometheus reads from a program.
type scrape struct {
	text    string
	help    map[string]string             // by families
	kinds   map[string]string             // counter, gauge or histogram
	samples map[string]string             // values, by names with labels
	labels  map[string]map[string]bool    // by names of samples
	values  map[[2]string]map[string]bool // of labels, by name of the sample and of the label
}

var sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$`)

// scrape reads the metrics.
func (p *program) scrape(t *testing.T) scrape {
	t.Helper()
	status, text := p.send(t, request(t, http.MethodGet, p.url(t, "Operators")+"/metrics", nil))
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, text)
	}
	handedOut.check(t, "the metrics", string(text))
	s := scrape{string(text), map[string]string{}, map[string]string{}, map[string]string{}, map[string]map[string]bool{}, map[[2]string]map[string]bool{}}
	for line := range strings.Lines(s.text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, help, _ := strings.Cut(rest, " ")
			s.help[name] = help
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			s.kinds[name] = kind
			continue
		}
		found := sampleLine.FindStringSubmatch(line)
		if found == nil {
			t.Fatalf("a line is no sample: %q", line)
		}
		name := found[1]
		s.samples[strings.TrimSuffix(line, " "+found[3])] = found[3]
		if s.labels[name] == nil {
			s.labels[name] = map[string]bool{}
		}
		for _, label := range regexp.MustCompile(`([a-zA-Z_]+)="((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(found[2], -1) {
			s.labels[name][label[1]] = true
			key := [2]string{name, label[1]}
			if s.values[key] == nil {
				s.values[key] = map[string]bool{}
			}
			s.values[key][label[2]] = true
		}
	}
	return s
}

// exercised returns the metrics of a program that has done a bit of everything.
func exercised(t *testing.T) scrape {
	t.Helper()
	manifest := filepath.Join(t.TempDir(), "documents.json")
	if err := os.WriteFile(manifest, []byte(`{"one": "query Trusted { rateLimit { limit } }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "--documents="+manifest, "--client-id=org-admin,org-admin-2")
	// One after the other, so that their numbers are known.
	p.query(t, "", `query Secret1 { certifications(first: 2) { totalCount nodes { reviewers { totalCount } } } }`)
	p.query(t, "", `query Secret1 { certifications(first: 2) { totalCount nodes { reviewers { totalCount } } } }`)
	p.query(t, "", `{ a: certification(id: "`+sandbox.LargeCertification+`") { id } b: certification(id: "`+sandbox.DecidedCertification+`") { id } }`)
	p.query(t, "", `{ nothing }`)
	p.query(t, "", `{ certifications(after: "forged") { totalCount } }`)
	p.query(t, "", `mutation { signOffCertification(input: {certificationId: "`+sandbox.LargeCertification+`"}) { errors { code } } }`)
	p.post(t, "", `{"query":"subscription { certificationTask(id: \"none\") { id } }"}`, "Accept", "text/event-stream")
	p.post(t, "", `{"documentId":"one"}`)
	p.send(t, request(t, http.MethodGet, p.url(t, "GraphQL")+"/secret2", nil))
	all := p.scrape(t)
	all.add(replicaMetrics(t))
	return all
}

// replicaMetrics returns the metrics that a program has only if it shares an engine with others.
func replicaMetrics(t *testing.T) scrape {
	t.Helper()
	url, _ := enginetest.Memory(t)
	return start(t, "--redis-url="+url).scrape(t)
}

// add adds the metrics that only another program has.
func (s *scrape) add(other scrape) {
	for name, help := range other.help {
		if s.help[name] != "" {
			continue
		}
		s.help[name], s.kinds[name] = help, other.kinds[name]
		s.text += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + other.kinds[name] + "\n"
		for sample, value := range other.samples {
			if sampleOf, _, _ := strings.Cut(sample, "{"); strings.HasPrefix(sampleOf, name) {
				s.samples[sample], s.labels[sampleOf] = value, other.labels[sampleOf]
				s.text += sample + " " + value + "\n"
			}
		}
	}
	for key, values := range other.values {
		if s.values[key] == nil {
			s.values[key] = values
		}
	}
}

func TestMetricsCountWhatWasDone(t *testing.T) {
	s := exercised(t)
	for sample, want := range map[string]string{
		`certql_operations_total{code="OK",type="query"}`:                                     "4",
		`certql_trusted_operations_total{code="OK",operation="Trusted"}`:                      "1",
		`certql_operations_total{code="GRAPHQL_VALIDATION_FAILED",type="none"}`:               "1",
		`certql_operations_total{code="BAD_USER_INPUT",type="query"}`:                         "1",
		`certql_operations_total{code="OK",type="mutation"}`:                                  "1",
		`certql_operations_total{code="OK",type="subscription"}`:                              "1",
		`certql_operations_under_way{type="subscription"}`:                                    "0",
		`certql_operation_duration_seconds_count{type="query"}`:                               "5",
		`certql_operation_upstream_calls_sum{type="query"}`:                                   "4",
		`certql_batch_size_sum{batch="certification"}`:                                        "3",
		`certql_upstream_calls_total{operation="listIdentityCertifications",status="2xx"}`:    "2",
		`certql_upstream_calls_total{operation="listCertificationReviewers",status="2xx"}`:    "2",
		`certql_upstream_call_duration_seconds_count{operation="listCertificationReviewers"}`: "2",
		`certql_cache_hits_total`:                                                             "3",
		`certql_upstream_pauses_total`:                                                        "0",
		`certql_upstream_budget_limit`:                                                        "95",
		`certql_http_requests_total{status="2xx"}`:                                            "8",
		`certql_http_requests_total{status="4xx"}`:                                            "1",
		`certql_connections_limit`:                                                            "10000",
		`certql_sessions`:                                                                     "0",
		`certql_client_budget_limit{client="org-admin-2"}`:                                    "95",
		`certql_client_paused{client="org-admin"}`:                                            "0",
		`certql_client_left_out{client="org-admin"}`:                                          "0",
		`certql_client_queue_length{client="org-admin"}`:                                      "0",
		`certql_shared_away`:                                                                  "0",
		`certql_shared_replicas`:                                                              "0",
		`certql_shared_visits_total{outcome="failed"}`:                                        "0",
	} {
		if got := s.samples[sample]; got != want {
			t.Errorf("%s is %q, want %q", sample, got, want)
		}
	}
	if waits := s.samples["certql_upstream_wait_seconds_count"]; waits == "" || waits == "0" || s.samples[`certql_upstream_wait_seconds_bucket{le="+Inf"}`] != waits {
		t.Errorf("%s waits were counted:\n%s", waits, s.text)
	}
	if open := s.samples["certql_connections"]; open == "" || open == "0" {
		t.Errorf("%q connections are open", open)
	}
	if strings.Contains(strings.ToLower(s.text), "secret") {
		t.Error("a label has what a caller sent")
	}
	for _, name := range []string{"go_goroutines", "go_gc_duration_seconds", "process_resident_memory_bytes", "certql_build_info"} {
		if s.help[name] == "" {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestMetricsAreNamedAsPrometheusWants(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(exercised(t).text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

func TestMetricsOfTheManualAreThoseOfTheProgram(t *testing.T) {
	s := exercised(t)
	var table strings.Builder
	fmt.Fprint(&table, "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(s.help)) {
		if !strings.HasPrefix(name, "certql_") {
			continue
		}
		sample := name
		if s.kinds[name] == "histogram" {
			sample += "_count"
		}
		var labels []string
		for _, label := range slices.Sorted(maps.Keys(s.labels[sample])) {
			labels = append(labels, "`"+label+"`")
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", name, s.kinds[name], strings.Join(labels, ", "), s.help[name])
	}
	written(t, "docs/operations.md", "metrics", table.String())
}

// written compares a part of a document, between two comments, with what it should be, or writes it.
func written(t *testing.T, path, part, want string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	place := regexp.MustCompile("(?s)(<!-- " + part + ":[^\n]*-->\n).*(<!-- end of " + part + " -->\n)")
	if !place.Match(text) {
		t.Fatalf("%s has no place for the %s", path, part)
	}
	whole := place.ReplaceAllString(string(text), "${1}\n"+strings.ReplaceAll(want, "$", "$$")+"\n${2}")
	if *update {
		if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(whole, string(text)); diff != "" {
		t.Errorf("the %s of %s differ; its first comment says how to write them (-want +got):\n%s", part, path, diff)
	}
}

// An alert is one as Prometheus reads it.
type alert struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func TestAlertsAskForMetricsThatThereAre(t *testing.T) {
	text, err := os.ReadFile("deploy/prometheus/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rules struct {
		Groups []struct {
			Name  string  `yaml:"name"`
			Rules []alert `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.UnmarshalWithOptions(text, &rules, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	runbooks, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	s := exercised(t)
	alerts := 0
	for _, group := range rules.Groups {
		for _, alert := range group.Rules {
			alerts++
			checkExpression(t, s, alert.Alert, alert.Expr)
			if alert.Labels["severity"] == "" || alert.Annotations["summary"] == "" || alert.Annotations["description"] == "" || group.Name == "" {
				t.Errorf("%s lacks a severity, a summary or a description", alert.Alert)
			}
			at, anchor, _ := strings.Cut(alert.Annotations["runbook_url"], "#")
			if at != "docs/operations.md" || anchor != strings.ToLower(alert.Alert) || !bytes.Contains(runbooks, []byte("\n### "+alert.Alert+"\n")) {
				t.Errorf("%s has the runbook %q, which is no section of its own", alert.Alert, alert.Annotations["runbook_url"])
			}
			for _, option := range regexp.MustCompile(`--[a-z-]+`).FindAllString(alert.Annotations["description"], -1) {
				if !slices.ContainsFunc(optionNames(t), func(name string) bool { return "--"+name == option }) {
					t.Errorf("%s advises on %s, which is no option", alert.Alert, option)
				}
			}
		}
	}
	if alerts < 5 {
		t.Errorf("there are %d alerts", alerts)
	}
}

func optionNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, option := range optionsOf(t)["serve"] {
		names = append(names, option.Name)
	}
	return names
}

func TestTheDashboardAsksForMetricsThatThereAre(t *testing.T) {
	text, err := os.ReadFile("deploy/grafana/certql.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Title      string
		Templating struct {
			List []struct{ Name, Query string }
		}
		Annotations struct{ List []struct{ Expr string } }
		Panels      []struct {
			ID          int
			Title, Type string
			GridPos     struct{ X, Y, W, H int }
			Targets     []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	s, asked, ids := exercised(t), map[string]bool{}, map[int]bool{}
	expression := func(where, text string) {
		for _, variable := range dashboard.Templating.List {
			text = strings.ReplaceAll(text, "$"+variable.Name, "x")
		}
		for _, name := range checkExpression(t, s, where, strings.ReplaceAll(text, "$__rate_interval", "5m")) {
			asked[name] = true
		}
	}
	for _, panel := range dashboard.Panels {
		if ids[panel.ID] || panel.GridPos.X+panel.GridPos.W > 24 || (panel.Type != "row") != (len(panel.Targets) > 0) {
			t.Errorf("panel %q has the id or the place of another, or shows nothing", panel.Title)
		}
		ids[panel.ID] = true
		for _, target := range panel.Targets {
			expression(panel.Title, target.Expr)
			for _, label := range regexp.MustCompile(`\{\{(\w+)\}\}`).FindAllStringSubmatch(target.LegendFormat, -1) {
				if label[1] != "instance" && !strings.Contains(target.Expr, label[1]) {
					t.Errorf("panel %q: the legend names %s, by which nothing is told apart", panel.Title, label[1])
				}
			}
		}
	}
	for _, annotation := range dashboard.Annotations.List {
		expression("annotation", annotation.Expr)
	}
	for _, variable := range dashboard.Templating.List {
		if found := regexp.MustCompile(`^label_values\((\w+)`).FindStringSubmatch(variable.Query); found != nil && s.help[found[1]] == "" {
			t.Errorf("the variable %s comes from %s, which is no metric", variable.Name, found[1])
		}
	}
	for name := range s.help {
		if strings.HasPrefix(name, "certql_") && name != "certql_build_info" && !asked[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// checkExpression parses an expression, and looks for its metrics and labels in what was scraped. It
// answers the families of the metrics.
func checkExpression(t *testing.T, s scrape, where, text string) []string {
	t.Helper()
	parsed, err := metricsql.Parse(text)
	if err != nil {
		t.Errorf("%s: %v in %s", where, err, text)
		return nil
	}
	// What Prometheus adds, and what it makes itself.
	labels := map[string]bool{"job": true, "instance": true}
	var families, grouped []string
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		switch e := e.(type) {
		case *metricsql.ModifierExpr:
			grouped = append(grouped, e.Args...)
		case *metricsql.MetricExpr:
			for _, filters := range e.LabelFilterss {
				name := ""
				for _, filter := range filters {
					if filter.Label == "__name__" {
						name = filter.Value
						continue
					}
					known := filter.Label == "job" || filter.Label == "instance"
					if !known && !s.labels[name][filter.Label] {
						t.Errorf("%s: %s has no label %s", where, name, filter.Label)
					}
					if !known && !filter.IsRegexp && !slices.Contains(allowedValues(s, name, filter.Label), filter.Value) {
						t.Errorf("%s: the label %s of %s is never %q", where, filter.Label, name, filter.Value)
					}
				}
				if name == "up" {
					continue
				}
				family := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count"), "_sum")
				if s.help[family] == "" || s.labels[name] == nil {
					t.Errorf("%s: there is no metric %q", where, name)
				}
				families = append(families, family)
				maps.Copy(labels, s.labels[name])
			}
		}
	})
	for _, label := range grouped {
		if !labels[label] {
			t.Errorf("%s: no metric in it has the label %s: %s", where, label, text)
		}
	}
	if len(families) == 0 && !strings.HasPrefix(text, "up{") {
		t.Errorf("%s: no metric in %s", where, text)
	}
	return families
}

// allowedValues returns the values that a label may have: those that were seen, and the codes.
func allowedValues(s scrape, name, label string) []string {
	values := slices.Collect(maps.Keys(s.values[[2]string{name, label}]))
	if label == "code" {
		values = append(values, apierror.Codes()...)
	}
	return values
}
