#!/usr/bin/env python3
"""Row policies by what a role carries and by what a session sets, and roles that no policy binds.
usage: policy_contexts_test.py PROGRAM"""
import sys

from installation import Installation, Steps, eventually
from world import World, code

steps = Steps()
check = steps.check
ALL = {r: 'Global' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo')}


def titles(w, name, **headers):
    answer = w.ask(name, 'GET', 'new_cases?$select=new_title&$orderby=new_title', **headers)
    return [r['new_title'] for r in answer.json()['value']]


def world_make(it):
    """ann holds Seller, which carries EMEA; bob holds Wide, which carries nothing."""
    w = World(it, steps)
    w.table('new_case', [('new_region', 'String'), ('new_number', 'Integer')])
    w.seller = w.post('roles', {'name': 'Seller', 'contextstring': ' EMEA '})
    w.grant(w.seller, **ALL)
    w.wide = w.role('Wide', **ALL)
    for name, role in (('ann', w.seller), ('bob', w.wide)):
        w.person(name, w.root)
        w.give(name, role, w.root)
    w.rows = {t: w.post('new_cases', {'new_title': t, 'new_region': r, 'new_number': n})
              for t, r, n in (('de', 'EU', 1), ('fr', 'EU', 2), ('us', 'US', 1))}
    return w


def policy(w, name, query, kind, value, **more):
    return w.post('rowpolicies', {'name': name, 'entityname': 'new_case', 'query': query, 'contexttype': kind, 'contextvalue': value, **more})


def change(w, path, **values):
    return w.it.operator('PATCH', f'{w.api}/{path}', values)


def by_property(w):
    seller = w.get('roles', filter="name eq 'Seller'")[0]
    check('a role carries a string, trimmed', (seller['contextstring'], seller['xdsbypass']) == ('EMEA', False), seller)
    region = policy(w, 'Region', "new_region eq 'EU'", 1, 'emea')
    check('who holds a role that carries it is bound', titles(w, 'ann') == ['de', 'fr'], titles(w, 'ann'))
    check('nobody else', titles(w, 'bob') == ['de', 'fr', 'us'])
    answer = w.ask('ann', 'GET', f"new_cases({w.rows['us']})")
    check('single rows, too', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    w.give('bob', w.seller, w.root)
    check('any role held will do, and a further one lifts nothing', titles(w, 'bob') == ['de', 'fr'])
    name = policy(w, 'Number', 'new_number eq 1', 0, 'Wide')
    check('contexts of different types all hold', titles(w, 'bob') == ['de'] and titles(w, 'ann') == ['de', 'fr'], titles(w, 'bob'))
    told = w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={w.rows['us']},LogicalName='new_case',PrincipalId={w.users['bob']},Right='Read')")
    kinds = sorted((p['ContextType'], p.get('RoleName') or p.get('ContextValue'), p['Passes']) for p in told['Policies'])
    check('the explanation names each with its context', kinds == [(0, 'Wide', True), (1, 'emea', False)] and told['Reason'] == 'row_policy', told)
    w.it.operate('DELETE', f'{w.api}/rowpolicies({name})')
    return region


def by_session(w, region):
    quiet = policy(w, 'Kiosk', 'new_number eq 1', 2, 'Kiosk')
    check('without the string nothing changes', titles(w, 'ann') == ['de', 'fr'])
    for value in ('kiosk', 'x, KIOSK', 'kiosk,x'):
        check(f'while a request sets it, the policy holds beside the others: {value!r}', titles(w, 'ann', RowPolicyContext=value) == ['de'])
    check('another string does nothing', titles(w, 'ann', RowPolicyContext='kiosks') == ['de', 'fr'] and titles(w, 'ann', RowPolicyContext='') == ['de', 'fr'])
    answer = w.ask('ann', 'PATCH', f"new_cases({w.rows['fr']})", {'new_region': 'EU'}, RowPolicyContext='Kiosk')
    check('nor is a row changed that it excludes', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    answer = w.ask('ann', 'POST', 'new_cases', {'new_title': 'x', 'new_region': 'EU', 'new_number': 2}, RowPolicyContext='Kiosk')
    check('or made', answer.status == 403, answer)
    first = w.ask('ann', 'GET', 'new_cases?$select=new_title&$orderby=new_title', Prefer='odata.maxpagesize=1').json()
    link = first['@odata.nextLink'].split('/api/data/v9.2/')[1]
    page = w.ask('ann', 'GET', link, RowPolicyContext='Kiosk', Prefer='odata.maxpagesize=1').json()['value']
    check('a page is judged by its own request', page == [], page)
    batch = '--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET new_cases?$select=new_title HTTP/1.1\r\n%s\r\n--b--\r\n'
    def parts(own, **headers):
        answer = w.it.request('POST', f'{w.api}/$batch', (batch % own).encode(),
                              {'Authorization': f"Bearer {w.tokens['ann']}", 'Content-Type': 'multipart/mixed; boundary=b', **headers})
        return answer.body.count(b'"new_title"')
    check('a batch sets it for its parts', parts('\r\n', RowPolicyContext='Kiosk') == 1 and parts('\r\n') == 2, parts('\r\n', RowPolicyContext='Kiosk'))
    check('whatever a part says', parts('RowPolicyContext: other\r\n\r\n', RowPolicyContext='Kiosk') == 1)
    check('and a part may set one for itself', parts('RowPolicyContext: kiosk\r\n\r\n') == 1)
    change(w, f'rowpolicies({quiet})', contexttype=1, contextvalue='nobody has this')
    check('the context of a policy can be changed', titles(w, 'ann', RowPolicyContext='Kiosk') == ['de', 'fr'])
    answer = change(w, f'rowpolicies({quiet})', contexttype=3)
    check('not into nothing', answer.status == 400, answer)
    w.it.operate('DELETE', f'{w.api}/rowpolicies({quiet})')


def edited(w, region):
    """cid may edit roles, and sets no policies."""
    editor = w.role('Editor', **ALL)
    named = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='role')?$select=Privileges")['Privileges']
    w.privileges['role'] = {p['Name'][3:-len('role')]: p['PrivilegeId'] for p in named}
    named = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='businessunit')?$select=Privileges")['Privileges']
    w.privileges['businessunit'] = {p['Name'][3:-len('businessunit')]: p['PrivilegeId'] for p in named}
    w.grant(editor, 'role', Read='Global', Write='Global', Create='Global', Append='Global')
    w.grant(editor, 'businessunit', Read='Global', AppendTo='Global')
    w.person('cid', w.root)
    w.give('cid', editor, w.root)
    other = w.post('roles', {'name': 'Other', 'contextstring': 'APAC'})
    answer = w.ask('cid', 'PATCH', f'roles({other})', {'contextstring': 'LATAM'})
    check('who edits roles changes what they carry', answer.status == 204, answer)
    for what, path, body in (('a string that a policy names stays', f'roles({w.seller})', {'contextstring': None}),
                             ('xdsbypass is not theirs to set', f'roles({other})', {'xdsbypass': True})):
        answer = w.ask('cid', 'PATCH', path, body)
        check(what, (answer.status, code(answer)) == (403, '0x80048306'), answer)
    answer = w.ask('cid', 'POST', 'roles', {'name': 'Free', 'xdsbypass': True})
    check('nor at creation', answer.status == 403 and not w.get('roles', filter="name eq 'Free'"), answer)
    named = policy(w, 'Named', 'new_number eq 1', 0, 'Other')
    answer = w.ask('cid', 'PATCH', f'roles({other})', {'name': 'Others'})
    check('a role that a policy names keeps its name', answer.status == 403, answer)
    answer = w.ask('cid', 'PATCH', f'roles({other})', {'name': 'OTHER'})
    check('but for its case', answer.status == 204, answer)
    w.it.operate('DELETE', f'{w.api}/rowpolicies({named})')
    change(w, f'roles({w.seller})', contextstring=None)
    check('an administrator takes the string away, and the policy ends for its holders', titles(w, 'ann') == ['de', 'fr', 'us'])
    change(w, f'roles({w.seller})', contextstring='EMEA')
    check('and back', titles(w, 'ann') == ['de', 'fr'])


