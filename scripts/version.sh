#!/usr/bin/env bash
# Prints the version of this checkout: the last tag and what came after it, or
# without tags v0.0.0 and the commit, or v0.0.0-unknown outside git.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"

# A copy of the sources unpacked inside some other repository has no version.
if [ "$(git rev-parse --show-toplevel 2>/dev/null)" != "$root" ]; then
	echo v0.0.0-unknown
	exit 0
fi
if git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null; then
	exit 0
fi
commit=$(git describe --always --exclude '*' --dirty 2>/dev/null) || commit=
echo "v0.0.0-${commit:+g}${commit:-unknown}"
