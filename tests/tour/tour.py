#!/usr/bin/env python3
"""Walks the tour of a demo installation by itself, over real HTTPS: what each account sees against what the registries say, what must
be refused, a change, single sign-on, no plaintext on disk, and the audit log. One line a step; exits 0 only if each held.
usage: tour.py PROGRAM DIR PORT      (serves DIR itself)
       tour.py --print DIR PROGRAM   (only says what there is to see)
       tour.py --test PROGRAM        (makes a demo of its own, interrupted once, and walks)"""
import base64
import fcntl
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser, Refused, Site, client_token, part  # noqa: E402
from registry import Registry  # noqa: E402

PAGE = COUNT_MAX = 5000  # the Web API counts no further, as its clients know it
STEPS = 39  # fewer means that one was never taken
COLUMNS = 'bwk_name,bwk_registry,bwk_assignment,bwk_country'


class Steps:
    def __init__(self):
        self.held = self.failed = 0

    def check(self, what, good, detail=''):
        self.held += bool(good)
        self.failed += not good
        print(('ok     ' if good else 'FAILED ') + what + (f': {detail}' if detail and not good else ''), flush=True)
        return good

    def run(self, what, step):
        """A step that says what it found, or raises."""
        try:
            found = step()
            self.check(what + (f': {found}' if found else ''), True)
            return True
        except (Refused, AssertionError, OSError, KeyError, ValueError, http.client.HTTPException) as e:
            return self.check(what, False, f'{type(e).__name__} {e}')


def must(good, detail=''):
    if not good:
        raise Refused(str(detail))


class Service:
    """`serve`, as a child."""

    def __init__(self, program, folder, port):
        self.log = open(f'{folder}/serve.log', 'a')
        self.child = subprocess.Popen([program, 'serve', folder, '--port', str(port)], stderr=self.log, stdout=self.log)
        self.port = port

    def wait_ready(self, site, seconds=40):
        """Several edges share the port, and each must be ready: a row of connections finds them all."""
        end, row = time.monotonic() + seconds, 0
        while time.monotonic() < end and self.child.poll() is None:
            try:
                row = row + 1 if site.request('GET', '/healthz').status == 200 else 0
            except (OSError, http.client.HTTPException):
                row = 0
            site.close()
            if row == 12:
                return True
            if not row:
                time.sleep(0.05)
        return False

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()


