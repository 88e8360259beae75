#!/usr/bin/env bash
# Completes a folder that holds the built program with what it needs to run, so
# that the folder can be copied anywhere: the runtime library, the model that is
# not inside the binary, the Chinese dictionary if it is there, and the licences.
#
#	scripts/bundle.sh DIR
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1

# put FILE TO copies in one step and only if it differs: a program that runs
# from the folder keeps the file it has mapped.
put() {
	if cmp -s "$1" "$2"; then
		return
	fi
	mkdir -p "$(dirname "$2")"
	cp "$1" "$2.new"
	chmod u+w "$2.new" # the module cache is read-only
	mv -f "$2.new" "$2"
}

for library in libonnxruntime.so libonnxruntime.dylib; do
	[ ! -f ".native/lib/$library" ] || put ".native/lib/$library" "$dir/lib/$library"
done

model=onnx/models/pith-multi
if [ -d "$model" ]; then
	(cd "$model" && find . -type f ! -path './testdata/*' ! -name '*.go') | while read -r file; do
		put "$model/$file" "$dir/models/pith-multi/${file#./}"
	done
else
	echo "bundle: $model is not in this checkout; English only" >&2
fi

jieba=.native/share/jieba
if [ -f "$jieba/LICENSE" ]; then # it is put there last
	for file in dict.txt prob_start.py prob_trans.py prob_emit.py; do
		put "$jieba/$file" "$dir/share/jieba/$file"
	done
	put "$jieba/LICENSE" "$dir/licenses/jieba/LICENSE"
else
	echo "bundle: $jieba is not there; the Chinese metrics of pith eval will not work" >&2
fi

tokenizers=$(go list -m -f '{{.Dir}}' github.com/daulet/tokenizers)
put "$tokenizers/LICENSE" "$dir/licenses/tokenizers/LICENSE"
for file in LICENSE ThirdPartyNotices.txt; do
	put ".native/licenses/onnxruntime/$file" "$dir/licenses/onnxruntime/$file"
done
