#!/usr/bin/env python3
"""Queries over the real service, compared with a slow obvious model of the same rows: filters with paths and lambdas, orders by columns of
other tables page by page, $apply, collections; each for people who see different rows of the tables on the way.
usage: query_test.py PROGRAM [SEED]"""
import random
import sys
import urllib.parse

from installation import Installation, Steps
from world import World, code, entity

steps = Steps()
check = steps.check
TITLES = ['alpha', 'Beta', 'beta', 'gamma', 'a%b', "it's", 'Zed', 'x_y']


class Row:
    def __init__(self, table, title, number, price, owner, parent=None, case=None):
        self.table, self.title, self.number, self.price, self.owner, self.parent, self.case, self.id = table, title, number, price, owner, parent, case, None

    def body(self):
        body = {'new_title': self.title, 'new_number': self.number, 'new_price': self.price}
        if self.parent:
            body['new_ParentId@odata.bind'] = f'new_cases({self.parent.id})'
        if self.case:
            body['new_CaseId@odata.bind'] = f'new_cases({self.case.id})'
        return body


class Model:
    """What a person sees: Basic on both tables, or the whole of cases."""

    def __init__(self, rows, name, all_cases):
        self.cases = [r for r in rows if r.table == 'case' and (all_cases or r.owner == name)]
        self.tasks = [r for r in rows if r.table == 'task' and r.owner == name]

    def follow(self, row, nav):
        target = row.parent if nav == 'new_ParentId' else row.case
        return target if target in self.cases else None

    def many(self, row, nav):
        return [r for r in (self.cases if nav == 'new_case_children' else self.tasks)
                if (r.parent if nav == 'new_case_children' else r.case) is row]


def literal(value):
    return 'null' if value is None else "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def compare(op, a, b):
    a, b = (x.lower() if isinstance(x, str) else x for x in (a, b))
    if op in ('eq', 'ne'):
        return (a == b) == (op == 'eq')
    if a is None or b is None:
        return False
    return {'gt': a > b, 'ge': a >= b, 'lt': a < b, 'le': a <= b}[op]


def pick_path(rng, variables):
    """(text, function from (model, {variable: row}) to the row at its end or None, kind of that row)"""
    name = rng.choice(list(variables))
    at, text = variables[name], '' if name == '$it' else f'{name}/'
    steps_taken = []
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        nav = 'new_ParentId' if at == 'case' else 'new_CaseId'
        steps_taken.append(nav)
        at = 'case'

    def end(model, rows):
        row = rows[name]
        for nav in steps_taken:
            row = row and model.follow(row, nav)
        return row
    return text + ''.join(f'{nav}/' for nav in steps_taken), end, at


def condition(rng, depth, variables):
    """(text, function from (model, rows) to bool)"""
    kind = rng.random()
    if depth and kind < 0.35:
        (a, f), (b, g) = condition(rng, depth - 1, variables), condition(rng, depth - 1, variables)
        return (f'({a} and {b})', lambda m, r: f(m, r) and g(m, r)) if rng.random() < 0.5 else (f'({a} or {b})', lambda m, r: f(m, r) or g(m, r))
    if depth and kind < 0.45:
        a, f = condition(rng, depth - 1, variables)
        return f'not {a}', lambda m, r: not f(m, r)
    path, end, at = pick_path(rng, variables)
    if depth and kind < 0.75 and at == 'case' and len(variables) < 4:
        nav = rng.choice(['new_case_children', 'new_case_tasks'])
        variable = f'v{len(variables)}'
        inner, f = condition(rng, depth - 1, {**variables, variable: 'case' if nav == 'new_case_children' else 'task'})
        quantifier = rng.choice(['any', 'all', 'none'])
        if quantifier == 'none':
            return f'{path}{nav}/any()', lambda m, r: bool(end(m, r)) and bool(m.many(end(m, r), nav))
        each = {'any': any, 'all': all}[quantifier]
        return (f'{path}{nav}/{quantifier}({variable}:{inner})',
                lambda m, r: each(f(m, {**r, variable: x}) for x in (m.many(end(m, r), nav) if end(m, r) else [])))
    column, value = rng.choice([('title', rng.choice(TITLES)), ('number', rng.randint(0, 5)), ('price', rng.choice([0.5, 1.25, 2]))])
    get = lambda m, r: getattr(end(m, r), column) if end(m, r) else None  # noqa: E731
    if column == 'title' and rng.random() < 0.4:
        name, held = rng.choice([('contains', lambda a, b: b in a), ('startswith', lambda a, b: a.startswith(b)), ('endswith', lambda a, b: a.endswith(b))])
        part = rng.choice(['a', 'B', '%', "'", 'x_', 'ta'])
        return (f'{name}({path}new_title,{literal(part)})', lambda m, r: get(m, r) is not None and held(get(m, r).lower(), part.lower()))
    if rng.random() < 0.2:
        other, other_end, _ = pick_path(rng, variables)
        op = rng.choice(['eq', 'ne', 'lt', 'ge'])
        return (f'{path}new_{column} {op} {other}new_{column}',
                lambda m, r: compare(op, get(m, r), getattr(other_end(m, r), column) if other_end(m, r) else None))
    if rng.random() < 0.2:
        value = None
    op = rng.choice(['eq', 'ne'] if value is None else ['eq', 'ne', 'gt', 'ge', 'lt', 'le'])
    return f'{path}new_{column} {op} {literal(value)}', lambda m, r: compare(op, get(m, r), value)


