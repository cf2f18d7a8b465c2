#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and runs each for RUNS_EACH inputs (default 20000, always the same ones), at most SECONDS_EACH (default 10), from its corpus; new inputs are not kept.
set -eu
cd "$(dirname "$0")/../.."
seconds=${SECONDS_EACH:-10}
if [ -f build-fuzz/build.ninja ]; then CC=clang meson setup --reconfigure build-fuzz; else
  CC=clang meson setup build-fuzz --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dfuzz=true; fi
ninja -C build-fuzz
count=0
for target in build-fuzz/tests/fuzz/fuzz_*; do
  [ -x "$target" ] && [ -f "$target" ] || continue
  name=$(basename "$target"); name=${name#fuzz_}; name=${name/_//}
  work=$(mktemp -d)
  echo "== $name"
  "$target" -seed=1 -runs="${RUNS_EACH:-20000}" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=1024 -artifact_prefix="$work/" "$work" "tests/corpus/$name" || {
    echo "input of the failure:"; for f in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do [ -f "$f" ] && { basename "$f"; base64 -w0 "$f" | head -c 4000; echo; }; done
    exit 1; }
  rm -rf "$work"; count=$((count + 1))
done
[ "$count" -gt 0 ] || { echo "no fuzz target was built"; exit 1; }
echo "$count targets"
