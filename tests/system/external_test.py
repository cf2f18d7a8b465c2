#!/usr/bin/env python3
"""External resource types (AuthZEN) over the real service: declared through the Web API, asked about by an enforcement point. The first part
has the fixture of the published certification scenario and everything that its levels Basic, Batch and Search ask of an answer; the second
what is ours: who may declare, what is refused, that what is said of an external type never touches a table.
usage: external_test.py PROGRAM"""
import itertools
import json
import sys

from installation import Installation, Steps, bearer, eventually
from world import World, code

steps = Steps()
check = steps.check
READ = "subject/id in ('alice','bob') and action/name eq 'read'"
OWN = "subject/id eq 'alice' and (action/name eq 'write' and resource/properties/status ne 'archived' or action/name eq 'delete' and action/properties/soft eq true)"
ADMIN = "action/name eq 'write' and resource/properties/status eq 'archived' and subject/properties/role eq 'admin'"
ALICE, BOB = {'type': 'user', 'id': 'alice'}, {'type': 'user', 'id': 'bob'}
FIRST, SECOND = {'type': 'record', 'id': 'record-1'}, {'type': 'record', 'id': 'record-2'}
ARCHIVED = {**SECOND, 'properties': {'status': 'archived'}}
ADMINISTRATOR = {**BOB, 'properties': {'role': 'admin'}}
CONTEXT = {'time': '2025-06-27T18:03-07:00', 'ip': '192.168.1.1'}


class Point:
    """The enforcement point."""

    def __init__(self, it, tenant):
        self.it, self.token = it, it.token(tenant)

    def post(self, path, body, **headers):
        return self.it.request('POST', f'/e/sales/access/v1/{path}', body, bearer(self.token, **headers))

    def evaluate(self, subject, action, resource, **more):
        name = action if isinstance(action, dict) else {'name': action}
        answer = self.post('evaluation', {'subject': subject, 'action': name, 'resource': resource, **more})
        return answer.json()['decision'] if answer.status == 200 else answer

    def reason(self, subject, action, resource, **more):
        said = self.post('evaluation', {'subject': subject, 'action': {'name': action}, 'resource': resource, **more}).json()
        return said['context']['reason'] if 'context' in said else said['decision']

    def batch(self, items, **more):
        answer = self.post('evaluations', {**more, 'evaluations': items})
        return [e['decision'] for e in answer.json()['evaluations']] if answer.status == 200 else answer

    def search(self, path, body):
        """All pages: ids or names."""
        found, page = [], body.get('page', {})
        while True:
            answer = self.post(f'search/{path}', {**body, 'page': page})
            if answer.status != 200:
                return answer
            said = answer.json()
            wanted = {'subject': body['subject'].get('type'), 'resource': body.get('resource', {}).get('type')}.get(path)
            if wanted and any(r['type'] != wanted for r in said['results']):
                return answer
            found += [r['name'] if path == 'action' else r['id'] for r in said['results']]
            if not said['page']['next_token']:
                return found
            page = {**page, 'token': said['page']['next_token']}


def declare(w):
    """The fixture: two users, two records, one policy."""
    user = w.post('externaltypes', {'name': 'user'})
    record = w.post('externaltypes', {'name': 'record', 'policy': f'{READ} or {OWN} or {ADMIN}', 'actions': 'read, write,delete'})
    for kind, name, properties in ((user, 'alice', None), (user, 'bob', {'role': 'admin'}), (record, 'record-1', {'status': 'active'}),
                                   (record, 'record-2', {'status': 'archived'})):
        w.post('externalentities', {'name': name, 'externaltypeid@odata.bind': f'externaltypes({kind})',
                                    **({'properties': json.dumps(properties)} if properties else {})})
    return user, record


