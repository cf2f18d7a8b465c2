#!/usr/bin/env python3
"""MetadataVisibility=by_privilege: a table on which somebody holds no privilege is defined for others only.
usage: metadata_visibility_test.py PROGRAM"""
import sys
import uuid

from installation import Installation, Steps
from world import World

steps = Steps()
check = steps.check


def world_make(it):
    """ann reads new_case, which points at new_secret, is pointed at by it, and is joined with it. cid customizes. eve acts for others."""
    w = World(it, steps)
    for t in ('new_case', 'new_secret'):
        w.table(t, [('new_number', 'Integer')])
    w.relationship('new_away', 'new_secret', 'new_case', 'new_AwayId')
    w.relationship('new_back', 'new_case', 'new_secret', 'new_BackId')
    w.post('RelationshipDefinitions', {'@odata.type': 'Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata', 'SchemaName': 'new_pairs',
                                       'IntersectEntityName': 'new_pairs', 'Entity1LogicalName': 'new_case', 'Entity2LogicalName': 'new_secret'})
    w.reader, w.other = w.role('Reader', Read='Basic'), w.role('Other', 'new_secret', Append='Basic')
    builtin = {r['name']: r['roleid'] for r in w.get('roles', filter=f'_businessunitid_value eq {w.root}')}
    for name, roles in (('ann', [w.reader]), ('cid', [w.reader, builtin['System Customizer']]), ('eve', [builtin['Delegate'], w.reader, w.other])):
        w.person(name, w.root)
        for role in roles:
            w.post(f'systemusers({w.users[name]})/systemuserroles_association/$ref', {'@odata.id': f'roles({role})'})
    return w


def setting(w, value):
    organization = w.get('organizations')[0]['organizationid']
    return w.it.operator('PATCH', f'{w.api}/organizations({organization})',
                         {'orgdborgsettings': f'<OrgSettings><MetadataVisibility>{value}</MetadataVisibility></OrgSettings>'})


def everything(w, name, **headers):
    """All that tells of definitions, as one text."""
    paths = ('$metadata', '', 'EntityDefinitions', 'EntityDefinitions?$expand=Attributes,Keys,ManyToOneRelationships,OneToManyRelationships,ManyToManyRelationships',
             "EntityDefinitions(LogicalName='new_case')?$expand=Attributes,ManyToOneRelationships,OneToManyRelationships,ManyToManyRelationships",
             "EntityDefinitions(LogicalName='new_case')/Attributes", "EntityDefinitions(LogicalName='new_case')/ManyToOneRelationships",
             "EntityDefinitions(LogicalName='new_case')/OneToManyRelationships", "EntityDefinitions(LogicalName='new_case')/ManyToManyRelationships",
             'RelationshipDefinitions', f"WhatCanAccess(PrincipalId={w.users[name] if not headers else w.users['ann']})")
    answers = [w.ask(name, 'GET', path, **headers) for path in paths]
    check(f'{name} is answered', all(a.status == 200 for a in answers), [(p, a.status) for p, a in zip(paths, answers)])
    return '\n'.join(a.body.decode() for a in answers)


def tries(table, table_id, relationship, relationship_id):
    column = {'@odata.type': 'Microsoft.Dynamics.CRM.IntegerAttributeMetadata', 'SchemaName': 'new_More', 'DisplayName': None}
    at = f"EntityDefinitions(LogicalName='{table}')"
    return [('GET', at, None), ('GET', f'EntityDefinitions({table_id})', None), ('GET', f'{at}/Attributes', None), ('GET', f"{at}/Attributes(LogicalName='new_number')", None),
            ('GET', f'{at}/Keys', None), ('GET', f'{at}?$select=ObjectTypeCode,Privileges', None), ('PUT', at, {}), ('DELETE', at, None),
            ('POST', f'{at}/Attributes', column), ('POST', f'{at}/Keys', {}), ('DELETE', f"{at}/Attributes(LogicalName='new_number')", None),
            ('GET', f"RelationshipDefinitions(SchemaName='{relationship}')", None), ('GET', f'RelationshipDefinitions({relationship_id})', None),
            ('GET', f"EntityDefinitions(LogicalName='new_case')/OneToManyRelationships(SchemaName='{relationship}')", None),
            ('GET', f"EntityDefinitions?$filter=LogicalName eq '{table}'".replace(' ', '%20'), None)]


def told(answer, *names):
    text = answer.body.decode()
    for name in names:
        text = text.replace(name, '*')
    return answer.status, text, sorted((k.lower(), v) for k, v in answer.headers.items() if k.lower() not in ('date', 'content-length', 'request-id'))


def compared(w, name, **headers):
    secret = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_secret')?$select=MetadataId")['MetadataId']
    relation = w.it.operate('GET', f"{w.api}/RelationshipDefinitions(SchemaName='new_back')")['MetadataId']
    there, absent = ('new_secret', secret, 'new_back', relation), ('new_absent', str(uuid.uuid4()), 'new_none', str(uuid.uuid4()))
    return [(a[:2], x, y) for a, b in zip(tries(*there), tries(*absent))
            for x, y in [(told(w.ask(name, *a, **headers), *there), told(w.ask(name, *b, **headers), *absent))] if x != y]


def main():
    it = Installation(sys.argv[1], 'visibility').init()
    try:
        it.start()
        w = world_make(it)
        check('at first everybody reads all definitions', 'new_secret' in everything(w, 'ann') and len(compared(w, 'ann')) > 10)
        for value in ('mine', ''):
            answer = setting(w, value)
            check(f'no such setting: {value!r}', answer.status == 400, answer)
        check('by privilege', setting(w, 'by_privilege').status == 204)
        text = everything(w, 'ann')
        names = [n for n in ('new_secret', 'new_away', 'new_back', 'new_pairs', 'ExternalEntity', 'externalentities', 'rowpolicies') if n in text.replace('new_awayid', '').replace('new_AwayId', '')]
        check('a table without a privilege is nowhere', names == [], names)
        check('one with a privilege is', 'new_case' in text and '"new_number"' in text)
        check('what is named otherwise is answered like what is not there', compared(w, 'ann') == [], compared(w, 'ann')[:2])
        check('who defines tables sees all', 'new_secret' in everything(w, 'cid'))
        check('any privilege will do', 'new_secret' in everything(w, 'eve'))
        text = everything(w, 'eve', MSCRMCallerID=w.users['ann'])
        check('who acts for another sees what both do', 'new_secret' not in text and compared(w, 'eve', MSCRMCallerID=w.users['ann']) == [])
        w.give('ann', w.other, w.root)
        check('a privilege given shows it at once', 'new_secret' in everything(w, 'ann'))
        w.it.operate('DELETE', f"{w.api}/systemusers({w.users['ann']})/systemuserroles_association({w.instance(w.other, w.root)})/$ref")
        check('taken, it is gone', 'new_secret' not in everything(w, 'ann'))
        check('all again', setting(w, 'all').status == 204 and 'new_secret' in everything(w, 'ann'))
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(20)


sys.exit(main())
