#!/usr/bin/env python3
"""Who may enter an environment: its state, its security group, the licences it asks for and what they bound, through the real service with
two tenants. Every change holds for the next request, with the token that was there before. usage: admission_test.py PROGRAM"""
import json
import os
import signal
import sys
import threading
import uuid

from installation import Browser, Installation, Steps, bearer, eventually
from world import World, code, entity

steps = Steps()
check = steps.check
NOBODY = '0198aaaa-0000-4000-8000-00000000abcd'


def graph_code(answer):
    return answer.json()['error']['code']


class Admission:
    def __init__(self, it):
        self.it = it
        self.other = it.tenant_make('Fabrikam', 'fabrikam.example', 'north')
        self.w = w = World(it, steps)
        w.table('new_case', [('new_number', 'Integer')])
        w.table('new_note')
        self.graph = f"/{w.tenant['id']}/v1.0"
        self.environment = f"{self.graph}/environments/{w.tenant['environment_id']}"
        self.role = w.role('Cases', **{r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo', 'Share')})
        w.grant(self.role, 'new_note', **{r: 'Basic' for r in ('Create', 'Read', 'Append', 'AppendTo')})
        for name in ('ann', 'bob', 'adm'):
            w.person(name, w.root)
            w.give(name, self.role, w.root)
        self.ids = {n: it.operate('GET', f'{self.graph}/users/{n}@contoso.example')['id'] for n in ('ann', 'bob', 'adm')}
        self.cases = {n: entity(w.ask(n, 'POST', 'new_cases', {'new_title': f'of {n}'})) for n in ('ann', 'bob', 'adm')}

    def patch(self, **change):
        return self.it.operator('PATCH', self.environment, change)

    def asks(self, name, path='new_cases', method='GET', body=None, **headers):
        answer = self.w.ask(name, method, path, body, **headers)
        return (answer.status, code(answer))

    def decides(self, name, action='read', table='new_case', row=None, kind='user'):
        body = {'subject': {'type': kind, 'id': name}, 'action': {'name': action},
                'resource': {'type': table, **({'id': row} if row else {})}}
        answer = self.it.operate('POST', f"/e/sales/access/v1/evaluation", body)
        return answer['decision'] or answer['context'].get('reason')

    def licence(self, name, add=(), remove=(), off=()):
        return self.it.operator('POST', f'{self.graph}/users/{self.ids[name]}/assignLicense',
                                {'addLicenses': [{'skuId': s, 'disabledPlans': list(off)} for s in add], 'removeLicenses': list(remove)})


ADMITTED, CLOSED, BOUND = (200, ''), (403, '0x80040225'), (403, '0x80040220')


def control_plane(a):
    it, w = a.it, a.w
    listed = it.operate('GET', f'{a.graph}/environments')['value']
    check('the tenant sees its own environments', [e['uniqueName'] for e in listed] == ['sales'], listed)
    one = it.operate('GET', a.environment)
    want = {'id': w.tenant['environment_id'], 'uniqueName': 'sales', 'displayName': one['displayName'], 'state': 'ready', 'securityGroupId': None,
            'requiredServicePlanIds': []}
    check('an environment as it is described', {k: one[k] for k in want} == want, one)
    for text, found in (('sales', 1), ('north', 0)):
        answer = it.operate('GET', f"{a.graph}/environments?$filter=uniqueName%20eq%20'{text}'")
        check(f'by unique name: {text}', len(answer['value']) == found, answer)
    answer = it.operator('GET', f'{a.graph}/environments?$orderby=id')
    check('another query is refused', (answer.status, graph_code(answer)) == (400, 'Request_UnsupportedQuery'), answer)
    for what, change in (('an unknown state', {'state': 'open'}), ('an unknown group', {'securityGroupId': NOBODY}),
                         ('a person as group', {'securityGroupId': a.ids['ann']}), ('a group that is no id', {'securityGroupId': 'x'}),
                         ('plans that are no list', {'requiredServicePlanIds': 'x'}), ('a plan that is no id', {'requiredServicePlanIds': ['x']}),
                         ('a plan twice', {'requiredServicePlanIds': [NOBODY, NOBODY]}), ('an unknown member', {'colour': 'red'}),
                         ('another name', {'uniqueName': 'north'}), ('state with a bad group', {'state': 'disabled', 'securityGroupId': NOBODY})):
        answer = a.patch(**change)
        check(f'refused: {what}', (answer.status, graph_code(answer)) == (400, 'Request_BadRequest'), answer)
    check('and nothing has changed', it.operate('GET', a.environment) == one)
    answer = it.operator('PATCH', f"{a.graph}/environments/{a.other['environment_id']}", {'state': 'disabled'})
    check("another tenant's environment is not there", answer.status == 404, answer)


def authority(a):
    it, w = a.it, a.w
    scope = f'{it.origin}/User.Read {it.origin}/Directory.ReadWrite.All'
    grant = it.operate('GET', f"{a.graph}/servicePrincipals?$filter=appId%20eq%20{w.tenant['app']['appId']}")['value'][0]['id']
    directory = it.operate('GET', f"{a.graph}/servicePrincipals?$filter=appId%20eq%2000000003-0000-0000-c000-000000000000")['value'][0]['id']
    it.operate('POST', f'{a.graph}/oauth2PermissionGrants', {'clientId': grant, 'resourceId': directory, 'consentType': 'AllPrincipals',
                                                             'scope': 'User.Read Directory.ReadWrite.All'})
    a.tokens = {n: Browser(it).sign_in(w.tenant, f'{n}@contoso.example', scope=f'openid {scope}').json()['access_token'] for n in ('ann', 'adm')}
    path = a.environment.removeprefix(f"/{w.tenant['id']}")
    for name, method in (('ann', 'GET'), ('ann', 'PATCH'), ('adm', 'PATCH')):
        answer = it.request(method, path, {'state': 'ready'} if method == 'PATCH' else None, bearer(a.tokens[name]))
        check(f'{method} by {name}, who administers nothing', (answer.status, graph_code(answer)) == (403, 'Authorization_RequestDenied'), answer)
    check('without a token', it.request('GET', a.environment).status == 401)
    it.operate('POST', f'{a.graph}/roleManagement/directory/roleAssignments', {
        'roleDefinitionId': '44367163-eba1-44c3-98af-f5787879f96a', 'principalId': a.ids['adm'], 'directoryScopeId': '/'})
    answer = it.request('PATCH', path, {'state': 'ready'}, bearer(a.tokens['adm']))
    check('a Dynamics 365 Administrator changes the environment', answer.status == 200 and answer.json()['state'] == 'ready', answer)
    answer = it.request('POST', f'/v1.0/subscribedSkus', {'skuPartNumber': 'X', 'prepaidUnits': {'enabled': 5}, 'servicePlans': [{'servicePlanName': 'p'}]},
                        bearer(a.tokens['adm']))
    check('nobody but the operator sells seats', answer.status == 403, answer)


def state(a):
    it, w = a.it, a.w
    check('ready: ann reads', a.asks('ann') == ADMITTED)
    check('state administration is taken', a.patch(state='administration').json()['state'] == 'administration')
    check('administration: ann is refused at once', a.asks('ann') == CLOSED)
    app = it.token(w.tenant)
    check('administration: a System Administrator enters', it.request('GET', f'{w.api}/new_cases', None, bearer(app)).status == 200)
    check('decisions say why', a.decides(a.ids['ann'], row=a.cases['ann']) == 'environment')
    a.patch(state='disabled')
    check('disabled: nobody enters', it.request('GET', f'{w.api}/new_cases', None, bearer(app)).status == 403 and a.asks('ann') == CLOSED)
    path = a.environment.removeprefix(f"/{w.tenant['id']}")
    answer = it.request('PATCH', path, {'state': 'ready'}, bearer(a.tokens['adm']))
    check('a disabled environment is enabled again', answer.status == 200 and a.asks('ann') == ADMITTED, answer)


def unanswered(a):
    """The log says what came of a change, not that it was asked for."""
    control = a.it.processes('control')[0]['pid']
    os.kill(control, signal.SIGSTOP)
    try:
        answer = a.patch(state='ready')
    finally:
        os.kill(control, signal.SIGCONT)
    check('a change that nobody answers', answer.status == 503, answer)
    told = lambda: [(e['result'], e.get('reason') or '') for e in a.it.audit_events('contoso.example') if e['op'] == 'update.environment']  # noqa: E731
    found, _ = eventually(lambda: told()[-1][0] == 'failure')
    check('is a failure in the log, the others are successes', found and 'not known' in told()[-1][1] and [r for r, _ in told()[:-1]] == ['success'] * 4, told())
    back, _ = eventually(lambda: a.patch(state='ready').status == 200)
    check('and then it is made', back)


def group(a):
    it, w = a.it, a.w
    inner, outer = (it.operate('POST', f'{a.graph}/groups', {'displayName': n, 'mailEnabled': False, 'mailNickname': n, 'securityEnabled': True})['id']
                    for n in ('inner', 'outer'))
    member = lambda g, o, method='POST': (it.operate('POST', f'{a.graph}/groups/{g}/members/$ref', {'@odata.id': f'{it.origin}/v1.0/directoryObjects/{o}'})
                                          if method == 'POST' else it.operate('DELETE', f'{a.graph}/groups/{g}/members/{o}/$ref'))
    member(outer, inner)
    member(outer, a.ids['ann'])
    member(inner, a.ids['bob'])
    stub = w.post('systemusers', {'domainname': 'stub@contoso.example', 'azureactivedirectoryobjectid': NOBODY})
    w.users['stub'] = stub
    w.give('stub', a.role, w.root)
    check('without a group a stub is decided for like a user', a.decides(stub, row=a.cases['ann']) == 'no_access')
    check('the group is set', a.patch(securityGroupId=outer).json()['securityGroupId'] == outer)
    check('a direct member enters', a.asks('ann') == ADMITTED)
    check('a member of a nested group does not', a.asks('bob') == CLOSED)
    check('an administrator of environments is exempt', a.asks('adm') == ADMITTED)
    check('an application user is exempt', it.request('GET', f'{w.api}/new_cases', None, bearer(it.token(w.tenant))).status == 200)
    check('a decision says why', a.decides(a.ids['bob'], row=a.cases['bob']) == 'environment_group')
    check('a stub fails the gate', a.decides(stub, row=a.cases['ann']) == 'environment_group')
    member(outer, a.ids['bob'])
    check('added: bob enters with the token he has', a.asks('bob') == ADMITTED)
    member(outer, a.ids['bob'], 'DELETE')
    check('removed: bob is refused at once', a.asks('bob') == CLOSED)
    it.person_make('contoso.example', 'eve')
    w.sign_in('eve')
    a.ids['eve'] = it.operate('GET', f'{a.graph}/users/eve@contoso.example')['id']
    count = lambda: len(w.get('systemusers'))
    before = count()
    check('who is not admitted leaves no user behind', a.asks('eve') == CLOSED and count() == before)
    member(outer, a.ids['eve'])
    check('a member arrives', w.ask('eve', 'GET', 'WhoAmI').status == 200 and count() == before + 1)
    identity = it.processes('identity')
    for p in identity:
        os.kill(p['pid'], signal.SIGKILL)
    back, _ = eventually(lambda: a.asks('ann') == ADMITTED)
    check('a killed directory comes back to its environments', back)
    member(outer, a.ids['ann'], 'DELETE')
    check('and tells them what changes', a.asks('ann') == CLOSED)
    check('the group is taken away', a.patch(securityGroupId=None).json()['securityGroupId'] is None and a.asks('bob') == ADMITTED)


def lost(a):
    """Who loses a gate is refused at once, shows as disabled soon, and comes back with the gate; what an administrator decides stays."""
    it, w = a.it, a.w
    crew = it.operate('POST', f'{a.graph}/groups', {'displayName': 'Crew', 'mailEnabled': False, 'mailNickname': 'crew', 'securityEnabled': True})['id']

    def member(who, method='POST'):
        tail = '$ref' if method == 'POST' else f'{a.ids[who]}/$ref'
        it.operate(method, f'{a.graph}/groups/{crew}/members/{tail}', {'@odata.id': f'{it.origin}/v1.0/users/{a.ids[who]}'} if method == 'POST' else None)

    def disabled(who):
        return it.operate('GET', f"{w.api}/systemusers({w.users[who]})?$select=isdisabled")['isdisabled']

    def becomes(who, want):
        return eventually(lambda: disabled(who) is want)[0]
    for who in ('ann', 'bob'):
        member(who)
    a.patch(securityGroupId=crew)
    check('members enter, and whoever was disabled before is enabled again', a.asks('bob') == ADMITTED and becomes('bob', False))
    member('bob', 'DELETE')
    check('dropped: refused at once, disabled soon', a.asks('bob') == CLOSED and becomes('bob', True))
    check('for the same reason as before', a.decides(a.ids['bob'], row=a.cases['bob']) == 'environment_group')
    member('bob')
    check('back: admitted at once, enabled soon', a.asks('bob') == ADMITTED and becomes('bob', False) and a.asks('bob') == ADMITTED)
    member('bob', 'DELETE')
    check('dropped again', becomes('bob', True))
    it.operate('PATCH', f"{w.api}/systemusers({w.users['bob']})", {'isdisabled': True})
    member('bob')
    check('whom an administrator has disabled meanwhile stays so', a.decides(a.ids['bob'], row=a.cases['bob']) == 'user_disabled' and a.asks('bob') == CLOSED)
    member('ann', 'DELETE')
    check('while another is synchronized', becomes('ann', True) and disabled('bob'))
    it.operate('PATCH', f"{w.api}/systemusers({w.users['bob']})", {'isdisabled': False})
    a.patch(securityGroupId=None)
    check('without a group everybody is back', becomes('ann', False) and a.asks('ann') == a.asks('bob') == ADMITTED)
    on = lambda: it.request('GET', f'{w.api}/WhoAmI', None, bearer(it.token(w.tenant), CallerObjectId=a.ids['bob']))  # noqa: E731
    check('acted for while the account is enabled', on().status == 200)
    it.operate('PATCH', f"{a.graph}/users/{a.ids['bob']}", {'accountEnabled': False})
    check('an account disabled: its token is refused at once', a.asks('bob') == CLOSED)
    check('nobody acts for it', (on().status, code(on())) == CLOSED)
    check('a decision about it says why', [a.decides(n, row=a.cases['bob']) for n in (a.ids['bob'], 'bob@contoso.example', w.users['bob'])] == ['user_disabled'] * 3)
    check('and its row is disabled soon', becomes('bob', True))
    it.operate('PATCH', f"{a.graph}/users/{a.ids['bob']}", {'accountEnabled': True})
    check('enabled, it is back', a.decides(a.ids['bob'], row=a.cases['bob']) is True and becomes('bob', False))
    a.ids['new'] = it.person_make('contoso.example', 'new')['id']
    w.sign_in('new')
    it.operate('PATCH', f"{a.graph}/users/{a.ids['new']}", {'accountEnabled': False})
    before = len(w.get('systemusers'))
    check('who is disabled before the first visit does not arrive', a.asks('new') == CLOSED and len(w.get('systemusers')) == before)
    it.person_make('contoso.example', 'del')
    w.sign_in('del')
    w.users['del'] = w.ask('del', 'GET', 'WhoAmI').json()['UserId']
    w.give('del', a.role, w.root)
    a.ids['del'] = it.operate('GET', f'{a.graph}/users/del@contoso.example')['id']
    check('another arrives', a.asks('del') == ADMITTED)
    it.operate('DELETE', f"{a.graph}/users/{a.ids['del']}")
    check('an account that is gone is refused like a disabled one', a.asks('del') == CLOSED and a.decides(w.users['del'], row=a.cases['bob']) == 'user_disabled'
          and becomes('del', True))
    stub = w.get('systemusers', filter="domainname eq 'stub@contoso.example'")
    check('a stub is let alone', len(stub) == 1 and not stub[0]['isdisabled'], stub)


def sell(a):
    it = a.it
    made = it.command('licence', 'add', it.folder, '--tenant', 'contoso.example', '--sku', 'SALES', '--plan', 'CRM,MAIL', '--seats', '2', '--json')
    basic = it.command('licence', 'add', it.folder, '--tenant', 'contoso.example', '--sku', 'BASIC', '--plan', f'READER={uuid.uuid4()}', '--seats', '5',
                       '--json')
    a.sku, a.basic = made['skuId'], basic['skuId']
    a.plans = {p['servicePlanName']: p['servicePlanId'] for s in (made, basic) for p in s['servicePlans']}
    listed = {s['skuPartNumber']: s for s in it.operate('GET', f'{a.graph}/subscribedSkus')['value']}
    check('the tenant sees what it has', listed['SALES']['prepaidUnits'] == {'enabled': 2, 'warning': 0, 'suspended': 0} and
          listed['SALES']['consumedUnits'] == 0 and {p['servicePlanName'] for p in listed['SALES']['servicePlans']} == {'CRM', 'MAIL'}, listed)
    check('another tenant does not', it.operate('GET', f"/{a.other['id']}/v1.0/subscribedSkus")['value'] == [])
    for what, body in (('without seats', {'skuPartNumber': 'Z', 'servicePlans': [{'servicePlanName': 'p'}]}),
                       ('seats that are no number', {'skuPartNumber': 'Z', 'prepaidUnits': {'enabled': '5'}, 'servicePlans': [{'servicePlanName': 'p'}]}),
                       ('without plans', {'skuPartNumber': 'Z', 'prepaidUnits': {'enabled': 5}, 'servicePlans': []}),
                       ('a known plan with another id', {'skuPartNumber': 'Z', 'prepaidUnits': {'enabled': 5},
                                                         'servicePlans': [{'servicePlanName': 'CRM', 'servicePlanId': NOBODY}]})):
        check(f'no product {what}', it.operator('POST', f'{a.graph}/subscribedSkus', body).status == 400)
    check('and nothing is left of it', len(it.operate('GET', f'{a.graph}/subscribedSkus')['value']) == 2)


def assign(a):
    it = a.it
    answer = a.licence('ann', add=[a.sku], off=[a.plans['MAIL']])
    check('a licence is given', answer.status == 200 and answer.json()['id'] == a.ids['ann'], answer)
    user = it.operate('GET', f"{a.graph}/users/{a.ids['ann']}?$select=assignedLicenses,assignedPlans,licenseAssignmentStates")
    check('assignedLicenses', user['assignedLicenses'] == [{'skuId': a.sku, 'disabledPlans': [a.plans['MAIL']]}], user)
    check('assignedPlans', {p['servicePlanId']: p['capabilityStatus'] for p in user['assignedPlans']} ==
          {a.plans['CRM']: 'Enabled', a.plans['MAIL']: 'Deleted'}, user)
    details = it.operate('GET', f"{a.graph}/users/{a.ids['ann']}/licenseDetails")['value']
    check('licenseDetails', [(d['skuPartNumber'], sorted((p['servicePlanName'], p['provisioningStatus']) for p in d['servicePlans'])) for d in details] ==
          [('SALES', [('CRM', 'Success'), ('MAIL', 'Disabled')])], details)
    answer = it.request('GET', '/v1.0/me/licenseDetails', None, bearer(a.tokens['ann']))
    check('a person sees their own', answer.status == 200 and len(answer.json()['value']) == 1, answer)
    answer = it.request('POST', f"/v1.0/users/{a.ids['ann']}/assignLicense", {'addLicenses': [{'skuId': a.basic}], 'removeLicenses': []},
                        bearer(a.tokens['ann']))
    check('and gives themselves none', answer.status == 403, answer)
    for what, add, remove, off in (('an unknown product', [NOBODY], [], ()), ('no id', ['x'], [], ()), ('a plan of another product', [a.basic], [], [a.plans['CRM']]),
                                   ('one that is not held', [], [a.basic], ()), ('added and removed', [a.sku], [a.sku], ())):
        answer = a.licence('ann', add, remove, off)
        check(f'refused: {what}', (answer.status, graph_code(answer)) == (400, 'Request_BadRequest'), answer)
    for body in ({'addLicenses': []}, {'removeLicenses': []}, {'addLicenses': [], 'removeLicenses': [], 'x': 1}, {'addLicenses': 1, 'removeLicenses': []}):
        check(f'refused: {body}', it.operator('POST', f"{a.graph}/users/{a.ids['ann']}/assignLicense", body).status == 400)
    answer = a.licence('ann', add=[a.basic, NOBODY])
    check('all or nothing', answer.status == 400 and
          len(it.operate('GET', f"{a.graph}/users/{a.ids['ann']}/licenseDetails")['value']) == 1, answer)
    for n in range(4):
        a.ids[f'seat{n}'] = it.person_make('contoso.example', f'seat{n}')['id']
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(a.licence(f'seat{n}', add=[a.sku]).status)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    taken = next(s for s in it.operate('GET', f'{a.graph}/subscribedSkus')['value'] if s['skuId'] == a.sku)['consumedUnits']
    check('no seat is sold twice', sorted(results) == [200, 400, 400, 400] and taken == 2, (results, taken))
    answer = it.operator('POST', f'{a.graph}/subscribedSkus', {'skuPartNumber': 'SALES', 'prepaidUnits': {'enabled': 1}, 'servicePlans': [{'servicePlanName': 'CRM'}]})
    check('seats that are taken stay', answer.status == 400, answer)
    winner = next(n for n in range(4) if it.operate('GET', f"{a.graph}/users/{a.ids[f'seat{n}']}/licenseDetails")['value'])
    it.operate('DELETE', f"{a.graph}/users/{a.ids[f'seat{winner}']}")
    check('who is deleted gives the seat back', a.licence('bob', add=[a.sku]).status == 200)
    a.licence('bob', remove=[a.sku])


def group_licences(a):
    """What a group has, its members have: all or nothing, one seat each, and at once."""
    it = a.it

    def sell_tools(seats):
        return it.command('licence', 'add', it.folder, '--tenant', 'contoso.example', '--sku', 'GRP', '--plan', 'TOOLS', '--seats', str(seats),
                          '--location', 'de,FR', '--json')
    made = sell_tools(1)
    sku, tools = made['skuId'], made['servicePlans'][0]['servicePlanId']
    check('a product for some countries', made['usageLocations'] == ['DE', 'FR'], made)
    crew = it.operate('POST', f'{a.graph}/groups', {'displayName': 'Tools', 'mailEnabled': False, 'mailNickname': 'tools', 'securityEnabled': True})['id']
    for name in ('pia', 'ron'):
        a.ids[name] = it.person_make('contoso.example', name)['id']
    join = lambda n: it.operate('POST', f'{a.graph}/groups/{crew}/members/$ref', {'@odata.id': f'{it.origin}/v1.0/users/{a.ids[n]}'})  # noqa: E731
    give = lambda add=(), remove=(), group=crew: it.operator('POST', f'{a.graph}/groups/{group}/assignLicense', {  # noqa: E731
        'addLicenses': [{'skuId': s} for s in add], 'removeLicenses': list(remove)})

    def told(name):
        user = it.operate('GET', f'{a.graph}/users/{a.ids[name]}?$select=assignedLicenses,licenseAssignmentStates')
        return [(s['skuId'], s['assignedByGroup'], s['state'], s['error']) for s in user['licenseAssignmentStates']], len(user['assignedLicenses'])
    taken = lambda: next(s for s in it.operate('GET', f'{a.graph}/subscribedSkus')['value'] if s['skuId'] == sku)['consumedUnits']  # noqa: E731
    join('pia')
    answer = give(add=[sku])
    check('a group gets a licence', answer.status == 202 and answer.json()['id'] == crew, answer)
    check('and shows it', it.operate('GET', f'{a.graph}/groups/{crew}?$select=assignedLicenses')['assignedLicenses'] == [{'skuId': sku, 'disabledPlans': []}])
    check('a member at no place has an error', told('pia') == ([(sku, crew, 'Error', 'ProhibitedInUsageLocationViolation')], 0) and taken() == 0, told('pia'))
    answer = a.licence('bob', add=[sku])
    check('nor is it given by hand there', answer.status == 400, answer)
    for name in ('pia', 'ron'):
        it.operate('PATCH', f'{a.graph}/users/{a.ids[name]}', {'usageLocation': 'DE'})
    again = lambda n: it.operator('POST', f'{a.graph}/users/{a.ids[n]}/reprocessLicenseAssignment').status  # noqa: E731
    check('tried again at one', again('pia') == 200 and told('pia') == ([(sku, crew, 'Active', 'None')], 1) and taken() == 1, told('pia'))
    join('ron')
    check('without a seat a new member has an error', told('ron') == ([(sku, crew, 'Error', 'CountViolation')], 0) and taken() == 1, told('ron'))
    wrong = it.operate('GET', f'{a.graph}/groups/{crew}/membersWithLicenseErrors')['value']
    check('which the group shows', [m['id'] for m in wrong] == [a.ids['ron']], wrong)
    a.patch(requiredServicePlanIds=[tools])
    row = a.cases['ann']
    check('the environment admits who has it', [a.decides(a.ids[n], row=row) for n in ('pia', 'ron')] == ['no_roles', 'no_licence'])
    sell_tools(2)
    check('a seat bought goes to who waits, and opens the environment', told('ron')[0][0][2] == 'Active' and a.decides(a.ids['ron'], row=row) == 'no_roles')
    check('by hand too: one seat for two ways', a.licence('ron', add=[sku]).status == 200 and taken() == 2 and len(told('ron')[0]) == 2, told('ron'))
    check('what a group gives is not taken by hand', a.licence('pia', remove=[sku]).status == 400)
    details = it.operate('GET', f"{a.graph}/users/{a.ids['pia']}/licenseDetails")['value']
    check('licenseDetails', [(d['skuPartNumber'], [p['provisioningStatus'] for p in d['servicePlans']]) for d in details] == [('GRP', ['Success'])], details)
    answer = it.operator('DELETE', f'{a.graph}/groups/{crew}')
    check('a group with licences is not deleted', (answer.status, graph_code(answer)) == (400, 'Request_BadRequest'), answer)
    it.operate('DELETE', f"{a.graph}/groups/{crew}/members/{a.ids['pia']}/$ref")
    check('who leaves loses it at once', told('pia') == ([], 0) and taken() == 1 and a.decides(a.ids['pia'], row=row) == 'no_licence')
    bad = [give(add=[NOBODY]), give(remove=[a.basic]), it.operator('POST', f'{a.graph}/groups/{crew}/assignLicense', {'addLicenses': []})]
    check('refused as for people', [b.status for b in bad] == [400] * 3 and give(add=[sku], group=NOBODY).status == 404, bad)
    for path in (f'groups/{crew}/assignLicense', f"users/{a.ids['ron']}/reprocessLicenseAssignment"):
        answer = it.request('POST', f'/v1.0/{path}', {'addLicenses': [], 'removeLicenses': []}, bearer(a.tokens['ann']))
        check(f'nobody does {path[-12:]} without the role', answer.status == 403, answer)
    check('taken from the group', give(remove=[sku]).status == 202 and told('ron') == ([(sku, None, 'Active', 'None')], 1) and
          it.operator('DELETE', f'{a.graph}/groups/{crew}').status == 204)
    a.licence('ron', remove=[sku])
    check('and the last by hand', taken() == 0)
    a.patch(requiredServicePlanIds=[])


def gate(a):
    it, w = a.it, a.w
    check('plans are set', a.patch(requiredServicePlanIds=[a.plans['CRM'], a.plans['READER']]).json()['requiredServicePlanIds'] ==
          [a.plans['CRM'], a.plans['READER']])
    check('a licensed person enters', a.asks('ann') == ADMITTED)
    licensed = lambda **q: {u['systemuserid'] for u in w.get('systemusers', select='systemuserid,islicensed', **q) if u['islicensed']}
    check('islicensed says who is', licensed() == {w.users['ann']} and licensed(filter='islicensed eq true') == {w.users['ann']}, licensed())
    check('an unlicensed one does not', a.asks('bob') == CLOSED and a.decides(a.ids['bob'], row=a.cases['bob']) == 'no_licence')
    check('an application user needs none', it.request('GET', f'{w.api}/new_cases', None, bearer(it.token(w.tenant))).status == 200)
    check('an unlicensed platform administrator is confined to administration', a.asks('adm') == BOUND and
          a.decides(a.ids['adm'], row=a.cases['adm']) == 'access_mode' and w.ask('adm', 'GET', 'WhoAmI').status == 200)
    check('a stub has no licence', a.decides(w.users['stub'], row=a.cases['ann']) == 'no_licence')
    a.licence('ann', add=[a.sku], off=[a.plans['CRM']])
    check('a plan turned off is none', a.asks('ann') == CLOSED)
    a.licence('ann', add=[a.sku])
    check('and on again', a.asks('ann') == ADMITTED)
    a.licence('ann', remove=[a.sku])
    check('a licence lost is felt at once', a.asks('ann') == CLOSED and not licensed())
    a.licence('ann', add=[a.basic])
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['bob']})", {'accessmode': 4})
    check('a non-interactive user needs none', a.asks('bob') == ADMITTED)
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['bob']})", {'accessmode': 0})


