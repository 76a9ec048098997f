#!/bin/bash
# Makes the Wine prefix that every run of the machine starts with, and sends it to the host as an archive.
set -euo pipefail
here=/opt/testbed
. $here/places.sh
. $here/basics.sh
. $here/wine.sh

# To a file, as always with Wine: its background processes keep open what they write to.
log=/tmp/wine.log
trap 'cat $log' EXIT

mkdir -p $state
make_wine_prefix >$log 2>&1
cd /
find ".$state" | cpio --create --format=newc --quiet >/dev/virtio-ports/results
