#!/usr/bin/env python3
"""$batch over the real service: operations one after the other, change sets that are whole or not there at all, references to rows made
earlier in a set, what is refused and what is audited, and a worker killed in the middle of a set. usage: batch_test.py PROGRAM"""
import email.parser
import email.policy
import json
import os
import signal
import sys

from installation import Browser, Installation, Steps, Unix, ask, bearer, eventually

steps = Steps()
check = steps.check


def operation(method, url, body=None, content_id=None, **headers):
    lines = ['Content-Type: application/http', 'Content-Transfer-Encoding: binary', *([f'Content-ID: {content_id}'] if content_id else []),
             '', f'{method} {url} HTTP/1.1', *(['Content-Type: application/json'] if body is not None else []),
             *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()), '', json.dumps(body) if body is not None else '']
    return '\r\n'.join(lines)


def change_set(*operations):
    return 'Content-Type: multipart/mixed; boundary=cs\r\n\r\n' + ''.join(f'--cs\r\n{o}\r\n' for o in operations) + '--cs--\r\n'


def parsed(content_type, body):
    """(status, headers, JSON or text) of each operation, change sets as lists."""
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(b'Content-Type: ' + content_type.encode() + b'\r\n\r\n' + body)
    found = []
    for part in message.iter_parts():
        if part.get_content_type() == 'multipart/mixed':
            found.append([answer(inner) for inner in part.iter_parts()])
        else:
            found.append(answer(part))
    return found


def answer(part):
    head, _, body = part.get_payload(decode=True).partition(b'\r\n\r\n')
    status, *lines = head.decode().split('\r\n')
    headers = {k.lower(): v for k, v in (line.split(': ', 1) for line in lines)}
    body = body.rstrip(b'\r\n')
    return int(status.split()[1]), {**headers, 'content-id': part.get('Content-ID')}, json.loads(body) if body[:1] == b'{' else body.decode()


class World:
    def __init__(self, it):
        self.it, self.tenant = it, it.tenant_make('Contoso', 'contoso.example', 'sales')
        self.api = self.tenant['api']
        it.table_make(self.tenant, 'new_case', [('new_note', 'String')])
        it.operate('POST', f'{self.api}/RelationshipDefinitions', {
            '@odata.type': 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata', 'SchemaName': 'new_case_children', 'ReferencedEntity': 'new_case',
            'ReferencingEntity': 'new_case', 'Lookup': {'@odata.type': 'Microsoft.Dynamics.CRM.LookupAttributeMetadata', 'SchemaName': 'new_ParentId'}})

    def raw(self, body, content_type='multipart/mixed; boundary=b', token=None, **headers):
        headers = {'Content-Type': content_type, **headers}
        if token:
            return self.it.request('POST', f'{self.api}/$batch', body, {**headers, **bearer(token)})
        lane = Unix(f'{self.it.folder}/run/control.sock')
        try:
            return ask(lane, 'POST', f'{self.api}/$batch', body, headers)
        finally:
            lane.close()

    def batch(self, *parts, token=None, **headers):
        told = self.raw(''.join(f'--b\r\n{p}\r\n' for p in parts) + '--b--\r\n', token=token, **headers)
        if told.status != 200:
            return told
        return parsed(told.headers['Content-Type'], told.body)

    def answers(self):
        return self.it.operator('GET', f'{self.api}/WhoAmI').status == 200

    def titles(self):
        rows = self.it.operate('GET', f'{self.api}/new_cases?$select=new_title,new_note&$orderby=new_title')['value']
        return [r['new_title'] for r in rows]