def basic(p):
    soft = lambda yes: {'name': 'delete', 'properties': {'soft': yes}}  # noqa: E731
    for what, want, *question in (
            ('the first user reads', True, ALICE, 'read', FIRST), ('and writes', True, ALICE, 'write', FIRST), ('the second reads', True, BOB, 'read', FIRST),
            ('and does not write', False, BOB, 'write', FIRST), ('what is archived is not written', False, ALICE, 'write', ARCHIVED),
            ('but by who says to be an admin', True, ADMINISTRATOR, 'write', ARCHIVED), ('an action with a property', True, ALICE, soft(True), FIRST),
            ('and another value of it', False, ALICE, soft(False), FIRST), ('and without it', False, ALICE, 'delete', FIRST)):
        check(what, p.evaluate(*question) is want, p.evaluate(*question))
    check('any context', p.evaluate(ALICE, 'read', FIRST, context=CONTEXT) is True)
    check('a context of names that tables use otherwise', p.evaluate(ALICE, 'read', FIRST, context={'channel': 7, 'on_behalf_of': 'x'}) is True)
    check('more properties', p.evaluate({**ALICE, 'properties': {'department': 'Sales', 'role': 'manager'}},
                                        {'name': 'read', 'properties': {'method': 'GET', 'columns': 7}},
                                        {**FIRST, 'properties': {'status': 'active', 'owner': 'bob'}}) is True)
    check('more members', p.evaluate(ALICE, 'read', FIRST, foo='bar', futureField={'nested': True}) is True)
    answer = p.post('evaluation', {'subject': ALICE, 'action': {'name': 'read'}, 'resource': FIRST}, **{'X-Request-ID': 'abc-1'})
    check('JSON with the id of the request', (answer.headers['Content-Type'].split(';')[0], answer.headers['X-Request-ID']) == ('application/json', 'abc-1'))
    check('the same again', [p.evaluate(BOB, 'write', FIRST) for _ in range(4)] == [False] * 4)


def refused(p):
    whole = {'subject': ALICE, 'action': {'name': 'read'}, 'resource': FIRST}
    parts = [('subject', {'id': 'alice'}), ('subject', {'type': 'user'}), ('subject', 'alice'), ('action', {}), ('action', {'name': 123}),
             ('resource', {'id': 'record-1'}), ('resource', {'type': 'record'}), ('context', []), ('subject', {**ALICE, 'properties': 1})]
    bodies = [{k: v for k, v in whole.items() if k != missing} for missing in whole] + [{**whole, k: v} for k, v in parts] + ['{', '']
    answers = [p.post('evaluation', body) for body in bodies]
    check('what is no question', [a.status for a in answers] == [400] * len(bodies), answers)
    answer = p.it.request('POST', '/e/sales/access/v1/evaluation', json.dumps(whole), {**bearer(p.token), 'Content-Type': 'text/plain'})
    check('another content type', answer.status == 400, answer)
    searches = [('subject', {'subject': {'type': 'user'}, 'resource': FIRST}), ('resource', {'action': {'name': 'read'}, 'resource': {'type': 'record'}}),
                ('action', {'subject': ALICE}), ('subject', {'subject': {'type': 'user'}, 'action': {'name': 'read'}, 'resource': {'type': 'record'}}),
                ('resource', {'subject': {'type': 'user'}, 'action': {'name': 'read'}, 'resource': {'type': 'record'}}),
                ('action', {'subject': {'type': 'user'}, 'resource': FIRST})]
    answers = [p.post(f'search/{path}', body) for path, body in searches]
    check('what is no search', [a.status for a in answers] == [400] * len(searches), answers)


