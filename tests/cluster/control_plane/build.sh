#!/usr/bin/env bash
# Builds kube-apiserver, kubectl and etcd from the modules pinned in go.mod and go.sum, once, and prints the folder
# that holds them. Their place is outside the tree, keyed by go.sum. Exit code 3: no Go that is new enough; `--install`
# brings one. `--find` builds nothing: exit code 4 when they are not built yet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-dynamo/control-plane
readonly programs=(kube-apiserver kubectl etcd)

key=$(sha256sum go.sum)
readonly out=$cache/${key:0:16}

complete() { local program; for program in "${programs[@]}"; do [ -x "$out/$program" ] || return 1; done; }

if complete; then printf '%s\n' "$out"; exit 0; fi

[ "${1:-}" != --find ] || exit 4
go=$(bash ./find_go.sh "$@") || exit 3

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # a second caller waits for the first and then finds its work done
if complete; then printf '%s\n' "$out"; exit 0; fi

export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=readonly
version=$("$go" list -m -f '{{.Version}}' k8s.io/kubernetes)
IFS=. read -r major minor _ <<<"${version#v}"
stamp=
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do # without it the version reads v0.0.0-master
  stamp+=" -X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
  stamp+=" -X $package.gitTreeState=archive"
done

echo "Building kube-apiserver, kubectl and etcd $version (once, about ten minutes of one core) …" >&2
part=$(mktemp -d "$cache/part.XXXXXX")
trap 'rm -rf "$part"' EXIT
nice "$go" build -trimpath -ldflags "-s -w$stamp" -o "$part/" k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl >&2
nice "$go" build -trimpath -ldflags "-s -w" -o "$part/etcd" go.etcd.io/etcd/server/v3 >&2
rm -rf "$out"
mv "$part" "$out"
trap - EXIT
printf '%s\n' "$out"