def one_after_the_other(w):
    made = w.batch(operation('POST', 'new_cases', {'new_title': 'a'}), operation('GET', 'new_cases?$select=new_title'),
                   operation('GET', f'{w.api}/WhoAmI'), operation('GET', f'{w.it.origin}{w.api}/new_cases/$count'),
                   operation('POST', 'new_cases', {'new_title': 'b'}, Prefer='return=representation'))
    check('five operations, five answers', [a[0] for a in made] == [204, 200, 200, 200, 201], made)
    check('a later one sees what an earlier one did', [r['new_title'] for r in made[1][2]['value']] == ['a'], made[1])
    check('a count is text', made[3][2].lstrip('\ufeff') == '1', made[3])
    check('an answer has its headers', 'odata-entityid' in made[0][1] and made[4][2]['new_title'] == 'b', made)
    stopped = w.batch(operation('GET', 'nonsense'), operation('POST', 'new_cases', {'new_title': 'never'}))
    check('the first failure ends it', [a[0] for a in stopped] == [404] and stopped[0][2]['error']['code'] == '0x8006088a', stopped)
    on = w.batch(operation('GET', 'nonsense'), operation('GET', 'new_cases/$count'), Prefer='odata.continue-on-error')
    check('unless it is to go on', [a[0] for a in on] == [404, 200], on)
    check('and nothing else was done', w.titles() == ['a', 'b'], w.titles())


def whole_or_nothing(w):
    made, = w.batch(change_set(
        operation('POST', 'new_cases', {'new_title': 'parent'}, 1),
        operation('POST', 'new_cases', {'new_title': 'child', 'new_ParentId@odata.bind': '$1'}, 2),
        operation('PATCH', '$1', {'new_note': 'by reference'}, 3, If_Match='*'),
        operation('PUT', '$2/new_note', {'value': 'too'}, 4)))
    check('a change set answers each part by its id', [(a[0], a[1]['content-id']) for a in made] == [(204, str(n)) for n in range(1, 5)], made)
    child = w.it.operate('GET', f"{w.api}/new_cases?$filter=new_title%20eq%20'child'&$expand=new_ParentId($select=new_title,new_note)")['value'][0]
    check('$1 names the row made before it', child['new_ParentId']['new_note'] == 'by reference' and child['new_note'] == 'too', child)
    before = w.titles()
    for what, bad, status in (('an unknown column', operation('POST', 'new_cases', {'nonsense': 1}, 2), 400),
                              ('a missing row', operation('PATCH', 'new_cases(0198aaaa-0000-7000-8000-00000000abcd)', {'new_note': 'x'}, 2, If_Match='*'), 404),
                              ('definitions', operation('POST', 'EntityDefinitions', {}, 2), 400), ('a batch', operation('POST', '$batch', {}, 2), 400),
                              ('another service', operation('POST', 'https://other.example/x', {}, 2), 404),
                              ('an unknown reference', operation('PATCH', '$9', {'new_note': 'x'}, 2), 404)):
        told = w.batch(operation('GET', 'WhoAmI'), change_set(operation('POST', 'new_cases', {'new_title': f'undone by {what}'}, 1), bad,
                                                              operation('POST', 'new_cases', {'new_title': 'behind it'}, 3)))
        check(f'{what} undoes the set, which answers once', [a[0] for a in told] == [200, status], told)
    on = w.batch(change_set(operation('POST', 'new_cases', {'new_title': 'undone'}, 1), operation('POST', 'new_cases', {'x': 1}, 2)),
                 change_set(operation('POST', 'new_cases', {'new_title': 'kept'}, 1)), Prefer='odata.continue-on-error')
    check('the next set is its own', on[0][0] == 400 and on[1][0][0] == 204, on)
    check('nothing of an undone set is there', w.titles() == sorted([*before, 'kept']), w.titles())


