#!/usr/bin/env python3
"""A real client of the Web API, npm dynamics-web-api, against a whole service: init, serve, tenant, environment, an application with a
secret that holds System Administrator, its token by client credentials, then webapi_dynamics_web_api.mjs.
usage: webapi_test.py PROGRAM [FOLDER WITH node_modules]"""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

program = os.path.abspath(sys.argv[1])
here = os.path.dirname(os.path.abspath(__file__))
environment = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')


class Unix(http.client.HTTPConnection):
    """The operator's lane."""

    def __init__(self, path):
        super().__init__('localhost', timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def run(*arguments):
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise SystemExit(f'{" ".join(arguments)}: {done.stderr or done.stdout}')
    return json.loads(done.stdout) if '--json' in arguments and done.stdout.strip() else done.stdout


def operator(folder, method, path, body=None):
    lane = Unix(f'{folder}/run/control.sock')
    lane.request(method, path, json.dumps(body) if body is not None else None, {'Content-Type': 'application/json'})
    answer = lane.getresponse()
    text = answer.read()
    if answer.status >= 400:
        raise SystemExit(f'{method} {path}: {answer.status} {text.decode()}')
    entity = answer.headers.get('OData-EntityId', '')
    return json.loads(text) if text else entity[entity.rfind('(') + 1:-1]


def eventually(probe, what):
    start = time.monotonic()
    while time.monotonic() - start < 30:
        try:
            answer = probe()
            if answer:
                return answer
        except (OSError, ValueError):
            pass
        time.sleep(0.02)
    raise SystemExit(f'{what}: not within 30 seconds')


def modules():
    """A folder that holds node_modules."""
    if len(sys.argv) > 2:
        return sys.argv[2], None
    made = tempfile.mkdtemp(prefix='bailiwick-npm-')
    shutil.copy(f'{here}/package.json', made)
    subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts'], cwd=made, check=True, capture_output=True)
    return made, made


def token_of(origin, context, app):
    form = urllib.parse.urlencode({'grant_type': 'client_credentials', 'client_id': app['appId'],
                                   'client_secret': app['secretText'], 'scope': f'{origin}/e/sales/.default'}).encode()
    url = f"{origin}/{app['tenantId']}/oauth2/v2.0/token"
    try:
        with urllib.request.urlopen(url, form, context=context, timeout=30) as answer:
            return json.load(answer)['access_token']
    except urllib.error.HTTPError as e:
        raise SystemExit(f'token: {e.code} {e.read().decode()}')


def administrator_make(folder, app):
    api = '/e/sales/api/data/v9.2'
    user = operator(folder, 'POST', f'{api}/systemusers', {'applicationid': app['appId'], 'domainname': 'interop', 'accessmode': 4})
    query = urllib.parse.quote("name eq 'System Administrator' and _parentroleid_value eq null")
    role = operator(folder, 'GET', f'{api}/roles?$filter={query}&$select=roleid')['value'][0]['roleid']
    operator(folder, 'POST', f'{api}/systemusers({user})/systemuserroles_association/$ref', {'@odata.id': f'roles({role})'})


def main():
    folder = tempfile.mkdtemp(prefix='bailiwick-webapi-')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    origin = f'https://localhost:{port}'
    node, made = modules()
    service = None
    try:
        run('init', folder, '--origin', origin, '--listen', f'127.0.0.1:{port}')
        log = open(f'{folder}/service.log', 'w')
        service = subprocess.Popen([program, 'serve', folder], env=environment, stderr=log)
        context = ssl.create_default_context(cafile=f'{folder}/tls/ca.pem')
        eventually(lambda: urllib.request.urlopen(f'{origin}/healthz', context=context, timeout=5).status == 200, 'health')
        run('tenant', 'create', folder, '--name', 'Contoso', '--domain', 'contoso.example')
        run('environment', 'create', folder, '--tenant', 'contoso.example', '--unique-name', 'sales')
        app = run('app', 'create', folder, '--tenant', 'contoso.example', '--name', 'interop', '--secret', '--json')
        administrator_make(folder, app)
        client = dict(os.environ, WEBAPI_URL=f'{origin}/e/sales/', WEBAPI_TOKEN=token_of(origin, context, app),
                      WEBAPI_MODULES=f'{node}/package.json', NODE_EXTRA_CA_CERTS=f'{folder}/tls/ca.pem')
        return subprocess.run(['node', f'{here}/webapi_dynamics_web_api.mjs'], env=client, timeout=120).returncode
    finally:
        if service:
            service.send_signal(signal.SIGTERM)
            try:
                service.wait(timeout=30)
            except subprocess.TimeoutExpired:
                service.kill()
        with open(f'{folder}/service.log') as f:
            lines = f.readlines()
        if '-v' in sys.argv or sys.exc_info()[0]:
            print(''.join(lines[-40:]))
        shutil.rmtree(folder, ignore_errors=True)
        if made:
            shutil.rmtree(made, ignore_errors=True)


sys.exit(main())
