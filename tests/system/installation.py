"""A whole installation in a folder of its own, for the tests in Python: made, served, filled with tenants, spoken to over TLS
and over the operator's lane, stopped and started again. Steps are counted; a test ends with report()."""
import base64
import ctypes
import hashlib
import html
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse

API = '/api/data/v9.2'
PASSWORD = 'correct horse battery'


class Steps:
    """Counts what held and prints a line for each."""

    def __init__(self):
        self.held = self.failed = 0

    def check(self, what, good, detail=''):
        self.held += bool(good)
        self.failed += not good
        print(('ok     ' if good else 'FAILED ') + what + (f': {detail}' if detail and not good else ''), flush=True)
        return good

    def report(self, least):
        """The exit status: every step held, and no fewer than `least` were there."""
        print(f'{self.held} of {self.held + self.failed} steps held')
        return 1 if self.failed or self.held < least else 0


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f'{self.status} {self.body[:300]!r}'


class Unix(http.client.HTTPConnection):
    """The operator's lane."""

    def __init__(self, path):
        super().__init__('localhost', timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def eventually(probe, seconds=20):
    """Waits for an event by asking for it; returns the answer and how long it took."""
    start = time.monotonic()
    while True:
        try:
            answer = probe()
        except (OSError, ValueError, http.client.HTTPException):
            answer = None
        if answer or time.monotonic() - start > seconds:
            return answer, time.monotonic() - start
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def ask(connection, method, path, body=None, headers=None):
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
        headers = {'Content-Type': 'application/json', **(headers or {})}
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers, answer.read())


def bearer(token, **more):
    return {'Authorization': f'Bearer {token}', **more}


LIBC, PR_SET_PDEATHSIG = ctypes.CDLL(None), 1


