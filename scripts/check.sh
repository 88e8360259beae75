#!/usr/bin/env bash
# All that make check checks, each step by itself, with a list of the failed ones
# at the end. The tools are pinned in tools/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
longest=400 # lines of a hand-written Go file

tool() { go tool -modfile=tools/go.mod "$@"; }

formatted() {
	local files
	files=$(scripts/gofiles.sh | xargs gofmt -l) || return 1
	[ -z "$files" ] || {
		echo "$files"
		echo "make fmt formats them"
		return 1
	}
}

vetted() { go vet ./... && go -C tools vet ./...; }

static() { tool staticcheck ./... && (cd tools && go tool staticcheck ./...); }

# vulnerable needs a database on the network. Without it the step is passed by,
# and says so; a finding, and any other failure, is a failure.
vulnerable() {
	local log status=0
	log=$(mktemp)
	tool govulncheck ./... >"$log" 2>&1 || status=$?
	if [ "$status" -ne 0 ] && grep -q 'fetching vulnerabilities' "$log"; then
		echo "SKIPPED: the vulnerability database cannot be reached, so nothing is known about vulnerabilities"
		tail -n 1 "$log"
		status=0
	else
		cat "$log"
	fi
	rm -f "$log"
	return "$status"
}

# current writes the generated code anew and says which files that changed.
current() {
	local before after
	before=$(generated)
	make --no-print-directory generate || return 1
	after=$(generated)
	[ "$before" = "$after" ] || {
		diff <(echo "$before") <(echo "$after") | sed -n 's/^>.* /not current, now written anew: /p'
		return 1
	}
}

generated() { generated_files | while read -r file; do echo "$(cksum <"$file") $file"; done; }

generated_files() { scripts/gofiles.sh | xargs grep -l '^// Code generated .* DO NOT EDIT\.$' | sort; }

contract() { tool validate -multi openapi.yaml; }

links() {
	go -C tools build -o ../.native/tools/ ./doccheck || return 1
	find . \( -name '.?*' -o -name node_modules -o -name testdata -o -path ./bin -o -path ./dist \) -prune -o \
		-name '*.md' -print0 | xargs -0 .native/tools/doccheck
}

short_files() {
	local file lines bad=0
	while read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -le "$longest" ] || { echo "$file has $((lines)) lines, more than $longest" && bad=1; }
	done < <(comm -23 <(scripts/gofiles.sh | grep -v '_test\.go$' | sort) <(generated_files))
	return "$bad"
}

composed() {
	docker compose version >/dev/null 2>&1 || {
		echo "SKIPPED: no docker compose here, so docker-compose.yml was not checked"
		return
	}
	PITH_REDIS_PASSWORD=x PITH_CACHE_MASTER_KEY=x docker compose --profile replicas config --quiet
}

failed=
step() {
	echo "== $1"
	"$2" || failed="$failed
  $1"
}

step "gofmt" formatted
step "go vet" vetted
step "staticcheck" static
step "govulncheck" vulnerable
step "generated code is current" current
step "openapi.yaml is valid" contract
step "links in Markdown files" links
step "docker-compose.yml is valid" composed
step "no Go file over $longest lines" short_files

if [ -n "$failed" ]; then
	echo "make check failed:$failed" >&2
	exit 1
fi
echo "make check passed"
