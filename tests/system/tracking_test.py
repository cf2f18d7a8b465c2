#!/usr/bin/env python3
"""Change tracking over the real service: a client that follows delta links holds, after each, just what a full list shows it; whatever
happened to rows, shares, owners, roles, units and columns meanwhile, and no id of a row that it never saw.
usage: tracking_test.py PROGRAM [SEED]"""
import random
import sys

from installation import Installation, Steps
from replica import Replica
from world import World

steps = Steps()
check = steps.check
ALL = ('Create', 'Read', 'Write', 'Delete', 'Assign', 'Share', 'Append', 'AppendTo')
TRACK = {'Prefer': 'odata.track-changes'}


def target(table, row):
    return {'@odata.type': f'Microsoft.Dynamics.CRM.{table}', f'{table}id': row}


def world_make(it):
    w = World(it, steps)
    w.table('new_case', [('new_Secret', 'String')])
    w.table('new_project')
    rights = {r: 'Basic' for r in ALL}
    w.worker, w.narrow = w.role('Worker', **rights), w.role('Narrow', Read='Basic')
    w.wide = w.role('Wide', **{r: 'Global' for r in ALL})
    w.local = w.role('Local', Read='Local')
    w.units = [w.root, w.post('businessunits', {'name': 'Sales', 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})]
    for name, role in (('ann', w.worker), ('bob', w.worker), ('cid', w.wide), ('dan', w.worker)):
        w.person(name, w.root)
        w.give(name, role, w.root)
    w.cases, w.log = {}, {}
    return w


def make(w, owner, title):
    row = w.post('new_cases', {'new_title': title, 'ownerid@odata.bind': f'systemusers({w.users[owner]})', 'new_secret': title})
    w.cases[row] = owner
    return row


def operator(w, method, path, body=None):
    return w.it.operator(method, f'{w.api}/{path}', body)


def share(w, row, name, mask):
    action = 'GrantAccess' if mask else 'RevokeAccess'
    principal = target('systemuser', w.users[name])
    answer = operator(w, 'POST', action, {'Target': target('new_case', row), **(
        {'PrincipalAccess': {'AccessMask': mask, 'Principal': principal}} if mask else {'Revokee': principal})})
    check(f'{action} for {name}', answer.status == 204, answer)


def unassign(w, name, role, unit):
    return operator(w, 'DELETE', f'systemusers({w.users[name]})/systemuserroles_association({w.instance(role, unit)})/$ref')


def shapes(w):
    for i in range(9):
        make(w, 'ann', f'case {i}')
    first = w.ask('ann', 'GET', 'new_cases?$select=new_title', None, **TRACK)
    body = first.json()
    check('the preference is applied', first.headers.get('Preference-Applied') == 'odata.track-changes', dict(first.headers))
    check('a first answer has all rows and a delta link', len(body['value']) == 9 and '$deltatoken=' in body['@odata.deltaLink'], body.keys())
    check('the definition says so', operator(w, 'GET', "EntityDefinitions(LogicalName='new_case')?$select=ChangeTrackingEnabled").json()['ChangeTrackingEnabled'])
    replica = Replica(w, check, 'ann')
    replica.begin()
    empty = replica.follow(replica.link).json()
    check('nothing happened: nothing is told', empty['value'] == [] and empty['@odata.context'].endswith('/$delta'), empty)
    gone = next(iter(w.cases))
    operator(w, 'DELETE', f'new_cases({gone})')
    del w.cases[gone]
    told = replica.follow(replica.link).json()
    check('a deleted row', [(r['id'], r['reason']) for r in told['value']] == [(gone, 'deleted')] and
          told['value'][0]['@odata.context'].endswith('#new_cases/$deletedEntity'), told)
    again = replica.follow(replica.link).json()
    check('a link can be asked twice', again['value'] == told['value'], again)
    other = w.it.request('GET', replica.link[len(w.it.origin):], None, {'Authorization': f"Bearer {w.tokens['bob']}"})
    check('a link is its owner\'s', other.status == 400, other)
    changed = replica.follow(replica.link.replace('new_title', 'new_secret'))
    check('... and its query\'s', changed.status == 400, changed)
    for bad in ('$deltatoken=nonsense', '$deltatoken='):
        answer = w.ask('ann', 'GET', f'new_cases?{bad}')
        check(f'{bad}: 400', answer.status == 400, answer)
    for option in ("$filter=new_title%20eq%20'x'", '$orderby=new_title', '$top=3', '$expand=owninguser'):
        answer = w.ask('ann', 'GET', f'new_cases?{option}', None, **TRACK)
        check(f'not with {option}', answer.status in (400, 403), answer)
    answer = w.ask('ann', 'GET', 'teams', None, **TRACK)
    check('nor of a table that one may not read', answer.status == 403, answer)


