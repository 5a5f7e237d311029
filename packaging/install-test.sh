#!/bin/bash
# Installs the package that ./run --package made, on a machine that may be thrown away, and looks whether it is all there.
# root only; used by .ci/run in a bare Debian.
set -eu
cd "$(dirname "$0")/.."
deb=$(printf '%s\n' hinomi_*.deb | sort -V | tail -n 1)

# apt's own user may not look into a folder of root's.
copy=$(mktemp -d)/$deb
install -Dm644 "$deb" "$copy"
chmod 755 "$(dirname "$copy")"

# is_there WHAT COMMAND...: fail, naming it, where the command fails
is_there() {
	local what=$1
	shift
	"$@" >/dev/null 2>&1 || { echo "install-test: $what" >&2; exit 1; }
}

DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$copy" </dev/null >"$copy.log" 2>&1 || { cat "$copy.log"; exit 1; }
is_there "hinomi --version fails" hinomi --version
is_there "the version is not the package's" test "hinomi $(dpkg-query -W -f '${Version}' hinomi)" = "$(hinomi --version)"
is_there "there is no user hinomi" getent passwd hinomi
is_there "/var/lib/hinomi is not hinomi's" test "$(stat -c %U:%a /var/lib/hinomi)" = hinomi:750
is_there "there is no example configuration" grep -q '^\[site\]' /etc/hinomi/hinomi.conf
# minbase may leave manual pages out of the installation, so look into the package.
list=$(dpkg-deb -c "$deb")
for file in man1/hinomi.1.gz man1/hinomi-watch.1.gz man1/hinomi-indicators-import.1.gz man5/hinomi.conf.5.gz ja/man1/hinomi.1.gz completions/hinomi vendor-completions/_hinomi hinomi.fish hinomi.service; do
	is_there "$file is not in the package" grep -q "/$file\$" <<<"$list"
done
if command -v systemd-analyze >/dev/null; then
	is_there "hinomi.service is not right" systemd-analyze verify --man=no /lib/systemd/system/hinomi.service
else
	echo "install-test: systemd-analyze is not here, so hinomi.service was not verified"
fi
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --reinstall "$copy" </dev/null >"$copy.log" 2>&1 || { cat "$copy.log"; exit 1; }
DEBIAN_FRONTEND=noninteractive apt-get purge -y -q hinomi </dev/null >"$copy.log" 2>&1
is_there "purge leaves the program" test ! -e /usr/bin/hinomi
is_there "purge throws evidence away" test -d /var/lib/hinomi
echo "install-test: $deb installs, runs and goes away"
