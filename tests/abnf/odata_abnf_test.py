#!/usr/bin/env python3
"""The public test cases of OData's ABNF (oasis-tcs/odata-abnf: abnf/odata-abnf-testcases.yaml, and odata-aggregation-testcases.yaml) against our
parsers of $filter, $orderby, $select, $expand, $apply and keys. The files are named by the environment variable ODATA_ABNF_TESTCASES, with ':'
between; without it nothing is tested, and that is said. A text that the grammar has must be accepted, or stand in differences.txt with the reason
why not; a text that the grammar has not must be refused, or stand there too. A line there that is no longer true fails as well.
usage: odata_abnf_test.py VERDICTS_PROGRAM [--list]"""
import hashlib
import json
import os
import re
import subprocess
import sys

FILTERS = {'boolCommonExpr', 'boolcommonExpr', 'notExpr', 'isofExpr'}
QUERIES = {'filter', 'orderby', 'orderBy', 'expand', 'select', 'queryOptions', 'systemQueryOption'}
PATHS = {'resourcePath', 'odataRelativeUri'}
SKIPPED = 77


def scalar(text):
    if text.startswith('"'):
        return json.loads(text.replace('\\ ', ' '))
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def cases(path):
    """(rule, text, is it in the grammar). Just as much YAML as these files use."""
    found, key, in_cases = [], None, False
    with open(path, encoding='utf-8') as f:
        for line in f.read().splitlines():
            member = re.fullmatch(r'(?:  - |    )(Name|Rule|FailAt|Input|Expect):(?: (.*))?', line)
            in_cases = in_cases or line.startswith('TestCases:')
            if not in_cases or line.lstrip().startswith('#'):
                continue
            if member and line.startswith('  - '):
                found.append({})
            if member:
                key = member.group(1)
                found[-1][key] = (member.group(2) or '').strip()
            elif key and line.startswith('      ') and line.strip():
                before = found[-1][key]  # a backslash at the end of a line joins it with the next
                found[-1][key] = before[:-1] + line.strip() if before.endswith('\\') else f'{before} {line.strip()}'.strip()
    return [(scalar(c['Rule']), scalar(c['Input']), 'FailAt' not in c) for c in found if 'Input' in c and 'Rule' in c]


def question(rule, text):
    """How the case is put to our parsers; None: a rule of something else (literals, headers, context addresses)."""
    if rule in FILTERS:
        return f'filter\t{text}'
    if rule in QUERIES:
        return f'query\t{text}'
    path = text.split('?')[0]
    return f'path\t{path}' if rule in PATHS and '(' in path else None


def differences(folder):
    with open(f'{folder}/differences.txt', encoding='utf-8') as f:
        return dict(line.strip().split(None, 1) for line in f if line.strip() and not line.startswith('#'))


def main():
    files = [p for p in os.environ.get('ODATA_ABNF_TESTCASES', '').split(':') if p]
    if not files:
        print('skipped: ODATA_ABNF_TESTCASES names no file (see the head of this test)')
        return SKIPPED
    asked = [(rule, text, good, question(rule, text)) for path in files for rule, text, good in cases(path)]
    asked = [a for a in asked if a[3] and '\n' not in a[3]]
    told = subprocess.run([sys.argv[1]], input=''.join(f'{a[3]}\n' for a in asked), capture_output=True, text=True, check=True).stdout.splitlines()
    known, used, failed, agree = differences(os.path.dirname(os.path.abspath(__file__))), set(), 0, 0
    for (rule, text, good, _), line in zip(asked, told, strict=True):
        name = hashlib.sha256(f'{rule}\0{text}'.encode()).hexdigest()[:12]
        differs = line.startswith('accepted') != good
        agree += not differs
        used |= {name} if differs else set()
        if '--list' in sys.argv and differs:
            print(name, 'in' if good else 'not-in', rule, text, line, sep='\t')
        elif differs != (name in known):
            failed += 1
            print(f"FAILED {name} {rule}: {text}: {line}{'' if differs else ', which differences.txt says otherwise'}")
    print(f'{len(asked)} cases: {agree} as the grammar, {len(used & set(known))} otherwise for a stated reason, {failed} failed')
    return 1 if failed or len(asked) < 300 else 0


sys.exit(main())
