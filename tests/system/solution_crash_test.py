#!/usr/bin/env python3
"""The data worker is killed in the middle of an import, and around its commit: then all of the solution is there or nothing of it, and the
same import goes through afterwards. Needs a build with -Dfaults=true. usage: solution_crash_test.py PROGRAM"""
import os
import signal
import sys

from installation import Installation, Steps, eventually
from solution_test import customize, export, send
from world import World

steps = Steps()
check = steps.check
POINTS = {'data.solution.after_step:1': False, 'data.solution.after_step:20': False, 'data.solution.before_commit': False,
          'data.solution.committed': True}  # is it there afterwards?


def arm(it, tenant, point):
    """The environment's process starts anew, armed."""
    with open(f'{it.folder}/run/fault', 'w') as f:
        f.write(f'data {point}')
    for process in it.processes('data'):
        if process.get('tenantId') == tenant['id']:
            os.kill(process['pid'], signal.SIGKILL)
    armed, _ = eventually(lambda: it.operator('GET', f"{tenant['api']}/WhoAmI").status == 200 and not os.path.exists(f'{it.folder}/run/fault'), 30)
    return armed


def tables(it, tenant):
    answer, _ = eventually(lambda: (lambda a: a if a.status == 200 else None)(it.operator('GET', f"{tenant['api']}/EntityDefinitions?$select=IsCustomEntity,LogicalName")), 30)
    return [t['LogicalName'] for t in answer.json()['value'] if t['IsCustomEntity']]


def main(program):
    it = Installation(program, 'solution-crash').init()
    try:
        it.start()
        w = World(it, steps)
        customize(w)
        file = export(it, w.api)
        for number, (point, there) in enumerate(POINTS.items()):
            tenant = it.tenant_make(f'Other {number}', f'other{number}.example', f'other{number}')
            api = tenant['api']
            it.operate('GET', f'{api}/WhoAmI')
            check(f'{point}: armed', arm(it, tenant, point))
            answer = send(it, api, file)
            check(f'{point}: killed', answer.status in (502, 503), answer)
            check(f'{point}: {"all" if there else "nothing"} of it is there', bool(tables(it, tenant)) == there and (not there or export(it, api) == file))
            answer = send(it, api, file)
            check(f'{point}: the import goes through', answer.status == 204 and export(it, api) == file, answer)
        status, report = it.verify()
        check('every log verifies', status == 0, report)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(17)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
