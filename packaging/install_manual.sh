#!/bin/sh
# install_manual.sh HINOMI MANDIR DATADIR: every page that the program has, in both languages, and completion for three shells.
set -eu
hinomi=$1 man=$MESON_INSTALL_DESTDIR_PREFIX/$2 data=$MESON_INSTALL_DESTDIR_PREFIX/$3

# put PATH ARGUMENT...: what `hinomi manual ARGUMENT...` prints
put() {
	path=$1
	shift
	install -d "$(dirname "$path")"
	"$hinomi" manual "$@" >"$path"
	chmod 644 "$path"
}

"$hinomi" manual --list | while read -r page section; do
	put "$man/man$section/$page.$section" --lang en "$page"
	put "$man/ja/man$section/$page.$section" --lang ja "$page"
done
put "$data/bash-completion/completions/hinomi" --completion bash
put "$data/zsh/vendor-completions/_hinomi" --completion zsh --lang ja
put "$data/fish/vendor_completions.d/hinomi.fish" --completion fish --lang ja
