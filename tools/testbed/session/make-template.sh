#!/bin/bash
# Makes what every session starts with: the domain with its accounts, and a Wine prefix. Both are made in the
# session's memory and then copied to /template, in the places where a session has them.
set -euo pipefail
here=$(dirname "$0")
. "$here/places.sh"
. "$here/basics.sh"
. "$here/domain.sh"
. "$here/wine.sh"

mkdir -p $state
write_network_files
make_wine_prefix </dev/null &
provision_domain
wait $!
echo "$(wine --version | sed 's/ .*//') samba-$(samba --version | sed -E 's/^Version ([0-9.]+).*/\1/')" >$description

mkdir -p /template/etc /template/var/lib
cp -a /etc/hosts /etc/resolv.conf /template/etc/
cp -a $state /template/var/lib/
