#!/usr/bin/env python3
"""Security roles over the real service: people sign in by the code flow, an administrator gives and takes rights through the Web API,
each person sees exactly their rows and is refused with the right codes, every change and refusal is in the audit log; and a page
altered on the disk is noticed, told and survived.
usage: rights_test.py PROGRAM"""
import glob
import json
import sys
import urllib.parse

from installation import Installation, Steps, eventually
from world import World, code, entity

steps = Steps()
check = steps.check


def titles(w, name):
    answer = w.ask(name, 'GET', 'new_cases?$select=new_title&$count=true&$orderby=new_title')
    found = [row['new_title'] for row in answer.json().get('value', [])]
    check(f"{name}'s count is that of the rows shown", answer.json().get('@odata.count') == len(found), answer)
    return found


def sees(w, what, name, wanted):
    found = titles(w, name)
    check(what, found == wanted, found)


def units_and_depths(w):
    """DE with Berlin below it, FR beside it; ada leads DE, ben is in Berlin, fay in FR."""
    de = w.post('businessunits', {'name': 'DE', 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})
    berlin = w.post('businessunits', {'name': 'Berlin', 'parentbusinessunitid@odata.bind': f'businessunits({de})'})
    fr = w.post('businessunits', {'name': 'FR', 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})
    w.person('ada', de), w.person('ben', berlin), w.person('fay', fr)
    seller = w.role('Seller', Create='Basic', Read='Basic', Write='Basic', Append='Basic', AppendTo='Basic')
    leader = w.role('Leader', Read='Deep', Write='Local', Assign='Deep')
    none = w.ask('ada', 'GET', 'new_cases')
    check('without a role a list is refused, not empty', (none.status, code(none)) == (403, '0x80042f09'), none)
    for name, unit in (('ada', de), ('ben', berlin), ('fay', fr)):
        w.give(name, seller, unit)
    rows = {}
    for name in ('ada', 'ben', 'fay'):
        made = w.ask(name, 'POST', 'new_cases', {'new_title': f'of {name}'})
        check(f'{name} creates a row', made.status == 204, made)
        rows[name] = entity(made)
    for name in ('ada', 'ben', 'fay'):
        sees(w, f'basic depth: {name} sees only the own row', name, [f'of {name}'])
    w.give('ada', leader, de)
    sees(w, 'deep depth: ada sees her unit and the one below, not the one beside', 'ada', ['of ada', 'of ben'])
    return {'de': de, 'berlin': berlin, 'fr': fr, 'seller': seller, 'leader': leader, 'rows': rows}


def refusals(w, made):
    rows = made['rows']
    cases = [('another unit is not read', 'ada', 'GET', f"new_cases({rows['fay']})", None, 403, '0x80048306'),
             ('deep Read is not Write: Local does not reach below', 'ada', 'PATCH', f"new_cases({rows['ben']})", {'new_title': 'x'}, 403, '0x80048306'),
             ('no privilege to delete, told before existence', 'ada', 'DELETE', 'new_cases(0198aaaa-0000-7000-8000-00000000abcd)', None, 403, '0x80040220'),
             ('a missing row of a readable table is missing', 'ada', 'GET', 'new_cases(0198aaaa-0000-7000-8000-00000000abcd)', None, 404, '0x80040217'),
             ('no role gives the administration', 'ada', 'GET', 'systemusers', None, 403, '0x80040220'),
             ('nor defines a table', 'ada', 'POST', 'EntityDefinitions', {'SchemaName': 'new_x'}, 403, '0x80040220'),
             ('a new owner must hold Read', 'ada', 'PATCH', f"new_cases({rows['ada']})", {'ownerid@odata.bind': f"systemusers({w.users['eve']})"}, 403, '0x80040231'),
             ('the unit follows the owner', 'ada', 'PATCH', f"new_cases({rows['ada']})", {'owningbusinessunit@odata.bind': f"businessunits({made['fr']})"}, 400, '0x80040203')]
    for what, who, method, path, body, status, want in cases:
        answer = w.ask(who, method, path, body)
        check(what, (answer.status, code(answer)) == (status, want), answer)
    text = w.ask('ada', 'DELETE', f"new_cases({rows['ada']})").json()['error']['message']
    check('the refusal has the shape that clients parse', text.startswith(f"Principal user (Id={w.users['ada']}, type=8, roleCount=2, ")
          and f"is missing prvDeletenew_case privilege (Id={w.privileges['new_case']['Delete']}) on OTC=" in text, text)
    moved = w.ask('ada', 'PATCH', f"new_cases({rows['ada']})", {'ownerid@odata.bind': f"systemusers({w.users['ben']})"})
    check('ada assigns her row to ben', moved.status == 204, moved)
    row = w.it.operate('GET', f"{w.api}/new_cases({rows['ada']})")
    check('the row takes the unit of its owner', row['_owningbusinessunit_value'] == made['berlin'] and row['_owninguser_value'] == w.users['ben']
          and row['_owningteam_value'] is None, row)


