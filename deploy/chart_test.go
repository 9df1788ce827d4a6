package deploy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	names "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

// A rendering is the output of the chart for some values.
type rendering struct {
	deployment *apps.Deployment
	service    *core.Service
	account    *core.ServiceAccount
	disruption *policy.PodDisruptionBudget
	scaler     *autoscaling.HorizontalPodAutoscaler // nil where there is none
	network    *networking.NetworkPolicy            // nil where there is none
	monitor    *monitoring.PodMonitor               // nil where there is none
	ingress    *networking.Ingress                  // nil where there is none
	route      *gatewayapi.HTTPRoute                // nil where there is none
}

const (
	chartFolder = "helm/certql"
	release     = "reviews"
	namespace   = "iam"
)

// render returns the objects of the chart, in a release whose name says nothing.
func render(values string) (rendering, error) {
	var chosen map[string]any
	if err := yaml.UnmarshalStrict([]byte(values), &chosen); err != nil {
		return rendering{}, err
	}
	chart, err := loader.LoadDir(chartFolder)
	if err != nil {
		return rendering{}, err
	}
	all, err := util.ToRenderValues(chart, chosen, common.ReleaseOptions{Name: release, Namespace: namespace, IsInstall: true}, nil)
	if err != nil {
		return rendering{}, err
	}
	files, err := engine.Render(chart, all)
	if err != nil {
		return rendering{}, err
	}
	var got rendering
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(name, ".txt") || strings.TrimSpace(files[name]) == "" {
			continue
		}
		if err := got.add(files[name]); err != nil {
			return rendering{}, fmt.Errorf("%s: %w\n%s", name, err, files[name])
		}
	}
	return got, nil
}

// add reads an object like an API server that refuses unknown and duplicate fields, and checks it against the
// schema that the API publishes.
func (r *rendering) add(text string) error {
	known := runtime.NewScheme()
	if err := scheme.AddToScheme(known); err != nil {
		return err
	}
	if err := monitoring.AddToScheme(known); err != nil {
		return err
	}
	if err := gatewayapi.Install(known); err != nil {
		return err
	}
	decoder := serializer.NewCodecFactory(known, serializer.EnableStrict).UniversalDeserializer()
	object, kind, err := decoder.Decode([]byte(text), nil, nil)
	if err != nil {
		return err
	}
	switch object := object.(type) {
	case *apps.Deployment:
		r.deployment = object
	case *core.Service:
		r.service = object
	case *core.ServiceAccount:
		r.account = object
	case *policy.PodDisruptionBudget:
		r.disruption = object
	case *autoscaling.HorizontalPodAutoscaler:
		r.scaler = object
	case *networking.NetworkPolicy:
		r.network = object
	case *networking.Ingress:
		r.ingress = object
	case *monitoring.PodMonitor:
		r.monitor = object
		return nil // which is no part of Kubernetes
	case *gatewayapi.HTTPRoute:
		r.route = object
		return nil // nor is this
	default:
		return fmt.Errorf("nothing is known of a %s", kind.Kind)
	}
	_, err = applyconfigurations.NewTypeConverter(known).ObjectToTyped(object)
	return err
}

// rendered is render for valid values.
func rendered(t *testing.T, values string) rendering {
	t.Helper()
	got, err := render(values)
	if err != nil {
		t.Fatal(err)
	}
	if got.deployment == nil || got.service == nil || got.account == nil || got.disruption == nil {
		t.Fatalf("objects are missing: %+v", got)
	}
	return got
}

