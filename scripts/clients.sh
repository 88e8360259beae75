#!/usr/bin/env bash
# Installs the real clients that the drop-in tests run (cmd/pith/dropin_*_test.go):
# npm packages into .venv/clients-node, Python packages into .venv/clients. It
# touches nothing else, and what is up to date it leaves alone. Where node or
# python3 is missing their clients are left out, and the tests skip them.
#
#	scripts/clients.sh
#
# By hand, against a pith or a vendor of your choice:
#
#	export OPENAI_BASE_URL=http://127.0.0.1:8484/v1 ANTHROPIC_BASE_URL=http://127.0.0.1:8484
#	node --preserve-symlinks --preserve-symlinks-main .venv/clients-node/src/openai.mjs
#	.venv/clients/bin/python cmd/pith/testdata/clients/python/openai_client.py
set -euo pipefail

cd "$(dirname "$0")/.."
sources=cmd/pith/testdata/clients
python=.venv/clients
node=.venv/clients-node
oldest_node=20 # of the pinned packages

say() { printf 'clients: %s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# stamp FILE... is a digest of files and of the interpreter that they are for.
stamp() { cat "$@" | cksum; }

# current STAMPFILE TEXT says whether the last installation was this one.
current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

node_is_fit() {
	have node && have npm || {
		say "no node and npm here: without the clients that need them"
		return 1
	}
	local major
	major=$(node -p 'process.versions.node.split(".")[0]')
	[ "$major" -ge "$oldest_node" ] || {
		say "node is $major and should be $oldest_node or newer: without the clients that need it"
		return 1
	}
}

install_node() {
	local want
	want="$(stamp "$sources/node/package.json" "$sources/node/package-lock.json") $(node --version)"
	mkdir -p "$node"
	ln -sfn "../../$sources/node" "$node/src"
	current "$node/stamp" "$want" && return
	say "npm packages into $node"
	rm -f "$node/stamp"
	cp "$sources/node/package.json" "$sources/node/package-lock.json" "$node/"
	# No scripts: none of the packages needs one, and one that came to have one
	# would run it here. openai-7 asks for a newer node than 20, and runs on 20.
	(cd "$node" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error) >&2
	echo "$want" >"$node/stamp"
}

install_python() {
	local want
	want="$(stamp "$sources/python/requirements.txt") $(python3 --version)"
	current "$python/stamp" "$want" && return
	say "Python packages into $python"
	rm -rf "$python"
	python3 -m venv "$python"
	"$python/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$sources/python/requirements.txt"
	echo "$want" >"$python/stamp"
}

if node_is_fit; then install_node; fi
if have python3; then install_python; else say "no python3 here: without the Python clients"; fi
