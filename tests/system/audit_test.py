#!/usr/bin/env python3
"""The audit log end to end: what people and administrators do becomes events that say who, from where, before and after; the logs
are signed in the public form and verify with an implementation that is not ours; every kind of tampering on disk is found and
named, on a running and on a stopped installation. usage: audit_test.py PROGRAM"""
import base64
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import urllib.parse

from installation import PASSWORD, Browser, Installation, Steps, bearer, eventually

steps = Steps()
check = steps.check


# --- the public forms: C2SP signed-note, tlog-checkpoint, tlog-tiles; RFC 9162 2.1 ---

def openssl_verifies(public, text, signature):
    """Ed25519 by the openssl program."""
    der = bytes.fromhex('302a300506032b6570032100') + public
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (('key', der), ('text', text), ('sig', signature)):
            with open(f'{folder}/{name}', 'wb') as f:
                f.write(content)
        done = subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', f'{folder}/key', '-rawin',
                               '-in', f'{folder}/text', '-sigfile', f'{folder}/sig'], capture_output=True)
        return done.returncode == 0


def read_checkpoint(note, vkey):
    """Origin, size and root of a signed checkpoint; asserts everything that the forms demand."""
    name, key_id, key = vkey.strip().split('+', 2)
    raw = base64.b64decode(key, validate=True)
    assert raw[0] == 1 and len(raw) == 33, 'the key is Ed25519'
    assert hashlib.sha256(name.encode() + b'\n' + raw).digest()[:4].hex() == key_id, 'key id'
    text, signatures = note.split('\n\n')
    origin, size, root = text.split('\n')
    lines = [s.split(' ') for s in signatures.rstrip('\n').split('\n')]
    ours = [s for s in lines if s[0] == '\u2014' and s[1] == name]
    assert len(ours) == 1, 'one signature of the log'
    blob = base64.b64decode(ours[0][2], validate=True)
    assert blob[:4].hex() == key_id and len(blob) == 68, 'key id of the signature'
    assert openssl_verifies(raw[1:], (text + '\n').encode(), blob[4:]), 'signature'
    assert not openssl_verifies(raw[1:], (text + ' \n').encode(), blob[4:]), 'signature of another text'
    assert str(int(size)) == size
    return origin, int(size), base64.b64decode(root, validate=True)


def tree_root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b'\x01' + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()


def entries_of(bundle):
    found, at = [], 0
    while at < len(bundle):
        size = struct.unpack_from('>H', bundle, at)[0]
        found.append(bundle[at + 2:at + 2 + size])
        at += 2 + size
    assert at == len(bundle)
    return found


def bundle_of(entries):
    return b''.join(struct.pack('>H', len(e)) + e for e in entries)


def tile_path(index, count):
    width = min(256, count - 256 * index)
    parts = [f'{index % 1000:03}']
    while index := index // 1000:
        parts.insert(0, f'x{index % 1000:03}')
    return '/'.join(parts) + ('' if width == 256 else f'.p/{width}')


