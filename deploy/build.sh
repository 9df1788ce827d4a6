#!/bin/sh
# Builds into a folder what the image holds: the program, the certificates that it trusts and the
# licences of what it is made of.
#
#   deploy/build.sh FOLDER
#
# VERSION and COMMIT say what is built; by default the repository does. GOARCH names the processor;
# by default that of the machine. The same sources make the same bytes with the same version of Go,
# in whichever folder.
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

# Whatever the machine has set for Go must not change the program.
build() { env -u GOFLAGS -u GOEXPERIMENT -u GOAMD64 -u GOARM64 CGO_ENABLED=0 GOOS=linux "$@"; }

umask 022
for folder in etc/ssl/certs usr/share/doc/certql; do install -d -m 0755 "$out/$folder"; done
# Version and commit come from here alone, since the repository may not be at hand.
build GOARCH="$arch" go build -trimpath -buildvcs=false \
  -ldflags "-s -w -buildid= -X certql/edge/telemetry.version=$version -X certql/edge/telemetry.commit=$commit" -o "$out/certql" .
chmod 0755 "$out/certql"
install -m 0644 "$authorities" "$out/$authorities"
install -m 0644 LICENSE "$out/usr/share/doc/certql/LICENSE"
install -m 0644 playground/NOTICES "$out/usr/share/doc/certql/PLAYGROUND_LICENCES"
(cd deploy && go run ./licences "$out/certql") >"$out/usr/share/doc/certql/GO_LICENCES"
