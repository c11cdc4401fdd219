#!/bin/bash
# Runs in the guest, as root: brings up the network, a virtual camera and the disk, then runs the given command.
# Usage: disk.sh MOUNT_POINT GST_REGISTRY COMMAND
set -euo pipefail

mount_point=$1
# Made on the host, where looking at every plugin takes a second and not half a minute.
export GST_REGISTRY=$2 GST_REGISTRY_UPDATE=no GST_REGISTRY_FORK=no
command=$3

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root
export TMPDIR=/run/vestibule
mkdir -p "$TMPDIR" "$mount_point"

modprobe -a virtio_net virtio_blk ext4
# One capture device, /dev/video0.
modprobe vivid n_devs=1 node_types=0x1

ip link set lo up
for card in /sys/class/net/*; do
  name=$(basename "$card")
  [ "$name" = lo ] || break
done
# The emulator's own network; the host's loopback is 10.0.2.2 in it.
ip address add 10.0.2.15/24 dev "$name"
ip link set "$name" up

for _ in $(seq 100); do
  [ -b /dev/vda ] && break
  sleep 0.1
done
mount -t ext4 /dev/vda "$mount_point"

exec bash -c "$command"
