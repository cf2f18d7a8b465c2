#!/usr/bin/env python3
"""Row policies over the real service: they take away what roles give, in lists and for single rows, before and after a change.
usage: policy_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps, eventually
from world import World, code, entity

steps = Steps()
check = steps.check


def titles(w, name, path='new_cases?$select=new_title&$orderby=new_title&$count=true', **headers):
    answer = w.ask(name, 'GET', path, **headers)
    found = [r['new_title'] for r in answer.json()['value']]
    check(f"{name}'s count is that of the rows shown", answer.json().get('@odata.count', len(found)) == len(found), answer)
    return found


def world_make(it):
    """ann holds Seller; bob holds Seller and Wide; cid holds Wide."""
    w = World(it, steps)
    w.table('new_case', [('new_region', 'String'), ('new_number', 'Integer')])
    w.relationship('new_case_children', 'new_case', 'new_case', 'new_ParentId')
    all_rights = {r: 'Global' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo')}
    w.seller, w.wide = w.role('Seller', **all_rights), w.role('Wide', **all_rights)
    for name, roles in (('ann', [w.seller]), ('bob', [w.seller, w.wide]), ('cid', [w.wide])):
        w.person(name, w.root)
        for role in roles:
            w.give(name, role, w.root)
    w.eu = w.post('new_cases', {'new_title': 'eu', 'new_region': 'EU'})
    w.us = w.post('new_cases', {'new_title': 'us', 'new_region': 'US', 'new_ParentId@odata.bind': f'new_cases({w.eu})'})
    w.none = w.post('new_cases', {'new_title': 'none', 'ownerid@odata.bind': f"systemusers({w.users['ann']})"})
    return w


def made(w):
    policy = {'name': 'Only Europe', 'entityname': 'new_case', 'query': "new_region eq 'EU'", 'constrainprimary': True, 'contexttype': 0,
              'contextvalue': 'Seller', 'operations': 15, 'isenabled': True}
    for what, change, status, want in (('a query that does not parse', {'query': "new_region eq 'EU' and"}, 400, '0x80060888'),
                                       ('a column that is not there', {'query': "new_nothing eq 1"}, 400, '0x80060888'),
                                       ('no table', {'entityname': 'new_nothing'}, 400, '0x80040203'),
                                       ('a built-in table', {'entityname': 'systemuser', 'query': "fullname eq 'x'"}, 400, '0x80040203'),
                                       ('no operation', {'operations': 0}, 400, '0x80040203'),
                                       ('a context that is not available', {'contexttype': 3}, 400, '0x80040203'),
                                       ('a string that no session could set', {'contexttype': 2, 'contextvalue': 'a,b'}, 400, '0x80040203')):
        answer = w.it.operator('POST', f'{w.api}/rowpolicies', {**policy, **change})
        check(f'no policy: {what}', (answer.status, code(answer)) == (status, want), answer)
    answer = w.ask('ann', 'POST', 'rowpolicies', policy)
    check('only an administrator sets one', answer.status == 403, answer)
    check('before, a wide role sees all', titles(w, 'ann') == ['eu', 'none', 'us'])
    return w.post('rowpolicies', policy)


def read(w):
    check('only what passes is listed and counted', titles(w, 'ann') == ['eu'] and int(w.ask('ann', 'GET', 'new_cases/$count').body) == 1)
    total = w.ask('ann', 'GET', 'new_cases?$apply=aggregate($count%20as%20n)').json()['value']
    check('aggregated', total == [{'n': 1}], total)
    for row, what in ((w.us, 'another'), (w.none, 'no region, though she owns it')):
        answer = w.ask('ann', 'GET', f'new_cases({row})')
        check(f'a single row is refused: {what}', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    children = w.ask('ann', 'GET', f'new_cases({w.eu})?$expand=new_case_children').json()['new_case_children']
    check('expanded collections and lambdas leave the others out', children == [] and
          w.ask('ann', 'GET', 'new_cases?$filter=new_case_children/any()').json()['value'] == [], children)
    check('a further role lifts nothing', titles(w, 'bob') == ['eu'])
    check('who does not hold the role is not bound', titles(w, 'cid') == ['eu', 'none', 'us'])
    check('nor a System Administrator', len(w.get('new_cases')) == 3)
    told = w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={w.us},LogicalName='new_case',PrincipalId={w.users['ann']},Right='Read')")
    check('the explanation names the policy', (told['Allowed'], told['Reason']) == (False, 'row_policy'), told)
    check('beside the grants that it takes away', told['Grants'] and [p['Passes'] for p in told['Policies']].count(False) >= 1
          and all(p['RoleName'] and p['Query'] for p in told['Policies']), told)
    own = w.ask('ann', 'GET', f"ExplainAccess(ObjectId={w.us},LogicalName='new_case',PrincipalId={w.users['ann']},Right='Read')").json()
    check('what it asks is not told to whom it binds', own['Policies'] and not any('Query' in p for p in own['Policies'])
          and [p['Passes'] for p in own['Policies']] == [p['Passes'] for p in told['Policies']], own)
    told = w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={w.eu},LogicalName='new_case',PrincipalId={w.users['ann']},Right='Read')")
    check('a row that passes passes all', told['Allowed'] and told['Policies'] and all(p['Passes'] for p in told['Policies']), told)
    question = urllib.parse.quote("{'@odata.id':'new_cases(%s)'}" % w.us)
    told = w.it.operate('GET', f"{w.api}/systemusers({w.users['ann']})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={question}")
    check('and no right is left', told['AccessRights'] in ('None', 'AssignAccess'), told)


def written(w):
    rows = [('a row outside is not made', 'POST', 'new_cases', {'new_title': 'x', 'new_region': 'US'}),
            ('nor one without a region', 'POST', 'new_cases', {'new_title': 'x'}),
            ('nor is one changed', 'PATCH', f'new_cases({w.us})', {'new_number': 1}),
            ('nor pushed out', 'PATCH', f'new_cases({w.eu})', {'new_region': 'US'}),
            ('nor pulled in', 'PATCH', f'new_cases({w.us})', {'new_region': 'EU'}),
            ('nor deleted', 'DELETE', f'new_cases({w.us})', None)]
    for what, method, path, body in rows:
        answer = w.ask('ann', method, path, body)
        check(what, (answer.status, code(answer)) == (403, '0x80048306'), answer)
    check('what was refused has changed nothing', len(w.get('new_cases')) == 3 and titles(w, 'ann') == ['eu'])
    inside = w.ask('ann', 'POST', 'new_cases', {'new_title': 'new', 'new_region': 'EU'})
    check('inside, all goes on', inside.status == 204 and w.ask('ann', 'PATCH', f'new_cases({entity(inside)})', {'new_number': 2}).status == 204
          and w.ask('ann', 'DELETE', f'new_cases({entity(inside)})').status == 204, inside)

    def told():
        return [e for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id']) if e.get('reason') == 'row_policy']
    check('the log has the reason', eventually(told)[0])


def changed(w, policy):
    change = lambda **values: w.it.operate('PATCH', f'{w.api}/rowpolicies({policy})', values)  # noqa: E731
    change(operations=4)
    check('for changes alone, everything is read', titles(w, 'ann') == ['eu', 'none', 'us'] and w.ask('ann', 'PATCH', f'new_cases({w.us})', {'new_number': 1}).status == 403)
    change(operations=15, query=f"new_ParentId/new_region eq 'EU' or _ownerid_value eq {w.users['ann']}")
    check('a query may follow lookups, whatever may be read', titles(w, 'ann') == ['none', 'us'], titles(w, 'ann'))
    second = w.post('rowpolicies', {'name': 'Second', 'entityname': 'new_case', 'query': "new_title ne 'none'", 'contextvalue': 'Seller'})
    check('all policies must hold', titles(w, 'ann') == ['us'], titles(w, 'ann'))
    w.it.operate('DELETE', f'{w.api}/rowpolicies({second})')
    w.it.operate('DELETE', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_region')")
    check('a policy whose column is gone lets nothing pass', titles(w, 'ann') == [], titles(w, 'ann'))
    change(isenabled=False)
    check('switched off, it ends', titles(w, 'ann') == ['eu', 'none', 'us'])


def exempt(w):
    """The operator is a System Administrator: no policy applies, and each request that one would have bound is in the log."""
    def events():
        return [(e['target']['table'], e['changes']['operations']) for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id'], op='bypass.rowpolicy')]
    before = len(events())
    w.get('new_cases')
    w.it.operate('PATCH', f'{w.api}/new_cases({w.us})', {'new_number': 9})
    w.get('teams')
    found, _ = eventually(lambda: len(events()) >= before + 2, 5)
    check('what an administrator does past a policy is in the log', found and [e[0] for e in events()[before:]] == ['new_case', 'new_case'], events()[before:])


def main():
    it = Installation(sys.argv[1], 'policy').init()
    try:
        it.start()
        w = world_make(it)
        policy = made(w)
        read(w)
        written(w)
        exempt(w)
        changed(w, policy)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(30)


sys.exit(main())
