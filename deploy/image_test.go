package deploy

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An image is the output of deploy/image.sh.
type image struct {
	digest string
	config struct {
		User         string
		Env          []string
		Entrypoint   []string
		Cmd          []string
		ExposedPorts map[string]struct{}
		WorkingDir   string
	}
	files map[string]*tar.Header // by name, as in the layers
	root  string                 // where they are unpacked
}

// imageOf builds the image, reads it back and unpacks it.
func imageOf(t *testing.T) image {
	t.Helper()
	needTool(t, "buildah")
	layout := t.TempDir()
	if err := script("./image.sh", layout, built(t)); err != nil {
		t.Fatal(err)
	}
	type descriptor struct{ MediaType, Digest string }
	var index struct{ Manifests []descriptor }
	content, err := os.ReadFile(filepath.Join(layout, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	decode(t, content, &index)
	if len(index.Manifests) != 1 {
		t.Fatalf("the layout holds %d images, want 1", len(index.Manifests))
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	decode(t, blob(t, layout, index.Manifests[0].Digest), &manifest)
	got := image{digest: index.Manifests[0].Digest, files: make(map[string]*tar.Header), root: t.TempDir()}
	config := struct{ Config any }{&got.config}
	decode(t, blob(t, layout, manifest.Config.Digest), &config)
	for _, layer := range manifest.Layers {
		unpack(t, blob(t, layout, layer.Digest), got)
	}
	return got
}

func decode(t *testing.T, content []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatal(err)
	}
}

// blob returns the content with a digest, which it verifies.
func blob(t *testing.T, layout, digest string) []byte {
	t.Helper()
	name, _ := strings.CutPrefix(digest, "sha256:")
	content, err := os.ReadFile(filepath.Join(layout, "blobs", "sha256", name))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != name {
		t.Fatalf("the content of %s is another", digest)
	}
	return content
}

// unpack adds a layer to the files of an image.
func unpack(t *testing.T, layer []byte, to image) {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(layer))
	if err != nil {
		t.Fatal(err)
	}
	for entries := tar.NewReader(plain); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		to.files[strings.TrimSuffix(header.Name, "/")] = header
		path := filepath.Join(to.root, filepath.Clean("/"+header.Name))
		switch header.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(path, 0o755) //nolint:gosec // as engines do
		case tar.TypeReg:
			var content []byte
			if content, err = io.ReadAll(entries); err == nil {
				err = os.WriteFile(path, content, header.FileInfo().Mode().Perm())
			}
		default:
			t.Errorf("%s is neither a file nor a folder", header.Name)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheImageHoldsTheProgramAndNothingToBreakInWith(t *testing.T) {
	got := imageOf(t)
	want := []string{
		"certql",
		"etc", "etc/ssl", "etc/ssl/certs", "etc/ssl/certs/ca-certificates.crt",
		"usr", "usr/share", "usr/share/doc", "usr/share/doc/certql",
		"usr/share/doc/certql/GO_LICENCES", "usr/share/doc/certql/LICENSE", "usr/share/doc/certql/PLAYGROUND_LICENCES",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got.files))); diff != "" {
		t.Errorf("what is in the image (-want +got):\n%s", diff)
	}
	for name, header := range got.files {
		if mode := header.FileInfo().Mode(); header.Uid != 0 || header.Gid != 0 || mode.Perm()&0o022 != 0 || mode.Perm() != mode&^os.ModeDir {
			t.Errorf("%s belongs to %d:%d with mode %s: only root may change what is in the image", name, header.Uid, header.Gid, mode)
		}
	}
	config := got.config
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(config.User) {
		t.Errorf("the image runs as %q: Kubernetes tells only a number that is not root", config.User)
	}
	if diff := cmp.Diff([]string{"/certql"}, config.Entrypoint); diff != "" || len(config.Cmd) > 0 {
		t.Errorf("the image starts %q %q", config.Entrypoint, config.Cmd)
	}
	ports := slices.Sorted(maps.Keys(config.ExposedPorts))
	if diff := cmp.Diff([]string{"8080/tcp", "8081/tcp"}, ports); diff != "" {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
	// The program must know the settings of the image.
	out, complaints, err := certql(t, config.Env, "config")
	if err != nil || complaints != "" || !regexp.MustCompile(`(?m)^addr +:8080 `).MatchString(out) || !regexp.MustCompile(`(?m)^admin-addr +:8081 `).MatchString(out) {
		t.Errorf("the program makes of the image's variables %q: %v\n%s%s", config.Env, err, out, complaints)
	}
	authorities, err := os.ReadFile(filepath.Join(got.root, "etc/ssl/certs/ca-certificates.crt"))
	if err != nil || !x509.NewCertPool().AppendCertsFromPEM(authorities) {
		t.Errorf("the image has no certificates: %v", err)
	}
}

func TestTheSameFilesMakeTheSameImage(t *testing.T) {
	first, second := imageOf(t), imageOf(t)
	if first.digest != second.digest {
		t.Errorf("the images of the same files are %s and %s", first.digest, second.digest)
	}
}

func TestTheLicencesOfEverythingAreInTheImage(t *testing.T) {
	folder := filepath.Join(built(t), "usr/share/doc/certql")
	for name, parts := range map[string][]string{
		"LICENSE":             {"Apache License"},
		"GO_LICENCES":         {"Go's standard library go1.", "github.com/99designs/gqlgen v", "github.com/alecthomas/kong v", "The Go Authors"},
		"PLAYGROUND_LICENCES": {"graphiql ", "react "},
	} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if !bytes.Contains(text, []byte(part)) {
				t.Errorf("%s does not name %q", name, part)
			}
		}
	}
}

