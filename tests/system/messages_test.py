#!/usr/bin/env python3
"""Many rows in one request, counts of all rows, privileges by name, filters along trees and hierarchies, definitions of tables that change.
usage: messages_test.py PROGRAM"""
import sys
import urllib.parse
import uuid

from installation import Installation, Steps, label
from world import World, code, entity

steps = Steps()
check = steps.check
ALL = ('Create', 'Read', 'Write', 'Delete', 'Assign', 'Share', 'Append', 'AppendTo')
SPACE = 'Microsoft.Dynamics.CRM'


def world_make(it):
    """ann and bob work on their own rows; ann is bob's manager."""
    w = World(it, steps)
    w.table('new_case')
    w.table('new_note')
    w.relationship('new_case_cases', 'new_case', 'new_case', 'new_ParentId')
    w.relationship('new_case_notes', 'new_case', 'new_note', 'new_CaseId')
    rights = {r: 'Basic' for r in ALL}
    role = w.role('Worker', **rights)
    w.grant(role, 'new_note', **rights)
    for name in ('ann', 'bob'):
        w.person(name, w.root)
        w.give(name, role, w.root)
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['bob']})", {'parentsystemuserid@odata.bind': f"systemusers({w.users['ann']})"})
    return w


def operator(w, method, path, body=None):
    return w.it.operator(method, f'{w.api}/{path}', body)


def titles(w, name, filter, path='new_cases'):
    answer = w.ask(name, 'GET', f'{path}?$select=new_title&$filter={urllib.parse.quote(filter)}')
    return sorted(r['new_title'] for r in answer.json()['value']) if answer.status == 200 else (answer.status, code(answer))


def many_rows(w):
    def action(name, what, rows, table='new_case'):
        return w.ask(name, 'POST', f'{table}s/{SPACE}.{what}', {'Targets': rows})
    kind = {'@odata.type': f'{SPACE}.new_case'}
    made = action('ann', 'CreateMultiple', [{**kind, 'new_title': f'case {i}'} for i in range(5)])
    ids = made.json().get('Ids', [])
    check('five rows at once', made.status == 200 and len(ids) == 5, made)
    check('in order', [w.ask('ann', 'GET', f'new_cases({i})').json()['new_title'] for i in ids] == [f'case {i}' for i in range(5)])
    deep = action('ann', 'CreateMultiple', [{**kind, 'new_title': 'with notes', 'new_case_notes': [{'new_title': 'n'}]}])
    check('nested rows come along', deep.status == 200 and titles(w, 'ann', f"_new_caseid_value eq {deep.json()['Ids'][0]}", 'new_notes') == ['n'], deep)
    changed = action('ann', 'UpdateMultiple', [{**kind, 'new_caseid': i, 'new_title': 'changed'} for i in ids[:3]])
    check('three changed', changed.status == 204 and titles(w, 'ann', "new_title eq 'changed'") == ['changed'] * 3, changed)
    bobs = entity(w.ask('bob', 'POST', 'new_cases', {'new_title': 'of bob'}))
    refused = action('ann', 'UpdateMultiple', [{**kind, 'new_caseid': ids[0], 'new_title': 'lost'}, {**kind, 'new_caseid': bobs, 'new_title': 'lost'}])
    check('one refused, none changed', refused.status == 403 and titles(w, 'ann', "new_title eq 'lost'") == [], refused)
    refused = action('ann', 'CreateMultiple', [{**kind, 'new_title': 'half'}, {**kind, 'new_nothing': 1}])
    check('one wrong, none made', refused.status == 400 and titles(w, 'ann', "new_title eq 'half'") == [], refused)
    new = str(uuid.uuid4())
    answer = action('ann', 'UpsertMultiple', [{**kind, 'new_caseid': ids[0], 'new_title': 'upserted'}, {**kind, 'new_caseid': new, 'new_title': 'upserted'}])
    check('an upsert of each kind', [r['RecordCreated'] for r in answer.json()['Results']] == [False, True] and
          titles(w, 'ann', "new_title eq 'upserted'") == ['upserted'] * 2, answer)
    for rows, status in (([], 400), ('x', 400), ([1], 400), ([{**kind, 'new_title': str(i)} for i in range(1001)], 400),
                         ([{'@odata.type': f'{SPACE}.new_note', 'new_title': 'x'}], 400)):
        answer = action('ann', 'CreateMultiple', rows)
        check(f'{str(rows)[:40]}: {status}', answer.status == status, answer)
    check('a row that must have its id', action('ann', 'UpdateMultiple', [{**kind, 'new_title': 'x'}]).status == 400)
    check('a row that is not there', action('ann', 'UpdateMultiple', [{**kind, 'new_caseid': str(uuid.uuid4()), 'new_title': 'x'}]).status == 404)
    check('built-in tables one by one', operator(w, 'POST', f'teams/{SPACE}.CreateMultiple', {'Targets': [{'name': 'x'}]}).status == 501)
    check('an action that is not there', w.ask('ann', 'POST', f'new_cases/{SPACE}.Nothing', {}).status == 404)