def bounds(a):
    it, w = a.it, a.w
    check('a plan without a row bounds nothing', a.asks('ann', f"new_cases({a.cases['ann']})", 'PATCH', {'new_number': 1})[0] == 204)
    for what, text in (('no JSON', '{'), ('an unknown right', '{"new_case":["Fly"]}'), ('an unknown table', '{"new_cat":["Read"]}'), ('no object', '[]'),
                       ('a number', '{"new_case":1}')):
        answer = it.operator('POST', f'{w.api}/serviceplans', {'serviceplanid': a.plans['READER'], 'name': 'Reader', 'bounds': text})
        check(f'bounds refused: {what}', answer.status == 400, answer)
    it.operate('POST', f'{w.api}/serviceplans', {'serviceplanid': a.plans['READER'], 'name': 'Reader',
                                                 'bounds': json.dumps({'new_case': ['Read'], '*': ['Read', 'Create', 'Append', 'AppendTo']})})
    check('Read is left', a.asks('ann') == ADMITTED)
    check('a named table hides the rest', a.asks('ann', 'new_cases', 'POST', {'new_title': 'x'}) == BOUND)
    check('other tables have what "*" leaves', a.asks('ann', 'new_notes', 'POST', {'new_title': 'x'})[0] == 204)
    check('Write is out of bounds, before the row is looked for', a.asks('ann', f'new_cases({NOBODY})', 'PATCH', {'new_number': 1}) == BOUND or
          a.asks('ann', f"new_cases({a.cases['ann']})", 'PATCH', {'new_number': 1}) == BOUND)
    check('a decision says so', a.decides(a.ids['ann'], 'write', row=a.cases['ann']) == 'licence_bound' and
          a.decides(a.ids['ann'], 'read', row=a.cases['ann']) is True)
    check('a bound grants nothing', a.decides(a.ids['ann'], 'read', row=a.cases['bob']) == 'no_access' and
          a.decides(a.ids['ann'], 'delete', 'new_note', NOBODY) in ('licence_bound', 'missing_privilege'))
    explained = it.operate('GET', f"{w.api}/systemusers({w.users['ann']})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t="
                           + "%7B'@odata.id':'new_cases(" .replace("'", '%22') + a.cases['ann'] + ")%22%7D")
    check('the access that would be granted', explained['AccessRights'] == 'ReadAccess', explained)
    it.operate('PATCH', f"{w.api}/serviceplans({a.plans['READER']})", {'bounds': '{"new_note":"*"}'})
    check('a list is bound like a row', a.asks('ann') == BOUND and a.asks('ann', f"new_cases({a.cases['ann']})") == BOUND)
    a.licence('ann', add=[a.sku])
    check('bounds of several plans unite', a.asks('ann') == ADMITTED)
    a.licence('ann', remove=[a.sku])
    it.operate('DELETE', f"{w.api}/serviceplans({a.plans['READER']})")
    check('the bound is gone', a.asks('ann') == ADMITTED)
    answer = w.ask('ann', 'POST', 'serviceplans', {'name': 'x', 'bounds': '{}'})
    check('bounds are not set by just anybody', answer.status == 403, answer)


