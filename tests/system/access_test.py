#!/usr/bin/env python3
"""Access decisions (OpenID AuthZEN) over the real service: an enforcement point asks, and every answer is compared with what the Web API
then does for that same person; batches, their semantics, what is refused, and the decision records in the audit log.
usage: access_test.py PROGRAM"""
import base64
import json
import sys
import urllib.parse

from installation import Browser, Installation, Steps, bearer, eventually

steps = Steps()
check = steps.check
REASONS = {'0x80040220': 'missing_privilege', '0x80048306': 'no_access', '0x80042f09': 'no_roles', '0x80040217': 'not_found'}
MISSING = '0198aaaa-0000-7000-8000-00000000abcd'


def entity(answer):
    header = answer.headers.get('OData-EntityId', '')
    return header[header.rfind('(') + 1:-1]


class World:
    """Two units, DE and FR; ada leads DE, ben is in it, fay is in FR, eve has no role. Each of the three owns one row."""

    def __init__(self, it):
        self.it, self.tenant = it, it.tenant_make('Contoso', 'contoso.example', 'sales')
        self.api, self.base, self.tokens, self.users, self.objects, self.rows = self.tenant['api'], '/e/sales/access/v1', {}, {}, {}, {}
        it.table_make(self.tenant, 'new_case', [('new_note', 'Memo')])
        named = it.operate('GET', f"{self.api}/EntityDefinitions(LogicalName='new_case')?$select=Privileges")['Privileges']
        self.privileges = {p['Name'][3:-len('new_case')]: p['PrivilegeId'] for p in named}
        self.root = self.get('businessunits')[0]['businessunitid']
        de, fr = [self.post('businessunits', {'name': n, 'parentbusinessunitid@odata.bind': f'businessunits({self.root})'}) for n in ('DE', 'FR')]
        seller = self.role('Seller', Create='Basic', Read='Basic', Write='Basic', Assign='Basic')
        leader = self.role('Leader', Read='Local', Share='Local')
        for name, unit, roles in (('ada', de, (seller, leader)), ('ben', de, (seller,)), ('fay', fr, (seller,)), ('eve', fr, ())):
            self.person(name, unit)
            for role in roles:
                self.give(name, role, unit)
            if roles:
                self.rows[name] = entity(self.ask(name, 'POST', 'new_cases', {'new_title': f'of {name}'}))
        self.point = it.token(self.tenant)

    def get(self, path, **query):
        return self.it.operate('GET', f'{self.api}/{path}?' + '&'.join(f'${k}={urllib.parse.quote(v)}' for k, v in query.items()))['value']

    def post(self, path, body):
        return self.it.operate('POST', f'{self.api}/{path}', body)

    def person(self, name, unit):
        self.it.person_make('contoso.example', name)
        answer = Browser(self.it).sign_in(self.tenant, f'{name}@contoso.example', scope=f'openid {self.it.origin}/e/sales/.default')
        self.tokens[name] = answer.json()['access_token']
        self.users[name] = self.ask(name, 'GET', 'WhoAmI').json()['UserId']
        row = self.it.operate('GET', f'{self.api}/systemusers({self.users[name]})')
        self.objects[name] = row['azureactivedirectoryobjectid']
        self.it.operate('PATCH', f'{self.api}/systemusers({self.users[name]})', {'businessunitid@odata.bind': f'businessunits({unit})'})

    def role(self, name, **depths):
        role = self.post('roles', {'name': name})
        self.post(f'roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole',
                  {'Privileges': [{'PrivilegeId': self.privileges[r], 'Depth': d} for r, d in depths.items()]})
        return role

    def give(self, name, role, unit):
        instance = self.get('roles', filter=f'_parentrootroleid_value eq {role} and _businessunitid_value eq {unit}')[0]['roleid']
        self.post(f'systemusers({self.users[name]})/systemuserroles_association/$ref', {'@odata.id': f'roles({instance})'})

    def ask(self, name, method, path, body=None):
        return self.it.request(method, f'{self.api}/{path}', body, bearer(self.tokens[name]))

    def access(self, path, body, token=None, **headers):
        return self.it.request('POST', f'{self.base}/{path}', body, bearer(token or self.point, **headers))

    def question(self, name, action, row=None, context=None, **properties):
        return {'subject': {'type': 'user', 'id': self.users.get(name, name)}, 'action': {'name': action},
                'resource': {'type': 'new_case', **({'id': row} if row else {}), **({'properties': properties} if properties else {})},
                **({'context': context} if context else {})}

    def decide(self, *arguments, **named):
        answer = self.access('evaluation', self.question(*arguments, **named))
        if answer.status != 200:
            raise SystemExit(f'evaluation: {answer}')
        said = answer.json()
        return said['decision'], said['context'].get('reason')


