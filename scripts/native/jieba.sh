# shellcheck shell=bash disable=SC2154 # the variables are those of native.sh and pins.sh
# The Chinese dictionary and model tables of jieba, read by pith eval alone. Nothing
# else needs them, so a set-up that cannot fetch them goes on without.

jieba_folder=$native/share/jieba
jieba_archive=$native/download/jieba-$jieba_version.tar.gz
jieba_failed=$native/jieba.failed

# jieba_each COMMAND calls it with the place in the archive and the digest of each file.
jieba_each() {
	local line
	for line in "${jieba_members[@]}"; do
		"$1" "${line#* }" "${line%% *}" || return 1
	done
}

jieba_member_current() { has_digest "$jieba_folder/$(basename "$1")" "$2"; }

jieba_current() {
	cmp -s "$scripts/native/jieba.LICENSE" "$jieba_folder/LICENSE" && jieba_each jieba_member_current
}

# jieba_settled says whether there is nothing to do: the files are there, or a fetch
# failed within a day and nobody has put the archive there by hand since.
jieba_settled() {
	! jieba_current || return 0
	[ ! -f "$jieba_archive" ] || return 1
	if [ "$sources" != release ] && [ -z "$(find "$jieba_failed" -mtime -1 2>/dev/null)" ]; then
		return 1
	fi
	jieba_left_out
}

jieba_left_out() {
	say "no Chinese dictionary: the Chinese metrics of pith eval do not work and their tests skip; all else works"
	if [ "$sources" = release ]; then
		say "it comes with pip only, and PITH_NATIVE_FROM=release forbids that"
	else
		say "to try again at once: rm -f .native/jieba.failed && scripts/native.sh"
	fi
}

# try_jieba installs the files or says that they are left out. It never fails. The
# licence goes first and comes last: while it is there, so are the others.
try_jieba() {
	mkdir -p "$native"
	rm -f "$jieba_failed" "$jieba_folder/LICENSE"
	if (install_jieba); then # in a shell of its own, which die ends
		return
	fi
	: >"$jieba_failed"
	jieba_left_out
}

# install_jieba takes the files out of the Python source archive; no wheel was published.
# Where it is called errors do not end the shell, so each command's is looked at.
install_jieba() {
	[ -f "$jieba_archive" ] || fetch_jieba || return 1
	check_digest "$jieba_archive" "$(basename "$jieba_archive")" "$jieba_archive_sha256" "Python package jieba $jieba_version"
	local out=$native/build/jieba
	rm -rf "$out"
	mkdir -p "$out" && tar -xzf "$jieba_archive" -C "$out" || die "could not unpack $jieba_archive"
	out=$out/jieba-$jieba_version
	jieba_each install_jieba_member || return 1
	install_file "$scripts/native/jieba.LICENSE" "$jieba_folder/LICENSE" 644
	rm -rf "$native/build/jieba"
	say "jieba $jieba_version: from the Python source archive"
}

install_jieba_member() {
	check_digest "$out/$1" "$1 in jieba-$jieba_version.tar.gz" "$2" "Python package jieba $jieba_version"
	install_file "$out/$1" "$jieba_folder/$(basename "$1")" 644
}

# fetch_jieba asks pip for the archive into a folder of its own, then moves it. pip runs
# the archive's setup.py to learn its name, so it is told the digest beforehand.
fetch_jieba() {
	local into=$native/build/sdist log=$native/build/pip-jieba.log python name
	name=$(basename "$jieba_archive")
	python=$(python_with pip) || die "pip (python3 -m pip) is missing. It fetches jieba's dictionary."
	rm -rf "$into"
	mkdir -p "$into" "$native/download" || return 1
	echo "jieba==$jieba_version --hash=sha256:$jieba_archive_sha256" >"$into/requirements.txt" || return 1
	say "fetching jieba $jieba_version with pip"
	if ! PIP_REQUIRE_VIRTUALENV=0 "$python" -m pip download \
		--disable-pip-version-check --no-input --retries 2 --timeout 15 --progress-bar off \
		--no-deps --no-binary=jieba --require-hashes -r "$into/requirements.txt" \
		--dest "$into" >"$log" 2>&1; then
		tail -n 5 "$log" >&2
		die "pip could not fetch jieba $jieba_version (its last lines are above)" \
			"The Python package registry must be reachable (pip config list), or put the source archive" \
			"$name into $native/download by hand."
	fi
	mv -f "$into/$name" "$jieba_archive" || die "pip fetched something else than $name" "See $into and $log"
	rm -rf "$into"
}
