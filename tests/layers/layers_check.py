#!/usr/bin/env python3
"""Checks every #include of src/ against src/LAYERS. usage: layers_check.py SRC_FOLDER"""
import os
import re
import sys


def rules_of(path):
    areas, foreign = {}, {}
    for line in open(path, encoding='utf-8'):
        line = line.split('#', 1)[0].strip()
        if not line:
            continue
        name, _, allowed = line.partition(':')
        name = name.strip()
        (foreign if name.startswith('<') else areas)[name.strip('<> ')] = allowed.split()
    return areas, foreign


def matches(path, pattern):
    return re.fullmatch(re.escape(pattern).replace(r'\*', '.*'), path) is not None


def main():
    src = sys.argv[1]
    areas, foreign = rules_of(os.path.join(src, 'LAYERS'))
    seen, breaches, files = [], [], 0
    for area, allowed in areas.items():
        if '/' in area:
            continue
        for other in allowed:
            if other != '*' and other not in seen:
                breaches.append(f'LAYERS: {area} names {other}, which does not stand above it')
        seen.append(area)
    for folder, _, names in os.walk(src):
        for name in sorted(names):
            if not name.endswith(('.c', '.h')):
                continue
            files += 1
            path = os.path.relpath(os.path.join(folder, name), src)
            area = path.split('/')[0]
            if '/' not in path:
                continue
            if area not in areas:
                breaches.append(f'{path}: area {area} is not in LAYERS')
                continue
            allowed = areas.get(path, areas[area] + [area])
            for number, line in enumerate(open(os.path.join(folder, name), encoding='utf-8'), 1):
                own = re.match(r'#include "([^"]+)"', line)
                other = re.match(r'#include <([^>]+)>', line)
                if own:
                    target = own.group(1)
                    if '/' not in target:
                        breaches.append(f'{path}:{number}: include "{target}" without its area')
                    elif '*' not in allowed and target.split('/')[0] not in allowed:
                        breaches.append(f'{path}:{number}: {area} may not include {target}')
                    if target.endswith('_internal.h') and target.split('/')[0] != area:
                        breaches.append(f'{path}:{number}: {target} is internal to its area')
                if other:
                    for pattern, users in foreign.items():
                        if matches(other.group(1), pattern) and not any(matches(path, u) for u in users):
                            breaches.append(f'{path}:{number}: <{other.group(1)}> belongs to {" ".join(users)}')
    for breach in breaches:
        print(breach)
    print(f'{files} files, {len(breaches)} breaches')
    return 1 if breaches or not files else 0


sys.exit(main())