def done(w, name, action, row):
    """The Web API asked to do it: (whether it did, why not)."""
    target = {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': row}
    grant = {'Target': target, 'PrincipalAccess': {'AccessMask': 'ReadAccess', 'Principal': {
        '@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['eve']}}}
    request = {'read': ('GET', f'new_cases({row})', None), 'write': ('PATCH', f'new_cases({row})', {'new_note': 'x'}),
               'delete': ('DELETE', f'new_cases({row})', None), 'create': ('POST', 'new_cases', {'new_title': 'more'}),
               'assign': ('PATCH', f'new_cases({row})', {'ownerid@odata.bind': f"systemusers({w.owner_of(row)})"}),
               'share': ('POST', 'GrantAccess', grant)}[action]
    if action == 'write':  # an update without If-Match would make the missing row
        answer = w.it.request(request[0], f'{w.api}/{request[1]}', request[2], bearer(w.tokens[name], **{'If-Match': '*'}))
    else:
        answer = w.ask(name, *request)
    return (True, None) if answer.status < 300 else (False, REASONS.get(answer.json()['error']['code'], answer.body))


def compared(w):
    """Everybody, every row, every action: the decision is what the Web API does, and the reason is its reason."""
    owners = {row: w.users[name] for name, row in w.rows.items()}
    w.owner_of = lambda row: owners.get(row, w.users['ada'])
    count, wrong = 0, []
    for name in w.users:
        for row in [*w.rows.values(), MISSING]:
            for action in ('read', 'write', 'create', 'share', 'delete') + (('assign',) if row != MISSING else ()):
                said, did = w.decide(name, action, row), done(w, name, action, row)
                count += 1
                if said != did:
                    wrong.append((name, action, row, said, did))
    check(f'{count} answers are what the Web API does', not wrong and count == 92, (count, wrong[:4]))
    row = w.rows['fay']
    w.post('GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': row}, 'PrincipalAccess': {
        'AccessMask': 'WriteAccess, ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ben']}}})
    check('a share counts at once', w.decide('ben', 'write', row) == done(w, 'ben', 'write', row) == (True, None))


def names(w):
    row = w.rows['ada']
    for what, subject in (('UPN', {'type': 'user', 'id': 'ADA@contoso.example'}), ('object id', {'type': 'user', 'id': w.objects['ada']})):
        said = w.access('evaluation', {**w.question('ada', 'read', row), 'subject': subject}).json()
        check(f'a person by {what}', said['decision'] is True, said)
    for what, subject in (('stranger', {'type': 'user', 'id': 'nobody@contoso.example'}), ('GUID of nobody', {'type': 'user', 'id': MISSING}),
                          ('user as a team', {'type': 'team', 'id': w.users['ada']}), ('unknown type', {'type': 'spaceship', 'id': w.users['ada']})):
        said = w.access('evaluation', {**w.question('ada', 'read', row), 'subject': subject}).json()
        check(f'nobody here: {what}', (said['decision'], said['context']['reason']) == (False, 'tenant'), said)
    application = {'type': 'application', 'id': w.tenant['app']['appId']}
    said = w.access('evaluation', {**w.question('ada', 'delete', row), 'subject': application}).json()
    check('an application by its application id', said['decision'] is True, said)
    said = w.access('evaluation', {**w.question('ada', 'delete', row, {'channel': 'interactive'}), 'subject': application}).json()
    check('which has no interactive session', said['context'].get('reason') == 'access_mode', said)
    acts = {'on_behalf_of': {'type': 'user', 'id': w.users['fay']}}
    said = w.access('evaluation', {**w.question('ada', 'read', row, acts), 'subject': application}).json()
    check('on behalf of another: what both may', (said['decision'], said['context'].get('reason')) == (False, 'no_access'), said)
    said = w.access('evaluation', {**w.question('ada', 'read', w.rows['fay'], acts), 'subject': application}).json()
    check('and may', said['decision'] is True, said)
    check('who may not act for others', w.decide('ada', 'read', w.rows['fay'], acts) == (False, 'cannot_act_on_behalf'))


