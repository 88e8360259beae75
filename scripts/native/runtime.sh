# shellcheck shell=bash disable=SC2154 # the variables are those of native.sh and pins.sh
# The ONNX Runtime shared library, opened by bin/pith when it starts.

runtime_file=$native/lib/$runtime_library
runtime_notices=$native/licenses/onnxruntime

runtime_current() {
	[ -f "$runtime_notices/LICENSE" ] && has_digest "$runtime_file" "$runtime_member_sha256"
}

# install_runtime takes the library out of the Python wheel, a zip archive. Any
# Python with pip will do: which wheel is asked for does not depend on it.
install_runtime() {
	if [ -f "$runtime_file" ] && ! has_digest "$runtime_file" "$runtime_member_sha256"; then
		say "replacing $runtime_library: it is not the one pinned"
	fi
	[ "$sources" != release ] || die "no release archive is pinned for ONNX Runtime, and PITH_NATIVE_FROM=release forbids the wheel"
	local wheel=$native/download/$runtime_wheel python
	python=$(python_with zipfile) || need_pip
	[ -f "$wheel" ] || fetch_wheel "$wheel"
	check_digest "$wheel" "$runtime_wheel" "$runtime_wheel_sha256" "Python package onnxruntime $runtime_version"

	local out=$native/build/runtime
	rm -rf "$out"
	mkdir -p "$out" "$runtime_notices"
	"$python" -m zipfile -e "$wheel" "$out"
	local library=$out/onnxruntime/capi/$runtime_member
	check_digest "$library" "$runtime_member in $runtime_wheel" "$runtime_member_sha256" "Python package onnxruntime $runtime_version"
	install_file "$out/onnxruntime/LICENSE" "$runtime_notices/LICENSE" 644
	install_file "$out/onnxruntime/ThirdPartyNotices.txt" "$runtime_notices/ThirdPartyNotices.txt" 644
	install_file "$library" "$runtime_file" 755
	rm -rf "$out"
	say "$runtime_library $runtime_version: from the Python wheel"
}

# python_with MODULE prints the first Python that has it.
python_with() {
	local python
	for python in python3 python; do
		if have "$python" && "$python" -c "import $1" >/dev/null 2>&1; then
			echo "$python"
			return
		fi
	done
	return 1
}

need_pip() {
	missing "pip (python3 -m pip)" "It fetches the ONNX Runtime library: no release archive of it is pinned." \
		"apt-get install python3-pip" "xcode-select --install  (or: brew install python)"
}

# fetch_wheel FILE asks pip for the wheel into a folder of its own, then moves it.
fetch_wheel() {
	python_with pip >/dev/null || need_pip
	local into=$native/build/wheel log=$native/build/pip.log
	rm -rf "$into"
	mkdir -p "$into" "$native/download"
	say "fetching ONNX Runtime $runtime_version with pip"
	if ! pip_download "$into" >"$log" 2>&1; then
		tail -n 5 "$log" >&2
		die "pip could not fetch onnxruntime $runtime_version (its last lines are above)" \
			"The Python package registry must be reachable (pip config list), or put the wheel" \
			"$runtime_wheel into $native/download by hand."
	fi
	[ -f "$into/$runtime_wheel" ] || die "pip fetched something else than $runtime_wheel" "See $into and $log"
	mv -f "$into/$runtime_wheel" "$1"
	rm -rf "$into"
}

pip_download() {
	PIP_REQUIRE_VIRTUALENV=0 "$(python_with pip)" -m pip download \
		--disable-pip-version-check --no-input --retries 2 --timeout 15 --progress-bar off \
		--no-deps --only-binary=:all: --implementation cp --abi cp312 \
		--python-version "$runtime_python" --platform "$runtime_tag" \
		--dest "$1" "onnxruntime==$runtime_version"
}
