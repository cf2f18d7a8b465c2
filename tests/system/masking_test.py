#!/usr/bin/env python3
"""Masks over secured columns on the real service: what is shown, to whom bare, what is refused, what the log tells.
usage: masking_test.py PROGRAM"""
import json
import sys

from installation import Installation, Steps, eventually
from world import World, code

steps = Steps()
check = steps.check
CARD, HIDDEN = '4111-2222-3333-4444', '****-****-****-4444'


def world_make(it):
    """ann reads the card masked, bob bare of one row, cid bare of all; dan has no profile."""
    w = World(it, steps)
    w.table('new_case', [('new_note', 'String')])
    for schema, kind in (('new_card', 'String'), ('new_salary', 'Integer')):
        w.post("EntityDefinitions(LogicalName='new_case')/Attributes", {
            '@odata.type': f'Microsoft.Dynamics.CRM.{kind}AttributeMetadata', 'SchemaName': schema, 'IsSecured': True,
            **({'MaxLength': 100} if kind == 'String' else {})})
    w.all = w.role('All', **{r: 'Global' for r in ('Create', 'Read', 'Write')})
    for name in ('ann', 'bob', 'cid', 'dan'):
        w.person(name, w.root)
        w.give(name, w.all, w.root)
    w.row = w.post('new_cases', {'new_title': 'a', 'new_card': CARD, 'new_salary': 12345})
    w.post('new_cases', {'new_title': 'b', 'new_card': CARD[::-1], 'new_salary': 6})
    return w


def rules(w):
    for what, body in (('an expression that is none', {'name': 'x', 'regularexpression': '(', 'maskedcharacter': '*'}),
                       ('no mask', {'name': 'x', 'regularexpression': 'a'}), ('no name', {'regularexpression': 'a', 'maskedcharacter': '*'})):
        answer = w.it.operator('POST', f'{w.api}/maskingrules', body)
        check(f'no masking rule: {what}', (answer.status, code(answer)) == (400, '0x80040203'), answer)
    card = w.post('maskingrules', {'name': 'Card', 'displayname': 'All but four', 'regularexpression': r'\d(?=.{4})', 'maskedcharacter': '*'})
    number = w.post('maskingrules', {'name': 'Number', 'regularexpression': r'\d', 'maskedcharacter': '#'})
    bind = lambda column, rule: {'uniquename': f'new_{column}', 'entityname': 'new_case', 'attributelogicalname': column,  # noqa: E731
                                 'MaskingRuleId@odata.bind': f'maskingrules({rule})'}
    answer = w.it.operator('POST', f'{w.api}/attributemaskingrules', bind('new_note', card))
    check('a column that is not secured has no mask', (answer.status, code(answer)) == (400, '0x8004f508'), answer)
    permission = {'entityname': 'new_case', 'attributelogicalname': 'new_card', 'canread': 4, 'canupdate': 4}
    profile = {n: w.post('fieldsecurityprofiles', {'name': n}) for n in ('masked', 'one', 'all')}
    of = lambda n: {**permission, 'fieldsecurityprofileid@odata.bind': f'fieldsecurityprofiles({profile[n]})'}  # noqa: E731
    answer = w.it.operator('POST', f'{w.api}/fieldpermissions', {**of('one'), 'canreadunmasked': 1})
    check('canreadunmasked needs a mask on the column', answer.status == 400, answer)
    w.post('attributemaskingrules', bind('new_card', card))
    w.post('attributemaskingrules', bind('new_salary', number))
    answer = w.it.operator('POST', f'{w.api}/attributemaskingrules', bind('new_card', number))
    check('a column has one mask', answer.status == 412, answer)
    answer = w.it.operator('POST', f'{w.api}/fieldpermissions', {**of('one'), 'canread': 0, 'canreadunmasked': 1})
    check('and canread', answer.status == 400, answer)
    for name, unmasked in (('masked', 0), ('one', 1), ('all', 3)):
        made = w.post('fieldpermissions', {**of(name), 'canreadunmasked': unmasked})
        check(f'canreadunmasked {unmasked} is kept', w.it.operate('GET', f'{w.api}/fieldpermissions({made})')['canreadunmasked'] == unmasked)
    w.post('fieldpermissions', {**of('all'), 'attributelogicalname': 'new_salary', 'canreadunmasked': 3})
    for name, n in (('ann', 'masked'), ('bob', 'one'), ('cid', 'all')):
        w.post(f'systemusers({w.users[name]})/systemuserprofiles_association/$ref', {'@odata.id': f'fieldsecurityprofiles({profile[n]})'})
    answer = w.it.operator('DELETE', f'{w.api}/maskingrules({card})')
    check('a rule in use stays', answer.status == 405, answer)
    return card


