#!/usr/bin/env python3
"""Matrix mode over the real service: roles of other units, rows in other units than their owners', moving people, and the way back.
usage: matrix_test.py PROGRAM"""
import sys

from installation import Installation, Steps, eventually
from world import World, code, entity

steps = Steps()
check = steps.check


def settings(w, **values):
    organization = w.get('organizations')[0]['organizationid']
    xml = ''.join(f'<{k}>{str(v).lower()}</{k}>' for k, v in values.items())
    w.it.operate('PATCH', f'{w.api}/organizations({organization})', {'orgdborgsettings': f'<OrgSettings>{xml}</OrgSettings>'})


def place(w, row):
    row = w.it.operate('GET', f'{w.api}/new_cases({row})')
    return row['_ownerid_value'], row['_owningbusinessunit_value']


def titles(w, name):
    answer = w.ask(name, 'GET', 'new_cases?$select=new_title&$orderby=new_title&$count=true')
    found = [r['new_title'] for r in answer.json()['value']]
    check(f"{name}'s count is that of the rows shown", answer.json()['@odata.count'] == len(found), answer)
    return found


def world_make(it):
    """ann is in DE, bob in FR; each unit has a row of its own person."""
    w = World(it, steps)
    w.table('new_case')
    w.units = {n: w.post('businessunits', {'name': n, 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'}) for n in ('DE', 'FR', 'IT')}
    w.own = w.role('Own', **{r: 'Basic' for r in ('Create', 'Read', 'Write', 'Append', 'AppendTo')})
    w.wide = w.role('Wide', Read='Local', Assign='Local')
    for name, unit in (('ann', 'DE'), ('bob', 'FR')):
        w.person(name, w.units[unit])
        w.give(name, w.own, w.units[unit])
        setattr(w, name, entity(w.ask(name, 'POST', 'new_cases', {'new_title': f'of {name}'})))
    named = w.it.operate('GET', f"{w.api}/privileges?$filter=name%20eq%20'prvAppendToBusinessUnit'")['value']
    w.unit_role = w.post('roles', {'name': 'Units'})
    w.post(f'roles({w.unit_role})/Microsoft.Dynamics.CRM.AddPrivilegesRole', {'Privileges': [{'PrivilegeId': named[0]['privilegeid'], 'Depth': 'Local'}]})
    return w


def classic(w):
    answer = w.it.operator('POST', f"{w.api}/systemusers({w.users['ann']})/systemuserroles_association/$ref",
                           {'@odata.id': f"roles({w.instance(w.wide, w.units['FR'])})"})
    check('in classic mode a role of another unit is refused', (answer.status, code(answer)) == (400, '0x80040203'), answer)
    answer = w.ask('ann', 'PATCH', f'new_cases({w.ann})', {'owningbusinessunit@odata.bind': f"businessunits({w.units['FR']})"})
    check('and the unit of a row is not set', (answer.status, code(answer)) == (400, '0x80040203'), answer)


def roles_elsewhere(w):
    settings(w, EnableOwnershipAcrossBusinessUnits=True)
    w.give('ann', w.wide, w.units['FR'])
    check('a role of another unit is measured from there', titles(w, 'ann') == ['of ann', 'of bob'], titles(w, 'ann'))
    check('and reaches nothing else', w.ask('ann', 'PATCH', f'new_cases({w.bob})', {'new_title': 'x'}).status == 403)


def rows_elsewhere(w):
    bind = lambda unit: {'owningbusinessunit@odata.bind': f'businessunits({w.units[unit]})'}  # noqa: E731
    answer = w.ask('ann', 'PATCH', f'new_cases({w.ann})', bind('IT'))
    check('the unit of a row needs AppendTo on it', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    w.give('ann', w.unit_role, w.units['IT'])
    answer = w.ask('ann', 'PATCH', f'new_cases({w.ann})', bind('IT'))
    check('with that, the row moves and keeps its owner', answer.status == 204 and place(w, w.ann) == (w.users['ann'], w.units['IT']), answer)
    check('its owner still reaches it', 'of ann' in titles(w, 'ann') and w.ask('ann', 'PATCH', f'new_cases({w.ann})', {'new_title': 'of ann'}).status == 204)
    answer = w.ask('ann', 'PATCH', f'new_cases({w.ann})', bind('FR'))
    check('another unit is another question', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    made = w.ask('ann', 'POST', 'new_cases', {'new_title': 'in Italy', **bind('IT')})
    check('a row is made there', made.status == 204 and place(w, entity(made)) == (w.users['ann'], w.units['IT']), made)
    answer = w.it.operator('PATCH', f'{w.api}/new_cases({w.ann})', {'owningbusinessunit@odata.bind': 'businessunits(0198aaaa-0000-7000-8000-00000000abcd)'})
    check('a unit that is not there', answer.status == 404, answer)

    def told():
        return [e for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id']) if e['op'] == 'update.row' and 'owningbusinessunit' in str(e)]
    check('the log says from where to where', eventually(told)[0])
    return entity(made)


def assignment(w, italian):
    give = lambda name, **more: w.it.operate('PATCH', f'{w.api}/new_cases({italian})', {'ownerid@odata.bind': f'systemusers({w.users[name]})', **more})  # noqa: E731
    give('bob')
    check('a row goes into the unit of its new owner', place(w, italian) == (w.users['bob'], w.units['FR']))
    give('ann', **{'owningbusinessunit@odata.bind': f"businessunits({w.units['IT']})"})
    check('unless the same request names one', place(w, italian) == (w.users['ann'], w.units['IT']))
    settings(w, AlwaysMoveRecordToOwnerBusinessUnit=False)
    give('bob')
    check('or rows are set to stay', place(w, italian) == (w.users['bob'], w.units['IT']))


def moving(w, italian):
    move = lambda unit: w.it.operate('PATCH', f"{w.api}/systemusers({w.users['ann']})", {'businessunitid@odata.bind': f'businessunits({w.units[unit]})'})  # noqa: E731
    held = lambda: sorted(r['name'] for r in w.get(f"systemusers({w.users['ann']})/systemuserroles_association"))  # noqa: E731
    check('before', held() == ['Own', 'Units', 'Wide'], held())
    move('IT')
    check('who moves leaves the roles of the old unit, not the others; rows stay', held() == ['Units', 'Wide'] and place(w, w.ann)[1] == w.units['IT'], held())
    settings(w, DoNotRemoveRolesOnChangeBusinessUnit=True, AlwaysMoveRecordToOwnerBusinessUnit=True)
    move('DE')
    check('or keeps them all, and the rows go along, as set', held() == ['Units', 'Wide'] and place(w, w.ann)[1] == w.units['DE'], held())


def back(w, italian):
    settings(w, EnableOwnershipAcrossBusinessUnits=False)
    check('back in classic mode each row is in the unit of its owner', place(w, italian) == (w.users['bob'], w.units['FR']))
    check('and roles of other units are gone', w.get(f"systemusers({w.users['ann']})/systemuserroles_association") == [])
    count = w.it.operate('GET', f"{w.api}/new_cases?$count=true&$top=1&$filter=_owningbusinessunit_value%20eq%20{w.units['FR']}")['@odata.count']
    check('counters agree', count == 2, count)


def main():
    it = Installation(sys.argv[1], 'matrix').init()
    try:
        it.start()
        w = world_make(it)
        classic(w)
        roles_elsewhere(w)
        italian = rows_elsewhere(w)
        assignment(w, italian)
        moving(w, italian)
        back(w, italian)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(25)


sys.exit(main())