def expanded(w, made):
    """What $expand shows is judged like what a list shows."""
    w.it.operate('POST', f'{w.api}/RelationshipDefinitions', {
        '@odata.type': 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata', 'SchemaName': 'new_case_children', 'ReferencedEntity': 'new_case',
        'ReferencingEntity': 'new_case', 'Lookup': {'@odata.type': 'Microsoft.Dynamics.CRM.LookupAttributeMetadata', 'SchemaName': 'new_ParentId'}})
    child, hidden, seen = made['rows']['ben'], made['rows']['fay'], made['rows']['ada']
    bind = lambda parent: w.it.operate('PATCH', f'{w.api}/new_cases({child})', {'new_ParentId@odata.bind': f'new_cases({parent})'})
    single = f'new_cases({child})?$select=new_title&$expand=new_ParentId($select=new_title)'
    children = '?$select=new_title&$expand=new_case_children($select=new_title;$orderby=new_title)'
    bind(hidden)
    got = w.ask('ben', 'GET', f'new_cases({child})?$select=_new_parentid_value&$expand=new_ParentId').json()
    check('a parent that one may not see reads null, its id stays', got['new_ParentId'] is None and got['_new_parentid_value'] == hidden, got)
    got = w.it.operate('GET', f'{w.api}/{single}')
    named = lambda ask: ask(f'new_cases({child})?$select=_new_parentid_value').get('_new_parentid_value@OData.Community.Display.V1.FormattedValue')
    ben = lambda path: w.ask('ben', 'GET', path, Prefer='odata.include-annotations="*"').json()
    check('nor is it called by its name', named(ben) is None, ben(f'new_cases({child})'))
    check('who may see it reads it', got['new_ParentId']['new_title'] == 'of fay' and '@odata.etag' in got['new_ParentId'], got)
    got = w.ask('fay', 'GET', f'new_cases({hidden}){children}').json()
    check('children that one may not see are not in the collection', got['new_case_children'] == [], got)
    got = w.it.operate('GET', f'{w.api}/new_cases({hidden}){children}')
    check('and are for who may', [r['new_title'] for r in got['new_case_children']] == ['of ben'], got)
    bind(child)
    check('one that they may see is', named(ben) == 'of ben', ben(f'new_cases({child})'))
    bind(seen)
    got = w.ask('ben', 'GET', f'new_cases{children}&$orderby=new_title').json()['value']
    check('in a list too', [[c['new_title'] for c in r['new_case_children']] for r in got] == [['of ben'], []], got)
    got = w.ask('ben', 'GET', f'new_cases({seen})?$expand=new_case_children($filter=new_title eq \'no\')'.replace(' ', '%20')).json()
    check('a filter of its own holds', got['new_case_children'] == [], got)
    refused = w.ask('ben', 'GET', f'new_cases({child})?$expand=owninguser')
    check('a table that one may not read refuses the whole', (refused.status, code(refused)) == (403, '0x80040220'), refused)


def teams(w, made):
    crew = w.post('teams', {'name': 'Crew', 'businessunitid@odata.bind': f"businessunits({made['fr']})", 'teamtype': 0})
    w.post(f'teams({crew})/teamroles_association/$ref', {'@odata.id': f"roles({w.instance(made['seller'], made['fr'])})"})
    w.post(f'teams({crew})/Microsoft.Dynamics.CRM.AddMembersTeam', {'Members': [{'systemuserid': w.users['eve']}]})
    own = w.ask('eve', 'POST', 'new_cases', {'new_title': 'of eve'})
    owned = w.ask('eve', 'POST', 'new_cases', {'new_title': 'of the crew', 'ownerid@odata.bind': f'teams({crew})'})
    check("a team's role works as the member's own", own.status == 204 and owned.status == 204, (own, owned))
    sees(w, 'eve sees her rows and her team\'s', 'eve', ['of eve', 'of the crew'])
    w.it.operate('PATCH', f"{w.api}/roles({made['seller']})", {'isinherited': 0})
    sees(w, "inherited by the team only, it reaches the team's rows alone", 'eve', ['of the crew'])
    w.it.operate('PATCH', f"{w.api}/roles({made['seller']})", {'isinherited': 1})
    w.post(f'teams({crew})/Microsoft.Dynamics.CRM.RemoveMembersTeam', {'Members': [{'systemuserid': w.users['eve']}]})
    gone = w.ask('eve', 'GET', 'new_cases')
    check('a member who left is refused at the next request', (gone.status, code(gone)) == (403, '0x80042f09'), gone)


def delegation(w, made):
    """fay may administer, and gives no more than she has."""
    assigner = w.post('roles', {'name': 'Assigner'})
    names = ('prvAssignRole', 'prvReadRole', 'prvWriteRole', 'prvReadSystemUser')
    wanted = [p for n in names for p in w.get('privileges', filter=f"name eq '{n}'")]
    w.post(f'roles({assigner})/Microsoft.Dynamics.CRM.AddPrivilegesRole',
           {'Privileges': [{'PrivilegeId': p['privilegeid'], 'Depth': 'Global'} for p in wanted]})
    w.give('fay', assigner, made['fr'])
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['eve']})", {'businessunitid@odata.bind': f"businessunits({made['fr']})"})
    reference = f"systemusers({w.users['eve']})/systemuserroles_association/$ref"
    good = w.ask('fay', 'POST', reference, {'@odata.id': f"roles({w.instance(made['seller'], made['fr'])})"})
    check('fay gives a role that she holds', good.status == 204, good)
    more = w.ask('fay', 'POST', reference, {'@odata.id': f"roles({w.instance(made['leader'], made['fr'])})"})
    check('and not one that reaches further', (more.status, code(more)) == (403, '0x80048306'), more)
    edit = w.ask('fay', 'POST', f"roles({made['seller']})/Microsoft.Dynamics.CRM.AddPrivilegesRole",
                 {'Privileges': [{'PrivilegeId': w.privileges['new_case']['Delete'], 'Depth': 'Basic'}]})
    check('nor puts it into a role', (edit.status, code(edit)) == (403, '0x80048306'), edit)


