#!/usr/bin/env bash
# Renders the overlays into install/, which the plugin carries; tests/cluster/test_manifests.py says when this is due.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
kubectl=$(bash ../../tests/cluster/control_plane/build.sh --find)/kubectl
for overlay in overlays/*/; do
  rendered=$("$kubectl" kustomize "$overlay")
  printf '%s\n' "$rendered" > "install/$(basename "$overlay").yaml"
done
