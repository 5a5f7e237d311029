#!/bin/bash
# manual_test.sh HINOMI: an installation has every page in both languages, and groff finds nothing wrong in any.
set -u
hinomi=$1
command -v groff >/dev/null || { echo "SKIP: groff is not installed (./check installs it)"; exit 77; }
wrong=0
where=$(mktemp -d)
trap 'rm -rf "$where"' EXIT
MESON_INSTALL_DESTDIR_PREFIX=$where "$(dirname "$0")/install_manual.sh" "$hinomi" man share || exit 1
pages=0
while read -r page section; do
	for file in "$where/man/man$section/$page.$section" "$where/man/ja/man$section/$page.$section"; do
		# Japanese has no blanks to break lines at.
		complaints=$(groff -man -Tutf8 -K utf8 -ww -W break -z "$file" 2>&1)
		[ -s "$file" ] && [ -z "$complaints" ] || { echo "$file: $complaints"; wrong=1; }
		pages=$((pages + 1))
	done
done < <("$hinomi" manual --list)
# Every command that --help names has its page: counted from another text than the list.
commands=$("$hinomi" --help --lang en | grep -c '^  hinomi ')
[ "$pages" -eq $((2 * (commands + 2))) ] || { echo "$pages pages for $commands commands"; wrong=1; }
echo "$pages pages"
exit $wrong