def independent_check(i, prefix, name):
    """A log by HTTP only: signature, root, entries, chain, commitments of bodies."""
    vkey = i.operator('GET', f'{prefix}/vkeys').body.decode()
    origin, size, root = read_checkpoint(i.operator('GET', f'{prefix}/checkpoint').body.decode(), vkey)
    check(f'{name}: the checkpoint is signed, by openssl', size > 0 and origin == vkey.split('+')[0], (origin, size))
    entries = []
    for n in range((size + 255) // 256):
        part = i.operator('GET', f'{prefix}/tile/entries/{tile_path(n, size)}')
        tile = i.operator('GET', f'{prefix}/tile/0/{tile_path(n, size)}')
        some = entries_of(part.body)
        entries += some
        check(f'{name}: tile {n} holds the hashes of its entries', tile.body == b''.join(hashlib.sha256(b'\x00' + e).digest() for e in some), tile)
    check(f'{name}: the root is that of RFC 9162', len(entries) == size and tree_root([hashlib.sha256(b'\x00' + e).digest() for e in entries]) == root)
    before = b''
    for seq, e in enumerate(entries):
        good = len(e) == 137 and e[0] == 1 and struct.unpack('>Q', e[1:9])[0] == seq and (not seq or e[85:117] == hashlib.sha256(before).digest())
        before = e
        if not good:
            return check(f'{name}: entry {seq} continues the chain', False, e.hex())
    check(f'{name}: every entry continues the chain', True)
    bodies = []
    while len(bodies) < size:
        bodies += i.operate('GET', f'{prefix}/bodies?from={len(bodies)}&limit=100')['value']
    fits = [hashlib.sha256(b'bwbody1' + base64.b64decode(b['salt']) + base64.b64decode(b['body'])).digest() == entries[b['seq']][37:69]
            for b in bodies if b['seq'] < size]
    return check(f'{name}: every body fits its commitment', len(fits) == size and all(fits), len(fits))


# --- what is said ---

def has(event, **wanted):
    return all(event.get(k) == v for k, v in wanted.items())


def story(i, tenant):
    """People and administrators act; returns what must be in the tenant's log afterwards, as predicates."""
    base = f"/{tenant['id']}"
    ada = i.person_make('contoso.example', 'ada')
    browser = Browser(i)
    page, _ = browser.authorize(tenant)
    browser.submit(page, {'username': 'ada@contoso.example', 'password': 'wrong password', 'action': 'signin'})
    browser.submit(page, {'username': 'my secret passphrase', 'password': 'x', 'action': 'signin'})
    browser.submit(page, {'action': 'cancel'})
    person = Browser(i).sign_in(tenant, 'ada@contoso.example').json()
    i.token(tenant)
    i.token_answer(tenant, client_secret='wrong')
    i.request('GET', '/v1.0/users', headers=bearer(person['access_token']))
    i.operate('PATCH', f"{base}/v1.0/users/{ada['id']}", {'displayName': 'Ada Lovelace', 'department': 'Engines'})
    group = i.operate('POST', f'{base}/v1.0/groups', {'displayName': 'Sales', 'mailEnabled': False, 'mailNickname': 's', 'securityEnabled': True})
    i.operate('POST', f"{base}/v1.0/groups/{group['id']}/members/$ref", {'@odata.id': f"https://x/v1.0/directoryObjects/{ada['id']}"})
    i.operate('POST', f'{base}/v1.0/roleManagement/directory/roleAssignments',
              {'roleDefinitionId': 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', 'principalId': ada['id'], 'directoryScopeId': '/'})
    i.operate('POST', f"{base}/v1.0/users/{ada['id']}/revokeSignInSessions")
    return ada, {
        'a person signed in': lambda e: has(e, op='signin.password', result='success') and e['actor']['upn'] == 'ada@contoso.example' and
            e['src'].get('ip') == '127.0.0.1' and e['actor']['authn'] == ['pwd'] and e['req']['id'] and e['target']['type'] == 'application',
        'a wrong password': lambda e: has(e, op='signin.password', result='failure', reason='bad_password') and e['actor']['id'] == ada['id'],
        'an unknown name, without the name': lambda e: has(e, op='signin.password', result='failure', reason='unknown_user') and not e['actor'].get('upn'),
        'a sign-in that was left off': lambda e: has(e, op='signin.authorize', reason='declined'),
        'a code redeemed': lambda e: has(e, op='token.code', result='success'),
        'an application signed in': lambda e: has(e, op='signin.client', result='success') and e['actor'] == {
            **e['actor'], 'type': 'app', 'id': tenant['app']['servicePrincipalId']},
        'an application with a wrong secret': lambda e: has(e, op='signin.client', result='failure', reason='bad_secret'),
        'a refusal': lambda e: has(e, op='refuse.request', result='denied') and e['actor']['id'] == ada['id'] and e['req']['route'] == '/v1.0/users',
        'a person changed, before and after': lambda e: has(e, op='update.user') and e['target']['id'] == ada['id'] and
            e['changes']['displayName'] == {'old': 'ada', 'new': 'Ada Lovelace'} and e['changes']['department']['new'] == 'Engines',
        'a group made': lambda e: has(e, op='create.group') and e['target']['name'] == 'Sales',
        'a member added': lambda e: has(e, op='add.member') and ada['id'] in json.dumps(e),
        'a right given': lambda e: has(e, op='assign.directoryRole') and ada['id'] in json.dumps(e),
        'sessions revoked': lambda e: has(e, op='revoke.session') and e['actor']['type'] == 'operator',
    }


def what_is_said(i, tenant):
    ada, wanted = story(i, tenant)
    for name, predicate in wanted.items():
        found, _ = eventually(lambda: any(predicate(e) for e in i.audit_events(tenant['id'])), 5)
        check(f'the log has {name}', found, [(e['op'], e['result'], e.get('reason')) for e in i.audit_events(tenant['id'])])
    events = i.audit_events(tenant['id'])
    check('every event has the members of the form', all({'v', 'id', 'seq', 'time', 'recv', 'log', 'tenant', 'env', 'cat', 'op', 'result', 'actor', 'src',
                                                          'target', 'req', 'sev'} <= set(e) and 0 < e['sev'] <= 6 for e in events))
    check('numbers have no gap', [e['seq'] for e in events] == list(range(len(events))))
    text = json.dumps(events)
    check('no secret, no typed name', not any(s in text for s in ('correct horse', 'wrong password', 'my secret passphrase', tenant['app']['secretText'])))


def reader_token(i, tenant, upn):
    """A person's token for the directory with the scope that reads logs."""
    browser = Browser(i)
    page, verifier = browser.authorize(tenant, scope=f'{i.origin}/AuditLog.Read.All')
    page = browser.submit(page, {'username': upn, 'password': PASSWORD, 'action': 'signin'})
    code = urllib.parse.parse_qs(urllib.parse.urlparse(page.headers.get('Location', '')).query)['code'][0]
    form = {'grant_type': 'authorization_code', 'code': code, 'redirect_uri': 'http://127.0.0.1:19999/cb', 'code_verifier': verifier,
            'client_id': tenant['app']['appId'], 'client_secret': tenant['app']['secretText']}
    return i.request('POST', f"/{tenant['id']}/oauth2/v2.0/token", urllib.parse.urlencode(form),
                     {'Content-Type': 'application/x-www-form-urlencoded'}).json()['access_token']


def rights(i, tenant, other, ada):
    base = f"/{tenant['id']}/audit"
    directory = i.operate('GET', f"/{tenant['id']}/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")['id']
    i.operate('POST', f"/{tenant['id']}/v1.0/oauth2PermissionGrants", {
        'clientId': tenant['app']['servicePrincipalId'], 'resourceId': directory, 'consentType': 'AllPrincipals', 'scope': 'AuditLog.Read.All'})
    check('without a token the log is not read', i.request('GET', f'{base}/events').status == 401)
    plain = Browser(i).sign_in(other, 'bob@fabrikam.example').json()['access_token']
    check("nor with another tenant's", i.request('GET', f'{base}/events', headers=bearer(plain)).status in (401, 403))
    cara = i.person_make('contoso.example', 'cara')
    token = reader_token(i, tenant, 'cara@contoso.example')
    answer = i.request('GET', f'{base}/events', headers=bearer(token))
    check('nor by a person without a role', answer.status == 403, answer)
    found, _ = eventually(lambda: any(e['op'] == 'read.audit' and has(e, result='denied') and e['actor']['id'] == cara['id'] for e in i.audit_events(tenant['id'])), 5)
    check('which is in it', found)
    token = reader_token(i, tenant, 'ada@contoso.example')
    answer = i.request('GET', f'{base}/events?limit=5', headers=bearer(token))
    check('a Global Reader reads it', answer.status == 200 and len(answer.json()['value']) == 5, answer)
    found, _ = eventually(lambda: any(e['op'] == 'read.audit' and e['actor']['id'] == ada for e in i.audit_events(tenant['id'])), 5)
    check('and that is in it', found)


# --- what keeper and edge say themselves ---

def raw_request(i, text):
    """The first line of the answer to octets that no HTTP client would send."""
    with socket.create_connection(('127.0.0.1', i.port), timeout=10) as plain, i.context.wrap_socket(plain, server_hostname='localhost') as tls:
        tls.sendall(text)
        return tls.recv(4096).split(b'\r\n')[0]


def own_events(i, tenant):
    def events(op, reason=None):
        listed = i.command('audit', 'events', i.folder, '--op', op, '--json')['value']
        return [e for e in listed if reason in (None, e.get('reason'))]

    check('the keeper says that the keys were unsealed', eventually(lambda: len(events('unseal.keys')) == 2, 10)[0], events('unseal.keys'))
    made = {e['target']['id'] for e in events('create.key')}
    check('and which keys it made', {tenant['id']} < made, made)
    for _ in range(30):
        assert b' 400 ' in raw_request(i, b'GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n')
    found, _ = eventually(lambda: len(events('refuse.request', 'malformed_request')) >= 1, 10)
    told = events('refuse.request', 'malformed_request')
    check('malformed requests are told, folded', found and len(told) <= len(i.processes('edge')), told)
    check('with their source', told and told[0]['src']['ip'] == '127.0.0.1' and told[0]['cat'] == 'network', told)
    recorder = next(p for p in i.processes('recorder') if not p.get('tenantId'))
    os.kill(recorder['pid'], signal.SIGKILL)
    check('an unknown tenant is refused', i.request('GET', '/nowhere.example/v2.0/.well-known/openid-configuration').status == 400)
    check('and told, although the recorder was killed', eventually(lambda: events('refuse.request', 'unknown_tenant'), 15)[0])
    listed = i.run('audit', 'events', i.folder, '--op', 'create.key')
    check('a person can read the list', listed.returncode == 0 and listed.stdout.startswith('seq') and 'database_key' in listed.stdout, listed)
    logs = i.command('audit', 'logs', i.folder, '--json')['value']
    check("the installation's logs are listed", len(logs) == 1 and logs[0]['size'] > 5, logs)


# --- tampering ---

def rewrite(path, change):
    with open(path, 'rb') as f:
        content = f.read()
    with open(path, 'r+b') as f:
        changed = change(content)
        assert changed != content
        f.write(changed)
        f.truncate(len(changed))


def flip(at):
    return lambda raw: raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:]


def swapped(a, b):
    def change(raw):
        entries = entries_of(raw)
        entries[a], entries[b] = entries[b], entries[a]
        return bundle_of(entries)
    return change


def without(n):
    def change(raw):
        entries = entries_of(raw)
        del entries[n]
        return bundle_of(entries)
    return change


def tampering(program, folder, early, tenant):
    """Each on a copy of a stopped installation."""
    place = f"tenants/{tenant['id']}/audit"
    log = f"{place}/{tenant['id']}"
    installation_log = 'audit/00000000-0000-0000-0000-000000000000'

    def copy_back(part):
        def change(copy):
            shutil.rmtree(f'{copy}/{part}')
            subprocess.run(['cp', '-a', f'{early}/{part}', f'{copy}/{part}'], check=True)
        return change

    rows = [  # name, what is done to the copy, what the report says
        ('a byte of an entry', lambda c: rewrite(f'{c}/{log}/tile/entries/000', flip(139 * 3 + 60)), 'altered entry: .* seq 3 event '),
        ('an entry taken out', lambda c: rewrite(f'{c}/{log}/tile/entries/000', without(4)), 'missing entry: .* seq 4$'),
        ('two entries in another order', lambda c: rewrite(f'{c}/{log}/tile/entries/000', swapped(2, 5)), 'out of place: .* seq [25] event '),
        ('entries cut off', lambda c: rewrite(f'{c}/{log}/tile/entries/000', lambda raw: raw[:139 * 4]), 'missing entry: .* seq 4 to '),
        ('hashes cut off', lambda c: rewrite(f'{c}/{log}/tile/0/000', lambda raw: raw[:64]), ''),
        ('a byte of a hash', lambda c: rewrite(f'{c}/{log}/tile/0/000', flip(32 * 2)), ''),
        ('the tiles gone', lambda c: shutil.rmtree(f'{c}/{log}/tile'), ''),
        ("another log's checkpoint", lambda c: shutil.copyfile(f'{c}/{installation_log}/checkpoint', f'{c}/{log}/checkpoint'), 'checkpoint'),
        ('a byte of the checkpoint', lambda c: rewrite(f'{c}/{log}/checkpoint', flip(-20 + os.path.getsize(f'{c}/{log}/checkpoint'))), '(bad signature on|malformed) (the )?checkpoint'),
        ("the log's folder as it was before", copy_back(log), ''),
        ('the whole audit folder as it was before', copy_back(place), ''),
        ('the database gone', lambda c: [os.unlink(p) for p in glob.glob(f'{c}/{place}/audit.db*')], ''),
        ('a byte of the database', lambda c: rewrite(f'{c}/{place}/audit.db', flip(4096 * 3 + 100)), ''),
        ('the database as it was before', lambda c: [shutil.copyfile(f'{early}/{place}/{n}', f'{c}/{place}/{n}') for n in
                                                       ('audit.db', 'audit.db-wal', 'audit.db.bwk')], ''),
        ("the installation's entries", lambda c: rewrite(f'{c}/{installation_log}/tile/entries/000', flip(139 + 60)), 'altered entry: .* seq 1 event '),
        ('everything gone', lambda c: shutil.rmtree(f'{c}/{place}'), ''),
    ]
    with tempfile.TemporaryDirectory(prefix='bailiwick-tamper-') as scratch:
        os.chmod(scratch, 0o711)  # the processes' own users go through it
        for name, change, says in rows:
            copy = f'{scratch}/copy'
            subprocess.run(['cp', '-a', folder, copy], check=True)
            change(copy)
            i = Installation(program, folder=copy)
            code, report = i.verify()
            found = report.get('findings', [])
            check(f'{name}: found, exit status 1', code == 1 and found and any(re.search(says, f) for f in found), (code, report))
            shutil.rmtree(copy)


def main():
    program = sys.argv[1]
    i = Installation(program, 'audit')
    early = tempfile.mkdtemp(prefix='bailiwick-early-')
    try:
        i.init().start()
        tenant = i.tenant_make('Contoso', 'contoso.example', 'sales')
        other = i.tenant_make('Fabrikam', 'fabrikam.example', 'shop')
        i.person_make('fabrikam.example', 'bob')
        rows = i.table_make(tenant, 'new_note')
        check('it stops in order', i.stop() == 0)
        subprocess.run(['cp', '-a', i.folder, f'{early}/copy'], check=True)
        i.start()

        what_is_said(i, tenant)
        token = i.token(tenant)
        made = i.request('POST', rows, {'new_title': 'first'}, bearer(token, Prefer='return=representation'))
        key = made.json()['new_noteid']
        i.request('PATCH', f'{rows}({key})', {'new_title': 'second'}, bearer(token))
        found, _ = eventually(lambda: any(e['op'] == 'update.row' and e['target']['id'] == key and 'first' in json.dumps(e['changes']) and
                                          'second' in json.dumps(e['changes']) for e in i.audit_events(tenant['id'], tenant['environment_id'])), 5)
        check("a row changed is in the environment's log, before and after", found)
        rights(i, tenant, other, i.operate('GET', f"/{tenant['id']}/v1.0/users/ada@contoso.example")['id'])

        own_events(i, tenant)
        code, report = i.verify()
        check('a running installation verifies', code == 0 and not report['findings'] and report['logs'] == 5, (code, report))
        for name, prefix in (('tenant', f"/{tenant['id']}/audit/log/{tenant['id']}"), ('environment', f"/{tenant['id']}/audit/log/{tenant['environment_id']}"),
                             ('installation', '/audit/log/00000000-0000-0000-0000-000000000000')):
            eventually(lambda: i.operate('GET', f'{prefix}/state')['signedSize'] > 0, 5)
            independent_check(i, prefix, name)

        state = f"/{tenant['id']}/audit/log/{tenant['id']}/state"
        eventually(lambda: i.operate('GET', state)['signedSize'] == i.operate('GET', state).get('size', 0), 5)
        log = f"{i.folder}/tenants/{tenant['id']}/audit/{tenant['id']}"
        with open(f'{log}/checkpoint', 'rb') as f:
            note = f.read()
        altered = flip(len(note) - 20)(note)
        rewrite(f'{log}/checkpoint', lambda raw: altered)
        code, report = i.verify()
        check('a checkpoint altered under the running service is named', code == 1 and any(re.search('(bad signature on|malformed) (the )?checkpoint', f) for f in report['findings']), (code, report))
        with open(f'{log}/checkpoint', 'rb') as f:
            still = f.read() == altered  # else the next checkpoint has replaced it
        if still:
            rewrite(f'{log}/checkpoint', lambda raw: note)
        check('it stops in order again', i.stop() == 0)
        code, report = i.verify()
        check('a stopped installation verifies', code == 0 and not report['findings'] and report['events'] > 30, (code, report))
        check('and is stopped afterwards', i.run('status', i.folder).returncode == 3)
        logs = i.run('audit', 'logs', i.folder, '--tenant', 'contoso.example', '--json')
        check('its logs are listed too', logs.returncode == 0 and len(json.loads(logs.stdout)['value']) == 2, logs.stdout)
        check('a folder that is no installation cannot be verified', i.run('audit', 'verify', early).returncode == 3)
        tampering(program, i.folder, f'{early}/copy', tenant)
    finally:
        i.close(show_log=steps.failed > 0)
        shutil.rmtree(early, ignore_errors=True)
    return steps.report(least=55)


sys.exit(main())