def by_upn(w):
    """A name is a person's of the directory, whether they have been here or not; nobody's and a foreigner's are told alike."""
    row, graph = w.rows['ada'], f"/{w.tenant['id']}/v1.0"

    def asked(name, **more):
        return w.access('evaluation', {**w.question('ada', 'read', row), 'subject': {'type': 'user', 'id': name}, **more}).json()

    def reason(name, **more):
        said = asked(name, **more)
        return said['decision'], said['context'].get('reason')
    users = lambda: {u['domainname']: u['systemuserid'] for u in w.get('systemusers')}  # noqa: E731
    made = w.it.person_make('contoso.example', 'ned')
    check('a person of the tenant who has never been here', reason('NED@Contoso.Example') == (False, 'no_roles') and 'ned@contoso.example' in users(), users())
    check('is the same one by either id', [reason(i) for i in (made['id'], users()['ned@contoso.example'])] == [(False, 'no_roles')] * 2)
    check('once only', len([u for u in w.get('systemusers') if u['domainname'] == 'ned@contoso.example']) == 1)
    w.it.tenant_make('Fabrikam', 'fabrikam.example', 'other')
    foreign = w.it.person_make('fabrikam.example', 'zoe')
    before = users()
    answers = [asked(n) for n in ('zoe@fabrikam.example', foreign['id'], 'nobody@contoso.example', 'nobody@nowhere.example', MISSING, 'x' * 300, '@')]
    check('a foreigner, an unknown one and no name at all are told alike, and nobody is made', all(a == answers[0] for a in answers)
          and (answers[0]['decision'], answers[0]['context']['reason']) == (False, 'tenant') and users() == before, answers)
    w.it.operate('PATCH', f"{graph}/users/{w.objects['ben']}", {'userPrincipalName': 'benjamin@contoso.example'})
    w.it.person_make('contoso.example', 'ben')
    own = {'resource': {'type': 'new_case', 'id': w.rows['ben']}}
    check('a name that changed hands is its new bearer', (reason('benjamin@contoso.example', **own), reason('ben@contoso.example', **own))
          == ((True, None), (False, 'no_roles')), (asked('benjamin@contoso.example', **own), asked('ben@contoso.example', **own)))
    stub = w.post('systemusers', {'domainname': 'stub@elsewhere.example'})
    check('a user that the directory does not know, by its domainname', reason('stub@elsewhere.example') == (False, 'no_roles') == reason(stub))
    behalf = {'subject': {'type': 'application', 'id': w.tenant['app']['appId']}}
    for name, want in (('ada@contoso.example', (True, None)), ('fay@contoso.example', (False, 'no_access')), ('zoe@fabrikam.example', (False, 'tenant'))):
        found = reason('', **behalf, context={'on_behalf_of': {'type': 'user', 'id': name}})
        check(f'on behalf of {name}', found == want, found)
    found = [asked('', subject={'type': 'contact', 'id': i}) for i in ('ada@contoso.example', MISSING)]
    check('contacts have no rights on tables, whoever they are', found[0] == found[1] and found[0]['context']['reason'] == 'no_table_permission', found)


def stored_only(w):
    row = w.rows['fay']
    check('an owner that the caller says is not believed', w.decide('ada', 'read', row, ownerid=w.users['ada']) == (False, 'no_access'))
    check('a row to be of another, whom Assign does not cover', w.decide('ada', 'create', ownerid=w.users['fay']) == (False, 'no_access'))
    refused = w.ask('ada', 'POST', 'new_cases', {'new_title': 'x', 'ownerid@odata.bind': f"systemusers({w.users['fay']})"})
    check('which the Web API refuses too', refused.status == 403, refused)
    check('a new owner must hold Read', w.decide('ada', 'create', ownerid=w.users['eve']) == (False, 'target_owner_lacks_read'))
    check('the unit follows the owner', w.decide('ada', 'create', owningbusinessunit=w.root) == (False, 'owning_bu_not_settable'))
    said = w.access('evaluation', {**w.question('ada', 'read', row), 'resource': {'type': 'no_table', 'id': row}}).json()
    check('a table that is not there', said['context'].get('reason') == 'not_found', said)
    check('an action that is none', w.decide('ada', 'burn', row) == (False, 'missing_privilege'))


