#!/usr/bin/env bash
# usage: tests/lint.sh cppcheck|clang-tidy BUILD_FOLDER
# clang-tidy reads the compile commands of build-fuzz, which clang itself was configured for.
set -eu
cd "$(dirname "$0")/.."
case "$1" in
cppcheck)
  cppcheck --quiet --enable=warning,portability,performance --inline-suppr --error-exitcode=1 --std=c11 -j2 -Isrc -I"$2/src" \
    --suppress=missingIncludeSystem --suppress=internalAstError --suppress=syntaxError:'*_test.c' --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE src ;;
clang-tidy)
  git ls-files 'src/*.c' | xargs -P2 -n8 clang-tidy -p build-fuzz --quiet --warnings-as-errors='*' \
    --checks='-*,bugprone-*,cert-*,-bugprone-easily-swappable-parameters,-bugprone-assignment-in-if-condition,-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp,-cert-err33-c,-bugprone-narrowing-conversions,-bugprone-macro-parentheses,-cert-dcl03-c,-bugprone-suspicious-include,-bugprone-branch-clone,-bugprone-implicit-widening-of-multiplication-result,-bugprone-sizeof-expression,-bugprone-not-null-terminated-result,-bugprone-casting-through-void,-bugprone-multi-level-implicit-pointer-conversion,-cert-int09-c' \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-everything ;;
*) echo "usage: $0 cppcheck|clang-tidy BUILD_FOLDER" >&2; exit 2 ;;
esac
