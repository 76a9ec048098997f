#!/bin/bash
# Appends a directory to an archive that the kernel of the machine unpacks at its start: compressed cpio archives, one
# after the other. Runs in a mount namespace of its own, where a directory can have the name that it gets in the
# machine.
#
# usage: pack.sh SCRATCH ARCHIVE SOURCE TARGET FIND-ARGUMENT…
#   SCRATCH  an empty directory to mount on
#   TARGET   the name of the directory in the machine
#   the further arguments say what of it is taken, relative to it
set -euo pipefail
scratch=$1 archive=$2 source=$3 target=$4
shift 4

mount --make-rprivate /
mount -t tmpfs tmpfs "$scratch"
mkdir -p "$scratch$target"
mount --bind "$source" "$scratch$target"

# A directory comes before what is in it, and no name comes twice.
with_parents() {
  awk -F/ '{
    path = "."
    for (i = 1; i <= NF; i++) {
      if ($i == "" || $i == ".") continue
      path = path "/" $i
      if (!seen[path]++) print path
    }
  }'
}

cd "$scratch$target"
find "$@" -printf "$target/%p\n" | with_parents |
  (cd "$scratch" && cpio --create --format=newc --quiet) | zstd -q -3 -T2 >>"$archive"