def columns(w):
    w.it.operate('POST', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes", {
        '@odata.type': 'Microsoft.Dynamics.CRM.MemoAttributeMetadata', 'SchemaName': 'new_secret', 'IsSecured': True, 'MaxLength': 100,
        'DisplayName': {'LocalizedLabels': [{'Label': 'Secret', 'LanguageCode': 1033}]}})
    row = w.rows['ada']

    def said(action, names):
        question = w.question('ada', action, row)
        answer = w.access('evaluation', {**question, 'action': {'name': action, 'properties': {'columns': names}}})
        return (answer.json()['decision'], answer.json()['context'].get('reason')) if answer.status == 200 else answer.status
    check('columns that are not secured', [said(a, ['new_title', 'new_note']) for a in ('create', 'read', 'write')] == [(True, None)] * 3)
    found = [said(a, ['new_title', 'new_secret']) for a in ('create', 'read', 'write')]
    check('a secured one', found == [(False, 'column_create'), (False, 'column_filter'), (False, 'column_update')], found)
    answer = w.ask('ada', 'PATCH', f'new_cases({row})', {'new_secret': 'x'})
    check('which the Web API refuses too', answer.status == 403, answer)
    check('one that is not there, and one that is no text', (said('read', ['new_none']), said('read', [1])) == ((False, 'not_found'), 400))


def cells_and_masks(w):
    """A share of one cell, and a mask: decisions are what reads and writes through the Web API then do."""
    row, other = w.rows['ada'], entity(w.ask('ada', 'POST', 'new_cases', {'new_title': 'another'}))
    for r in (row, other):
        w.it.operate('PATCH', f'{w.api}/new_cases({r})', {'new_secret': '12345678'})
    column = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_secret')?$select=MetadataId")['MetadataId']

    def said(action, r, **more):
        question = {**w.question('ada', action, r), 'action': {'name': action, 'properties': {'columns': ['new_title', 'new_secret'], **more}}}
        answer = w.access('evaluation', question).json()
        return answer['decision'], answer['context'].get('reason'), answer['context'].get('masked')

    def reads(r, more=''):
        return w.ask('ada', 'GET', f'new_cases({r})?$select=new_secret{more}').json()['new_secret']
    cell = w.post('principalobjectattributeaccessset', {'attributeid': column, 'objectid_new_case@odata.bind': f'new_cases({row})',
                  'principalid_systemuser@odata.bind': f"systemusers({w.users['ada']})", 'readaccess': True, 'updateaccess': False})
    check('a cell that is shared is read, and no other', (said('read', row)[0], said('read', other)[1], reads(row), reads(other))
          == (True, 'column_filter', '12345678', None), (said('read', row), said('read', other)))
    check('and not written', said('write', row)[1] == 'column_update' and w.ask('ada', 'PATCH', f'new_cases({row})', {'new_secret': 'x'}).status == 403)
    w.it.operate('PATCH', f'{w.api}/principalobjectattributeaccessset({cell})', {'updateaccess': True})
    check('until its share says so', said('write', row)[0] is True and w.ask('ada', 'PATCH', f'new_cases({row})', {'new_secret': '87654321'}).status == 204)
    kind = {'type': 'new_case'}
    found = searched(w, 'resource', {'subject': {'type': 'user', 'id': w.users['ada']}, 'resource': kind,
                                     'action': {'name': 'read', 'properties': {'columns': ['new_secret']}}})[0]
    check('a search with columns finds that row alone', found == [row], found)
    rule = w.post('maskingrules', {'name': 'Tail', 'regularexpression': r'\d(?=\d{2})', 'maskedcharacter': '#'})
    w.post('attributemaskingrules', {'uniquename': 'new_tail', 'entityname': 'new_case', 'attributelogicalname': 'new_secret',
                                     'MaskingRuleId@odata.bind': f'maskingrules({rule})'})
    check('a mask is told', (said('read', row), reads(row)) == ((True, None, ['new_secret']), '######21'), said('read', row))
    check('beneath it reads who may', (said('read', row, unmasked=True)[1], reads(row, '&UnMaskedData=true')) == ('column_masked', '######21'))
    profile = w.post('fieldsecurityprofiles', {'name': 'Beneath'})
    w.post('fieldpermissions', {'fieldsecurityprofileid@odata.bind': f'fieldsecurityprofiles({profile})', 'entityname': 'new_case',
                                'attributelogicalname': 'new_secret', 'canread': 4, 'cancreate': 0, 'canupdate': 0, 'canreadunmasked': 1})
    w.post(f"systemusers({w.users['ada']})/systemuserprofiles_association/$ref", {'@odata.id': f'fieldsecurityprofiles({profile})'})
    check('and then nothing is masked', (said('read', row, unmasked=True), reads(row, '&UnMaskedData=true')) == ((True, None, None), '87654321'))
    check('but is for who does not ask', said('read', other) == (True, None, ['new_secret']) and reads(other) == '######78')
    answer = w.access('evaluation', {**w.question('ada', 'read', row), 'action': {'name': 'read', 'properties': {'unmasked': 'yes'}}})
    check('unmasked is a boolean', answer.status == 400, answer)
    w.it.operate('DELETE', f'{w.api}/new_cases({other})')


