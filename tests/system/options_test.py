#!/usr/bin/env python3
"""Definitions are filtered, selected, cast and expanded; a query option that an address does not take is refused wherever it stands.
usage: options_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps, bearer
from world import World, code

steps = Steps()
check = steps.check
ALL = ('Create', 'Read', 'Write', 'Delete', 'Assign', 'Share', 'Append', 'AppendTo')
CRM = 'Microsoft.Dynamics.CRM.'


def operator(w, method, path, body=None, **query):
    options = '&'.join(f'${k}={urllib.parse.quote(v)}' for k, v in query.items())
    return w.it.operator(method, f'{w.api}/{path}{"?" if options else ""}{options}', body)


def names(answer, member='SchemaName'):
    return sorted(d[member] for d in answer.json()['value']) if answer.status == 200 else answer


def world_make(it):
    w = World(it, steps)
    w.table('new_part', [('new_Code', 'String'), ('new_Year', 'Integer'), ('new_Price', 'Money')])
    w.table('new_tag')
    w.relationship('new_part_parts', 'new_part', 'new_part', 'new_WholeId')
    w.relationship('new_tag_parts', 'new_tag', 'new_part', 'new_TagId')
    w.post('RelationshipDefinitions', {'@odata.type': f'{CRM}ManyToManyRelationshipMetadata', 'SchemaName': 'new_parts_tags',
                                       'IntersectEntityName': 'new_part_tag', 'Entity1LogicalName': 'new_part', 'Entity2LogicalName': 'new_tag'})
    w.post("EntityDefinitions(LogicalName='new_part')/Attributes", {
        '@odata.type': f'{CRM}PicklistAttributeMetadata', 'SchemaName': 'new_Colour',
        'OptionSet': {'Options': [{'Value': 1, 'Label': label('Red')}, {'Value': 2, 'Label': label('Blue')}]}})
    w.post("EntityDefinitions(LogicalName='new_part')/Keys", {'SchemaName': 'new_CodeKey', 'KeyAttributes': ['new_code']})
    w.post("EntityDefinitions(LogicalName='new_part')/Keys", {'SchemaName': 'new_YearKey', 'KeyAttributes': ['new_year']})
    return w


def label(text):
    return {'LocalizedLabels': [{'Label': text, 'LanguageCode': 1033}]}


def relationships_are_filtered(w):
    find = lambda text: names(operator(w, 'GET', 'RelationshipDefinitions', filter=text))  # noqa: E731
    some = operator(w, 'GET', "RelationshipDefinitions(SchemaName='new_tag_parts')").json()
    for text, want in (("SchemaName eq 'new_tag_parts'", ['new_tag_parts']), ("SchemaName eq 'NEW_TAG_PARTS'", ['new_tag_parts']),
                       (f"MetadataId eq {some['MetadataId']}", ['new_tag_parts']), ("ReferencedEntity eq 'new_part'", ['new_part_parts']),
                       ("ReferencingEntity eq 'new_part'", ['new_part_parts', 'new_tag_parts']),
                       ("ReferencingAttribute eq 'new_tagid'", ['new_tag_parts']), ("Entity1LogicalName eq 'new_part'", ['new_parts_tags']),
                       ("Entity2LogicalName eq 'new_part'", []), ("IntersectEntityName eq 'new_part_tag'", ['new_parts_tags']),
                       ("RelationshipType eq 'ManyToManyRelationship'", ['new_parts_tags']),
                       (f"RelationshipType eq {CRM}RelationshipType'OneToManyRelationship'", ['new_part_parts', 'new_tag_parts']),
                       ("not (ReferencedEntity eq 'new_tag')", ['new_part_parts', 'new_parts_tags']),
                       ("contains(SchemaName,'part_')", ['new_part_parts']), ('IsCustomRelationship eq false', []),
                       ("ReferencedEntity eq null", ['new_parts_tags'])):
        check(f'relationships where {text}: {want}', find(text) == want, find(text))
    for text in ("Nothing eq 'x'", "SchemaName eq 7", "SchemaName/x eq 'x'", "CascadeConfiguration eq 'x'", f"SchemaName eq {CRM}Strings'x'"):
        answer = operator(w, 'GET', 'RelationshipDefinitions', filter=text)
        check(f'a filter that is none is refused: {text}', (answer.status, code(answer)) == (400, '0x80060888'), answer)


def kinds_are_cast(w):
    one, many = f'{CRM}OneToManyRelationshipMetadata', f'{CRM}ManyToManyRelationshipMetadata'
    at = "RelationshipDefinitions(SchemaName='new_tag_parts')"
    some = operator(w, 'GET', at).json()
    check('one-to-many alone', names(operator(w, 'GET', f'RelationshipDefinitions/{one}')) == ['new_part_parts', 'new_tag_parts'])
    check('many-to-many alone', names(operator(w, 'GET', f'RelationshipDefinitions/{many}')) == ['new_parts_tags'])
    check('a cast and a filter', names(operator(w, 'GET', f'RelationshipDefinitions/{one}', filter="ReferencedEntity eq 'new_tag'", select='SchemaName')) == ['new_tag_parts'])
    for address, status in ((f'{at}/{one}', 200), (f"RelationshipDefinitions({some['MetadataId']})/{one}", 200), (f'{at}/{many}', 404),
                            (f'{at}/{CRM}RelationshipMetadataBase', 200), (f'{at}/{CRM}AttributeMetadata', 404), (f'{at}/Nothing', 404),
                            (f'RelationshipDefinitions/{CRM}PicklistAttributeMetadata', 404), ('RelationshipDefinitions/Nothing', 404)):
        answer = operator(w, 'GET', address)
        check(f'{address}: {status}', answer.status == status, answer)
    part = "EntityDefinitions(LogicalName='new_part')"
    check('relationships of a table', names(operator(w, 'GET', f'{part}/ManyToOneRelationships')) == ['new_part_parts', 'new_tag_parts'])
    check('and of those some', names(operator(w, 'GET', f'{part}/ManyToOneRelationships', filter="ReferencedEntity eq 'new_tag'")) == ['new_tag_parts'])
    check('and of the other end', names(operator(w, 'GET', f'{part}/OneToManyRelationships')) == ['new_part_parts'])
    check('and through pairs', names(operator(w, 'GET', f'{part}/ManyToManyRelationships', filter="Entity2LogicalName eq 'new_tag'")) == ['new_parts_tags'])
    for address, status in ((f"{part}/ManyToOneRelationships(SchemaName='new_tag_parts')", 200), (f"{part}/OneToManyRelationships(SchemaName='new_tag_parts')", 404),
                            (f"{part}/ManyToManyRelationships(SchemaName='new_parts_tags')", 200), (f"{part}/ManyToOneRelationships(SchemaName='new_parts_tags')", 404),
                            (f"{part}/ManyToOneRelationships(SchemaName='new_none')", 404)):
        answer = operator(w, 'GET', address)
        check(f'{address}: {status}', answer.status == status and (status != 200 or answer.json()['SchemaName'] in address), answer)


def columns_are_cast(w):
    part = "EntityDefinitions(LogicalName='new_part')"
    answer = operator(w, 'GET', f'{part}/Attributes/{CRM}PicklistAttributeMetadata', select='LogicalName', expand='OptionSet')
    found = answer.json()['value']
    check('the picklists of a table with their options', [(c['LogicalName'], [(o['Value'], o['Label']['UserLocalizedLabel']['Label']) for o in c['OptionSet']['Options']])
                                                          for c in found] == [('new_colour', [(1, 'Red'), (2, 'Blue')])], answer)
    check('and nothing else of them', set(found[0]) == {'@odata.type', 'MetadataId', 'LogicalName', 'OptionSet'}, found)
    check('all that have options', names(operator(w, 'GET', f'{part}/Attributes/{CRM}EnumAttributeMetadata'), 'LogicalName') == ['new_colour', 'statecode', 'statuscode'])
    check('lookups with what they name', {c['LogicalName']: c['Targets'] for c in operator(w, 'GET', f'{part}/Attributes/{CRM}LookupAttributeMetadata', filter='IsCustomAttribute eq true').json()['value']}
          == {'new_wholeid': ['new_part'], 'new_tagid': ['new_tag']})
    find = lambda text: names(operator(w, 'GET', f'{part}/Attributes', filter=text), 'LogicalName')  # noqa: E731
    for text, want in (("AttributeType eq 'Money'", ['new_price']), (f"AttributeType eq {CRM}AttributeTypeCode'Picklist'", ['new_colour']),
                       ('IsPrimaryId eq true', ['new_partid']), ('IsPrimaryName eq true', ['new_title']), ('MaxLength ge 100', ['new_code', 'new_title']),
                       ("LogicalName eq 'new_year' or SchemaName eq 'new_Price'", ['new_price', 'new_year']),
                       ("IsValidForUpdate eq false and IsCustomAttribute eq true", [])):
        check(f'columns where {text}: {want}', find(text) == want, find(text))
    for kind, status in (('Money', 200), ('', 200), ('Picklist', 404), ('Nothing', 404)):
        answer = operator(w, 'GET', f"{part}/Attributes(LogicalName='new_price')/{CRM}{kind}AttributeMetadata")
        check(f'a column as {kind}AttributeMetadata: {status}', answer.status == status, answer)
    check('keys are filtered', names(operator(w, 'GET', f'{part}/Keys', filter="LogicalName eq 'new_yearkey'", select='SchemaName')) == ['new_YearKey'])
    whole = operator(w, 'GET', 'EntityDefinitions', filter=f"LogicalName eq 'new_part' and OwnershipType eq {CRM}OwnershipTypes'UserOwned'", select='LogicalName',
                     expand="Attributes($select=LogicalName;$filter=IsPrimaryName eq true),Keys($filter=SchemaName eq 'new_CodeKey'),ManyToOneRelationships($filter=ReferencedEntity eq 'new_tag')")
    table = whole.json()['value'][0]
    check('expansions are filtered, too', [[d['SchemaName' if 'SchemaName' in d else 'LogicalName'] for d in table[n]] for n in ('Attributes', 'Keys', 'ManyToOneRelationships')]
          == [['new_title'], ['new_CodeKey'], ['new_tag_parts']], whole)
    put = {'@odata.type': f'{CRM}MoneyAttributeMetadata', 'SchemaName': 'new_Price', 'DisplayName': label('Price')}
    for cast, status in (('Picklist', 404), ('Money', 204)):
        answer = operator(w, 'PUT', f"{part}/Attributes(LogicalName='new_price')/{CRM}{cast}AttributeMetadata", put)
        check(f'a column is changed as {cast}: {status}', answer.status == status, answer)


def others_are_refused(w):
    """Every address with an option that it does not take."""
    row = w.post('new_parts', {'new_title': 'one', 'new_code': 'A'})
    me = w.get('systemusers')[0]['systemuserid']
    team, role = w.get('teams')[0]['teamid'], w.get('roles')[0]['roleid']
    part, one = "EntityDefinitions(LogicalName='new_part')", f'new_parts({row})'
    new = {'new_title': 'two'}
    odd = [('GET', a, None) for a in (
        '', '$metadata', 'WhoAmI', 'RetrieveCurrentOrganization(AccessType=\'Default\')', "RetrieveTotalRecordCount(EntityNames=['new_part'])",
        'new_parts', one, f'{one}/new_title', f'{one}/ownerid', f'{one}/ownerid/$ref', f'{one}/new_parts_tags', f'{one}/new_parts_tags/$ref',
        f'{one}/new_parts_tags/$count', 'new_parts/$count', "new_parts(new_code='A')", 'systemusers', f'systemusers({me})',
        f'systemusers({me})/systemuserroles_association', f'systemusers({me})/systemuserroles_association/$count',
        f'systemusers({me})/{CRM}RetrieveUserPrivileges()', f'RetrieveRolePrivilegesRole(RoleId={role})',
        f"systemusers({me})/{CRM}RetrievePrincipalAccess(Target=@t)", f"RetrieveAccessOrigin(ObjectId={row},LogicalName='new_part',PrincipalId={me})",
        f"RetrieveSharedPrincipalsAndAccess(Target=@t)", 'EntityDefinitions', part, f'{part}/Attributes', f"{part}/Attributes(LogicalName='new_code')",
        f'{part}/Keys', f"{part}/Keys(LogicalName='new_codekey')", f'{part}/ManyToOneRelationships', 'RelationshipDefinitions',
        "RelationshipDefinitions(SchemaName='new_tag_parts')")]
    odd += [('POST', 'new_parts', new), ('PATCH', one, new), ('PUT', f'{one}/new_title', {'value': 'x'}), ('DELETE', f'{one}/new_title', None),
            ('DELETE', one, None), ('POST', f'new_parts/{CRM}CreateMultiple', {'Targets': [new]}), ('POST', 'PublishAllXml', {}),
            ('POST', 'GrantAccess', {}), ('POST', f'teams({team})/{CRM}AddMembersTeam', {'Members': []}),
            ('POST', f'systemusers({me})/systemuserroles_association/$ref', {'@odata.id': f'roles({role})'}),
            ('DELETE', f'systemusers({me})/systemuserroles_association({role})/$ref', None), ('DELETE', f"{part}/Attributes(LogicalName='new_year')", None),
            ('POST', f'{part}/Attributes', {'@odata.type': f'{CRM}StringAttributeMetadata', 'SchemaName': 'new_Odd'}), ('DELETE', part, None),
            ('PUT', f'{one}/new_TagId/$ref', {'@odata.id': 'x'}), ('POST', f'{one}/new_parts_tags', {'new_title': 't'}), ('POST', 'teams', {'name': 'x'}),
            ('POST', f'{one}/new_parts_tags/$ref', {'@odata.id': 'x'}), ('DELETE', "RelationshipDefinitions(SchemaName='new_tag_parts')", None)]
    before = (w.get('new_parts'), len(w.get('teams')), names(operator(w, 'GET', f'{part}/Attributes'), 'LogicalName'))
    for method, path, body in odd:
        answer = w.it.operator(method, f'{w.api}/{path}?nothing=1&@t=%7B%27@odata.id%27:%27{one}%27%7D', body)
        check(f'{method} {path} takes no option nothing', (answer.status, code(answer)) == (400, '0x80060888'), answer)
    check('and nothing was done', before == (w.get('new_parts'), len(w.get('teams')), names(operator(w, 'GET', f'{part}/Attributes'), 'LogicalName')))
    for path, query in (('EntityDefinitions', 'top=1'), ('EntityDefinitions', 'orderby=LogicalName'), ('EntityDefinitions', 'count=true'), (part, "filter=LogicalName eq 'x'"),
                        (f'{part}/Attributes', 'expand=Keys'), (f'{part}/Attributes', 'select=Nothing'), (f'{part}/Keys', 'expand=OptionSet'), (part, 'expand=OptionSet'),
                        (part, 'expand=Attributes($top=1)'), (part, 'expand=Attributes($expand=OptionSet)'), (part, 'select=LogicalName,Nothing'), (part, 'expand=Attributes,Attributes'),
                        ('RelationshipDefinitions', 'select=LogicalName'), ('RelationshipDefinitions', 'expand=Lookup'), ('new_parts/$count', 'top=1'),
                        (one, 'top=1'), (f'{one}/new_parts_tags/$ref', 'select=new_title'), (f'{one}/new_title', 'select=new_title')):
        answer = w.it.operator('GET', f'{w.api}/{path}?${urllib.parse.quote(query, safe="=")}')
        check(f'{path}?${query} is refused', (answer.status, code(answer)) == (400, '0x80060888'), answer)
    for query, status in (('LabelLanguages=1033', 200), ('LabelLanguages=1031', 400), ('$select=LogicalName&$select=SchemaName', 400)):
        answer = w.it.operator('GET', f'{w.api}/EntityDefinitions?{query}')
        check(f'EntityDefinitions?{query}: {status}', answer.status == status, answer)
    answer = w.it.operator('GET', f'{w.api}/{one}?UnMaskedData=perhaps')
    check('UnMaskedData is true or false', (answer.status, code(answer)) == (400, '0x80060888'), answer)


def associations_are_lists(w):
    """What a user, a team or a role is joined with pages, counts and is referred to as any list."""
    team = w.post('teams', {'name': 'Many', 'teamtype': 0, 'businessunitid@odata.bind': f'businessunits({w.root})', 'administratorid@odata.bind': f"systemusers({w.get('systemusers')[0]['systemuserid']})"})
    users = [w.post('systemusers', {'domainname': f'u{i}@contoso.example', 'firstname': f'U{i}', 'businessunitid@odata.bind': f'businessunits({w.root})'}) for i in range(7)]
    w.post(f'teams({team})/{CRM}AddMembersTeam', {'Members': [{'systemuserid': u} for u in users]})
    token, path, got, pages = w.it.token(w.tenant), f'{w.api}/teams({team})/teammembership_association?$select=systemuserid&$count=true', [], 0
    while path:
        body = w.it.request('GET', path, headers=bearer(token, Prefer='odata.maxpagesize=3')).json()
        check('the count is that of the whole list', body['@odata.count'] == 7, body)
        got += [r['systemuserid'] for r in body['value']]
        path, pages = body.get('@odata.nextLink', '').replace(w.it.origin, ''), pages + 1
    check('all members are listed, in three pages', sorted(got) == sorted(users) and pages == 3, (got, pages))
    counted = w.it.operator('GET', f'{w.api}/teams({team})/teammembership_association/$count')
    check('they are counted', counted.json() == 7, counted)
    referred = operator(w, 'GET', f'teams({team})/teammembership_association/$ref').json()['value']
    check('they are referred to', sorted(r['@odata.id'].rsplit('(', 1)[1][:-1] for r in referred) == sorted(users), referred)
    some = operator(w, 'GET', f'teams({team})/teammembership_association', filter="firstname eq 'U3'", select='firstname').json()['value']
    check('and filtered', [r['firstname'] for r in some] == ['U3'], some)
    sums = operator(w, 'GET', f'teams({team})/teammembership_association', apply='aggregate($count as n)').json()['value']
    check('and aggregated', sums == [{'n': 7}], sums)


def main():
    it = Installation(sys.argv[1], 'options').init()
    try:
        it.start()
        w = world_make(it)
        relationships_are_filtered(w)
        kinds_are_cast(w)
        columns_are_cast(w)
        others_are_refused(w)
        associations_are_lists(w)
    finally:
        it.close(show_log=bool(steps.failed))
    return steps.report(100)


if __name__ == '__main__':
    sys.exit(main())