def stop_with_parent():
    """A test that is killed leaves no service behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Installation:
    def __init__(self, program, name='test', config='', folder=None, stdout=None):
        self.program, self.config, self.service = os.path.abspath(program), config, None
        self.environment = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix=f'bailiwick-{name}-')
        self.log_path = f'{self.folder}.log'
        self.port = free_port()
        self.origin = f'https://localhost:{self.port}'

    # --- life ---

    def init(self):
        self.command('init', self.folder, '--origin', self.origin, '--listen', f'127.0.0.1:{self.port}')
        with open(f'{self.folder}/bailiwick.conf', 'a') as f:
            f.write(self.config)
        self.trust()
        return self

    def trust(self):
        self.context = ssl.create_default_context(cafile=f'{self.folder}/tls/ca.pem')

    def start(self, **variables):
        """Serves; `variables` join its environment. Returns when it answers."""
        log = open(self.log_path, 'a')
        self.service = subprocess.Popen([self.program, 'serve', self.folder], env={**self.environment, **variables}, stderr=log,
                                        start_new_session=True, preexec_fn=stop_with_parent)
        log.close()
        back, _ = eventually(lambda: self.healthy() and self.run('tenant', 'list', self.folder).returncode == 0, 30)
        if not back:
            raise SystemExit(f'the service does not answer\n{self.log_tail()}')
        return self

    def stop(self):
        """In order; returns the exit status."""
        service, self.service = self.service, None
        if not service:
            return 0
        service.send_signal(signal.SIGTERM)
        try:
            return service.wait(timeout=40)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()
            return -1

    def close(self, show_log=False):
        self.stop()
        if show_log:
            print(self.log_tail())
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        if os.path.exists(self.log_path):
            os.unlink(self.log_path)

    def log_text(self):
        with open(self.log_path, errors='replace') as f:
            return f.read()

    def log_tail(self, lines=60):
        return '\n'.join(self.log_text().splitlines()[-lines:]) if os.path.exists(self.log_path) else ''

    # --- the command line ---

    def run(self, *arguments, **options):
        return subprocess.run([self.program, *arguments], env=self.environment, capture_output=True, text=True, timeout=120, **options)

    def command(self, *arguments, **options):
        """Must succeed; the parsed answer when --json was asked for."""
        done = self.run(*arguments, **options)
        if done.returncode:
            raise SystemExit(f'{" ".join(arguments)}: {done.stderr or done.stdout}')
        return json.loads(done.stdout) if '--json' in arguments and done.stdout.strip() else done.stdout

    def processes(self, role=None):
        done = self.run('status', self.folder, '--json')
        rows = json.loads(done.stdout)['processes'] if done.returncode == 0 else []
        return [p for p in rows if role in (None, p['role'])]

    def verify(self):
        """Returns the exit status and the report of `audit verify`."""
        done = self.run('audit', 'verify', self.folder, '--json')
        return done.returncode, json.loads(done.stdout) if done.stdout.strip().startswith('{') else {'text': done.stdout + done.stderr}

    # --- speaking to it ---

    def healthy(self):
        return self.request('GET', '/healthz', timeout=5).status == 200

    def connection(self, timeout=30):
        return http.client.HTTPSConnection('localhost', self.port, context=self.context, timeout=timeout)

    def request(self, method, path, body=None, headers=None, timeout=30):
        connection = self.connection(timeout)
        try:
            return ask(connection, method, path, body, headers)
        finally:
            connection.close()

    def operator(self, method, path, body=None):
        lane = Unix(f'{self.folder}/run/control.sock')
        try:
            return ask(lane, method, path, body)
        finally:
            lane.close()

    def operate(self, method, path, body=None):
        """As operator(), and must succeed: the parsed answer, or the id of what was made."""
        answer = self.operator(method, path, body)
        if answer.status >= 400:
            raise SystemExit(f'{method} {path}: {answer}')
        entity = answer.headers.get('OData-EntityId', '')
        return answer.json() if answer.body else entity[entity.rfind('(') + 1:-1]

    def audit_events(self, tenant, environment=None, **filters):
        """Every event of a log, oldest first, read on the operator's lane."""
        found, start = [], 0
        while True:
            query = {'from': start, 'limit': 1000, **filters, **({'log': environment} if environment else {})}
            page = self.operate('GET', f'/{tenant}/audit/events?{urllib.parse.urlencode(query)}')
            found += page['value']
            if len(page['value']) < 1000:
                return found
            start = page['value'][-1]['seq'] + 1

    # --- what a tenant needs before it can be used ---

    def tenant_make(self, name, domain, environment):
        """A tenant with one environment, an application with a secret that is its System Administrator."""
        made = self.command('tenant', 'create', self.folder, '--name', name, '--domain', domain, '--json')
        space = self.command('environment', 'create', self.folder, '--tenant', domain, '--unique-name', environment, '--json')
        app = self.command('app', 'create', self.folder, '--tenant', domain, '--name', 'worker', '--secret',
                           '--web-redirect', 'http://127.0.0.1:19999/cb', '--json')
        self.administrator_make(environment, app)
        return {'id': made['id'], 'domain': domain, 'environment': environment, 'environment_id': space['id'], 'app': app,
                'api': f'/e/{environment}{API}'}

    def administrator_make(self, environment, app):
        api = f'/e/{environment}{API}'
        user = self.operate('POST', f'{api}/systemusers', {'applicationid': app['appId'], 'domainname': f"app-{app['appId'][:8]}", 'accessmode': 4})
        query = urllib.parse.quote("name eq 'System Administrator' and _parentroleid_value eq null")
        role = self.operate('GET', f'{api}/roles?$filter={query}&$select=roleid')['value'][0]['roleid']
        self.operate('POST', f'{api}/systemusers({user})/systemuserroles_association/$ref', {'@odata.id': f'roles({role})'})

    def person_make(self, domain, name, password=PASSWORD):
        return self.command('user', 'create', self.folder, '--tenant', domain, '--upn', f'{name}@{domain}', '--password-file', '-',
                            '--keep-password', '--json', input=password)

    def table_make(self, tenant, logical, columns=()):
        """`logical` as prefix_name; its primary column is prefix_title, a string; columns: (SchemaName, type) besides."""
        prefix, name = logical.split('_')
        self.operate('POST', f"{tenant['api']}/EntityDefinitions", {
            '@odata.type': 'Microsoft.Dynamics.CRM.EntityMetadata', 'SchemaName': logical, 'EntitySetName': f'{logical}s',
            'DisplayName': label(name), 'DisplayCollectionName': label(f'{name}s'), 'OwnershipType': 'UserOwned',
            'Attributes': [{'@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', 'SchemaName': f'{prefix}_title',
                            'IsPrimaryName': True, 'MaxLength': 4000, 'DisplayName': label('Title')}]})
        for schema, kind in columns:
            self.operate('POST', f"{tenant['api']}/EntityDefinitions(LogicalName='{logical}')/Attributes", {
                '@odata.type': f'Microsoft.Dynamics.CRM.{kind}AttributeMetadata', 'SchemaName': schema, 'DisplayName': label(schema),
                **({'MaxLength': 4000} if kind == 'String' else {})})
        return f"{tenant['api']}/{logical}s"

    def token_answer(self, tenant, scope=None, **changed):
        app = tenant['app']
        form = {'grant_type': 'client_credentials', 'client_id': app['appId'], 'client_secret': app['secretText'],
                'scope': scope or f"{self.origin}/e/{tenant['environment']}/.default", **changed}
        return self.request('POST', f"/{tenant['id']}/oauth2/v2.0/token", urllib.parse.urlencode(form),
                            {'Content-Type': 'application/x-www-form-urlencoded'})

    def token(self, tenant, scope=None):
        answer = self.token_answer(tenant, scope)
        if answer.status != 200:
            raise SystemExit(f'token: {answer}')
        return answer.json()['access_token']


