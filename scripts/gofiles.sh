#!/usr/bin/env bash
# Lists the Go files of this checkout, without those of folders git ignores.
set -euo pipefail
cd "$(dirname "$0")/.."
find . \( -name '.?*' -o -name node_modules -o -path ./bin -o -path ./dist \) -prune -o -name '*.go' -print
