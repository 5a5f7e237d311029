# Shared by ./run and ./check: progress in words, and packages.  Sourced, not run.

# say JAPANESE ENGLISH: one line in the person's language
say() {
	case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
	ja*) printf '%s\n' "$1" ;;
	*) printf '%s\n' "$2" ;;
	esac
}

# fail JAPANESE ENGLISH: the same on standard error, and the end
fail() {
	say "$1" "$2" >&2
	exit 2
}

# packages_of FILE...: the names in these lists
packages_of() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"
}

is_installed() {
	dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# install_packages FILE...: install what these lists name and the machine lacks
install_packages() {
	local missing=() package log
	while read -r package; do
		# A node or npm that was installed in another way serves as well.
		case $package in nodejs | npm) command -v "${package/nodejs/node}" >/dev/null && continue ;; esac
		is_installed "$package" || missing+=("$package")
	done < <(packages_of "$@")
	[ ${#missing[@]} -eq 0 ] && return 0
	command -v apt-get >/dev/null || fail "Debian 12 の apt-get が見つかりません。次を手で入れてください: ${missing[*]}" \
		"There is no apt-get here. Install by hand: ${missing[*]}"
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
		fail "root か sudo で実行してください（入れるもの: ${missing[*]}）" "Run this as root or with sudo (to install: ${missing[*]})"
	say "必要なパッケージを入れます（${#missing[@]} 個）: ${missing[*]}" "Installing ${#missing[@]} packages: ${missing[*]}"
	log=$(mktemp)
	as_root apt-get update -q >"$log" 2>&1 &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >>"$log" 2>&1 || {
		tail -n 5 "$log" >&2
		fail "パッケージを入れられませんでした。ネットワークと $log を確かめてください。" \
			"The packages could not be installed. Check the network and $log."
	}
	rm -f "$log"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# build_into FOLDER [MESON OPTION...]: configure once, then build
build_into() {
	local folder=$1 log
	shift
	log=$(mktemp)
	if [ ! -f "$folder/build.ninja" ]; then
		meson setup "$folder" "$@" >"$log" 2>&1 || {
			tail -n 15 "$log" >&2
			fail "構成できませんでした。" "Could not be configured."
		}
	fi
	ninja -C "$folder" >"$log" 2>&1 || {
		grep -E 'error|FAILED|fatal' "$log" | head -n 20 >&2
		fail "組み立てられませんでした（$log）。" "Could not be built ($log)."
	}
	rm -f "$log"
}
