package telemetry

import (
	"cmp"
	"encoding/json"
	"runtime"
	"runtime/debug"
)

// The version and the commit, which the linker sets if it is told better than the toolchain knows:
// go build -ldflags '-X certql/edge/telemetry.version=v1.2.3 -X certql/edge/telemetry.commit=0123abc'.
// Nothing else ever sets them.
var version, commit string

// A Build says what program this is.
type Build struct {
	Version string `json:"version"` // such as v1.2.3; "devel" if it is not known
	Commit  string `json:"commit"`  // of the sources; "unknown" if it is not known
	Go      string `json:"go"`
}

// ThisBuild returns what this program is: what the linker was told, or else what the toolchain found
// in the repository that it was built from.
func ThisBuild() Build {
	build := Build{Version: version, Commit: commit, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "(devel)" {
			build.Version = cmp.Or(build.Version, v)
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				build.Commit = cmp.Or(build.Commit, setting.Value)
			}
		}
	}
	build.Version, build.Commit = cmp.Or(build.Version, "devel"), cmp.Or(build.Commit, "unknown")
	return build
}

// String returns version, commit and toolchain in one line.
func (b Build) String() string { return "certql " + b.Version + " (" + b.Commit + ", " + b.Go + ")" }

func (b Build) json() []byte {
	text, _ := json.Marshal(b) // of strings alone
	return append(text, '\n')
}
