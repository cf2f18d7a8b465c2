#!/usr/bin/env python3
"""Documentation that names a file names one that is there. Reads README.md, docs/*.md, the other pages at the top and src/*/README.md.
usage: docs_check.py PROJECT"""
import glob
import os
import re
import sys

project = sys.argv[1]
NAME = re.compile(r'`([a-z0-9_./-]+/[a-z0-9_.-]+\.(?:c|h|py|md|sh|mjs|def|png))`')
LINK = re.compile(r'\]\(([^)#:]+)\)')


def exists(page, name):
    places = [project, os.path.dirname(page), f'{project}/src', f'{project}/tests/system', f'{project}/docs']
    return any(os.path.exists(os.path.join(place, name)) for place in places)


missing = []
pages = [page for pattern in ('*.md', 'docs/*.md', 'src/*/README.md', 'bench/*.md', 'tests/**/*.md')
         for page in glob.glob(f'{project}/{pattern}', recursive=True) if not page.startswith(f'{project}/build')]
for page in pages:
    text = open(page).read()
    missing += [f'{page}: {name}' for name in NAME.findall(text) + LINK.findall(text) if not exists(page, name)]
print('\n'.join(missing) or f'{len(pages)} pages name only files that exist')
sys.exit(1 if missing or len(pages) < 5 else 0)
