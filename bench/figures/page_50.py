"""page-50: the first 50 rows, by name, of a table of 100,000 that lie in 20 business units; the caller may read the own unit's. Ours: the
Web API over TLS with a signed token. The peer: PostgreSQL row-level security behind a minimal Node server over TLS. Same client, 8
connections; both answers must hold the same rows."""
import glob
import json
import os
import pwd
import random
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from installation import Installation, bearer, free_port
import common

AIM, CONNECTIONS, UNITS, UNIT = 20.0, 8, 20, 7
PEER_USER = '00000000-0000-4000-8000-000000000007'
QUERY = '?$select=bench_title,bench_amount&$orderby=bench_title'


def rows(count):
    """(title, amount, unit): the same on both sides."""
    dice = random.Random(50)
    return [(f'{dice.getrandbits(48):012x} {n:06}', dice.randrange(1000000), n % UNITS) for n in range(count)]


# --- ours ---

class Ours:
    def __init__(self, it):
        self.it, self.tenant = it, it.tenant_make('Contoso', 'contoso.example', 'sales')
        self.api = self.tenant['api']
        it.table_make(self.tenant, 'bench_row', [('bench_amount', 'Integer')])
        root = self.find('businessunits', '_parentbusinessunitid_value eq null')['businessunitid']
        self.units = [self.post('businessunits', {'name': f'unit{u}', 'parentbusinessunitid@odata.bind': f'businessunits({root})'})
                      for u in range(UNITS)]
        self.role = self.reader_role()

    def post(self, path, body):
        return self.it.operate('POST', f'{self.api}/{path}', body)

    def find(self, path, condition):
        return self.it.operate('GET', f'{self.api}/{path}?$filter={urllib.parse.quote(condition)}')['value'][0]

    def reader_role(self):
        named = self.it.operate('GET', f"{self.api}/EntityDefinitions(LogicalName='bench_row')?$select=Privileges")['Privileges']
        read = next(p['PrivilegeId'] for p in named if p['Name'] == 'prvReadbench_row')
        role = self.post('roles', {'name': 'Unit reader'})
        self.post(f'roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole', {'Privileges': [{'PrivilegeId': read, 'Depth': 'Local'}]})
        return role

    def give_role(self, holder, association, unit):
        there = self.find('roles', f'_parentrootroleid_value eq {self.role} and _businessunitid_value eq {unit}')['roleid']
        self.post(f'{holder}/{association}/$ref', {'@odata.id': f'roles({there})'})

    def fill(self, content):
        """Rows owned by the units' own teams, which must be able to read them."""
        for unit in self.units:
            team = self.find('teams', f'_businessunitid_value eq {unit} and isdefault eq true')['teamid']
            self.give_role(f'teams({team})', 'teamroles_association', unit)
        job, path = '0198bbbb-0000-7000-8000-000000000050', f"/e/{self.tenant['environment']}/import/v1/bench_row"
        self.it.operate('POST', f'{path}/start?job={job}', {'source': 'bench', 'digest': '0' * 64, 'abandon': False})
        for batch, start in enumerate(range(0, len(content), 1000)):
            body = [{'bench_title': t, 'bench_amount': a, '@unit': f'unit{u}'} for t, a, u in content[start:start + 1000]]
            told = self.it.operate('POST', f'{path}?job={job}&batch={batch}', body)
            if told['rejected']:
                raise SystemExit(f"page-50: {told['rejected'][0]}")
        self.it.operate('POST', f'{path}/finish?job={job}')

    def reader_token(self, unit):
        """An application whose user is in the unit and reads what is the unit's."""
        app = self.it.command('app', 'create', self.it.folder, '--tenant', self.tenant['domain'], '--name', 'reader', '--secret', '--json')
        user = self.post('systemusers', {'applicationid': app['appId'], 'domainname': 'reader', 'accessmode': 4,
                                         'businessunitid@odata.bind': f'businessunits({unit})'})
        self.give_role(f'systemusers({user})', 'systemuserroles_association', unit)
        return self.it.token({**self.tenant, 'app': app})


# --- the peer ---

