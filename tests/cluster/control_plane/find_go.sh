#!/usr/bin/env bash
# Prints the path of a Go at least as new as go.mod wants; exit code 1 where there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

wanted=$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' go.mod)
for candidate in "${DYNAMO_GO:-}" "$(command -v go || true)" /usr/local/go/bin/go \
  "${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-dynamo/go/bin/go"; do
  [ -n "$candidate" ] && [ -x "$candidate" ] || continue
  has=$(GOTOOLCHAIN=local "$candidate" env GOVERSION 2>/dev/null) || continue
  if printf '%s\n' "$wanted" "${has#go}" | sort -CV; then printf '%s\n' "$candidate"; exit 0; fi
done
exit 1
