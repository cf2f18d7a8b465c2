#!/usr/bin/env python3
"""Cascades over the real service: shares that reach the rows below and end with what they came from, owners above, assignment, deletion.
usage: cascade_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps, eventually
from world import World, code, entity

steps = Steps()
check = steps.check
PARENTAL = dict(Assign='Cascade', Share='Cascade', Unshare='Cascade', Reparent='Cascade', Merge='NoCascade', Delete='Cascade')


def configure(w, name, status=204, **cascade):
    answer = w.it.operator('PUT', f"{w.api}/RelationshipDefinitions(SchemaName='{name}')", {'CascadeConfiguration': cascade})
    check(f'{name} takes {cascade}', answer.status == status, answer)


def target(table, row):
    return {'@odata.type': f'Microsoft.Dynamics.CRM.{table}', f'{table}id': row}


def share(w, table, row, name, rights):
    return w.post('GrantAccess', {'Target': target(table, row), 'PrincipalAccess': {'AccessMask': rights, 'Principal': target('systemuser', w.users[name])}})


def revoke(w, table, row, name):
    return w.post('RevokeAccess', {'Target': target(table, row), 'Revokee': target('systemuser', w.users[name])})


def sees(w, name, table, row):
    """(may be read by itself, is in the list) - which must be the same."""
    one = w.ask(name, 'GET', f'{table}s({row})').status == 200
    listed = row in [r[f'{table}id'] for r in w.ask(name, 'GET', f'{table}s?$select={table}id').json()['value']]
    check(f'{name}: the list says the same of {table} as the row', one == listed, (one, listed))
    return one


def world_make(it):
    """ann owns a project; below it a case of bob's, below that a task of bob's. cid has the privileges and nothing else."""
    w = World(it, steps)
    for table in ('new_project', 'new_case', 'new_task'):
        w.table(table)
    w.relationship('new_project_cases', 'new_project', 'new_case', 'new_ProjectId')
    w.relationship('new_case_tasks', 'new_case', 'new_task', 'new_CaseId')
    w.relationship('new_project_tasks', 'new_project', 'new_task', 'new_ProjectId')
    rights = {r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete', 'Assign', 'Share', 'Append', 'AppendTo')}
    role = w.role('Worker', 'new_project', **rights)
    w.grant(role, 'new_case', **rights)
    w.grant(role, 'new_task', **rights)
    for name in ('ann', 'bob', 'cid'):
        w.person(name, w.root)
        w.give(name, role, w.root)

    def make(table, title, owner, **binds):
        return w.post(f'{table}s', {'new_title': title, 'ownerid@odata.bind': f'systemusers({w.users[owner]})', **binds})
    w.make = make
    w.project = make('new_project', 'project', 'ann')
    w.case = make('new_case', 'case', 'bob', **{'new_ProjectId@odata.bind': f'new_projects({w.project})'})
    w.task = make('new_task', 'task', 'bob', **{'new_CaseId@odata.bind': f'new_cases({w.case})'})
    return w


def sharing(w):
    share(w, 'new_project', w.project, 'cid', 'ReadAccess')
    check('without a cascade a share stays where it is', sees(w, 'cid', 'new_project', w.project) and not sees(w, 'cid', 'new_case', w.case))
    configure(w, 'new_project_cases', Share='Cascade', Unshare='Cascade')
    check('with it, what is there already inherits', sees(w, 'cid', 'new_case', w.case) and not sees(w, 'cid', 'new_task', w.task))
    configure(w, 'new_case_tasks', Share='Cascade', Unshare='Cascade')
    check('and the next level, when that cascades', sees(w, 'cid', 'new_task', w.task))
    answer = w.ask('cid', 'PATCH', f'new_tasks({w.task})', {'new_title': 'x'})
    check('only with the rights shared', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    question = urllib.parse.quote("{'@odata.id':'new_tasks(%s)'}" % w.task)
    told = w.it.operate('GET', f"{w.api}/systemusers({w.users['cid']})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={question}")
    check('which is what is told', told['AccessRights'] == 'ReadAccess', told)
    other = w.make('new_project', 'other', 'ann')
    w.it.operate('PATCH', f'{w.api}/new_cases({w.case})', {'new_ProjectId@odata.bind': f'new_projects({other})'})
    check('moved away, it ends', not sees(w, 'cid', 'new_case', w.case) and not sees(w, 'cid', 'new_task', w.task))
    share(w, 'new_task', w.task, 'cid', 'ReadAccess')
    w.it.operate('PATCH', f'{w.api}/new_cases({w.case})', {'new_ProjectId@odata.bind': f'new_projects({w.project})'})
    check('moved back, it is there again', sees(w, 'cid', 'new_case', w.case))
    revoke(w, 'new_project', w.project, 'cid')
    check('revoked above, it ends below', not sees(w, 'cid', 'new_case', w.case))
    check('an explicit share survives that', sees(w, 'cid', 'new_task', w.task))
    revoke(w, 'new_task', w.task, 'cid')
    share(w, 'new_project', w.project, 'cid', 'ReadAccess')
    configure(w, 'new_project_cases', Share='Active')
    check('Active: an active child inherits', sees(w, 'cid', 'new_case', w.case))
    w.it.operate('PATCH', f'{w.api}/new_cases({w.case})', {'statecode': 1})
    check('an inactive one does not', not sees(w, 'cid', 'new_case', w.case))
    w.it.operate('PATCH', f'{w.api}/new_cases({w.case})', {'statecode': 0})
    configure(w, 'new_project_cases', Share='UserOwned')
    check("UserOwned: another owner's child does not inherit", not sees(w, 'cid', 'new_case', w.case))
    mine = w.make('new_case', "ann's", 'ann', **{'new_ProjectId@odata.bind': f'new_projects({w.project})'})
    check("the same owner's does", sees(w, 'cid', 'new_case', mine))
    configure(w, 'new_project_cases')
    check('switched off, it ends', not sees(w, 'cid', 'new_case', mine))
    revoke(w, 'new_project', w.project, 'cid')
    for table, row in (('new_case', mine), ('new_project', other)):
        w.it.operate('DELETE', f'{w.api}/{table}s({row})')


def reparent(w):
    check("before, ann does not see bob's case below her project", not sees(w, 'ann', 'new_case', w.case))
    configure(w, 'new_project_cases', Reparent='Cascade')
    check('Reparent: the owner above does', sees(w, 'ann', 'new_case', w.case))
    check('with every right that a share carries', w.ask('ann', 'PATCH', f'new_cases({w.case})', {'new_title': 'case'}).status == 204)
    check('and passes it on where shares cascade', sees(w, 'ann', 'new_task', w.task))
    count = w.ask('ann', 'GET', 'new_tasks/$count')
    total = w.ask('ann', 'GET', 'new_tasks?$apply=aggregate($count%20as%20n)').json()
    expanded = w.ask('ann', 'GET', f'new_projects({w.project})?$expand=new_project_cases($expand=new_case_tasks)').json()
    by_path = w.ask('ann', 'GET', "new_projects?$select=new_title&$filter=new_project_cases/any(c:c/new_case_tasks/any(t:t/new_title%20eq%20'task'))").json()
    check('counts, aggregates, expands and lambdas say the same', int(count.body) == 1 and total['value'] == [{'n': 1}] and len(by_path['value']) == 1
          and expanded['new_project_cases'][0]['new_case_tasks'][0]['new_title'] == 'task', (count, total, expanded, by_path))
    configure(w, 'new_project_cases')
    check('switched off, it ends', not sees(w, 'ann', 'new_case', w.case))


def assign(w):
    owner = lambda table, row: w.it.operate('GET', f'{w.api}/{table}s({row})')['_ownerid_value']  # noqa: E731
    give = lambda name: w.it.operate('PATCH', f'{w.api}/new_projects({w.project})', {'ownerid@odata.bind': f'systemusers({w.users[name]})'})  # noqa: E731
    give('cid')
    check('without a cascade the rows below stay', owner('new_case', w.case) == w.users['bob'])
    configure(w, 'new_project_cases', Assign='Cascade')
    configure(w, 'new_case_tasks', Assign='UserOwned')
    give('ann')
    check('with it they follow, and those below with the same owner', owner('new_case', w.case) == owner('new_task', w.task) == w.users['ann'])
    w.it.operate('PATCH', f'{w.api}/new_tasks({w.task})', {'ownerid@odata.bind': f"systemusers({w.users['cid']})"})
    give('bob')
    check('UserOwned leaves the others', (owner('new_case', w.case), owner('new_task', w.task)) == (w.users['bob'], w.users['cid']))
    configure(w, 'new_project_cases', Assign='Active')
    w.it.operate('PATCH', f'{w.api}/new_cases({w.case})', {'statecode': 1})
    give('ann')
    check('Active leaves inactive ones', owner('new_case', w.case) == w.users['bob'])
    w.it.operate('PATCH', f'{w.api}/new_cases({w.case})', {'statecode': 0})
    configure(w, 'new_project_cases', Assign='Cascade')
    answer = w.ask('cid', 'PATCH', f'new_projects({w.project})', {'ownerid@odata.bind': f"systemusers({w.users['cid']})"})
    check('who may not assign the first row assigns none', answer.status == 403 and owner('new_case', w.case) == w.users['bob'], answer)


def deletion(w):
    configure(w, 'new_project_cases', Delete='Restrict')
    answer = w.it.operator('DELETE', f'{w.api}/new_projects({w.project})')
    check('Restrict keeps the row', (answer.status, code(answer)) == (405, '0x80040227'), answer)
    configure(w, 'new_project_cases', Delete='Cascade')
    configure(w, 'new_case_tasks', Delete='Restrict')
    answer = w.it.operator('DELETE', f'{w.api}/new_projects({w.project})')
    check('also two levels below, and then nothing is gone', answer.status == 405 and len(w.get('new_cases')) == 1, answer)
    configure(w, 'new_case_tasks')
    link = w.make('new_task', 'linked', 'bob', **{'new_ProjectId@odata.bind': f'new_projects({w.project})'})
    answer = w.it.operator('DELETE', f'{w.api}/new_projects({w.project})')
    check('Cascade takes the rows below along', answer.status == 204 and not w.get('new_projects') and not w.get('new_cases'), answer)
    left = {r['new_taskid']: (r['_new_caseid_value'], r['_new_projectid_value']) for r in w.get('new_tasks')}
    check('RemoveLink clears the links of what stays', left == {w.task: (None, None), link: (None, None)}, left)

    def told():
        events = w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
        return {e['target']['id'] for e in events if e['op'] == 'delete.row'} >= {w.project, w.case}
    check('each deletion is in the log', eventually(told)[0])


def circles(w):
    """Rows that stand below one another end neither a list nor a deletion in a loop."""
    w.relationship('new_case_children', 'new_case', 'new_case', 'new_ParentId', **PARENTAL)
    a = w.make('new_case', 'a', 'ann')
    b = w.make('new_case', 'b', 'bob', **{'new_ParentId@odata.bind': f'new_cases({a})'})
    w.it.operate('PATCH', f'{w.api}/new_cases({a})', {'new_ParentId@odata.bind': f'new_cases({b})'})
    share(w, 'new_case', a, 'cid', 'ReadAccess')
    check('a circle of shares ends', sees(w, 'cid', 'new_case', b) and sees(w, 'ann', 'new_case', b))
    w.it.operate('PATCH', f'{w.api}/new_cases({a})', {'ownerid@odata.bind': f"systemusers({w.users['cid']})"})
    check('so does one of assignments', {r['_ownerid_value'] for r in w.get('new_cases')} == {w.users['cid']})
    check('and one of deletions', w.it.operator('DELETE', f'{w.api}/new_cases({a})').status == 204 and not w.get('new_cases'))


def refusals(w):
    configure(w, 'new_project_cases', 400, Share='Some')
    configure(w, 'new_project_cases', **PARENTAL)
    second = {'@odata.type': 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata', 'SchemaName': 'new_second', 'ReferencedEntity': 'new_task',
              'ReferencingEntity': 'new_case', 'CascadeConfiguration': PARENTAL,
              'Lookup': {'@odata.type': 'Microsoft.Dynamics.CRM.LookupAttributeMetadata', 'SchemaName': 'new_TaskId'}}
    answer = w.it.operator('POST', f'{w.api}/RelationshipDefinitions', second)
    check('a table has at most one parental relationship', answer.status == 400, answer)
    answer = w.it.operator('PUT', f"{w.api}/RelationshipDefinitions(SchemaName='new_nothing')", {'CascadeConfiguration': {}})
    check('a relationship that is not there', answer.status == 404, answer)
    answer = w.ask('ann', 'PUT', "RelationshipDefinitions(SchemaName='new_project_cases')", {'CascadeConfiguration': {}})
    check('only customizers set it', answer.status == 403, answer)


def kept(w):
    """Unshare = NoCascade beside Share = Cascade: what a row received stays with it while its link lasts."""
    sharing_only = {**PARENTAL, 'Assign': 'NoCascade', 'Reparent': 'NoCascade', 'Delete': 'RemoveLink'}
    for name in ('new_project_cases', 'new_case_tasks', 'new_project_tasks'):
        configure(w, name)
    configure(w, 'new_project_cases', **{**sharing_only, 'Unshare': 'NoCascade'})
    configure(w, 'new_case_tasks', **sharing_only)
    project = w.make('new_project', 'kept project', 'ann')
    case = w.make('new_case', 'kept case', 'bob', **{'new_ProjectId@odata.bind': f'new_projects({project})'})
    task = w.make('new_task', 'kept task', 'bob', **{'new_CaseId@odata.bind': f'new_cases({case})'})
    share(w, 'new_project', project, 'cid', 'ReadAccess, WriteAccess')
    check('all three are shared', all(sees(w, 'cid', *r) for r in (('new_project', project), ('new_case', case), ('new_task', task))))
    revoke(w, 'new_project', project, 'cid')
    check('the project is shared no more', not sees(w, 'cid', 'new_project', project))
    check('the case keeps what it received, and so does what hangs on it', sees(w, 'cid', 'new_case', case) and sees(w, 'cid', 'new_task', task))
    check('with every right of it', w.ask('cid', 'PATCH', f'new_cases({case})', {'new_title': 'by cid'}).status == 204)
    share(w, 'new_case', case, 'cid', 'ReadAccess')
    revoke(w, 'new_case', case, 'cid')
    check('a share of its own comes and goes beside it', w.ask('cid', 'PATCH', f'new_cases({case})', {'new_title': 'again'}).status == 204)
    later = w.make('new_case', 'later case', 'bob', **{'new_ProjectId@odata.bind': f'new_projects({project})'})
    check('a later row received nothing', not sees(w, 'cid', 'new_case', later))
    w.it.operate('PATCH', f'{w.api}/new_cases({case})', {'new_ProjectId@odata.bind': None})
    check('it ends with the link', not sees(w, 'cid', 'new_case', case) and not sees(w, 'cid', 'new_task', task))
    share(w, 'new_project', project, 'cid', 'ReadAccess')
    share(w, 'new_case', later, 'cid', 'ReadAccess')
    revoke(w, 'new_project', project, 'cid')
    w.it.operate('DELETE', f'{w.api}/new_projects({project})')
    check('... also when what it points at goes, and an explicit share stays', sees(w, 'cid', 'new_case', later))
    revoke(w, 'new_case', later, 'cid')
    check('... until it is revoked', not sees(w, 'cid', 'new_case', later))
    project = w.make('new_project', 'second', 'ann')
    case = w.make('new_case', 'second case', 'bob', **{'new_ProjectId@odata.bind': f'new_projects({project})'})
    task = w.make('new_task', 'second task', 'bob', **{'new_CaseId@odata.bind': f'new_cases({case})'})
    configure(w, 'new_project_cases', **sharing_only)
    configure(w, 'new_case_tasks', **{**sharing_only, 'Unshare': 'NoCascade'})
    share(w, 'new_project', project, 'cid', 'ReadAccess')
    revoke(w, 'new_project', project, 'cid')
    check('only the last link keeps', not sees(w, 'cid', 'new_case', case) and sees(w, 'cid', 'new_task', task))
    for kind, state in (('Active', 1), ('Active', 0)):
        configure(w, 'new_project_cases', **{**sharing_only, 'Unshare': kind})
        row = w.make('new_case', f'{kind} {state}', 'bob', **{'new_ProjectId@odata.bind': f'new_projects({project})'})
        w.it.operate('PATCH', f'{w.api}/new_cases({row})', {'statecode': state})
        share(w, 'new_project', project, 'cid', 'ReadAccess')
        revoke(w, 'new_project', project, 'cid')
        check(f'{kind}: a row of state {state} {"keeps" if state else "loses"} it', sees(w, 'cid', 'new_case', row) == bool(state))
    answer = w.it.operator('DELETE', f"{w.api}/RelationshipDefinitions(SchemaName='new_case_tasks')")
    check('a relationship goes with what was kept through it', answer.status == 204 and not sees(w, 'cid', 'new_task', task), answer)


def shares_listed(w):
    """principalobjectaccessset: of a row, of a principal, and what is explicit; against RetrievePrincipalAccess, which asks another way."""
    everything = 1 + 2 + 4 + 16 + 65536 + 262144 + 524288
    configure(w, 'new_project_cases', Share='Cascade', Unshare='Cascade', Reparent='Cascade')
    w.relationship('new_case_listed', 'new_case', 'new_task', 'new_ListedId', Share='Cascade', Unshare='Cascade')
    project = w.make('new_project', 'listed', 'ann')
    case = w.make('new_case', 'listed', 'bob', **{'new_ProjectId@odata.bind': f'new_projects({project})'})
    task = w.make('new_task', 'listed', 'bob', **{'new_ListedId@odata.bind': f'new_cases({case})'})
    share(w, 'new_project', project, 'cid', 'ReadAccess')
    share(w, 'new_case', case, 'cid', 'WriteAccess, AppendAccess')
    names = {i: n for n, i in w.users.items()}
    codes = {t: w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='{t}')?$select=ObjectTypeCode")['ObjectTypeCode'] for t in ('new_project', 'new_case', 'new_task')}

    def rows(**query):
        return w.get('principalobjectaccessset', **query)

    def of(found):
        return sorted((names.get(r['principalid'], r['principalid']), r['accessrightsmask'], r['inheritedaccessrightsmask']) for r in found)
    check('of a row: what is explicit', of(rows(filter=f'objectid eq {project}')) == [('cid', 1, 0)], rows(filter=f'objectid eq {project}'))
    found = rows(filter=f'objectid eq {case}')
    check('what comes from above beside it, and an owner above', of(found) == [('ann', 0, everything), ('cid', 2 + 4, 1)], found)
    check('with the codes of both tables', {(r['objecttypecode'], r['principaltypecode']) for r in found} == {(codes['new_case'], 8)}, found)
    found = rows(filter=f"objectid eq {task} and accessrightsmask eq 0")
    check('what is inherited alone', of(found) == [('ann', 0, everything), ('cid', 0, 7)], found)
    found = rows(filter=f"principalid eq {w.users['cid']} and (objectid eq {project} or objectid eq {case} or objectid eq {task})")
    check('of a principal: every row', sorted((r['objectid'], r['accessrightsmask'], r['inheritedaccessrightsmask']) for r in found) ==
          sorted([(project, 1, 0), (case, 6, 1), (task, 0, 7)]), found)
    share(w, 'new_project', project, 'bob', 'ReadAccess')
    organization = w.get('organizations')[0]['organizationid']
    w.post('GrantAccess', {'Target': target('new_task', task), 'PrincipalAccess': {'AccessMask': 'ReadAccess', 'Principal': target('organization', organization)}})
    check('everybody is a principal', of(rows(filter=f'objectid eq {task} and principalid eq {organization}')) == [(organization, 1, 0)])
    check('with rows of its own', [r['objectid'] for r in rows(filter=f'principalid eq {organization}')] == [task])
    explicit = rows(filter='accessrightsmask ne 0')
    check('without either the explicit ones', {(r['objectid'], r['principalid']) for r in explicit} >= {(project, w.users['cid']), (case, w.users['cid']),
          (project, w.users['bob']), (task, organization)} and all(r['accessrightsmask'] for r in explicit), explicit)
    paged, link, pages = [], f'{w.api}/principalobjectaccessset?$select=objectid,principalid', 0
    while link:
        answer = w.it.request('GET', link, None, {'Authorization': 'Bearer ' + w.it.token(w.tenant), 'Prefer': 'odata.maxpagesize=2'}).json()
        paged += [r['principalobjectaccessid'] for r in answer['value']]
        link, pages = answer.get('@odata.nextLink', '').removeprefix(w.it.origin), pages + 1
    whole = [r['principalobjectaccessid'] for r in rows(count='true')]
    check('pages make up the whole, each row once', pages > 2 and sorted(paged) == sorted(whole) and len(set(whole)) == len(whole), (pages, len(paged), len(whole)))
    one = w.it.operate('GET', f'{w.api}/principalobjectaccessset({explicit[0]["principalobjectaccessid"]})')
    check('a row is found by its id', one['objectid'] == explicit[0]['objectid'] and one['accessrightsmask'] == explicit[0]['accessrightsmask'], one)
    check('and counted', int(w.it.operator('GET', f'{w.api}/principalobjectaccessset/$count').body) == len(whole))
    check('only System Administrators read them', w.ask('ann', 'GET', 'principalobjectaccessset').status == 403 and
          w.ask('ann', 'GET', f'principalobjectaccessset?$filter=objectid%20eq%20{project}').status == 403)
    for method, path, body in (('POST', '', {'accessrightsmask': 1}), ('DELETE', f'({one["principalobjectaccessid"]})', None),
                               ('PATCH', f'({one["principalobjectaccessid"]})', {'accessrightsmask': 1})):
        answer = w.it.operator(method, f'{w.api}/principalobjectaccessset{path}', body)
        check(f'nobody changes them by {method}', 400 <= answer.status < 500, answer)
    bits = {'ReadAccess': 1, 'WriteAccess': 2, 'AppendAccess': 4, 'AppendToAccess': 16, 'DeleteAccess': 65536, 'ShareAccess': 262144, 'AssignAccess': 524288}
    for name in ('ann', 'cid'):
        for table, row in (('new_case', case), ('new_task', task)):
            question = urllib.parse.quote("{'@odata.id':'%ss(%s)'}" % (table, row))
            told = w.it.operate('GET', f"{w.api}/systemusers({w.users[name]})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={question}")['AccessRights']
            mask = sum(bits[b] for b in told.split(', ') if b in bits)
            found = rows(filter=f"objectid eq {row} and (principalid eq {w.users[name]} or principalid eq {organization})")
            listed = 0
            for r in found:
                listed |= r['accessrightsmask'] | r['inheritedaccessrightsmask']
            check(f'{name} has on {table} what is listed', mask == listed, (told, mask, listed))
    gone = w.make('new_project', 'gone', 'ann')
    share(w, 'new_project', gone, 'cid', 'ReadAccess')
    w.it.operate('DELETE', f'{w.api}/new_projects({gone})')
    check('a share ends with its row', rows(filter=f'objectid eq {gone}') == [])
    configure(w, 'new_project_cases')
    configure(w, 'new_case_listed')
    check('without the cascades only what is explicit', of(rows(filter=f'objectid eq {case}')) == [('cid', 6, 0)])


def main():
    it = Installation(sys.argv[1], 'cascade').init()
    try:
        it.start()
        w = world_make(it)
        sharing(w)
        reparent(w)
        assign(w)
        deletion(w)
        refusals(w)
        configure(w, 'new_project_cases')
        circles(w)
        kept(w)
        shares_listed(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(60)


sys.exit(main())
