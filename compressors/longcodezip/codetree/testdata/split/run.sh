#!/bin/bash
# Runs what is to be run.
set -euo pipefail
. ./lib.sh
LIMIT=3
readonly NAME="run"

# Says what is wrong.
fail() {
  echo "$NAME: $*" >&2
  exit 1
}

function each {
  local a=1
  if [ "$a" = 1 ]; then
    echo one
  elif true; then
    echo two
  else
    # neither
    echo other
  fi
  for i in 1 2; do
    echo "$i"
    echo again
  done
  case "$1" in
    # the first
    a|b)
      fail a
      ;;
    *) fail b ;;
  esac
  while read -r line; do
    echo "$line"
  done < file
  cat <<EOT
text

fake() {
$a
EOT
  cat <<-'A' | sort
	one
	A
  echo done
}

inside() (
  cd /
  pwd
)

one() { echo; }

if ! each a; then
  fail c
fi

{
  echo a
  echo b
} > out

_hidden() {
  :
}
x=$(
  one
)