def batches(p):
    read, write, only = {'name': 'read'}, {'name': 'write'}, lambda *rs: [{'resource': r} for r in rs]  # noqa: E731
    check('each item in its order', p.batch([{'action': read}, {'action': write}], subject=BOB, resource=FIRST) == [True, False])
    check('resources with properties', p.batch(only({**FIRST, 'properties': {'status': 'active'}}, ARCHIVED), subject=ALICE, action=write) == [True, False])
    check('subjects with properties', p.batch([{'subject': ALICE}, {'subject': ADMINISTRATOR}], action=write, resource=ARCHIVED) == [False, True])
    check('no defaults', p.batch([{'subject': ALICE, 'action': read, 'resource': FIRST}, {'subject': BOB, 'action': write, 'resource': FIRST}]) == [True, False])
    check('contexts', p.batch([*only(FIRST), {'resource': SECOND, 'context': {'source': 'mine'}}], subject=ALICE, action=read, context=CONTEXT) == [True, True])
    check('a default is taken whole', p.batch([{}, {'resource': ARCHIVED}], subject=ALICE, action=write,
                                              resource={**FIRST, 'properties': {'status': 'active'}}) == [True, False])
    check('an item that is none', p.batch([*only(FIRST), {}], subject=ALICE, action=read, options={'evaluations_semantic': 'execute_all'}) == [True, False])
    for more in ({}, {'evaluations': []}):
        said = p.post('evaluations', {'subject': ALICE, 'action': read, 'resource': FIRST, **more}).json()
        check('without items a single question', said['decision'] is True, said)


def searches(p):
    people, records = {'subject': {'type': 'user'}, 'action': {'name': 'read'}, 'resource': FIRST}, {'action': {'name': 'read'}, 'resource': {'type': 'record'}}
    actions = {'subject': ALICE, 'resource': FIRST}
    check('who reads', p.search('subject', people) == ['alice', 'bob'], p.search('subject', people))
    check('with a context, and an id that does not count', p.search('subject', {**people, 'subject': ALICE, 'context': CONTEXT}) == ['alice', 'bob'])
    check('page by page', p.search('subject', {**people, 'page': {'limit': 1}}) == ['alice', 'bob'])
    check('who writes what is archived', p.search('subject', {**people, 'action': {'name': 'write'}, 'resource': ARCHIVED}) == ['bob'])
    check('what is said of whom one looks for does not count', p.search('subject', {**people, 'subject': {'type': 'user', 'properties': {'role': 'admin'}},
          'action': {'name': 'write'}, 'resource': ARCHIVED}) == ['bob'])
    check('what is read', p.search('resource', {**records, 'subject': ALICE}) == ['record-1', 'record-2'])
    check('with an id and a context', p.search('resource', {'action': {'name': 'read'}, 'resource': FIRST, 'subject': ALICE, 'context': CONTEXT}) == ['record-1', 'record-2'])
    check('what is written', p.search('resource', {**records, 'action': {'name': 'write'}, 'subject': ALICE}) == ['record-1'])
    check('by an admin', p.search('resource', {**records, 'action': {'name': 'write'}, 'subject': ADMINISTRATOR}) == ['record-2'])
    check('what may be done', p.search('action', actions) == ['read', 'write'] == p.search('action', {**actions, 'context': CONTEXT, 'page': {'limit': 1}}))
    check('by an admin, too', p.search('action', {'subject': ADMINISTRATOR, 'resource': ARCHIVED}) == ['read', 'write'])
    nobody, ship = {'type': 'user', 'id': 'nonexistent'}, {'type': 'spaceship', 'id': 'alice'}
    nothing = [p.search(*s) for s in (
        ('action', {**actions, 'subject': nobody}), ('action', {**actions, 'subject': ship}), ('action', {**actions, 'resource': ship}),
        ('action', {**actions, 'resource': {'type': 'record', 'id': 'none'}}), ('resource', {**records, 'subject': nobody}),
        ('resource', {**records, 'subject': ship}), ('resource', {**records, 'subject': ALICE, 'resource': {'type': 'spaceship'}}),
        ('subject', {**people, 'subject': {'type': 'spaceship'}}), ('subject', {**people, 'resource': {'type': 'record', 'id': 'none'}}),
        ('subject', {**people, 'resource': ship}))]
    check('nothing is found of what is not known', nothing == [[]] * len(nothing), nothing)
    token = p.post('search/subject', {**people, 'page': {'limit': 1}}).json()['page']['next_token']
    answer = p.post('search/subject', {**people, 'resource': SECOND, 'page': {'token': token}})
    check('a token of another search', answer.status == 400, answer)


