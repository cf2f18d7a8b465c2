#!/usr/bin/env python3
"""Access teams of rows over the real service: templates, members who come and go, and the team that goes with its row.
usage: access_team_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps, label
from world import World, code, entity

steps = Steps()
check = steps.check
READ, WRITE, SHARE = 1, 2, 262144


def typed(table, row, column=None):
    return {'@odata.type': f'Microsoft.Dynamics.CRM.{table}', column or f'{table}id': row}


def member(w, who, action, user, row, template):
    body = {'Record': typed('new_deal', row), 'TeamTemplate': typed('teamtemplate', template)}
    path = f'systemusers({w.users[user]})/Microsoft.Dynamics.CRM.{action}'
    return w.ask(who, 'POST', path, body) if who else w.it.operator('POST', f'{w.api}/{path}', body)


def world_make(it):
    """ann owns a deal; bob has the privileges and reaches nothing, cid may only read."""
    w = World(it, steps)
    w.it.operate('POST', f'{w.api}/EntityDefinitions', {
        '@odata.type': 'Microsoft.Dynamics.CRM.EntityMetadata', 'SchemaName': 'new_deal', 'EntitySetName': 'new_deals', 'DisplayName': label('Deal'),
        'DisplayCollectionName': label('Deals'), 'OwnershipType': 'UserOwned', 'AutoCreateAccessTeams': True, 'Attributes': [
            {'@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', 'SchemaName': 'new_title', 'IsPrimaryName': True, 'MaxLength': 100,
             'DisplayName': label('Title')}]})
    named = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_deal')?$select=Privileges,ObjectTypeCode,AutoCreateAccessTeams")
    w.code = named['ObjectTypeCode']
    check('the table says that it has access teams', named['AutoCreateAccessTeams'] is True, named)
    w.privileges['new_deal'] = {p['Name'][3:-len('new_deal')]: p['PrivilegeId'] for p in named['Privileges']}
    w.table('new_case')
    full = w.role('Full', 'new_deal', **{r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete', 'Share')})
    read = w.role('Read', 'new_deal', Read='Basic')
    for name, role in (('ann', full), ('bob', full), ('cid', read)):
        w.person(name, w.root)
        w.give(name, role, w.root)
    w.deal = entity(w.ask('ann', 'POST', 'new_deals', {'new_title': 'deal'}))
    return w


def templates(w):
    other = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_case')?$select=ObjectTypeCode")['ObjectTypeCode']
    for what, body in (('a table without access teams', {'teamtemplatename': 'x', 'objecttypecode': other, 'defaultaccessrightsmask': READ}),
                       ('no rights', {'teamtemplatename': 'x', 'objecttypecode': w.code, 'defaultaccessrightsmask': 0}),
                       ('Create among the rights', {'teamtemplatename': 'x', 'objecttypecode': w.code, 'defaultaccessrightsmask': 33}),
                       ('no name', {'objecttypecode': w.code, 'defaultaccessrightsmask': READ})):
        answer = w.it.operator('POST', f'{w.api}/teamtemplates', body)
        check(f'no template: {what}', (answer.status, code(answer)) == (400, '0x80040203'), answer)
    template = w.post('teamtemplates', {'teamtemplatename': 'Deal team', 'objecttypecode': w.code, 'defaultaccessrightsmask': READ + WRITE})
    row = w.get('teamtemplates')[0]
    check('a template keeps its rights', (row['teamtemplateid'], row['defaultaccessrightsmask'], row['objecttypecode']) == (template, READ + WRITE, w.code), row)
    answer = w.ask('ann', 'POST', 'teamtemplates', {'teamtemplatename': 'x', 'objecttypecode': w.code, 'defaultaccessrightsmask': READ})
    check('only who has the privilege makes one', answer.status == 403, answer)
    return template


def members(w, template):
    reach = lambda name: (w.ask(name, 'GET', f'new_deals({w.deal})').status, w.ask(name, 'PATCH', f'new_deals({w.deal})', {'new_title': 'deal'}).status,  # noqa: E731
                          len(w.ask(name, 'GET', 'new_deals').json()['value']))
    check('before, bob reaches nothing', reach('bob') == (403, 403, 0))
    answer = member(w, 'bob', 'AddUserToRecordTeam', 'bob', w.deal, template)
    check('who may not share the row adds nobody', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    answer = member(w, 'ann', 'AddUserToRecordTeam', 'cid', w.deal, template)
    check('a member must hold each right of the template', (answer.status, code(answer)) == (403, '0x80048306') and not w.get('teams', filter='teamtype eq 1'), answer)
    answer = member(w, 'ann', 'AddUserToRecordTeam', 'bob', w.deal, template)
    check('ann adds bob, who reaches the row with the rights of the template', answer.status == 204 and reach('bob') == (200, 204, 1), answer)
    check('and no others', w.ask('bob', 'DELETE', f'new_deals({w.deal})').status == 403)
    team, = w.get('teams', filter='teamtype eq 1')
    check('the team is of the row', (team['_teamtemplateid_value'], team['_regardingobjectid_value']) == (template, w.deal), team)
    member(w, 'ann', 'AddUserToRecordTeam', 'bob', w.deal, template), member(w, 'ann', 'AddUserToRecordTeam', 'ann', w.deal, template)
    check('there is one team however many members', len(w.get('teams', filter='teamtype eq 1')) == 1)
    answer = w.it.operator('POST', f"{w.api}/teams({team['teamid']})/Microsoft.Dynamics.CRM.AddMembersTeam", {'Members': [{'systemuserid': w.users['cid']}]})
    check('nobody joins it otherwise', answer.status == 400, answer)
    answer = w.it.operator('PATCH', f'{w.api}/new_deals({w.deal})', {'ownerid@odata.bind': f"teams({team['teamid']})"})
    check('it owns nothing', (answer.status, code(answer)) == (400, '0x80048340'), answer)
    question = urllib.parse.quote("{'@odata.id':'new_deals(%s)'}" % w.deal)
    told = w.it.operate('GET', f'{w.api}/RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={question}')['PrincipalAccesses']
    check('the share is the team\'s', [p['Principal'].get('teamid') for p in told] == [team['teamid']] and told[0]['AccessMask'] == 'ReadAccess, WriteAccess', told)
    w.it.operate('PATCH', f'{w.api}/teamtemplates({template})', {'defaultaccessrightsmask': READ})
    check('a changed template leaves the teams there are', reach('bob') == (200, 204, 1))
    second = entity(w.ask('ann', 'POST', 'new_deals', {'new_title': 'second'}))
    member(w, 'ann', 'AddUserToRecordTeam', 'cid', second, template)
    check('and holds for new ones', w.ask('cid', 'GET', f'new_deals({second})').status == 200)
    answer = member(w, 'ann', 'RemoveUserFromRecordTeam', 'bob', w.deal, template)
    check('who leaves reaches nothing', answer.status == 204 and reach('bob') == (403, 403, 0), answer)
    answer = member(w, None, 'AddUserToRecordTeam', 'bob', w.deal, w.root)
    check('a template that is not there', answer.status == 404, answer)
    return second


def ends(w, template, second):
    member(w, 'ann', 'AddUserToRecordTeam', 'bob', w.deal, template)
    w.ask('ann', 'DELETE', f'new_deals({w.deal})')
    check('a team goes with its row', [t['_regardingobjectid_value'] for t in w.get('teams', filter='teamtype eq 1')] == [second])
    w.it.operate('DELETE', f'{w.api}/teamtemplates({template})')
    check('and with its template', not w.get('teams', filter='teamtype eq 1') and w.ask('cid', 'GET', f'new_deals({second})').status == 403)


def main():
    it = Installation(sys.argv[1], 'access-team').init()
    try:
        it.start()
        w = world_make(it)
        template = templates(w)
        ends(w, template, members(w, template))
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(26)


sys.exit(main())
