#!/usr/bin/env bash
# Runs one client of others against the whole product. The clients' packages, in the exact versions of package.json, are installed
# once into FOLDER. usage: run.sh FOLDER PROGRAM CLIENT.mjs|TEST.py
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 program=$2 client=$3
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
if ! cmp -s "$here/package.json" "$folder/installed.json" || [ ! -d "$folder/node_modules" ]; then
  rm -f "$folder/installed.json"
  cp "$here/package.json" "$folder/"
  (cd "$folder" && npm install --no-audit --no-fund --no-package-lock --ignore-scripts)
  cp "$here/package.json" "$folder/installed.json"
fi
cp "$here"/*.mjs "$folder/" # an ES module finds its packages beside itself only
flock -u 9
case "$client" in
*.py) exec python3 "$here/$client" "$program" "$folder" ;;
*) # Debian 12's node 18 has the web's cryptography behind a flag
  case "$(node --version)" in v18.*) export NODE_OPTIONS=--experimental-global-webcrypto ;; esac
  BAILIWICK=$program exec node "$folder/$client" ;;
esac
