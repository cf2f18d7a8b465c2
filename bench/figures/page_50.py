"""page-50: the first 50 rows, by name, of a table of 100,000 rows in 20 business units, for three callers: narrow (reads what it owns:
100 rows), middling (reads its unit: one row in twenty), global (reads all). Ours: the Web API over TLS with a signed token. The peer:
PostgreSQL with a row policy of the same model behind a minimal Node server over TLS. Same client, 8 connections; both answers must hold
the same rows."""
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

AIM, CONNECTIONS, UNITS, UNIT, OWN = 20.0, 8, 20, 7, 100
QUERY = '?$select=bench_title,bench_amount&$orderby=bench_title'
DESK = 'desk'  # the unit of the narrow and the global caller; it owns no row
CALLERS = {'narrow': ('Basic', DESK), 'middling': ('Local', f'unit{UNIT}'), 'global': ('Global', DESK)}
PEER_USERS = {name: f'00000000-0000-4000-8000-{n:012}' for n, name in enumerate(CALLERS, 1)}


def rows(count):
    """(title, amount, unit, own): the same on both sides. The narrow caller owns those with `own`, the unit's team the others."""
    dice = random.Random(50)
    return [(f'{dice.getrandbits(48):012x} {n:06}', dice.randrange(1000000), n % UNITS, n % (count // OWN) == 0) for n in range(count)]


def seen(content, caller):
    """The first 50 that the caller may see."""
    may = {'narrow': lambda r: r[3], 'middling': lambda r: r[2] == UNIT and not r[3], 'global': lambda r: True}[caller]
    return sorted((r[0], r[1]) for r in content if may(r))[:50]


# --- ours ---

class Ours:
    def __init__(self, it):
        self.it, self.tenant = it, it.tenant_make('Contoso', 'contoso.example', 'sales')
        self.api = self.tenant['api']
        it.table_make(self.tenant, 'bench_row', [('bench_amount', 'Integer')])
        root = self.find('businessunits', '_parentbusinessunitid_value eq null')['businessunitid']
        self.units = {name: self.post('businessunits', {'name': name, 'parentbusinessunitid@odata.bind': f'businessunits({root})'})
                      for name in (DESK, *(f'unit{u}' for u in range(UNITS)))}
        self.roles = {depth: self.reader_role(depth) for depth in ('Basic', 'Local', 'Global')}
        self.tokens = {name: self.reader(name, *caller) for name, caller in CALLERS.items()}

    def post(self, path, body):
        return self.it.operate('POST', f'{self.api}/{path}', body)

    def find(self, path, condition):
        return self.it.operate('GET', f'{self.api}/{path}?$filter={urllib.parse.quote(condition)}')['value'][0]

    def reader_role(self, depth):
        named = self.it.operate('GET', f"{self.api}/EntityDefinitions(LogicalName='bench_row')?$select=Privileges")['Privileges']
        read = next(p['PrivilegeId'] for p in named if p['Name'] == 'prvReadbench_row')
        role = self.post('roles', {'name': f'{depth} reader'})
        self.post(f'roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole', {'Privileges': [{'PrivilegeId': read, 'Depth': depth}]})
        return role

    def give_role(self, depth, holder, association, unit):
        there = self.find('roles', f'_parentrootroleid_value eq {self.roles[depth]} and _businessunitid_value eq {unit}')['roleid']
        self.post(f'{holder}/{association}/$ref', {'@odata.id': f'roles({there})'})

    def reader(self, name, depth, unit):
        """The token of an application whose user is in the unit and reads to the depth."""
        app = self.it.command('app', 'create', self.it.folder, '--tenant', self.tenant['domain'], '--name', name, '--secret', '--json')
        user = self.post('systemusers', {'applicationid': app['appId'], 'domainname': name, 'accessmode': 4,
                                         'businessunitid@odata.bind': f'businessunits({self.units[unit]})'})
        self.give_role(depth, f'systemusers({user})', 'systemuserroles_association', self.units[unit])
        return self.it.token({**self.tenant, 'app': app})

    def fill(self, content):
        """Rows owned by the units' own teams, which must be able to read what they own, and by the narrow caller."""
        for name, unit in self.units.items():
            if name != DESK:
                team = self.find('teams', f'_businessunitid_value eq {unit} and isdefault eq true')['teamid']
                self.give_role('Basic', f'teams({team})', 'teamroles_association', unit)
        job, path = '0198bbbb-0000-7000-8000-000000000050', f"/e/{self.tenant['environment']}/import/v1/bench_row"
        self.it.operate('POST', f'{path}/start?job={job}', {'source': 'bench', 'digest': '0' * 64, 'abandon': False})
        for batch, start in enumerate(range(0, len(content), 1000)):
            body = [{'bench_title': t, 'bench_amount': a, **({'@user': 'narrow'} if own else {'@unit': f'unit{u}'})}
                    for t, a, u, own in content[start:start + 1000]]
            told = self.it.operate('POST', f'{path}?job={job}&batch={batch}', body)
            if told['rejected']:
                raise SystemExit(f"page-50: {told['rejected'][0]}")
        self.it.operate('POST', f'{path}/finish?job={job}')


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
        lines = ''.join(f'{t},{a},{UNITS},1\n' if own else f'{t},{a},{u},{1000 + u}\n' for t, a, u, own in content)
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


def compare(content, caller, pages):
    wanted = seen(content, caller)
    for side, page in pages.items():
        if page != wanted:
            raise SystemExit(f'page-50.{caller}: {side} does not answer with the 50 rows that the caller may see: {page[:2]} .. of {len(page)}')


def caller_row(bench, content, caller, ours, world, node, postgres, port):
    headers = [{**bearer(world.tokens[caller]), 'Prefer': 'odata.maxpagesize=50'}, bearer(caller)]
    urls = [f'{ours.origin}{world.api}/bench_rows{QUERY}', f'https://localhost:{port}/']
    compare(content, caller, {'ours': get(urls[0], ours.context, headers[0]), 'the peer': get(urls[1], common.ssl_without_proof(), headers[1])})

    def side(i, *roots):
        lines = [f'{k}: {v}' for k, v in headers[i].items()]
        return lambda: common.measure(roots, lambda: common.h2load(urls[i], bench.seconds, CONNECTIONS, headers=lines))
    mine, theirs = side(0, ours.service.pid), side(1, node.pid, postgres.server.pid)
    common.settle(ours.service.pid)
    mine(), theirs()
    return common.row(f'page-50.{caller}', common.interleave(bench.rounds, mine, theirs), AIM, 'pages/cpu s', 'per_cpu')


def figure(bench):
    bench.packages('postgresql', 'nghttp2-client', 'curl', 'openssl')
    content = rows(10000 if bench.smoke else 100000)
    ours, postgres, node = Installation(bench.service, 'bench', config=common.UNLIMITED), None, None
    with tempfile.TemporaryDirectory() as folder:
        try:
            postgres = Postgres(content)
            cert, key = common.certificate(folder)
            port = free_port()
            node = bench.node('page_server.mjs', port, cert, key, postgres.folder, *(f'{name}={user}' for name, user in PEER_USERS.items()))
            common.wait_for(f'https://localhost:{port}/', node)
            ours.init().start()
            world = Ours(ours)
            world.fill(content)
            for caller in CALLERS:
                yield caller_row(bench, content, caller, ours, world, node, postgres, port)
        finally:
            if node:
                common.end(node)
            if postgres:
                postgres.close()
            ours.close()
