#!/usr/bin/env python3
"""Teams of directory groups over the real service: members, guests and owners of a group work through its team, from the next request on,
with the token they have; nothing of it is copied. usage: group_team_test.py PROGRAM"""
import sys

from installation import Installation, Steps, eventually
from world import World, code, entity

steps = Steps()
check = steps.check
SPACE = 'Microsoft.Dynamics.CRM'
KINDS = {'both': 0, 'members': 1, 'owners': 2, 'guests': 3}


def world_make(it):
    """ann and bob are members of the tenant, gus is a guest; none of them holds a role."""
    w = World(it, steps)
    w.table('new_case')
    w.graph = f"/{w.tenant['id']}/v1.0"
    for name in ('ann', 'bob', 'gus'):
        w.person(name, w.root)
    w.ids = {n: it.operate('GET', f'{w.graph}/users/{n}@contoso.example')['id'] for n in w.users}
    it.operate('PATCH', f"{w.graph}/users/{w.ids['gus']}", {'userType': 'Guest'})
    w.group = it.operate('POST', f'{w.graph}/groups', {'displayName': 'crew', 'mailEnabled': False, 'mailNickname': 'crew', 'securityEnabled': True})['id']
    w.reader = w.role('Reader', Read='Global')
    return w


def change(w, what, name, add=True):
    if add:
        w.it.operate('POST', f'{w.graph}/groups/{w.group}/{what}/$ref', {'@odata.id': f'{w.it.origin}/v1.0/directoryObjects/{w.ids[name]}'})
    else:
        w.it.operate('DELETE', f'{w.graph}/groups/{w.group}/{what}/{w.ids[name]}/$ref')


def enters(w, name):
    return w.ask(name, 'GET', 'new_cases').status == 200


def definitions(w):
    def make(status=204, **values):
        body = {'name': 'x', 'teamtype': 2, 'azureactivedirectoryobjectid': w.group, 'membershiptype': 1, **values}
        answer = w.it.operator('POST', f'{w.api}/teams', {k: v for k, v in body.items() if v is not None})
        check(f'a team with {values}: {status}', answer.status == status, answer)
        return answer
    w.teams = {n: entity(make(name=n, membershiptype=t)) for n, t in KINDS.items()}
    make(412, membershiptype=1)
    make(400, azureactivedirectoryobjectid=None)
    make(400, membershiptype=4)
    make(400, teamtype=0)
    make(400, teamtype=4)
    made = make(204, name='office', teamtype=3, azureactivedirectoryobjectid=w.ids['ann'], membershiptype=None)
    one = w.it.operate('GET', f'{w.api}/teams({entity(made)})')
    check('members and guests, if nothing is said', (one['teamtype'], one['membershiptype']) == (3, 0), one)
    one = w.it.operate('GET', f"{w.api}/teams(azureactivedirectoryobjectid={w.group},membershiptype=2)?$select=name")
    check('found by group and membership type', one['name'] == 'owners', one)
    team = w.teams['members']
    for values in ({'teamtype': 0}, {'membershiptype': 0}, {'azureactivedirectoryobjectid': w.ids['bob']}):
        answer = w.it.operator('PATCH', f'{w.api}/teams({team})', values)
        check(f'{values} stays as it was', answer.status == 400, answer)
    answer = w.it.operator('POST', f'{w.api}/teams({team})/{SPACE}.AddMembersTeam', {'Members': [{'@odata.type': f'{SPACE}.systemuser', 'systemuserid': w.users['ann']}]})
    check('members come with the group', answer.status == 400, answer)


