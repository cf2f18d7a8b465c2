#!/usr/bin/env python3
"""Solutions over the real service: exported, brought into an environment of another tenant, exported again equal; compared; refused whole.
usage: solution_test.py PROGRAM"""
import base64
import json
import os
import sys

from installation import Browser, Installation, Steps, bearer, eventually, label
from world import World, code

steps = Steps()
check = steps.check
DEPTHS = {'Create': 'Basic', 'Read': 'Local', 'Write': 'Basic'}


def by_name(name):
    return f"EntityDefinitions(LogicalName='{name}')"


def customize(w):
    """One of each kind of component."""
    post, it = w.post, w.it
    w.table('new_part', [('new_Code', 'String'), ('new_Price', 'Money'), ('new_Count', 'Integer'), ('new_Secret', 'String'), ('new_When', 'DateTime')])
    w.table('new_tag')
    post(f"{by_name('new_part')}/Attributes", {
        '@odata.type': 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata', 'SchemaName': 'new_Color', 'DisplayName': label('Colour "of" it'),
        'OptionSet': {'Options': [{'Value': 1, 'Label': label('Red')}, {'Value': 2, 'Label': label('Gr\u00fcn')}]}})
    secured(w, 'new_Secret', True)
    w.relationship('new_part_parts', 'new_part', 'new_part', 'new_WholeId')
    w.relationship('new_part_tag', 'new_part', 'new_tag', 'new_PartId', Assign='Cascade', Delete='Restrict')
    w.relationship('new_user_tag', 'systemuser', 'new_tag', 'new_KeeperId')
    post('RelationshipDefinitions', {
        '@odata.type': 'Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata', 'SchemaName': 'new_part_tags', 'IntersectEntityName': 'new_part_tags',
        'Entity1LogicalName': 'new_part', 'Entity2LogicalName': 'new_tag'})
    post(f"{by_name('new_part')}/Attributes", {'@odata.type': 'Microsoft.Dynamics.CRM.DateTimeAttributeMetadata', 'SchemaName': 'new_Day', 'Format': 'DateOnly'})
    post(f"{by_name('new_part')}/Attributes", {
        '@odata.type': 'Microsoft.Dynamics.CRM.MultiSelectPicklistAttributeMetadata', 'SchemaName': 'new_Colors',
        'OptionSet': {'Options': [{'Value': 1, 'Label': label('Red')}, {'Value': 3, 'Label': label('Blue')}]}})
    post(f"{by_name('new_part')}/Keys", {'@odata.type': 'Microsoft.Dynamics.CRM.EntityKeyMetadata', 'SchemaName': 'new_CodeKey', 'KeyAttributes': ['new_code']})
    w.worker = w.role('Worker', 'new_part', **DEPTHS)
    w.grant(w.worker, 'new_tag', Read='Global')
    rule = post('maskingrules', {'name': 'new_all', 'displayname': 'All of it', 'regularexpression': '.', 'maskedcharacter': '#'})
    post('attributemaskingrules', {'uniquename': 'new_mask_secret', 'entityname': 'new_part', 'attributelogicalname': 'new_secret',
                                   'MaskingRuleId@odata.bind': f'maskingrules({rule})'})
    profile = post('fieldsecurityprofiles', {'name': 'Readers', 'description': 'who reads'})
    post('fieldpermissions', {'entityname': 'new_part', 'attributelogicalname': 'new_secret', 'canread': 4, 'canreadunmasked': 1,
                              'fieldsecurityprofileid@odata.bind': f'fieldsecurityprofiles({profile})'})
    post('externaltypes', {'name': 'door', 'actions': 'open,close', 'policy': "action/name eq 'open'"})
    post('rowpolicies', {'name': 'Cheap', 'entityname': 'new_part', 'query': 'new_price lt 100', 'contextvalue': 'Worker'})
    post('EntityDefinitions', {
        '@odata.type': 'Microsoft.Dynamics.CRM.EntityMetadata', 'SchemaName': 'new_Deal', 'DisplayName': label('Deal'), 'Description': label('of two'),
        'DisplayCollectionName': label('Deals'), 'OwnershipType': 'UserOwned', 'AutoCreateAccessTeams': True, 'Attributes': [
            {'@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', 'SchemaName': 'new_Title', 'IsPrimaryName': True,
             'RequiredLevel': {'Value': 'ApplicationRequired'}, 'MaxLength': 50}]})
    code_of = it.operate('GET', f"{w.api}/{by_name('new_deal')}?$select=ObjectTypeCode")['ObjectTypeCode']
    post('teamtemplates', {'teamtemplatename': 'Helpers', 'objecttypecode': code_of, 'defaultaccessrightsmask': 1})


