#!/bin/bash
# First process of the private namespaces, still on the host's files: puts the root directory of the session together
# and enters it. Everything that the session writes outside of the given directories is kept in memory and is gone
# with the last process.
#
# usage: enter.sh CACHE LAYERS [--bind|--bind-read-only SOURCE TARGET]… -- PROGRAM [ARGUMENT…]
#   LAYERS  directories below CACHE, colon separated, the uppermost first; they stay as they are
#   SOURCE  a directory of the host that appears in the session as TARGET
set -euo pipefail
# 125 is the testbed's own exit code: the command was not run.
trap 'echo "testbed: the session could not be put together" >&2; exit 125' ERR

# mount and chroot are not on every user's PATH.
PATH+=:/usr/sbin:/sbin

cache=$1 layers=$2
shift 2

# Relative names: a colon or a comma in the cache's own path would be read as a part of the mount options.
cd "$cache"
root=mount/root

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs mount
mkdir mount/upper mount/work "$root"
# userxattr is what an overlay needs in a user namespace.
overlay="lowerdir=$layers,upperdir=mount/upper,workdir=mount/work"
[ -z "${TESTBED_USER_NAMESPACE:-}" ] || overlay+=",userxattr"
mount -t overlay -o "$overlay" overlay "$root"

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
for directory in dev/shm run tmp; do
  mount -t tmpfs tmpfs "$root/$directory"
done
chmod 1777 "$root/dev/shm" "$root/tmp"
# Wine counts the processors here; without it os.cpus() is empty in node.exe.
mkdir -p "$root/sys/devices/system/cpu"
mount --bind /sys/devices/system/cpu "$root/sys/devices/system/cpu"

while [ "$1" != -- ]; do
  mkdir -p "$root$3"
  mount --bind "$2" "$root$3"
  [ "$1" = --bind ] || mount -o remount,bind,ro "$root$3"
  shift 3
done
shift

exec chroot "$root" "$@"