class Tour:
    def __init__(self, program, folder, port):
        self.program, self.folder, self.steps = program, folder, Steps()
        with open(f'{folder}/demo.json', encoding='utf-8') as f:
            self.demo = json.load(f)
        self.first, self.second = self.demo['tenants']
        self.origin = self.demo['origin']
        self.site = Site(urllib.parse.urlsplit(self.origin).hostname, port, f'{folder}/tls/ca.pem')
        self.registry = Registry()
        self.tokens, self.browsers = {}, {}

    # --- the Web API ---

    def api(self, tenant, rest, token=None, method='GET', body=None, **headers):
        headers = {name.replace('_', '-'): value for name, value in headers.items()}
        if token:
            headers['Authorization'] = f'Bearer {token}'
        if body is not None:
            headers['Content-Type'] = 'application/json'
            body = json.dumps(body)
        path = rest if rest.startswith('/') else f"/e/{tenant['environment']}/api/data/v9.2/{rest}"
        return self.site.request(method, path, body, headers)

    def scope(self, tenant):
        return f"openid profile {self.origin}/e/{tenant['environment']}/user_impersonation"

    def count(self, tenant, token):
        answer = self.api(tenant, 'accounts/$count', token)
        must(answer.status == 200, answer)
        return int(answer.body.decode('utf-8-sig'))

    def rows(self, tenant, token):
        """All of them, page by page."""
        rest, found = f'accounts?$select={COLUMNS}', []
        while rest:
            answer = self.api(tenant, rest, token, Prefer=f'odata.maxpagesize={PAGE}')
            must(answer.status == 200, answer)
            page = answer.json()
            found += page['value']
            following = page.get('@odata.nextLink', '')
            must(not following or following.startswith(self.origin + '/'), following)
            rest = following.removeprefix(self.origin)
        return found

    def one(self, tenant, token, condition):
        answer = self.api(tenant, f'accounts?$select=bwk_name,bwk_note&$top=1&$filter={urllib.parse.quote(condition)}', token)
        must(answer.status == 200 and answer.json()['value'], answer)
        return answer.json()['value'][0]

    @staticmethod
    def app(tenant, kind):
        return next(a for a in tenant['applications'] if a['kind'] == kind)

    def token_of(self, name):
        return self.tokens[f"{name}@{self.first['domain']}"]

    # --- steps ---

    def sign_in(self, tenant, user):
        name = user['userPrincipalName']
        browser = self.browsers[name] = Browser(self.site, self.origin)
        answer = browser.sign_in(tenant, self.app(tenant, 'web'), self.scope(tenant), user)
        self.tokens[name] = answer['access_token']
        return 'state, issuer, nonce and audience fit'

    def wrong_password(self, tenant, user):
        try:
            Browser(self.site, self.origin).sign_in(tenant, self.app(tenant, 'web'), self.scope(tenant), user | {'password': 'not it'})
        except Refused as e:
            must('User name or password' in str(e) or 'password' in str(e).lower(), e)
            return
        raise Refused('it let us in')

    def sees(self, user):
        """Every row, compared one by one with the registries."""
        name = user['userPrincipalName']
        expected, token = self.registry.expected(name), self.tokens[name]
        counted = self.count(self.first, token)
        must(counted == min(expected, COUNT_MAX), f'$count says {counted}, the registries {expected}')
        rows = self.rows(self.first, token)
        keys = {(r['bwk_registry'], r['bwk_assignment'], r['bwk_name']) for r in rows}
        must(len(rows) == expected and len(keys) == len({k for k, c in self.registry.rows.items() if self.registry.allowed(name, c)}),
             f'{len(rows)} rows, {len(keys)} of them different, expected {expected}')
        wrong = [k for k in keys if k not in self.registry.rows or not self.registry.allowed(name, self.registry.rows[k])]
        must(not wrong, f'{len(wrong)} rows that it may not see, such as {wrong[:1]}')
        must(user['rows'] == expected, f"demo.json promises {user['rows']}")
        return f'{expected} rows, each one checked'

    def second_sees(self, user):
        token = self.tokens[user['userPrincipalName']]
        rows = self.rows(self.second, token)
        must(len(rows) == self.second['rows'] == user['rows'], len(rows))
        must(all(r['bwk_registry'] == 'Meadow' for r in rows), 'rows of another tenant')
        return f'{len(rows)} rows, all its own'

    def refused(self, answer, *statuses):
        must(answer.status in statuses, answer)
        must(b'error' in answer.body or b'title' in answer.body, 'no error body')
        return str(answer.status)

    def change(self):
        """A salesperson's own row; what was there is put back."""
        token = self.token_of('sales-de')
        row = self.one(self.first, token, "bwk_country eq 'DE'")
        path, note = f"accounts({row['bwk_accountid']})", f'tour {secrets.token_hex(6)}'
        answer = self.api(self.first, path, token, 'PATCH', {'bwk_note': note}, If_Match='*')
        must(answer.status == 204, answer)
        for reader in ('sales-de', 'auditor'):
            back = self.api(self.first, f'{path}?$select=bwk_note', self.token_of(reader))
            must(back.status == 200 and back.json()['bwk_note'] == note, back)
        answer = self.api(self.first, path, token, 'PATCH', {'bwk_note': row['bwk_note']}, If_Match='*')
        must(answer.status == 204, answer)
        return 'written, read back by two accounts, put back'

    def foreign_row(self):
        return self.one(self.first, self.token_of('admin'), "bwk_country eq 'FR'")['bwk_accountid']

    def garbled(self):
        token = self.token_of('admin')
        head, body, signature = token.split('.')
        claims = part(body) | {'exp': 1}
        stale = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')
        flipped = signature[:10] + ('A' if signature[10] != 'A' else 'B') + signature[11:]
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip('=')
        for wrong in (f'{head}.{stale}.{signature}', f'{head}.{body}.{flipped}', f'{none}.{body}.', 'x', f'{token}x'):
            self.refused(self.api(self.first, 'accounts?$top=1', wrong), 401)
        return 'expiry rewritten, signature flipped, alg none, nonsense: each 401'

    def titles(self, name, path='cases?$select=bwk_title'):
        answer = self.api(self.first, path, self.token_of(name))
        must(answer.status == 200, answer)
        return answer.json()['value']

    def cases(self):
        """Two cases: their owner has both, who stands above has both, the auditor the one that is shared, nobody else any."""
        have = {name: len(self.titles(name)) for name in ('sales-de', 'manager-eu', 'auditor', 'admin')}
        must(have == {'sales-de': 2, 'manager-eu': 2, 'auditor': 1, 'admin': 2}, have)
        case = self.titles('auditor', 'cases?$select=bwk_caseid')[0]['bwk_caseid']
        user = self.titles('admin', "systemusers?$select=systemuserid&$filter=startswith(domainname,'auditor@')")[0]['systemuserid']
        why = self.api(self.first, f"ExplainAccess(ObjectId={case},LogicalName='bwk_case',PrincipalId={user},Right='Read')", self.token_of('admin')).json()
        must(why['Allowed'] and why['Path'] == 'shared', why)
        refused = self.api(self.first, f'cases({case})', self.token_of('auditor'), 'PATCH', {'bwk_title': 'x'}, If_Match='*')
        must(refused.status == 403, refused)
        return f'{have}; {why["Explanation"]}'

    def numbers(self):
        masked = self.titles('sales-de', 'contacts?$select=bwk_contactid,bwk_mobile&$orderby=bwk_fullname')
        must([r['bwk_mobile'] for r in masked] == ['+** *** *****78', '+** *** *****32'], masked)
        bare = self.api(self.first, f"contacts({masked[0]['bwk_contactid']})?$select=bwk_mobile&UnMaskedData=true", self.token_of('manager-eu')).json()
        must(bare['bwk_mobile'] == '+49 151 2345678', bare)
        still = self.api(self.first, f"contacts({masked[0]['bwk_contactid']})?$select=bwk_mobile&UnMaskedData=true", self.token_of('sales-de')).json()
        must(still['bwk_mobile'] == masked[0]['bwk_mobile'], still)
        return f"sales-de sees {masked[0]['bwk_mobile']}, manager-eu beneath it on request"

    def single_sign_on(self):
        name = f"sales-de@{self.first['domain']}"
        browser = self.browsers[name]
        filled = browser.forms_filled
        tokens = browser.sign_in(self.first, self.app(self.first, 'spa'), self.scope(self.first))
        must(browser.forms_filled == filled, 'it asked for a password again')
        must(self.count(self.first, tokens['access_token']) == self.registry.expected(name), 'another count')
        return 'no form, the same rows'

    def daemon(self):
        scope = f"{self.origin}/e/{self.first['environment']}/.default"
        token = client_token(self.site, self.first, self.app(self.first, 'daemon'), scope)
        must(self.count(self.first, token) == COUNT_MAX, 'another count')
        must(len(self.rows(self.first, token)) == self.registry.total, 'another number of rows')
        return f'{self.registry.total} rows'

    def administer(self):
        token = client_token(self.site, self.first, self.first['admin'], f'{self.origin}/.default')
        answer = self.api(self.first, '/v1.0/users?$select=userPrincipalName', token)
        must(answer.status == 200, answer)
        names = {user['userPrincipalName'] for user in answer.json()['value']}
        must(names == {user['userPrincipalName'] for user in self.first['users']}, names)
        return f'{len(names)} people of its own tenant, none of the other'

    def audit_token(self, name):
        user = next(u for u in self.first['users'] if u['userPrincipalName'].startswith(f'{name}@'))
        browser = self.browsers[user['userPrincipalName']]
        return browser.sign_in(self.first, self.app(self.first, 'web'), f'openid {self.origin}/AuditLog.Read.All')['access_token']

    def audit_read(self):
        answer = self.api(self.first, f"/{self.first['tenantId']}/audit/events?limit=1000&op=signin.password", self.audit_token('auditor'))
        must(answer.status == 200, answer)
        must(answer.json()['value'], 'no sign-in was found in it')
        return f"{len(answer.json()['value'])} sign-ins"

    def plaintexts(self):
        words = {n for _, _, n in list(self.registry.rows)[::400] if len(n) >= 12} | {'Alder Laboratories', 'Paffrather', 'Buchanan Loop'}
        for tenant in (self.first, self.second):
            words |= {tenant['admin']['secretText']} | {a['secretText'] for a in tenant['applications'] if 'secretText' in a}
            words |= {u[k] for u in tenant['users'] for k in ('userPrincipalName', 'password')}
        return [word.encode() for word in words if len(word) >= 8]

    def search_disk(self):
        words, files, octets = self.plaintexts(), 0, 0
        for place, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(place, name)
                if path == os.path.join(self.folder, 'demo.json') or not os.path.isfile(path):
                    continue
                with open(path, 'rb') as f:
                    content = f.read()
                files, octets = files + 1, octets + len(content)
                found = [word for word in words if word in content]
                must(not found, f'{path} holds {found[:1]}')
        must(files > 10 and octets > 1 << 20, f'only {files} files')
        return f'{len(words)} names and secrets, {files} files, {octets >> 20} MB'

    def verify(self):
        done = subprocess.run([self.program, 'audit', 'verify', self.folder], capture_output=True, text=True, timeout=120)
        must(done.returncode == 0, (done.stdout + done.stderr)[-400:])
        return done.stdout.strip().splitlines()[-1]

    # --- the way ---

    def people(self):
        for tenant in (self.first, self.second):
            for user in tenant['users']:
                self.steps.run(f"{user['userPrincipalName']} signs in", lambda t=tenant, u=user: self.sign_in(t, u))
        self.steps.run('a wrong password is refused', lambda: self.wrong_password(self.first, self.first['users'][1]))

    def rights(self):
        for user in self.first['users']:
            name = user['userPrincipalName']
            if self.registry.expected(name) is None:
                self.steps.run(f'{name} holds no role and is refused', lambda n=name: self.refused(
                    self.api(self.first, 'accounts?$top=1', self.tokens[n]), 403))
            else:
                self.steps.run(f'{name} sees', lambda u=user: self.sees(u))
        for user in self.second['users']:
            self.steps.run(f"{user['userPrincipalName']} sees", lambda u=user: self.second_sees(u))
        self.steps.run('the daemon sees', self.daemon)
        self.steps.run('the administration program reads', self.administer)

    def refusals(self):
        run, api, first = self.steps.run, self.api, self.first
        clerk = self.tokens[self.second['users'][1]['userPrincipalName']]
        row = {}
        run('a row of France is found', lambda: row.update(id=self.foreign_row()))
        path = f"accounts({row.get('id')})"
        change = {'bwk_note': 'not allowed'}
        run("sales-de may not read another unit's row", lambda: self.refused(api(first, path, self.token_of('sales-de')), 403, 404))
        run("sales-de may not change another unit's row",
            lambda: self.refused(api(first, path, self.token_of('sales-de'), 'PATCH', change, If_Match='*'), 403, 404))
        run('manager-eu may read it', lambda: must(api(first, path, self.token_of('manager-eu')).status == 200))
        run('manager-eu may not change it', lambda: self.refused(api(first, path, self.token_of('manager-eu'), 'PATCH', change, If_Match='*'), 403))
        run('auditor may not change it', lambda: self.refused(api(first, path, self.token_of('auditor'), 'PATCH', change, If_Match='*'), 403))
        run('auditor may not delete it', lambda: self.refused(api(first, path, self.token_of('auditor'), 'DELETE'), 403))
        run('the row is as it was', lambda: must(api(first, path, self.token_of('admin')).json()['bwk_note'] is None))
        run("the second tenant's token opens nothing of the first", lambda: self.refused(api(first, 'accounts?$top=1', clerk), 401, 403))
        run("the first tenant's token opens nothing of the second",
            lambda: self.refused(api(self.second, 'accounts?$top=1', self.token_of('admin')), 401, 403))
        run('no token is refused', lambda: self.refused(api(first, 'accounts?$top=1'), 401))
        run('tokens that were tampered with are refused', self.garbled)

    def finish(self, service):
        self.steps.run('auditor reads the audit log', self.audit_read)
        self.steps.run('manager-eu may not read the audit log', lambda: self.refused(self.api(
            self.first, f"/{self.first['tenantId']}/audit/events", self.audit_token('manager-eu')), 403))
        self.steps.run('audit verify on the running service', self.verify)
        self.site.close()
        self.steps.check('it stops in order', service.stop() == 0)
        self.steps.run('no plaintext in any file', self.search_disk)
        self.steps.run('audit verify on the stopped installation', self.verify)

    def walk(self, service):
        if not self.steps.check(f'it serves {self.origin}', service.wait_ready(self.site), 'see serve.log'):
            return
        self.steps.run('the first page is there', lambda: must(b'<html' in self.site.request('GET', '/').body.lower()))
        self.people()
        self.rights()
        self.refusals()
        self.steps.run('sales-de changes a row of its own', self.change)
        self.steps.run('cases are reached by owner, by who stands above, and by a share', self.cases)
        self.steps.run('mobile numbers are masked', self.numbers)
        self.steps.run('single sign-on to a second application', self.single_sign_on)
        self.finish(service)


