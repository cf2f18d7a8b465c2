#!/usr/bin/env python3
"""ConcealRows: whatever somebody tries with a row out of their reach is answered, to the octet, like one that is not there.
usage: conceal_test.py PROGRAM"""
import re
import sys
import urllib.parse
import uuid

from installation import Installation, Steps, bearer, eventually
from world import World, code, entity

steps = Steps()
check = steps.check
OWN = {r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo', 'Share', 'Assign')}
TABLES = ('new_account', 'new_case', 'new_tag')


def world_make(it):
    """ann reaches what she owns; everything else is the operator's."""
    w = World(it, steps)
    for t in TABLES:
        w.table(t, [('new_code', 'String'), ('new_number', 'Integer')])
        w.post(f"EntityDefinitions(LogicalName='{t}')/Keys", {'SchemaName': f'{t}_code', 'KeyAttributes': ['new_code']})
    w.relationship('new_account_cases', 'new_account', 'new_case', 'new_AccountId')
    w.post('RelationshipDefinitions', {'@odata.type': 'Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata', 'SchemaName': 'new_case_tags',
                                       'IntersectEntityName': 'new_case_tags', 'Entity1LogicalName': 'new_case', 'Entity2LogicalName': 'new_tag'})
    w.worker = w.post('roles', {'name': 'Worker'})
    for t in TABLES:
        w.grant(w.worker, t, **OWN)
    for table in ('team', 'systemuser'):
        named = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='{table}')?$select=Privileges")['Privileges']
        w.privileges[table] = {p['Name'][3:-len(table)]: p['PrivilegeId'] for p in named}
        w.grant(w.worker, table, Read='Local', Write='Local')
    for name in ('ann', 'bob'):
        w.person(name, w.root)
        w.give(name, w.worker, w.root)
    mine = {'ownerid@odata.bind': f"systemusers({w.users['ann']})"}
    w.own, w.hidden = {}, {}
    for t in TABLES:
        w.own[t] = w.post(f'{t}s', {'new_title': 'own', 'new_code': 'own', **mine})
        w.hidden[t] = w.post(f'{t}s', {'new_title': 'hidden', 'new_code': 'hidden'})
    w.sub = w.post('businessunits', {'name': 'Sub', 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'})
    w.hidden['team'] = w.post('teams', {'name': 'Far', 'businessunitid@odata.bind': f'businessunits({w.sub})'})
    return w


def setting(w, **values):
    organization = w.get('organizations')[0]['organizationid']
    xml = '<OrgSettings>' + ''.join(f'<{k}>{v}</{k}>' for k, v in values.items()) + '</OrgSettings>'
    answer = w.it.operator('PATCH', f'{w.api}/organizations({organization})', {'orgdborgsettings': xml})
    check(f'settings: {values}', answer.status == 204, answer)


def target(id):
    return urllib.parse.quote("{'@odata.id':'new_cases(%s)'}" % id)


def tries(w, case, account, tag, team, key):
    """Everything that names a row, with these ids; `key` of an alternate key."""
    own, me, other = w.own, w.users['ann'], w.users['bob']
    typed = {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': case}
    person = {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': other}
    grant = {'Target': typed, 'PrincipalAccess': {'AccessMask': 'ReadAccess', 'Principal': person}}
    batch = ('--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET new_cases(%s) HTTP/1.1\r\n\r\n\r\n'
             '--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n'
             'Content-ID: 1\r\n\r\nPATCH new_cases(%s) HTTP/1.1\r\nContent-Type: application/json\r\nIf-Match: *\r\n\r\n{"new_number":1}\r\n--c--\r\n--b--\r\n') % (case, case)
    must = {'If-Match': '*'}
    return [
        ('GET', f'new_cases({case})', None, {}), ('GET', f'new_cases({case})?$select=new_title&$expand=new_AccountId', None, {}),
        ('GET', f'new_cases({case})', None, {'If-None-Match': 'W/"1"'}), ('GET', f'new_cases({case})', None, {'Prefer': 'odata.include-annotations="*"'}),
        ('GET', f'new_cases({case})/new_title', None, {}), ('GET', f'new_cases({case})/new_AccountId', None, {}),
        ('GET', f'new_cases({case})/new_AccountId/$ref', None, {}), ('GET', f'new_cases({case})/new_case_tags', None, {}),
        ('GET', f'new_cases({case})/new_case_tags/$ref', None, {}), ('GET', f'new_cases({case})/new_case_tags/$count', None, {}),
        ('GET', f"new_cases({own['new_case']})/new_case_tags({tag})", None, {}), ('GET', f"new_accounts({own['new_account']})/new_account_cases({case})", None, {}),
        ('GET', f"new_cases(new_code='{key}')", None, {}), ('GET', f"new_cases(new_code='{key}')/new_title", None, {}),
        ('PATCH', f'new_cases({case})', {'new_number': 1}, must), ('PATCH', f'new_cases({case})', {'new_number': 1}, {'If-Match': 'W/"1"'}),
        ('PATCH', f'new_cases({case})', {'bogus': 1}, must), ('PATCH', f'new_cases({case})', [], must),
        ('PATCH', f'new_cases({case})', {'new_number': 1}, {'If-Match': '*', 'Prefer': 'return=representation'}),
        ('PATCH', f"new_cases(new_code='{key}')", {'new_number': 1}, must), ('PATCH', f"new_cases(new_code='{key}')", {'bogus': 1}, must),
        ('PUT', f'new_cases({case})/new_title', {'value': 'x'}, {}), ('DELETE', f'new_cases({case})/new_title', None, {}),
        ('PUT', f'new_cases({case})/new_AccountId/$ref', {'@odata.id': f"new_accounts({own['new_account']})"}, {}),
        ('DELETE', f'new_cases({case})/new_AccountId/$ref', None, {}),
        ('PUT', f"new_cases({own['new_case']})/new_AccountId/$ref", {'@odata.id': f'new_accounts({account})'}, {}),
        ('PUT', f"new_cases({own['new_case']})/new_AccountId/$ref", {'@odata.id': f"new_accounts(new_code='{key}')"}, {}),
        ('DELETE', f'new_cases({case})', None, {}), ('DELETE', f'new_cases({case})', None, {'If-Match': 'W/"1"'}), ('DELETE', f"new_cases(new_code='{key}')", None, {}),
        ('POST', 'new_cases', {'new_title': 'x', 'new_AccountId@odata.bind': f'new_accounts({account})'}, {}),
        ('POST', 'new_cases', {'new_title': 'x', 'new_AccountId@odata.bind': f"new_accounts(new_code='{key}')"}, {}),
        ('POST', 'new_cases', {'new_title': 'x', 'new_AccountId@odata.bind': f"new_accounts(new_code='{key}')", 'bogus': 1}, {}),
        ('POST', 'new_accounts', {'new_title': 'x', 'new_account_cases@odata.bind': [f'new_cases({case})']}, {}),
        ('PATCH', f"new_cases({own['new_case']})", {'new_AccountId@odata.bind': f'new_accounts({account})'}, {}),
        ('POST', f'new_accounts({account})/new_account_cases', {'new_title': 'x'}, {}),
        ('POST', f'new_accounts({account})/new_account_cases/$ref', {'@odata.id': f"new_cases({own['new_case']})"}, {}),
        ('POST', f"new_accounts({own['new_account']})/new_account_cases/$ref", {'@odata.id': f'new_cases({case})'}, {}),
        ('DELETE', f"new_accounts({own['new_account']})/new_account_cases({case})/$ref", None, {}),
        ('POST', f"new_cases({own['new_case']})/new_case_tags/$ref", {'@odata.id': f'new_tags({tag})'}, {}),
        ('POST', f"new_cases({own['new_case']})/new_case_tags/$ref", {'@odata.id': f"new_tags(new_code='{key}')"}, {}),
        ('POST', f'new_cases({case})/new_case_tags/$ref', {'@odata.id': f"new_tags({own['new_tag']})"}, {}),
        ('POST', f'new_cases({case})/new_case_tags', {'new_title': 'x'}, {}),
        ('DELETE', f"new_cases({own['new_case']})/new_case_tags({tag})/$ref", None, {}), ('DELETE', f"new_cases({case})/new_case_tags({own['new_tag']})/$ref", None, {}),
        ('POST', 'new_cases/Microsoft.Dynamics.CRM.UpdateMultiple', {'Targets': [{**typed, 'new_number': 1}]}, {}),
        ('POST', 'GrantAccess', grant, {}), ('POST', 'ModifyAccess', grant, {}), ('POST', 'RevokeAccess', {'Target': typed, 'Revokee': person}, {}),
        ('GET', f'RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={target(case)}', None, {}),
        ('GET', f'systemusers({me})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={target(case)}', None, {}),
        ('GET', f'systemusers({other})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={target(case)}', None, {}),
        ('GET', f"RetrieveAccessOrigin(ObjectId={case},LogicalName='new_case',PrincipalId={me})", None, {}),
        ('GET', f"RetrieveAccessOrigin(ObjectId={case},LogicalName='new_case',PrincipalId={other})", None, {}),
        ('GET', f"ExplainAccess(ObjectId={case},LogicalName='new_case',PrincipalId={me},Right='Write')", None, {}),
        ('GET', f"WhoCanAccess(ObjectId={case},LogicalName='new_case',Right='Read')", None, {}),
        ('POST', '$batch', batch.encode(), {'Content-Type': 'multipart/mixed; boundary=b'}),
        ('GET', f'teams({team})', None, {}), ('PATCH', f'teams({team})', {'name': 'x'}, must),
        ('POST', f'teams({team})/Microsoft.Dynamics.CRM.AddMembersTeam', {'Members': [person]}, {}),
        ('GET', f'teams({team})/teammembership_association', None, {}), ('POST', f'teams({team})/teammembership_association/$ref', {'@odata.id': f'systemusers({other})'}, {}),
    ]


def told(answer, *names):
    """All of an answer, but for what names the row asked for and what is another at each request."""
    text = answer.body.decode()
    for name in names:
        text = text.replace(name, '*')
    text = re.sub(r'(batch|changeset)response_[0-9a-f-]+', r'\1', text)
    headers = sorted((k.lower(), re.sub(r'(batch|changeset)response_[0-9a-f-]+', r'\1', v)) for k, v in answer.headers.items()
                     if k.lower() not in ('date', 'content-length', 'req_id', 'x-ms-request-id', 'x-request-id', 'x-ms-service-request-id', 'request-id'))
    return answer.status, text, headers


def compared(w, name='ann', **more):
    nowhere = [str(uuid.uuid4()) for _ in range(4)]
    hidden = [w.hidden[t] for t in ('new_case', 'new_account', 'new_tag', 'team')]
    different, refused = [], 0
    for there, absent in zip(tries(w, *hidden, 'hidden'), tries(w, *nowhere, 'absent')):
        method, path, body, headers = there
        a = told(w.it.request(method, f'{w.api}/{path}', body, bearer(w.tokens[name], **headers, **more)), *hidden, 'hidden')
        method, path, body, headers = absent
        b = told(w.it.request(method, f'{w.api}/{path}', body, bearer(w.tokens[name], **headers, **more)), *nowhere, 'absent')
        refused += a[0] == 404
        if a != b:
            different.append((there[:3], a, b))
    return different, refused


def hidden_rows(w):
    different, _ = compared(w)
    check('at first a row out of reach is told from one that is not there', len(different) > 30 and different[0][1][0] == 403, len(different))
    setting(w, ConcealRows='true')
    different, refused = compared(w)
    check('concealed, no answer differs', different == [] and refused > 40, (len(different), different[:3], refused))
    before = w.it.operate('GET', f"{w.api}/new_cases({w.hidden['new_case']})")
    check('and nothing has changed', before['new_title'] == 'hidden' and before['new_number'] is None, before)

    def denials():
        return [e for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id'], op='refuse.request')
                if e.get('reason') == 'no_access' and e['target'].get('id') == w.hidden['new_case']]
    check('the log knows why', eventually(denials)[0])


def what_stays(w):
    share = {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': w.hidden['new_case']},
             'PrincipalAccess': {'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users['ann']}}}
    w.it.operate('POST', f'{w.api}/GrantAccess', share)
    answer = w.ask('ann', 'PATCH', f"new_cases({w.hidden['new_case']})", {'new_number': 1})
    check('a row that is read but not changed is refused as ever', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    w.it.operate('POST', f'{w.api}/RevokeAccess', {'Target': share['Target'], 'Revokee': share['PrincipalAccess']['Principal']})
    answer = w.ask('ann', 'GET', f"new_cases({w.hidden['new_case']})")
    check('until it is out of sight again', answer.status == 404, answer)
    answer = w.ask('ann', 'GET', f"new_cases({w.own['new_case']})")
    check('her own are there', answer.status == 200, answer)
    for what, body, path, want in (('an id that is taken', {'new_caseid': w.hidden['new_case'], 'new_title': 'x'}, 'new_cases', (412, '0x80040237')),
                                   ('a key that is taken', {'new_code': 'hidden', 'new_title': 'x'}, 'new_cases', (403, '0x80048306'))):
        answer = w.ask('ann', 'POST', path, body)
        check(f'what is unique tells of itself: {what}', (answer.status, code(answer)) == want, answer)
    answer = w.ask('ann', 'PATCH', f"new_cases({w.hidden['new_case']})", {'new_title': 'x'})
    check('an upsert is answered like a creation under that id', (answer.status, code(answer)) == (412, '0x80040237'), answer)
    answer = w.ask('ann', 'PATCH', "new_cases(new_code='hidden')", {'new_title': 'x'})
    check('or key', (answer.status, code(answer)) == (403, '0x80048306'), answer)
    gate = w.ask('ann', 'GET', f"positions({w.hidden['new_case']})")
    check('gates come first, as ever', gate.status == 403 and code(gate) == '0x80040220', gate)


def by_policy(w):
    w.grant(w.worker, 'new_case', Read='Global', Write='Global', Delete='Global', Append='Global', AppendTo='Global', Share='Global')
    w.grant(w.worker, 'new_account', Read='Global', Write='Global', Append='Global', AppendTo='Global')
    w.grant(w.worker, 'new_tag', Read='Global', Append='Global', AppendTo='Global')
    for t in TABLES:
        w.post('rowpolicies', {'name': t, 'entityname': t, 'query': "new_title ne 'hidden'", 'contextvalue': 'Worker'})
    different, refused = compared(w)
    check('what a row policy hides is concealed alike', different == [] and refused > 40, (len(different), different[:3], refused))
    delegate = w.get('roles', filter=f"name eq 'Delegate' and _businessunitid_value eq {w.root}")[0]['roleid']
    w.person('eve', w.root)
    w.post(f"systemusers({w.users['eve']})/systemuserroles_association/$ref", {'@odata.id': f'roles({delegate})'})
    wide = w.role('Wide', 'new_case', Read='Global', Write='Global')
    w.give('eve', wide, w.root)
    answer = w.ask('eve', 'GET', f"new_cases({w.hidden['new_case']})", MSCRMCallerID=w.users['ann'])
    check('in her name, too, for who would see it', answer.status == 404 and w.ask('eve', 'GET', f"new_cases({w.hidden['new_case']})").status == 200, answer)
    w.person('administrator', w.root)
    admin = w.get('roles', filter=f"name eq 'System Administrator' and _businessunitid_value eq {w.root}")[0]['roleid']
    w.post(f"systemusers({w.users['administrator']})/systemuserroles_association/$ref", {'@odata.id': f'roles({admin})'})
    check('nothing is concealed from a System Administrator', w.ask('administrator', 'GET', f"new_cases({w.hidden['new_case']})").status == 200)
    setting(w, ConcealRows='false')
    answer = w.ask('ann', 'GET', f"new_cases({w.hidden['new_case']})")
    check('switched off, it is 403 again', (answer.status, code(answer)) == (403, '0x80048306'), answer)


def main():
    it = Installation(sys.argv[1], 'conceal').init()
    try:
        it.start()
        w = world_make(it)
        hidden_rows(w)
        what_stays(w)
        by_policy(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(20)


sys.exit(main())
