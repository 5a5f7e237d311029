#!/bin/sh
# install_as.sh FILE PATH: install a made file under another name below the prefix
exec install -Dm644 "$1" "$MESON_INSTALL_DESTDIR_PREFIX/$2"