def refused(w):
    good = w.question('ada', 'read', w.rows['ada'])
    cases = [('no token', good, 401, None), ('a token that is none', good, 401, 'e.e.e'), ('who may not act for others', good, 403, w.tokens['ada']),
             ('no subject', {'action': good['action'], 'resource': good['resource']}, 400, w.point), ('text for JSON', '{', 400, w.point),
             ('nothing', '', 400, w.point)]
    for what, body, status, token in cases:
        headers = {'X-Request-ID': f'id of {what}', 'Content-Type': 'application/json', **(bearer(token) if token else {})}
        answer = w.it.request('POST', f'{w.base}/evaluation', body, headers)
        check(f'{what}: {status}, with the id of the request', (answer.status, answer.headers.get('X-Request-ID')) == (status, f'id of {what}'), answer)
    answer = w.it.request('POST', f'{w.base}/evaluation', '{}', {'Content-Type': 'text/plain', **bearer(w.point)})
    check('another content type: 400', answer.status == 400, answer)
    answer = w.access('evaluation', good, **{'X-Request-ID': 'abc'})
    check('an answer carries the id too, and is JSON', answer.headers.get('X-Request-ID') == 'abc'
          and answer.headers.get('Content-Type', '').startswith('application/json'), answer)
    answer = w.it.request('GET', f'{w.base}/evaluation', None, bearer(w.point))
    check('GET: 405', answer.status == 405, answer)


def batches(w):
    ada, fay = w.rows['ada'], w.rows['fay']
    items = [{'resource': {'type': 'new_case', 'id': row}} for row in (ada, fay, ada)]
    whole = {'subject': {'type': 'user', 'id': w.users['ada']}, 'action': {'name': 'read'}, 'evaluations': items}

    def said(**changed):
        answer = w.access('evaluations', {**whole, **changed})
        return [e['decision'] for e in answer.json()['evaluations']] if answer.status == 200 else answer
    check('all in order', said() == [True, False, True], said())
    check('until the first denial', said(options={'evaluations_semantic': 'deny_on_first_deny'}) == [True, False])
    check('until the first permit', said(options={'evaluations_semantic': 'permit_on_first_permit'}) == [True])
    answer = w.access('evaluations', {**whole, 'evaluations': [items[0], {}, {**items[0], 'action': {'name': 'delete'}}]}).json()['evaluations']
    check('an item that is no question fails alone', [a['decision'] for a in answer] == [True, False, False]
          and answer[1]['context']['error']['status'] == 400 and answer[2]['context']['reason'] == 'missing_privilege', answer)
    check('one epoch for all', len({a['context']['epoch'] for a in answer}) == 1, answer)
    answer = w.access('evaluations', {**whole, 'resource': items[0]['resource'], 'evaluations': []}).json()
    check('an empty array is a single question', answer['decision'] is True, answer)
    many = w.access('evaluations', {**whole, 'evaluations': items[:1] * 1000})
    check('a thousand', many.status == 200 and len(many.json()['evaluations']) == 1000, many)
    check('and no more', w.access('evaluations', {**whole, 'evaluations': items[:1] * 1001}).status == 400)


