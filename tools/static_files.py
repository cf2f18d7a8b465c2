#!/usr/bin/env python3
"""Compiles the files that the edge serves by itself into C: `extern const struct static_files NAME_files` with, for each
path, the content, the same in gzip where that is smaller, an ETag for each, the media type and the policy of a page.

usage: static_files.py NAME OUT.h OUT.c PATH=FILE...
The same FILE may stand at several paths; it is compiled in once. The result depends on nothing but the files' content.
"""
import gzip
import hashlib
import os
import sys

TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.ico': 'image/vnd.microsoft.icon',
    '.txt': 'text/plain; charset=utf-8',
}

# A page loads its own script, style and images, talks to its own origin, and nothing else; no text becomes markup or script.
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")


def octets(name, data):
    rows = [', '.join(str(octet) for octet in data[at:at + 24]) for at in range(0, len(data), 24)]
    return f'static const uint8_t {name}[] = {{\n\t' + ',\n\t'.join(rows) + ',\n};\n'


def compile_file(number, path):
    """The C of one file, and how a row names its parts."""
    with open(path, 'rb') as f:
        content = f.read()
    if not content:
        sys.exit(f'{path} is empty')
    extension = os.path.splitext(path)[1]
    if extension not in TYPES:
        sys.exit(f'{path}: no media type for "{extension}"')
    compressed = gzip.compress(content, 9, mtime=0)
    digest = hashlib.sha256(content).hexdigest()[:24]
    text = octets(f'content_{number}', content)
    row = [f'.content_type = S("{TYPES[extension]}")', f'.content = {{ content_{number}, sizeof content_{number} }}',
           f'.etag = S("\\"{digest}\\"")']
    if len(compressed) < len(content):
        text += octets(f'compressed_{number}', compressed)
        row += [f'.compressed = {{ compressed_{number}, sizeof compressed_{number} }}',
                f'.compressed_etag = S("\\"{digest}-gzip\\"")']
    if extension == '.html':
        row.append(f'.content_security_policy = S("{POLICY}")')
    return text, ',\n\t  '.join(row)


def main():
    name, out_h, out_c = sys.argv[1:4]
    pairs = [pair.split('=', 1) for pair in sys.argv[4:]]
    guard = f'{name.upper()}_FILES_H'
    with open(out_h, 'w', encoding='utf-8') as f:
        f.write('/* Made by tools/static_files.py. */\n'
                f'#ifndef {guard}\n#define {guard}\n\n#include "edge/static_file.h"\n\n'
                f'extern const struct static_files {name}_files;\n\n#endif\n')
    compiled = {}
    with open(out_c, 'w', encoding='utf-8') as f:
        f.write(f'/* Made by tools/static_files.py. */\n#include "{name}/{name}_files.h"\n\n')
        for number, path in enumerate(dict.fromkeys(path for _, path in pairs)):
            text, compiled[path] = compile_file(number, path)
            f.write(text + '\n')
        f.write('static const struct static_file rows[] = {\n')
        for where, path in pairs:
            f.write(f'\t{{ .path = S("{where}"), {compiled[path]} }},\n')
        f.write(f'}};\n\nconst struct static_files {name}_files = {{ rows, sizeof rows / sizeof *rows }};\n')


main()