def secured(w, name, value):
    w.it.operator('PUT', f"{w.api}/{by_name('new_part')}/Attributes(LogicalName='{name.lower()}')", {
        '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', 'SchemaName': name, 'IsSecured': value, 'MaxLength': 4000})


def export(it, api, **more):
    answer = it.operator('POST', f'{api}/ExportSolution', {'SolutionName': 'new_Parts', 'Version': '1.2', 'Publisher': 'Contoso', **more})
    check('exported', answer.status == 200, answer)
    return base64.b64decode(answer.json()['ExportSolutionFile'])


def send(it, api, file, action='ImportSolution', overwrite=True):
    raw = file if isinstance(file, bytes) else json.dumps(file).encode()
    return it.operator('POST', f'{api}/{action}', {'CustomizationFile': base64.b64encode(raw).decode(),
                                                   'OverwriteUnmanagedCustomizations': overwrite})


def component(doc, kind, **members):
    return next(c for c in doc['components'] if c['kind'] == kind and all(c.get(k) == v for k, v in members.items()))


def travels(w, it, other):
    file = w.file = export(it, w.api)
    doc = json.loads(file)
    kinds = {c['kind'] for c in doc['components']}
    check('every kind is in it', len(kinds) == 13, sorted(kinds))
    check('a second export is the same octets', export(it, w.api) == file)
    diff = send(it, other, file, 'DiffSolution').json()
    check('elsewhere all would be new', diff['Added'] == len(doc['components']) and not diff['Conflicts'] and not diff['Changed'], diff)
    answer = send(it, other, file)
    check('imported elsewhere', answer.status == 204, answer)
    there = export(it, other)
    check('and exported again: the same octets', there == file, first_difference(file, there))
    diff = send(it, other, file, 'DiffSolution').json()
    check('then nothing differs', not diff['Changes'] and not diff['Kept'], diff)
    less = json.loads(file)
    less['components'] = [c for c in less['components'] if c['kind'] not in ('rowpolicy', 'key')]
    component(less, 'fieldsecurityprofile').pop('description')
    component(less, 'role')['privileges'].pop('prvReadnew_tag')
    diff = send(it, other, less, 'DiffSolution').json()
    check('what is here and not in the file is told, and would stay', not diff['Changes'] and [(c['Kind'], c['Name'], c['Members']) for c in diff['Kept']] == [
        ('key', 'new_part.new_CodeKey', []), ('rowpolicy', 'Cheap', []), ('fieldsecurityprofile', 'Readers', ['description']),
        ('role', 'Worker', ['privileges'])], diff)
    check('a second import changes nothing', send(it, other, file).status == 204 and export(it, other) == file)
    some = json.loads(export(it, w.api, Tables=['new_tag']))
    check('a list of tables leaves the others out', {c.get('SchemaName') for c in some['components'] if c['kind'] == 'table'} == {'new_tag'} and
          list(component(some, 'role')['privileges']) == ['prvReadnew_tag'], some)


def first_difference(a, b):
    return next(((x, y) for x, y in zip(a.splitlines(), b.splitlines()) if x != y), (len(a), len(b)))


def works_there(it, other, w):
    row = it.operator('POST', f'{other}/new_parts', {'new_title': 'wheel', 'new_code': 'A1', 'new_color': 2})
    check('rows can be made of what was imported', row.status == 204, row)
    got = it.operator('GET', f"{other}/new_parts(new_code='A1')?$select=new_title")
    check('found by the key', got.status == 200, got)
    role = it.operate('GET', f'{other}/roles({w.worker})?$select=name')
    check('the role has the same id', role['name'] == 'Worker', role)


def changes(w, it, other):
    doc = json.loads(w.file)
    component(doc, 'column', SchemaName='new_Code')['DisplayName'] = 'The code'
    component(doc, 'table', SchemaName='new_Deal')['Description'] = 'of many'
    component(doc, 'relationship', SchemaName='new_part_tag')['CascadeConfiguration']['Delete'] = 'RemoveLink'
    component(doc, 'role')['privileges']['prvDeletenew_part'] = 'Basic'
    component(doc, 'role')['name'] = 'Maker'
    component(doc, 'fieldsecurityprofile')['description'] = 'readers'
    diff = send(it, other, doc, 'DiffSolution').json()
    check('what differs is told', [(c['Kind'], c['State'], c['Members']) for c in diff['Changes']] == [
        ('table', 'Change', ['Description']), ('column', 'Change', ['DisplayName']), ('relationship', 'Change', ['CascadeConfiguration']), ('fieldsecurityprofile', 'Change', ['description']),
        ('role', 'Change', ['name', 'privileges'])], diff)
    answer = send(it, other, doc, overwrite=False)
    check('without OverwriteUnmanagedCustomizations nothing is changed', answer.status == 412 and 'new_Code' in answer.json()['error']['message'] and
          export(it, other) == w.file, answer)
    answer = send(it, other, doc)
    check('changed', answer.status == 204, answer)
    now = json.loads(export(it, other))
    check('as the document says', now == doc, first_difference(json.dumps(now, indent=1).encode(), json.dumps(doc, indent=1).encode()))
    check('and back; what a role has beyond it stays', send(it, other, w.file).status == 204 and
          component(json.loads(export(it, other)), 'role')['privileges']['prvDeletenew_part'] == 'Basic')


