#!/usr/bin/env bash
# Sets up the Python environments of the real Dynamo packages that tests/dynamo runs our files through: environment.sh DIRECTORY
set -euo pipefail
readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly target=$1

environment() { # environment VERSION: pinned packages without their dependencies
  local folder=$target/$1
  [ -e "$folder/complete" ] && return
  echo "Setting up Dynamo $1 in $folder …" >&2
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements-$1.txt"
  local extra
  for extra in "$here/requirements-$1-"*.txt; do
    "$folder/bin/pip" install --quiet --disable-pip-version-check -c <(grep -v '^#' "$here/requirements-$1.txt") -r "$extra"
  done
  touch "$folder/complete"
}

environment 1.0.1
environment 1.6.1