def by_command(w):
    """Roles given and taken by name on the command line, to somebody who was never there too."""
    w.it.person_make('contoso.example', 'gus')
    arguments = (w.it.folder, 'gus@contoso.example', '--tenant', 'contoso.example', '--environment', 'sales', '--role', 'Seller')
    done = w.it.command('role', 'assign', *arguments, '--json')
    check('role assign names what it gave', (done['user'], done['role']) == ('gus@contoso.example', 'Seller'), done)
    listed = w.it.command('role', 'list', w.it.folder, '--tenant', 'contoso.example', '--environment', 'sales')
    check('role list shows the security roles', 'Seller' in listed and 'System Administrator' in listed, listed)
    w.sign_in('gus')
    check('gus may work at his first visit', w.ask('gus', 'POST', 'new_cases', {'new_title': 'of gus'}).status == 204)
    w.it.command('role', 'unassign', *arguments)
    check('and not any more', w.ask('gus', 'GET', 'new_cases').status == 403)
    wrong = w.it.run('role', 'assign', *arguments[:-1], 'Nobody')
    check('a role that is not there is told', wrong.returncode == 1 and 'Nobody' in wrong.stderr, wrong)


def sharing(w, made):
    """Grant, modify and revoke: seen by the point decision and by the list at the next request; nobody gives what they do not hold."""
    row, user = made['rows']['fay'], {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ada']}
    target = {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': row}

    def body(mask, on=target):
        return {'Target': on, 'PrincipalAccess': {'AccessMask': mask, 'Principal': user}}

    def ada(method='GET', change=None):
        answer = w.ask('ada', method, f'new_cases({row})', change)
        return answer.status

    def listed():
        return row in [r['new_caseid'] for r in w.ask('ada', 'GET', 'new_cases?$select=new_caseid').json()['value']]
    check('before, the row is neither read nor listed', (ada(), listed()) == (403, False))
    refused = w.ask('ada', 'POST', 'GrantAccess', body('ReadAccess'))
    check('sharing needs the privilege', (refused.status, code(refused)) == (403, '0x80040220'), refused)
    w.post('GrantAccess', body('ReadAccess'))
    count = len(titles(w, 'ada'))
    check('a shared row is read and listed, not written', (ada(), listed(), ada('PATCH', {'new_note': 'x'})) == (200, True, 403))
    w.post('GrantAccess', body('WriteAccess'))
    check('a second grant adds', (ada(), ada('PATCH', {'new_note': 'x'})) == (200, 204))
    w.post('ModifyAccess', body('ReadAccess'))
    check('a modification replaces', (ada(), ada('PATCH', {'new_note': 'y'})) == (200, 403))
    w.grant(made['seller'], Share='Basic')
    own = entity(w.ask('ada', 'POST', 'new_cases', {'new_title': 'shared by ada'}))
    mine = {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': own}
    refused = w.ask('ada', 'POST', 'GrantAccess', body('ReadAccess, DeleteAccess', mine))
    check('nobody gives a right that they do not hold', (refused.status, code(refused)) == (403, '0x80048306'), refused)
    check('what she holds she gives', w.ask('ada', 'POST', 'GrantAccess', body('ReadAccess', mine)).status == 204)
    for wrong in ('CreateAccess', 'Read', ''):
        refused = w.ask('ada', 'POST', 'GrantAccess', body(wrong, mine))
        check(f'the mask "{wrong}" is refused', refused.status == 400, refused)
    w.it.operate('DELETE', f'{w.api}/new_cases({own})')
    w.post('RevokeAccess', {'Target': target, 'Revokee': user})
    check('a revoked share ends', (ada(), listed(), len(titles(w, 'ada'))) == (403, False, count - 1))


def everybody_and_previous_owner(w, made):
    """A row shared with the organization is shared with everybody; who gives a row away may keep it as a share."""
    row = entity(w.ask('fay', 'POST', 'new_cases', {'new_title': "fay's"}))
    target = {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': row}
    organization = {'@odata.type': 'Microsoft.Dynamics.CRM.organization', 'organizationid': w.get('organizations')[0]['organizationid']}
    sees = lambda name: (w.ask(name, 'GET', f'new_cases({row})').status, row in [  # noqa: E731
        r['new_caseid'] for r in w.ask(name, 'GET', 'new_cases?$select=new_caseid').json()['value']])
    check('before, others do not see it', [sees('ada'), sees('ben')] == [(403, False)] * 2)
    w.post('GrantAccess', {'Target': target, 'PrincipalAccess': {'AccessMask': 'ReadAccess', 'Principal': organization}})
    check('shared with the organization, everybody sees it', [sees('ada'), sees('ben')] == [(200, True)] * 2, [sees('ada'), sees('ben')])
    question = urllib.parse.quote("{'@odata.id':'new_cases(%s)'}" % row)
    told = w.it.operate('GET', f'{w.api}/RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={question}')['PrincipalAccesses']
    check('and the share names it', told == [{'AccessMask': 'ReadAccess', 'Principal': {
        '@odata.type': '#Microsoft.Dynamics.CRM.organization', 'organizationid': organization['organizationid']}}], told)
    other = w.it.operator('POST', f'{w.api}/GrantAccess', {'Target': target, 'PrincipalAccess': {
        'AccessMask': 'ReadAccess', 'Principal': {**organization, 'organizationid': w.root}}})
    check('another organization is nobody', other.status == 404, other)
    w.post('RevokeAccess', {'Target': target, 'Revokee': organization})
    check('revoked, it ends', [sees('ada'), sees('ben')] == [(403, False)] * 2)
    give = lambda name: w.it.operate('PATCH', f'{w.api}/new_cases({row})', {'ownerid@odata.bind': f"systemusers({w.users[name]})"})  # noqa: E731
    give('ben')
    check('the old owner keeps nothing', sees('fay') == (403, False))
    settings = f"organizations({organization['organizationid']})"
    w.it.operate('PATCH', f'{w.api}/{settings}', {'sharetopreviousowneronassign': True})
    give('fay'), give('ben')
    check('unless the setting says so', sees('fay') == (200, True))
    told = w.it.operate('GET', f'{w.api}/RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={question}')['PrincipalAccesses']
    rights = {p['Principal'].get('systemuserid'): p['AccessMask'].split(', ') for p in told}
    check('with all seven rights', len(rights[w.users['fay']]) == 7, told)
    w.it.operate('PATCH', f'{w.api}/{settings}', {'sharetopreviousowneronassign': False})
    w.it.operate('DELETE', f'{w.api}/new_cases({row})')


def explained(w, made):
    """What the functions say is what requests meet."""
    rows, users = made['rows'], w.users
    team = w.post('teams', {'name': 'Readers', 'businessunitid@odata.bind': f"businessunits({made['berlin']})", 'teamtype': 0})
    w.post(f'teams({team})/Microsoft.Dynamics.CRM.AddMembersTeam', {'Members': [{'systemuserid': users['ben']}]})

    def rights(asker, who, row, kind='systemusers'):
        target = urllib.parse.quote("{'@odata.id':'new_cases(%s)'}" % row)
        path = f'{kind}({who})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={target}'
        answer = w.ask(asker, 'GET', path) if asker else w.it.operator('GET', f'{w.api}/{path}')
        return answer.json()['AccessRights'] if answer.status == 200 else answer.status

    def shares(row, asker='ada'):
        target = urllib.parse.quote('{"@odata.id":"new_cases(%s)"}' % row)
        return w.ask(asker, 'GET', f'RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={target}')

    def why(asker, who, row, right='Write'):
        call = f"ExplainAccess(ObjectId={row},LogicalName='new_case',PrincipalId={users[who]},Right='{right}')"
        return w.ask(asker, 'GET', call).json() if asker else w.it.operate('GET', f'{w.api}/{call}')
    own = entity(w.ask('ben', 'POST', 'new_cases', {'new_title': 'to explain'}))
    missing = '0198aaaa-0000-7000-8000-00000000abcd'
    check('the owner holds what the role gives', rights('ben', users['ben'], own) == 'ReadAccess, WriteAccess, ShareAccess, AppendAccess, AppendToAccess'
          or rights('ben', users['ben'], own).startswith('ReadAccess, WriteAccess'), rights('ben', users['ben'], own))
    check('a row out of reach is None, a missing one too', (rights('ben', users['ben'], rows['fay']), rights('ben', users['ben'], missing)) == ('None', 'None'))
    check('a reader of the row may ask about another', rights('ada', users['fay'], own) == 'None', rights('ada', users['fay'], own))
    check('who cannot read it may not', (rights('fay', users['ben'], own), rights('ada', users['fay'], missing)) == (403, 404))
    check('an administrator may', rights(None, users['fay'], rows['fay']).startswith('ReadAccess'))
    check('a team without a role has nothing', rights(None, team, own, 'teams') == 'None')
    check('an unknown principal is missing', rights(None, missing, own) == 404)
    w.post('GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': rows['fay']}, 'PrincipalAccess': {
        'AccessMask': 'ReadAccess, WriteAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.team', 'teamid': team}}})
    check("a share with a team is its member's", rights('ben', users['ben'], rows['fay']) == 'ReadAccess, WriteAccess'
          and w.ask('ben', 'PATCH', f"new_cases({rows['fay']})", {'new_note': None}).status == 204, rights('ben', users['ben'], rows['fay']))
    listed = shares(rows['fay'], 'fay').json()['PrincipalAccesses']
    check('shares are listed with their rights', listed == [{'AccessMask': 'ReadAccess, WriteAccess', 'Principal': {
        '@odata.type': '#Microsoft.Dynamics.CRM.team', 'teamid': team}}], listed)
    check('not to somebody who cannot read the row', shares(rows['fay'], 'ada').status == 403)
    check('who may not ask learns of nobody whether they exist', (rights('ada', missing, rows['fay']), rights('ada', users['fay'], rows['fay'])) == (403, 403))
    me = w.it.operate('GET', f'{w.api}/WhoAmI')['UserId']
    target = urllib.parse.quote("{'@odata.id':'businessunits(%s)'}" % w.root)
    held = w.it.operate('GET', f'{w.api}/systemusers({me})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={target}')['AccessRights']
    check('a row without an owner is neither shared nor assigned, by an administrator either', 'WriteAccess' in held
          and 'ShareAccess' not in held and 'AssignAccess' not in held, held)
    told = [w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={w.root},LogicalName='businessunit',PrincipalId={me},Right='{r}')")['Reason'] for r in ('Share', 'Assign')]
    check('and the reason says so', told == ['not_shareable', 'not_assignable'], told)
    check('the path is told', [why('ben', 'ben', r)['Path'] for r in (own, rows['fay'])] == ['owner', 'shared']
          and why('ada', 'ada', own, 'Read')['Path'] == 'unit', [why('ben', 'ben', r) for r in (own, rows['fay'])])
    check('and the step that refused', [why('ada', 'ada', own, r)['Reason'] for r in ('Write', 'Delete')] == ['no_access', 'missing_privilege'],
          [why('ada', 'ada', own, r) for r in ('Write', 'Delete')])
    origin = w.ask('ada', 'GET', f"RetrieveAccessOrigin(ObjectId={own},LogicalName='new_case',PrincipalId={users['ada']})").json()
    check('the origin is a sentence that names the role', "'Leader'" in origin['Response'], origin)
    grants = why(None, 'ben', rows['fay'], 'Read')['Grants']
    check('a share names whom it is with', [(g['Path'], g['PrincipalId'], g['PrincipalName']) for g in grants] == [('shared', team, 'Readers')], grants)
    w.post('GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': own}, 'PrincipalAccess': {
        'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': users['ada']}}})
    told = why(None, 'ada', own, 'Read')
    check('every grant is told, not only the first', {g['Path'] for g in told['Grants']} == {'unit', 'shared'} and told['Path'] == 'unit'
          and not told['GrantsExceeded'] and {g.get('RoleName') for g in told['Grants']} == {'Leader', None}, told)
    w.post('RevokeAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': own}, 'Revokee': {
        '@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': users['ada']}})
    asked = [why(None, who, row, right) for who in users for row in (*rows.values(), own, missing) for right in ('Read', 'Write', 'Delete', 'Assign', 'Share')]
    check('allowed means a grant', [a['Allowed'] for a in asked] == [bool(a['Grants']) for a in asked] and len({a['Allowed'] for a in asked}) == 2,
          [a for a in asked if a['Allowed'] != bool(a['Grants'])][:2])
    absent = w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={w.root},LogicalName='businessunit',PrincipalId={me},Right='Share')")
    check('of a right that a table does not have there is none', absent['Grants'] == [] and absent['Allowed'] is False, absent)
    for bad in ('ExplainAccess(ObjectId=x,LogicalName=\'new_case\')', f"ExplainAccess(ObjectId={own},LogicalName='none',PrincipalId={own},Right='Read')",
                'RetrieveSharedPrincipalsAndAccess(Target=@t)', 'RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={}'):
        refused = w.ask('ada', 'GET', bad)
        check(f'{bad[:40]} is refused', refused.status == 400, refused)
    w.it.operate('DELETE', f'{w.api}/new_cases({own})')
    w.it.operate('DELETE', f'{w.api}/teams({team})')