def refused_whole(w, it, other):
    before = export(it, other)
    doc = json.loads(w.file)
    component(doc, 'column', SchemaName='new_Price')['AttributeType'] = 'String'
    component(doc, 'table', SchemaName='new_tag')['OwnershipType'] = 'OrganizationOwned'
    doc['components'].append({**component(doc, 'table', SchemaName='new_tag'), 'id': '11111111-1111-4111-8111-111111111111', 'SchemaName': 'new_Other'})
    answer = send(it, other, doc)
    message = answer.json()['error']['message']
    check('conflicts: all are told', answer.status == 412 and 'new_part.new_Price: AttributeType' in message and 'new_tag: OwnershipType' in message, answer)
    check('... and nothing is applied', export(it, other) == before)
    doc = json.loads(w.file)
    table = {**component(doc, 'table', SchemaName='new_tag'), 'id': '11111111-1111-4111-8111-111111111111', 'SchemaName': 'new_Other', 'EntitySetName': 'new_others'}
    name = {**component(doc, 'column', Table='new_tag', IsPrimaryName=True), 'id': '11111111-1111-4111-8111-111111111112', 'Table': 'new_other'}
    bad = {**component(doc, 'rowpolicy'), 'id': '11111111-1111-4111-8111-111111111113', 'name': 'Bad', 'query': 'new_nothing eq 1'}
    answer = send(it, other, {**doc, 'components': [table, name, bad]})
    check('a fault in the middle: which component, and why', answer.status == 400 and 'rowpolicy Bad' in answer.json()['error']['message'], answer)
    check('... leaves nothing', export(it, other) == before and it.operator('GET', f'{other}/new_others').status == 404)
    answer = send(it, other, {**doc, 'components': [table, name]})
    check('the rest by itself is good', answer.status == 204 and it.operator('GET', f'{other}/new_others').status == 200, answer)
    answer = it.operator('DELETE', f"{other}/{by_name('new_other')}")
    check('gone again', answer.status == 204 and export(it, other) == before, answer)


def bad_files(it, other):
    for what, raw in (('no JSON', b'{'), ('another format', b'{"format":"zip"}'), ('nothing', b''), ('a list', b'[]'),
                      ('a later version', b'{"format":"bailiwick-solution","formatVersion":2,"name":"a","version":"1","publisher":"","components":[]}'),
                      ('an unknown kind', b'{"format":"bailiwick-solution","formatVersion":1,"name":"a","version":"1","publisher":"",'
                       b'"components":[{"kind":"user","id":"11111111-1111-4111-8111-111111111111"}]}')):
        for action in ('ImportSolution', 'DiffSolution'):
            answer = send(it, other, raw, action)
            check(f'{what}: {action} refuses', answer.status == 400, answer)
    answer = it.operator('POST', f'{other}/ImportSolution', {'CustomizationFile': '***'})
    check('no base64: 400', answer.status == 400, answer)
    for body in ({}, {'SolutionName': '1'}, {'SolutionName': 'a', 'Version': 'x'}, {'SolutionName': 'a', 'Managed': True},
                 {'SolutionName': 'a', 'Tables': ['systemuser']}, {'SolutionName': 'a', 'Tables': 'new_part'}):
        answer = it.operator('POST', f'{other}/ExportSolution', body)
        check(f'ExportSolution {body}: 400', answer.status == 400, answer)