def shown(w):
    one = lambda name, bare: w.ask(name, 'GET', f'new_cases({w.row})?$select=new_card' + ('&UnMaskedData=true' if bare else '')).json()['new_card']  # noqa: E731
    many = lambda name, bare: sorted(r['new_card'] or '' for r in w.ask(  # noqa: E731
        name, 'GET', 'new_cases?$select=new_card' + ('&UnMaskedData=true' if bare else '')).json()['value'])
    bare, hidden = sorted([CARD, CARD[::-1]]), sorted([HIDDEN, '****-****-****-1114'])
    for name, want in (('ann', [HIDDEN, HIDDEN, hidden, hidden]), ('bob', [HIDDEN, CARD, hidden, hidden]), ('cid', [HIDDEN, CARD, hidden, bare]),
                       ('dan', [None, None, ['', ''], ['', '']])):
        got = [one(name, False), one(name, True), many(name, False), many(name, True)]
        check(f'{name} sees what the profile says: one, one bare, many, many bare', got == want, got)
    admin = [w.it.operate('GET', f'{w.api}/new_cases({w.row})?$select=new_card{more}')['new_card'] for more in ('', '&UnMaskedData=true')]
    check('a System Administrator sees masks until asking', admin == [HIDDEN, CARD], admin)
    salary = w.it.operate('GET', f'{w.api}/new_cases({w.row})?$select=new_salary')['new_salary']
    check('a number is shown as text, hidden', salary == '#####', salary)
    alone = w.ask('ann', 'GET', f'new_cases({w.row})/new_card').json()['value']
    check('a column by itself, too', alone == HIDDEN, alone)
    made = w.ask('ann', 'PATCH', f'new_cases({w.row})?$select=new_card', {'new_note': 'x'}, Prefer='return=representation').json()
    check('and what a write answers', made['new_card'] == HIDDEN, made)


def compared(w):
    for name, status in (('ann', 403), ('bob', 403), ('cid', 200)):
        answer = w.ask(name, 'GET', f"new_cases?$filter=new_card%20eq%20'{CARD}'")
        check(f'{name} compares the column only when all of it may be read bare', answer.status == status and (status == 200 or code(answer) == '0x8004f506'), answer)
    answer = w.ask('bob', 'GET', 'new_cases?$apply=groupby((new_card))')
    sums = [w.ask('cid', 'GET', f'new_cases?$apply=aggregate(new_salary%20with%20max%20as%20most){more}') for more in ('', '&UnMaskedData=true')]
    check('an aggregate of it is bare only when asked', (sums[0].status, code(sums[0]), sums[1].json().get('value')) == (403, '0x8004f506', [{'most': 12345}]), sums)
    check('nor groups by it', (answer.status, code(answer)) == (403, '0x8004f506'), answer)


def written(w):
    answer = w.ask('ann', 'PATCH', f'new_cases({w.row})', {'new_card': HIDDEN})
    check('the mask is not written over what it hides', (answer.status, code(answer)) == (400, '0x80040203'), answer)
    answer = w.ask('ann', 'PATCH', f'new_cases({w.row})', {'new_card': '5555-2222-3333-4444'})
    check('another value is', answer.status == 204, answer)
    answer = w.ask('bob', 'PATCH', f'new_cases({w.row})', {'new_card': HIDDEN})
    check('who may read beneath may write anything', answer.status == 204, answer)