def bypassing(w):
    def told():
        return [(e['target']['table'], e['changes']['operations']) for e in
                w.it.audit_events(w.tenant['id'], w.tenant['environment_id'], op='bypass.rowpolicy')
                if e['actor'].get('upn') == 'ann@contoso.example']
    free = w.post('roles', {'name': 'Loader', 'xdsbypass': True})
    before = len(told())
    w.give('ann', free, w.root)
    check('the holder of such a role is bound by nothing', titles(w, 'ann') == ['de', 'fr', 'us'])
    answer = w.ask('ann', 'PATCH', f"new_cases({w.rows['us']})", {'new_number': 3})
    check('writes, too', answer.status == 204, answer)
    found, _ = eventually(lambda: len(told()) >= before + 2, 5)
    check('each statement that went past a policy is in the log', found and [t for t, _ in told()[before:]] == ['new_case', 'new_case']
          and told()[before + 1][1] & 4, told())
    rights = w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={w.rows['us']},LogicalName='new_case',PrincipalId={w.users['ann']},Right='Read')")
    check('no policy binds her in the explanation', rights['Policies'] == [] and rights['Allowed'], rights)
    answer = w.ask('cid', 'PATCH', f'roles({free})', {'name': 'Loaders'})
    check('whom policies bind does not edit it', answer.status == 403, answer)
    answer = w.ask('cid', 'POST', f'roles({free})/Microsoft.Dynamics.CRM.AddPrivilegesRole',
                   {'Privileges': [{'PrivilegeId': w.privileges['new_case']['Read'], 'Depth': 'Global'}]})
    check('nor what it allows', answer.status == 403, answer)
    check('who acts in her name is bound by their own', w.ask('bob', 'GET', 'new_cases', MSCRMCallerID=w.users['ann']).status == 403)
    delegate = w.get('roles', filter=f"name eq 'Delegate' and _businessunitid_value eq {w.root}")[0]['roleid']
    w.post(f"systemusers({w.users['bob']})/systemuserroles_association/$ref", {'@odata.id': f'roles({delegate})'})
    check('even when they may', titles(w, 'bob', MSCRMCallerID=w.users['ann']) == ['de', 'fr'], titles(w, 'bob', MSCRMCallerID=w.users['ann']))
    change(w, f'roles({free})', xdsbypass=False)
    check('it ends at once', titles(w, 'ann') == ['de', 'fr'])
    team = w.post('teams',
                  {'name': 'Night', 'businessunitid@odata.bind': f'businessunits({w.root})'})
    only = w.post('roles', {'name': 'Nights', 'xdsbypass': True, 'isinherited': 0})
    w.post(f'teams({team})/teamroles_association/$ref', {'@odata.id': f'roles({only})'})
    w.post(f'teams({team})/Microsoft.Dynamics.CRM.AddMembersTeam',
           {'Members': [{'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ann']}]})
    check("a role that is a team's alone frees no member", titles(w, 'ann') == ['de', 'fr'])
    change(w, f'roles({only})', isinherited=1)
    check('one that works for members does', titles(w, 'ann') == ['de', 'fr', 'us'])


def main():
    it = Installation(sys.argv[1], 'policycontexts').init()
    try:
        it.start()
        w = world_make(it)
        region = by_property(w)
        by_session(w, region)
        edited(w, region)
        bypassing(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(30)


sys.exit(main())
