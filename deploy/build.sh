#!/bin/sh
# Builds the contents of the image into a folder: the program, the certificates that it trusts and the
# licences of everything in it.
#
#   deploy/build.sh FOLDER
#
# VERSION and COMMIT set what the program reports; by default they come from the repository. GOARCH is the
# target architecture, by default that of the machine. The build is reproducible: the same sources give the
# same bytes with the same version of Go, in any folder.
set -eu
[ $# -eq 1 ] || { echo 'usage: deploy/build.sh FOLDER' >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

version=${VERSION:-$(git describe --tags --dirty 2>/dev/null || echo devel)}
commit=${COMMIT:-$(git describe --always --abbrev=40 --dirty --exclude '*' 2>/dev/null || echo unknown)}
arch=${GOARCH:-$(go env GOHOSTARCH)}
authorities=/etc/ssl/certs/ca-certificates.crt
[ -f "$authorities" ] || { echo "deploy/build.sh: $authorities is missing: install ca-certificates" >&2; exit 1; }

# The machine's Go settings must not change the program.
build() { env -u GOFLAGS -u GOEXPERIMENT -u GOAMD64 -u GOARM64 CGO_ENABLED=0 GOOS=linux "$@"; }

umask 022
for folder in etc/ssl/certs usr/share/doc/certql; do install -d -m 0755 "$out/$folder"; done
# Version and commit are set explicitly, because the repository may not be available.
build GOARCH="$arch" go build -trimpath -buildvcs=false \
  -ldflags "-s -w -buildid= -X certql/edge/telemetry.version=$version -X certql/edge/telemetry.commit=$commit" -o "$out/certql" .
chmod 0755 "$out/certql"
install -m 0644 "$authorities" "$out/$authorities"
install -m 0644 LICENSE "$out/usr/share/doc/certql/LICENSE"
install -m 0644 playground/NOTICES "$out/usr/share/doc/certql/PLAYGROUND_LICENCES"
(cd deploy && go run ./licences "$out/certql") >"$out/usr/share/doc/certql/GO_LICENCES"