def chance(w, rng, n):
    """One random happening; a word for it."""
    row = rng.choice(list(w.cases)) if w.cases else make(w, 'ann', f'first {n}')
    kind = rng.choice(('make', 'make', 'change', 'change', 'delete', 'assign', 'share', 'share', 'revoke', 'role', 'unit', 'state', 'secure'))
    who = rng.choice(('ann', 'bob', 'dan'))
    if kind == 'make':
        row = make(w, who, f'made {n}')
    elif kind == 'change':
        operator(w, 'PATCH', f'new_cases({row})', {'new_title': f'changed {n}', 'new_secret': f'changed {n}'})
    elif kind == 'delete':
        operator(w, 'DELETE', f'new_cases({row})')
        del w.cases[row]
    elif kind == 'assign':
        operator(w, 'PATCH', f'new_cases({row})', {'ownerid@odata.bind': f'systemusers({w.users[who]})'})
    elif kind == 'share':
        share(w, row, who, rng.choice(('ReadAccess', 'WriteAccess', 'ReadAccess, WriteAccess')))
    elif kind == 'revoke':
        share(w, row, who, None)
    elif kind == 'role':
        unit = w.it.operate('GET', f"{w.api}/systemusers({w.users[who]})?$select=_businessunitid_value")['_businessunitid_value']
        role = rng.choice((w.wide, w.local))
        answer = unassign(w, who, role, unit) if rng.random() < 0.5 else None
        if not answer or answer.status != 204:
            w.give(who, role, unit)
    elif kind == 'unit':
        operator(w, 'PATCH', f'systemusers({w.users[who]})', {'businessunitid@odata.bind': f'businessunits({rng.choice(w.units)})'})
        unit = w.it.operate('GET', f"{w.api}/systemusers({w.users[who]})?$select=_businessunitid_value")['_businessunitid_value']
        w.give(who, w.worker, unit)
    elif kind == 'state':
        operator(w, 'PATCH', f'new_cases({row})', {'statecode': 1})
    else:
        answer = operator(w, 'GET', "EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_secret')?$select=IsSecured").json()
        operator(w, 'PUT', "EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_secret')", {
            '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', 'SchemaName': 'new_Secret', 'IsSecured': not answer['IsSecured'],
            'MaxLength': 4000})
    w.log.setdefault(row, []).append((n, kind, who))
    return kind, who, str(row)[-4:]


def many_happenings(w, rng, rounds):
    replicas = [Replica(w, check, name, 'new_title,new_secret') for name in ('ann', 'bob', 'cid', 'dan')]
    for r in replicas:
        r.begin()
    for n in range(rounds):
        kinds = []
        for i in range(rng.randint(1, 4)):
            kinds.append(chance(w, rng, f'{n}.{i}'))
            for r in replicas:
                r.look()
        for r in replicas:
            r.delta()
            r.compare(f'{n} ({kinds})')
    check('no list had to begin anew', not any(r.resyncs for r in replicas), [r.resyncs for r in replicas])


def inherited(w):
    """With shares from above a link may expire, and never lies."""
    w.relationship('new_project_cases', 'new_project', 'new_case', 'new_ProjectId', Share='Cascade', Reparent='Cascade')
    for role in (w.worker, w.wide):
        w.grant(role, 'new_project', **{r: 'Basic' for r in ALL})
    w.person('eve', w.root)
    w.give('eve', w.worker, w.root)
    project = w.post('new_projects', {'new_title': 'p', 'ownerid@odata.bind': f"systemusers({w.users['ann']})"})
    row = w.post('new_cases', {'new_title': 'below', 'new_ProjectId@odata.bind': f'new_projects({project})',
                               'ownerid@odata.bind': f"systemusers({w.users['cid']})"})
    w.cases[row] = 'cid'
    r = Replica(w, check, 'eve')
    r.begin()
    r.compare('before')
    for mask in ('ReadAccess', None):
        operator(w, 'POST', 'GrantAccess' if mask else 'RevokeAccess', {'Target': target('new_project', project), **(
            {'PrincipalAccess': {'AccessMask': mask, 'Principal': target('systemuser', w.users['eve'])}} if mask else
            {'Revokee': target('systemuser', w.users['eve'])})})
        r.delta()
        r.compare(f'the project is shared: {mask}')
    resyncs = r.resyncs
    make(w, 'eve', 'own')
    r.delta()
    r.compare('a row of one\'s own')
    check('while nothing above changed, a link stays good', r.resyncs == resyncs and resyncs > 0, (resyncs, r.resyncs))


def under_policy(w):
    """A row policy hides rows: a link may expire, and never lies."""
    mine = make(w, 'eve', 'shown')
    policy = w.post('rowpolicies', {'name': 'Hides', 'entityname': 'new_case', 'query': "new_title ne 'hidden'", 'contextvalue': 'Worker', 'operations': 15})
    r = Replica(w, check, 'eve')
    r.begin()
    r.compare('under a policy')
    for title in ('shown again', 'hidden', 'back'):
        operator(w, 'PATCH', f'new_cases({mine})', {'new_title': title})
        r.delta()
        r.compare(f'a title becomes {title}')
    check('only what was hidden took a new beginning', r.resyncs == 1, r.resyncs)
    operator(w, 'PATCH', f'rowpolicies({policy})', {'query': "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue='3')"})
    for n in range(3):
        operator(w, 'PATCH', f'new_cases({mine})', {'new_title': f'moment {n}'})
        r.delta()
        r.compare('under a policy that is another at every moment')
    operator(w, 'DELETE', f'rowpolicies({policy})')
    r.delta()
    r.compare('without it')


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f'seed {seed}')
    it = Installation(sys.argv[1], 'tracking').init()
    try:
        it.start()
        w = world_make(it)
        shapes(w)
        many_happenings(w, random.Random(seed), 40)
        inherited(w)
        under_policy(w)
        check('the table goes, tracked as it is', operator(w, 'DELETE', "EntityDefinitions(LogicalName='new_case')").status == 204)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(190)


sys.exit(main())
