# shellcheck shell=bash
# What the set-up scripts share: messages, digests, downloads, a lock. Written
# for bash 3.2, which macOS has.

say() { printf 'native: %s\n' "$*" >&2; }

# die prints its arguments, a line each, and ends the script.
die() {
	say "$1"
	shift
	[ $# -eq 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# missing WHAT WHY DEBIAN MACOS names a prerequisite and how to install it.
missing() {
	die "$1 is missing. $2" "Debian, Ubuntu:  $3" "macOS:           $4" "Then run the same command again."
}

need_compiler() {
	have "$1" || missing "$1" "A C and C++ compiler builds and links the native parts." \
		"apt-get install build-essential" "xcode-select --install"
}

sha256() {
	if have sha256sum; then
		sha256sum <"$1" | cut -d' ' -f1
	else
		shasum -a 256 <"$1" | cut -d' ' -f1
	fi
}

# has_digest FILE SHA256 says whether FILE is there with that digest.
has_digest() { [ -f "$1" ] && [ "$(sha256 "$1")" = "$2" ]; }

# check_digest FILE NAME SHA256 FROM ends the script if FILE, fetched as NAME,
# is not what was pinned. The file goes, so that a second run starts afresh.
check_digest() {
	local got
	got=$(sha256 "$1")
	[ "$got" != "$3" ] || return 0
	rm -f "$1"
	die "wrong digest: $2" \
		"from:     $4" \
		"expected: $3" \
		"got:      $got" \
		"It was deleted and nothing of it is installed. Run the same command again: it may have been" \
		"cut off or altered on its way. If it stays wrong, do not use it: something answers in the" \
		"server's place, or what was published has changed. docs/native.md tells about the pins and other sources."
}

# download URL FILE fetches URL whole or not at all. It gives up within seconds
# where the host cannot be reached, and on a transfer that stalls.
download() {
	local part=$2.part
	rm -f "$part"
	if have curl; then
		curl -fsSL --connect-timeout 5 --speed-limit 1024 --speed-time 20 -o "$part" "$1" 2>/dev/null
	elif have wget; then
		wget -q --tries=1 --dns-timeout=5 --connect-timeout=5 --read-timeout=20 -O "$part" "$1" 2>/dev/null
	else
		return 1
	fi || {
		rm -f "$part"
		return 1
	}
	mv -f "$part" "$2"
}

# install_file FROM TO MODE puts FROM in place in one step: who has the old file
# open or mapped keeps it, and a full disk leaves no half of the new one.
install_file() {
	mkdir -p "$(dirname "$2")"
	if ! { cp "$1" "$2.new" && chmod "$3" "$2.new" && mv -f "$2.new" "$2"; }; then
		rm -f "$2.new"
		die "could not write $2"
	fi
}

# lock DIR waits until no other run holds DIR and takes it until the script ends.
# A lock whose owner is gone is taken over.
lock() {
	local dir=$1 owner waited=0
	mkdir -p "$(dirname "$dir")"
	until mkdir "$dir" 2>/dev/null; do
		owner=$(cat "$dir/pid" 2>/dev/null || true)
		if abandoned "$owner" "$waited"; then
			take_over "$dir" "$owner"
			continue
		fi
		[ "$waited" -gt 0 ] || say "waiting for another set-up of this checkout (process ${owner:-unknown})"
		[ "$waited" -lt 1800 ] || die "still locked after 30 minutes" "If no other set-up runs: rm -r $dir"
		sleep 1
		waited=$((waited + 1))
	done
	echo $$ >"$dir/pid"
	# shellcheck disable=SC2064 # the folder of now
	trap "rm -rf '$dir'" EXIT
	trap 'exit 130' INT TERM HUP
}

# abandoned OWNER SECONDS says whether a lock's owner is gone: its process has
# ended, or it has not even said who it is for ten seconds.
abandoned() {
	if [ -n "$1" ]; then
		! kill -0 "$1" 2>/dev/null
	else
		[ "$2" -ge 10 ]
	fi
}

# take_over moves a dead owner's lock away. Of several that try, one succeeds; a
# lock that changed hands meanwhile is put back.
take_over() {
	local grave=$1.$$
	mv "$1" "$grave" 2>/dev/null || return 0
	if [ "$(cat "$grave/pid" 2>/dev/null || true)" = "$2" ]; then
		rm -rf "$grave"
	else
		mv "$grave" "$1"
	fi
}
