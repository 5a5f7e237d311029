# Shared by ./run, ./check and .ci/run: progress in words, packages, builds, the closing line.  Sourced, not run.

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

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# open_root_folder: in a bare chroot the root folder may be root's alone; then no other user finds any file
open_root_folder() {
	case $(stat -c %A /) in
	*[xt]) ;;
	*)
		say "/ をほかのユーザーが通れないため、通れるようにします（chmod 755 /）" \
			"Other users may not pass /: opening it (chmod 755 /)"
		as_root chmod 755 /
		;;
	esac
}

# packages_of FILE...: the names in these lists
packages_of() {
	sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@"
}

is_installed() {
	dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# packages_missing FILE...: those of these lists that the machine lacks, on one line
packages_missing() {
	local package missing=()
	while read -r package; do
		# A node or npm that was installed in another way serves as well.
		case $package in nodejs | npm) command -v "${package/nodejs/node}" >/dev/null && continue ;; esac
		is_installed "$package" || missing+=("$package")
	done < <(packages_of "$@")
	echo "${missing[*]}"
}

# install_packages FILE...: install what these lists name and the machine lacks; 1: it could not, and why was said
install_packages() {
	local missing log
	read -ra missing <<<"$(packages_missing "$@")"
	[ ${#missing[@]} -eq 0 ] && return 0
	if ! command -v apt-get >/dev/null; then
		say "Debian 12 の apt-get が見つかりません。次を手で入れてください: ${missing[*]}" \
			"There is no apt-get here. Install by hand: ${missing[*]}" >&2
		return 1
	fi
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		say "root か sudo で実行してください（入れるもの: ${missing[*]}）" "Run this as root or with sudo (to install: ${missing[*]})" >&2
		return 1
	fi
	say "必要なパッケージを入れます（${#missing[@]} 個、数分かかります）: ${missing[*]}" \
		"Installing ${#missing[@]} packages (some minutes): ${missing[*]}"
	log=$(mktemp)
	if ! as_root apt-get update -q >"$log" 2>&1 </dev/null ||
		! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
			>>"$log" 2>&1 </dev/null; then
		tail -n 5 "$log" >&2
		say "パッケージを入れられませんでした。ネットワークと $log を確かめてください。" \
			"The packages could not be installed. Check the network and $log." >&2
		return 1
	fi
	rm -f "$log"
}

# what is used and given away: optimised over all files, without the tests
# shellcheck disable=SC2034
shipped=(-Dbuildtype=release -Db_lto=true -Dtests=false --prefix=/usr)

# build_into FOLDER [MESON OPTION...]: configure once, then build; 1: it could not, and why was said
build_into() {
	local folder=$1 log
	shift
	log=$(mktemp)
	if [ ! -f "$folder/build.ninja" ] && ! meson setup "$folder" "$@" >"$log" 2>&1; then
		tail -n 15 "$log" >&2
		say "$folder: 構成できませんでした（$log）。" "$folder: could not be configured ($log)." >&2
		return 1
	fi
	if ! ninja -C "$folder" >"$log" 2>&1; then
		grep -E 'error|FAILED|fatal|undefined' "$log" | head -n 20 >&2
		say "$folder: 組み立てられませんでした（$log）。" "$folder: could not be built ($log)." >&2
		return 1
	fi
	rm -f "$log"
}

passed=0 failed=0 skipped=0

# note NAME STATUS: count one step (0 passed, 77 skipped, else failed)
note() {
	case $2 in
	0) passed=$((passed + 1)) ;;
	77)
		skipped=$((skipped + 1))
		say "省略: $1" "skipped: $1"
		;;
	*)
		failed=$((failed + 1))
		say "不合格: $1" "FAILED: $1"
		;;
	esac
}

# closing_line: what ./check and .ci/run end with; its status is theirs
closing_line() {
	if [ "$skipped" -gt 0 ]; then
		echo "$passed passed, $failed failed, $skipped skipped"
	else
		echo "$passed passed, $failed failed"
	fi
	[ "$failed" -eq 0 ]
}
