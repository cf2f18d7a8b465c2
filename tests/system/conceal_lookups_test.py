#!/usr/bin/env python3
"""ConcealLookupIds: a lookup that names a row out of reach is empty, wherever a query says it.
usage: conceal_lookups_test.py PROGRAM"""
import re
import sys
import urllib.parse
import uuid

from installation import Installation, Steps
from world import World

steps = Steps()
check = steps.check
OWN = {r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo')}
NOTES = {'Prefer': 'odata.include-annotations="*"'}


def world_make(it):
    """ann's cases: one of an account of hers, one of an account that she does not see, one of none. bob reads cases alone."""
    w = World(it, steps)
    for t in ('new_account', 'new_case'):
        w.table(t, [('new_code', 'String')])
    w.relationship('new_account_cases', 'new_account', 'new_case', 'new_AccountId')
    w.post("EntityDefinitions(LogicalName='new_case')/Keys", {'SchemaName': 'new_case_key', 'KeyAttributes': ['new_accountid', 'new_code']})
    w.worker, w.clerk = w.post('roles', {'name': 'Worker'}), w.post('roles', {'name': 'Clerk'})
    for t in ('new_account', 'new_case'):
        w.grant(w.worker, t, **OWN)
    w.grant(w.clerk, 'new_case', Read='Global')
    for name, role in (('ann', w.worker), ('bob', w.clerk)):
        w.person(name, w.root)
        w.give(name, role, w.root)
    mine = {'ownerid@odata.bind': f"systemusers({w.users['ann']})"}
    w.seen, w.hidden = w.post('new_accounts', {'new_title': 'seen', **mine}), w.post('new_accounts', {'new_title': 'hidden'})
    w.cases = {}
    for title, account in (('a', w.seen), ('b', w.hidden), ('c', None)):
        bind = {'new_AccountId@odata.bind': f'new_accounts({account})'} if account else {}
        w.cases[title] = w.post('new_cases', {'new_title': title, 'new_code': title, **bind, **mine})
    return w


def setting(w, on):
    organization = w.get('organizations')[0]['organizationid']
    answer = w.it.operator('PATCH', f'{w.api}/organizations({organization})',
                           {'orgdborgsettings': f'<OrgSettings><ConcealLookupIds>{on}</ConcealLookupIds></OrgSettings>'})
    check(f'ConcealLookupIds {on}', answer.status == 204, answer)


def found(w, condition, name='ann', **headers):
    answer = w.ask(name, 'GET', 'new_cases?$select=new_title&$filter=' + urllib.parse.quote(condition), **headers)
    return ''.join(sorted(r['new_title'] for r in answer.json()['value'])) if answer.status == 200 else answer


def told(w, answer, title):
    """All that an answer says, but for which of the cases it is."""
    text = answer.body.decode().replace(w.cases[title], '*')
    text = re.sub(r'W/\\?"\d+\\?"|"(versionnumber|createdon|modifiedon)[^,]*,', '', text).replace(f'"{title}"', '"*"')
    return answer.status, text, sorted((k.lower(), v) for k, v in answer.headers.items() if k.lower() not in ('date', 'content-length', 'etag', 'odata-entityid', 'request-id', 'location'))


def shown(w):
    for what, path, headers in (('the row', 'new_cases(%s)', {}), ('with annotations', 'new_cases(%s)?$select=new_title,_new_accountid_value', NOTES),
                                ('expanded', 'new_cases(%s)?$select=_new_accountid_value&$expand=new_AccountId($select=new_title)', NOTES),
                                ('followed', 'new_cases(%s)/new_AccountId', {}), ('its address', 'new_cases(%s)/new_AccountId/$ref', {}),
                                ('the column', 'new_cases(%s)/new_accountid', {})):
        b, c = (told(w, w.ask('ann', 'GET', path % w.cases[t], **headers), t) for t in 'bc')
        check(f'one that names a hidden row is told like an empty one: {what}', b == c and b[0] in (200, 204), (b, c))
        a = w.ask('ann', 'GET', path % w.cases['a'], **headers)
        check(f'one that names a row in sight is told: {what}', a.status == 200 and w.seen in a.body.decode(), a)
    b, c = (told(w, w.ask('ann', 'PATCH', f'new_cases({w.cases[t]})', {'new_title': t}, Prefer='return=representation'), t) for t in 'bc')
    check('after a change, too', b == c and b[0] == 200, (b, c))
    rows = w.ask('ann', 'GET', 'new_cases?$select=new_title,_new_accountid_value', **NOTES).json()['value']
    check('in lists', {r['new_title']: r['_new_accountid_value'] for r in rows} == {'a': w.seen, 'b': None, 'c': None}
          and [any('lookuplogicalname' in k for k in r) for r in sorted(rows, key=lambda r: r['new_title'])] == [True, False, False], rows)
    tracked = w.ask('ann', 'GET', 'new_cases?$select=new_title,_new_accountid_value', Prefer='odata.track-changes').json()
    w.it.operate('PATCH', f"{w.api}/new_cases({w.cases['b']})", {'new_title': 'b'})
    delta = w.ask('ann', 'GET', tracked['@odata.deltaLink'].split('/api/data/v9.2/')[1]).json()['value']
    check('in deltas', [(r['new_title'], r['_new_accountid_value']) for r in delta] == [('b', None)], delta)


def asked(w):
    nobody = str(uuid.uuid4())
    for what, condition, want in (('equal', "_new_accountid_value eq %s", ''), ('unequal', "_new_accountid_value ne %s", 'abc'),
                                  ('turned round', "%s eq _new_accountid_value", ''), ('negated', "not (_new_accountid_value eq %s)", 'abc'),
                                  ('in a list', "Microsoft.Dynamics.CRM.In(PropertyName='new_accountid',PropertyValues=['%s'])", ''),
                                  ('not in one', "Microsoft.Dynamics.CRM.NotIn(PropertyName='_new_accountid_value',PropertyValues=['%s'])", 'abc'),
                                  ('in a lambda', "new_AccountId/new_account_cases/any(x:x/_new_accountid_value eq %s)", ''),
                                  ('by the path', "new_AccountId/new_accountid eq %s", '')):
        hidden, absent = found(w, condition % w.hidden), found(w, condition % nobody)
        check(f'a comparison tells nothing: {what}', hidden == absent == want, (hidden, absent))
    check('it is null to her', found(w, '_new_accountid_value eq null') == 'bc' and found(w, '_new_accountid_value ne null') == 'a')
    check('what she sees is found', found(w, f'_new_accountid_value eq {w.seen}') == 'a' and found(w, f'_new_accountid_value ne {w.seen}') == 'bc'
          and found(w, f"Microsoft.Dynamics.CRM.In(PropertyName='new_accountid',PropertyValues=['{w.seen}','{w.hidden}'])") == 'a')
    check('two lookups are compared as she sees them', found(w, '_new_accountid_value eq _new_accountid_value') == 'abc')
    groups = w.ask('ann', 'GET', 'new_cases?$apply=' + urllib.parse.quote('groupby((_new_accountid_value),aggregate($count as n))')).json()['value']
    check('groups', sorted((g['_new_accountid_value'] or '', g['n']) for g in groups) == [('', 2), (w.seen, 1)], groups)
    distinct = w.ask('ann', 'GET', 'new_cases?$apply=' + urllib.parse.quote('aggregate(_new_accountid_value with countdistinct as n)')).json()['value']
    check('distinct values', distinct == [{'n': 1}], distinct)
    count = w.ask('ann', 'GET', 'new_cases?$count=true&$filter=' + urllib.parse.quote(f'_new_accountid_value eq {w.hidden}')).json()
    check('counts', count['@odata.count'] == 0, count)
    for order in ('_new_accountid_value,new_title', '_new_accountid_value desc,new_title'):
        path, seen = 'new_cases?$select=new_title&$orderby=' + urllib.parse.quote(order), ''
        while path:
            page = w.ask('ann', 'GET', path, Prefer='odata.maxpagesize=1').json()
            seen += ''.join(r['new_title'] for r in page['value'])
            path = page.get('@odata.nextLink', '/api/data/v9.2/').split('/api/data/v9.2/')[1]
        check(f'an order puts it beside the empty one, page by page: {order}', seen == ('bca' if 'desc' not in order else 'abc'), seen)
    by_key = [w.ask('ann', 'GET', f"new_cases(_new_accountid_value={account},new_code='b')") for account in (w.hidden, nobody)]
    check('a key that holds it finds nothing', [(a.status, a.body) for a in by_key][0] == [(a.status, a.body) for a in by_key][1] and by_key[0].status == 404, by_key)
    check('but what she sees', w.ask('ann', 'GET', f"new_cases(_new_accountid_value={w.seen},new_code='a')").status == 200)
    inside = w.ask('ann', 'GET', f'new_accounts({w.seen})/new_account_cases?$select=new_title').json()['value']
    nested = w.ask('ann', 'GET', f'new_accounts({w.seen})?$expand=new_account_cases($select=new_title)').json()['new_account_cases']
    check('collections are what they were', [r['new_title'] for r in inside] == [r['new_title'] for r in nested] == ['a'], (inside, nested))


def others(w):
    rows = w.ask('bob', 'GET', 'new_cases?$select=new_title,_new_accountid_value').json()['value']
    check('who may not read the other table sees none of its ids', len(rows) == 3 and not any(r['_new_accountid_value'] for r in rows), rows)
    check('nor compares them', found(w, f'_new_accountid_value eq {w.seen}', 'bob') == '' and found(w, '_new_accountid_value eq null', 'bob') == 'abc')
    policy = w.post('rowpolicies', {'name': 'None', 'entityname': 'new_account', 'query': "new_title eq 'x'", 'contextvalue': 'Worker'})
    check('what a row policy hides is hidden here', found(w, '_new_accountid_value eq null') == 'abc')
    w.it.operate('DELETE', f'{w.api}/rowpolicies({policy})')
    by = w.post('rowpolicies', {'name': 'By account', 'entityname': 'new_case', 'query': f'_new_accountid_value eq {w.hidden}', 'contextvalue': 'Worker'})
    check("a row policy's own condition sees what is there", found(w, 'new_title ne null') == 'b')
    w.it.operate('DELETE', f'{w.api}/rowpolicies({by})')
    delegate = w.get('roles', filter=f"name eq 'Delegate' and _businessunitid_value eq {w.root}")[0]['roleid']
    w.post(f"systemusers({w.users['bob']})/systemuserroles_association/$ref", {'@odata.id': f'roles({delegate})'})
    check('who acts for another has what both see', found(w, '_new_accountid_value eq null', 'bob', MSCRMCallerID=w.users['ann']) == 'abc')
    rows = w.get('new_cases')
    check('a System Administrator sees all', sum(1 for r in rows if r['_new_accountid_value']) == 2, rows)
    w.it.operate('POST', f'{w.api}/GrantAccess', {
        'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_account', 'new_accountid': w.hidden},
        'PrincipalAccess': {'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ann']}}})
    check('shared, it is shown', found(w, f'_new_accountid_value eq {w.hidden}') == 'b' and found(w, '_new_accountid_value eq null') == 'c')


def main():
    it = Installation(sys.argv[1], 'conceallookups').init()
    try:
        it.start()
        w = world_make(it)
        check('at first an id is shown and compared', found(w, f'_new_accountid_value eq {w.hidden}') == 'b')
        setting(w, 'true')
        shown(w)
        asked(w)
        others(w)
        setting(w, 'false')
        check('switched off, all is shown again', found(w, '_new_accountid_value ne null') == 'ab')
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(35)


sys.exit(main())