def url(path, **options):
    return path + '?' + '&'.join(f'${k}={urllib.parse.quote(str(v))}' for k, v in options.items())


def world_make(it, rng):
    w = World(it, steps)
    for table in ('new_case', 'new_task'):
        w.table(table, [('new_number', 'Integer'), ('new_price', 'Decimal')])
    w.relationship('new_case_children', 'new_case', 'new_case', 'new_ParentId')
    w.relationship('new_case_tasks', 'new_case', 'new_task', 'new_CaseId')
    rights = dict(Create='Basic', Read='Basic', Write='Basic', Append='Basic', AppendTo='Basic', Delete='Basic', Assign='Basic')
    both = w.role('Both', **rights)
    w.grant(both, 'new_task', **rights)
    wide = w.role('Wide', Read='Global', AppendTo='Global')
    few = w.role('Few', Read='Global')
    for name, roles in (('ann', [both]), ('bob', [both, wide]), ('cid', [few])):
        w.person(name, w.root)
        for role in roles:
            w.give(name, role, w.root)
    rows = []
    for n in range(110):
        cases = [r for r in rows if r.table == 'case']
        kind = 'case' if n < 45 else 'task'
        near = lambda: rng.choice(cases) if cases and rng.random() < 0.75 else None  # noqa: E731
        row = Row(kind, rng.choice(TITLES), rng.choice([None, *range(6)]), rng.choice([None, 0.5, 1.25, 2]), rng.choice(['ann', 'bob']),
                  parent=near() if kind == 'case' else None, case=near() if kind == 'task' else None)
        row.id = w.post(f'new_{kind}s', {**row.body(), 'ownerid@odata.bind': f'systemusers({w.users[row.owner]})'})
        rows.append(row)
    return w, rows


def ids(answer):
    return [r.get('new_caseid') or r.get('new_taskid') for r in answer.json()['value']]


def filters(w, rows, models, rng):
    wrong, refused, kept = [], [], 0
    for n in range(400):
        name, model = rng.choice(list(models.items()))
        kind = rng.choice(['case', 'task'])
        text, held = condition(rng, rng.randint(0, 3), {'$it': kind})
        answer = w.ask(name, 'GET', url(f'new_{kind}s', select=f'new_{kind}id', filter=text))
        if answer.status != 200:
            refused.append((text, answer))
            continue
        want = sorted(r.id for r in getattr(model, f'{kind}s') if held(model, {'$it': r}))
        count = w.ask(name, 'GET', url(f'new_{kind}s/$count', filter=text))
        kept += 0 < len(want) < len(getattr(model, f'{kind}s'))
        if sorted(ids(answer)) != want or int(count.body) != len(want):
            wrong.append((name, text, len(ids(answer)), len(want), count))
    check('no filter of the grammar is refused', not refused, refused[:3])
    check('400 filters with paths and lambdas give the rows of the model, and their number', not wrong, wrong[:3])
    check('most of them tell some rows from others', kept > 150, kept)


