#!/bin/bash
# manual_test.sh HINOMI: groff finds nothing wrong in any page, bash nothing in the completion.
set -u
hinomi=$1
command -v groff >/dev/null || { echo "SKIP: groff is not installed (./check installs it)"; exit 77; }
wrong=0
for page in hinomi hinomi-watch hinomi-site-backup hinomi-site-restore hinomi-manual hinomi.conf; do
	for lang in ja en; do
		"$hinomi" manual --lang "$lang" "$page" >page.$$ || wrong=1
		# Japanese has no blanks to break lines at.
		complaints=$(groff -man -Tutf8 -K utf8 -ww -W break -z page.$$ 2>&1)
		[ -z "$complaints" ] || { echo "$page ($lang): $complaints"; wrong=1; }
	done
done
rm -f page.$$
bash -n <("$hinomi" manual --completion) || wrong=1
exit $wrong
