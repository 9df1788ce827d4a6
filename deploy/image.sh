#!/bin/sh
# Builds the image without an engine and without pulling anything, by buildah, and writes it as an
# OCI layout, which skopeo, podman and registries' own tools can take from there.
#
#   deploy/image.sh FOLDER [BUILT]
#
# It is the last stage of the Dockerfile, with what deploy/build.sh built on this machine in place
# of the stage before. BUILT is a folder that deploy/build.sh has filled; without one it is built
# now. The same files make the same image.
set -eu
[ $# -ge 1 ] && [ $# -le 2 ] || { echo 'usage: deploy/image.sh FOLDER [BUILT]' >&2; exit 2; }
mkdir -p "$1"
layout=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/stage"
if [ $# -eq 2 ]; then
  cp -a "$2" "$work/stage/out"
  cd "$(dirname "$0")/.."
else
  cd "$(dirname "$0")/.."
  deploy/build.sh "$work/stage/out"
fi

# Storage and registries of its own: nothing of the machine's configuration is used or changed.
export STORAGE_DRIVER=vfs
buildah() { command buildah --root "$work/storage" --runroot "$work/run" "$@"; }
touched=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
buildah build --quiet --isolation chroot --timestamp "$touched" --build-context build="$work/stage" \
  --file Dockerfile --tag certql . >"$work/id"
buildah push --quiet certql "oci:$layout:certql"
echo "$layout"