def searched(w, path, body, limit=None):
    """All pages; with what they hold, how many there were."""
    found, pages, page = [], 0, {'limit': limit} if limit is not None else {}
    while True:
        answer = w.access(f'search/{path}', {**body, 'page': page})
        if answer.status != 200:
            raise SystemExit(f'search {path}: {answer}')
        said, pages = answer.json(), pages + 1
        if limit and len(said['results']) > limit:
            raise SystemExit('a page longer than asked for')
        found += [r.get('id', r.get('name')) for r in said['results']]
        if not said['page']['next_token']:
            return found, pages
        page = {**page, 'token': said['page']['next_token']}


def searches(w):
    wrong, kind = [], {'type': 'new_case'}
    every = [r['new_caseid'] for r in w.get('new_cases', select='new_caseid')]
    for name in w.users:
        listed = [r['new_caseid'] for r in w.ask(name, 'GET', 'new_cases?$select=new_caseid').json().get('value', [])]
        for action in ('read', 'write', 'share', 'delete'):
            body = {'subject': {'type': 'user', 'id': w.users[name]}, 'action': {'name': action}, 'resource': kind}
            found, _ = searched(w, 'resource', body)
            want = [row for row in every if w.decide(name, action, row)[0]]
            if sorted(found) != sorted(want) or len(set(found)) != len(found) or (action == 'read' and sorted(found) != sorted(listed)):
                wrong.append((name, action, found, want, listed))
            if found and searched(w, 'resource', body, 1) != (found, len(found)):
                wrong.append((name, action, 'paged'))
    check('a search for rows finds those of which the answer is yes, and of Read those that a list shows', not wrong, wrong[:2])
    for name in ('ben', 'fay'):  # several readers of one row
        w.post('GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': w.rows['ada']}, 'PrincipalAccess': {
            'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users[name]}}})
    row, people = w.rows['ada'], {'subject': {'type': 'user'}, 'action': {'name': 'read'}, 'resource': {**kind, 'id': w.rows['ada']}}
    want = [w.users[n] for n in w.users if w.decide(n, 'read', row)[0]]
    check('three people read a row', len(want) == 3, want)
    check('a search for people', searched(w, 'subject', people)[0] == sorted(want, key=list(w.users.values()).index) and want, want)
    check('page by page', searched(w, 'subject', people, 1)[0] == want)
    want = [a for a in ('read', 'write', 'delete', 'assign', 'share', 'append', 'append_to') if w.decide('ada', a, row)[0]]
    actions = {'subject': {'type': 'user', 'id': w.users['ada']}, 'resource': people['resource']}
    check('a search for actions', searched(w, 'action', actions)[0] == want == searched(w, 'action', actions, 2)[0] and want, want)
    for what, path, body in (('unknown type of subject', 'subject', {**people, 'subject': {'type': 'spaceship'}}),
                             ('unknown subject', 'action', {**actions, 'subject': {'type': 'user', 'id': 'nobody'}}),
                             ('unknown type of resource', 'resource', {**people, 'subject': actions['subject'], 'resource': {'type': 'nothing'}}),
                             ('unknown row', 'subject', {**people, 'resource': {**kind, 'id': MISSING}})):
        check(f'nothing found: {what}', searched(w, path, body) == ([], 1))
    acting = {'subject': {'type': 'application', 'id': w.tenant['app']['appId']}, 'action': {'name': 'read'}, 'resource': kind,
              'context': {'on_behalf_of': {'type': 'user', 'id': w.users['fay']}}}
    want = [row for row in every if w.decide('fay', 'read', row)[0]]
    check('on behalf of another: the rows of both', sorted(searched(w, 'resource', acting)[0]) == sorted(want) and want, want)
    token = w.access('search/subject', {**people, 'page': {'limit': 1}}).json()['page']['next_token']
    altered = [{'page': {'token': token, 'limit': 2}}, {'page': {'token': token}, 'action': {'name': 'write'}},
               {'page': {'token': token[:-2] + ('AA' if token[-2:] != 'AA' else 'BB')}}, {'page': {'token': token}, 'context': {'ip': '::1'}}]
    check('a token goes on without its limit', w.access('search/subject', {**people, 'page': {'token': token}}).status == 200)
    answers = [w.access('search/subject', {**people, **c}) for c in altered]
    check('altered: 400', [a.status for a in answers] == [400] * 4, answers)


def part(token, n):
    text = token.split('.')[n]
    return json.loads(base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)))