def agree(p):
    """Every answer of a search is one of the evaluation, and nothing is missing."""
    wrong = []
    for subject, resource in itertools.product((ALICE, BOB), (FIRST, SECOND)):
        for action in ('read', 'write', 'delete'):
            yes = p.evaluate(subject, action, resource)
            seen = [subject['id'] in p.search('subject', {'subject': {'type': 'user'}, 'action': {'name': action}, 'resource': resource}),
                    resource['id'] in p.search('resource', {'subject': subject, 'action': {'name': action}, 'resource': {'type': 'record'}}),
                    action in p.search('action', {'subject': subject, 'resource': resource})]
            if seen != [yes] * 3:
                wrong.append((subject, action, resource, yes, seen))
    check('searches and evaluations agree', not wrong, wrong)


def closed(w, p, record):
    """What is not known, switched off, or without a policy allows nothing."""
    check('a subject of a type that is not declared', p.reason({'type': 'spaceship', 'id': 'alice'}, 'read', FIRST) == 'tenant')
    check('a declared type hides the people of the environment', p.reason({'type': 'user', 'id': w.users['fay']}, 'read', FIRST) is False)
    check('a policy that does not allow has nothing to add', p.reason(BOB, 'write', FIRST) is False)
    check('an entity that is not stored is judged by what is said of it', [p.evaluate(ALICE, 'write', {'type': 'record', 'id': 'new', 'properties': {'status': s}})
          for s in ('active', 'archived')] == [True, False] and p.evaluate(ALICE, 'write', {'type': 'record', 'id': 'new'}) is False)
    check('what is said comes before what is stored', p.evaluate(ALICE, 'write', {**FIRST, 'properties': {'status': 'archived'}}) is False)
    check('another type for a property', p.evaluate(ALICE, 'write', {**FIRST, 'properties': {'status': 7}}) is False)
    for change, reason in (({'isenabled': False}, 'tenant'), ({'isenabled': True}, True), ({'policy': None}, False),
                           ({'policy': "action/name ne 'x'"}, True), ({'policy': READ}, True)):
        w.it.operate('PATCH', f'{w.api}/externaltypes({record})', change)
        check(f'{change} holds at once', p.reason(ALICE, 'read', FIRST) == reason, p.reason(ALICE, 'read', FIRST))


