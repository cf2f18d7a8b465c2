#!/usr/bin/env python3
"""Row policies that constrain further tables, along lookups; membership in a mapping table; what is refused for want of an index.
usage: policy_constraints_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps, bearer
from world import World, code, entity

steps = Steps()
check = steps.check
ALL = {r: 'Global' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo')}
TABLES = ('new_region', 'new_account', 'new_case', 'new_member')
MEMBER = "new_region_members/any(m:Microsoft.Dynamics.CRM.EqualUserId(PropertyName='m/new_userid'))"


def named(w, name, table, options='', **headers):
    answer = w.ask(name, 'GET', f'{table}?$select=new_title{options}', **headers)
    return sorted(r['new_title'] for r in answer.json()['value'])


def world_make(it):
    """Regions, accounts in regions, cases of accounts; new_member maps people to regions. ann: EU, bob: EU and US."""
    w = World(it, steps)
    for t in TABLES:
        w.table(t, [('new_zone', 'String'), ('new_code', 'String')] if t == 'new_region' else [('new_number', 'Integer')])
    w.relationship('new_region_accounts', 'new_region', 'new_account', 'new_RegionId')
    w.relationship('new_account_cases', 'new_account', 'new_case', 'new_AccountId')
    w.relationship('new_region_members', 'new_region', 'new_member', 'new_RegionId')
    w.relationship('new_user_members', 'systemuser', 'new_member', 'new_UserId')
    w.worker = w.post('roles', {'name': 'Worker'})
    for t in TABLES:
        w.grant(w.worker, t, **ALL)
    for name in ('ann', 'bob'):
        w.person(name, w.root)
        w.give(name, w.worker, w.root)
    w.rows = {}
    for region in ('EU', 'US'):
        w.rows[region] = w.post('new_regions', {'new_title': region, 'new_zone': region, 'new_code': region})
        account = w.rows[region + '1'] = w.post('new_accounts', {'new_title': region + '1', 'new_RegionId@odata.bind': f'new_regions({w.rows[region]})'})
        w.rows[region + '1a'] = w.post('new_cases', {'new_title': region + '1a', 'new_AccountId@odata.bind': f'new_accounts({account})'})
    w.rows['none'] = w.post('new_accounts', {'new_title': 'none'})
    w.rows['loose'] = w.post('new_cases', {'new_title': 'loose'})
    w.rows['nonea'] = w.post('new_cases', {'new_title': 'nonea', 'new_AccountId@odata.bind': f"new_accounts({w.rows['none']})"})
    for name, region in (('ann', 'EU'), ('bob', 'EU'), ('bob', 'US')):
        member(w, name, region)
    return w


def member(w, name, region):
    return w.post('new_members', {'new_title': name, 'new_UserId@odata.bind': f'systemusers({w.users[name]})',
                                  'new_RegionId@odata.bind': f'new_regions({w.rows[region]})'})


def operator(w, method, path, body=None):
    return w.it.operator(method, f'{w.api}/{path}', body)


def mapping(w):
    policy = w.post('rowpolicies', {'name': 'Own regions', 'entityname': 'new_region', 'query': MEMBER, 'contextvalue': 'Worker'})
    check('a query by a mapping table is evaluated for whom it binds', named(w, 'ann', 'new_regions') == ['EU'] and named(w, 'bob', 'new_regions') == ['EU', 'US'],
          named(w, 'ann', 'new_regions'))
    check('other tables are as before', named(w, 'ann', 'new_accounts') == ['EU1', 'US1', 'none'])
    bad = {'rowpolicyid@odata.bind': f'rowpolicies({policy})', 'entityname': 'new_account', 'path': 'new_RegionId'}
    for what, change, status in (('no path', {'path': ' '}, 400), ('a path that is not there', {'path': 'new_Nothing'}, 400),
                                 ('one that ends elsewhere', {'entityname': 'new_case', 'path': 'new_AccountId'}, 400),
                                 ('one through a column', {'path': 'new_number'}, 400), ('an end too many', {'path': 'new_RegionId/'}, 400),
                                 ('one to several tables', {'path': 'ownerid'}, 400),
                                 ('one too long', {'path': 'new_RegionId/new_region_accounts/new_RegionId/new_region_accounts'}, 400),
                                 ('a built-in table', {'entityname': 'systemuser', 'path': 'x'}, 400),
                                 ('no such policy', {'rowpolicyid@odata.bind': 'rowpolicies(11111111-1111-4111-8111-111111111111)'}, 404),
                                 ('no policy', {'rowpolicyid@odata.bind': None}, 400), ('what the system writes', {'explanation': 'x'}, 400)):
        answer = operator(w, 'POST', 'rowpolicyconstraints', {**bad, **change})
        check(f'no constraint: {what}', answer.status == status, answer)
    answer = w.ask('ann', 'POST', 'rowpolicyconstraints', bad)
    check('only an administrator sets one', answer.status == 403, answer)
    w.account_constraint = w.post('rowpolicyconstraints', bad)
    answer = operator(w, 'POST', 'rowpolicyconstraints', bad)
    check('the same twice is refused', answer.status == 412, answer)
    w.case_constraint = w.post('rowpolicyconstraints', {**bad, 'entityname': 'new_case', 'path': 'new_AccountId/new_RegionId'})
    stored = w.it.operate('GET', f'{w.api}/rowpolicyconstraints({w.case_constraint})')
    check('the plan is kept with it', stored['explanation'].startswith('row: ') and 'SEARCH' in stored['explanation'] and 'SCAN p1' not in stored['explanation']
          and (stored['path'], stored['forced'], stored['_rowpolicyid_value']) == ('new_AccountId/new_RegionId', False, policy), stored)
    return policy


def read(w):
    check('one step away', named(w, 'ann', 'new_accounts') == ['EU1'] and named(w, 'bob', 'new_accounts') == ['EU1', 'US1'], named(w, 'ann', 'new_accounts'))
    check('two steps away; an empty lookup passes nowhere', named(w, 'ann', 'new_cases') == ['EU1a'] and named(w, 'bob', 'new_cases') == ['EU1a', 'US1a'],
          named(w, 'ann', 'new_cases'))
    check('counts', int(w.ask('ann', 'GET', 'new_cases/$count').body) == 1 and
          w.ask('ann', 'GET', 'new_cases?$count=true').json()['@odata.count'] == 1)
    check('aggregates', w.ask('ann', 'GET', 'new_accounts?$apply=aggregate($count%20as%20n)').json()['value'] == [{'n': 1}])
    filtered = named(w, 'ann', 'new_cases', "&$filter=" + urllib.parse.quote("new_AccountId/new_title eq 'US1'"))
    none = named(w, 'ann', 'new_regions', '&$filter=' + urllib.parse.quote("new_region_accounts/any(a:a/new_account_cases/any(c:c/new_title eq 'US1a'))"))
    check('paths and lambdas', filtered == [] and none == [], (filtered, none))
    expanded = w.ask('ann', 'GET', f"new_regions({w.rows['EU']})?$expand=new_region_accounts($expand=new_account_cases)").json()
    check('expands', [a['new_title'] for a in expanded['new_region_accounts']] == ['EU1'], expanded)
    w.it.operate('PATCH', f"{w.api}/new_cases({w.rows['EU1a']})", {'new_number': 1})
    for row, table, status in (('US1', 'new_accounts', 403), ('none', 'new_accounts', 403), ('US1a', 'new_cases', 403), ('loose', 'new_cases', 403), ('EU1a', 'new_cases', 200)):
        answer = w.ask('ann', 'GET', f'{table}({w.rows[row]})')
        check(f'the row alone: {row}', answer.status == status and (status == 200 or code(answer) == '0x80048306'), answer)
    check('who acts for another sees what both see', named(w, 'bob', 'new_cases') == ['EU1a', 'US1a'])
    delegate = w.get('roles', filter=f"name eq 'Delegate' and _businessunitid_value eq {w.root}")[0]['roleid']
    w.post(f"systemusers({w.users['bob']})/systemuserroles_association/$ref", {'@odata.id': f'roles({delegate})'})
    check('by their own policies each', named(w, 'bob', 'new_cases', MSCRMCallerID=w.users['ann']) == ['EU1a'])


def decided(w):
    for name, want in (('ann', False), ('bob', True)):
        told = w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={w.rows['US1a']},LogicalName='new_case',PrincipalId={w.users[name]},Right='Read')")
        check(f'the explanation for {name}', told['Allowed'] == want and told['Policies'][0]['RelationPath'] == 'new_AccountId/new_RegionId'
              and told['Policies'][0]['Passes'] == want, told)
    who = w.it.operate('GET', f"{w.api}/WhoCanAccess(ObjectId={w.rows['US1a']},LogicalName='new_case',Right='Read')")
    check('who can', w.users['bob'] in str(who) and not [p for p in who.get('value', who.get('Principals', [])) if p.get('PrincipalId') == w.users['ann'] and p.get('Allowed', True)],
          who)
    answer = w.it.request('POST', w.api.replace('/api/data/v9.2', '/access/v1/evaluation'),
                          {'subject': {'type': 'user', 'id': w.users['ann']}, 'action': {'name': 'read'},
                           'resource': {'type': 'new_case', 'id': w.rows['US1a']}}, bearer(w.tokens['bob']))
    check('decisions for other programs', answer.json()['decision'] is False and answer.json()['context']['reason'] == 'row_policy', answer)
    found = w.it.request('POST', w.api.replace('/api/data/v9.2', '/access/v1/search/resource'),
                         {'subject': {'type': 'user', 'id': w.users['ann']}, 'action': {'name': 'read'}, 'resource': {'type': 'new_case'}},
                         bearer(w.tokens['bob'])).json()
    check('and searches', [r['id'] for r in found['results']] == [w.rows['EU1a']], found)


def written(w):
    account = lambda row: {'new_AccountId@odata.bind': f'new_accounts({w.rows[row]})'}  # noqa: E731
    for what, method, path, body in (('made outside', 'POST', 'new_cases', {'new_title': 'x', **account('US1')}),
                                     ('made without a relation', 'POST', 'new_cases', {'new_title': 'x'}),
                                     ('changed', 'PATCH', f"new_cases({w.rows['US1a']})", {'new_number': 1}),
                                     ('pushed out', 'PATCH', f"new_cases({w.rows['EU1a']})", account('US1')),
                                     ('cut off', 'PATCH', f"new_cases({w.rows['EU1a']})", {'new_AccountId@odata.bind': None}),
                                     ('cut off', 'DELETE', f"new_cases({w.rows['EU1a']})/new_AccountId/$ref", None),
                                     ('pulled in', 'PATCH', f"new_cases({w.rows['loose']})", account('EU1')),
                                     ('deleted', 'DELETE', f"new_cases({w.rows['US1a']})", None)):
        answer = w.ask('ann', method, path, body)
        check(f'no row is {what}', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    check('nothing of that has happened', len(w.get('new_cases')) == 4 and named(w, 'ann', 'new_cases') == ['EU1a'])
    made = w.ask('ann', 'POST', 'new_cases', {'new_title': 'mine', **account('EU1')})
    check('inside, all goes on', made.status == 204 and w.ask('ann', 'PATCH', f'new_cases({entity(made)})', {'new_number': 3}).status == 204 and
          w.ask('ann', 'DELETE', f'new_cases({entity(made)})').status == 204, made)
    deep = w.ask('ann', 'POST', 'new_regions', {'new_title': 'own', 'new_region_accounts': [{'new_title': 'below'}]})
    check('deep insert is judged row by row', deep.status == 403 and len(w.get('new_regions')) == 2, deep)


def inverted(w, policy):
    operator(w, 'PATCH', f'rowpolicies({policy})', {'usenotexists': True})
    check('inverted: the rows that reach none', named(w, 'ann', 'new_cases') == ['US1a', 'loose', 'nonea'] and named(w, 'bob', 'new_accounts') == ['none'],
          named(w, 'ann', 'new_cases'))
    check('of its own table, too', named(w, 'ann', 'new_regions') == ['US'])
    operator(w, 'PATCH', f'rowpolicies({policy})', {'usenotexists': False, 'constrainprimary': False})
    check('without constrainprimary its own table is free, the others are not', named(w, 'ann', 'new_regions') == ['EU', 'US'] and named(w, 'ann', 'new_accounts') == ['EU1'])
    operator(w, 'PATCH', f'rowpolicies({policy})', {'operations': 4})
    check('operations hold for all its tables', named(w, 'ann', 'new_cases') == ['EU1a', 'US1a', 'loose', 'nonea'] and
          w.ask('ann', 'PATCH', f"new_cases({w.rows['US1a']})", {'new_number': 2}).status == 403)
    operator(w, 'PATCH', f'rowpolicies({policy})', {'operations': 15})
    given = member(w, 'ann', 'US')
    check('the mapping is read as it is', named(w, 'ann', 'new_cases') == ['EU1a', 'US1a'])
    w.it.operate('DELETE', f'{w.api}/new_members({given})')
    check('and ends with its row', named(w, 'ann', 'new_cases') == ['EU1a'])


def indexes(w, policy):
    plain = {'name': 'Zone', 'entityname': 'new_region', 'query': "new_zone eq 'EU'", 'contextvalue': 'Nobody'}
    zone = w.post('rowpolicies', plain)
    stored = w.it.operate('GET', f'{w.api}/rowpolicies({zone})')
    check('a comparison on the row itself needs no index; its plan is told', 'rows: SCAN r' in stored['explanation'] and not stored['forced'], stored)
    constraint = {'rowpolicyid@odata.bind': f'rowpolicies({zone})', 'entityname': 'new_account', 'path': 'new_RegionId'}
    answer = operator(w, 'POST', 'rowpolicyconstraints', constraint)
    check('a further table does', (answer.status, code(answer)) == (400, '0x80040203') and 'SCAN r' in answer.json()['error']['message'], answer)
    answer = w.ask('ann', 'POST', 'rowpolicyconstraints', constraint)
    check('who may not set one learns nothing of it', answer.status == 403 and 'SCAN' not in answer.body.decode(), answer)
    forced = w.post('rowpolicyconstraints', {**constraint, 'forced': True})
    answer = operator(w, 'PATCH', f'rowpolicyconstraints({forced})', {'forced': False})
    check('forced, it is saved; and cannot be called unforced', answer.status == 400, answer)
    answer = operator(w, 'PATCH', f'rowpolicies({zone})', {'query': "new_zone eq 'US'"})
    check('a query of a policy with such tables is judged, too', answer.status == 400, answer)
    answer = operator(w, 'PATCH', f'rowpolicies({zone})', {'query': "new_zone eq 'US'", 'forced': True})
    check('or forced', answer.status == 204, answer)
    w.it.operate('DELETE', f'{w.api}/rowpolicyconstraints({forced})')
    operator(w, 'PATCH', f'rowpolicies({zone})', {'forced': False})
    w.post("EntityDefinitions(LogicalName='new_region')/Keys", {'SchemaName': 'new_ZoneKey', 'KeyAttributes': ['new_zone', 'new_code']})
    made = operator(w, 'POST', 'rowpolicyconstraints', constraint)
    told = w.it.operate('GET', f'{w.api}/rowpolicyconstraints({entity(made)})')['explanation'] if made.status == 204 else made
    check('a key that begins with the column is an index', made.status == 204 and 'SEARCH r USING' in told, told)
    w.it.operate('DELETE', f'{w.api}/rowpolicies({zone})')
    check('constraints go with their policy', [c['entityname'] for c in w.get('rowpolicyconstraints')] == ['new_account', 'new_case'])


def carried(w):
    whole = w.it.operate('POST', f'{w.api}/ExportSolution', {'SolutionName': 'new_Policies', 'Version': '1.0'})['ExportSolutionFile']
    import base64, json
    doc = json.loads(base64.b64decode(whole))
    kinds = [c for c in doc['components'] if c['kind'] == 'rowpolicyconstraint']
    check('solutions carry constraints', sorted(c['path'] for c in kinds) == ['new_AccountId/new_RegionId', 'new_RegionId'], kinds)
    w.it.operate('DELETE', f'{w.api}/rowpolicyconstraints({w.account_constraint})')
    check('without it', named(w, 'ann', 'new_accounts') == ['EU1', 'US1', 'none'])
    answer = operator(w, 'POST', 'ImportSolution', {'CustomizationFile': whole})
    check('and bring them back', answer.status == 204 and named(w, 'ann', 'new_accounts') == ['EU1'], answer)


def gone(w, policy):
    w.it.operate('DELETE', f"{w.api}/RelationshipDefinitions(SchemaName='new_account_cases')")
    check('a constraint whose path is gone lets nothing pass', named(w, 'ann', 'new_cases') == [], named(w, 'ann', 'new_cases'))
    operator(w, 'PATCH', f'rowpolicies({policy})', {'usenotexists': True})
    check('inverted neither', named(w, 'ann', 'new_cases') == [], named(w, 'ann', 'new_cases'))
    w.it.operate('DELETE', f"{w.api}/EntityDefinitions(LogicalName='new_member')")
    w.it.operate('DELETE', f"{w.api}/RelationshipDefinitions(SchemaName='new_region_accounts')")
    w.it.operate('DELETE', f"{w.api}/EntityDefinitions(LogicalName='new_region')")
    check("nor does one whose policy's table is gone", named(w, 'ann', 'new_accounts') == [], named(w, 'ann', 'new_accounts'))
    answer = operator(w, 'PATCH', f'rowpolicies({policy})', {'isenabled': False})
    check('until the policy is switched off', answer.status == 204 and len(named(w, 'ann', 'new_accounts')) == 3, answer)
    w.it.operate('DELETE', f"{w.api}/EntityDefinitions(LogicalName='new_case')")
    check('a constraint goes with its table', [c['entityname'] for c in w.get('rowpolicyconstraints')] == ['new_account'])
    w.it.operate('DELETE', f'{w.api}/rowpolicies({policy})')
    check('and with its policy', w.get('rowpolicyconstraints') == [])


def main():
    it = Installation(sys.argv[1], 'policyconstraints').init()
    try:
        it.start()
        w = world_make(it)
        policy = mapping(w)
        read(w)
        decided(w)
        written(w)
        inverted(w, policy)
        indexes(w, policy)
        carried(w)
        gone(w, policy)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(60)


sys.exit(main())
