#!/usr/bin/env bash
# Sets up the Python environments of the real Dynamo packages that tests/dynamo runs our files through: environment.sh DIRECTORY
set -euo pipefail
shopt -s nullglob
readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly target=$1

# The system's pip installs into an environment without its own, which Debian would want one more package for. What is imported is
# compiled when it is first used: that is a small part.
install() { # install FOLDER OPTIONS…
  # pip complains of what was left out on purpose; its words matter only where it fails.
  python3 -m pip --python "$1/bin/python" install --quiet --disable-pip-version-check --no-compile "${@:2}" >"$1/install.log" 2>&1 || {
    cat "$1/install.log" >&2
    return 1
  }
}

environment() { # environment VERSION: pinned packages without their dependencies
  local folder=$target/$1 pins=$here/requirements-$1.txt extra stamp sum
  stamp=$folder/complete
  # Other pins, another environment.
  sum=$(cat "$pins" "$here/requirements-$1-"*.txt "${BASH_SOURCE[0]}" | cksum)
  [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return
  echo "Setting up Dynamo $1 in $folder …" >&2
  rm -rf "$folder"
  python3 -m venv --without-pip "$folder"
  install "$folder" --no-deps -r "$pins"
  for extra in "$here/requirements-$1-"*.txt; do
    install "$folder" -c "$pins" -r "$extra"
  done
  echo "$sum" > "$stamp"
}

python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || {
  echo "error: the packages of Dynamo need Python 3.11 or 3.12, and python3 is $(python3 --version)" >&2
  exit 1
}
environment 1.0.1
environment 1.6.1