// enter starts a program in a root folder as a container engine would: it has its own mounts, a read-only root
// and a numeric user, and cannot gain further rights.
const enter = `mount --make-rprivate / && mount --bind "$0" "$0" && mount -o remount,bind,ro,nosuid,nodev "$0" &&
exec setpriv --no-new-privs chroot --userspec="$1" --groups="" "$0" "${@:2}"`

// runImage starts the image's program, with the arguments and on free ports, and returns the process and the
// URL of the gateway.
func runImage(t *testing.T, img image, args ...string) (*exec.Cmd, string) {
	t.Helper()
	needTool(t, "unshare", "setpriv", "chroot", "mount", "bash")
	need(t, os.Geteuid() == 0, "mounting a read-only root takes root")
	if err := os.Chmod(img.root, 0o755); err != nil { //nolint:gosec // who runs in it is nobody
		t.Fatal(err)
	}
	words := []string{"--mount", "bash", "-c", enter, img.root, img.config.User}
	words = append(append(words, img.config.Entrypoint...), args...)
	command := exec.CommandContext(t.Context(), "unshare", append(words, "--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0")...)
	command.Env = append(slices.Clone(img.config.Env), "PATH="+os.Getenv("PATH"))
	var complaints bytes.Buffer
	command.Stderr = &complaints
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	url := ""
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if found := regexp.MustCompile(`^GraphQL\s+(\S+)$`).FindStringSubmatch(lines.Text()); found != nil {
			url = found[1]
		}
		if strings.HasPrefix(lines.Text(), "Calls as") {
			return command, url
		}
	}
	t.Fatalf("the image does not serve: %v\n%s", command.Wait(), &complaints)
	return nil, ""
}

// ask sends a query with a token, and returns the data.
func ask(t *testing.T, url, query string) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
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
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	decode(t, text, &answer)
	if len(answer.Errors) > 0 || len(answer.Data) == 0 {
		t.Fatalf("status %d: %s", response.StatusCode, text)
	}
	return string(answer.Data)
}

func TestTheImageServesAsNobodyOnAReadOnlyRoot(t *testing.T) {
	img := imageOf(t)
	process, url := runImage(t, img)
	if data := ask(t, url, "{ certifications(first: 1) { nodes { name } } }"); !strings.Contains(data, `"name":"`) {
		t.Errorf("the gateway answers %s", data)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	uid, gid, _ := strings.Cut(img.config.User, ":")
	for name, want := range map[string]string{
		"Name": "certql", "Uid": uid + "\t" + uid + "\t" + uid + "\t" + uid, "Gid": gid + "\t" + gid + "\t" + gid + "\t" + gid,
		"Groups": "", "CapEff": "0000000000000000", "CapPrm": "0000000000000000", "NoNewPrivs": "1",
	} {
		found := regexp.MustCompile(`(?m)^` + name + `:[ \t]*(.*?)[ \t]*$`).FindSubmatch(status)
		if found == nil || string(found[1]) != want {
			t.Errorf("%s of the process is %q, want %q", name, found, want)
		}
	}
	mounts, err := os.ReadFile(fmt.Sprintf("/proc/%d/mounts", process.Process.Pid))
	if err != nil || !regexp.MustCompile(`(?m)^\S+ / \S+ ro,`).Match(mounts) {
		t.Errorf("the root of the process is not read-only (%v):\n%s", err, mounts)
	}
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		t.Errorf("the image ends with %v after SIGTERM", err)
	}
}

// A tenant whose certificate was issued by an authority in the image's file, and is in no other, is trusted:
// that file is the one that counts.
func TestTheImageTrustsTheCertificatesInIt(t *testing.T) {
	tenant := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "[]")
	}))
	defer tenant.Close()
	const query = "{ certifications(first: 1) { nodes { name } } }"
	img := imageOf(t)
	authorities, err := os.OpenFile(filepath.Join(img.root, "etc/ssl/certs/ca-certificates.crt"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	err = pem.Encode(authorities, &pem.Block{Type: "CERTIFICATE", Bytes: tenant.Certificate().Raw})
	if err := errors.Join(err, authorities.Close()); err != nil {
		t.Fatal(err)
	}
	process, url := runImage(t, img, "--upstream-url="+tenant.URL+"/v3", "--auth=service", "--service-access=any",
		"--client-id=x", "--client-secret=y", "--token-url="+tokens(t))
	if data := ask(t, url, query); data != `{"certifications":{"nodes":[]}}` {
		t.Errorf("the gateway answers %s", data)
	}
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		t.Errorf("the image ends with %v after SIGTERM", err)
	}
}

// tokens serves an access token for every request, and returns its URL.
func tokens(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token": "t", "token_type": "bearer", "expires_in": 600}`)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
