#!/usr/bin/env bash
# Packs a built bin/ as dist/pith-VERSION-OS-ARCH.tar.gz, with its SHA-256 beside.
#
#	scripts/dist.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=native/lib.sh
. scripts/native/lib.sh

name=pith-$1-$(go env GOOS)-$(go env GOARCH)
rm -rf "dist/$name"
mkdir -p "dist/$name"
cp bin/pith "dist/$name/pith"
scripts/bundle.sh "dist/$name"
for file in README.md LICENSE CHANGELOG.md; do
	[ ! -f "$file" ] || cp "$file" "dist/$name/"
done
tar -C dist -czf "dist/$name.tar.gz.new" "$name"
mv -f "dist/$name.tar.gz.new" "dist/$name.tar.gz"
rm -rf "dist/$name"
printf '%s  %s\n' "$(sha256 "dist/$name.tar.gz")" "$name.tar.gz" >"dist/$name.tar.gz.sha256"
echo "dist/$name.tar.gz"
