#!/usr/bin/env python3
"""Nothing that people write reaches the disk readable. Markers are planted in every kind of value that the service takes, there is
load until logs grow, sort runs spill and checkpoints move pages, processes are killed in the middle; then every file under the
installation's folder, every file that the processes made elsewhere or keep open though it is deleted, and the service's own log is
searched. usage: plaintext_test.py PROGRAM"""
import base64
import json
import os
import secrets
import signal
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid

from installation import Browser, Installation, Steps, bearer, eventually

steps = Steps()
check = steps.check
LONG = 3500  # octets of a value: a page holds one


class Markers:
    """Each kind has a word of its own, so that a find says what leaked."""

    def __init__(self):
        self.words = {}

    def new(self, kind):
        self.words[kind] = 'q' + secrets.token_hex(9)
        return self.words[kind]

    def keep(self, kind, text):
        """A secret that the service made."""
        self.words[kind] = text
        return text

    def forms(self):
        for kind, word in self.words.items():
            raw = word.encode()
            yield kind, raw
            yield f'{kind} in capitals', raw.upper()
            yield f'{kind} in hex', raw.hex().encode()
            for shift in range(3):  # wherever it stands in a longer base64 text
                yield f'{kind} in base64', base64.b64encode(b'x' * shift + raw)[4 if shift else 0:-4]


def find(path, forms):
    """The kinds that the file holds. Read, not mapped: a log shrinks while one looks."""
    with open(path, 'rb') as f:
        content = f.read()
    return [kind for kind, octets in forms if content.find(octets) >= 0]


def search(folder, forms):
    found, count, octets = [], 0, 0
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.isfile(path):
                count, octets = count + 1, octets + os.path.getsize(path)
                found += [(path.replace(folder, 'DIR'), kind) for kind in find(path, forms)]
            found += [(path, f'{kind} in its name') for kind, text in forms if text in path.encode()]
    return found, count, octets


def open_files(installation, forms):
    """What the processes hold open outside of DIR, deleted files above all."""
    found, seen = [], []
    for p in installation.processes() + [{'pid': installation.service.pid, 'role': 'supervisor'}]:
        for fd in os.listdir(f"/proc/{p['pid']}/fd"):
            link = f"/proc/{p['pid']}/fd/{fd}"
            try:
                target = os.readlink(link)
                if target.startswith('/memfd:') or not os.path.isfile(link) or (target.startswith(installation.folder) and '(deleted)' not in target):
                    continue
                seen.append((p['role'], target))
                if target != installation.log_path:
                    found += [(p['role'], target, kind) for kind in find(link, forms)]
            except OSError:
                continue
    return found, seen


def plant(installation, tenant, marks):
    """One of each kind. Returns what the load goes on with."""
    run, app = installation.command, tenant['app']
    upn = f"{marks.new('user principal name')}@contoso.example"
    password = f"{marks.new('password')} and more"
    user = run('user', 'create', installation.folder, '--tenant', 'contoso.example', '--upn', upn, '--name', marks.new('display name'),
               '--password-file', '-', '--keep-password', '--json', input=password)
    group = run('group', 'create', installation.folder, '--tenant', 'contoso.example', '--name', marks.new('group name'), '--json')
    run('group', 'add', installation.folder, group['id'], user['id'], '--tenant', 'contoso.example')
    run('app', 'create', installation.folder, '--tenant', 'contoso.example', '--name', marks.new('application name'), '--web-redirect',
        f"https://{marks.new('redirect address')}.example/cb", '--json')
    marks.keep('client secret', app['secretText'])
    table = f"mk_{marks.new('table name')}"
    rows = installation.table_make(tenant, table, [(f"mk_{marks.new('column name')}", 'String')])
    column = f"mk_{marks.words['column name']}"
    token = marks.keep('access token', installation.token(tenant))
    marks.words['access token'] = token.split('.')[2][:60]
    made = installation.request('POST', rows, {'mk_title': marks.new('row value'), column: marks.new('second value')},
                                bearer(token, **{'User-Agent': marks.new('user agent'), 'X-Note': marks.new('header'),
                                                 'Cookie': f"note={marks.new('cookie')}"}))
    row = made.headers['OData-EntityId'][-37:-1]
    installation.request('PATCH', f'{rows}({row})', {'mk_title': marks.new('changed value')}, bearer(token))
    installation.request('POST', rows, {marks.new('unknown member'): marks.new('refused value')}, bearer(token))
    installation.request('GET', f"{rows}?$filter=mk_title%20eq%20'{marks.new('filter')}'", headers=bearer(token))
    installation.request('GET', f"/{marks.new('path')}/{marks.new('second segment')}", headers=bearer(marks.new('bad token')))
    installation.token_answer(tenant, client_secret=marks.new('wrong secret'))
    installation.operate('POST', f"{tenant['api']}/teams", {'name': marks.new('team name')})
    installation.operate('POST', f"{tenant['api']}/businessunits", {'name': marks.new('unit name')})
    return table, rows, column, token, upn, password


def people(installation, tenant, marks, upn, password):
    browser = Browser(installation)
    page, _ = browser.authorize(tenant, state=marks.new('state'), login_hint=marks.new('hint'), nonce=marks.new('nonce'))
    browser.submit(page, {'username': marks.new('unknown person'), 'password': marks.new('password of nobody'), 'action': 'signin'})
    browser.submit(page, {'username': upn, 'password': marks.new('wrong password'), 'action': 'signin'})
    browser = Browser(installation)
    answer = browser.sign_in(tenant, upn, password)
    check('the person signs in', answer.status == 200 and 'refresh_token' in answer.json(), answer)
    marks.keep('refresh token', answer.json()['refresh_token'])
    for name, value in browser.cookies.items():
        marks.keep(f'cookie {name}', value[:60])