def memberships(w):
    def give(team, role):
        w.post(f'teams({w.teams[team]})/teamroles_association/$ref', {'@odata.id': f'roles({w.instance(role, w.root)})'})

    def take(team, role):
        w.it.operate('DELETE', f'{w.api}/teams({w.teams[team]})/teamroles_association({w.instance(role, w.root)})/$ref')
    check('nobody has a role', not any(enters(w, n) for n in w.users))
    for kind, (member, guest, owner) in {'both': (True, True, False), 'members': (True, False, False), 'owners': (False, False, True),
                                          'guests': (False, True, False)}.items():
        give(kind, w.reader)
        check(f'{kind}: before they belong to the group', not any(enters(w, n) for n in w.users))
        change(w, 'members', 'ann')
        change(w, 'members', 'gus')
        change(w, 'owners', 'bob')
        check(f'{kind}: who the team lets in', (enters(w, 'ann'), enters(w, 'gus'), enters(w, 'bob')) == (member, guest, owner),
              (enters(w, 'ann'), enters(w, 'gus'), enters(w, 'bob')))
        for what, name in (('members', 'ann'), ('members', 'gus'), ('owners', 'bob')):
            change(w, what, name, add=False)
        check(f'{kind}: removed, at once', not any(enters(w, n) for n in w.users))
        take(kind, w.reader)
    give('members', w.reader)
    change(w, 'members', 'gus')
    check('a guest is no member', not enters(w, 'gus'))
    w.it.operate('PATCH', f"{w.graph}/users/{w.ids['gus']}", {'userType': 'Member'})
    check('... until made one', enters(w, 'gus'))
    change(w, 'members', 'gus', add=False)


def owning(w):
    """The team owns rows, rows are shared with it, and Basic rights reach them."""
    team = w.teams['members']
    worker = w.role('Team worker', **{r: 'Basic' for r in ('Create', 'Read', 'Write', 'Append', 'AppendTo')})
    for role in (worker,):
        w.post(f'teams({team})/teamroles_association/$ref', {'@odata.id': f'roles({w.instance(role, w.root)})'})
    w.it.operate('DELETE', f'{w.api}/teams({team})/teamroles_association({w.instance(w.reader, w.root)})/$ref')
    own = w.post('new_cases', {'new_title': 'of the team', 'ownerid@odata.bind': f'teams({team})'})
    other = w.post('new_cases', {'new_title': 'shared with it'})
    w.post('GrantAccess', {'Target': {'@odata.type': f'{SPACE}.new_case', 'new_caseid': other}, 'PrincipalAccess': {
        'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': f'{SPACE}.team', 'teamid': team}}})
    change(w, 'members', 'ann')
    titles = sorted(r['new_title'] for r in w.ask('ann', 'GET', 'new_cases').json()['value'])
    check('what the team owns and what is shared with it', titles == ['of the team', 'shared with it'], titles)
    check('and as the team\'s rights go', w.ask('ann', 'PATCH', f'new_cases({own})', {'new_title': 'changed'}).status == 204 and
          w.ask('ann', 'PATCH', f'new_cases({other})', {'new_title': 'changed'}).status == 403)
    teams = w.it.operate('GET', f"{w.api}/systemusers({w.users['ann']})/teammembership_association?$select=name")['value']
    check('the person\'s teams name it', 'members' in [t['name'] for t in teams], teams)
    answer = w.it.operate('GET', f"{w.api}/ExplainAccess(ObjectId={own},LogicalName='new_case',PrincipalId={w.users['ann']},Right='Read')")
    check('an explanation does, too', answer['Allowed'] and 'members' in str(answer), answer)
    w.it.person_make('contoso.example', 'new')
    w.sign_in('new')
    w.ids['new'] = w.it.operate('GET', f'{w.graph}/users/new@contoso.example')['id']
    change(w, 'members', 'new')
    check('somebody whom nobody provisioned works at the first visit', enters(w, 'new'))
    change(w, 'members', 'ann', add=False)
    check('who leaves the group loses all of it', not enters(w, 'ann'))
    for p in w.it.processes('identity'):
        import os, signal
        os.kill(p['pid'], signal.SIGKILL)
    back, _ = eventually(lambda: enters(w, 'new'))
    check('a killed directory comes back', back and not enters(w, 'ann'))


def main():
    it = Installation(sys.argv[1], 'group-team').init()
    try:
        it.start()
        w = world_make(it)
        for step in (definitions, memberships, owning):
            step(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(40)


sys.exit(main())
