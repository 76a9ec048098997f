#!/bin/bash
# First process of a session in its own root directory: starts the domain and Windows, runs a command beside them, and
# ends with the command's exit code. When it ends, the kernel ends every other process of the session.
#
# usage: run.sh SECURITY_PACKAGES PROGRAM [ARGUMENT…]
#   SECURITY_PACKAGES  DLLs that Secur32.dll loads in every Windows process, comma separated; may be empty
here=$(dirname "$0")
. "$here/places.sh"
. "$here/basics.sh"
. "$here/domain.sh"
. "$here/wine.sh"
. "$here/bridge.sh"
. $accounts

export KRB5CCNAME=$user_ccache
export KRB5_KTNAME=FILE:$service_keytab
SECUR32_TESTBED=$(<$description)
export SECUR32_TESTBED
export PATH=$here/bin:$PATH

security_packages=$1
shift
start_wine "$security_packages" &
wine=$!
start_domain
log_on
case $security_packages in *bridge.node*) start_bridge ;; esac
# A program that starts earlier than this would not have the packages.
wait $wine

"$@"