def once(program, folder, port):
    tour = Tour(program, folder, port)
    service = Service(program, folder, port)
    begun = time.monotonic()
    try:
        tour.walk(service)
    finally:
        service.stop()
    print(f'{tour.steps.held} of {tour.steps.held + tour.steps.failed} steps held in {time.monotonic() - begun:.0f} s')
    return 1 if tour.steps.failed or tour.steps.held < STEPS else 0


def show(folder, program):
    """The tour for a person."""
    with open(f'{folder}/demo.json', encoding='utf-8') as f:
        demo = json.load(f)
    print(f"\nBailiwick serves {demo['origin']}/  - open it in a browser and sign in.")
    print(f"Its certificate is its own: trust {folder}/tls/ca.pem, or tell the browser to go on.\n")
    for tenant in demo['tenants']:
        print(f"{tenant['displayName']} ({tenant['domain']}), {tenant['rows']:,} rows")
        width = max(len(u['userPrincipalName']) for u in tenant['users'])
        for u in tenant['users']:
            print(f"  {u['userPrincipalName']:{width}}  {u['password']}  {u['rows']:>6,}  {u['sees']}")
        print()
    print(f"""The passwords are in {folder}/demo.json, for its owner alone; nothing else on disk holds them or a row in the clear.

  what runs       {program} status {folder}
  the audit log   {program} audit verify {folder}
  people          {program} user list {folder} --tenant {demo['tenants'][0]['domain']}
  your own rows   {program} import --help
  all else        {program} --help
  by itself       ./run --once   (once this is stopped: signs in as each of them and checks all this)

Ctrl-C stops it.""", flush=True)


