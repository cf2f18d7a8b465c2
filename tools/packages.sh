#!/usr/bin/env bash
# Installs Debian packages that are missing. usage: tools/packages.sh build|test
# One list for the scripts, so that a machine needs nothing that is not named here.
set -eu

build=(gcc make meson ninja-build pkgconf python3 libssl-dev libsqlite3-dev libnghttp2-dev libsodium-dev libseccomp-dev libpcre2-dev
       ieee-data iso-codes ca-certificates curl openssl)
test=(clang clang-tidy cppcheck libcmocka-dev libjansson-dev nghttp2-client
      chromium)

case "${1:-}" in
build) wanted=("${build[@]}") ;;
test) wanted=("${build[@]}" "${test[@]}") ;;
*) echo "usage: $0 build|test" >&2; exit 2 ;;
esac

# Node.js of another origin than Debian brings its own npm.
if [ "$1" = test ]; then
  command -v node >/dev/null || wanted+=(nodejs)
  command -v npm >/dev/null || wanted+=(npm)
fi

# The runtime of clang's sanitizers and fuzzer is a package of its own, named after the version.
if [ "$1" = test ]; then wanted+=(libclang-rt-dev); fi

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "these packages are missing and only root can install them: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q >/dev/null
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