def listed(w, made):
    """Everybody who may, and everything that somebody may: by the functions and by the command."""
    row = made['rows']['ben']
    ask = lambda name, call: w.ask(name, 'GET', call)  # noqa: E731
    call = lambda right: f"WhoCanAccess(ObjectId={row},LogicalName='new_case',Right='{right}')"  # noqa: E731
    who = w.it.operate('GET', f"{w.api}/{call('Read')}")
    names = {p['PrincipalId']: p for p in who['Principals']}
    allowed = {w.users[n] for n in w.users if w.ask(n, 'GET', f'new_cases({row})').status == 200}
    check('who can read the row are those whom it is answered', set(names) & set(w.users.values()) == allowed and who['After'] is None, (who, allowed))
    check('each with a reason', all(p['Path'] != 'none' and p['Explanation'] for p in who['Principals']), who)
    check('and every grant', all(p['Grants'] and p['Path'] in {g['Path'] for g in p['Grants']} for p in who['Principals']), who)
    check('who reads the row may ask', ask('ben', call('Read')).status == 200 and ask('fay', call('Read')).status == 403)
    what = ask('ada', f"WhatCanAccess(PrincipalId={w.users['ada']})").json()['Tables']
    read, = [r for r in what if r['LogicalName'] == 'new_case' and r['Right'] == 'Read']
    check('what ada can read is as much as her list', read['Rows'] == len(titles(w, 'ada')) and read['Reach'] == 'business units', read)
    check('by which roles', {(g['RoleName'], g['Depth']) for g in read['Grants']} == {('Seller', 'Basic'), ('Leader', 'Deep')}, read)
    check('about others only administrators ask', ask('ben', f"WhatCanAccess(PrincipalId={w.users['ada']})").status == 403)
    told = w.it.command('access', 'explain', w.it.folder, 'ada@contoso.example', '--environment', 'sales', '--table', 'new_case', '--row', row, '--json')
    check('the command explains', told['Allowed'] is True and told['Path'] == 'unit', told)
    shown = w.it.run('access', 'explain', w.it.folder, 'ada@contoso.example', '--environment', 'sales', '--table', 'new_case', '--row', row)
    check('and shows each grant', 'Leader' in shown.stdout and 'RoleName' in shown.stdout, shown)
    told = w.it.command('access', 'who', w.it.folder, '--environment', 'sales', '--table', 'new_case', '--row', row, '--json')
    check('and lists who', {p['PrincipalId'] for p in told} == set(names), told)
    told = w.it.command('access', 'what', w.it.folder, 'ada@contoso.example', '--environment', 'sales', '--json')
    check('and what', [r for r in told if r['LogicalName'] == 'new_case' and r['Right'] == 'Read'] == [read], told)