def nobody_grants_more(w, it):
    """A customizer defines; a role beyond what she holds is refused with the table that came with it."""
    w.person('ann', w.root)
    answer = w.ask('ann', 'POST', 'ExportSolution', {'SolutionName': 'a'})
    check('whoever does not customize exports nothing', answer.status == 403, answer)
    file = base64.b64encode(w.file).decode()
    for action in ('ImportSolution', 'DiffSolution'):
        answer = w.ask('ann', 'POST', action, {'CustomizationFile': file})
        check(f'... nor {action}', answer.status == 403, answer)
    customizer = next(r['roleid'] for r in w.get('roles', filter="name eq 'System Customizer'"))
    w.give('ann', customizer, w.root)
    answer = w.ask('ann', 'POST', 'ExportSolution', {'SolutionName': 'new_Mine'})
    mine = json.loads(base64.b64decode(answer.json()['ExportSolutionFile']))['components'] if answer.status == 200 else answer
    check('a customizer exports what she reads: all but external types', {c['kind'] for c in json.loads(w.file)['components']} - {c['kind'] for c in mine} == {'externaltype'}, answer)
    before = export(it, w.api)
    doc = json.loads(w.file)
    table = {**component(doc, 'table', SchemaName='new_tag'), 'id': '11111111-1111-4111-8111-111111111111', 'SchemaName': 'new_Other', 'EntitySetName': 'new_others'}
    name = {**component(doc, 'column', Table='new_tag', IsPrimaryName=True), 'id': '11111111-1111-4111-8111-111111111112', 'Table': 'new_other'}
    role = {**component(doc, 'role'), 'id': '11111111-1111-4111-8111-111111111114', 'name': 'Strong', 'privileges': {'prvActOnBehalfOfAnotherUser': 'Global'}}
    whole = base64.b64encode(json.dumps({**doc, 'components': [table, name, role]}).encode()).decode()
    answer = w.ask('ann', 'POST', 'ImportSolution', {'CustomizationFile': whole})
    check('nobody imports a role that gives more than they hold', answer.status == 403 and 'role Strong' in answer.json()['error']['message'], answer)
    check('... and its table is not there', export(it, w.api) == before)
    definitions = base64.b64encode(json.dumps({**doc, 'components': [table, name]}).encode()).decode()
    answer = w.ask('ann', 'POST', 'ImportSolution', {'CustomizationFile': definitions})
    check('definitions alone a customizer imports', answer.status == 204, answer)


def command_line(w, it):
    """The operator's commands do the same."""
    path = f'{it.folder}/parts.json'
    done = it.run('solution', 'export', it.folder, '--environment', 'sales', '--name', 'new_Parts', '--version', '1.2', '--publisher', 'Contoso',
                  '--output', path)
    with open(path, 'rb') as f:
        file = f.read()
    check('solution export', done.returncode == 0 and file == export(it, w.api), done)
    done = it.run('solution', 'export', it.folder, '--environment', 'sales', '--name', 'new_Parts', '--tables', 'new_tag')
    check('... to standard output, of some tables', done.returncode == 0 and json.loads(done.stdout)['version'] == '1.0.0.0', done)
    third = it.tenant_make('Tailspin', 'tailspin.example', 'repair')['api']
    done = it.run('solution', 'diff', it.folder, path, '--environment', 'repair', '--json')
    check('solution diff', done.returncode == 0 and json.loads(done.stdout)['Added'] > 20, done)
    done = it.run('solution', 'diff', it.folder, path, '--environment', 'repair')
    check('... for people', done.returncode == 0 and 'new_part.new_Code' in done.stdout, done)
    done = it.run('solution', 'import', it.folder, path, '--environment', 'repair')
    check('solution import', done.returncode == 0 and export(it, third) == file, done)
    doc = json.loads(file)
    component(doc, 'column', SchemaName='new_Code')['DisplayName'] = 'The code'
    done = it.run('solution', 'import', it.folder, '-', '--environment', 'repair', input=json.dumps(doc))
    check('what differs is changed on request only', done.returncode == 1 and 'new_part.new_Code: DisplayName' in done.stderr, done)
    done = it.run('solution', 'import', it.folder, '-', '--environment', 'repair', '--overwrite', input=json.dumps(doc))
    check('... with --overwrite', done.returncode == 0 and export(it, third) != file, done)
    component(doc, 'column', SchemaName='new_Code')['AttributeType'] = 'Memo'
    done = it.run('solution', 'diff', it.folder, '-', '--environment', 'repair', input=json.dumps(doc))
    check('a conflict: exit status 1', done.returncode == 1 and 'Conflict' in done.stdout, done)


def audited(w, it):
    imports = lambda: it.audit_events(w.elsewhere['id'], w.elsewhere['environment_id'], op='import.solution')
    eventually(lambda: len(imports()) >= 5)
    events = imports()
    check('imports are audited, those that were', len(events) == 5 and events[0]['target']['name'] == 'new_Parts', events[:1])


def main(program):
    it = Installation(program, 'solution').init()
    try:
        it.start()
        w = World(it, steps)
        w.elsewhere = it.tenant_make('Fabrikam', 'fabrikam.example', 'support')
        other = w.elsewhere['api']
        customize(w)
        travels(w, it, other)
        works_there(it, other, w)
        changes(w, it, other)
        refused_whole(w, it, other)
        bad_files(it, other)
        nobody_grants_more(w, it)
        audited(w, it)
        command_line(w, it)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(74)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
