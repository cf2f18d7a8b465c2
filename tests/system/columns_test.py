#!/usr/bin/env python3
"""Kinds of columns over the real service: days without a time, one choice and several, and choices that change.
usage: columns_test.py PROGRAM"""
import sys
import urllib.parse

from installation import Installation, Steps
from world import World, code

steps = Steps()
check = steps.check
CRM = 'Microsoft.Dynamics.CRM.'
TABLE = "EntityDefinitions(LogicalName='new_case')"


def label(text):
    return {'LocalizedLabels': [{'Label': text, 'LanguageCode': 1033}]}


def options(*pairs):
    return {'OptionSet': {'Options': [{'Value': value, 'Label': label(text)} for value, text in pairs]}}


def column(w, name, kind, status=204, method='POST', **more):
    at = f"{w.api}/{TABLE}/Attributes" + (f"(LogicalName='{name.lower()}')" if method == 'PUT' else '')
    answer = w.it.operator(method, at, {'@odata.type': f'{CRM}{kind}AttributeMetadata', 'SchemaName': name, **more})
    check(f'{method} {name} as {kind} {more}: {status}', answer.status == status, answer)


def world_make(it):
    w = World(it, steps)
    w.table('new_case')
    column(w, 'new_Day', 'DateTime', Format='DateOnly')
    column(w, 'new_Born', 'DateTime', DateTimeBehavior={'Value': 'DateOnly'})
    column(w, 'new_Time', 'DateTime', Format='DateAndTime', DateTimeBehavior={'Value': 'UserLocal'})
    column(w, 'new_Odd', 'DateTime', 400, Format='Week')
    column(w, 'new_Odd', 'DateTime', 400, DateTimeBehavior={'Value': 'Never'})
    colours = ((1, 'Red'), (2, 'Green'), (3, 'Blue'), (12, 'Black'))
    column(w, 'new_Colours', 'MultiSelectPicklist', **options(*colours))
    column(w, 'new_Colour', 'Picklist', **options(*colours))
    column(w, 'new_Odd', 'MultiSelectPicklist', 400)
    column(w, 'new_Odd', 'Picklist', 400, **options((1, 'a'), (1, 'b')))
    w.person('ann', w.root)
    w.give('ann', w.role('Worker', **{r: 'Basic' for r in ('Create', 'Read', 'Write', 'Delete')}), w.root)
    return w


def refuse(w, body, status=400):
    answer = w.ask('ann', 'POST', 'new_cases', {'new_title': 'x', **body})
    check(f'{body} is refused', answer.status == status and (status != 400 or code(answer) == '0x80060888'), answer)


def found(w, text):
    answer = w.ask('ann', 'GET', f'new_cases?$select=new_title&$filter={urllib.parse.quote(text)}')
    return sorted(r['new_title'] for r in answer.json()['value']) if answer.status == 200 else answer


def expect(w, rows):
    for text, want in rows:
        have = found(w, text)
        check(f'{text}: {want}', have == want if isinstance(want, list) else have.status == want and code(have) == '0x80060888', have)