def counts(w):
    everything = len(w.get('new_cases'))
    for query in ("RetrieveTotalRecordCount(EntityNames=['new_case','new_note'])", 'RetrieveTotalRecordCount(EntityNames=@p)?@p=["new_case","new_note"]'):
        answer = operator(w, 'GET', urllib.parse.quote(query, safe="()=?@,"))
        body = answer.json().get('EntityRecordCountCollection', {})
        check('all rows are counted', body.get('Keys') == ['new_case', 'new_note'] and body.get('Values') == [everything, 1] and body.get('Count') == 2, answer)
    check('for administrators only', w.ask('ann', 'GET', "RetrieveTotalRecordCount(EntityNames=['new_case'])").status == 403)
    for query in ('RetrieveTotalRecordCount(EntityNames=[])', 'RetrieveTotalRecordCount', "RetrieveTotalRecordCount(EntityNames='new_case')",
                  "RetrieveTotalRecordCount(EntityNames=['new_case'", "RetrieveTotalRecordCount(EntityNames=['new_case',])"):
        check(f'{query}: no list', operator(w, 'GET', query).status in (400, 404))
    check('a table that is not there', operator(w, 'GET', "RetrieveTotalRecordCount(EntityNames=['nothing'])").status == 404)


def privileges(w):
    path = f"systemusers({w.users['ann']})/{SPACE}.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)"
    answer = operator(w, 'GET', path + '?@p=' + urllib.parse.quote('["prvReadnew_case","prvWriteNEW_case","prvReadRole"]'))
    check('privileges by their names', sorted(p['PrivilegeName'] for p in answer.json().get('RolePrivileges', [])) == ['prvReadnew_case', 'prvWritenew_case'], answer)
    check('no list', operator(w, 'GET', path + '?@p=x').status == 400)


def trees(w):
    def make(title, parent=None, name='ann'):
        body = {'new_title': title, **({'new_ParentId@odata.bind': f'new_cases({parent})'} if parent else {})}
        return w.post('new_cases', {**body, 'ownerid@odata.bind': f'systemusers({w.users[name]})'})
    root = make('t.root')
    left, right = make('t.left', root), make('t.right', root, 'bob')
    leaf, hidden = make('t.leaf', left), make('t.hidden', right)

    def tree(name, function, row):
        return titles(w, name, f"{SPACE}.{function}(PropertyName='new_caseid',PropertyValue='{row}')")
    check('under', tree('ann', 'Under', root) == ['t.leaf', 't.left'], tree('ann', 'Under', root))
    check('a way through a row that is not seen is no way', 't.hidden' not in tree('ann', 'Under', root))
    check('under or equal', tree('ann', 'UnderOrEqual', left) == ['t.leaf', 't.left'])
    check('above', tree('ann', 'Above', leaf) == ['t.left', 't.root'])
    check('above or equal', tree('ann', 'AboveOrEqual', leaf) == ['t.leaf', 't.left', 't.root'])
    check('above, where the next is not seen', tree('ann', 'Above', hidden) == [])
    check('not under', set(tree('ann', 'NotUnder', root)) >= {'t.root', 't.hidden'} and 't.leaf' not in tree('ann', 'NotUnder', root))
    check('a row that is not seen has nothing below', tree('ann', 'Under', right) == [])
    all_of_it = operator(w, 'GET', 'new_cases?$select=new_title&$filter=' + urllib.parse.quote(f"{SPACE}.Under(PropertyName='new_caseid',PropertyValue='{root}')"))
    check('who sees all sees the tree', sorted(r['new_title'] for r in all_of_it.json()['value']) == ['t.hidden', 't.leaf', 't.left', 't.right'], all_of_it)
    operator(w, 'PATCH', f'new_cases({root})', {'new_ParentId@odata.bind': f'new_cases({leaf})'})
    check('a circle ends', tree('ann', 'Under', root) == ['t.leaf', 't.left'] and tree('ann', 'Above', root) == ['t.leaf', 't.left'])
    check('the value is an id', tree('ann', 'Under', 'x') == (400, '0x80060888'))
    check('a table without a tree', titles(w, 'ann', f"{SPACE}.Under(PropertyName='new_noteid',PropertyValue='{root}')", 'new_notes') == (400, '0x80060888'))
    units = operator(w, 'GET', 'businessunits?$select=name&$filter=' + urllib.parse.quote(f"{SPACE}.UnderOrEqual(PropertyName='businessunitid',PropertyValue='{w.root}')"))
    check('built-in tables have theirs', units.status == 200 and len(units.json()['value']) == 1, units)


