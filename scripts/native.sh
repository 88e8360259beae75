#!/usr/bin/env bash
# Puts the native parts of pith into .native/lib of this checkout, and nothing
# anywhere else: libtokenizers.a (linked) and the ONNX Runtime shared library
# (opened at run time). Beside them, in .native/share, goes the Chinese dictionary
# that pith eval wants. docs/native.md tells where they come from.
#
#	scripts/native.sh
#
# Running it again costs the reading of the files. Several runs at once are
# safe. PITH_NATIVE_FROM=release or =registry allows only that kind of source.
set -euo pipefail

scripts=$(cd "$(dirname "$0")" && pwd -P)
root=$(dirname "$scripts")
native=$root/.native
sources=${PITH_NATIVE_FROM:-any}

# shellcheck source=native/lib.sh
. "$scripts/native/lib.sh"
# shellcheck source=native/pins.sh
. "$scripts/native/pins.sh"

have go || missing go "pith is written in Go ($(awk '$1 == "go" { print $2 }' "$root/go.mod"))." \
	"see https://go.dev/dl (a packaged Go of 1.21 or newer fetches the right one itself: apt-get install golang)" \
	"brew install go"
read_go_env() {
	read -r os && read -r arch && read -r host_os && read -r host_arch && read -r cc && read -r cxx && read -r cgo
} <<END
$(cd "$root" && go env GOOS GOARCH GOHOSTOS GOHOSTARCH CC CXX CGO_ENABLED)
END
read_go_env || die "go env does not work here" "Try: go version"
[ "$os/$arch" = "$host_os/$host_arch" ] ||
	die "Go is set to build for $os/$arch on $host_os/$host_arch" "Builds for another platform are not supported: unset GOOS and GOARCH."
set_platform_pins "$os/$arch" || die "no native parts for $os/$arch" "Supported: linux/amd64, linux/arm64, darwin/arm64."
case $sources in any | release | registry) ;; *) die "PITH_NATIVE_FROM is $sources; it may be any, release or registry" ;; esac

# shellcheck source=native/tokenizers.sh
. "$scripts/native/tokenizers.sh"
# shellcheck source=native/runtime.sh
. "$scripts/native/runtime.sh"
# shellcheck source=native/jieba.sh
. "$scripts/native/jieba.sh"

check_prerequisites() {
	have make || missing make "The Makefile needs it." "apt-get install make" "xcode-select --install"
	need_compiler "${cc%% *}"
	need_compiler "${cxx%% *}"
	[ "$cgo" = 1 ] || die "cgo is off (CGO_ENABLED=$cgo), and pith links C libraries" "Unset CGO_ENABLED."
	case $(ldd --version 2>&1 || true) in
	*musl*) die "this system has musl; ONNX Runtime needs glibc 2.28 or newer" "Use Debian, Ubuntu, Fedora or an image made from them." ;;
	esac
}

check_module_version() {
	local version
	version=$(awk -v m="$tokenizers_module" '$1 == m { print $2 } $2 == m { print $3 }' "$root/go.mod")
	[ -z "$version" ] || [ "$version" = "$tokenizers_version" ] ||
		die "go.mod asks for $tokenizers_module $version, the pins are for $tokenizers_version" \
			"Move both together; docs/native.md says how."
}

check_prerequisites
check_module_version
if tokenizers_current && runtime_current && jieba_settled; then
	exit 0
fi
lock "$native/lock"
runtime_current || install_runtime # first: it may lack pip, and the other may take minutes
tokenizers_current || install_tokenizers
jieba_settled || try_jieba
say "ready in .native/lib"
