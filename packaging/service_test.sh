#!/bin/bash
# service_test.sh HINOMI: systemd finds nothing wrong in the unit, and the unit's rights are those that the parent keeps.
set -u
here=$(dirname "$0")
command -v systemd-analyze >/dev/null || { echo "SKIP: systemd-analyze is not installed (./check installs it)"; exit 77; }
where=$(mktemp -d)
sed "s|^ExecStart=[^ ]*|ExecStart=$(realpath "$1")|" "$here/hinomi.service" >"$where/hinomi.service"
complaints=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$where/hinomi.service" 2>&1 | grep -F hinomi.service)
rm -rf "$where"
kept=$(sed -n '/define CAPABILITIES/,/)$/p' "$here/../src/site/parent.c" | grep -o 'CAP_[A-Z_]*' | grep -v CAPABILITIES | sort)
given=$(sed -n 's/^CapabilityBoundingSet=//p' "$here/hinomi.service" | tr ' ' '\n' | sort)
[ -z "$complaints" ] || echo "$complaints"
[ "$kept" = "$given" ] || { echo "the unit and src/site/parent.c differ:"; diff <(echo "$kept") <(echo "$given"); }
[ -z "$complaints" ] && [ "$kept" = "$given" ]
