# Makes the Debian package out of what `meson install` installs.  Sourced by ./run.

# No mailbox stands behind it (.invalid never does): SECURITY.md and CONTRIBUTING.md say how to be heard.
maintainer="Hinomi maintainers <maintainers@hinomi.invalid>"

# make_deb BUILD_FOLDER VERSION: hinomi_VERSION_ARCH.deb beside ./run; its name is in $deb
make_deb() {
	local build=$1 version=$2 arch stage epoch
	arch=$(dpkg --print-architecture)
	deb=hinomi_${version}_$arch.deb
	stage=$PWD/$build/stage
	# The same sources give the same package.
	epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
	rm -rf "$stage"
	{ meson configure "$build" --prefix=/usr && ninja -C "$build"; } >/dev/null || return 1
	DESTDIR=$stage meson install -C "$build" --no-rebuild --quiet --strip || return 1
	find "$stage/usr/share/man" -type f -exec gzip -9n {} +
	install -Dm644 packaging/hinomi.service "$stage/lib/systemd/system/hinomi.service" &&
		install -d -m755 "$stage/etc/hinomi" "$stage/usr/share/doc/hinomi" "$stage/DEBIAN" &&
		"$build/hinomi" site --example-config >"$stage/etc/hinomi/hinomi.conf" &&
		put_docs "$stage/usr/share/doc/hinomi" "$version" "$epoch" &&
		install -m755 packaging/deb/{postinst,prerm,postrm} "$stage/DEBIAN/" &&
		echo /etc/hinomi/hinomi.conf >"$stage/DEBIAN/conffiles" &&
		put_control "$stage" "$version" "$arch" >"$stage/DEBIAN/control" || return 1
	find "$stage" -exec touch -h -d "@$epoch" {} +
	SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group --build "$stage" "$deb" >/dev/null
}

# put_docs FOLDER VERSION EPOCH
put_docs() {
	install -m644 README.md README.ja.md CHANGELOG.md "$1/" &&
		{
			printf 'hinomi (%s) unstable; urgency=medium\n\n  * What changed is in CHANGELOG.md.\n\n' "$2"
			printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$3")"
		} | gzip -9nc >"$1/changelog.gz" &&
		{
			echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
			echo "Upstream-Name: hinomi"
			echo
			echo "Files: *"
			echo "Copyright: 2026 the Hinomi contributors"
			echo "License: Apache-2.0"
			echo " The full text is in /usr/share/common-licenses/Apache-2.0."
		} >"$1/copyright"
}

# The libraries that the program was linked with, as packages and versions.
depends_of() {
	local where
	where=$(mktemp -d) && mkdir "$where/debian" && printf 'Source: hinomi\n\nPackage: hinomi\nArchitecture: any\n' >"$where/debian/control"
	(cd "$where" && dpkg-shlibdeps -O "$1/usr/bin/hinomi" 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
	rm -rf "$where"
}

put_control() {
	local libraries
	libraries=$(depends_of "$1")
	[ -n "$libraries" ] || return 1
	cat <<CONTROL
Package: hinomi
Version: $2
Architecture: $3
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$1" | cut -f1)
Depends: adduser, $libraries
Recommends: ca-certificates
Section: admin
Priority: optional
Description: watchtower over a hospital's logs
 Hinomi reads the records that a hospital already has (proxy, firewall, VPN,
 IDS, Zeek, Windows) and shows which machine talks to something known to be
 bad, with the evidence and the next step, in Japanese or English.
CONTROL
}