def days(w):
    make = lambda title, day: w.ask('ann', 'POST', 'new_cases', {'new_title': title, 'new_day': day}, Prefer='return=representation').json()  # noqa: E731
    row = make('a', '2026-01-31')
    check('a day comes back as it was sent', row['new_day'] == '2026-01-31', row)
    for title, day in (('b', '2026-02-01'), ('c', '1969-12-31'), ('d', None), ('e', '2024-02-29')):
        make(title, day)
    for bad in ('2026-1-31', '2026-02-30', '2026-01-31T00:00:00Z', '31.01.2026', '20260131', '', ' 2026-01-3', 20260131, True, '2025-02-29'):
        refuse(w, {'new_day': bad})
    expect(w, (('new_day eq 2026-01-31', ['a']), ('new_day ne 2026-01-31', ['b', 'c', 'd', 'e']), ('new_day gt 2026-01-31', ['b']),
               ('new_day le 2024-02-29', ['c', 'e']), ('new_day eq null', ['d']), ('2026-02-01 eq new_day', ['b']),
               (f"{CRM}On(PropertyName='new_day',PropertyValue='2026-01-31')", ['a']), (f"{CRM}OnOrAfter(PropertyName='new_day',PropertyValue='2026-01-31')", ['a', 'b']),
               (f"{CRM}OnOrBefore(PropertyName='new_day',PropertyValue='2024-02-29')", ['c', 'e']), (f"{CRM}In(PropertyName='new_day',PropertyValues=['2026-01-31','1969-12-31'])", ['a', 'c']),
               (f"{CRM}Between(PropertyName='new_day',PropertyValues=['2024-01-01','2026-01-31'])", ['a', 'e']), (f"{CRM}Today(PropertyName='new_day')", []),
               ("new_day eq '2026-01-31'", 400), ('new_day eq 2026-01-31T00:00:00Z', 400), ('new_day eq 2026-02-31', 400), ('new_day eq new_time', 400),
               ('new_day eq new_born', ['d'])))
    today = w.it.request('GET', '/healthz').headers['Date']
    months = {m: i for i, m in enumerate('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(), 1)}
    _, day, month, year = today.split(' ')[:4]
    make('now', f'{year}-{months[month]:02}-{day}')
    check('a day that is today', found(w, f"{CRM}Today(PropertyName='new_day')") == ['now'], found(w, f"{CRM}Today(PropertyName='new_day')"))
    ordered = w.ask('ann', 'GET', 'new_cases?$select=new_title&$orderby=new_day%20desc&$filter=new_day%20lt%202026-02-02').json()['value']
    check('days are in order', [r['new_title'] for r in ordered] == ['b', 'a', 'e', 'c'], ordered)
    at = f"new_cases({row['new_caseid']})"
    value = w.ask('ann', 'GET', f'{at}/new_day').json()
    check('one value', value['value'] == '2026-01-31', value)
    w.ask('ann', 'PUT', f'{at}/new_day', {'value': '2026-03-01'})
    shown = w.ask('ann', 'GET', f'{at}?$select=new_day', None, Prefer='odata.include-annotations="*"').json()
    check('one value changed, and how it is shown', shown['new_day'] == shown['new_day@OData.Community.Display.V1.FormattedValue'] == '2026-03-01', shown)
    sums = w.ask('ann', 'GET', 'new_cases?$apply=aggregate(new_day%20with%20min%20as%20first,new_day%20with%20max%20as%20last)').json()['value'][0]
    check('the first and the last day', sums['first'] == '1969-12-31' and len(sums['last']) == 10, sums)
    read = w.it.operate('GET', f"{w.api}/{TABLE}/Attributes(LogicalName='new_born')?$select=AttributeType,Format,DateTimeBehavior")
    check('the definition tells it from a time', (read['AttributeType'], read['Format'], read['DateTimeBehavior']) == ('DateTime', 'DateOnly', {'Value': 'DateOnly'}), read)
    key = w.it.operator('POST', f'{w.api}/{TABLE}/Keys', {'SchemaName': 'new_DayKey', 'KeyAttributes': ['new_day']})
    one = w.ask('ann', 'GET', 'new_cases(new_day=2026-02-01)?$select=new_title')
    check('a day is a key', key.status == 204 and one.status == 200 and one.json()['new_title'] == 'b', (key, one))


def choices(w):
    make = lambda title, value: w.ask('ann', 'POST', 'new_cases', {'new_title': title, 'new_colours': value}, Prefer='return=representation').json()  # noqa: E731
    for title, value, want in (('p', '1', '1'), ('q', '3, 1', '1,3'), ('r', '12', '12'), ('s', None, None), ('t', '2,2,1', '1,2'), ('u', '', None)):
        row = make(title, value)
        check(f'{value!r} is kept as {want!r}', row['new_colours'] == want, row)
    for bad in ('4', '1,4', '1;2', 'Red', 1, [1], True, '1,,2', ','):
        refuse(w, {'new_colours': bad})
    contain, lack = f"{CRM}ContainValues(PropertyName='new_colours',PropertyValues=", f"{CRM}DoesNotContainValues(PropertyName='new_colours',PropertyValues="
    some = ' or '.join(f"new_title eq '{t}'" for t in 'pqrstu')
    expect(w, ((contain + "['1'])", ['p', 'q', 't']), (contain + "['2','3'])", ['q', 't']), (contain + "['12'])", ['r']), (contain + '[1])', ['p', 'q', 't']),
               (contain + "['7'])", []), (f"({some}) and {lack}['1'])", ['r', 's', 'u']), (f"({some}) and not {contain}['1','12'])", ['s', 'u']),
               ("new_colours eq '1,3'", ['q']), ("new_colours eq '3, 1'", ['q']), (f"({some}) and new_colours eq null", ['s', 'u']),
               (f"({some}) and new_colours ne '1'", ['q', 'r', 's', 't', 'u']), (f"{CRM}In(PropertyName='new_colours',PropertyValues=['1','1,2'])", ['p', 't']),
               (contain + "['Red'])", 400), (contain + "[null])", 400), (contain + ')', 400), ("new_colours gt '1'", 400), ("contains(new_colours,'1')", 400),
               ('new_colours eq 1', 400), (f"{CRM}ContainValues(PropertyName='new_colour',PropertyValues=['1'])", 400),
               (f"{CRM}Between(PropertyName='new_colours',PropertyValues=['1','2'])", 400)))
    shown = w.ask('ann', 'GET', "new_cases?$select=new_colours&$filter=new_title%20eq%20'q'", None, Prefer='odata.include-annotations="*"').json()['value'][0]
    check('shown by their labels', shown['new_colours@OData.Community.Display.V1.FormattedValue'] == 'Red; Blue', shown)
    for option in ('$orderby=new_colours', '$apply=groupby((new_colours))'):
        answer = w.ask('ann', 'GET', f'new_cases?{option}')
        check(f'{option} is refused', (answer.status, code(answer)) == (400, '0x80060888'), answer)
    read = w.it.operate('GET', f"{w.api}/{TABLE}/Attributes(LogicalName='new_colours')/{CRM}MultiSelectPicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet")
    check('a definition with its options', [o['Value'] for o in read['OptionSet']['Options']] == [1, 2, 3, 12], read)
    document = w.it.operator('GET', f'{w.api}/$metadata').body.decode()
    check('the model tells the types', '<Property Name="new_day" Type="Edm.Date"/>' in document and '<Property Name="new_colours" Type="Edm.String"/>' in document and
          '<Property Name="new_time" Type="Edm.DateTimeOffset"/>' in document)


def choices_change(w):
    """PUT of a definition brings the options anew; rows keep what they have."""
    row = w.ask('ann', 'POST', 'new_cases', {'new_title': 'v', 'new_colour': 12, 'new_colours': '1,12'}, Prefer='return=representation').json()
    colours = ((1, 'Rouge'), (2, 'Green'), (4, 'White'))
    column(w, 'new_Colour', 'Picklist', method='PUT', **options(*colours))
    column(w, 'new_Colours', 'MultiSelectPicklist', method='PUT', **options(*colours))
    column(w, 'new_Colour', 'MultiSelectPicklist', 400, method='PUT', **options(*colours))
    column(w, 'new_Colour', 'Picklist', 400, method='PUT')
    at = f"new_cases({row['new_caseid']})"
    shown = w.ask('ann', 'GET', f'{at}?$select=new_colour,new_colours', None, Prefer='odata.include-annotations="*"').json()
    check('what is chosen stays, under its new label', (shown['new_colour'], shown['new_colours'], shown['new_colours@OData.Community.Display.V1.FormattedValue'])
          == (12, '1,12', 'Rouge; 12'), shown)
    for body, status in (({'new_colour': 4, 'new_colours': '1,4'}, 204), ({'new_colour': 12}, 400), ({'new_colours': '12'}, 400), ({'new_title': 'w'}, 204)):
        answer = w.ask('ann', 'PATCH', at, body)
        check(f'then {body}: {status}', answer.status == status, answer)


def secured(w):
    column(w, 'new_Secret', 'MultiSelectPicklist', IsSecured=True, **options((1, 'One')))
    answer = w.ask('ann', 'GET', f"new_cases?$filter={CRM}ContainValues(PropertyName='new_secret',PropertyValues=['1'])")
    check('secured choices are no oracle', (answer.status, code(answer)) == (403, '0x8004f506'), answer)


def main():
    it = Installation(sys.argv[1], 'columns').init()
    try:
        it.start()
        w = world_make(it)
        for step in (days, choices, choices_change, secured):
            step(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(90)


sys.exit(main())