// charts are values that between them reach every branch of the templates.
var charts = map[string]string{
	"sandbox": `{sandbox: true}`,
	"tenant":  `{upstreamUrl: "https://acme.api.identitynow.com/v3"}`,
	"one pod": `{upstreamUrl: "https://acme.api.identitynow.com", replicas: 1, rateLimitMargin: 0, networkPolicy: {enabled: false}}`,
	"shared": `
upstreamUrl: https://acme.api.identitynow.com/v3
redis: {url: "redis://valkey:6379/1", secret: valkey}
settings: {auth: session, session-client-id: portal, public-url: "https://reviews.example.com", redis-prefix: acme}
secret: {name: certql, files: {session-key-file: session-key}}
`,
	"sentinels": `
upstreamUrl: https://acme.api.identitynow.com/v3
replicas: 3
redis:
  url: rediss://a.redis:26379,rediss://b.redis:26380/0,rediss://c.redis
  username: gateway
  sentinelMaster: certql
  secret: redis
  passwordKey: master-password
  sentinelPasswordKey: sentinel-password
  tlsSecret: redis-tls
  certKey: tls.crt
  keyKey: tls.key
  peers: [{namespaceSelector: {matchLabels: {team: data}}}]
  ports: [6380]
`,
	"everything": `
upstreamUrl: https://acme.api.identitynow.com/v3
image: {repository: registry.example.com/certql, digest: "sha256:` + strings.Repeat("0a", 32) + `"}
imagePullSecrets: [{name: registry}]
rateLimit: 90
allowedHosts: [reviews.example.com, reviews.internal]
clusterDomain: corp.local
autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 4, queueLength: 10}
settings: {auth: service, client-id: portal, cache-ttl: 5s, precheck: false, max-depth: 12, cors-origin: ["https://a.example.com", "https://b.example.com"]}
secret: {name: certql, files: {client-secret-file: client-secret, api-keys-file: api-keys}}
authorities: proxy-ca
resources: {requests: {cpu: "1", memory: 1Gi}, limits: {memory: 1Gi}}
ingress: {enabled: true, className: nginx, annotations: {nginx.ingress.kubernetes.io/proxy-buffering: "off"}, tlsSecret: reviews-tls}
httpRoute: {enabled: true, annotations: {example.com/owner: iam}, parents: [{name: public, namespace: gateways, sectionName: https}]}
drain: {delaySeconds: 10, timeoutSeconds: 60}
networkPolicy:
  callers: [{podSelector: {matchLabels: {app: portal}}}]
  monitors: [{namespaceSelector: {matchLabels: {team: sre}}}]
  upstreamPorts: [443, 3128]
  collector: [{namespaceSelector: {matchLabels: {team: sre}}}]
podMonitor: {enabled: true, labels: {release: prometheus}}
env: {OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.monitoring:4318"}
podAnnotations: {example.com/owner: iam}
podLabels: {team: iam}
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: dedicated, operator: Exists}]
affinity: {nodeAffinity: {}}
priorityClassName: high
`,
}

func TestTheChartRendersWhatKubernetesTakes(t *testing.T) {
	for name, values := range charts {
		t.Run(name, func(t *testing.T) {
			got := rendered(t, values)
			objects := map[string]meta.Object{
				"deployment": got.deployment, "service": got.service, "service account": got.account, "disruption budget": got.disruption,
			}
			if got.scaler != nil {
				objects["autoscaler"] = got.scaler
			}
			if got.network != nil {
				objects["network policy"] = got.network
			}
			if got.monitor != nil {
				objects["pod monitor"] = got.monitor
			}
			if got.ingress != nil {
				objects["ingress"] = got.ingress
			}
			if got.route != nil {
				objects["route"] = got.route
			}
			for kind, object := range objects {
				if object.GetName() != release+"-certql" || len(names.IsDNS1035Label(object.GetName())) > 0 {
					t.Errorf("the %s is called %q", kind, object.GetName())
				}
				if problems := validation.ValidateLabels(object.GetLabels(), field.NewPath("labels")); len(problems) > 0 || len(object.GetLabels()) < 4 {
					t.Errorf("the labels of the %s: %v", kind, problems)
				}
			}
		})
	}
}

