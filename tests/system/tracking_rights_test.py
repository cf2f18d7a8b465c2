#!/usr/bin/env python3
"""Change tracking of the administrative tables: whoever follows their delta links holds just what a list shows.
usage: tracking_rights_test.py PROGRAM"""
import sys

from installation import Installation, Steps
from replica import Replica
from world import World

steps = Steps()
check = steps.check

ADMINISTRATIVE = {'systemusers': 'systemuserid', 'teams': 'teamid', 'businessunits': 'businessunitid', 'roles': 'roleid', 'privileges': 'privilegeid',
                  'organizations': 'organizationid', 'positions': 'positionid', 'fieldsecurityprofiles': 'fieldsecurityprofileid',
                  'fieldpermissions': 'fieldpermissionid', 'teamtemplates': 'teamtemplateid', 'maskingrules': 'maskingruleid',
                  'attributemaskingrules': 'attributemaskingruleid', 'rowpolicies': 'rowpolicyid', 'rowpolicyconstraints': 'rowpolicyconstraintid', 'serviceplans': 'serviceplanid',
                  'externaltypes': 'externaltypeid', 'externalentities': 'externalentityid', 'principalobjectattributeaccessset':
                  'principalobjectattributeaccessid', 'hierarchysecurityconfigurations': 'hierarchysecurityconfigurationid'}