def secured_columns(w, made):
    """A secured column reads null, is not compared, set or changed, until a profile of the person or of a team permits it."""
    define = {'@odata.type': 'Microsoft.Dynamics.CRM.IntegerAttributeMetadata', 'SchemaName': 'new_Salary', 'IsSecured': True}
    w.post("EntityDefinitions(LogicalName='new_case')/Attributes", define)
    told = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_salary')")
    check('the definition says so', told['IsSecured'] and told['CanBeSecuredForRead'] and told['CanBeSecuredForUpdate'], told)
    lookup = {**define, '@odata.type': 'Microsoft.Dynamics.CRM.LookupAttributeMetadata'}
    check('a lookup cannot be secured', w.it.operator('POST', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes", lookup).status == 400)
    row = made['rows']['ben']
    w.it.operate('PATCH', f'{w.api}/new_cases({row})', {'new_salary': 4711})
    one = f'new_cases({row})?$select=new_title,new_salary'

    def salary(name='ben'):
        return w.ask(name, 'GET', one).json().get('new_salary', 'no such member')

    def tries(name='ben'):
        asked = [w.ask(name, 'GET', f'new_cases?$filter={urllib.parse.quote(f)}') for f in
                 ('new_salary gt 1', 'not (new_salary eq null)', "Microsoft.Dynamics.CRM.In(PropertyName='new_salary',PropertyValues=['4711'])")]
        asked += [w.ask(name, 'GET', 'new_cases?$orderby=new_salary'), w.ask(name, 'GET', 'new_cases/$count?$filter=new_salary%20eq%204711'),
                  w.ask(name, 'PATCH', f'new_cases({row})', {'new_salary': 1, 'new_note': 'changed'}),
                  w.ask(name, 'PUT', f'new_cases({row})/new_salary', {'value': 1}), w.ask(name, 'DELETE', f'new_cases({row})/new_salary'),
                  w.ask(name, 'POST', 'new_cases', {'new_title': 'paid', 'new_salary': 1})]
        return [(a.status, code(a)) for a in asked]
    closed = [(403, '0x8004f506')] * 5 + [(403, '0x8004f507')] * 3 + [(403, '0x8004f502')]
    check('without a profile it reads null', salary() is None)
    check('in a list too, and by itself it is empty', [r['new_salary'] for r in w.ask('ben', 'GET', 'new_cases').json()['value']].count(None) ==
          len(titles(w, 'ben')) and w.ask('ben', 'GET', f'new_cases({row})/new_salary').status == 204)
    check('and is neither compared nor written', tries() == closed, tries())
    noted = w.ask('ben', 'GET', one, Prefer='odata.include-annotations="*"').json()
    check('annotations tell it from an empty one', noted.get('new_salary@org.bailiwick.secured') is True, noted)
    kept = w.it.operate('GET', f'{w.api}/new_cases({row})')
    check('a refused write changed nothing', (kept['new_salary'], kept['new_note']) == (4711, None), kept)
    profile = w.post('fieldsecurityprofiles', {'name': 'Payroll'})
    permission = {'entityname': 'new_case', 'attributelogicalname': 'new_salary', 'canread': 4,
                  'fieldsecurityprofileid@odata.bind': f'fieldsecurityprofiles({profile})'}
    for wrong, want in (({'attributelogicalname': 'new_note'}, '0x8004f508'), ({'canread': 3}, '0x80040203'), ({'canreadunmasked': 1}, '0x80040203'),
                        ({'attributelogicalname': 'none'}, '0x80040203')):
        refused = w.it.operator('POST', f'{w.api}/fieldpermissions', {**permission, **wrong})
        check(f'a permission with {wrong} is refused', (refused.status, code(refused)) == (400, want), refused)
    made_permission = w.post('fieldpermissions', permission)
    twice = w.it.operator('POST', f'{w.api}/fieldpermissions', permission)
    check('a column is permitted once in a profile', twice.status == 412, twice)
    w.post(f"systemusers({w.users['ben']})/systemuserprofiles_association/$ref", {'@odata.id': f'fieldsecurityprofiles({profile})'})
    check('with it the column reads', salary() == 4711)
    check('is compared, and still not written', [s for s, _ in tries()] == [200] * 5 + [403] * 4, tries())
    w.it.operate('PATCH', f'{w.api}/fieldpermissions({made_permission})', {'canupdate': 4, 'cancreate': 4})
    check('permitted to change, it is changed', w.ask('ben', 'PATCH', f'new_cases({row})', {'new_salary': 12}).status == 204 and salary() == 12)
    created = w.ask('ben', 'POST', 'new_cases', {'new_title': 'paid', 'new_salary': 1})
    check('and set at creation', created.status == 204, created)
    w.it.operate('DELETE', f'{w.api}/new_cases({entity(created)})')
    check('another person has nothing of it', salary('ada') is None)
    listed = w.get(f"systemusers({w.users['ben']})/systemuserprofiles_association")
    check("a person's profiles are listed", [p['name'] for p in listed] == ['Payroll'], listed)
    w.it.operate('DELETE', f"{w.api}/systemusers({w.users['ben']})/systemuserprofiles_association({profile})/$ref")
    check('a profile taken away ends at the next request', salary() is None and tries() == closed, tries())
    team, = w.get('teams', filter=f"_businessunitid_value eq {made['berlin']} and isdefault eq true")
    w.post(f"teams({team['teamid']})/teamprofiles_association/$ref", {'@odata.id': f'fieldsecurityprofiles({profile})'})
    check("a team's profile is its members'", salary() == 12)
    w.it.operate('PUT', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_salary')", {**define, 'IsSecured': False})
    check('not secured any more, it is open', salary('ada') == 12)
    w.it.operate('PUT', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_salary')", define)
    check('secured again, it is closed', salary('ada') is None and salary() == 12)
    w.it.operate('DELETE', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_salary')")
    check('a removed column takes its permissions along', w.get('fieldpermissions') == [])
    w.it.operate('DELETE', f'{w.api}/fieldsecurityprofiles({profile})')
    check('a removed profile is gone from its holders', w.get(f"teams({team['teamid']})/teamprofiles_association") == [])
    refused = w.ask('ben', 'POST', 'fieldsecurityprofiles', {'name': 'mine'})
    check('who may not administer makes no profile', (refused.status, code(refused)) == (403, '0x80040220'), refused)


def hierarchy(w, made):
    """A manager reaches what those below own and what is shared with them: reads it all, changes only what is one level down."""
    organization, = w.get('organizations')
    settings = f"organizations({organization['organizationid']})"
    check('the hierarchy is off at first', organization['ishierarchicalsecuritymodelenabled'] is False
          and '<ManagersMustBeInSameOrParentBusinessUnitAsReports>true<' in organization['orgdborgsettings'], organization)
    w.person('hal', w.root)
    w.give('hal', made['seller'], w.root)
    rows = made['rows']
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['ben']})", {'parentsystemuserid@odata.bind': f"systemusers({w.users['ada']})"})
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['ada']})", {'parentsystemuserid@odata.bind': f"systemusers({w.users['hal']})"})
    own = entity(w.ask('ben', 'POST', 'new_cases', {'new_title': "ben's case"}))
    ada = entity(w.ask('ada', 'POST', 'new_cases', {'new_title': "ada's case"}))

    def hal():
        return [w.ask('hal', 'GET', f'new_cases({r})').status for r in (ada, own, rows['fay'])] + [
            w.ask('hal', 'PATCH', f'new_cases({r})', {'new_note': 'seen'}).status for r in (ada, own)] + [
            [r['new_title'] for r in w.ask('hal', 'GET', "new_cases?$orderby=new_title&$filter=endswith(new_title,'case')").json()['value']]]
    closed = [403] * 5 + [[]]
    check('switched off, a manager reaches nothing', hal() == closed, hal())
    w.it.operate('PATCH', f'{w.api}/{settings}', {'ishierarchicalsecuritymodelenabled': True})
    open_ = [200, 200, 403, 204, 403, ["ada's case", "ben's case"]]
    check('switched on: both levels are read and listed, one is changed, others stay closed', hal() == open_, hal())
    gone = w.ask('hal', 'DELETE', f'new_cases({ada})')
    check('nothing is deleted by it', gone.status == 403, gone)
    up = w.ask('ben', 'GET', f'new_cases({ada})')
    check('it does not reach upwards', up.status == 403, up)
    w.it.operate('PATCH', f'{w.api}/{settings}', {'maxdepthforhierarchicalsecuritymodel': 1})
    check('depth 1 ends below the first level', hal() == [200, 403, 403, 204, 403, ["ada's case"]], hal())
    xml = '<OrgSettings><HierarchyLevelForHierarchyFeature>2</HierarchyLevelForHierarchyFeature></OrgSettings>'
    w.it.operate('PATCH', f'{w.api}/{settings}', {'maxdepthforhierarchicalsecuritymodel': 3, 'orgdborgsettings': xml})
    check('two levels may be changed when it is set so', hal()[3:5] == [204, 204], hal())
    w.post('GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': rows['fay']}, 'PrincipalAccess': {
        'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ben']}}})
    check('what is shared with a subordinate is reached with the right shared', w.ask('hal', 'GET', f"new_cases({rows['fay']})").status == 200
          and w.ask('hal', 'PATCH', f"new_cases({rows['fay']})", {'new_note': 'x'}).status == 403)
    w.post('RevokeAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': rows['fay']},
                            'Revokee': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ben']}})
    check('and no more when that ends', w.ask('hal', 'GET', f"new_cases({rows['fay']})").status == 403)
    w.it.operate('PATCH', f"{w.api}/systemusers({w.users['hal']})", {'businessunitid@odata.bind': f"businessunits({made['fr']})"})
    w.give('hal', made['seller'], made['fr'])
    check('a manager in another branch reaches nothing', hal() == closed, hal())
    w.it.operate('PATCH', f'{w.api}/{settings}', {'orgdborgsettings': '<OrgSettings><ManagersMustBeInSameOrParentBusinessUnitAsReports>false'
                                                  '</ManagersMustBeInSameOrParentBusinessUnitAsReports></OrgSettings>'})
    check('unless the rule is off', hal()[:3] == [200, 200, 403], hal())
    kept = w.get('organizations')[0]
    for what, change in (('an unknown setting', {'orgdborgsettings': '<OrgSettings><Nonsense>1</Nonsense></OrgSettings>'}),
                         ('half a text', {'orgdborgsettings': xml[:40]}),
                         ('depth 0', {'maxdepthforhierarchicalsecuritymodel': 0})):
        refused = w.it.operator('PATCH', f'{w.api}/{settings}', {'ishierarchicalsecuritymodelenabled': False, **change})
        check(f'{what} is refused, and nothing changes', refused.status == 400 and w.get('organizations')[0] == kept, refused)
    refused = w.ask('ada', 'PATCH', settings, {'ishierarchicalsecuritymodelenabled': False})
    check('only administrators set it', refused.status == 403, refused)
    w.it.operate('PATCH', f'{w.api}/{settings}', {'ishierarchicalsecuritymodelenabled': False})
    check('switched off again, it ends', hal() == closed, hal())
    positions(w, settings, hal)
    check('switched off again, it ends', hal() == closed, hal())
    for row in (own, ada):
        w.it.operate('DELETE', f'{w.api}/new_cases({row})')