def arrivals(a):
    it, w = a.it, a.w
    app = it.token(w.tenant)
    for name in ('fay', 'gil', 'hal', 'ivy'):
        a.ids[name] = it.person_make('contoso.example', name)['id']
    on = lambda who, path='WhoAmI': it.request('GET', f'{w.api}/{path}', None, bearer(app, CallerObjectId=a.ids.get(who, who)))
    users = lambda: {u['azureactivedirectoryobjectid'] for u in w.get('systemusers')}
    answer = on('fay')
    check('not acted for without a licence, and no user is made', (answer.status, code(answer)) == CLOSED and a.ids['fay'] not in users(), answer)
    check('a decision about her says why', a.decides(a.ids['fay'], row=a.cases['ann']) == 'no_licence' and a.ids['fay'] not in users())
    check('so does one by her UPN', a.decides('Fay@contoso.example', row=a.cases['ann']) == 'no_licence' and a.ids['fay'] not in users())
    for name in ('fay', 'gil', 'hal'):
        a.licence(name, add=[a.basic])
    answer = on('fay')
    check('acted for, she becomes a user of the root unit', answer.status == 200 and answer.json()['BusinessUnitId'] == w.root and a.ids['fay'] in users(), answer)
    answer = it.operator('GET', f"{w.api}/systemusers(azureactivedirectoryobjectid={a.ids['gil']})?$select=domainname,islicensed,_businessunitid_value")
    check('read by the directory\'s id, he becomes one', answer.status == 200 and answer.json()['domainname'] == 'gil@contoso.example' and
          answer.json()['_businessunitid_value'] == w.root, answer)
    check('who is nobody is not made', it.operator('GET', f'{w.api}/systemusers(azureactivedirectoryobjectid={NOBODY[:-1]}e)').status == 404)
    check('nor who is not admitted', it.operator('GET', f"{w.api}/systemusers(azureactivedirectoryobjectid={a.ids['ivy']})").status == 404)
    unit = w.post('businessunits', {'name': 'Sub', 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})
    answer = it.operator('POST', f'{w.api}/teams', {'name': 'T', 'businessunitid@odata.bind': f'businessunits({unit})',
                                                    'administratorid@odata.bind': f"systemusers(azureactivedirectoryobjectid={a.ids['hal']})"})
    check('bound, he becomes one', answer.status == 204 and a.ids['hal'] in users(), answer)
    check('the subject of a decision becomes one', a.decides(a.ids['hal'], row=a.cases['ann']) == 'no_roles')
    foreign = it.person_make('fabrikam.example', 'zoe')['id']
    check('a person of another tenant is nobody here', a.decides(foreign, row=a.cases['ann']) == 'tenant' and on(foreign).status == 403)


def audited(a):
    it, w = a.it, a.w
    seen = {e['op'] for e in it.audit_events('contoso.example')}
    check('the tenant\'s log has the changes', {'update.environment', 'assign.licence', 'create.sku'} <= seen, seen)
    here = it.audit_events('contoso.example', w.tenant['environment_id'])
    reasons = {e.get('reason') for e in here}
    told = {(e['op'], e.get('reason') or None) for e in here if e['op'].startswith('user.access_')}
    check('and who lost access, and has it again', {('user.access_lost', r) for r in ('environment_group', 'no_licence', 'user_disabled')} |
          {('user.access_regained', None)} == told, told)
    check('the environment\'s log has the refusals', {'no_licence', 'environment_group', 'environment', 'licence_bound'} <= reasons, reasons)


def main():
    it = Installation(sys.argv[1], 'admission').init().start()
    try:
        a = Admission(it)
        for part in (control_plane, authority, state, unanswered, group, lost, sell, assign, group_licences, gate, bounds, arrivals, audited):
            part(a)
        check('the audit log verifies', it.verify()[0] == 0)
    finally:
        it.close(show_log=steps.failed > 0)
    return steps.report(145)


if __name__ == '__main__':
    sys.exit(main())