func TestTheObjectsOfTheChartFindEachOther(t *testing.T) {
	for name, values := range charts {
		t.Run(name, func(t *testing.T) {
			got := rendered(t, values)
			pod := got.deployment.Spec.Template
			container := containerOf(t, got)
			finders := map[string]*meta.LabelSelector{
				"deployment":        got.deployment.Spec.Selector,
				"service":           {MatchLabels: got.service.Spec.Selector},
				"disruption budget": got.disruption.Spec.Selector,
				"spread":            pod.Spec.TopologySpreadConstraints[0].LabelSelector,
			}
			if got.network != nil {
				finders["network policy"] = &got.network.Spec.PodSelector
			}
			if got.monitor != nil {
				finders["pod monitor"] = &got.monitor.Spec.Selector
			}
			for who, selector := range finders {
				if found, err := meta.LabelSelectorAsSelector(selector); err != nil || found.Empty() || !found.Matches(labels.Set(pod.Labels)) {
					t.Errorf("the %s finds no pods by %v (%v)", who, selector, err)
				}
			}
			if pod.Spec.ServiceAccountName != got.account.Name {
				t.Errorf("pods run as %q", pod.Spec.ServiceAccountName)
			}
			ports := make(map[string]int32)
			for _, port := range container.Ports {
				ports[port.Name] = port.ContainerPort
			}
			if diff := cmp.Diff(map[string]int32{"http": 8080, "admin": 8081}, ports); diff != "" {
				t.Errorf("ports (-want +got):\n%s", diff)
			}
			if got.service.Spec.Ports[0].TargetPort.String() != "http" || len(got.service.Spec.Ports) != 1 {
				t.Errorf("the service leads to %v: callers must not reach the listener of operators", got.service.Spec.Ports)
			}
			probes := map[string]*core.Probe{"/livez": container.LivenessProbe, "/readyz": container.ReadinessProbe}
			for path, probe := range probes {
				if probe.HTTPGet.Path != path || probe.HTTPGet.Port.String() != "admin" {
					t.Errorf("%s is asked for as %+v", path, probe.HTTPGet)
				}
			}
			if got.scaler != nil {
				target := got.scaler.Spec.ScaleTargetRef
				if target.Kind != "Deployment" || target.Name != got.deployment.Name || got.deployment.Spec.Replicas != nil {
					t.Errorf("the autoscaler is for %+v, and the deployment has %v replicas of its own", target, got.deployment.Spec.Replicas)
				}
			}
			volumes := make(map[string]bool)
			for _, volume := range pod.Spec.Volumes {
				volumes[volume.Name] = true
			}
			for _, mount := range container.VolumeMounts {
				if !volumes[mount.Name] || !mount.ReadOnly {
					t.Errorf("%s is mounted as %+v", mount.Name, mount)
				}
			}
			if len(volumes) != len(container.VolumeMounts) {
				t.Errorf("there are %d volumes and %d mounts", len(volumes), len(container.VolumeMounts))
			}
		})
	}
}

// containerOf returns the only container of a pod.
func containerOf(t *testing.T, r rendering) core.Container {
	t.Helper()
	if n := len(r.deployment.Spec.Template.Spec.Containers); n != 1 {
		t.Fatalf("there are %d containers, want 1", n)
	}
	return r.deployment.Spec.Template.Spec.Containers[0]
}

// The restricted profile of the Pod Security Standards, and a little more.
func TestPodsMayDoNothingThatTheyNeedNot(t *testing.T) {
	for name, values := range charts {
		t.Run(name, func(t *testing.T) {
			got := rendered(t, values)
			pod, container := got.deployment.Spec.Template.Spec, containerOf(t, got)
			want := core.PodSecurityContext{
				RunAsNonRoot: new(true), RunAsUser: new(int64(65532)), RunAsGroup: new(int64(65532)), FSGroup: new(int64(65532)),
				SeccompProfile: &core.SeccompProfile{Type: core.SeccompProfileTypeRuntimeDefault},
			}
			if diff := cmp.Diff(&want, pod.SecurityContext); diff != "" {
				t.Errorf("security of the pod (-want +got):\n%s", diff)
			}
			wantContainer := core.SecurityContext{
				AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
				Capabilities: &core.Capabilities{Drop: []core.Capability{"ALL"}},
			}
			if diff := cmp.Diff(&wantContainer, container.SecurityContext); diff != "" {
				t.Errorf("security of the container (-want +got):\n%s", diff)
			}
			if pod.HostNetwork || pod.HostPID || pod.HostIPC {
				t.Error("the pod shares something with its host")
			}
			for who, mounts := range map[string]*bool{"pod": pod.AutomountServiceAccountToken, "service account": got.account.AutomountServiceAccountToken} {
				if mounts == nil || *mounts {
					t.Errorf("the %s brings a token for the API of Kubernetes", who)
				}
			}
			// A service called certql would otherwise set variables such as CERTQL_PORT in every pod.
			if pod.EnableServiceLinks == nil || *pod.EnableServiceLinks {
				t.Error("services set variables in the pod")
			}
			for _, variable := range container.Env {
				isName := variable.ValueFrom != nil && variable.ValueFrom.FieldRef != nil
				if strings.Contains(strings.ToLower(variable.Name), "secret") || variable.ValueFrom != nil && !isName {
					t.Errorf("the variable %s holds a secret, which belongs in a file", variable.Name)
				}
			}
			for _, volume := range pod.Volumes {
				if volume.HostPath != nil || volume.Secret != nil && *volume.Secret.DefaultMode&0o007 != 0 {
					t.Errorf("the volume %s is one of the host, or one that everybody may read: %+v", volume.Name, volume)
				}
			}
		})
	}
}

// The image and the pods use the same user id, so that both can read the same files.
func TestPodsRunAsWhomTheImageSays(t *testing.T) {
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	got := rendered(t, charts["sandbox"]).deployment.Spec.Template.Spec.SecurityContext
	if want := fmt.Sprintf("\nUSER %d:%d\n", *got.RunAsUser, *got.RunAsGroup); !strings.Contains(string(text), want) {
		t.Errorf("the Dockerfile has no line %q", strings.TrimSpace(want))
	}
}