def positions(w, settings, hal):
    """The other source of the hierarchy: a tree of positions, whose holders reach those below whatever their units; and a table left out."""
    top = w.post('positions', {'name': 'Head'})
    middle = w.post('positions', {'name': 'Lead', 'parentpositionid@odata.bind': f'positions({top})'})
    low = w.post('positions', {'name': 'Clerk', 'parentpositionid@odata.bind': f'positions({middle})'})
    for name, position in (('hal', top), ('ada', middle), ('ben', low)):
        w.it.operate('PATCH', f"{w.api}/systemusers({w.users[name]})", {'positionid@odata.bind': f'positions({position})'})
    w.it.operate('PATCH', f'{w.api}/{settings}', {'ishierarchicalsecuritymodelenabled': True, 'usepositionhierarchy': True,
                                                  'orgdborgsettings': '<OrgSettings><HierarchyLevelForHierarchyFeature>1</HierarchyLevelForHierarchyFeature></OrgSettings>'})
    open_ = [200, 200, 403, 204, 403, ["ada's case", "ben's case"]]
    check('by positions: both levels are read, one is changed, units do not matter', hal() == open_, hal())
    check('a holder sees the position', w.get('systemusers', filter=f"systemuserid eq {w.users['ada']}")[0]['_positionid_value'] == middle)
    cycle = w.it.operator('PATCH', f'{w.api}/positions({top})', {'parentpositionid@odata.bind': f'positions({low})'})
    check('no position stands below itself', (cycle.status, code(cycle)) == (400, '0x80040203'), cycle)
    used = w.it.operator('DELETE', f'{w.api}/positions({middle})')
    check('a position in use stays', used.status == 405, used)
    mine = w.ask('ada', 'PATCH', f"systemusers({w.users['ada']})", {'positionid@odata.bind': f'positions({top})'})
    check('nobody promotes themselves', mine.status == 403, mine)
    type_code = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_case')?$select=ObjectTypeCode")['ObjectTypeCode']
    out = w.post('hierarchysecurityconfigurations', {'objecttypecode': type_code})
    check('a table that is left out is not reached', hal()[:2] == [403, 403], hal())
    w.it.operate('DELETE', f'{w.api}/hierarchysecurityconfigurations({out})')
    check('until it is in again', hal() == open_, hal())
    w.it.operate('PATCH', f'{w.api}/{settings}', {'ishierarchicalsecuritymodelenabled': False, 'usepositionhierarchy': False})


