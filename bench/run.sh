#!/usr/bin/env bash
# Sets up and runs one of the benchmarks that need a whole program, and prints
# tables in Markdown.
#
#	bench/run.sh http|peers|load|cold|proxy|cache|lossless|code [FLAGS]
#
# PITH_BIN           the program to measure; bin/pith if unset
# PITH_BENCH_VENV    a Python environment that has what is needed; if unset, one is
#                    made in .venv and filled with the pinned packages
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
what=${1:-}
case $what in http | peers | load | cold | proxy | cache | lossless | code) shift ;; *) sed -n '5s/^#	/usage: /p' bench/run.sh >&2; exit 2 ;; esac

export PITH_BIN=${PITH_BIN:-$root/bin/pith}
[ -x "$PITH_BIN" ] || { echo "$PITH_BIN is not there; run: make build" >&2; exit 1; }
case " ${CGO_LDFLAGS:-} " in
*"$root/.native/lib"*) ;;
*) export CGO_LDFLAGS="'-L$root/.native/lib' ${CGO_LDFLAGS:-}" ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PITH_BENCH_TOOLS=$work/tools
mkdir "$PITH_BENCH_TOOLS"

# environment makes .venv/bench-NAME, once for each content of the requirements.
environment() {
	local requirements=bench/requirements-$1.txt
	venv=${PITH_BENCH_VENV:-}
	[ -z "$venv" ] || return 0
	venv=$root/.venv/bench-$1
	cmp -s "$requirements" "$venv/installed.txt" && return
	echo "installing $requirements into .venv/bench-$1" >&2
	rm -rf "$venv"
	python3 -m venv "$venv"
	"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
	cp "$requirements" "$venv/installed.txt"
}

# The package counts tokens with tiktoken, which fetches its vocabulary unless it
# finds it here; a Go module that pith uses has the same file.
vocabulary() {
	export TIKTOKEN_CACHE_DIR=$work/tiktoken HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=true
	mkdir "$TIKTOKEN_CACHE_DIR"
	cp "$(go list -m -f '{{.Dir}}' github.com/pkoukk/tiktoken-go-loader)/assets/cl100k_base.tiktoken" \
		"$TIKTOKEN_CACHE_DIR/9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
}

case $what in
load | cold)
	go build -o "$PITH_BENCH_TOOLS" "./bench/$what"
	"$PITH_BENCH_TOOLS/$what" -pith "$PITH_BIN" "$@"
	;;
lossless)
	go build -o "$PITH_BENCH_TOOLS" ./bench/lossless
	"$PITH_BENCH_TOOLS/lossless" -pith "$PITH_BIN" "$@"
	;;
proxy)
	go build -o "$PITH_BENCH_TOOLS" ./bench/overhead
	"$PITH_BENCH_TOOLS/overhead" -pith "$PITH_BIN" "$@"
	;;
cache)
	redis=$(scripts/redis.sh)
	[ -n "$redis" ] || exit 1 # it has said what to install
	go build -o "$PITH_BENCH_TOOLS" ./bench/segments
	"$PITH_BENCH_TOOLS/segments" -pith "$PITH_BIN" -redis "$redis" "$@"
	;;
http)
	environment http
	go build -o "$PITH_BENCH_TOOLS" ./bench/corpus ./bench/windows
	"$venv/bin/python" -u bench/http_bare.py "$@"
	;;
peers)
	environment peers
	go build -o "$PITH_BENCH_TOOLS" ./bench/corpus
	vocabulary
	"$venv/bin/python" -u bench/peers.py "$@"
	;;
code)
	environment code
	"$venv/bin/python" -u bench/code_peer.py "$@"
	;;
esac