def orders(w, rows, models):
    wrong = []
    for name, model in models.items():
        for text, get in (('new_ParentId/new_title', lambda r: r.title), ('new_ParentId/new_number', lambda r: r.number)):
            for descending in (False, True):
                path, got = url('new_cases', select='new_caseid', orderby=text + (' desc' if descending else '')), []
                while path:
                    answer = w.ask(name, 'GET', path, Prefer='odata.maxpagesize=7')
                    got += ids(answer)
                    path = answer.json().get('@odata.nextLink', '').replace(f'{w.it.origin}{w.api}/', '')
                value = {r.id: (lambda p: get(p) if p else None)(model.follow(r, 'new_ParentId')) for r in model.cases}
                keys = [(value[i] is not None, value[i].lower() if isinstance(value[i], str) else value[i] or 0) for i in got]
                if sorted(got) != sorted(value) or keys != sorted(keys, reverse=descending):
                    wrong.append((name, text, descending, got))
    check('pages ordered by a column behind a lookup hold every row once, in order', not wrong, wrong[:1])


def totals(w, models):
    for name, model in models.items():
        answer = w.ask(name, 'GET', url('new_tasks', apply="filter(new_number ne null)/groupby((new_CaseId/new_title),aggregate($count as n,"
                                        'new_number with sum as total,new_price with average as mean,new_number with max as most,'
                                        'new_CaseId/new_number with countdistinct as kinds))', orderby='n desc,new_CaseId/new_title'))
        groups = {}
        for task in (t for t in model.tasks if t.number is not None):
            case = model.follow(task, 'new_CaseId')
            groups.setdefault(case.title.lower() if case else None, []).append((task, case))

        def mean(prices):
            return round(sum(prices) / len(prices), 9) if prices else None
        want = {k: (len(v), sum(t.number for t, _ in v), mean([t.price for t, _ in v if t.price is not None]), max(t.number for t, _ in v),
                    len({c.number for _, c in v if c and c.number is not None})) for k, v in groups.items()}
        got = {}
        for row in answer.json().get('value', []):
            title = row['new_CaseId']['new_title']
            got[title and title.lower()] = (row['n'], row['total'], row['mean'] and round(row['mean'], 9), row['most'], row['kinds'])
        check(f'{name}: groups and aggregates are of the visible rows', got == want, (answer, want))
        sizes = [row['n'] for row in answer.json().get('value', [])]
        check(f'{name}: in the order asked', sizes == sorted(sizes, reverse=True), sizes)
        one = w.ask(name, 'GET', url('new_cases', apply='aggregate($count as n,new_price with sum as s,new_price with min as least)')).json()['value']
        prices = [r.price for r in model.cases if r.price is not None]
        check(f'{name}: one row of aggregates', one == [{'n': len(model.cases), 's': sum(prices), 'least': min(prices)}], one)


def refusals(w):
    rows = [('a table on the way without the privilege', 'cid', url('new_cases', filter='new_case_tasks/any()'), 403, '0x80040220'),
            ('also under all', 'cid', url('new_cases', filter="new_case_tasks/all(t:t/new_title eq 'x')"), 403, '0x80040220'),
            ('also of an aggregate', 'cid', url('new_tasks', apply='aggregate($count as n)'), 403, '0x80040220'),
            ('a path to nothing', 'ann', url('new_cases', filter='new_Nothing/new_title eq null'), 400, '0x80060888'),
            ('an order by a collection', 'ann', url('new_cases', orderby='new_case_tasks/new_title'), 400, '0x80060888'),
            ('a name that a column has', 'ann', url('new_cases', apply='aggregate(new_number with sum as new_title)'), 400, '0x80060888'),
            ('the sum of texts', 'ann', url('new_cases', apply='aggregate(new_title with sum as n)'), 400, '0x80060888'),
            ('an unclosed filter', 'ann', url('new_cases', apply="filter(new_title eq 'x'/aggregate($count as n)"), 400, '0x80060888'),
            ('an option that $apply has no use for', 'ann', url('new_cases', apply='aggregate($count as n)', select='new_title'), 400, '0x80060888')]
    for what, who, path, status, want in rows:
        answer = w.ask(who, 'GET', path)
        check(f'refused: {what}', (answer.status, code(answer)) == (status, want), answer)


def secured(w):
    """A secured column is refused wherever a filter, an order or an aggregate can reach it."""
    w.post("EntityDefinitions(LogicalName='new_case')/Attributes", {'@odata.type': 'Microsoft.Dynamics.CRM.IntegerAttributeMetadata',
           'SchemaName': 'new_salary', 'IsSecured': True})
    for options in (dict(filter='new_ParentId/new_salary gt 1'), dict(filter='new_case_children/any(c:c/new_salary gt 1)'),
                    dict(orderby='new_ParentId/new_salary'), dict(apply='aggregate(new_ParentId/new_salary with max as n)'),
                    dict(apply='groupby((new_salary))')):
        answer = w.ask('bob', 'GET', url('new_cases', **options))
        check(f'a secured column is not compared: {options}', (answer.status, code(answer)) == (403, '0x8004f506'), answer)