def described(w):
    address = '/.well-known/authzen-configuration'
    answer = w.it.request('GET', f'{address}/e/sales')
    said, base = answer.json(), f'{w.it.origin}/e/sales'
    signed = said.pop('signed_metadata')
    want = {'policy_decision_point': base, **{f'{n}_endpoint': f'{base}/access/v1/{p}' for n, p in (
        ('access_evaluation', 'evaluation'), ('access_evaluations', 'evaluations'), ('search_subject', 'search/subject'),
        ('search_resource', 'search/resource'), ('search_action', 'search/action'))}}
    check('the decision point is described at its well-known address', answer.status == 200 and said == want
          and answer.headers['Content-Type'].startswith('application/json'), answer)
    claims, keys = part(signed, 1), w.it.request('GET', f"/{w.tenant['id']}/discovery/v2.0/keys").json()['keys']
    check('signed by the tenant, with nothing but what stands beside it', part(signed, 0)['kid'] in {k['kid'] for k in keys}
          and {k: v for k, v in claims.items() if k not in ('iss', 'tid', 'iat')} == want
          and (claims['iss'], claims['tid']) == (f"{w.it.origin}/{w.tenant['id']}/v2.0", w.tenant['id']), claims)
    answers = [w.it.request('GET', f'{w.api}/WhoAmI', None, bearer(signed)), w.access('evaluation', w.question('ada', 'read', w.rows['ada']), signed),
               w.it.request('GET', f"/{w.tenant['id']}/openid/userinfo", None, bearer(signed))]
    check('and no token for anything', [a.status for a in answers][:2] == [401, 401] and answers[2].status in (401, 404), answers)
    answer = w.it.request('GET', f'{address}/e/sales', None, {'X-Request-ID': 'abc'})
    check('with the id of the request', answer.headers.get('X-Request-ID') == 'abc', answer)
    host = w.it.origin.replace('https://', 'https://sales.')
    said = w.it.request('GET', address, None, {'Host': host.removeprefix('https://')}).json()
    check('whose own metadata are signed, too', part(said['signed_metadata'], 1)['policy_decision_point'] == host, said)
    check('and on a host of its own', said['policy_decision_point'] == host
          and said['search_action_endpoint'] == f'{host}/access/v1/search/action', said)
    missing = [w.it.request('GET', address + path).status for path in ('', '/contoso.example', '/e/nothing', '/e/sales/more')]
    check('no other has one', missing == [404] * 4, missing)


def audited(w):
    def told():
        events = [e for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id']) if e['op'] in ('decide.access', 'refuse.request')]
        reasons = {(e['op'], e['reason']) for e in events}
        return {('decide.access', r) for r in ('tenant', 'no_access', 'missing_privilege', 'not_found', 'cannot_act_on_behalf')} | {
            ('refuse.request', 'cannot_act_on_behalf')} <= reasons
    check('each denial is a decision record', bool(eventually(told)[0]))
    check('the log verifies', w.it.verify()[0] == 0)


def main():
    it = Installation(sys.argv[1], 'access').init()
    try:
        it.start()
        w = World(it)
        compared(w)
        names(w)
        by_upn(w)
        stored_only(w)
        columns(w)
        cells_and_masks(w)
        refused(w)
        batches(w)
        searches(w)
        described(w)
        audited(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(30)


sys.exit(main())
