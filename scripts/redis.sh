#!/usr/bin/env bash
# Makes sure that tests find a real Redis server (cache/redistest): the one in PATH if
# it is new enough, else, on Debian and Ubuntu, one unpacked into .venv/redis from the
# distribution's own packages. It needs no root and installs nothing.
#
#	scripts/redis.sh
#
# Prints where the server is. Where none can be had it says what to install, and the
# tests that want one skip; with CI set that is a failure.
set -euo pipefail

cd "$(dirname "$0")/.."
home=.venv/redis
oldest=6.2

say() { printf 'redis: %s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# version SERVER prints 7.0.15, or nothing if SERVER does not run here.
version() { "$1" --version 2>/dev/null | sed -n 's/.*[ =]v=\([0-9.]*\).*/\1/p'; }

fit() {
	local v
	v=$(version "$1")
	[ -n "$v" ] && [ "$(printf '%s\n' "$oldest" "$v" | sort -V | head -n 1)" = "$oldest" ]
}

found() {
	say "$1, version $(version "$1")"
	printf '%s\n' "$1"
	exit 0
}

none() {
	say "no redis-server $oldest or newer here, and $1"
	say "Install one: apt-get install redis-server, brew install redis, or see https://redis.io/docs"
	[ -z "${CI:-}" ] || exit 1
	say "SKIPPED: the tests that need Redis will skip"
	exit 0
}

# download PACKAGE... gets packages into the folder it runs in. The lists may be old
# or missing, and only root can get new ones.
download() {
	apt-get download -q "$@" >log 2>&1 && return
	[ "$(id -u)" = 0 ] && apt-get update -q >>log 2>&1 && apt-get download -q "$@" >>log 2>&1
}

unpack() { for deb in *.deb; do dpkg -x "$deb" root && rm -f "$deb"; done; }

# library_folders lists those of the unpacked libraries.
library_folders() { find root/lib root/usr/lib -mindepth 1 -maxdepth 1 -name '*-linux-gnu*' 2>/dev/null || true; }

# lacks_libraries says whether the unpacked server wants a library that is not here.
lacks_libraries() {
	LD_LIBRARY_PATH=$(library_folders | sed "s|^|$PWD/|" | paste -s -d : -) ldd root/usr/bin/redis-server | grep -q 'not found'
}

# libraries_of PACKAGE... lists what they depend on. The C library is not among it:
# another one than the system's own would not run.
libraries_of() {
	apt-cache depends "$@" | sed -n 's/^ *|\{0,1\}Depends: \(\(lib\|lua\)[^ :]*\)$/\1/p' | grep -v -x -e libc6 -e libcrypt1 | sort -u
}

# libraries lists the packages of the libraries that the server may want.
libraries() {
	local direct
	direct=$(libraries_of redis-server redis-tools)
	# shellcheck disable=SC2086 # one word a package
	{ printf '%s\n' "$direct" && libraries_of $direct; } | sort -u
}

# wrapper PROGRAM writes bin/PROGRAM, which runs the unpacked one with its libraries.
wrapper() {
	mkdir -p bin
	cat >"bin/$1" <<-END
		#!/bin/sh
		home=\$(cd "\$(dirname "\$0")/.." && pwd)
		LD_LIBRARY_PATH=$(library_folders | sed 's|^|$home/|' | paste -s -d : -)\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
		export LD_LIBRARY_PATH
		exec "\$home/root/usr/bin/$1" "\$@"
	END
	chmod +x "bin/$1"
}

install() {
	download redis-server redis-tools && unpack || return 1
	if lacks_libraries; then
		local packages
		mapfile -t packages < <(libraries)
		download "${packages[@]}" && unpack && ! lacks_libraries || return 1
	fi
	wrapper redis-server
	wrapper redis-cli
}

have redis-server && fit redis-server && found "$(command -v redis-server)"
! fit "$home/bin/redis-server" || found "$PWD/$home/bin/redis-server"
for tool in apt-get apt-cache dpkg ldd; do
	have "$tool" || none "this is no Debian or Ubuntu to take one from"
done
say "unpacking the packages redis-server and redis-tools into $home"
rm -rf "$home"
mkdir -p "$home/root"
if ! (cd "$home" && install); then
	[ ! -s "$home/log" ] || tail -n 2 "$home/log" >&2
	none "its packages could not be unpacked (apt-get update, as root, may help)"
fi
fit "$home/bin/redis-server" || none "the one of this system's packages does not run or is too old"
found "$PWD/$home/bin/redis-server"