// The program asks the container for its limit. A variable would have to be kept in line with it.
func TestMemoryIsLimitedAndTheProgramAsksForTheLimit(t *testing.T) {
	tests := map[string]struct {
		values string
		limit  int64
		want   string // GOMEMLIMIT
	}{
		"by default":           {`{sandbox: true}`, 256 << 20, ""},
		"mebibytes":            {`{sandbox: true, resources: {limits: {memory: 128Mi}}}`, 128 << 20, ""},
		"gibibytes":            {`{sandbox: true, resources: {limits: {memory: 2Gi}}}`, 2 << 30, ""},
		"the operator insists": {`{sandbox: true, env: {GOMEMLIMIT: 200MiB}}`, 256 << 20, "200MiB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			container := containerOf(t, rendered(t, test.values))
			if got := container.Resources.Limits.Memory().Value(); got != test.limit {
				t.Errorf("the limit is %d bytes, want %d", got, test.limit)
			}
			if got := variable(container, "GOMEMLIMIT"); got != test.want {
				t.Errorf("GOMEMLIMIT is %q, want %q", got, test.want)
			}
			if container.Resources.Requests.Cpu().IsZero() || container.Resources.Requests.Memory().IsZero() {
				t.Error("the pod asks for no processor or no memory")
			}
		})
	}
}

func variable(container core.Container, name string) string {
	for _, variable := range container.Env {
		if variable.Name == name {
			return variable.Value
		}
	}
	return ""
}

// argument returns the value of an option of the container.
func argument(t *testing.T, container core.Container, option string) string {
	t.Helper()
	for _, argument := range container.Args {
		if value, ok := strings.CutPrefix(argument, "--"+option+"="); ok {
			return value
		}
	}
	t.Fatalf("there is no --%s among %q", option, container.Args)
	return ""
}

func TestPodsTogetherStayWithinTheUpstreamsBudget(t *testing.T) {
	tests := map[string]struct {
		values        string
		limit, margin string
		pods          int // at most
		surge, fewer  int // while the pods are replaced
	}{
		"one pod":         {`{replicas: 1}`, "100", "5", 1, 1, 0},
		"two":             {`{replicas: 2}`, "50", "3", 2, 0, 1},
		"seven":           {`{replicas: 7}`, "14", "1", 7, 0, 1},
		"up to four":      {`{replicas: 2, autoscaling: {enabled: true, minReplicas: 1, maxReplicas: 4}}`, "25", "2", 4, 0, 1},
		"no margin":       {`{replicas: 3, rateLimitMargin: 0}`, "33", "0", 3, 0, 1},
		"another budget":  {`{replicas: 3, rateLimit: 1000, rateLimitMargin: 50}`, "333", "17", 3, 0, 1},
		"one each, alone": {`{replicas: 100, rateLimitMargin: 0}`, "1", "0", 100, 0, 1},
		"shared":          {`{replicas: 3, redis: {url: "redis://valkey"}}`, "100", "5", 3, 1, 0},
		"shared, scaled":  {`{redis: {url: "redis://valkey"}, rateLimit: 50, autoscaling: {enabled: true, maxReplicas: 60}}`, "50", "5", 60, 1, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := rendered(t, `{upstreamUrl: "https://acme.example.com/v3", `+strings.TrimPrefix(test.values, "{"))
			container := containerOf(t, got)
			if limit, margin := argument(t, container, "rate-limit"), argument(t, container, "rate-limit-margin"); limit != test.limit || margin != test.margin {
				t.Errorf("each pod has %s less %s, want %s less %s", limit, margin, test.limit, test.margin)
			}
			strategy := got.deployment.Spec.Strategy.RollingUpdate
			if strategy.MaxSurge.IntValue() != test.surge || strategy.MaxUnavailable.IntValue() != test.fewer {
				t.Errorf("pods are replaced with %s more and %s fewer, want %d and %d", strategy.MaxSurge, strategy.MaxUnavailable, test.surge, test.fewer)
			}
		})
	}
}

func TestPodsAreAddedByTheLengthOfTheQueue(t *testing.T) {
	got := rendered(t, charts["everything"]).scaler
	if *got.Spec.MinReplicas != 2 || got.Spec.MaxReplicas != 4 || len(got.Spec.Metrics) != 1 {
		t.Fatalf("the autoscaler is %+v", got.Spec)
	}
	metric := got.Spec.Metrics[0]
	if metric.Type != autoscaling.PodsMetricSourceType || metric.Pods.Target.AverageValue.String() != "10" {
		t.Errorf("pods are added by %+v", metric)
	}
	if rendered(t, charts["tenant"]).scaler != nil {
		t.Error("there is an autoscaler where nobody asked for one")
	}
}

