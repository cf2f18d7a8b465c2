#!/usr/bin/env python3
"""Compiles an area's SQL into C: every sql/NAME.sql becomes `extern const struct sql_text SQL_NAME`, every
migrations/NNNN_name.sql a row of `AREA_migrations`.

usage: sql_catalog.py AREA OUT.h OUT.c FILE.sql...
Files in a folder called "migrations" are migrations; all others are single statements.
"""
import os
import sys


def c_string(text):
    lines = text.splitlines()
    quoted = ['\t"' + line.replace('\\', '\\\\').replace('"', '\\"').replace('?', '\\?') + '\\n"' for line in lines]
    return '\n'.join(quoted) if quoted else '\t""'


def main():
    area, out_h, out_c, files = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    statements, migrations = [], []
    for path in files:
        name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding='utf-8') as f:
            text = f.read()
        if os.path.basename(os.path.dirname(path)) == 'migrations':
            number, label = name.split('_', 1)
            migrations.append((int(number), label, text))
        else:
            statements.append((name, text))
    migrations.sort()
    for expected, (number, label, _) in enumerate(migrations, 1):
        if number != expected:
            sys.exit(f'{area}: migration {number}_{label} where number {expected} is due')
    guard = f'{area.upper()}_SQL_CATALOG_H'
    with open(out_h, 'w', encoding='utf-8') as f:
        f.write(f'/* Made by tools/sql_catalog.py from src/{area}/sql and src/{area}/migrations. */\n')
        f.write(f'#ifndef {guard}\n#define {guard}\n\n#include "store/store.h"\n\n')
        for name, _ in sorted(statements):
            f.write(f'extern const struct sql_text SQL_{name.upper()};\n')
        if migrations:
            f.write(f'\nenum {{ {area.upper()}_MIGRATION_COUNT = {len(migrations)} }};\n')
            f.write(f'extern const struct sql_migration {area}_migrations[{len(migrations)}];\n')
        f.write('\n#endif\n')
    with open(out_c, 'w', encoding='utf-8') as f:
        f.write(f'/* Made by tools/sql_catalog.py. */\n#include "{area}/sql_catalog.h"\n')
        for name, text in sorted(statements):
            f.write(f'\nconst struct sql_text SQL_{name.upper()} = {{ "{area}.{name}",\n{c_string(text)} }};\n')
        if migrations:
            f.write(f'\nconst struct sql_migration {area}_migrations[{len(migrations)}] = {{\n')
            for number, label, text in migrations:
                f.write(f'\t{{ {number}, "{label}",\n{c_string(text)} }},\n')
            f.write('};\n')


main()
