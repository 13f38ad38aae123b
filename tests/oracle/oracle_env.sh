#!/usr/bin/env bash
# Makes the throw-away environment in which the reference (the oracle) runs, and prints the path of its Python.
#
#   oracle_env.sh [DIRECTORY]        default: the user's cache; delete the directory to be rid of it
#
# An environment that is already complete is used as it is. PYTHON names the interpreter to build it with (3.10 to 3.12).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/requirements.txt
directory=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-dynamo/oracle}
stamp=$directory/$(cksum < "$requirements" | cut -d' ' -f1).complete

if [ ! -e "$stamp" ]; then
  echo "Setting up the oracle in $directory (about 700 MB, some minutes) …" >&2
  rm -rf "$directory"
  "${PYTHON:-python3}" -m venv "$directory" >&2
  "$directory/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2
  : > "$stamp"
fi
echo "$directory/bin/python"