def administration(w):
    """Rights given in a set hold for its next part, and go with it when it is undone."""
    role = w.it.operate('POST', f'{w.api}/roles', {'name': 'Reader'})
    bad = w.batch(change_set(operation('POST', 'businessunits', {'name': 'Undone'}, 1), operation('POST', 'teams', {
        'name': 'Crew', 'teamtype': 0, 'businessunitid@odata.bind': '$1'}, 2), operation('DELETE', 'new_cases(1)', None, 3)))
    check('a set of administration that fails', [a[0] for a in bad] == [400], bad)
    left = w.it.operate('GET', f"{w.api}/businessunits?$filter=name%20eq%20'Undone'")['value']
    check('leaves no unit', left == [], left)
    good, = w.batch(change_set(operation('POST', 'businessunits', {'name': 'Done'}, 1), operation('POST', 'teams', {
        'name': 'Crew', 'teamtype': 0, 'businessunitid@odata.bind': '$1'}, 2), operation('PATCH', f'roles({role})', {'name': 'Renamed'}, 3, If_Match='*')))
    check('the same without the fault is done', [a[0] for a in good] == [204] * 3, good)
    team = w.it.operate('GET', f"{w.api}/teams?$filter=name%20eq%20'Crew'&$expand=businessunitid($select=name)")['value'][0]
    check('in the unit of its first part', team['businessunitid']['name'] == 'Done', team)


def refused(w):
    w.it.person_make('contoso.example', 'eve')
    token = Browser(w.it).sign_in(w.tenant, 'eve@contoso.example', scope=f'openid {w.it.origin}/e/sales/.default').json()['access_token']
    told = w.batch(operation('GET', 'WhoAmI'), change_set(operation('POST', 'new_cases', {'new_title': 'by eve'}, 1)), token=token)
    check('each part is judged for the caller', [a[0] for a in told] == [200, 403] and told[1][2]['error']['code'] == '0x80042f09', told)
    smuggled = w.batch(operation('GET', 'new_cases', Authorization='Bearer x'), token=token)
    check('a token inside a part is not read', [a[0] for a in smuggled] == [403], smuggled)
    nobody = w.raw('--b--', token='x')
    check('nobody gets no batch', nobody.status == 401, nobody)
    many = w.raw(''.join(f"--b\r\n{operation('GET', 'WhoAmI')}\r\n" for _ in range(1001)) + '--b--')
    check('1001 operations are refused', many.status == 400 and b'at most 1000' in many.body, many)
    for what, body, kind in (('no boundary', '--b--', 'multipart/mixed'), ('JSON', '{}', 'application/json'), ('no end', '--b\r\n', 'multipart/mixed; boundary=b'),
                             ('a GET in a change set', f"--b\r\n{change_set(operation('GET', 'WhoAmI', None, 1))}\r\n--b--", 'multipart/mixed; boundary=b')):
        told = w.raw(body, kind)
        check(f'{what} is refused', told.status == 400 and 'error' in told.json(), told)

    def events():
        return w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
    check("eve's refusal is audited though her set was undone",
          bool(eventually(lambda: [e for e in events() if e['op'] == 'refuse.request' and e.get('reason') == 'no_roles'])[0]))
    made = [e for e in events() if e['op'] in ('create.row', 'create.businessunit')]
    check('and what was undone is not', not [e for e in made if 'ndone' in json.dumps(e)] and len(made) >= 6, made)
    status, report = w.it.verify()
    check('the log verifies', status == 0, report)


def killed(w):
    before = w.titles()
    with open(f'{w.it.folder}/run/fault', 'w') as f:
        f.write('data data.batch.after_part:2')
    worker = next(p['pid'] for p in w.it.processes() if p['role'] == 'data')
    os.kill(worker, signal.SIGKILL)  # the next one is armed
    eventually(w.answers)
    try:
        told = w.batch(change_set(*(operation('POST', 'new_cases', {'new_title': f'half {n}'}, n) for n in range(1, 4))))
    except (OSError, EOFError) as lost:
        told = lost
    check('a worker killed inside a set answers no success', not isinstance(told, list), told)
    eventually(w.answers)
    check('and nothing of the set is there', w.titles() == before, w.titles())
    again, = w.batch(change_set(*(operation('POST', 'new_cases', {'new_title': f'half {n}'}, n) for n in range(1, 4))))
    check('the same set is taken afterwards', [a[0] for a in again] == [204] * 3, again)


def main():
    it = Installation(sys.argv[1], 'batch').init()
    try:
        it.start()
        w = World(it)
        one_after_the_other(w)
        whole_or_nothing(w)
        administration(w)
        refused(w)
        killed(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(30)


sys.exit(main())
