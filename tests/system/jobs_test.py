#!/usr/bin/env python3
"""Jobs over the real service: cascades, moves and the end of matrix mode that are too large for one request; who sees what meanwhile, how a job
fails, and how it survives its process. Most of it with a limit of 20 rows (a build with -Dfaults=true knows BAILIWICK_JOB_ROWS), one with the real
one. usage: jobs_test.py PROGRAM"""
import os
import signal
import sys
import time
import urllib.parse

from installation import Installation, Steps, eventually
from world import World, code, entity

steps = Steps()
check = steps.check
SMALL = dict(BAILIWICK_JOB_ROWS='20', BAILIWICK_JOB_SLICE='5')
RIGHTS = ('Create', 'Read', 'Write', 'Delete', 'Assign', 'Share', 'Append', 'AppendTo')
WAIT = 180


# --- what the tests share ---

def world_make(it):
    """ann and bob own what they are given; eve has no privilege on jobs and rows of her own."""
    w = World(it, steps)
    for table in ('new_project', 'new_case', 'new_task'):
        w.table(table)
    w.relationship('new_project_cases', 'new_project', 'new_case', 'new_ProjectId', Assign='Cascade', Delete='Cascade')
    w.relationship('new_case_tasks', 'new_case', 'new_task', 'new_CaseId')
    w.units = {n: w.post('businessunits', {'name': n, 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'}) for n in ('DE', 'FR')}
    w.worker = w.role('Worker', 'new_project', **{r: 'Basic' for r in RIGHTS})
    w.grant(w.worker, 'new_case', **{r: 'Basic' for r in RIGHTS})
    w.grant(w.worker, 'new_task', **{r: 'Basic' for r in RIGHTS})
    for name in ('ann', 'bob', 'eve'):
        w.person(name, w.root)
        w.give(name, w.worker, w.root)
    return w


def user(w, name):
    return {'ownerid@odata.bind': f'systemusers({w.users[name]})'}


def project(w, owner, children, child_owner=None, title='project'):
    """A project and cases below it."""
    parent = w.post('new_projects', {'new_title': title, **user(w, owner)})
    for start in range(0, children, 250):
        rows = [{'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_title': f'{title} {n:05}', 'new_ProjectId@odata.bind': f'new_projects({parent})',
                 **user(w, child_owner or owner)} for n in range(start, min(children, start + 250))]
        answer = w.it.operator('POST', f'{w.api}/new_cases/Microsoft.Dynamics.CRM.CreateMultiple', {'Targets': rows})
        assert answer.status == 200, answer
    return parent


def job_of(answer):
    place = answer.headers.get('Location', '')
    return place[place.rfind('(') + 1:-1] if '/asyncoperations(' in place else None


def job(w, name):
    return w.it.operate('GET', f'{w.api}/asyncoperations({name})')


def finished(w, answer, status=30):
    """The job that the answer names, once it is over."""
    name = job_of(answer)
    if not name:
        raise SystemExit(f'no job: {answer} {dict(answer.headers)}')
    row, _ = eventually(lambda: (lambda r: r if r['statecode'] == 3 else None)(job(w, name)), WAIT)
    row = row or job(w, name)
    check(f'the job ends with {status}', (row['statecode'], row['statuscode']) == (3, status) and row['completedon'], row)
    return row


def owners(w, parent, table='new_case', lookup='_new_projectid_value'):
    """How many of the rows below belong to whom."""
    rows = w.get(f'{table}s', filter=f'{lookup} eq {parent}', select='_ownerid_value')
    names = {i: n for n, i in w.users.items()}
    found = {}
    for r in rows:
        name = names.get(r['_ownerid_value'], r['_ownerid_value'])
        found[name] = found.get(name, 0) + 1
    return found


def sees(w, name, parent):
    answer = w.ask(name, 'GET', f'new_cases?$filter=_new_projectid_value%20eq%20{parent}&$select=new_caseid')
    return {r['new_caseid'] for r in answer.json()['value']}


def events(w, op):
    """What the log has of an operation."""
    return [e for e in w.events() if e['op'] == op]


# --- assignment ---

def assigns(w):
    parent = project(w, 'ann', 19)
    answer = w.it.operator('PATCH', f'{w.api}/new_projects({parent})', user(w, 'bob'))
    check('what fits a request is done in it', answer.status == 204 and not job_of(answer) and owners(w, parent) == {'bob': 19}, answer)
    parent = project(w, 'ann', 130)
    tasks = [w.post('new_tasks', {'new_title': 't', 'new_CaseId@odata.bind': f'new_cases({c})', **user(w, 'ann')})
             for c in list(sees(w, 'ann', parent))[:2]]
    answer = w.ask('ann', 'PATCH', f'new_projects({parent})', user(w, 'bob'))
    check('what does not becomes a job, named by the answer', answer.status == 204 and job_of(answer), answer)
    check('the row itself is assigned with the answer', w.it.operate('GET', f'{w.api}/new_projects({parent})')['_ownerid_value'] == w.users['bob'])
    row = finished(w, answer)
    check('then all rows below are', owners(w, parent) == {'bob': 130}, owners(w, parent))
    check('and none that the cascade does not reach', all(w.it.operate('GET', f'{w.api}/new_tasks({t})')['_ownerid_value'] == w.users['ann'] for t in tasks))
    check('the job says what it was', 'new_project' in row['name'] and row['createdon'] <= row['startedon'] <= row['completedon'] and not row['message'], row)
    check('who began it reads it', w.ask('ann', 'GET', f"asyncoperations({row['asyncoperationid']})").json().get('statuscode') == 30)
    listed = w.ask('ann', 'GET', 'asyncoperations?$filter=statecode%20eq%203&$select=asyncoperationid').json()['value']
    check('and lists it', [r['asyncoperationid'] for r in listed] == [row['asyncoperationid']], listed)
    check('nobody else does', w.ask('bob', 'GET', 'asyncoperations').json()['value'] == [] and
          w.ask('bob', 'GET', f"asyncoperations({row['asyncoperationid']})").status == 403)
    for method, body in (('DELETE', None), ('PATCH', {'name': 'x'})):
        answer = w.it.operator(method, f"{w.api}/asyncoperations({row['asyncoperationid']})", body)
        check(f'{method} of a job is refused', 400 <= answer.status < 500, answer)
    check('as is making one', w.it.operator('POST', f'{w.api}/asyncoperations', {'name': 'x'}).status in (400, 403, 405))
    case = next(iter(sees(w, 'bob', parent)))
    told = [e for e in events(w, 'update.row') if case in str(e)]
    check('each row has its event, in the name of who began it', len(told) == 1 and w.users['bob'] in str(told) and 'ann@' in str(told), told)
    check('and the job has its own', [len([e for e in events(w, op) if row['asyncoperationid'] in str(e)]) for op in ('start.job', 'finish.job')] == [1, 1])


def assigned_meanwhile(w):
    """Between two slices each row is wholly as before or wholly as after."""
    parent = project(w, 'ann', 300)
    before = sees(w, 'ann', parent)
    answer = w.it.operator('PATCH', f'{w.api}/new_projects({parent})', user(w, 'bob'))
    mixed, good = 0, True
    for _ in range(400):
        ann, bob = sees(w, 'ann', parent), sees(w, 'bob', parent)
        good = good and ann | bob <= before and not sees(w, 'eve', parent)
        mixed += 0 < len(bob) < 300
        if job(w, job_of(answer))['statecode'] == 3:
            break
    check('somebody looked while the job ran', mixed > 0, mixed)
    check('and nobody saw what neither the state before nor the one after gives', good)
    finished(w, answer)
    check('at the end all rows have moved', (len(sees(w, 'ann', parent)), sees(w, 'bob', parent)) == (0, before))


def refused_by_policy(w):
    """A row policy lets the caller give away what is not sealed: one row is, so nothing may change hands."""
    parent = project(w, 'ann', 60)
    rows = w.get('new_cases', filter=f'_new_projectid_value eq {parent}', select='new_caseid,new_title', orderby='new_title')
    policy = w.post('rowpolicies', {'name': 'Sealed', 'entityname': 'new_case', 'query': f"new_title ne 'sealed' or _ownerid_value eq {w.users['ann']}",
                                    'contextvalue': 'Worker', 'operations': 4})
    w.it.operate('PATCH', f"{w.api}/new_cases({rows[40]['new_caseid']})", {'new_title': 'sealed'})
    answer = w.ask('ann', 'PATCH', f'new_projects({parent})', {'new_title': 'given', **user(w, 'bob')})
    check('the job begins', answer.status == 204 and job_of(answer), answer)
    row = finished(w, answer, 31)
    check('it says why it failed', bool(row['message']), row)
    check('what had changed hands is given back', owners(w, parent) == {'ann': 60}, owners(w, parent))
    check('with the row that was assigned', w.it.operate('GET', f'{w.api}/new_projects({parent})')['_ownerid_value'] == w.users['ann'])
    w.it.operate('DELETE', f'{w.api}/rowpolicies({policy})')
    answer = w.ask('ann', 'PATCH', f'new_projects({parent})', user(w, 'bob'))
    finished(w, answer)
    check('without the policy it goes through', owners(w, parent) == {'bob': 60})
    parent = project(w, 'ann', 60, title='dark')
    policy = w.post('rowpolicies', {'name': 'Night', 'entityname': 'new_case', 'query': "new_title ne 'dark 00041'", 'contexttype': 2, 'contextvalue': 'night', 'operations': 4})
    row = finished(w, w.ask('ann', 'PATCH', f'new_projects({parent})', user(w, 'bob'), RowPolicyContext='night'), 31)
    check('what the request says of its context holds for the job', owners(w, parent) == {'ann': 60}, row)
    finished(w, w.ask('ann', 'PATCH', f'new_projects({parent})', user(w, 'bob')))
    check('and only for that one', owners(w, parent) == {'bob': 60})
    w.it.operate('DELETE', f'{w.api}/rowpolicies({policy})')


def inheritance(w):
    """Reparent from project to case, Share from case to task: between the slices the new owner of the project must not reach the tasks of others
    through cases that are not theirs yet, nor the old one through those that are theirs no more."""
    w.it.operate('PUT', f"{w.api}/RelationshipDefinitions(SchemaName='new_project_cases')",
                 {'CascadeConfiguration': dict(Assign='Cascade', Delete='Cascade', Reparent='Cascade')})
    w.it.operate('PUT', f"{w.api}/RelationshipDefinitions(SchemaName='new_case_tasks')", {'CascadeConfiguration': dict(Share='Cascade')})
    parent = project(w, 'ann', 200)
    for c in sorted(sees(w, 'ann', parent))[::20]:
        w.post('new_tasks', {'new_title': 'of eve', 'new_CaseId@odata.bind': f'new_cases({c})', **user(w, 'eve')})
    mine = lambda name: len([1 for r in w.ask(name, 'GET', "new_tasks?$filter=new_title%20eq%20'of%20eve'&$select=new_taskid").json()['value']])
    check('nobody but eve reaches them before', (mine('ann'), mine('bob'), mine('eve')) == (0, 0, 10), (mine('ann'), mine('bob'), mine('eve')))
    answer = w.it.operator('PATCH', f'{w.api}/new_projects({parent})', user(w, 'bob'))
    seen, looks = 0, 0
    while looks < 400:
        seen, looks = seen + mine('ann') + mine('bob'), looks + 1
        if job(w, job_of(answer))['statecode'] == 3:
            break
    check('nor while the job runs', looks > 1 and seen == 0, (looks, seen))
    finished(w, answer)
    check('nor afterwards', (mine('ann'), mine('bob')) == (0, 0))
    foreign = project(w, 'ann', 1, 'eve')
    check('an owner above reaches a row of another', len(sees(w, 'ann', foreign)) == 1)
    w.it.operate('PUT', f"{w.api}/RelationshipDefinitions(SchemaName='new_project_cases')", {'CascadeConfiguration': dict(Assign='Cascade', Delete='Cascade')})


# --- deletion ---

def deletes(w):
    parent = project(w, 'ann', 19)
    answer = w.it.operator('DELETE', f'{w.api}/new_projects({parent})')
    check('a small deletion is done with its request', answer.status == 204 and not job_of(answer) and owners(w, parent) == {}, answer)
    parent = project(w, 'ann', 150)
    case = next(iter(sees(w, 'ann', parent)))
    task = w.post('new_tasks', {'new_title': 'stays', 'new_CaseId@odata.bind': f'new_cases({case})', **user(w, 'ann')})
    answer = w.ask('ann', 'DELETE', f'new_projects({parent})')
    check('a large one becomes a job', answer.status == 204 and job_of(answer), answer)
    orphans = refusals = 0
    for _ in range(400):
        there = w.ask('ann', 'GET', f'new_projects({parent})').status == 200
        left = len(sees(w, 'ann', parent))
        orphans += left > 0 and not there
        if there:
            late = w.ask('ann', 'POST', 'new_cases', {'new_title': 'late', 'new_ProjectId@odata.bind': f'new_projects({parent})'})
            refusals += late.status == 409
            check('no row joins those that go', late.status in (409, 404), late)
            renamed = w.ask('ann', 'PATCH', f'new_projects({parent})', {'new_title': 'x'}, **{'If-Match': '*'})
            check('and none of them changes', renamed.status in (409, 404), renamed)
        if job(w, job_of(answer))['statecode'] == 3:
            break
    check('somebody tried meanwhile', refusals > 0, refusals)
    check('no row was there without the one above it', orphans == 0, orphans)
    finished(w, answer)
    check('all of them are gone', owners(w, parent) == {} and len(w.get('new_cases', filter="new_title eq 'late'")) == 0)
    row = w.it.operate('GET', f'{w.api}/new_tasks({task})')
    check('a row that only named one of them stays, and names nothing', row['_new_caseid_value'] is None, row)


def restricted(w):
    """A task that restricts one case in the middle keeps all of them."""
    w.it.operate('PUT', f"{w.api}/RelationshipDefinitions(SchemaName='new_case_tasks')", {'CascadeConfiguration': dict(Delete='Restrict')})
    parent = project(w, 'ann', 60)
    case = w.get('new_cases', filter=f'_new_projectid_value eq {parent}', orderby='new_title')[33]['new_caseid']
    task = w.post('new_tasks', {'new_title': 'holds', 'new_CaseId@odata.bind': f'new_cases({case})', **user(w, 'ann')})
    answer = w.ask('ann', 'DELETE', f'new_projects({parent})')
    row = finished(w, answer, 31)
    check('it says that another row is associated', 'associated' in row['message'], row)
    check('nothing was deleted', owners(w, parent) == {'ann': 60} and w.ask('ann', 'GET', f'new_projects({parent})').status == 200)
    check('and the rows are free again', w.ask('ann', 'PATCH', f'new_projects({parent})', {'new_title': 'free'}).status == 204)
    w.it.operate('DELETE', f'{w.api}/new_tasks({task})')
    finished(w, w.ask('ann', 'DELETE', f'new_projects({parent})'))
    check('without it all go', owners(w, parent) == {})
    w.it.operate('PUT', f"{w.api}/RelationshipDefinitions(SchemaName='new_case_tasks')", {'CascadeConfiguration': {}})


# --- with other features ---

def change_sets(w):
    parent = project(w, 'ann', 50)
    def batch(*operations):
        body = '--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n'
        for n, (method, path, json_body) in enumerate(operations, 1):
            body += (f'--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {n}\r\n\r\n{method} {path} HTTP/1.1\r\n'
                     f'Content-Type: application/json\r\n\r\n{json_body}\r\n')
        body += '--c--\r\n\r\n--b--\r\n'
        connection = w.it.connection()
        connection.request('POST', f'{w.api}/$batch', body.encode(), {'Authorization': f"Bearer {w.tokens['ann']}", 'Content-Type': 'multipart/mixed; boundary=b'})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return text
    assign = ('PATCH', f'new_projects({parent})', '{"ownerid@odata.bind": "systemusers(%s)"}' % w.users['bob'])
    jobs = len(w.get('asyncoperations'))
    text = batch(assign, ('PATCH', f'new_projects({w.users["ann"]})', '{"nothing": 1}'))
    check('a change set that is undone takes its job along', '/asyncoperations(' not in text and len(w.get('asyncoperations')) == jobs and owners(w, parent) == {'ann': 50}, text)
    text = batch(assign, ('POST', 'new_projects', '{"new_title": "beside"}'))
    check('one that commits names it', '/asyncoperations(' in text, text)
    name = text[text.index('/asyncoperations(') + 17:][:36]
    eventually(lambda: job(w, name)['statecode'] == 3, WAIT)
    check('and it runs', owners(w, parent) == {'bob': 50} and len(w.get('asyncoperations')) == jobs + 1, owners(w, parent))


def behalf(w):
    delegate = w.get('roles', filter="name eq 'Delegate' and _parentroleid_value eq null")[0]['roleid']
    w.give('eve', delegate, w.root)
    wide = w.role('Wide', 'new_project', **{r: 'Global' for r in RIGHTS})
    w.grant(wide, 'new_case', **{r: 'Global' for r in RIGHTS})
    w.give('eve', wide, w.root)
    parent = project(w, 'ann', 40)
    answer = w.ask('eve', 'PATCH', f'new_projects({parent})', user(w, 'bob'), MSCRMCallerID=w.users['ann'])
    check('a job is begun in the name of another', job_of(answer), answer)
    finished(w, answer)
    case = w.get('new_cases', filter=f'_new_projectid_value eq {parent}', select='_modifiedby_value,_modifiedonbehalfby_value')[7]
    check('whose name the rows bear, and hers who acted', (case['_modifiedby_value'], case['_modifiedonbehalfby_value']) == (w.users['ann'], w.users['eve']), case)


def tracked(w):
    parent = project(w, 'ann', 45)
    first = w.ask('bob', 'GET', 'new_cases?$select=new_title', Prefer='odata.track-changes').json()
    link = first['@odata.deltaLink']
    known = {r['new_caseid'] for r in first['value']}
    finished(w, w.it.operator('PATCH', f'{w.api}/new_projects({parent})', user(w, 'bob')))
    answer = w.ask('bob', 'GET', link[link.index('new_cases'):])
    expected = {r['new_caseid'] for r in w.ask('bob', 'GET', 'new_cases?$select=new_title').json()['value']}
    good = answer.status == 410 or known | {r['new_caseid'] for r in answer.json()['value']} == expected
    check('who follows changes is told all of them, or to begin anew', good, answer)


# --- business units ---

def units_of(w, name):
    rows = w.get('new_cases', filter=f'_ownerid_value eq {w.users[name]}', select='_owningbusinessunit_value')
    found = {}
    for r in rows:
        found[r['_owningbusinessunit_value']] = found.get(r['_owningbusinessunit_value'], 0) + 1
    return found


def moves(w):
    w.person('joe', w.units['DE'])
    w.give('joe', w.worker, w.units['DE'])
    project(w, 'joe', 90)
    answer = w.it.operator('PATCH', f"{w.api}/systemusers({w.users['joe']})", {'businessunitid@odata.bind': f"businessunits({w.units['FR']})"})
    check('a person with many rows moves with a job', answer.status == 204 and job_of(answer), answer)
    check('and is in the new unit at once, without the roles of the old one', w.ask('joe', 'GET', 'new_cases').status == 403 and
          w.it.operate('GET', f"{w.api}/systemusers({w.users['joe']})")['_businessunitid_value'] == w.units['FR'])
    finished(w, answer)
    check('the rows follow', units_of(w, 'joe') == {w.units['FR']: 90}, units_of(w, 'joe'))


def settings(w, **values):
    organization = w.get('organizations')[0]['organizationid']
    xml = ''.join(f'<{k}>{str(v).lower()}</{k}>' for k, v in values.items())
    return w.it.operator('PATCH', f'{w.api}/organizations({organization})', {'orgdborgsettings': f'<OrgSettings>{xml}</OrgSettings>'})


def matrix(w):
    assert settings(w, EnableOwnershipAcrossBusinessUnits=True).status == 204
    w.person('max', w.units['DE'])
    w.give('max', w.worker, w.units['DE'])
    w.give('max', w.worker, w.units['FR'])
    parent = project(w, 'max', 0)
    for n in range(70):
        w.post('new_cases', {'new_title': f'm{n}', 'owningbusinessunit@odata.bind': f"businessunits({w.units['FR']})", **user(w, 'max')})
    told = w.it.operate('GET', f'{w.api}/PreviewMatrixEnd()')
    check('what switching it off would do can be asked', told['RowCount'] == 70 and told['RoleAssignmentCount'] == 1 and told['IsJob'] and
          told['Tables'] == [{'LogicalName': 'new_case', 'RowCount': 70}], told)
    check('by System Administrators only', w.ask('ann', 'GET', 'PreviewMatrixEnd()').status == 403)
    check('and changes nothing', units_of(w, 'max') == {w.units['FR']: 70}, units_of(w, 'max'))
    answer = settings(w, EnableOwnershipAcrossBusinessUnits=False)
    check('switching it off is a job', answer.status == 204 and job_of(answer), answer)
    again = settings(w, EnableOwnershipAcrossBusinessUnits=True)
    if job(w, job_of(answer))['statecode'] != 3:
        check('it is not switched on while that runs', (again.status, code(again)) == (400, '0x80040203'), again)
    elif again.status == 204:
        settings(w, EnableOwnershipAcrossBusinessUnits=False)
    finished(w, answer)
    check('then each row is in its owner\'s unit', units_of(w, 'max') == {w.units['DE']: 70}, units_of(w, 'max'))
    held = w.get(f"systemusers({w.users['max']})/systemuserroles_association")
    check('and roles of other units are gone', [r['_businessunitid_value'] for r in held] == [w.units['DE']], held)
    told = w.it.operate('GET', f'{w.api}/PreviewMatrixEnd()')
    check('afterwards there is nothing to do', (told['RowCount'], told['RoleAssignmentCount'], told['IsJob'], told['Tables']) == (0, 0, False, []), told)
    del parent


# --- its process is killed ---

def killed(w, what, act, good):
    """At a fault point in the middle, then twice more wherever it stands."""
    with open(f'{w.it.folder}/run/fault', 'w') as f:
        f.write('data data.job.before_commit:4')
    kill_worker(w)
    armed, _ = eventually(lambda: w.it.operator('GET', f'{w.api}/WhoAmI').status == 200 and not os.path.exists(f'{w.it.folder}/run/fault'), 60)
    check(f'{what}: armed', armed)
    before, _ = eventually(lambda: w.it.operator('GET', f'{w.api}/WhoAmI') and worker(w), 60)
    answer = act()
    back, _ = eventually(lambda: w.it.operator('GET', f'{w.api}/WhoAmI') and worker(w) not in (before, None), 60)
    check(f'{what}: the worker died in the middle', back)
    for _ in range(2):
        state = w.it.operator('GET', f'{w.api}/asyncoperations({job_of(answer)})')
        if state.status == 200 and state.json()['statecode'] == 3:
            break
        kill_worker(w)
        eventually(lambda: w.it.operator('GET', f'{w.api}/WhoAmI').status == 200, 60)
    finished_after_kill(w, answer)
    check(f'{what}: the job is whole', good())


def finished_after_kill(w, answer):
    def over():
        state = w.it.operator('GET', f'{w.api}/asyncoperations({job_of(answer)})')
        return state.status == 200 and state.json()['statecode'] == 3
    eventually(over, WAIT)
    finished(w, answer)


def worker(w):
    for process in w.it.processes('data'):
        if process.get('tenantId') == w.tenant['id']:
            return process['pid']
    return None


def kill_worker(w):
    pid, _ = eventually(lambda: w.it.operator('GET', f'{w.api}/WhoAmI') and worker(w), 60)
    os.kill(pid, signal.SIGKILL)


def crashes(w):
    parent = project(w, 'ann', 80)
    killed(w, 'assign', lambda: w.it.operator('PATCH', f'{w.api}/new_projects({parent})', user(w, 'bob')), lambda: owners(w, parent) == {'bob': 80})
    killed(w, 'delete', lambda: w.it.operator('DELETE', f'{w.api}/new_projects({parent})'),
           lambda: owners(w, parent) == {} and w.it.operator('GET', f'{w.api}/new_projects({parent})').status == 404)
    killed(w, 'move', lambda: w.it.operator('PATCH', f"{w.api}/systemusers({w.users['joe']})", {'businessunitid@odata.bind': f"businessunits({w.units['DE']})"}),
           lambda: units_of(w, 'joe') == {w.units['DE']: 90})


def real(w):
    """The limit that is shipped."""
    started = time.monotonic()
    parent = project(w, 'ann', 10001)
    print(f'10001 rows made in {time.monotonic() - started:.0f} s')
    started = time.monotonic()
    answer = w.it.operator('PATCH', f'{w.api}/new_projects({parent})', user(w, 'bob'))
    check('10,001 rows below are a job', answer.status == 204 and job_of(answer), answer)
    asked = time.monotonic() - started
    finished(w, answer)
    print(f'answered in {asked:.1f} s, done in {time.monotonic() - started:.1f} s')
    total = w.ask('bob', 'GET', f'new_cases?$filter=_new_projectid_value%20eq%20{parent}&$count=true&$top=1').json()['@odata.count']
    moved = w.it.operate('GET', f"{w.api}/new_cases?$apply={urllib.parse.quote(f'filter(_new_projectid_value eq {parent})/groupby((_ownerid_value),aggregate($count as n))')}")
    check('all of them have changed hands', total == 5000 and [r['n'] for r in moved['value']] == [10001], (total, moved))


def main(program):
    it = Installation(program, 'jobs').init()
    try:
        it.start(**SMALL)
        w = world_make(it)
        for part in (assigns, assigned_meanwhile, refused_by_policy, inheritance, deletes, restricted, change_sets, behalf, tracked, moves, matrix, crashes):
            started = time.monotonic()
            part(w)
            print(f'{part.__name__}: {time.monotonic() - started:.1f} s')
        it.stop()
        it.start()
        real(w)
        status, report = it.verify()
        check('every log verifies', status == 0, report)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(80)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