class Postgres:
    """A private cluster, run by an unprivileged user, on a Unix socket in its own folder."""

    def __init__(self, content):
        found = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
        if not found:
            raise common.Skip('PostgreSQL cannot be installed')
        self.bin, self.folder = found[-1], tempfile.mkdtemp(prefix='bailiwick-bench-pg-')
        self.user = ['runuser', '-u', 'postgres', '--'] if os.geteuid() == 0 else []
        self.server = None
        try:
            if self.user:
                owner = pwd.getpwnam('postgres')
                os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.run(f'{self.bin}/initdb', '-D', f'{self.folder}/data', '-A', 'trust', '-U', 'owner', '--no-sync', '-E', 'UTF8', '--locale=C')
            self.server = subprocess.Popen([*self.user, f'{self.bin}/postgres', '-D', f'{self.folder}/data', '-k', self.folder, '-c', 'listen_addresses=',
                                            '-c', 'shared_buffers=256MB', '-c', 'logging_collector=off'], cwd='/', stderr=subprocess.DEVNULL)
            self.fill(content)
        except BaseException:
            self.close()
            raise

    def run(self, *command, **options):
        subprocess.run([*self.user, *command], cwd='/', check=True, capture_output=True, text=True, timeout=300, **options)

    def fill(self, content):
        with open(f'{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/peers/page.sql', encoding='ascii') as f:
            before, copy, after = f.read().partition('\\copy')
        statement, _, after = after.partition('\n')
        lines = ''.join(f'{t},{a},{u}\n' for t, a, u in content)
        script = f"{before}COPY{statement.replace('pstdin', 'STDIN')};\n{lines}\\.\n{after}"
        until = time.monotonic() + 30
        while subprocess.run([f'{self.bin}/pg_isready', '-q', '-h', self.folder], check=False).returncode and time.monotonic() < until:
            time.sleep(0.05)
        self.run(f'{self.bin}/psql', '-q', '-h', self.folder, '-U', 'owner', '-v', 'ON_ERROR_STOP=1', 'postgres', input=script)

    def close(self):
        if self.server:
            common.end(self.server)
        shutil.rmtree(self.folder, ignore_errors=True)


def get(url, context, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), context=context, timeout=30) as answer:
        return [(r['bench_title'], r['bench_amount']) for r in json.load(answer)['value']]


def compare(content, pages):
    wanted = sorted((t, a) for t, a, u in content if u == UNIT)[:50]
    for side, page in pages.items():
        if page != wanted:
            raise SystemExit(f'page-50: {side} does not answer with the 50 rows that the caller may see: {page[:2]} .. of {len(page)}')


def figure(bench):
    bench.packages('postgresql', 'nghttp2-client', 'curl', 'openssl')
    content = rows(2000 if bench.smoke else 100000)
    ours, postgres, node = Installation(bench.service, 'bench'), None, None
    with tempfile.TemporaryDirectory() as folder:
        try:
            postgres = Postgres(content)
            cert, key = common.certificate(folder)
            port = free_port()
            node = bench.node('page_server.mjs', port, cert, key, postgres.folder, 'peer-token', PEER_USER)
            common.wait_for(f'https://localhost:{port}/', node)
            ours.init().start()
            world = Ours(ours)
            world.fill(content)
            headers = [{**bearer(world.reader_token(world.units[UNIT])), 'Prefer': 'odata.maxpagesize=50'}, bearer('peer-token')]
            urls = [f'{ours.origin}{world.api}/bench_rows{QUERY}', f'https://localhost:{port}/']
            insecure = common.ssl_without_proof()
            compare(content, {'ours': get(urls[0], ours.context, headers[0]), 'the peer': get(urls[1], insecure, headers[1])})

            def side(i, *roots):
                lines = [f'{k}: {v}' for k, v in headers[i].items()]
                return lambda: common.measure(roots, lambda: common.h2load(urls[i], bench.seconds, CONNECTIONS, headers=lines))
            mine, theirs = side(0, ours.service.pid), side(1, node.pid, postgres.server.pid)
            common.settle(ours.service.pid)
            mine(), theirs()
            samples = common.interleave(bench.rounds, mine, theirs)
            yield common.row('page-50', samples, AIM, 'pages/cpu s', 'per_cpu')
        finally:
            if node:
                common.end(node)
            if postgres:
                postgres.close()
            ours.close()
