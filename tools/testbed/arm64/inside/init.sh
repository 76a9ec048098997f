#!/bin/bash
# First process of the emulated machine: sets up what a running system has, runs the command in /opt/machine/command,
# tells the host its exit code, and switches the machine off.
export PATH=/usr/sbin:/usr/bin
# As in the session of the testbed: Wine hands names and passwords to Samba in it.
export LANG=C.UTF-8

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm /dev/virtio-ports
mount -t devpts devpts /dev/pts
for directory in /dev/shm /run /tmp; do
  mount -t tmpfs -o mode=1777 tmpfs $directory
done

# Serial ports with names, on which the host listens. They come up one after the other.
ports=/dev/virtio-ports
until [ -e $ports/report ] && [ -e $ports/results ] && [ -e $ports/status ]; do
  sleep 0.1
  for port in /sys/class/virtio-ports/*; do
    [ ! -s "$port/name" ] || ln -sf "/dev/${port##*/}" "$ports/$(<"$port/name")"
  done
done

. /opt/machine/configure.sh

mapfile -d '' -t command </opt/machine/command
echo "machine: started after $(cut -d' ' -f1 /proc/uptime) s: ${command[*]}"
"${command[@]}" >$ports/report 2>&1 </dev/null
status=$?
echo "machine: ended after $(cut -d' ' -f1 /proc/uptime) s with $status"
echo $status >$ports/status

echo o >/proc/sysrq-trigger
# Init must not end.
sleep infinity