def audited(w, made):
    """Each change that was made, and each refusal, is in the environment's log; the log verifies."""
    wanted = {'create.row', 'update.row', 'create.role', 'change.role.privileges', 'assign.role', 'create.businessunit', 'create.team',
              'add.member', 'share.row', 'unshare.row', 'remove.member', 'move.systemuser', 'create.systemuser', 'create.table', 'create.column', 'update.role', 'refuse.request',
              'update.column', 'update.organization', 'create.fieldsecurityprofile', 'delete.fieldsecurityprofile', 'assign.fieldsecurityprofile',
              'unassign.fieldsecurityprofile', 'create.fieldpermission', 'update.fieldpermission'}

    told = {'no_roles', 'no_access', 'missing_privilege', 'target_owner_lacks_read', 'grant_exceeds_caller', 'owning_bu_not_settable',
            'column_create', 'column_update', 'column_filter'}
    seen = {}

    def complete():
        events = w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
        seen['ops'] = wanted - {e['op'] for e in events}
        seen['reasons'] = told - {e.get('reason') for e in events if e['op'] == 'refuse.request'}
        return not seen['ops'] and not seen['reasons']
    eventually(complete)
    check('every kind of change is an event', not seen['ops'], seen)
    check('each refusal tells its reason', not seen['reasons'], seen)
    status, report = w.it.verify()
    check('the log verifies', status == 0, report)