def interrupted(command, folder):
    """Killed while it works, it leaves nothing that passes for a demo."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    seen = any(line.startswith('rows') for line in child.stderr)  # leaves the rest unread
    child.kill()
    child.wait()
    child.stderr.close()
    return seen and os.path.exists(f'{folder}/demo.unfinished') and not os.path.exists(f'{folder}/demo.json')


def lock_free(folder):
    with open(f'{folder}/run/lock', 'rb') as f:
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            return False


def test(program):
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    folder = os.path.join(tempfile.mkdtemp(prefix='bailiwick-tour-'), 'demo')  # below a folder that other uids may not pass
    command = [program, 'init', folder, '--demo', '--origin', f'https://localhost:{port}']
    steps = Steps()
    os.environ['ASAN_OPTIONS'] = 'detect_leaks=0'
    try:
        steps.check('init --demo, killed, leaves nothing that passes for a demo', interrupted(command, folder))
        end = time.monotonic() + 30
        while not lock_free(folder) and time.monotonic() < end:
            time.sleep(0.05)  # its processes end by themselves
        steps.check('its processes ended with it', lock_free(folder))
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        steps.check('init --demo begins anew', done.returncode == 0, done.stderr[-400:])
        steps.check('demo.json is for its owner alone', os.stat(f'{folder}/demo.json').st_mode & 0o777 == 0o600)
        steps.check('init --demo refuses a folder with a demo', subprocess.run(command, capture_output=True).returncode == 1)
        return once(program, folder, port) or (1 if steps.failed else 0)
    finally:
        shutil.rmtree(os.path.dirname(folder), ignore_errors=True)


if __name__ == '__main__':
    if sys.argv[1] == '--print':
        show(*sys.argv[2:4])
    elif sys.argv[1] == '--test':
        sys.exit(test(os.path.abspath(sys.argv[2])))
    else:
        sys.exit(once(os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