def principals(w, p):
    """People, teams and applications of the environment ask for external resources: by what is stored of them, whatever they are called."""
    fay, gil = w.users['fay'], w.users['gil']
    user = w.get('externaltypes', filter="name eq 'user'")[0]['externaltypeid']
    w.it.operate('PATCH', f'{w.api}/externaltypes({user})', {'isenabled': False})
    team = w.post('teams', {'name': 'Crew', 'teamtype': 0})
    w.post(f'teams({team})/Microsoft.Dynamics.CRM.AddMembersTeam', {'Members': [{'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': gil}]})
    policy = (f"action/name eq 'open' and 'Seller' in subject/properties/roles or action/name eq 'crew' and '{team}' in subject/properties/teams"
              f" or action/name eq 'self' and subject/id eq resource/properties/owner or action/name eq 'admin' and subject/properties/role eq 'admin'"
              f" or action/name eq 'root' and subject/properties/businessunit eq '{w.root}' and subject/type eq 'user'"
              f" or action/name eq 'app' and subject/properties/applicationid eq '{w.tenant['app']['appId']}'")
    door = w.post('externaltypes', {'name': 'door', 'policy': policy, 'actions': 'open,crew,self,root,app'})
    w.post('externalentities', {'name': 'd1', 'properties': json.dumps({'owner': fay}), 'externaltypeid@odata.bind': f'externaltypes({door})'})
    d1 = {'type': 'door', 'id': 'd1'}
    named = [{'type': 'user', 'id': i} for i in (fay, w.it.operate('GET', f'{w.api}/systemusers({fay})')['azureactivedirectoryobjectid'], 'FAY@contoso.example')]
    for action, want in (('open', True), ('self', True), ('root', True), ('crew', False), ('app', False)):
        check(f'{action} by any name of hers', [p.evaluate(s, action, d1) for s in named] == [want] * 3)
    check('what is said of her does not count', p.evaluate({**named[0], 'properties': {'role': 'admin', 'roles': ['Seller']}}, 'admin', d1) is False
          and p.evaluate({'type': 'user', 'id': gil, 'properties': {'roles': ['Seller']}}, 'open', d1) is False)
    check('a member of the team, and the team', [p.evaluate(s, 'crew', d1) for s in ({'type': 'user', 'id': gil}, {'type': 'team', 'id': team})] == [True, False])
    app = {'type': 'application', 'id': w.tenant['app']['appId']}
    check('an application', p.evaluate(app, 'app', d1) is True and p.evaluate(app, 'open', d1) is False)
    check('nobody here', [p.reason(s, 'open', d1) for s in ({'type': 'user', 'id': 'nobody@contoso.example'}, {'type': 'application', 'id': gil},
          {'type': 'contact', 'id': gil}, {'type': 'spaceship', 'id': gil})] == ['tenant'] * 4)
    found = p.search('subject', {'subject': {'type': 'user'}, 'action': {'name': 'root'}, 'resource': d1})
    check('who may, page by page', set(found) == {fay, gil} and found == p.search('subject', {'subject': {'type': 'user'}, 'action': {'name': 'root'},
          'resource': d1, 'page': {'limit': 1}}), found)
    check('what she may, and where', p.search('action', {'subject': named[2], 'resource': d1}) == ['open', 'self', 'root']
          and p.search('resource', {'subject': named[1], 'action': {'name': 'open'}, 'resource': {'type': 'door'}}) == ['d1'])
    w.it.operate('PATCH', f'{w.api}/systemusers({fay})', {'isdisabled': True})
    check('the gates hold', p.reason(named[0], 'open', d1) == 'user_disabled' and p.search('action', {'subject': named[0], 'resource': d1}) == [])
    w.it.operate('PATCH', f'{w.api}/systemusers({fay})', {'isdisabled': False})
    new = w.it.person_make('contoso.example', 'hob')
    check('a person who has not been here arrives', p.evaluate({'type': 'user', 'id': 'hob@contoso.example'}, 'root', d1) is True
          and any(u['azureactivedirectoryobjectid'] == new['id'] for u in w.get('systemusers')))
    w.it.operate('PATCH', f'{w.api}/externaltypes({user})', {'isenabled': True})


def tables(w, p):
    """A table's name means the table, whatever is said or declared."""
    row = w.get('new_cases', select='new_caseid')[0]['new_caseid']
    case = {'type': 'new_case', 'id': row, 'properties': {'ownerid': w.users['fay'], 'status': 'active'}}
    fay = {'type': 'user', 'id': w.users['fay'], 'properties': {'role': 'System Administrator'}}
    check('what is said of a row does not count', p.reason(fay, 'read', case) == 'no_access')
    check('nor is an external subject anybody for a table', p.reason(ALICE, 'read', case) == 'tenant')
    answer = p.post('evaluation', {'subject': fay, 'action': {'name': 'read'}, 'resource': case, 'context': {'channel': 'fax'}})
    check('a context that is none for a table', answer.status == 400, answer)
    answers = p.post('evaluations', {'action': {'name': 'read'}, 'context': {'channel': 'fax'},
                                     'evaluations': [{'subject': ALICE, 'resource': FIRST}, {'subject': fay, 'resource': case}]}).json()['evaluations']
    check('and in a batch for its item alone', [a['decision'] for a in answers] == [True, False] and answers[1]['context']['error']['status'] == 400, answers)
    w.post('externaltypes', {'name': 'new_later', 'policy': '1 eq 1'})
    later = {'type': 'new_later', 'id': 'x'}
    check('a type', p.evaluate(ALICE, 'read', later) is True)
    w.it.table_make(w.tenant, 'new_later', ())
    check('and the table that takes its name', p.reason(ALICE, 'read', later) == 'tenant')