def octet_flip(path, page):
    with open(path, 'r+b') as f:
        f.seek(page * 4096 + 100)
        octet = f.read(1)
        f.seek(-1, 1)
        f.write(bytes([octet[0] ^ 1]))


def damage(w):
    """A page of the rows is altered while nobody runs: noticed when it is read, told in the log, and the rest goes on."""
    for i in range(150):
        w.post('new_cases', {'new_title': f'filler {i}', 'new_note': f'{i:04} ' * 390})
    drained, _ = eventually(lambda: w.get('new_cases', filter="new_title eq 'filler 149'") and sum(
        e['op'] == 'create.row' for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])) >= 156)
    check('the recorder has every row', drained)
    w.it.stop()
    path, = glob.glob(f"{w.it.folder}/tenants/{w.tenant['id']}/environments/{w.tenant['environment_id']}/*.db")
    with open(path, 'rb') as f:
        pages = len(f.read()) // 4096
    for page in range(pages // 2, pages - 1, 7):  # pages of rows and free pages lie mixed: the first whose damage only a list meets
        octet_flip(path, page)
        w.it.start()
        serves = w.it.operator('GET', f'{w.api}/WhoAmI').status == 200  # its outbox is whole
        read = w.it.operator('GET', f'{w.api}/new_cases?$select=new_note')
        if serves and read.status != 200:
            break
        w.it.stop()
        octet_flip(path, page)
    check('rows of a damaged page are refused, not shown', read.status == 500 and code(read) == '0x80040216', read)

    def told():
        answer = w.it.operator('GET', f'{w.api}/WhoAmI')
        events = w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
        return answer.status == 200 and [e for e in events if 'page.auth_failed' in json.dumps(e)]
    check('a new worker serves, and the log names the page', bool(eventually(told, 30)[0]), w.it.log_tail(10))


def main():
    it = Installation(sys.argv[1], 'rights').init()
    try:
        it.start()
        w = World(it, steps)
        w.table('new_case', [('new_note', 'Memo')])
        made = units_and_depths(w)
        w.person('eve', w.root)
        refusals(w, made)
        expanded(w, made)
        sharing(w, made)
        everybody_and_previous_owner(w, made)
        explained(w, made)
        listed(w, made)
        secured_columns(w, made)
        hierarchy(w, made)
        teams(w, made)
        delegation(w, made)
        by_command(w)
        audited(w, made)
        damage(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(90)


sys.exit(main())
