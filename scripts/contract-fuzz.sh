#!/usr/bin/env bash
# Fuzzes a live server from openapi.yaml with schemathesis: requests that keep the
# contract must be served, those that break it refused, and every answer must be one
# that the contract has. Fails also if the server panics, dies, or does not drain.
#
#	scripts/contract-fuzz.sh
#
# PITH_BIN        the program to run; built from this tree if unset
# FUZZ_SECONDS    how long to fuzz; 60
# FUZZ_SEED       random seed; a new one each time if unset
#
# Where schemathesis cannot be installed the run is passed by and says so, unless
# CI is set: then it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
version=4.32.5
venv=$PWD/.venv/contract-fuzz
contract=$PWD/openapi.yaml
seconds=${FUZZ_SECONDS:-60}

work=$(mktemp -d)
server=
cleanup() {
	[ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

install() {
	[ "$(cat "$venv/installed" 2>/dev/null)" = "$version" ] && return
	rm -rf "$venv"
	python3 -m venv "$venv" &&
		"$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" &&
		echo "$version" >"$venv/installed"
}

if ! install >"$work/install.log" 2>&1; then
	cat "$work/install.log" >&2
	echo "SKIPPED: schemathesis $version cannot be installed (it takes python3, its venv module and PyPI)" >&2
	[ -z "${CI:-}" ]
	exit
fi

pith=${PITH_BIN:-}
if [ -z "$pith" ]; then
	pith=$work/pith
	export CGO_LDFLAGS="${CGO_LDFLAGS:--L$PWD/.native/lib}"
	go build -o "$pith" ./cmd/pith
	for library in .native/lib/libonnxruntime.so .native/lib/libonnxruntime.dylib; do
		[ ! -f "$library" ] || export PITH_ORT_LIBRARY="${PITH_ORT_LIBRARY:-$PWD/$library}"
	done
fi

# Two free ports, told apart by being held at the same time.
read -r port admin < <(python3 -c '
import socket
a, b = socket.socket(), socket.socket()
a.bind(("127.0.0.1", 0)), b.bind(("127.0.0.1", 0))
print(a.getsockname()[1], b.getsockname()[1])')
url=http://127.0.0.1:$port

"$pith" serve --listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$admin" >"$work/server.log" 2>&1 &
server=$!
ready() {
	python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=2)' "$url/readyz" 2>/dev/null
}
for _ in $(seq 120); do
	ready && break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.5
done
if ! ready; then
	cat "$work/server.log" >&2
	echo "the server did not become ready" >&2
	exit 1
fi

# 413 and 415 are refusals too.
cat >"$work/schemathesis.toml" <<TOML
[checks.negative_data_rejection]
expected-statuses = [400, 404, 405, 413, 415, 422]

# Models have to exist and patterns to be RE2, which a schema cannot say, and a hard
# budget may be out of reach.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 422]
TOML

# It leaves a folder behind wherever it runs.
status=0
(cd "$work" && timeout $((seconds + 50)) "$venv/bin/schemathesis" --config-file schemathesis.toml run "$contract" \
	--url "$url" --phases examples,coverage,fuzzing --max-time "$seconds" --max-failures 5 --continue-on-failure \
	--request-timeout 70 --suppress-health-check all --no-color \
	${FUZZ_SEED:+--seed "$FUZZ_SEED"}) || status=$?

fail() { echo "contract fuzz: $*" >&2; status=1; }
grep -q 'msg=panic' "$work/server.log" && fail "the server panicked: $(grep -m1 'msg=panic' "$work/server.log")"
if kill -TERM "$server" 2>/dev/null; then
	wait "$server" || fail "the server ended with status $?"
else
	fail "the server died: $(tail -n 5 "$work/server.log")"
fi
server=
exit "$status"