def administrative_work(w):
    """Steps that change one administrative table or another; each is a name and what it does."""
    made, crm = {}, 'Microsoft.Dynamics.CRM.'
    new = lambda name, where, body: made.__setitem__(name, w.post(where, body))  # noqa: E731
    patch = lambda name, where, body: w.it.operate('PATCH', f'{w.api}/{where}({made[name]})', body)  # noqa: E731
    delete = lambda name, where: w.it.operate('DELETE', f'{w.api}/{where}({made[name]})')  # noqa: E731
    column = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_thing')/Attributes(LogicalName='new_secret')?$select=MetadataId")['MetadataId']
    code = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_thing')?$select=ObjectTypeCode")['ObjectTypeCode']
    organization = w.get('organizations')[0]['organizationid']
    thing = w.post('new_things', {'new_title': 'x'})
    at = lambda name: {f'businessunitid@odata.bind': f"businessunits({made.get(name, w.root)})"}  # noqa: E731
    yield 'a unit', lambda: new('unit', 'businessunits', {'name': 'East', 'parentbusinessunitid@odata.bind': f'businessunits({w.units[1]})'})
    yield 'a user', lambda: new('user', 'systemusers', {'domainname': 'zoe@contoso.example', 'firstname': 'Zoe', **at('unit')})
    yield 'a name', lambda: patch('user', 'systemusers', {'lastname': 'Z'})
    yield 'a manager', lambda: patch('user', 'systemusers', {'parentsystemuserid@odata.bind': f"systemusers({w.users['ann']})"})
    yield 'a position', lambda: new('position', 'positions', {'name': 'Lead'})
    yield 'a position taken', lambda: patch('user', 'systemusers', {'positionid@odata.bind': f"positions({made['position']})"})
    yield 'a position below', lambda: new('below', 'positions', {'name': 'Hand', 'parentpositionid@odata.bind': f"positions({made['position']})"})
    yield 'a team', lambda: new('team', 'teams', {'name': 'Crew', 'teamtype': 0, **at('unit')})
    yield 'a member', lambda: w.post(f"teams({made['team']})/{crm}AddMembersTeam", {'Members': [{'systemuserid': made['user']}]})
    yield 'a role', lambda: new('role', 'roles', {'name': 'Deep', **at('none')})
    yield 'a grant', lambda: w.grant(made['role'], 'new_case', Read='Basic')
    yield 'a role renamed', lambda: patch('role', 'roles', {'name': 'Deeper'})
    yield 'a unit renamed', lambda: patch('unit', 'businessunits', {'name': 'Far East'})
    yield 'a unit moved', lambda: patch('unit', 'businessunits', {'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})
    yield 'a user moved', lambda: patch('user', 'systemusers', at('none'))
    yield 'a team moved', lambda: patch('team', 'teams', {'name': 'Gang', 'administratorid@odata.bind': f"systemusers({made['user']})"})
    yield 'a user disabled', lambda: patch('user', 'systemusers', {'isdisabled': True})
    yield 'a unit disabled', lambda: patch('unit', 'businessunits', {'isdisabled': True})
    yield 'a template', lambda: new('template', 'teamtemplates', {'teamtemplatename': 'T', 'objecttypecode': code, 'defaultaccessrightsmask': 1})
    yield 'a template changed', lambda: patch('template', 'teamtemplates', {'defaultaccessrightsmask': 3})
    yield 'a profile', lambda: new('profile', 'fieldsecurityprofiles', {'name': 'P'})
    yield 'a permission', lambda: new('permission', 'fieldpermissions', {
        'fieldsecurityprofileid@odata.bind': f"fieldsecurityprofiles({made['profile']})", 'entityname': 'new_thing', 'attributelogicalname': 'new_secret', 'canread': 4})
    yield 'a permission changed', lambda: patch('permission', 'fieldpermissions', {'canupdate': 4})
    yield 'a mask', lambda: new('mask', 'maskingrules', {'name': 'M', 'regularexpression': '.', 'maskedcharacter': '*'})
    yield 'a masked column', lambda: new('masked', 'attributemaskingrules', {'uniquename': 'new_m', 'entityname': 'new_thing', 'attributelogicalname': 'new_secret',
                                                                            'MaskingRuleId@odata.bind': f"maskingrules({made['mask']})"})
    yield 'a cell', lambda: new('cell', 'principalobjectattributeaccessset', {
        'attributeid': column, 'objectid_new_thing@odata.bind': f'new_things({thing})', 'principalid_systemuser@odata.bind': f"systemusers({w.users['ann']})",
        'readaccess': True, 'updateaccess': False})
    yield 'a cell that goes with its row', lambda: w.it.operate('DELETE', f'{w.api}/new_things({thing})')
    yield 'a policy', lambda: new('policy', 'rowpolicies', {'name': 'Q', 'entityname': 'new_thing', 'query': "new_title ne 'q'", 'contextvalue': 'Narrow', 'operations': 1})
    yield 'a policy off', lambda: patch('policy', 'rowpolicies', {'isenabled': False})
    yield 'a plan', lambda: new('plan', 'serviceplans', {'serviceplanid': '0198aaaa-0000-7000-8000-000000000001', 'name': 'S', 'bounds': '{}'})
    yield 'a type', lambda: new('type', 'externaltypes', {'name': 'document', 'actions': 'read'})
    yield 'an entity', lambda: new('entity', 'externalentities', {'name': 'd1', 'externaltypeid@odata.bind': f"externaltypes({made['type']})"})
    yield 'an exclusion', lambda: new('exclusion', 'hierarchysecurityconfigurations', {'objecttypecode': code})
    yield 'a setting', lambda: w.it.operate('PATCH', f'{w.api}/organizations({organization})', {'maxdepthforhierarchicalsecuritymodel': 5})
    yield 'a table and its privileges', lambda: w.table('new_other')
    yield 'and without', lambda: w.it.operate('DELETE', f"{w.api}/EntityDefinitions(LogicalName='new_other')")
    for name, where in (('policy', 'rowpolicies'), ('plan', 'serviceplans'), ('entity', 'externalentities'), ('type', 'externaltypes'),
                        ('exclusion', 'hierarchysecurityconfigurations'), ('masked', 'attributemaskingrules'), ('mask', 'maskingrules'),
                        ('permission', 'fieldpermissions'), ('profile', 'fieldsecurityprofiles'), ('template', 'teamtemplates'), ('below', 'positions'),
                        ('role', 'roles'), ('team', 'teams')):
        yield f'{name} deleted', lambda name=name, where=where: delete(name, where)
    yield 'a unit deleted', lambda: delete('unit', 'businessunits')


def administrative_tables(w):
    """gus sees them all; hal the users, teams, units and roles of his unit and below."""
    w.table('new_thing', [('new_Secret', 'String')])
    w.it.operate('PUT', f"{w.api}/EntityDefinitions(LogicalName='new_thing')", {
        '@odata.type': 'Microsoft.Dynamics.CRM.EntityMetadata', 'SchemaName': 'new_thing', 'OwnershipType': 'UserOwned', 'AutoCreateAccessTeams': True})
    w.it.operate('PUT', f"{w.api}/EntityDefinitions(LogicalName='new_thing')/Attributes(LogicalName='new_secret')", {
        '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', 'SchemaName': 'new_Secret', 'IsSecured': True, 'MaxLength': 4000})
    for name in ('gus', 'hal'):
        w.person(name, w.root if name == 'gus' else w.units[1])
    administrator = next(r for r in w.get('roles') if r['name'] == 'System Administrator' and r['_businessunitid_value'] == w.root)['roleid']
    w.post(f"systemusers({w.users['gus']})/systemuserroles_association/$ref", {'@odata.id': f'roles({administrator})'})
    reader = w.post('roles', {'name': 'Looks'})
    seen = ('systemusers', 'teams', 'businessunits', 'roles')
    for table in ('systemuser', 'team', 'businessunit', 'role'):
        named = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='{table}')?$select=Privileges,ChangeTrackingEnabled")
        check(f'{table} says that it is tracked', named['ChangeTrackingEnabled'], named)
        read = next(p for p in named['Privileges'] if p['Name'].startswith('prvRead'))['PrivilegeId']
        w.post(f'roles({reader})/Microsoft.Dynamics.CRM.AddPrivilegesRole', {'Privileges': [{'PrivilegeId': read, 'Depth': 'Deep'}]})
    w.give('hal', reader, w.units[1])
    replicas = [Replica(w, check, 'gus', '', n, k) for n, k in ADMINISTRATIVE.items()] + [Replica(w, check, 'hal', '', n, ADMINISTRATIVE[n]) for n in seen]
    for r in replicas:
        r.begin()
        r.compare('at first')
    for what, happen in administrative_work(w):
        happen()
        for r in replicas:
            r.delta()
            r.compare(what)
    check('no list of administrative rows had to begin anew', not any(r.resyncs for r in replicas), [(r.collection, r.resyncs) for r in replicas])


def main():
    it = Installation(sys.argv[1], 'tracking_rights').init()
    try:
        it.start()
        w = World(it, steps)
        w.table('new_case')
        w.role('Narrow', Read='Basic')
        w.units = [w.root, w.post('businessunits', {'name': 'Sales', 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})]
        w.person('ann', w.root)
        administrative_tables(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(1000)


sys.exit(main())
