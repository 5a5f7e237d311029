#!/bin/bash
# systemd-test.sh [FOLDER]: boots a bare Debian 12 with its own systemd (systemd-nspawn, root only), installs the newest package of
# ./run --package in it and looks whether the unit starts, reloads, restarts, comes back after a kill and stops.
# FOLDER: a debootstrap of an earlier run; without it one is made and removed.
set -u
cd "$(dirname "$0")/.." || exit 2
if [ "$(id -u)" -ne 0 ] || ! command -v systemd-nspawn >/dev/null || ! command -v debootstrap >/dev/null; then
	echo "SKIP: this needs root, systemd-nspawn (systemd-container) and debootstrap"
	exit 77
fi
deb=$(printf '%s\n' hinomi_*.deb | sort -V | tail -n 1)
[ -f "$deb" ] || { echo "systemd-test: there is no package; ./run --package makes it" >&2; exit 2; }
root=${1:-}
if [ -z "$root" ]; then
	root=$(mktemp -d)
	trap 'rm -rf --one-file-system "$root"' EXIT
	mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian*.sources 2>/dev/null | head -n 1)
	needs=$(dpkg-deb -f "$deb" Depends | sed -e 's/([^)]*)//g' -e 's/|[^,]*//g' -e 's/ //g')
	debootstrap --variant=minbase --include="systemd,systemd-sysv,dbus,curl,procps,$needs" bookworm "$root" "$mirror" \
		>"$root.log" 2>&1 || { tail -n 3 "$root.log"; exit 2; }
fi
chmod 755 "$root"
chroot "$root" dpkg --purge hinomi >/dev/null 2>&1
install -m644 "$deb" "$root/opt/hinomi.deb"
cat >"$root/etc/systemd/system/probe.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/opt/probe
ExecStopPost=systemctl poweroff --no-block
UNIT
mkdir -p "$root/etc/systemd/system/default.target.wants"
ln -sf ../probe.service "$root/etc/systemd/system/default.target.wants/probe.service"
cat >"$root/opt/probe" <<'PROBE'
#!/bin/bash
exec >/opt/probe.out 2>&1
wrong=0
# row NAME COMMAND...: try for ten seconds
row() {
	local name=$1 n
	shift
	for n in {1..50}; do
		if "$@" >/dev/null 2>&1; then echo "ok   $name"; return; fi
		sleep 0.2
	done
	echo "FAIL $name: $*"
	wrong=1
}
main_pid() { systemctl show hinomi -p MainPID --value; }
state() { systemctl show hinomi -p "$1" --value; }
answers() { curl -sk https://127.0.0.1:8443/api/version | grep -q version && [ "$(pgrep -cu hinomi)" -eq 5 ]; }
is() { [ "$(state "$1")" = "$2" ]; }
is_another() { [ "$(main_pid)" -gt 1 ] && [ "$(main_pid)" != "$1" ]; }
is_gone() { ! pgrep hinomi; }

dpkg -i /opt/hinomi.deb
printf '[site]\nname = test\nlisten = 127.0.0.1:8443\n[source fw]\nkind = syslog-udp\nlisten = 127.0.0.1:514\n' >/etc/hinomi/hinomi.conf
systemctl enable hinomi
row "starts" systemctl start hinomi
row "answers, with its five roles" answers
before=$(main_pid)
row "reloads" systemctl reload hinomi
sleep 1
row "answers after a reload" answers
row "has the same parent after a reload" test "$before" = "$(main_pid)"
row "restarts" timeout 20 systemctl restart hinomi
row "answers after a restart" answers
before=$(main_pid)
[ "$before" -gt 1 ] && kill -9 "$before"
row "is started anew after kill -9" is_another "$before"
row "answers after kill -9" answers
row "stops within 20 s" timeout 20 systemctl stop hinomi
row "stopped in order" is Result success
row "leaves no process" is_gone
echo nonsense >>/etc/hinomi/hinomi.conf
systemctl start hinomi
row "says that the configuration is wrong" is ExecMainStatus 2
sleep 6
row "and does not try again" is NRestarts 0
row "goes away" dpkg -r hinomi
row "leaves no link behind" test ! -L /etc/systemd/system/multi-user.target.wants/hinomi.service
journalctl -u hinomi --no-pager -o cat >/opt/probe.log
echo "wrong=$wrong"
PROBE
chmod 755 "$root/opt/probe"
rm -f "$root/opt/probe.out"
# Landlock is not in nspawn's own list of system calls.
timeout 180 systemd-nspawn -q -D "$root" -b --register=no --keep-unit --private-network \
	--system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" </dev/null >"$root/opt/boot.log" 2>&1
cat "$root/opt/probe.out"
grep -qx wrong=0 "$root/opt/probe.out" || { tail -n 20 "$root/opt/probe.log" 2>/dev/null; exit 1; }