def hierarchy(w):
    def mine(function='EqualUserOrUserHierarchy'):
        return titles(w, 'ann', f"{SPACE}.{function}(PropertyName='ownerid') and startswith(new_title,'h.')")
    for name in ('ann', 'bob'):
        w.post('new_cases', {'new_title': f'h.{name}', 'ownerid@odata.bind': f'systemusers({w.users[name]})'})
    team = w.post('teams', {'name': 'Crew', 'teamtype': 0, 'businessunitid@odata.bind': f'businessunits({w.root})'})
    role = w.role('Team reader', Read='Basic')
    w.post(f'teams({team})/teamroles_association/$ref', {'@odata.id': f'roles({w.instance(role, w.root)})'})
    w.it.operate('POST', f'{w.api}/teams({team})/{SPACE}.AddMembersTeam', {'Members': [{'@odata.type': f'{SPACE}.systemuser', 'systemuserid': w.users['bob']}]})
    w.post('new_cases', {'new_title': 'h.crew', 'ownerid@odata.bind': f'teams({team})'})
    check('without a hierarchy: oneself', mine() == ['h.ann'], mine())
    organization = w.get('organizations')[0]['organizationid']
    operator(w, 'PATCH', f'organizations({organization})', {'ishierarchicalsecuritymodelenabled': True})
    check('oneself and who reports', mine() == ['h.ann', 'h.bob'], mine())
    check('and the teams', mine('EqualUserOrUserHierarchyAndTeams') == ['h.ann', 'h.bob', 'h.crew'], mine('EqualUserOrUserHierarchyAndTeams'))


def owners(w):
    """Behind ownerid stands a user or a team."""
    path = "new_cases?$select=new_title&$filter=" + urllib.parse.quote("startswith(new_title,'h.')") + '&$expand=ownerid'
    rows = {r['new_title']: r['ownerid'] for r in operator(w, 'GET', f'{path}($select=fullname,name)').json()['value']}
    check('a user', rows['h.ann'].get('@odata.type') == f'#{SPACE}.systemuser' and rows['h.ann']['ownerid'] == w.users['ann'] and
          'fullname' in rows['h.ann'] and 'domainname' not in rows['h.ann'], rows['h.ann'])
    check('a team', rows['h.crew'].get('@odata.type') == f'#{SPACE}.team' and rows['h.crew']['name'] == 'Crew' and
          rows['h.crew']['ownerid'] == rows['h.crew']['teamid'], rows['h.crew'])
    rows = {r['new_title']: r['ownerid'] for r in operator(w, 'GET', path).json()['value']}
    check('whole, without $select', 'domainname' in rows['h.bob'] and 'teamtype' in rows['h.crew'], rows)
    crew = w.get('new_cases', filter="new_title eq 'h.crew'")[0]['new_caseid']
    one = operator(w, 'GET', f'new_cases({crew})?$expand=ownerid($select=ownerid)').json()
    check('of a single row', one['ownerid']['ownerid'] == one['_ownerid_value'], one)
    for options, status in (('($select=nothing)', 400), ('($select=fullname;$top=1)', 400), ('($expand=businessunitid)', 400)):
        check(f'{options}: {status}', operator(w, 'GET', path + options).status == status)


def tables(w):
    body = {'@odata.type': f'{SPACE}.EntityMetadata', 'SchemaName': 'new_Case', 'OwnershipType': 'UserOwned', 'DisplayName': label('Matter'),
            'DisplayCollectionName': label('Matters'), 'Description': label('What we work on'), 'AutoCreateAccessTeams': True}
    path = "EntityDefinitions(LogicalName='new_case')"
    answer = operator(w, 'PUT', path, body)
    now = operator(w, 'GET', path + '?$select=DisplayName,DisplayCollectionName,AutoCreateAccessTeams').json()
    check('a table\'s labels change', answer.status == 204 and now['DisplayName']['UserLocalizedLabel']['Label'] == 'Matter' and
          now['AutoCreateAccessTeams'] is True, (answer, now))
    check('its ownership does not', operator(w, 'PUT', path, {**body, 'OwnershipType': 'OrganizationOwned'}).status == 400)
    check('nor its name', operator(w, 'PUT', path, {**body, 'SchemaName': 'new_Other'}).status == 400)
    check('nor a built-in one', operator(w, 'PUT', "EntityDefinitions(LogicalName='team')", {**body, 'SchemaName': 'Team'}).status == 400)
    check('PATCH is refused', operator(w, 'PATCH', path, body).status == 405)
    check('by customizers only', w.ask('ann', 'PUT', path, body).status == 403)


def main():
    it = Installation(sys.argv[1], 'messages').init()
    try:
        it.start()
        w = world_make(it)
        for step in (many_rows, counts, privileges, trees, hierarchy, owners, tables):
            step(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(50)


sys.exit(main())