def collections(w, rows, models):
    name, model = 'ann', models['ann']
    parent = max((c for c in model.cases), key=lambda c: len(model.many(c, 'new_case_tasks')))
    tasks = model.many(parent, 'new_case_tasks')
    here = f'new_cases({parent.id})/new_case_tasks'
    got, path = [], here + '?$select=new_taskid'
    while path:
        answer = w.ask(name, 'GET', path, Prefer='odata.maxpagesize=1')
        got += ids(answer)
        path = answer.json().get('@odata.nextLink', '').replace(f'{w.it.origin}{w.api}/', '')
    check('a collection in pages of one: the visible rows that point here', sorted(got) == sorted(t.id for t in tasks), (got, len(tasks)))
    check('its $count', int(w.ask(name, 'GET', here + '/$count').body) == len(tasks))
    some = w.ask(name, 'GET', url(here, filter='new_number ge 3', count='true', select='new_taskid'))
    want = [t.id for t in tasks if t.number is not None and t.number >= 3]
    check('its $filter and $count=true', sorted(ids(some)) == sorted(want) and some.json()['@odata.count'] == len(want), some)
    total = w.ask(name, 'GET', url(here, apply='aggregate($count as n)')).json()
    check('its $apply', total.get('value') == [{'n': len(tasks)}], total)
    refs = w.ask(name, 'GET', here + '/$ref').json()
    check('its $ref', sorted(r['@odata.id'] for r in refs['value']) == sorted(f'{w.it.origin}{w.api}/new_tasks({t.id})' for t in tasks), refs)
    made = w.ask(name, 'POST', here, {'new_title': 'made here'})
    new = entity(made)
    row = w.ask(name, 'GET', f'new_tasks({new})').json()
    check('POST to a collection makes a row that points here', made.status == 204 and row['_new_caseid_value'] == parent.id, made)
    inside = w.ask(name, 'GET', f'{here}({new})?$select=new_title')
    check('one of the collection', inside.status == 200 and inside.json()['new_title'] == 'made here', inside)
    gone = w.ask(name, 'DELETE', f'{here}({new})/$ref')
    check('DELETE of its $ref clears the lookup', gone.status == 204 and w.ask(name, 'GET', f'new_tasks({new})').json()['_new_caseid_value'] is None, gone)
    check('then it is not of the collection', w.ask(name, 'DELETE', f'{here}({new})/$ref').status == 404 and w.ask(name, 'GET', f'{here}({new})').status == 404)
    back = w.ask(name, 'POST', here + '/$ref', {'@odata.id': f'{w.it.origin}{w.api}/new_tasks({new})'})
    check('POST of a $ref sets it', back.status == 204 and w.ask(name, 'GET', f'{here}({new})').status == 200, back)
    away = w.ask(name, 'DELETE', f'{here}/$ref?$id={urllib.parse.quote(f"{w.it.origin}{w.api}/new_tasks({new})")}')
    check('DELETE with $id', away.status == 204 and w.ask(name, 'GET', f'{here}({new})').status == 404, away)
    wrong = w.ask(name, 'POST', here + '/$ref', {'@odata.id': f'new_cases({parent.id})'})
    check('a row of another table is refused', (wrong.status, code(wrong)) == (400, '0x80060888'), wrong)
    others = next(r for r in rows if r.table == 'case' and r.owner == 'bob')
    hidden = w.ask(name, 'GET', f'new_cases({others.id})/new_case_tasks')
    check('a collection of a row that is not visible is refused like the row', (hidden.status, code(hidden)) == (403, '0x80048306'), hidden)
    stolen = w.ask(name, 'POST', f'new_cases({others.id})/new_case_tasks', {'new_title': 'x'})
    check('nor is a row made in it', (stolen.status, code(stolen)) == (403, '0x80048306'), stolen)
    alias = w.ask(name, 'GET', f"new_cases(@k)?@k={parent.id}&$select=new_title")
    check('a key by its alias', alias.status == 200 and alias.json()['new_caseid'] == parent.id, alias)
    alias = w.ask(name, 'GET', "new_cases?$select=new_caseid&$filter=Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)"
                               "&@p1='new_number'&@p2=['1','2']")
    check('functions with aliases', sorted(ids(alias)) == sorted(r.id for r in model.cases if r.number in (1, 2)), alias)