// Callers know the gateway by the names of its service, by those of an ingress, or by both.
func TestPodsAreReachedByTheNamesOfTheService(t *testing.T) {
	for name, want := range map[string]string{
		"tenant":     "reviews-certql,reviews-certql.iam,reviews-certql.iam.svc,reviews-certql.iam.svc.cluster.local",
		"everything": "reviews-certql,reviews-certql.iam,reviews-certql.iam.svc,reviews-certql.iam.svc.corp.local,reviews.example.com,reviews.internal",
	} {
		if got := argument(t, containerOf(t, rendered(t, charts[name])), "allowed-hosts"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// Callers outside the cluster reach what is for them under each of the names, and nothing else.
func TestAnIngressLeadsToWhatCallersNeed(t *testing.T) {
	if rendered(t, charts["tenant"]).ingress != nil {
		t.Error("there is an ingress where nobody asked for one")
	}
	got := rendered(t, charts["everything"])
	spec := got.ingress.Spec
	if *spec.IngressClassName != "nginx" || got.ingress.Annotations["nginx.ingress.kubernetes.io/proxy-buffering"] != "off" {
		t.Errorf("the class is %q, the annotations are %v", *spec.IngressClassName, got.ingress.Annotations)
	}
	names := []string{"reviews.example.com", "reviews.internal"}
	if diff := cmp.Diff([]networking.IngressTLS{{Hosts: names, SecretName: "reviews-tls"}}, spec.TLS); diff != "" {
		t.Errorf("TLS (-want +got):\n%s", diff)
	}
	var hosts []string
	for _, rule := range spec.Rules {
		hosts = append(hosts, rule.Host)
		var paths []string
		for _, path := range rule.HTTP.Paths {
			paths = append(paths, path.Path+" "+string(*path.PathType))
			to := path.Backend.Service
			if to.Name != got.service.Name || to.Port.Name != got.service.Spec.Ports[0].Name {
				t.Errorf("%s leads to %+v, which is not the service", path.Path, to)
			}
		}
		if diff := cmp.Diff([]string{"/graphql Exact", "/auth/ Prefix", "/pages/ Prefix"}, paths); diff != "" {
			t.Errorf("paths (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(names, hosts); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	plain := rendered(t, `{sandbox: true, allowedHosts: [a.example.com], ingress: {enabled: true, paths: [{path: /, type: Prefix}]}}`).ingress.Spec
	if plain.TLS != nil || plain.IngressClassName != nil || len(plain.Rules) != 1 || plain.Rules[0].HTTP.Paths[0].Path != "/" {
		t.Errorf("one without TLS is %+v", plain)
	}
}

// A route of the Gateway API leads there, too, through Gateways that the chart does not make.
func TestARouteLeadsToWhatCallersNeed(t *testing.T) {
	if rendered(t, charts["tenant"]).route != nil {
		t.Error("there is a route where nobody asked for one")
	}
	got := rendered(t, charts["everything"])
	spec := got.route.Spec
	if got.route.Annotations["example.com/owner"] != "iam" || len(spec.Rules) != 1 {
		t.Fatalf("the route is %+v", got.route)
	}
	section, gateways := gatewayapi.SectionName("https"), gatewayapi.Namespace("gateways")
	parents := []gatewayapi.ParentReference{{Name: "public", Namespace: &gateways, SectionName: &section}}
	if diff := cmp.Diff(parents, spec.ParentRefs); diff != "" {
		t.Errorf("parents (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]gatewayapi.Hostname{"reviews.example.com", "reviews.internal"}, spec.Hostnames); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	rule := spec.Rules[0]
	var paths []string
	for _, match := range rule.Matches {
		paths = append(paths, *match.Path.Value+" "+string(*match.Path.Type))
	}
	if diff := cmp.Diff([]string{"/graphql Exact", "/auth PathPrefix", "/pages PathPrefix"}, paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	if len(rule.BackendRefs) != 1 || string(rule.BackendRefs[0].Name) != got.service.Name || *rule.BackendRefs[0].Port != got.service.Spec.Ports[0].Port {
		t.Errorf("it leads to %+v, which is not the service", rule.BackendRefs)
	}
	if rule.Timeouts == nil || *rule.Timeouts.Request != "0s" {
		t.Errorf("it bounds subscriptions: %+v", rule.Timeouts)
	}
	plain := rendered(t, `{sandbox: true, allowedHosts: [a.example.com], httpRoute: {enabled: true, timeout: "", parents: [{name: public}]}}`).route.Spec
	if plain.Rules[0].Timeouts != nil || plain.ParentRefs[0].Namespace != nil {
		t.Errorf("one with the Gateway's own timeout is %+v", plain)
	}
}

// The chart takes the options that the program has, but for those that it gives itself, and for secrets, which are files.
func TestTheChartKnowsTheProgramsOptions(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(chartFolder, "values.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	type named struct {
		PropertyNames struct{ Enum []string } `json:"propertyNames"`
	}
	var schema struct {
		Properties struct {
			Settings named
			Secret   struct{ Properties struct{ Files named } }
		}
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	given := []string{
		"addr", "admin-addr", "allowed-hosts", "upstream-url", "rate-limit", "rate-limit-margin", "drain-delay", "drain-timeout", "replica",
		"redis-url", "redis-username", "redis-sentinel-master",
	}
	var settings, files []string
	out, _, err := certql(t, nil, "config")
	if err != nil {
		t.Fatal(err)
	}
	for _, option := range regexp.MustCompile(`(?m)^[a-z][a-z0-9-]+`).FindAllString(out, -1) {
		switch {
		case strings.HasSuffix(option, "-file") && !strings.HasPrefix(option, "redis-"):
			files = append(files, option)
		case !strings.HasSuffix(option, "-file") && !slices.Contains(given, option) && !regexp.MustCompile(`-(secret|password)$|^session-key$`).MatchString(option):
			settings = append(settings, option)
		}
	}
	slices.Sort(settings)
	slices.Sort(files)
	if diff := cmp.Diff(settings, slices.Sorted(slices.Values(schema.Properties.Settings.PropertyNames.Enum))); diff != "" {
		t.Errorf("settings (-the program's +the chart's):\n%s", diff)
	}
	if diff := cmp.Diff(files, slices.Sorted(slices.Values(schema.Properties.Secret.Properties.Files.PropertyNames.Enum))); diff != "" {
		t.Errorf("files (-the program's +the chart's):\n%s", diff)
	}
}

// The pod's time to shut down is enough for the program.
func TestPodsHaveTimeToEnd(t *testing.T) {
	for name, want := range map[string]int64{"tenant": 5 + 30 + 10, "everything": 10 + 60 + 10} {
		got := rendered(t, charts[name])
		if grace := *got.deployment.Spec.Template.Spec.TerminationGracePeriodSeconds; grace != want {
			t.Errorf("%s: a pod has %d s to end, want %d", name, grace, want)
		}
		container := containerOf(t, got)
		notReady := container.ReadinessProbe.PeriodSeconds * container.ReadinessProbe.FailureThreshold
		if delay := argument(t, container, "drain-delay"); delay != fmt.Sprintf("%ds", want-10-map[string]int64{"tenant": 30, "everything": 60}[name]) {
			t.Errorf("%s: --drain-delay=%s, and a pod is found not to be ready after %d s", name, delay, notReady)
		}
	}
}

func TestTheNetworkPolicyNamesWhoComesInAndWhatGoesOut(t *testing.T) {
	by := func(rules string) []string { return strings.Fields(rules) }
	tests := map[string]struct{ in, out []string }{
		"sandbox":    {by("http:anybody admin:1"), by("53:1 53:1")},
		"tenant":     {by("http:anybody admin:1"), by("53:1 53:1 443:anybody")},
		"shared":     {by("http:anybody admin:1"), by("53:1 53:1 443:anybody 6379:anybody")},
		"sentinels":  {by("http:anybody admin:1"), by("53:1 53:1 443:anybody 26379:1 26380:1 6379:1 6380:1")},
		"everything": {by("http:1 admin:1"), by("53:1 53:1 443:anybody 3128:anybody 4318:1")},
	}
	peers := func(ports []networking.NetworkPolicyPort, peers []networking.NetworkPolicyPeer) []string {
		who := "anybody"
		if len(peers) > 0 {
			who = strconv.Itoa(len(peers))
		}
		var rules []string
		for _, port := range ports {
			rules = append(rules, port.Port.String()+":"+who)
		}
		return rules
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spec := rendered(t, charts[name]).network.Spec
			if diff := cmp.Diff([]networking.PolicyType{"Ingress", "Egress"}, spec.PolicyTypes); diff != "" {
				t.Errorf("what the policy is about (-want +got):\n%s", diff)
			}
			var in, out []string
			for _, rule := range spec.Ingress {
				in = append(in, peers(rule.Ports, rule.From)...)
			}
			for _, rule := range spec.Egress {
				out = append(out, peers(rule.Ports, rule.To)...)
			}
			if diff := cmp.Diff(test.in, in); diff != "" {
				t.Errorf("what comes in (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.out, out); diff != "" {
				t.Errorf("what goes out (-want +got):\n%s", diff)
			}
		})
	}
}

// The program itself checks the arguments.
func TestTheProgramTakesWhatTheChartGives(t *testing.T) {
	secrets := t.TempDir()
	cert, key := selfSigned(t)
	for name, text := range map[string]string{
		"client-secret": "hush\n", "api-keys": "portal:" + strings.Repeat("0a", 32) + "\n", "password": "hush\n", "master-password": "hush\n",
		"sentinel-password": "hush\n", "session-key": base64.StdEncoding.EncodeToString(make([]byte, 32)), "ca.crt": cert, "tls.crt": cert, "tls.key": key,
	} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mounts := strings.NewReplacer("/run/secrets/certql", secrets, "/run/secrets/redis-tls", secrets, "/run/secrets/redis", secrets)
	for name, values := range charts {
		t.Run(name, func(t *testing.T) {
			container := containerOf(t, rendered(t, values))
			var args, env []string
			for _, argument := range container.Args {
				args = append(args, mounts.Replace(argument))
			}
			for _, variable := range container.Env {
				if variable.ValueFrom != nil {
					variable.Value = "reviews-certql-7d9c5b4f6-x2k8p" // as pods are named
				}
				env = append(env, variable.Name+"="+variable.Value)
			}
			if args[0] != "serve" {
				t.Fatalf("the program is told to %q", args[0])
			}
			args[0] = "config" // serve, but for what is printed instead
			out, complaints, err := certql(t, env, args...)
			if err != nil || complaints != "" {
				t.Fatalf("certql %q: %v\n%s", args, err, complaints)
			}
			for _, argument := range args[1:] {
				option, value, _ := strings.Cut(strings.TrimPrefix(argument, "--"), "=")
				found := regexp.MustCompile(`(?m)^` + option + ` +(\S+) +flag`).FindStringSubmatch(out)
				if found == nil || strings.HasSuffix(option, "-file") && found[1] != value {
					t.Errorf("--%s=%s does not come through:\n%s", option, value, out)
				}
			}
		})
	}
}

func TestWrongValuesAreRefused(t *testing.T) {
	tests := map[string]struct{ values, want string }{
		"no upstream":          {`{}`, "upstreamUrl: needs the base URL"},
		"upstream and sandbox": {`{upstreamUrl: "https://a.example.com", sandbox: true}`, "sandbox: is for a gateway without upstreamUrl"},
		"more pods than calls": {`{sandbox: true, rateLimit: 10, replicas: 11}`, "are nothing for each of 11 pods"},
		"margin of everything": {`{sandbox: true, rateLimit: 10, rateLimitMargin: 10, replicas: 1}`, "are nothing for each of 1 pods"},
		"fewer than the least": {`{sandbox: true, autoscaling: {enabled: true, minReplicas: 5, maxReplicas: 4}}`, "autoscaling.minReplicas must be"},
		"sessions of two pods": {`{sandbox: true, settings: {auth: "bearer,session"}}`, "stickySessions: sessions are in the memory of one pod"},
		"sessions without key": {`{sandbox: true, settings: {auth: session}, redis: {url: "redis://valkey"}}`, "secret.files: needs session-key-file with redis.url"},
		"an engine's password": {`{sandbox: true, redis: {url: "redis://:hush@valkey"}}`, "url"},
		"password in settings": {`{sandbox: true, settings: {redis-password: hush}}`, "redis-password"},
		"engine by settings":   {`{sandbox: true, settings: {redis-url: "redis://valkey"}}`, "redis-url"},
		"no engine":            {`{sandbox: true, redis: {secret: valkey}}`, "redis.url: needs the address"},
		"engine over HTTP":     {`{sandbox: true, redis: {url: "http://valkey"}}`, "url"},
		"no key of a password": {`{sandbox: true, redis: {url: "redis://valkey", secret: valkey, passwordKey: ""}}`, "redis.passwordKey: needs"},
		"sentinels' key alone": {`{sandbox: true, redis: {url: "redis://valkey", sentinelPasswordKey: x}}`, "redis.secret: needs"},
		"no key of a CA":       {`{sandbox: true, redis: {url: "rediss://valkey", tlsSecret: tls, caKey: ""}}`, "redis.caKey: needs"},
		"certificate alone":    {`{sandbox: true, redis: {url: "rediss://valkey", certKey: tls.crt, keyKey: tls.key}}`, "redis.tlsSecret: needs"},
		"path of a password":   {`{sandbox: true, redis: {url: "redis://valkey", secret: valkey, passwordKey: "../x"}}`, "passwordKey"},
		"secret in a setting":  {`{sandbox: true, settings: {client-secret: hush}}`, "client-secret"},
		"hosts by setting":     {`{sandbox: true, settings: {allowed-hosts: a.example.com}}`, "allowed-hosts"},
		"host with a port":     {`{sandbox: true, allowedHosts: ["a.example.com:80"]}`, "allowedHosts"},
		"a limit by setting":   {`{sandbox: true, settings: {rate-limit: 100}}`, "rate-limit"},
		"variable of settings": {`{sandbox: true, env: {CERTQL_RATE_LIMIT: "100"}}`, "CERTQL_RATE_LIMIT"},
		"files of no secret":   {`{sandbox: true, secret: {files: {client-secret-file: client-secret}}}`, "secret.name: needs"},
		"path in a secret":     {`{sandbox: true, secret: {name: s, files: {client-secret-file: ../x}}}`, "client-secret-file"},
		"unknown setting":      {`{sandbox: true, settings: {cach-ttl: 5s}}`, "cach-ttl"},
		"unknown file":         {`{sandbox: true, secret: {name: s, files: {api-key-file: api-keys}}}`, "api-key-file"},
		"unknown resource":     {`{sandbox: true, resources: {request: {}, limits: {memory: 256Mi}}}`, "request"},
		"unknown in ingress":   {`{sandbox: true, allowedHosts: [a.example.com], ingress: {enabled: true, host: a.example.com}}`, "host"},
		"ingress to nowhere":   {`{sandbox: true, ingress: {enabled: true}}`, "allowedHosts: needs the names that ingress is for"},
		"route to nowhere":     {`{sandbox: true, httpRoute: {enabled: true, parents: [{name: public}]}}`, "allowedHosts: needs the names that httpRoute is for"},
		"route without parent": {`{sandbox: true, allowedHosts: [a.example.com], httpRoute: {enabled: true}}`, "httpRoute.parents: needs"},
		"path of an ingress":   {`{sandbox: true, httpRoute: {paths: [{path: /, type: Prefix}]}}`, "paths"},
		"no time":              {`{sandbox: true, httpRoute: {timeout: 90}}`, "timeout"},
		"unknown value":        {`{sandbox: true, replica: 3}`, "replica"},
		"memory without unit":  {`{sandbox: true, resources: {limits: {memory: "512000000"}}}`, "memory"},
		"no digest":            {`{sandbox: true, image: {digest: "sha256:1"}}`, "digest"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := render(test.values); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestSessionsOfSeveralPodsAreForStickyOnes(t *testing.T) {
	rendered(t, `{sandbox: true, settings: {auth: session}, replicas: 1}`)
	rendered(t, `{sandbox: true, settings: {auth: session}, stickySessions: true}`)
}

// A pod has its own name, which is that of no other.
func TestReplicasThatShareHaveTheNamesOfTheirPods(t *testing.T) {
	for _, variable := range containerOf(t, rendered(t, charts["shared"])).Env {
		if variable.Name == "CERTQL_REPLICA" && variable.ValueFrom.FieldRef.FieldPath == "metadata.name" {
			return
		}
	}
	t.Error("there is no CERTQL_REPLICA")
}

func TestPodsWithoutAnEngineHaveNothingOfIt(t *testing.T) {
	container := containerOf(t, rendered(t, charts["tenant"]))
	if len(container.Env) > 0 || slices.ContainsFunc(container.Args, func(arg string) bool { return strings.Contains(arg, "redis") }) {
		t.Errorf("the pod has %v and %q", container.Env, container.Args)
	}
}

// selfSigned returns a certificate that is its own authority, and its key, in PEM.
func selfSigned(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

func TestHelmHasNothingToSayAgainstTheChart(t *testing.T) {
	for name, values := range charts {
		var chosen map[string]any
		if err := yaml.UnmarshalStrict([]byte(values), &chosen); err != nil {
			t.Fatal(err)
		}
		for _, message := range lint.RunAll(chartFolder, chosen, namespace).Messages {
			if message.Severity > support.InfoSev {
				t.Errorf("%s: %s", name, message)
			}
		}
	}
}