def bulk(installation, table, marks, batches):
    """The import's way in: megabytes, each value a marker made long."""
    word, done, job = marks.new('imported value'), 0, uuid.uuid4()
    installation.operate('POST', f'/e/sales/import/v1/{table}/start?job={job}', {'source': marks.new('source of an import'), 'digest': '0' * 64})
    for batch in range(batches):
        body = [{'mk_title': f'{word} {batch} {i} '.ljust(LONG, 'x')} for i in range(100)]
        path = f'/e/sales/import/v1/{table}?job={job}&batch={batch}'

        def sent():
            answer = installation.operator('POST', path, body)
            if answer.status not in (200, 502, 503, 504):
                raise SystemExit(f'import: {answer}')
            return answer if answer.status == 200 else None

        answer = eventually(sent, 30)[0]
        done += answer.json()['imported'] if answer else 0
    return done


def kill_now_and_then(installation, until):
    while not until.wait(1.5):
        for role in ('data', 'identity', 'recorder'):
            for p in installation.processes(role):
                if p.get('tenantId') and p['ready'] and not p.get('failures'):
                    os.kill(p['pid'], signal.SIGKILL)


def main():
    installation = Installation(sys.argv[1], 'plaintext')
    marks = Markers()
    before = set(os.listdir(tempfile.gettempdir())) | {os.path.basename(installation.folder)}
    try:
        tenant_name = marks.new('tenant name')
        installation.init().start()
        tenant = installation.tenant_make(tenant_name, 'contoso.example', 'sales')
        installation.command('environment', 'create', installation.folder, '--tenant', 'contoso.example', '--unique-name', 'second',
                             '--name', marks.new('environment name'))
        table, rows, column, token, upn, password = plant(installation, tenant, marks)
        people(installation, tenant, marks, upn, password)
        done = threading.Event()
        killer = threading.Thread(target=kill_now_and_then, args=(installation, done), daemon=True)
        killer.start()
        imported = bulk(installation, table, marks, 12)
        done.set()
        killer.join(30)
        check('1200 rows were imported while processes were killed', imported == 1200, imported)
        forms = list(marks.forms())
        found, count, octets = search(installation.folder, forms)
        check(f'in the middle: {count} files of {octets >> 20} MiB hold none of {len(marks.words)} markers', not found and count > 15, found[:10])
        sort = f"{rows}?$orderby=mk_title%20desc,createdon&$filter=contains(mk_title,'{marks.words['imported value']}')&$count=true"
        answer = eventually(lambda: (lambda a: a if a.status == 200 else None)(installation.request('GET', sort, headers=bearer(token), timeout=60)), 30)[0]
        check('a sort of all of it answers', answer and answer.json()['@odata.count'] == 1200, answer)
        found, seen = open_files(installation, forms)
        check('files that are open outside of DIR, or deleted, hold none', not found, found)
        print(f'       open elsewhere: {sorted(set(seen))}', flush=True)
        largest = max((os.path.getsize(os.path.join(place, name)), name) for place, _, names in os.walk(installation.folder) for name in names)
        check('the load is on the disk', largest[0] > 3 << 20, largest)
        # Idle: checkpoints. Then the same again after an orderly stop, and after a start that replays nothing.
        place = f"{installation.folder}/tenants/{tenant['id']}/environments/{tenant['environment_id']}"
        logs = [n for n in os.listdir(place) if n.endswith('-wal')]
        eventually(lambda: all(os.path.getsize(f'{place}/{n}') == 0 for n in logs), 15)
        found, count, octets = search(installation.folder, forms)
        check(f'after the checkpoint: {count} files of {octets >> 20} MiB hold none', not found, found[:10])
        check('it stops in order', installation.stop() == 0)
        found, count, octets = search(installation.folder, forms)
        check(f'stopped: {count} files of {octets >> 20} MiB hold none', not found, found[:10])
        formats = [('a plain database', b'SQLite format 3'), ('a statement', b'CREATE TABLE'), ('a private key', b'PRIVATE KEY')]
        found, _, _ = search(installation.folder, formats)
        check('no file is a plain database or holds a private key in clear', not found, found)
        found = find(installation.log_path, forms)
        check("the service's log holds none", not found, found)
        left = set(os.listdir(tempfile.gettempdir())) - before - {os.path.basename(installation.log_path)}
        ours = [n for n in left if os.path.isfile(f'{tempfile.gettempdir()}/{n}') and os.stat(f'{tempfile.gettempdir()}/{n}').st_uid >= 620000]
        check('the processes left no file behind elsewhere', not ours, ours)
        cores = [n for place in (installation.folder, os.getcwd(), '/var/crash') if os.path.isdir(place) for n in os.listdir(place) if n.startswith('core')]
        check('no core dump', not cores, cores)
        with open(f'{installation.folder}/control', 'w') as f:
            f.write(json.dumps({'x': marks.words['row value']}) + base64.b64encode(b'ab' + marks.words['password'].encode() + b'cd').decode())
        kinds = {kind for _, kind in search(installation.folder, forms)[0]}
        check('a planted leak is found: the search is real', {'row value', 'password in base64'} <= kinds, kinds)
    finally:
        installation.close(show_log=steps.failed > 0)
    return steps.report(least=14)


begin = time.monotonic()
status = main()
print(f'       {time.monotonic() - begin:.0f} s')
sys.exit(status)