def deep_insert(w):
    """Rows made together: above, below, and existing ones that come along; whole or not at all."""
    loose = entity(w.ask('ann', 'POST', 'new_tasks', {'new_title': 'loose'}))
    made = w.ask('ann', 'POST', 'new_cases', {
        'new_title': 'middle', 'new_ParentId': {'new_title': 'above', 'new_ParentId': {'new_title': 'top'}},
        'new_case_tasks': [{'new_title': 'one'}, {'new_title': 'two'}],
        'new_case_children': [{'new_title': 'below', 'new_case_tasks': [{'new_title': 'deep'}]}],
        'new_case_tasks@odata.bind': [f'new_tasks({loose})']})
    check('a row is made with those around it', made.status == 204, made)
    read = w.ask('ann', 'GET', f'new_cases({entity(made)})?$expand=new_ParentId($expand=new_ParentId),new_case_tasks($select=new_title;$orderby=new_title),'
                 'new_case_children($select=new_title;$expand=new_case_tasks($select=new_title))').json()
    check('each in its place', read['new_ParentId']['new_ParentId']['new_title'] == 'top' and [r['new_title'] for r in read['new_case_tasks']] == ['loose', 'one', 'two']
          and read['new_case_children'][0]['new_case_tasks'][0]['new_title'] == 'deep', read)
    noted = w.ask('ann', 'POST', 'new_cases', {'new_title': 'noted', 'new_title@some.note': {'a': 1}, 'new_number@other.note': [1]})
    check('annotations of members are no rows', noted.status == 204, noted)
    before = int(w.it.operator('GET', f'{w.api}/new_cases/$count').body)
    for what, body, status, want in (
            ('a nested row that is wrong', {'new_title': 'x', 'new_ParentId': {'new_title': 'y'}, 'new_case_tasks': [{'new_number': 'no'}]}, 400, '0x80060888'),
            ('a row of another type', {'@odata.type': 'Microsoft.Dynamics.CRM.new_task', 'new_title': 'x'}, 400, '0x80040203'),
            ('a nested one', {'new_title': 'x', 'new_ParentId': {'@odata.type': '#Microsoft.Dynamics.CRM.new_task', 'new_title': 'y'}}, 400, '0x80040203'),
            ('an unknown collection', {'new_title': 'x', 'new_nothing': [{}]}, 400, '0x80060888'),
            ('too deep', {'new_title': '1', 'new_ParentId': {'new_ParentId': {'new_ParentId': {'new_ParentId': {'new_ParentId': {'new_title': '6'}}}}}}, 400, '0x80060888'),
            ('a bound row that is not there', {'new_title': 'x', 'new_case_tasks@odata.bind': [f"new_tasks({w.users['ann']})"]}, 404, '0x80040217')):
        answer = w.ask('ann', 'POST', 'new_cases', body)
        check(f'refused whole: {what}', (answer.status, code(answer)) == (status, want), answer)
    theirs = w.it.operate('GET', f"{w.api}/new_tasks?$select=new_taskid&$filter=_ownerid_value%20eq%20{w.users['bob']}&$top=1")['value'][0]['new_taskid']
    answer = w.ask('ann', 'POST', 'new_cases', {'new_title': 'x', 'new_case_tasks@odata.bind': [f'new_tasks({theirs})']})
    check("refused whole: somebody else's row to bind", (answer.status, code(answer)) == (403, '0x80048306'), answer)
    answer = w.ask('cid', 'POST', 'new_cases', {'new_title': 'x', 'new_case_tasks': [{'new_title': 'y'}]})
    check('refused whole: no privilege to create', answer.status == 403, answer)
    check('nothing of what was refused is there', int(w.it.operator('GET', f'{w.api}/new_cases/$count').body) == before)


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    rng = random.Random(seed)
    print(f'seed {seed}')
    it = Installation(sys.argv[1], 'query').init()
    try:
        it.start()
        w, rows = world_make(it, rng)
        models = {'ann': Model(rows, 'ann', False), 'bob': Model(rows, 'bob', True)}
        filters(w, rows, models, rng)
        orders(w, rows, models)
        totals(w, models)
        refusals(w)
        collections(w, rows, models)
        deep_insert(w)
        secured(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(40)


sys.exit(main())
