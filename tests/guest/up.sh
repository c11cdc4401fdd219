#!/bin/bash
# Runs in the guest, as root: brings up linked Bluetooth controllers, BlueZ and a virtual camera, then
# runs the given command. When that fails, what all programs logged is left in the folder LOGS.
# Usage: up.sh CONTROLLERS LOGS GST_REGISTRY COMMAND…
set -euo pipefail

controllers=$1
logs=$2
export GST_REGISTRY=$3
shift 3

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root
# What a test writes lies in memory; the host's files are read only.
export TMPDIR=/run/vestibule
mkdir -p "$TMPDIR" /run/dbus
# Made on the host (GST_REGISTRY), where looking at every plugin takes a second and not half a minute.
export GST_REGISTRY_UPDATE=no GST_REGISTRY_FORK=no

ip link set lo up
modprobe hci_vhci
# One capture device, /dev/video0.
modprobe vivid n_devs=1 node_types=0x1

dbus-daemon --system --fork --nopidfile

# A controller asks the kernel for its ciphers while it is made; loading them takes longer than the
# two seconds that the kernel gives the controller to answer. So they are loaded by one that is not kept.
btvirt -L -l1 >/dev/null 2>&1 &
first=$!
for _ in $(seq 200); do
  grep -q epoll "/proc/$first/wchan" && break
  sleep 0.1
done
kill "$first"
wait "$first" || true
for _ in $(seq 100); do
  [ -e /sys/class/bluetooth/hci0 ] || break
  sleep 0.1
done

btvirt -L "-l$controllers" >"$TMPDIR/btvirt.log" 2>&1 &
for daemon in /usr/libexec/bluetooth/bluetoothd /usr/lib/bluetooth/bluetoothd /usr/sbin/bluetoothd; do
  [ -x "$daemon" ] && break
done
"$daemon" -n >"$TMPDIR/bluetoothd.log" 2>&1 &

adapters() {
  dbus-send --system --print-reply --dest=org.bluez / \
    org.freedesktop.DBus.ObjectManager.GetManagedObjects 2>/dev/null |
    grep -c 'string "org.bluez.Adapter1"' || true
}

leave_logs() {
  dmesg >"$TMPDIR/kernel.log"
  (cd "$TMPDIR" && find . -name '*.log' -exec cp --parents {} "$logs" \;)
}

for _ in $(seq 120); do
  if [ "$(adapters)" -ge "$controllers" ]; then
    echo "guest: up with $controllers controllers after $(cut -d' ' -f1 /proc/uptime) s"
    status=0
    "$@" || status=$?
    [ "$status" -eq 0 ] || leave_logs
    exit "$status"
  fi
  sleep 0.5
done

echo "guest: BlueZ shows $(adapters) of $controllers controllers after a minute" >&2
leave_logs
exit 1
