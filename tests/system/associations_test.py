#!/usr/bin/env python3
"""Rows of the administration in relationships: roles, members and profiles expanded and asked for, and many-to-many relationships of defined
tables with users, teams, roles and units. usage: associations_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps
from world import World, code, entity

steps = Steps()
check = steps.check
CRM = 'Microsoft.Dynamics.CRM.'


def privilege(w, table, right):
    named = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='{table}')?$select=Privileges")['Privileges']
    return min((len(p['Name']), p['PrivilegeId']) for p in named if p['Name'].startswith(f'prv{right}'))[1]


def world_make(it):
    """ann reads everything here and appends users; bob reads users of his unit alone, and no roles; cid works on parts."""
    w = World(it, steps)
    w.table('new_part')
    w.unit = w.post('businessunits', {'name': 'North', 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})
    for name, unit in (('ann', w.root), ('bob', w.unit), ('cid', w.root)):
        w.person(name, unit)
    w.worker = w.role('Worker', 'new_part', **{r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo')})
    w.idle = w.post('roles', {'name': 'Idle'})
    w.sees, w.narrow = w.post('roles', {'name': 'Sees'}), w.post('roles', {'name': 'Narrow'})
    for table in ('systemuser', 'team', 'role', 'businessunit', 'fieldsecurityprofile', 'position'):
        for right in ('Read', 'Append', 'AppendTo') if table != 'fieldsecurityprofile' else ('Read',):
            w.post(f'roles({w.sees})/{CRM}AddPrivilegesRole', {'Privileges': [{'PrivilegeId': privilege(w, table, right), 'Depth': 'Global'}]})
    for table in ('systemuser', 'team'):
        w.post(f'roles({w.narrow})/{CRM}AddPrivilegesRole', {'Privileges': [{'PrivilegeId': privilege(w, table, 'Read'), 'Depth': 'Local'}]})
    w.give('ann', w.sees, w.root)
    w.give('ann', w.worker, w.root)
    w.give('bob', w.narrow, w.unit)
    w.give('cid', w.worker, w.root)
    w.team = w.post('teams', {'name': 'Crew', 'teamtype': 0, 'businessunitid@odata.bind': f'businessunits({w.root})'})
    w.post(f'teams({w.team})/{CRM}AddMembersTeam', {'Members': [{'systemuserid': w.users[n]} for n in ('bob', 'cid')]})
    w.post(f'teams({w.team})/teamroles_association/$ref', {'@odata.id': f'roles({w.instance(w.idle, w.root)})'})
    w.profile = w.post('fieldsecurityprofiles', {'name': 'Pay'})
    w.post(f"systemusers({w.users['ann']})/systemuserprofiles_association/$ref", {'@odata.id': f'fieldsecurityprofiles({w.profile})'})
    w.post(f'teams({w.team})/teamprofiles_association/$ref', {'@odata.id': f'fieldsecurityprofiles({w.profile})'})
    return w


def find(w, who, collection, text, member):
    answer = w.ask(who, 'GET', f'{collection}?$select={member}&$filter={urllib.parse.quote(text)}')
    return sorted(r[member] for r in answer.json()['value']) if answer.status == 200 else (answer.status, code(answer))


def expand(w, who, row, navigation, member):
    answer = w.ask(who, 'GET', f'{row}?$expand={navigation}($select={member})')
    return sorted(r[member] for r in answer.json()[navigation]) if answer.status == 200 else (answer.status, code(answer))


def administration_is_expanded(w):
    ann, bob, team = f"systemusers({w.users['ann']})", f"systemusers({w.users['bob']})", f'teams({w.team})'
    north = w.get('teams', filter=f'_businessunitid_value eq {w.unit} and isdefault eq true')[0]['teamid']
    mine = w.it.operate('GET', f'{w.api}/systemusers({w.users["bob"]})?$select=fullname')['fullname']
    for row, navigation, member, want in (
            (ann, 'systemuserroles_association', 'name', ['Sees', 'Worker']), (bob, 'systemuserroles_association', 'name', ['Narrow']),
            (team, 'teamroles_association', 'name', ['Idle']), (bob, 'teammembership_association', 'name', ['Crew', 'North']),
            (ann, 'systemuserprofiles_association', 'name', ['Pay']), (team, 'teamprofiles_association', 'name', ['Pay']),
            (f'fieldsecurityprofiles({w.profile})', 'teamprofiles_association', 'name', ['Crew']),
            (f'roles({w.instance(w.idle, w.root)})', 'teamroles_association', 'name', ['Crew']), (f'teams({north})', 'teammembership_association', 'fullname', [mine]),
            (f'roles({w.instance(w.idle, w.root)})', 'systemuserroles_association', 'fullname', [])):
        check(f'{navigation} of {row[:6]}: {want}', expand(w, 'ann', row, navigation, member) == want, expand(w, 'ann', row, navigation, member))
        listed = sorted(r[member] for r in w.ask('ann', 'GET', f'{row}/{navigation}').json()['value'])
        check('as the list itself', listed == want, listed)
    some = [w.users[n] for n in ('ann', 'cid')]
    for text, want in (("systemuserroles_association/any(r:r/name eq 'Worker')", sorted(some)),
                       ("teammembership_association/any(t:t/name eq 'Crew')", sorted(w.users[n] for n in ('bob', 'cid'))),
                       (f"systemuserprofiles_association/any(p:p/fieldsecurityprofileid eq {w.profile})", [w.users['ann']]),
                       ("systemuserroles_association/any(r:r/name eq 'Nothing')", [])):
        check(f'users with {text}', find(w, 'ann', 'systemusers', text, 'systemuserid') == want, find(w, 'ann', 'systemusers', text, 'systemuserid'))
    text = f"systemuserroles_association/any(u:u/systemuserid eq {w.users['cid']})"
    check('roles of a user', find(w, 'ann', 'roles', text, 'name') == ['Worker'], find(w, 'ann', 'roles', text, 'name'))
    many = w.ask('ann', 'GET', 'systemusers?$select=fullname&$expand=systemuserroles_association($select=name;$orderby=name;$top=1)').json()['value']
    first = {r['systemuserid']: [x['name'] for x in r['systemuserroles_association']] for r in many}
    check('with options of its own, in a list', first[w.users['ann']] == ['Sees'] and first[w.users['bob']] == ['Narrow'], first)


def others_see_less(w):
    bob, cid = f"systemusers({w.users['bob']})", f"systemusers({w.users['cid']})"
    check('who reads no roles gets none', expand(w, 'bob', bob, 'systemuserroles_association', 'name') == (403, '0x80040220'))
    check('... nor by a condition', find(w, 'bob', 'systemusers', "systemuserroles_association/any(r:r/name eq 'Narrow')", 'fullname') == (403, '0x80040220'))
    check('only teams of the unit', expand(w, 'bob', bob, 'teammembership_association', 'name') == ['North'], expand(w, 'bob', bob, 'teammembership_association', 'name'))
    check('nothing of a user elsewhere', expand(w, 'bob', cid, 'teammembership_association', 'name')[0] == 403)
    check('nothing without a role for users', expand(w, 'cid', cid, 'teammembership_association', 'name')[0] == 403)


def tables_are_joined(w):
    w.rows = {}
    for name, other in (('new_parts_users', 'systemuser'), ('new_parts_teams', 'team'), ('new_parts_roles', 'role'), ('new_parts_units', 'businessunit'),
                        ('new_parts_places', 'position')):
        answer = w.it.operator('POST', f'{w.api}/RelationshipDefinitions', {
            '@odata.type': f'{CRM}ManyToManyRelationshipMetadata', 'SchemaName': name, 'IntersectEntityName': name, 'Entity1LogicalName': 'new_part',
            'Entity2LogicalName': other})
        check(f'parts and {other}: 204', answer.status == 204, answer)
    for other in ('privilege', 'organization', 'rowpolicy'):
        answer = w.it.operator('POST', f'{w.api}/RelationshipDefinitions', {
            '@odata.type': f'{CRM}ManyToManyRelationshipMetadata', 'SchemaName': 'new_odd', 'Entity1LogicalName': other, 'Entity2LogicalName': 'new_part'})
        check(f'not with {other}', answer.status == 400, answer)
    part = entity(w.ask('ann', 'POST', 'new_parts', {'new_title': 'wheel'}))
    place = w.post('positions', {'name': 'Lead'})
    at = f'new_parts({part})'
    for navigation, reference, member in (('new_parts_users', f"systemusers({w.users['bob']})", 'systemuserid'), ('new_parts_teams', f'teams({w.team})', 'teamid'),
                                          ('new_parts_roles', f'roles({w.instance(w.narrow, w.unit)})', 'roleid'), ('new_parts_units', f'businessunits({w.unit})', 'businessunitid'),
                                          ('new_parts_places', f'positions({place})', 'positionid')):
        key = reference[reference.index('(') + 1:-1]
        answer = w.ask('ann', 'POST', f'{at}/{navigation}/$ref', {'@odata.id': reference})
        check(f'{navigation} joins', answer.status == 204, answer)
        check('twice is told', w.ask('ann', 'POST', f'{at}/{navigation}/$ref', {'@odata.id': reference}).status == 412)
        check('listed from the one end', [r[member] for r in w.ask('ann', 'GET', f'{at}/{navigation}').json()['value']] == [key])
        check('and from the other', [r['new_title'] for r in w.ask('ann', 'GET', f'{reference}/{navigation}').json()['value']] == ['wheel'])
        check('expanded', expand(w, 'ann', at, navigation, member) == [key] and expand(w, 'ann', reference, navigation, 'new_title') == ['wheel'])
        check('asked for', find(w, 'ann', 'new_parts', f'{navigation}/any(x:x/{member} eq {key})', 'new_title') == ['wheel'])
        check('and from there', find(w, 'ann', reference[:reference.index('(')], f"{navigation}/any(x:x/new_title eq 'wheel')", member) == [key])
        refused = w.ask('cid', 'POST', f'{at}/{navigation}/$ref', {'@odata.id': reference})
        check('who may not append there is refused', refused.status == 403, refused)
    answer = w.ask('ann', 'DELETE', f"{at}/new_parts_users({w.users['bob']})/$ref")
    check('parted', answer.status == 204 and expand(w, 'ann', at, 'new_parts_users', 'systemuserid') == [], answer)
    w.it.operate('DELETE', f'{w.api}/teams({w.team})')
    check('a team takes its pairs along', expand(w, 'ann', at, 'new_parts_teams', 'teamid') == [])
    w.it.operate('DELETE', f'{w.api}/positions({place})')
    check('so does a position', expand(w, 'ann', at, 'new_parts_places', 'positionid') == [])
    document = w.it.operator('GET', f'{w.api}/$metadata').body.decode()
    check('the model knows both ends', document.count('Name="new_parts_users"') >= 2, document.count('new_parts_users'))
    check('a relationship goes', w.it.operator('DELETE', f"{w.api}/RelationshipDefinitions(SchemaName='new_parts_roles')").status == 204)
    check('and the table with the others', w.it.operator('DELETE', f"{w.api}/EntityDefinitions(LogicalName='new_part')").status == 204)
    check('users go on', w.ask('ann', 'GET', f"systemusers({w.users['bob']})").status == 200)


def groups_are_no_rows(w):
    group = w.it.operator('POST', f"/{w.tenant['id']}/v1.0/groups", {'displayName': 'Crowd', 'mailEnabled': False, 'mailNickname': 'crowd', 'securityEnabled': True})
    if group.status != 201:
        return check('a group is made', False, group)
    w.post('teams', {'name': 'Crowd', 'teamtype': 2, 'azureactivedirectoryobjectid': group.json()['id'], 'membershiptype': 0,
                     'businessunitid@odata.bind': f'businessunits({w.root})'})
    me = f"systemusers({w.users['ann']})"
    check('members are not told by halves', expand(w, 'ann', me, 'teammembership_association', 'name')[0] == 501)
    check('... nor asked for', find(w, 'ann', 'systemusers', "teammembership_association/any(t:t/name eq 'x')", 'fullname')[0] == 501)
    check('who may read no teams is not told that there are groups', expand(w, 'cid', f"systemusers({w.users['cid']})", 'teammembership_association', 'name')[0] == 403)
    check('roles still are', expand(w, 'ann', me, 'systemuserroles_association', 'name') == ['Sees', 'Worker'])


def main():
    it = Installation(sys.argv[1], 'associations').init()
    try:
        it.start()
        w = world_make(it)
        for step in (administration_is_expanded, others_see_less, tables_are_joined, groups_are_no_rows):
            step(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(75)


sys.exit(main())
