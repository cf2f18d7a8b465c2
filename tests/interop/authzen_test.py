#!/usr/bin/env python3
"""The interop harnesses of the OpenID AuthZEN working group (to-do, gateway, identity provider, search) against a whole service, from a copy of
the repository openid/authzen in the folder that BAILIWICK_AUTHZEN names. Without it the test is skipped: tests/system/external_test.py asks the
same of us in our words. What each scenario's policy says is declared here; its people and records are read from the folder.
usage: authzen_test.py PROGRAM FOLDER (for the harnesses' two packages)"""
import json
import os
import re
import shutil
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '..', 'system'))
from installation import Installation, Steps, bearer  # noqa: E402

SKIPPED = 77
PACKAGES = ('cli-color@2.0.4', 'typescript@5.9.3')
OWN = 'resource/properties/ownerID eq subject/properties/email'
TODO = f"""action/name eq 'can_read_todos'
 or action/name eq 'can_create_todo' and ('admin' in ROLES or 'editor' in ROLES)
 or action/name eq 'can_update_todo' and ('evil_genius' in ROLES or 'editor' in ROLES and {OWN})
 or action/name eq 'can_delete_todo' and ('admin' in ROLES or 'editor' in ROLES and {OWN})""".replace('ROLES', 'subject/properties/roles').replace('\n', '')
ROUTE = """action/name eq 'GET' and resource/id in ('/users/{userId}', '/todos')
 or action/name in ('POST', 'DELETE') and ('admin' in ROLES or 'editor' in ROLES)
 or action/name eq 'PUT' and ('evil_genius' in ROLES or 'editor' in ROLES)""".replace('ROLES', 'subject/properties/roles').replace('\n', '')
RECORD = """resource/properties/owner eq subject/id and action/name in ('view', 'edit', 'delete')
 or action/name eq 'view' and (subject/properties/role eq 'manager' or SAME)
 or action/name eq 'edit' and subject/properties/role eq 'manager' and SAME""".replace('SAME', 'resource/properties/department eq subject/properties/department').replace('\n', '')
steps = Steps()


class Scenario:
    def __init__(self, it, tenant, source, folder):
        self.it, self.tenant, self.source, self.folder = it, tenant, source, folder
        self.api, self.point = tenant['api'], f'{it.origin}/e/sales'
        self.environment = dict(os.environ, AUTHZEN_PDP_API_KEY=f'Bearer {it.token(tenant)}', NODE_EXTRA_CA_CERTS=f'{it.folder}/tls/ca.pem')

    def read(self, path):
        with open(f'{self.source}/interop/{path}', encoding='utf-8') as f:
            return f.read()

    def declare(self, types, entities):
        """types: {name: (policy, actions)}; entities: {type: {id: properties}}. What was declared before goes."""
        for row in self.it.operate('GET', f'{self.api}/externaltypes')['value']:
            self.it.operate('DELETE', f"{self.api}/externaltypes({row['externaltypeid']})")
        for name, (policy, actions) in types.items():
            made = self.it.operate('POST', f'{self.api}/externaltypes', {'name': name, 'policy': policy, 'actions': actions})
            for key, properties in entities.get(name, {}).items():
                self.it.operate('POST', f'{self.api}/externalentities', {
                    'name': key, 'properties': json.dumps(properties), 'externaltypeid@odata.bind': f'externaltypes({made})'})

    def run(self, harness, *arguments):
        """The harness as it is: (lines that say PASS, all lines that say anything)."""
        name = harness.replace('/', '_')
        target = f'{self.folder}/{name}'
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(f'{self.source}/interop/{harness}', target)
        subprocess.run(['node', f'{self.folder}/node_modules/typescript/bin/tsc', '--module', 'commonjs', '--moduleResolution', 'node', '--target', 'es2022',
                        '--esModuleInterop', '--resolveJsonModule', '--skipLibCheck', f'{target}/runner.ts'], stdout=subprocess.DEVNULL, check=False)
        done = subprocess.run(['node', f'{target}/runner.js', self.point, *arguments], env=self.environment, stdout=subprocess.PIPE, text=True,
                              timeout=240, check=False)
        lines = [re.sub(r'\x1b\[[0-9;]*m', '', line) for line in done.stdout.splitlines()]
        said = [line for line in lines if line.startswith(('PASS', 'FAIL', 'ERROR'))]
        return len([line for line in said if line.startswith('PASS')]), said

    def passes(self, what, count, harness, *arguments):
        good, said = self.run(harness, *arguments)
        steps.check(f'{what}: {good} of {len(said)} requests', good == len(said) == count, [line for line in said if not line.startswith('PASS')][:3])

    def people(self):
        """The to-do scenario's directory: {subject: {email, roles}}."""
        found = re.findall(r'"([^"]+)": \{\s*"id": "([^"]+)".*?"roles": (\[[^\]]*\])', self.read('authzen-todo-backend/src/directory.ts'), re.S)
        return {key: {'email': email, 'roles': json.loads(roles)} for key, email, roles in found}

    def records(self):
        users = {u['id']: u for u in json.loads(self.read('authzen-search-demo/data/users.json'))}
        return users, {str(r['id']): r for r in json.loads(self.read('authzen-search-demo/data/records.json'))}


def exactly(s, path):
    """The identity provider's harness compares how many results there are; here, which."""
    cases = json.loads(s.read(path))['search']
    wrong = []
    for case in cases:
        answer = s.it.request('POST', '/e/sales/access/v1/search/resource', case['request'], bearer(s.it.token(s.tenant)))
        if sorted(r['id'] for r in answer.json()['results']) != sorted(r['id'] for r in case['expected']['results']):
            wrong.append((case, answer))
    steps.check('and exactly those records', not wrong and len(cases) == 6, wrong[:2])


def main():
    source = os.environ.get('BAILIWICK_AUTHZEN')
    if not source:
        print('skipped: BAILIWICK_AUTHZEN names no folder with openid/authzen')
        return SKIPPED
    folder = f'{sys.argv[2]}/authzen'
    os.makedirs(folder, exist_ok=True)
    if not os.path.isdir(f'{folder}/node_modules/typescript'):
        subprocess.run(['npm', 'install', '--prefix', folder, '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', *PACKAGES], check=True)
    it = Installation(sys.argv[1], 'authzen').init()
    try:
        it.start()
        s = Scenario(it, it.tenant_make('Contoso', 'contoso.example', 'sales'), source, folder)
        people = s.people()
        s.declare({'user': ("action/name eq 'can_read_user'", None), 'todo': (TODO, None)}, {'user': people})
        s.passes('to-do, draft 01', 40, 'authzen-todo-backend/test', 'authorization-api-1_0-01', 'console')
        s.passes('to-do, draft 02 with batches', 43, 'authzen-todo-backend/test', 'authorization-api-1_0-02', 'console')
        s.declare({'identity': (None, None), 'route': (ROUTE, None)}, {'identity': people})
        s.passes('gateway', 25, 'authzen-api-gateways/test-harness/test', 'console')
        users, records = s.records()
        s.declare({'user': (None, None), 'record': (RECORD, 'view,edit,delete')}, {'user': users, 'record': records})
        s.passes('identity provider', 6, 'authzen-idp/test-harness/src', 'console')
        exactly(s, 'authzen-idp/test-harness/src/results.json')
        s.passes('search', 198, 'authzen-search-demo/test-harness/src', 'console')
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(6)


sys.exit(main())