def cells(w):
    """One cell shared: read, then changed, by somebody without a profile; ends with the share and with the row."""
    column = w.it.operate('GET', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_salary')?$select=MetadataId")['MetadataId']
    row = w.post('new_cases', {'new_title': 'cell', 'new_salary': 77})
    dan = lambda: (w.ask('dan', 'GET', f'new_cases({row})?$select=new_salary').json()['new_salary'],  # noqa: E731
                   w.ask('dan', 'PATCH', f'new_cases({row})', {'new_salary': 78}).status)
    body = {'attributeid': column, 'objectid_new_case@odata.bind': f'new_cases({row})', 'principalid_systemuser@odata.bind': f"systemusers({w.users['dan']})"}
    share = lambda **more: w.it.operator('POST', f'{w.api}/principalobjectattributeaccessset', {**body, **more})  # noqa: E731
    check('before, the cell is closed', dan() == (None, 403))
    for what, answer, status, want in (
            ('neither read nor update', share(readaccess=False), 400, '0x8004f509'),
            ('a column that is not secured', share(readaccess=True, attributeid=w.it.operate(
                'GET', f"{w.api}/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_note')?$select=MetadataId")['MetadataId']), 400, '0x8004f508'),
            ('a row that is not there', share(readaccess=True, **{'objectid_new_case@odata.bind': f"new_cases({w.users['dan']})"}), 404, '0x80040217')):
        check(f'no share of a cell: {what}', (answer.status, code(answer)) == (status, want), answer)
    made = share(readaccess=True, updateaccess=False)
    check('shared for reading, it is read, through its mask, and not changed', made.status == 204 and dan() == ('##', 403), (made, dan()))
    listed = {r['new_title']: r['new_salary'] for r in w.ask('dan', 'GET', 'new_cases?$select=new_title,new_salary').json()['value']}
    check('in lists, too, and no other cell', listed['cell'] == '##' and not [v for k, v in listed.items() if k != 'cell' and v], listed)
    again = share(readaccess=True)
    check('a cell is shared once with a principal', (again.status, code(again)) == (412, '0x8004f50b'), again)
    share_id = made.headers['OData-EntityId'][-37:-1]
    w.it.operate('PATCH', f'{w.api}/principalobjectattributeaccessset({share_id})', {'updateaccess': True})
    check('shared for changing, it is changed', dan()[1] == 204)
    compared = w.ask('dan', 'GET', 'new_cases?$filter=new_salary%20gt%201')
    check('but not compared', (compared.status, code(compared)) == (403, '0x8004f506'), compared)
    refused = w.ask('dan', 'POST', 'principalobjectattributeaccessset', {**body, 'readaccess': True})
    check('who has no privilege shares none', refused.status == 403, refused)
    w.it.operate('DELETE', f'{w.api}/principalobjectattributeaccessset({share_id})')
    check('the share gone, the cell is closed', dan() == (None, 403))
    share(readaccess=True)
    w.it.operate('DELETE', f'{w.api}/new_cases({row})')
    check('a share ends with its row', w.get('principalobjectattributeaccessset') == [])


def told(w):
    def events():
        found = w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
        bare = [e for e in found if e['op'] == 'read.unmasked']
        updates = [json.dumps(e) for e in found if e['op'] in ('update.row', 'create.row') and e['target'].get('id') == w.row]
        return len(bare) == 5 and len(updates) >= 4 and (bare, updates)
    (bare, updates), _ = eventually(events)
    check('each read beneath a mask is in the log', len(bare) == 5 and w.row in json.dumps(bare) and {e['target']['table'] for e in bare} == {'new_case'}, bare)
    check('the log holds changed values masked', '5555-2222' not in ''.join(updates) and HIDDEN in ''.join(updates), updates)


def main():
    it = Installation(sys.argv[1], 'masking').init()
    try:
        it.start()
        w = world_make(it)
        card = rules(w)
        shown(w)
        compared(w)
        written(w)
        cells(w)
        told(w)
        w.it.operate('PATCH', f'{w.api}/maskingrules({card})', {'maskedcharacter': 'x'})
        now = w.ask('ann', 'GET', "new_cases?$select=new_card&$filter=new_title%20eq%20'b'").json()['value'][0]['new_card']
        check('a changed rule holds at once', now == 'xxxx-xxxx-xxxx-1114', now)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(30)


sys.exit(main())
