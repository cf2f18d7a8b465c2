#!/usr/bin/env python3
"""Rights that change while others work, over the real service: a share or a role taken away during many writes, a unit moved during lists,
and 64 clients that read, write, share and administer at once, with an oracle afterwards. usage: concurrency_test.py PROGRAM"""
import collections
import random
import sys
import threading
import time

from installation import Installation, Steps, ask, bearer, eventually
from world import World, code, entity

steps = Steps()
check = steps.check
UNLIMITED = '[limits]\nuser_requests = 0\nuser_execution = 0\nuser_concurrent = 0\n'
OWN = ('Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo', 'Share')
CLIENTS, ROUNDS, BUSY = 64, 20, (429, 503)


class Client(threading.Thread):
    """Somebody with a connection of their own. run() calls work(self); what it raises is told at the end."""

    def __init__(self, w, name, work):
        super().__init__()
        self.w, self.name, self.work, self.told, self.error = w, name, work, [], None

    def run(self):
        self.connection = self.w.it.connection(timeout=60)
        try:
            self.work(self)
        except Exception as e:  # pylint: disable=broad-except  (whatever it is, the test must tell it)
            self.error = f'{type(e).__name__}: {e}'
        finally:
            self.connection.close()

    def ask(self, method, path, body=None, **headers):
        """(when it was sent, the answer)"""
        start = time.monotonic()
        return start, ask(self.connection, method, f'{self.w.api}/{path}', body, bearer(self.w.tokens[self.name], **headers))

    def insist(self, method, path, body=None, **headers):
        """Asks again where the service was too busy to look at it."""
        while True:
            _, answer = self.ask(method, path, body, **headers)
            if answer.status not in BUSY:
                return answer
            time.sleep(0.05)


def run_all(what, clients, meanwhile=lambda: None):
    for c in clients:
        c.start()
    try:
        return meanwhile()
    finally:
        for c in clients:
            c.join()
        errors = [c.error for c in clients if c.error]
        check(f'{what}: every client comes to its end', not errors, errors[:3])


def target(row):
    return {'@odata.type': 'Microsoft.Dynamics.CRM.new_case', 'new_caseid': row}


