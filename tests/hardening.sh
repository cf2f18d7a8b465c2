#!/usr/bin/env bash
# The released program is position-independent, has full RELRO, no executable stack, stack protector and fortified calls.
set -eu
program=$1
readelf -h "$program" | grep -q 'Type:.*DYN' || { echo "not position-independent"; exit 1; }
readelf -lW "$program" | grep -q GNU_RELRO || { echo "no RELRO"; exit 1; }
readelf -dW "$program" | grep -qE 'BIND_NOW|FLAGS.*NOW' || { echo "not bound at start"; exit 1; }
readelf -lW "$program" | grep GNU_STACK | grep -q ' RW ' || { echo "executable stack"; exit 1; }
readelf -sW "$program" | grep -q __stack_chk_fail || { echo "no stack protector"; exit 1; }
readelf -sW "$program" | grep -qE '__(mem|str|sn|vsn|f|v)[a-z]*_chk' || { echo "no fortified call"; exit 1; }
echo hardened
