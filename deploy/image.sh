#!/bin/sh
# Builds the image with buildah, without a container engine and without pulling an image, and writes it as an
# OCI layout, which skopeo, podman and registries' own tools can read.
#
#   deploy/image.sh FOLDER [BUILT]
#
# It runs the last stage of the Dockerfile, with the output of deploy/build.sh on this machine in place of the
# stage before. BUILT is a folder with that output; without it, the output is built now. The same files give
# the same image.
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

# With its own storage: the machine's configuration is neither used nor changed.
export STORAGE_DRIVER=vfs
buildah() { command buildah --root "$work/storage" --runroot "$work/run" "$@"; }
touched=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
buildah build --quiet --isolation chroot --timestamp "$touched" --build-context build="$work/stage" \
  --file Dockerfile --tag certql . >"$work/id"
buildah push --quiet certql "oci:$layout:certql"
echo "$layout"