def person(w, name):
    return {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': w.users[name]}


def share(w, row, name, mask):
    return {'Target': target(row), 'PrincipalAccess': {'AccessMask': mask, 'Principal': person(w, name)}}


def world_make(it):
    w = World(it, steps)
    w.table('new_case', [('new_number', 'Integer')])
    w.own = w.role('Own', **{r: 'Basic' for r in OWN})
    for n in range(8):
        w.person(f'p{n}', w.root)
        w.give(f'p{n}', w.own, w.root)
    return w


def change_set(rows, number):
    """One change set that writes the same number into each row, the last row's right being the one that goes."""
    parts = ''.join(f'--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {n}\r\n\r\nPATCH new_cases({row}) HTTP/1.1\r\n'
                    f'Content-Type: application/json\r\n\r\n{{"new_number":{number},"new_title":"n{number}"}}\r\n' for n, row in enumerate(rows, 1))
    return f'--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{parts}--c--\r\n--b--\r\n'


def judge(what, w, writers, answered, reason):
    """What every taking away has in common. told: (sent, status, code, number)"""
    told = [t for c in writers for t in c.told]
    done, refused = [t for t in told if t[1] == 204], [t for t in told if t[1] != 204]
    check(f'{what}: writes succeed before', len(done) >= 8, len(done))
    check(f'{what}: none that starts after the answer succeeds', not [t for t in done if t[0] > answered], [t for t in done if t[0] > answered])
    check(f'{what}: all others are refused for that reason', {t[1:3] for t in refused} == {(403, reason)}, {t[1:3] for t in refused})
    check(f'{what}: each writer is refused', all(any(t[1] != 204 for t in c.told) for c in writers))
    return done, refused


def writes_until_refused(write, go_on=3):
    """write(client, number) -> (sent, status, code); told until some in a row are refused."""
    def work(c):
        refused = 0
        for n in range(400):
            number = c.first + n
            c.told.append((*write(c, number), number))
            refused += c.told[-1][1] != 204
            if refused == go_on:
                return
    return work


def taken_away(what, w, write, take):
    writers = [Client(w, 'p1', writes_until_refused(write)) for _ in range(6)]
    for n, c in enumerate(writers):
        c.first = 1000 * (n + 1)

    def meanwhile():
        eventually(lambda: sum(len(c.told) for c in writers) >= 24, 30)
        take()
        return time.monotonic()
    return writers, run_all(what, writers, meanwhile)


def share_revoked(w):
    """p1 changes two rows of p0 in one change set; the share of the second goes away in the middle."""
    rows = [entity(w.ask('p0', 'POST', 'new_cases', {'new_title': 'n0', 'new_number': 0})) for _ in range(2)]
    for row in rows:
        w.it.operate('POST', f'{w.api}/GrantAccess', share(w, row, 'p1', 'ReadAccess,WriteAccess'))
    stop, mixtures, looked = threading.Event(), [], []

    def look(c):
        while not stop.is_set():
            answer = c.insist('GET', 'new_cases?$select=new_number,new_title')
            seen = {(r['new_number'], r['new_title']) for r in answer.json()['value']}
            looked.append(len(seen))
            if len(seen) != 1 or any(t != f'n{n}' for n, t in seen):
                mixtures.append(seen)

    def write(c, number):
        sent = time.monotonic()
        c.connection.request('POST', f'{w.api}/$batch', change_set(rows, number), bearer(w.tokens['p1'], **{'Content-Type': 'multipart/mixed; boundary=b'}))
        answer = c.connection.getresponse()
        body = answer.read()
        good = answer.status == 200 and body.count(b'HTTP/1.1 204') == 2
        return sent, 204 if good else 403 if b'HTTP/1.1 403' in body else 0, '0x80048306' if b'0x80048306' in body else body[:300]
    reader = Client(w, 'p0', look)
    reader.start()
    writers, answered = taken_away('share', w, write, lambda: w.it.operate('POST', f'{w.api}/RevokeAccess', {'Target': target(rows[1]), 'Revokee': person(w, 'p1')}))
    stop.set()
    reader.join()
    done, _ = judge('share', w, writers, answered, '0x80048306')
    check('share: the owner never sees a half of a change set', not mixtures and not reader.error and len(looked) > 3, (mixtures[:3], reader.error))
    last = [w.it.operate('GET', f'{w.api}/new_cases({row})') for row in rows]
    check('share: both rows hold the same write, one that was answered', last[0]['new_number'] == last[1]['new_number'] in {t[3] for t in done}
          and {r['new_title'] for r in last} == {f"n{last[0]['new_number']}"}, last)
    events, _ = eventually(lambda: of_log(w, 'update.row', rows, 2 * len(done)))
    check('share: the log has each write once, and none that was refused', bool(events) and
          sorted(e['changes']['new_number']['new'] for e in events) == sorted(2 * [t[3] for t in done]), (events and len(events), len(done)))


def of_log(w, op, rows, count):
    found = [e for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id']) if e['op'] == op and e['target'].get('id') in rows]
    return found if len(found) >= count else None


def role_revoked(w):
    """p1 makes rows; the one role goes away in the middle."""
    held = w.instance(w.own, w.root)

    def write(c, number):
        sent, answer = c.ask('POST', 'new_cases', {'new_title': 'made', 'new_number': number})
        return sent, answer.status, code(answer)
    writers, answered = taken_away('role', w, write,
                                   lambda: w.it.operate('DELETE', f"{w.api}/systemusers({w.users['p1']})/systemuserroles_association({held})/$ref"))
    done, _ = judge('role', w, writers, answered, '0x80042f09')
    rows = w.get('new_cases', filter="new_title eq 'made'", select='new_number')
    check('role: every answered row is there and no other', sorted(r['new_number'] for r in rows) == sorted(t[3] for t in done), (len(rows), len(done)))
    made = {r['new_caseid'] for r in rows}
    check('role: and in the log', bool(eventually(lambda: len(of_log(w, 'create.row', made, len(made)) or []) == len(made))[0]))
    w.give('p1', w.own, w.root)


def unit_moved(w):
    """p2, in DE, reads its unit and those below; Berlin goes to FR and back while p2 lists."""
    units = {n: w.post('businessunits', {'name': n, 'parentbusinessunitid@odata.bind': f'businessunits({w.root})'}) for n in ('DE', 'FR')}
    units['Berlin'] = w.post('businessunits', {'name': 'Berlin', 'parentbusinessunitid@odata.bind': f"businessunits({units['DE']})"})
    deep = w.role('Deep', Read='Deep', Create='Basic')
    for name, unit in (('p2', 'DE'), ('p3', 'Berlin')):
        w.it.operate('PATCH', f'{w.api}/systemusers({w.users[name]})', {'businessunitid@odata.bind': f'businessunits({units[unit]})'})
        w.give(name, deep, units[unit])
    titles = {'p2': [f't{n:02}' for n in range(0, 36, 3)], 'p3': [f't{n:02}' for n in range(36) if n % 3]}
    for name, mine in titles.items():
        for title in mine:
            w.ask(name, 'POST', 'new_cases', {'new_title': title})
    without, within = titles['p2'], sorted(titles['p2'] + titles['p3'])
    stop, wrong, seen = threading.Event(), [], {'without': 0, 'within': 0, 'walks': 0}

    def whole(c):
        while not stop.is_set():
            answer = c.insist('GET', "new_cases?$select=new_title&$orderby=new_title&$count=true&$filter=startswith(new_title,'t')").json()
            found = [r['new_title'] for r in answer['value']]
            if found not in (without, within) or answer['@odata.count'] != len(found):
                wrong.append(('list', found))
            seen['within' if len(found) == len(within) else 'without'] += 1
            total = c.insist('GET', "new_cases?$apply=filter(startswith(new_title,'t'))/aggregate($count%20as%20n)").json()['value']
            if total not in ([{'n': len(without)}], [{'n': len(within)}]):
                wrong.append(('aggregate', total))

    def walk(c):
        while not stop.is_set():
            path, last, all_seen = "new_cases?$select=new_title&$orderby=new_title&$filter=startswith(new_title,'t')", '', []
            while path:
                answer = c.insist('GET', path, Prefer='odata.maxpagesize=5')
                if answer.status != 200:
                    wrong.append(('page', answer))
                    break
                page = [r['new_title'] for r in answer.json()['value']]
                if page not in [[t for t in side if t > last][:5] for side in (without, within)]:
                    wrong.append(('page', last, page))
                all_seen, last = all_seen + page, page[-1] if page else last
                path = answer.json().get('@odata.nextLink', '').replace(f'{w.it.origin}{w.api}/', '')
            if not set(without) <= set(all_seen) or len(set(all_seen)) != len(all_seen):
                wrong.append(('walk', all_seen))
            seen['walks'] += 1

    def moves():
        for n in range(12):
            before = dict(seen)
            w.it.operate('PATCH', f"{w.api}/businessunits({units['Berlin']})",
                         {'parentbusinessunitid@odata.bind': f"businessunits({units['DE' if n % 2 else 'FR']})"})
            eventually(lambda: sum(seen[k] - before[k] for k in ('within', 'without')) >= 3, 5)  # noqa: B023  (called at once)
        stop.set()
    run_all('unit moved', [Client(w, 'p2', whole), Client(w, 'p2', whole), Client(w, 'p2', walk), Client(w, 'p2', walk)], moves)
    check('unit moved: each answer is of before or after, never a mixture', not wrong, wrong[:3])
    check('unit moved: both were seen, and walks through the pages ended', all(seen.values()), seen)
    for name in ('p2', 'p3'):
        w.it.operate('PATCH', f'{w.api}/systemusers({w.users[name]})', {'businessunitid@odata.bind': f'businessunits({w.root})'})
        w.give(name, w.own, w.root)


class Book:
    """What answers have promised: each client writes its own, all are joined afterwards."""

    def __init__(self):
        self.rows, self.gone, self.shares, self.ops = {}, set(), {}, []


def writer(c):
    """One of many with the same name: makes, changes, shares and removes rows of its own."""
    dice, book = random.Random(c.seed), c.book

    def must(what, answer, status=204):
        if answer.status != status:
            raise AssertionError(f'{what}: {answer}')
        return answer

    def make():
        number = dice.randrange(1000)
        row = entity(must('create', c.insist('POST', 'new_cases', {'new_title': f'c{c.seed}', 'new_number': number})))
        book.rows[row] = number
        book.ops.append(('create.row', row))

    def change(row):
        number = 1000 + dice.randrange(1000)
        must('change', c.insist('PATCH', f'new_cases({row})', {'new_number': number}))
        book.rows[row] = number
        book.ops.append(('update.row', row))

    def share_it(row):
        other = dice.choice([n for n in c.w.users if n.startswith('p') and n != c.name])
        must('share', c.insist('POST', 'GrantAccess', share(c.w, row, other, 'ReadAccess')))
        book.ops.append(('share.row', row))
        book.shares[row, other] = True

    def unshare(row):
        mine = [s for s in book.shares if s[0] == row]
        if mine:
            must('unshare', c.insist('POST', 'RevokeAccess', {'Target': target(row), 'Revokee': person(c.w, mine[0][1])}))
            book.ops.append(('unshare.row', row))
            del book.shares[mine[0]]

    def remove(row):
        must('delete', c.insist('DELETE', f'new_cases({row})'))
        del book.rows[row]
        book.gone.add(row)
        book.ops.append(('delete.row', row))
        book.shares = {s: True for s in book.shares if s[0] != row}

    def look(row):
        told = must('read', c.insist('GET', f'new_cases({row})?$select=new_number'), 200).json()['new_number']
        if told != book.rows[row]:
            raise AssertionError(f'{row} holds {told}, {book.rows[row]} was answered')
        listed = must('list', c.insist('GET', f"new_cases?$select=new_number&$filter=new_title%20eq%20'c{c.seed}'"), 200).json()['value']
        if {r['new_caseid']: r['new_number'] for r in listed} != book.rows:
            raise AssertionError('a list differs from what was answered')
    for _ in range(2):
        make()
    for _ in range(ROUNDS):
        row = dice.choice(sorted(book.rows) or [None])
        act = dice.choice([make, change, change, share_it, share_it, unshare, remove, look, look])
        make() if row is None or act is make else act(row)


def administrator(c):
    """Makes units and roles, gives and takes a role of a person who works meanwhile with another; holds System Administrator."""
    book = c.book
    for n in range(ROUNDS // 2):
        unit = c.insist('POST', 'businessunits', {'name': f'u{c.seed}-{n}', 'parentbusinessunitid@odata.bind': f'businessunits({c.w.root})'})
        role = c.insist('POST', 'roles', {'name': f'r{c.seed}-{n}', 'businessunitid@odata.bind': f'businessunits({c.w.root})'})
        given = c.insist('POST', f"systemusers({c.w.users['p4']})/systemuserroles_association/$ref", {'@odata.id': f'roles({entity(role)})'})
        taken = c.insist('DELETE', f"systemusers({c.w.users['p4']})/systemuserroles_association({entity(role)})/$ref")
        if [a.status for a in (unit, role, given, taken)] != [204] * 4:
            raise AssertionError([unit, role, given, taken])
        book.ops += [('create.businessunit', entity(unit)), ('create.role', entity(role))]


def everybody(w):
    admin = next(r for r in w.get('roles') if r['name'] == 'System Administrator' and r['_businessunitid_value'] == w.root)
    w.person('adm', w.root)
    w.post(f"systemusers({w.users['adm']})/systemuserroles_association/$ref", {'@odata.id': f"roles({admin['roleid']})"})
    clients = [Client(w, 'adm', administrator) if n % 16 == 15 else Client(w, f'p{n % 8}', writer) for n in range(CLIENTS)]
    for n, c in enumerate(clients):
        c.seed, c.book = n, Book()
    run_all('64 clients', clients)
    return clients


def oracle(w, clients):
    rows = {row: number for c in clients for row, number in c.book.rows.items()}
    gone = {row for c in clients for row in c.book.gone}
    shares = {s for c in clients for s in c.book.shares}
    listed = {r['new_caseid']: r['new_number'] for r in w.get('new_cases', filter="startswith(new_title,'c')", select='new_number')}
    check('64 clients: every answered write is in place, nothing else is', listed == rows, (len(listed), len(rows)))
    owner = {row: c.name for c in clients for row in c.book.rows}
    for name in (f'p{n}' for n in range(8)):
        wanted = {r for r, n in owner.items() if n == name} | {s[0] for s in shares if s[1] == name}
        answer = w.ask(name, 'GET', "new_cases?$select=new_caseid&$count=true&$filter=startswith(new_title,'c')").json()
        found = {r['new_caseid'] for r in answer['value']}
        check(f'64 clients: {name} sees the own rows and the shared ones, exactly', found == wanted and answer['@odata.count'] == len(wanted), (len(found), len(wanted)))
    kinds = {'create.row', 'update.row', 'delete.row', 'share.row', 'unshare.row', 'create.businessunit', 'create.role'}
    about = set(rows) | gone | {t for c in clients for o, t in c.book.ops}
    wanted = collections.Counter(o for c in clients for o in c.book.ops)

    def differing():
        found = collections.Counter((e['op'], e['target']['id']) for e in w.it.audit_events(w.tenant['id'], w.tenant['environment_id'])
                                    if e['op'] in kinds and e['result'] == 'success' and e['target'].get('id') in about)
        return sorted(((found - wanted) + (wanted - found)).items())
    eventually(lambda: not differing())
    check('64 clients: the log has each answered change once, and no other', not differing(), differing()[:5])
    status, told = w.it.verify()
    check('64 clients: and its chain holds', status == 0, told)


def main():
    it = Installation(sys.argv[1], 'concurrency', config=UNLIMITED).init()
    try:
        it.start()
        w = world_make(it)
        share_revoked(w)
        role_revoked(w)
        unit_moved(w)
        oracle(w, everybody(w))
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(30)


sys.exit(main())
