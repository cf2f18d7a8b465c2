"""A tenant of ours with a table of rows, units, roles that read to a depth, and applications as callers; for page and decision figures."""
import itertools
import urllib.parse
import uuid

IMPORT_ROWS = 1000


class RowsWorld:
    def __init__(self, it):
        self.it, self.tenant = it, it.tenant_make('Contoso', 'contoso.example', 'sales')
        self.api = self.tenant['api']
        it.table_make(self.tenant, 'bench_row', [('bench_amount', 'Integer')])
        self.root = self.find('businessunits', '_parentbusinessunitid_value eq null')['businessunitid']
        self.units, self.roles = {}, {}

    def post(self, path, body):
        return self.it.operate('POST', f'{self.api}/{path}', body)

    def find(self, path, condition):
        return self.it.operate('GET', f'{self.api}/{path}?$filter={urllib.parse.quote(condition)}')['value'][0]

    def unit_make(self, name, parent=None):
        self.units[name] = self.post('businessunits', {'name': name, 'parentbusinessunitid@odata.bind': f'businessunits({parent or self.root})'})

    def reader_role(self, depth):
        named = self.it.operate('GET', f"{self.api}/EntityDefinitions(LogicalName='bench_row')?$select=Privileges")['Privileges']
        read = next(p['PrivilegeId'] for p in named if p['Name'] == 'prvReadbench_row')
        self.roles[depth] = self.post('roles', {'name': f'{depth} reader'})
        self.post(f'roles({self.roles[depth]})/Microsoft.Dynamics.CRM.AddPrivilegesRole', {'Privileges': [{'PrivilegeId': read, 'Depth': depth}]})

    def give_role(self, depth, holder, association, unit):
        there = self.find('roles', f'_parentrootroleid_value eq {self.roles[depth]} and _businessunitid_value eq {unit}')['roleid']
        self.post(f'{holder}/{association}/$ref', {'@odata.id': f'roles({there})'})

    def unit_team(self, name):
        """The unit's own team: its id. It can be given rows only once it can read them."""
        return self.find('teams', f'_businessunitid_value eq {self.units[name]} and isdefault eq true')['teamid']

    def caller(self, name, depth, unit):
        """An application whose user is in the unit and reads to the depth: the user's id and the application."""
        app = self.it.command('app', 'create', self.it.folder, '--tenant', self.tenant['domain'], '--name', name, '--secret', '--json')
        user = self.post('systemusers', {'applicationid': app['appId'], 'domainname': name, 'accessmode': 4,
                                         'businessunitid@odata.bind': f'businessunits({self.units[unit]})'})
        self.give_role(depth, f'systemusers({user})', 'systemuserroles_association', self.units[unit])
        return user, app

    def token(self, app):
        return self.it.token({**self.tenant, 'app': app})

    def load(self, rows):
        """Through the import of the operator's lane. rows: bodies of an import, of any number."""
        job, path = uuid.uuid4(), f"/e/{self.tenant['environment']}/import/v1/bench_row"
        self.it.operate('POST', f'{path}/start?job={job}', {'source': f'bench {job}', 'digest': '0' * 64, 'abandon': False})
        source = iter(rows)
        for batch in itertools.count():
            body = list(itertools.islice(source, IMPORT_ROWS))
            if not body:
                break
            told = self.it.operate('POST', f'{path}?job={job}&batch={batch}', body)
            if told['rejected']:
                raise SystemExit(f"import: {told['rejected'][0]}")
        self.it.operate('POST', f'{path}/finish?job={job}')
