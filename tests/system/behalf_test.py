#!/usr/bin/env python3
"""Acting for another over the real service (CallerObjectId, MSCRMCallerID): everything must be allowed to both, rows are made in the other's
name and say for whom, and the log names both. usage: behalf_test.py PROGRAM"""
import json
import sys

from installation import Installation, Steps, eventually
from world import World, code, entity

steps = Steps()
check = steps.check
NOBODY = '0198aaaa-0000-7000-8000-00000000abcd'


def rows_of(w, name, path='new_cases?$select=new_title&$orderby=new_title', **headers):
    answer = w.ask(name, 'GET', path, **headers)
    return [r['new_title'] for r in answer.json()['value']] if answer.status == 200 else (answer.status, code(answer))


def world_make(it):
    """ann may act for others and reaches DE; bob is in DE, cid in FR; each owns a row."""
    w = World(it, steps)
    w.table('new_case', [('new_number', 'Integer')])
    units = {n: w.post('businessunits', {'name': n, 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'}) for n in ('DE', 'FR')}
    own = w.role('Own', **{r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo', 'Share')})
    wide = w.role('Wide', Create='Local', Read='Local', Write='Local', Assign='Local')
    for name, unit, roles in (('ann', 'DE', (own, wide)), ('bob', 'DE', (own,)), ('cid', 'FR', (own,)), ('dan', 'DE', (own,))):
        w.person(name, units[unit])
        for role in roles:
            w.give(name, role, units[unit])
        setattr(w, name, entity(w.ask(name, 'POST', 'new_cases', {'new_title': f'of {name}'})))
    delegate = next(r for r in w.get('roles') if r['name'] == 'Delegate' and r['_businessunitid_value'] == units['DE'])
    w.post(f"systemusers({w.users['ann']})/systemuserroles_association/$ref", {'@odata.id': f"roles({delegate['roleid']})"})
    w.object = {n: w.it.operate('GET', f"{w.api}/systemusers({w.users[n]})?$select=azureactivedirectoryobjectid")['azureactivedirectoryobjectid']
                for n in w.users}
    return w


def who_may(w):
    bob = {'CallerObjectId': w.object['bob']}
    for what, who, headers, want in (
            ('without the privilege', 'bob', {'CallerObjectId': w.object['ann']}, (403, '0x8004a110')),
            ('both headers', 'ann', {**bob, 'MSCRMCallerID': w.users['bob']}, (400, '0x80060888')),
            ('nobody', 'ann', {'CallerObjectId': NOBODY}, (403, '0x80040225')),
            ('nobody, by the older header', 'ann', {'MSCRMCallerID': NOBODY}, (403, '0x80040225')),
            ('a team', 'ann', {'MSCRMCallerID': w.get('teams')[0]['teamid']}, (403, '0x80040225')),
            ('no id', 'ann', {'CallerObjectId': 'bob'}, (400, '0x80060888'))):
        answer = w.ask(who, 'GET', 'new_cases', **headers)
        check(f'refused: {what}', (answer.status, code(answer)) == want, answer)
    for headers in (bob, {'MSCRMCallerID': w.users['bob']}):
        check(f'who am I: {list(headers)}', w.ask('ann', 'GET', 'WhoAmI', **headers).json()['UserId'] == w.users['bob'])
    row = entity(w.ask('ann', 'POST', 'new_cases', {'new_title': 'her own'}, CallerObjectId=w.object['ann']))
    row = w.it.operate('GET', f'{w.api}/new_cases({row})')
    check('oneself is nobody else', row['_createdby_value'] == w.users['ann'] and row['_createdonbehalfby_value'] is None, row)
    w.it.operate('DELETE', f"{w.api}/new_cases({row['new_caseid']})")
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['bob']})", {'isdisabled': True})
    answer = w.ask('ann', 'GET', 'new_cases', **bob)
    check('a disabled user is not acted for', (answer.status, code(answer)) == (403, '0x80040225'), answer)
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['bob']})", {'isdisabled': False})


def both_must(w):
    bob, cid = {'CallerObjectId': w.object['bob']}, {'CallerObjectId': w.object['cid']}
    check('a list is of what both see', rows_of(w, 'ann', **bob) == ['of bob'], rows_of(w, 'ann', **bob))
    check('and where they share nothing it is empty', rows_of(w, 'ann', **cid) == [], rows_of(w, 'ann', **cid))
    count = w.ask('ann', 'GET', 'new_cases/$count', **bob)
    total = w.ask('ann', 'GET', 'new_cases?$apply=aggregate($count%20as%20n)', **bob).json()
    check('counts and aggregates likewise', int(count.body) == 1 and total['value'] == [{'n': 1}], (count, total))
    w.it.operate('POST', f'{w.api}/GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': w.cid}, 'PrincipalAccess': {
        'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['bob']}}})
    check('what only the other sees stays out', rows_of(w, 'bob') == ['of bob', 'of cid'] and rows_of(w, 'ann', **bob) == ['of bob'])
    w.it.operate('POST', f'{w.api}/GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': w.cid}, 'PrincipalAccess': {
        'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ann']}}})
    check('until both do', rows_of(w, 'ann', **bob) == ['of bob', 'of cid'], rows_of(w, 'ann', **bob))
    pages, path = [], 'new_cases?$select=new_title&$orderby=new_title'
    while path:
        answer = w.ask('ann', 'GET', path, Prefer='odata.maxpagesize=1', **bob)
        pages += [r['new_title'] for r in answer.json()['value']]
        link, path = path, answer.json().get('@odata.nextLink', '').replace(f'{w.it.origin}{w.api}/', '')
    check('page by page', pages == ['of bob', 'of cid'], pages)
    alone = w.ask('ann', 'GET', link)
    check("a page's link is of those two", alone.status == 400, alone)
    for what, row, name in (('the actor sees it, the other does not', w.dan, 'bob'), ('the other sees it, the actor does not', w.cid, 'ann')):
        if name == 'ann':
            w.it.operate('POST', f'{w.api}/RevokeAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': w.cid},
                         'Revokee': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ann']}})
        answer = w.ask('ann', 'GET', f'new_cases({row})', **bob)
        check(f'refused: {what}', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    answer = w.ask('ann', 'DELETE', f'new_cases({w.bob})', **cid)
    check('a right of neither', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    made = w.ask('ann', 'POST', 'new_cases', {'new_title': 'for bob'}, **bob)
    row = w.it.operate('GET', f'{w.api}/new_cases({entity(made)})') if made.status == 204 else {}
    check('a row made for another is theirs, and says by whom', made.status == 204 and row['_createdby_value'] == row['_ownerid_value'] == w.users['bob']
          and row['_createdonbehalfby_value'] == row['_modifiedonbehalfby_value'] == w.users['ann'], (made, row))
    changed = w.ask('bob', 'PATCH', f'new_cases({entity(made)})', {'new_number': 1})
    row = w.it.operate('GET', f'{w.api}/new_cases({entity(made)})')
    check('changed by oneself, nobody stands behind', changed.status == 204 and row['_modifiedonbehalfby_value'] is None
          and row['_createdonbehalfby_value'] == w.users['ann'], row)
    answer = w.ask('ann', 'POST', 'new_cases', {'new_title': 'for cid'}, **cid)
    check('nor a row where the actor may make none', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    batch = '--b\r\nContent-Type: application/http\r\n\r\nGET new_cases?$select=new_title&$orderby=new_title HTTP/1.1\r\n\r\n--b--\r\n'
    answer = w.it.request('POST', f'{w.api}/$batch', batch, {'Content-Type': 'multipart/mixed; boundary=b', 'Authorization': f"Bearer {w.tokens['ann']}", **bob})
    check('the parts of a batch are in the same name', answer.status == 200 and b'of bob' in answer.body and b'of ann' not in answer.body, answer)
    w.it.operate('DELETE', f"{w.api}/new_cases({row['new_caseid']})")


def administration(w):
    """What an administrator acting for somebody changes needs the rights of both, and is done once."""
    admin = next(r for r in w.get('roles') if r['name'] == 'System Administrator' and r['_businessunitid_value'] == w.root)
    w.person('adm', w.root)
    w.post(f"systemusers({w.users['adm']})/systemuserroles_association/$ref", {'@odata.id': f"roles({admin['roleid']})"})
    bob, adm = {'MSCRMCallerID': w.users['bob']}, {'MSCRMCallerID': w.users['adm']}
    answer = w.ask('adm', 'POST', 'teams', {'name': 'no'}, **bob)
    check('refused where the other may not', (answer.status, code(answer)) == (403, '0x80040220'), answer)
    answer = w.ask('ann', 'POST', 'teams', {'name': 'no'}, **adm)
    check('refused where the actor may not', (answer.status, code(answer)) == (403, '0x80040220'), answer)
    w.person('ops', w.root)
    w.post(f"systemusers({w.users['ops']})/systemuserroles_association/$ref", {'@odata.id': f"roles({admin['roleid']})"})
    made = w.ask('adm', 'POST', 'teams', {'name': 'by both'}, MSCRMCallerID=w.users['ops'])
    check('done where both may', made.status == 204, made)
    check('once', len(w.get('teams', filter="name eq 'by both'")) == 1)
    member = w.ask('adm', 'POST', f'teams({entity(made)})/Microsoft.Dynamics.CRM.AddMembersTeam', {'Members': [{'systemuserid': w.users['bob']}]},
                   MSCRMCallerID=w.users['ops'])
    check('actions too', member.status == 204 and [u['systemuserid'] for u in w.get(f'teams({entity(made)})/teammembership_association')] == [w.users['bob']], member)

    def told():
        events = w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
        return [e for e in events if e['op'] == 'create.team' and w.users['ops'] in json.dumps(e)]
    events, _ = eventually(told)
    check('the log names both, once', len(events) == 1 and w.object.get('adm', '') in json.dumps(events), events)


def main():
    it = Installation(sys.argv[1], 'behalf').init()
    try:
        it.start()
        w = world_make(it)
        who_may(w)
        both_must(w)
        administration(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(35)


sys.exit(main())
