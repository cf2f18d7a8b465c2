#!/usr/bin/env python3
"""Alternate keys and many-to-many relationships over the real service: defined, used in addresses and bindings, judged, told apart.
usage: keys_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps
from world import World, code, entity

steps = Steps()
check = steps.check
ALL = ('Create', 'Read', 'Write', 'Delete', 'Assign', 'Share', 'Append', 'AppendTo')


def key(w, table, name, *columns, status=204):
    answer = w.it.operator('POST', f"{w.api}/EntityDefinitions(LogicalName='{table}')/Keys", {
        '@odata.type': 'Microsoft.Dynamics.CRM.EntityKeyMetadata', 'SchemaName': name, 'KeyAttributes': list(columns)})
    check(f'a key {name} over {columns}: {status}', answer.status == status, answer)
    return answer


def many(w, name, first, second, status=204, **more):
    answer = w.it.operator('POST', f'{w.api}/RelationshipDefinitions', {
        '@odata.type': 'Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata', 'SchemaName': name, 'IntersectEntityName': name,
        'Entity1LogicalName': first, 'Entity2LogicalName': second, **more})
    check(f'{name} joins {first} and {second}: {status}', answer.status == status, answer)
    return answer


def operator(w, method, path, body=None):
    return w.it.operator(method, f'{w.api}/{path}', body)


def world_make(it):
    """ann and bob have the privileges on their own rows; cid reads and appends nothing but his own."""
    w = World(it, steps)
    w.table('new_part', [('new_Code', 'String'), ('new_Year', 'Integer'), ('new_Price', 'Money'), ('new_Secret', 'String')])
    w.table('new_tag')
    w.relationship('new_part_parts', 'new_part', 'new_part', 'new_WholeId')
    rights = {r: 'Basic' for r in ALL}
    role = w.role('Worker', 'new_part', **rights)
    w.grant(role, 'new_tag', **rights)
    for name in ('ann', 'bob'):
        w.person(name, w.root)
        w.give(name, role, w.root)
    w.worker = role
    return w


def definitions_work(w):
    key(w, 'new_part', 'new_CodeKey', 'new_code')
    key(w, 'new_part', 'new_CodeKey', 'new_year', status=412)
    key(w, 'new_part', 'new_Other', 'new_code', status=412)
    key(w, 'new_part', 'nokey', 'new_year', status=400)
    key(w, 'new_part', 'new_None', status=400)
    key(w, 'new_part', 'new_Unknown', 'new_nothing', status=400)
    key(w, 'new_part', 'new_System', 'createdon', status=400)
    key(w, 'new_part', 'new_YearPrice', 'new_year', 'new_price')
    key(w, 'new_part', 'new_ByPart', 'new_partid', 'new_year', status=400)  # the primary id is a key by itself
    listed = w.get("EntityDefinitions(LogicalName='new_part')/Keys")
    check('keys are listed', [(k['LogicalName'], k['KeyAttributes']) for k in listed] ==
          [('new_codekey', ['new_code']), ('new_yearprice', ['new_year', 'new_price'])], listed)
    expanded = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_part')?$select=LogicalName&$expand=Keys($select=KeyAttributes)")
    check('and expanded', len(expanded['Keys']) == 2, expanded)
    answer = operator(w, 'DELETE', "EntityDefinitions(LogicalName='new_part')/Attributes(LogicalName='new_code')")
    check('a column of a key stays', answer.status == 405, answer)
    answer = w.ask('ann', 'POST', "EntityDefinitions(LogicalName='new_part')/Keys", {'SchemaName': 'new_Mine', 'KeyAttributes': ['new_secret']})
    check('keys are defined by customizers', answer.status == 403, answer)
    metadata = w.it.operator('GET', f'{w.api}/$metadata').body.decode()
    check('$metadata tells them', 'OData.Community.Keys.V1.AlternateKeys' in metadata)
    one = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_part')/Keys(LogicalName='new_codekey')")
    check('one by itself', one['SchemaName'] == 'new_CodeKey' and one['EntityKeyIndexStatus'] == 'Active', one)


def addresses_work(w):
    made = w.ask('ann', 'POST', 'new_parts', {'new_title': 'wheel', 'new_code': "A'1", 'new_year': 2020, 'new_price': 12.5})
    check('ann makes a part', made.status == 204, made)
    wheel = w.wheel = entity(made)
    for where in ("new_code='A''1'", "new_code='a''1'", 'new_year=2020,new_price=12.50', 'new_price=12.5,new_year=2020', f'new_partid={wheel}'):
        got = w.ask('ann', 'GET', f'new_parts({urllib.parse.quote(where)})?$select=new_title')
        check(f'a row by {where}', got.status == 200 and got.json()['new_title'] == 'wheel', got)
    got = w.ask('ann', 'GET', "new_parts(new_code=@k)?$select=new_title&@k='A''1'")
    check('... by an alias', got.status == 200, got)
    for where, status in (("new_code='none'", 404), ('new_year=2020', 400), ("new_code='A''1',new_year=2020", 400), ('new_code=null', 400),
                          ('new_code=7', 400), ("new_year='x',new_price=1", 400), ("new_title='wheel'", 400)):
        got = w.ask('ann', 'GET', f'new_parts({urllib.parse.quote(where)})')
        check(f'{where}: {status}', got.status == status, got)
    got = w.ask('ann', 'PATCH', "new_parts(new_code='A''1')", {'new_title': 'great wheel'})
    check('updated by its key', got.status == 204 and entity(got) == wheel, got)
    got = w.ask('ann', 'PUT', "new_parts(new_code='A''1')/new_title", {'value': 'wheel'})
    check('a column by its key', got.status == 204, got)
    got = w.ask('ann', 'PATCH', "new_parts(new_code='B2')", {'new_title': 'bolt', 'new_year': 2021})
    check('an upsert makes the row with its key', got.status == 204, got)
    bolt = entity(got)
    row = w.ask('ann', 'GET', f'new_parts({bolt})').json()
    check('the key is in the row', (row['new_code'], row['new_year']) == ('B2', 2021), row)
    got = w.ask('ann', 'PATCH', "new_parts(new_code='C3')", {'new_title': 'nut', 'new_code': 'other'})
    check('a body that contradicts the address is refused', got.status == 400, got)
    got = w.ask('ann', 'PATCH', "new_parts(new_code='C3')", {'new_title': 'nut'}, **{'If-Match': '*'})
    check('If-Match: * wants a row', got.status == 404, got)
    got = w.ask('ann', 'PATCH', "new_parts(new_code='B2')", {'new_title': 'nut'}, **{'If-None-Match': '*'})
    check('If-None-Match: * wants none', got.status == 412, got)
    got = w.ask('ann', 'POST', 'new_parts', {'new_title': 'spoke', "new_WholeId@odata.bind": "new_parts(new_code='A''1')"})
    check('a binding by a key', got.status == 204, got)
    row = w.ask('ann', 'GET', f'new_parts({entity(got)})').json()
    check('... reaches the row', row['_new_wholeid_value'] == wheel, row)
    got = w.ask('ann', 'DELETE', "new_parts(new_code='B2')")
    check('deleted by its key', got.status == 204 and w.ask('ann', 'GET', f'new_parts({bolt})').status == 404, got)


def duplicates_are_told_to_readers_only(w):
    got = w.ask('ann', 'POST', 'new_parts', {'new_title': 'copy', 'new_code': "a'1"})
    check('a value that is taken: 412, and which code', got.status == 412 and code(got) == '0x80060892', got)
    got = w.ask('bob', 'POST', 'new_parts', {'new_title': 'copy', 'new_code': "A'1"})
    check('whoever cannot read the row is told nothing of it', got.status == 403, got)
    got = w.ask('bob', 'PATCH', "new_parts(new_code='A''1')", {'new_title': 'mine'})
    check('an upsert neither', got.status == 403, got)
    got = w.ask('bob', 'GET', "new_parts(new_code='A''1')")
    check('nor a read', got.status == 403, got)
    mine = w.ask('bob', 'POST', 'new_parts', {'new_title': 'own', 'new_code': 'B9'})
    got = w.ask('bob', 'PATCH', f'new_parts({entity(mine)})', {'new_code': "A'1"})
    check('an update into a taken value neither', got.status == 403, got)
    got = w.ask('ann', 'POST', 'new_parts', {'new_partid': w.wheel, 'new_title': 'same id'})
    check('a primary id in use has the other code', got.status == 412 and code(got) == '0x80040237', got)
    for _ in range(2):
        check('nulls are alike to no one', w.ask('ann', 'POST', 'new_parts', {'new_title': 'no code'}).status == 204)
    rows = w.get('new_parts', filter="new_code eq 'A''1'", select='new_code')
    check('nothing was half-written', len(rows) == 1, rows)
    got = operator(w, 'POST', "EntityDefinitions(LogicalName='new_part')/Keys", {'SchemaName': 'new_Title', 'KeyAttributes': ['new_title']})
    check('a key over rows that are alike already is refused', got.status == 412 and len(w.get("EntityDefinitions(LogicalName='new_part')/Keys")) == 2, got)


def secured_keys_are_no_oracle(w):
    key(w, 'new_part', 'new_SecretKey', 'new_secret')
    operator(w, 'PUT', "EntityDefinitions(LogicalName='new_part')/Attributes(LogicalName='new_secret')", {
        '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', 'SchemaName': 'new_Secret', 'IsSecured': True, 'MaxLength': 4000})
    got = w.ask('ann', 'GET', "new_parts(new_secret='x')")
    check('a key that may not be read is refused', got.status == 403 and code(got).lower() == '0x8004f506', got)
    got = operator(w, 'DELETE', "EntityDefinitions(LogicalName='new_part')/Keys(LogicalName='new_secretkey')")
    check('a key goes', got.status == 204 and len(w.get("EntityDefinitions(LogicalName='new_part')/Keys")) == 2, got)
    got = w.ask('ann', 'GET', "new_parts(new_secret='x')")
    check('... and names nothing any more', got.status == 400, got)


def built_in_keys(w):
    me = w.it.operate('GET', f"{w.api}/systemusers({w.users['ann']})?$select=azureactivedirectoryobjectid")
    got = operator(w, 'GET', f"systemusers(azureactivedirectoryobjectid={me['azureactivedirectoryobjectid']})?$select=systemuserid")
    check('a user by the object id', got.status == 200 and got.json()['systemuserid'] == w.users['ann'], got)


def many_to_many_defined(w):
    many(w, 'new_part_tags', 'new_part', 'new_tag')
    many(w, 'new_part_tags', 'new_part', 'new_tag', status=412)
    many(w, 'new_part_parts', 'new_part', 'new_tag', status=412)  # the name of a one-to-many
    many(w, 'new_tag_users', 'new_tag', 'privilege', status=400)
    many(w, 'new_self', 'new_tag', 'new_tag', status=400)
    many(w, 'new_likes', 'new_tag', 'new_tag', Entity1NavigationPropertyName='new_likes', Entity2NavigationPropertyName='new_likedby')
    found = w.it.operate('GET', f"{w.api}/RelationshipDefinitions(SchemaName='new_part_tags')")
    check('it is found by its name', found['Entity1LogicalName'] == 'new_part' and found['RelationshipType'] == 'ManyToManyRelationship', found)
    expanded = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_tag')?$select=LogicalName&$expand=ManyToManyRelationships")
    check('it is expanded', [r['SchemaName'] for r in expanded['ManyToManyRelationships']] == ['new_part_tags', 'new_likes'], expanded)
    metadata = w.it.operator('GET', f'{w.api}/$metadata').body.decode()
    check('$metadata has both ends', metadata.count('Name="new_part_tags"') == 2 and 'Partner="new_likedby"' in metadata)


def titles(answer):
    return sorted(r['new_title'] for r in answer.json()['value'])


def many_to_many_used(w):
    def make(name, title):
        return entity(w.ask(name, 'POST', 'new_tags', {'new_title': title}))
    red, blue, bobs = make('ann', 'red'), make('ann', 'blue'), make('bob', 'secret')
    tags = f'new_parts({w.wheel})/new_part_tags'
    got = w.ask('ann', 'POST', f'{tags}/$ref', {'@odata.id': f'new_tags({red})'})
    check('ann joins', got.status == 204, got)
    got = w.ask('ann', 'POST', f'{tags}/$ref', {'@odata.id': f'new_tags({red})'})
    check('twice is a duplicate', got.status == 412 and code(got) == '0x80040237', got)
    got = w.ask('ann', 'POST', f'{tags}/$ref', {'@odata.id': f'new_tags({bobs})'})
    check('both rows need Append', got.status == 403, got)
    got = w.ask('ann', 'POST', f'{tags}/$ref', {'@odata.id': f'new_parts({w.wheel})'})
    check('rows of the other table only', got.status == 400, got)
    got = w.ask('ann', 'POST', tags, {'new_title': 'green'})
    check('a row is made and joined', got.status == 204, got)
    got = w.it.operator('POST', f'{w.api}/{tags}/$ref', {'@odata.id': f'new_tags({bobs})'})
    check('the administrator joins what ann does not see', got.status == 204, got)
    check('a list shows the joined rows that the caller sees', titles(w.ask('ann', 'GET', tags)) == ['green', 'red'])
    check('... all of them to who sees all', titles(w.it.operator('GET', f'{w.api}/{tags}')) == ['green', 'red', 'secret'])
    check('the count is of those', w.ask('ann', 'GET', f'{tags}/$count').body.decode().strip('\ufeff') == '2')
    check('a filter within', titles(w.ask('ann', 'GET', f"{tags}?$filter=startswith(new_title,'r')&$orderby=new_title")) == ['red'])
    page = w.ask('ann', 'GET', f'{tags}?$orderby=new_title', Prefer='odata.maxpagesize=1').json()
    more = w.it.request('GET', page['@odata.nextLink'].split(w.it.origin)[-1], None, {'Authorization': f"Bearer {w.tokens['ann']}"})
    check('pages go on', [page['value'][0]['new_title'], more.json()['value'][0]['new_title']] == ['green', 'red'], more)
    got = w.ask('ann', 'GET', f"new_tags({red})?$select=new_title&$expand=new_part_tags($select=new_title)").json()
    check('the other end, expanded', [p['new_title'] for p in got['new_part_tags']] == ['wheel'], got)
    got = w.ask('ann', 'GET', "new_parts?$select=new_title&$filter=new_part_tags/any(t:t/new_title%20eq%20'red')")
    check('any through pairs', titles(got) == ['wheel'], got)
    got = w.ask('ann', 'GET', "new_parts?$filter=new_part_tags/any(t:t/new_title%20eq%20'secret')")
    check('... not through rows that are not visible', titles(got) == [], got)
    got = w.ask('ann', 'GET', f'{tags}({red})')
    check('one of them', got.status == 200 and got.json()['new_title'] == 'red', got)
    check('one that is not', w.ask('ann', 'GET', f'{tags}({blue})').status == 404)
    got = w.ask('bob', 'GET', tags)
    check('the collection of a row that is not visible', got.status == 403, got)
    got = w.ask('ann', 'DELETE', f'{tags}({red})/$ref')
    check('parted', got.status == 204 and titles(w.ask('ann', 'GET', tags)) == ['green'], got)
    check('parted twice', w.ask('ann', 'DELETE', f'{tags}({red})/$ref').status == 404)
    got = w.ask('ann', 'DELETE', f'{tags}({bobs})/$ref')
    check('parting needs Append on both, too', got.status == 403, got)
    got = w.ask('ann', 'POST', 'new_parts', {'new_title': 'deep', 'new_part_tags': [{'new_title': 'inner'}],
                                             'new_part_parts': [{'new_title': 'child'}]})
    check('deep insert joins', got.status == 204 and titles(w.ask('ann', 'GET', f'new_parts({entity(got)})/new_part_tags')) == ['inner'], got)
    got = w.ask('ann', 'POST', 'new_parts', {'new_title': 'bound', 'new_part_tags@odata.bind': [f'new_tags({red})', f'new_tags({blue})']})
    check('... and binds', got.status == 204 and titles(w.ask('ann', 'GET', f'new_parts({entity(got)})/new_part_tags')) == ['blue', 'red'], got)
    bound = entity(got)
    before = len(w.get('new_parts'))
    got = w.ask('ann', 'POST', 'new_parts', {'new_title': 'none', 'new_part_tags@odata.bind': [f'new_tags({red})', f'new_tags({bobs})']})
    check('a refused pair leaves nothing', got.status == 403 and len(w.get('new_parts')) == before, got)
    check('a row takes its pairs along', w.ask('ann', 'DELETE', f'new_tags({blue})').status == 204 and
          titles(w.ask('ann', 'GET', f'new_parts({bound})/new_part_tags')) == ['red'])
    w.ask('ann', 'POST', f'new_tags({red})/new_likes/$ref', {'@odata.id': f'new_tags({entity(w.ask("ann", "POST", "new_tags", {"new_title": "orange"}))})'})
    check('within one table, one direction', titles(w.ask('ann', 'GET', f'new_tags({red})/new_likes')) == ['orange'] and
          titles(w.ask('ann', 'GET', f'new_tags({red})/new_likedby')) == [])
    events = [e for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id'], op='associate.row')]
    check('joining is in the log', len(events) >= 5, len(events))


def many_to_many_goes(w):
    got = operator(w, 'DELETE', "RelationshipDefinitions(SchemaName='new_part_tags')")
    check('the relationship goes', got.status == 204, got)
    check('... and its name', w.ask('ann', 'GET', f'new_parts({w.wheel})/new_part_tags').status == 404)
    got = operator(w, 'DELETE', "EntityDefinitions(LogicalName='new_tag')")
    check('a table goes with those that it has', got.status == 204, got)
    check('rows of the other table go on', w.ask('ann', 'DELETE', f'new_parts({w.wheel})').status == 204)


def main():
    it = Installation(sys.argv[1], 'keys').init()
    try:
        it.start()
        w = world_make(it)
        for step in (definitions_work, addresses_work, duplicates_are_told_to_readers_only, secured_keys_are_no_oracle, built_in_keys,
                     many_to_many_defined, many_to_many_used, many_to_many_goes):
            step(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(90)


sys.exit(main())
