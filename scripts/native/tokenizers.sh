# shellcheck shell=bash disable=SC2154 # the variables are those of native.sh and pins.sh
# libtokenizers.a: the Rust tokenizers behind a C interface, linked into bin/pith.

# A build from source has no digest to pin, for the compiler shapes it. A stamp
# beside the archive says from which pins it was made and what came out.
tokenizers_file=$native/lib/libtokenizers.a
tokenizers_stamp=$native/lib/libtokenizers.stamp
tokenizers_pins="$tokenizers_version $tokenizers_source_sha256 $tokenizers_lock_sha256"

tokenizers_current() {
	local pins digest
	[ -f "$tokenizers_stamp" ] && { read -r pins && read -r digest; } <"$tokenizers_stamp" || return 1
	[ "$pins" = "$tokenizers_pins" ] && has_digest "$tokenizers_file" "$digest"
}

install_tokenizers() {
	if [ -f "$tokenizers_file" ]; then
		say "replacing libtokenizers.a: it is not the one pinned (an old one fails to link: undefined $tokenizers_symbol)"
	fi
	local archive=$native/download/$tokenizers_archive
	if fetch_release "$archive"; then
		tokenizers_from_release "$archive"
	else
		tokenizers_from_source
	fi
	say "libtokenizers.a $tokenizers_version: from $tokenizers_came_from"
}

# put_tokenizers FILE checks that the Go package will link with FILE and installs it.
put_tokenizers() {
	LC_ALL=C grep -q -a "$tokenizers_symbol" "$1" ||
		die "$1 lacks the symbol $tokenizers_symbol" \
			"The Go package $tokenizers_module $tokenizers_version links only with an archive of its own version." \
			"The pins in scripts/native/pins.sh do not belong together."
	rm -f "$tokenizers_stamp"
	install_file "$1" "$tokenizers_file" 644
	printf '%s\n%s\n%s\n' "$tokenizers_pins" "$(sha256 "$tokenizers_file")" "$tokenizers_came_from" >"$tokenizers_stamp.new"
	mv -f "$tokenizers_stamp.new" "$tokenizers_stamp"
}

# fetch_release FILE says whether the release archive is there or can be fetched.
fetch_release() {
	[ -n "$tokenizers_archive" ] && [ "$sources" != registry ] || return 1
	[ ! -f "$1" ] || return 0 # put there by hand, or by an earlier run
	mkdir -p "$native/download"
	download "$tokenizers_release/$tokenizers_archive" "$1" && return
	say "no release archive of libtokenizers.a: cannot fetch $tokenizers_release/$tokenizers_archive"
	return 1
}

# tokenizers_from_release FILE installs from the release archive FILE.
tokenizers_from_release() {
	local url=$tokenizers_release/$tokenizers_archive out=$native/build/tokenizers
	check_digest "$1" "$tokenizers_archive" "$tokenizers_archive_sha256" "$url"
	rm -rf "$out"
	mkdir -p "$out"
	tar -xzf "$1" -C "$out"
	[ -z "$tokenizers_member_sha256" ] ||
		check_digest "$out/libtokenizers.a" "libtokenizers.a in $tokenizers_archive" "$tokenizers_member_sha256" "$url"
	tokenizers_came_from="the release archive"
	put_tokenizers "$out/libtokenizers.a"
	rm -rf "$out"
}

# tokenizers_from_source builds the crate that comes with the Go module.
tokenizers_from_source() {
	[ "$sources" != release ] || die "no release archive for libtokenizers.a, and PITH_NATIVE_FROM=release forbids a build"
	need_cargo
	local build=$native/build/tokenizers log=$native/build/cargo.log
	rm -rf "$build"
	mkdir -p "$build"
	copy_crate "$build"
	say "building libtokenizers.a with cargo: one to three minutes, log in .native/build/cargo.log"
	if ! cargo_build "$build" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "cargo could not build libtokenizers.a (its last lines are above, all of them in $log)" \
			"If it could not fetch crates: the crates registry must be reachable, or put the release archive" \
			"$tokenizers_archive into $native/download by hand."
	fi
	tokenizers_came_from="the Go module's crate, built by $(cargo --version | cut -d' ' -f1,2)"
	put_tokenizers "$build/out/release/libtokenizers_ffi.a"
	rm -rf "$build"
}

need_cargo() {
	local how="No release archive of libtokenizers.a could be used, so it is built from source (Rust $tokenizers_cargo_minimum or newer)."
	local debian="apt-get install rustup && rustup default stable  (no such package, as in Debian 12: see https://rustup.rs)"
	have cargo || missing cargo "$how" "$debian" "brew install rust"
	local version
	version=$(cargo --version 2>/dev/null | awk '{print $2}')
	newer "${version:-0}" "$tokenizers_cargo_minimum" || missing "cargo $tokenizers_cargo_minimum (here: ${version:-none})" "$how" "$debian" "brew upgrade rust"
}

# newer A B says whether version A is at least B, by their first two numbers.
newer() { awk -v a="$1" -v b="$2" 'BEGIN { split(a, x, "."); split(b, y, "."); exit !(x[1] > y[1] || x[1] == y[1] && x[2] + 0 >= y[2] + 0) }'; }

# copy_crate DIR copies the crate out of the module cache, checks it against the
# pins, and takes from its manifest what only upstream's own tests and
# benchmarks need and the one dependency that no registry has.
copy_crate() {
	local module crate
	module=$(module_folder) || exit 1
	crate=$module/crates/tokenizers
	[ "$(sha256 "$crate/src/lib.rs")" = "$tokenizers_source_sha256" ] &&
		[ "$(sha256 "$crate/Cargo.toml")" = "$tokenizers_manifest_sha256" ] ||
		die "wrong digest: the sources in $crate" \
			"They are not those pinned. The module cache may have been changed: go mod verify tells; go clean -modcache empties it."
	has_digest "$scripts/native/tokenizers.Cargo.lock" "$tokenizers_lock_sha256" ||
		die "wrong digest: scripts/native/tokenizers.Cargo.lock" "Restore it: git checkout scripts/native"
	mkdir -p "$1/src"
	cp "$crate/src/lib.rs" "$1/src/lib.rs"
	cp "$scripts/native/tokenizers.Cargo.lock" "$1/Cargo.lock"
	awk '/^\[/ { skip = $0 == "[dev-dependencies]" || $0 == "[[bench]]" }
		skip { next }
		/^tiktoken-rs *=/ { print "tiktoken-rs = \"=0.7.0\""; next }
		{ print }' "$crate/Cargo.toml" >"$1/Cargo.toml"
	chmod -R u+w "$1"
}

# module_folder prints where the Go module is, fetched and checked against go.sum.
module_folder() {
	(cd "$root" && go mod download "$tokenizers_module") >&2 ||
		die "the Go module $tokenizers_module could not be fetched" "The Go module proxy must be reachable (go env GOPROXY)."
	(cd "$root" && go list -m -f '{{.Dir}}' "$tokenizers_module")
}

# cargo_build DIR builds in DIR/out. Paths of this machine are mapped away and
# flags of the user's left out, so that every checkout gets the same archive.
cargo_build() (
	local cargo_home=${CARGO_HOME:-$HOME/.cargo}
	cd "$1" &&
		CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$cargo_home=/cargo"$'\x1f'"--remap-path-prefix=$1=/build" \
			CARGO_INCREMENTAL=0 \
			cargo build --release --locked --target-dir "$1/out"
)
