"""A tenant with one environment, its people and roles, for tests of rights and data."""
import urllib.parse

from installation import Browser, bearer, eventually


def entity(answer):
    header = answer.headers.get('OData-EntityId', '')
    return header[header.rfind('(') + 1:-1]


def code(answer):
    return answer.json()['error']['code'] if answer.status >= 400 and answer.body else ''


class World:
    def __init__(self, it, steps):
        self.it, self.steps, self.tenant = it, steps, it.tenant_make('Contoso', 'contoso.example', 'sales')
        self.api, self.tokens, self.users, self.privileges = self.tenant['api'], {}, {}, {}
        self.root = self.get('businessunits')[0]['businessunitid']

    def table(self, name, columns=()):
        self.it.table_make(self.tenant, name, columns)
        named = self.it.operate('GET', f"{self.api}/EntityDefinitions(LogicalName='{name}')?$select=Privileges")['Privileges']
        self.privileges[name] = {p['Name'][3:-len(name)]: p['PrivilegeId'] for p in named}

    def relationship(self, name, parent, child, lookup, **cascade):
        self.post('RelationshipDefinitions', {
            '@odata.type': 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata', 'SchemaName': name, 'ReferencedEntity': parent,
            'ReferencingEntity': child, **({'CascadeConfiguration': cascade} if cascade else {}),
            'Lookup': {'@odata.type': 'Microsoft.Dynamics.CRM.LookupAttributeMetadata', 'SchemaName': lookup}})

    def get(self, path, **query):
        options = '&'.join(f'${k}={urllib.parse.quote(v)}' for k, v in query.items())
        return self.it.operate('GET', f'{self.api}/{path}?{options}')['value']

    def post(self, path, body):
        return self.it.operate('POST', f'{self.api}/{path}', body)

    def sign_in(self, name):
        answer = Browser(self.it).sign_in(self.tenant, f'{name}@contoso.example', scope=f'openid {self.it.origin}/e/sales/.default')
        self.tokens[name] = answer.json()['access_token']

    def person(self, name, unit):
        self.it.person_make('contoso.example', name)
        self.sign_in(name)
        me = self.ask(name, 'GET', 'WhoAmI')
        self.users[name] = me.json()['UserId']
        self.steps.check(f'{name} arrives in the root unit at the first visit', me.json()['BusinessUnitId'] == self.root, me)
        if unit != self.root:
            self.it.operate('PATCH', f'{self.api}/systemusers({self.users[name]})', {'businessunitid@odata.bind': f'businessunits({unit})'})

    def ask(self, name, method, path, body=None, **headers):
        return self.it.request(method, f'{self.api}/{path}', body, bearer(self.tokens[name], **headers))

    def role(self, name, table='new_case', **depths):
        role = self.post('roles', {'name': name})
        self.grant(role, table, **depths)
        return role

    def grant(self, role, table='new_case', **depths):
        self.post(f'roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole',
                  {'Privileges': [{'PrivilegeId': self.privileges[table][r], 'Depth': d} for r, d in depths.items()]})

    def instance(self, role, unit):
        return self.get('roles', filter=f'_parentrootroleid_value eq {role} and _businessunitid_value eq {unit}')[0]['roleid']

    def give(self, name, role, unit):
        self.post(f'systemusers({self.users[name]})/systemuserroles_association/$ref', {'@odata.id': f'roles({self.instance(role, unit)})'})

    def events(self):
        """All events of the environment so far. They reach the log in order: once one more has arrived, so have those before it."""
        mark = self.post('positions', {'name': 'mark'})

        def marked():
            events = self.it.audit_events(self.tenant['id'], self.tenant['environment_id'])
            return events if any(mark in str(e) for e in events) else None
        return eventually(marked, 60)[0] or []
