#!/usr/bin/env python3
"""The data worker is killed inside writes that touch several rows: a cascade of deletion and one of assignment, a deep insert, and a write in the
name of another. Nothing of them is there afterwards, no event tells of them, and the same request then goes through. Needs a build with
-Dfaults=true. usage: write_crash_test.py PROGRAM"""
import sys

from installation import Installation, Steps, eventually
from solution_crash_test import arm
from world import World

steps = Steps()
check = steps.check


def world_make(it):
    w = World(it, steps)
    for table in ('new_project', 'new_case'):
        w.table(table)
    w.relationship('new_project_cases', 'new_project', 'new_case', 'new_ProjectId', Assign='Cascade', Delete='Cascade')
    rights = {r: 'Global' for r in ('Create', 'Read', 'Write', 'Delete', 'Assign', 'Append', 'AppendTo')}
    role = w.role('Worker', 'new_project', **rights)
    w.grant(role, 'new_case', **rights)
    delegate = w.get('roles', filter="name eq 'Delegate' and _parentroleid_value eq null")[0]['roleid']
    for name in ('ann', 'bob'):
        w.person(name, w.root)
        w.give(name, role, w.root)
    w.give('bob', delegate, w.root)
    return w


def project(w, title):
    return w.post('new_projects', {'new_title': title, 'ownerid@odata.bind': f"systemusers({w.users['ann']})",
                                   'new_project_cases': [{'new_title': f'{title} {n}', 'ownerid@odata.bind': f"systemusers({w.users['ann']})"} for n in range(6)]})


def state(w, title):
    """Everything of that title: (table, name, owner, changed by, in whose place)."""
    found = []
    for table in ('new_project', 'new_case'):
        for r in w.get(f'{table}s', filter=f"startswith(new_title,'{title}')", orderby='new_title'):
            found.append((table, r['new_title'], r['_ownerid_value'], r['_modifiedby_value'], r['_modifiedonbehalfby_value']))
    return found


def events(w):
    return len([e for e in w.events() if e['op'] in ('create.row', 'update.row', 'delete.row')])


def killed(w, point, title, act, done):
    before, told = state(w, title), events(w)
    check(f'{title}: armed with {point}', arm(w.it, w.tenant, point))
    answer = act()
    check(f'{title}: killed', answer.status in (502, 503), answer)
    eventually(lambda: w.it.operator('GET', f'{w.api}/WhoAmI').status == 200, 30)
    check(f'{title}: nothing of it is there', state(w, title) == before, (before, state(w, title)))
    check(f'{title}: and no event tells of it', events(w) == told)
    answer = act()
    check(f'{title}: the same request goes through', answer.status in (201, 204), answer)
    check(f'{title}: and is whole', done(state(w, title)), state(w, title))


def deletion(w):
    row = project(w, 'deleted')
    killed(w, 'data.cascade.after_row:4', 'deleted', lambda: w.it.operator('DELETE', f'{w.api}/new_projects({row})'), lambda after: after == [])


def assignment(w):
    row = project(w, 'assigned')
    killed(w, 'data.cascade.after_row:4', 'assigned',
           lambda: w.it.operator('PATCH', f'{w.api}/new_projects({row})', {'ownerid@odata.bind': f"systemusers({w.users['bob']})"}),
           lambda after: len(after) == 7 and {r[2] for r in after} == {w.users['bob']})


def deep_insert(w):
    body = {'new_title': 'deep', 'new_project_cases': [{'new_title': f'deep {n}'} for n in range(5)]}
    killed(w, 'data.deep_insert.after_row:4', 'deep', lambda: w.ask('ann', 'POST', 'new_projects', body), lambda after: len(after) == 6)


def behalf(w):
    row = project(w, 'named')
    killed(w, 'data.write.before_commit', 'named',
           lambda: w.ask('bob', 'PATCH', f'new_projects({row})', {'new_title': 'named anew'}, MSCRMCallerID=w.users['ann']),
           lambda after: [r[1:] for r in after if r[1] == 'named anew'] == [('named anew', w.users['ann'], w.users['ann'], w.users['bob'])])


def main(program):
    it = Installation(program, 'write-crash').init()
    try:
        it.start()
        w = world_make(it)
        for part in (deletion, assignment, deep_insert, behalf):
            part(w)
        status, report = it.verify()
        check('every log verifies', status == 0, report)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(27)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