def declared(w, user):
    """Who may declare, and what."""
    def post(path, body, name=None):
        answer = w.ask(name, 'POST', path, body) if name else w.it.operator('POST', f'{w.api}/{path}', body)
        return answer.status
    bind = {'externaltypeid@odata.bind': f'externaltypes({user})'}
    bad = [('externaltypes', b) for b in ({}, {'name': ''}, {'name': 'new_case'}, {'name': 'systemuser'}, {'name': 'x', 'policy': "subject eq 'a'"},
                                          {'name': 'x', 'policy': 'not'}, {'name': 'x', 'policy': ''}, {'name': 'x', 'actions': 'a,,b'}, {'name': 'x', 'policy': '1 eq 1 or ' * 800 + '1 eq 1'},
                                          {'name': 'n' * 257})]
    bad += [('externalentities', {**bind, **b}) for b in ({}, {'name': 'c', 'properties': '[]'}, {'name': 'c', 'properties': '{'}, {'name': 'c', 'properties': ''},
                                                         {'name': 'c', 'properties': json.dumps({'a': [1] * 300})}, {'name': 'n' * 257})]
    bad += [('externalentities', {'name': 'c'})]
    found = [post(*b) for b in bad]
    check('what is none', found == [400] * len(bad), list(zip(found, bad)))
    check('twice', [post('externaltypes', {'name': 'user'}), post('externalentities', {'name': 'bob', **bind})] == [412, 412])
    check('of a type that is not there', post('externalentities', {'name': 'c', 'externaltypeid@odata.bind': 'externaltypes(0198aaaa-0000-7000-8000-00000000abcd)'}) == 404)
    check('another name later', w.it.operator('PATCH', f'{w.api}/externaltypes({user})', {'name': 'person'}).status == 400)
    for who in ('fay', 'gil'):
        entity = w.get('externalentities', filter="name eq 'bob'")[0]['externalentityid']
        answers = [w.ask(who, 'POST', 'externaltypes', {'name': 'y'}), w.ask(who, 'PATCH', f'externaltypes({user})', {'policy': '1 eq 1'}),
                   w.ask(who, 'DELETE', f'externaltypes({user})'), w.ask(who, 'POST', 'externalentities', {'name': 'c', **bind}),
                   w.ask(who, 'PATCH', f'externalentities({entity})', {'properties': '{}'}), w.ask(who, 'DELETE', f'externalentities({entity})')]
        check(f'{who} declares nothing', [a.status for a in answers] == [403] * 6, answers)
        check('for want of rights, or of being an administrator', {code(a) for a in answers} == {'0x80040220' if who == 'fay' else '0x80048306'}, answers)
    basic, = w.get('roles', filter="name eq 'Basic User' and _parentrootroleid_value ne null", select='roleid,_businessunitid_value')[:1]
    w.post(f"systemusers({w.users['fay']})/systemuserroles_association/$ref", {'@odata.id': f"roles({basic['roleid']})"})
    seen = [w.ask('fay', 'GET', path).status for path in ('teams', 'rowpolicies', 'rowpolicyconstraints', 'externaltypes', 'externalentities')]
    check('Basic User reads of the administration, but no policies, nor of other programs', seen == [200, 403, 403, 403, 403], seen)
    check('who has the privilege reads', len(w.ask('gil', 'GET', 'externaltypes').json()['value']) >= 2)