def label(text):
    return {'@odata.type': 'Microsoft.Dynamics.CRM.Label', 'LocalizedLabels': [
        {'@odata.type': 'Microsoft.Dynamics.CRM.LocalizedLabel', 'Label': text, 'LanguageCode': 1033}]}


class Browser:
    """A browser without script: keeps cookies, follows nothing by itself, fills in the one form of a page."""

    def __init__(self, installation):
        self.installation, self.cookies = installation, {}

    def request(self, method, target, form=None):
        headers = {'Cookie': '; '.join(f'{k}={v}' for k, v in self.cookies.items())} if self.cookies else {}
        if form is not None:
            headers.update({'Content-Type': 'application/x-www-form-urlencoded', 'Origin': self.installation.origin})
        answer = self.installation.request(method, target.removeprefix(self.installation.origin),
                                           urllib.parse.urlencode(form) if form is not None else None, headers)
        for line in answer.headers.get_all('Set-Cookie') or []:
            name, value = re.match('([^=]+)=([^;]*)', line).groups()
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def submit(self, answer, fields):
        page = answer.body.decode()
        action = html.unescape(re.search('<form method="post" action="([^"]+)"', page).group(1))
        hidden = re.findall('<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
        return self.request('POST', action, {**{n: html.unescape(v) for n, v in hidden}, **fields})

    def authorize(self, tenant, **changed):
        """Asks for a code; returns the answer and the PKCE verifier."""
        verifier = secrets.token_urlsafe(40)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip('=')
        query = {'client_id': tenant['app']['appId'], 'response_type': 'code', 'redirect_uri': 'http://127.0.0.1:19999/cb',
                 'scope': 'openid profile offline_access', 'state': secrets.token_hex(8), 'nonce': secrets.token_hex(8),
                 'code_challenge': challenge, 'code_challenge_method': 'S256', **changed}
        return self.request('GET', f"/{tenant['id']}/oauth2/v2.0/authorize?{urllib.parse.urlencode(query)}"), verifier

    def sign_in(self, tenant, upn, password=PASSWORD, **changed):
        """The whole code flow, consent included; the token endpoint's answer, or the last answer before it when there was no code."""
        page, verifier = self.authorize(tenant, **changed)
        if page.status == 200:
            page = self.submit(page, {'username': upn, 'password': password, 'action': 'signin'})
        for _ in range(4):
            location = page.headers.get('Location', '')
            if page.status in (302, 303) and location.startswith(('/', self.installation.origin)):
                page = self.request('GET', location)
            elif page.status == 200 and b'content="consent"' in page.body:
                page = self.submit(page, {'action': 'accept'})
        code = urllib.parse.parse_qs(urllib.parse.urlparse(page.headers.get('Location', '')).query).get('code')
        if not code:
            return page
        app = tenant['app']
        form = {'grant_type': 'authorization_code', 'code': code[0], 'redirect_uri': 'http://127.0.0.1:19999/cb',
                'client_id': app['appId'], 'client_secret': app['secretText'], 'code_verifier': verifier}
        return self.installation.request('POST', f"/{tenant['id']}/oauth2/v2.0/token", urllib.parse.urlencode(form),
                                         {'Content-Type': 'application/x-www-form-urlencoded'})
