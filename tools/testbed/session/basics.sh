# What both ways to start a session need. Sourced after places.sh.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root
export KRB5_CONFIG=$krb5_config
export WINEPREFIX=$wine_prefix
export WINEDEBUG=${WINEDEBUG:--all}
export XDG_RUNTIME_DIR=$runtime/xdg

# /run/samba: winbindd's socket is where its clients look for it.
mkdir -p /run/samba $runtime/samba $XDG_RUNTIME_DIR
chmod 700 $XDG_RUNTIME_DIR
ip link set lo up
hostname web

# 125 is the testbed's own exit code: the command was not run.
fail() {
  echo "testbed: $*" >&2
  exit 125
}