def many(w, p):
    """A page looks at so many entities, and may be short or empty: the last one is found all the same."""
    crate = w.post('externaltypes', {'name': 'crate', 'policy': "resource/properties/open eq true", 'actions': 'open'})
    for n in range(503):
        w.post('externalentities', {'name': f'crate-{n}', 'properties': json.dumps({'open': n in (7, 502)}), 'externaltypeid@odata.bind': f'externaltypes({crate})'})
    question = {'subject': ALICE, 'action': {'name': 'open'}, 'resource': {'type': 'crate'}}
    first = p.post('search/resource', question).json()
    check('of many, a page may be short', [r['id'] for r in first['results']] == ['crate-7'] and first['page']['next_token'], first)
    check('and the next ones hold the rest', p.search('resource', question) == ['crate-7', 'crate-502'] == p.search('resource', {**question, 'page': {'limit': 1}}))
    wide = {'notes': ['x' * 18] * 170}
    w.post('externalentities', {'name': 'wide', 'properties': json.dumps({'open': True, **wide}), 'externaltypeid@odata.bind': f'externaltypes({crate})'})
    found = p.batch([{'resource': {'type': 'crate', 'id': 'wide'}}] * 1000, subject=ALICE, action={'name': 'open'})
    check('a thousand times much that is stored', found == [True] * 1000, str(found)[:300])
    whole = {'subject': ALICE, 'action': {'name': 'open'}, 'evaluations': [{'resource': {'type': 'crate', 'id': f'crate-{n % 503}'}} for n in range(1000)]}
    found = [e['decision'] for e in p.post('evaluations', whole).json()['evaluations']]
    check('a thousand questions at once', len(found) == 1000 and [n for n, yes in enumerate(found) if yes] == [7, 502, 510], len(found))


def gone(w, p, user, record):
    entity = w.get('externalentities', filter=f"name eq 'bob' and _externaltypeid_value eq {user}")[0]
    w.it.operate('PATCH', f"{w.api}/externalentities({entity['externalentityid']})", {'properties': '{"role":"none"}'})
    again = w.it.operate('GET', f"{w.api}/externalentities({entity['externalentityid']})")
    check('properties are changed', again['properties'] == '{"role":"none"}', again)
    w.it.operate('DELETE', f"{w.api}/externalentities({entity['externalentityid']})")
    people = {'subject': {'type': 'user'}, 'action': {'name': 'read'}, 'resource': FIRST}
    check('who is stored no more is not found', p.search('subject', people) == ['alice'])
    w.it.operate('DELETE', f'{w.api}/externaltypes({record})')
    check('a type goes with its entities', w.get('externalentities', filter=f'_externaltypeid_value eq {record}') == []
          and p.reason(ALICE, 'read', FIRST) == 'tenant')

    def told():
        events = w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
        wanted = {f'{verb}.{kind}' for verb in ('create', 'update', 'delete') for kind in ('externaltype', 'externalentity')}
        denied = [e for e in events if e['op'] == 'decide.access' and e['reason'] == 'external_policy' and '"record-1"' in json.dumps(e)]
        return wanted <= {e['op'] for e in events} and denied
    check('each change and each denial is in the audit log', bool(eventually(told)[0]))


def main():
    it = Installation(sys.argv[1], 'external').init()
    try:
        it.start()
        w = World(it, steps)
        w.table('new_case')
        w.person('fay', w.root)
        w.person('gil', w.root)
        w.give('fay', w.role('Seller', Create='Basic', Read='Basic'), w.root)
        for table in ('externaltype', 'externalentity'):
            named = it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='{table}')?$select=Privileges")['Privileges']
            w.privileges[table] = {p['Name'][3:-len(table)]: p['PrivilegeId'] for p in named}
            w.give('gil', w.role(f'All of {table}', table, Create='Global', Read='Global', Write='Global', Delete='Global', Append='Global', AppendTo='Global'), w.root)
        w.post('new_cases', {'new_title': 'of the operator'})
        p = Point(it, w.tenant)
        user, record = declare(w)
        basic(p)
        refused(p)
        batches(p)
        searches(p)
        agree(p)
        declared(w, user)
        closed(w, p, record)
        principals(w, p)
        tables(w, p)
        many(w, p)
        gone(w, p, user, record)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(70)


sys.exit(main())
