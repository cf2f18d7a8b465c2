"""decision-http: may this user read this row? Asked over HTTP (AuthZEN, POST /access/v1/evaluation and /evaluations with 100 rows) of a whole
service over TLS with a signed token; the peer is a PostgreSQL function of the same model on the same data (bench/peers/decision.sql), asked by
pgbench with prepared statements over a Unix socket, one row a statement, or an array of 100. 100,000 rows in 20 units of a tree, 20 users of four
depths, 20,000 shares. Every answer to 2,000 questions, ours, theirs, must be what the rules say, before anything is timed. Denials are told apart:
ours logs each durably, the peer does not."""
import concurrent.futures
import json
import os
import random
import statistics
import tempfile
import uuid

from installation import Installation, bearer
from postgres import Postgres
from rows_world import RowsWorld
import common

AIM, RATE_AIM, CONNECTIONS, BATCH, QUESTIONS, OWN = 1.0, 1e6, 8, 100, 2000, 200
DEPTHS = {'Basic': 1, 'Local': 2, 'Deep': 3, 'Global': 4}
UNITS = [(f'unit{n}', f'unit{n // 4 - 1}' if n >= 4 else None) for n in range(20)]  # four with four below each
CALLERS = [(f'{depth}{n}', depth, f'unit{n % 4}') for depth in DEPTHS for n in range(5)]


class Content:
    """Rows, who owns them, shares, and the rules in Python. Owners are callers' names, or units' names: the unit's own team."""

    def __init__(self, count):
        dice = random.Random(60)
        self.unit_of = {name: unit for name, _, unit in CALLERS}
        names = [c[0] for c in CALLERS]
        self.rows = {}  # id: (title, amount, owner)
        for n in range(count):
            unit = UNITS[n % len(UNITS)][0]
            owner = names[n // OWN % len(names)] if n % OWN == 0 else unit
            self.rows[str(uuid.UUID(int=dice.getrandbits(128), version=4))] = (f'{dice.getrandbits(48):012x} {n:06}', dice.randrange(1000000), owner)
        ids = list(self.rows)
        self.shares = {(dice.choice(ids), dice.choice(names)) for _ in range(count // 5)}
        self.by_caller = {name: [r for r, who in sorted(self.shares) if who == name] for name in names}

    def row_unit(self, row):
        owner = self.rows[row][2]
        return self.unit_of.get(owner, owner)

    def may(self, caller, row):
        _, depth, unit = next(c for c in CALLERS if c[0] == caller)
        owner, there = self.rows[row][2], self.row_unit(row)
        return (depth == 'Global' or owner in (caller, unit) or (row, caller) in self.shares or
                (depth != 'Basic' and there == unit) or (depth == 'Deep' and dict(UNITS)[there] == unit))

    def questions(self, dice, caller, count, allowed):
        """Rows of one caller that it may read, or may not; a third of a Basic, Local or Deep caller's by a share alone."""
        found, ids = [], list(self.rows)
        while len(found) < count:
            row = dice.choice(self.by_caller[caller] if allowed and len(found) % 3 == 0 else ids)
            if self.may(caller, row) == allowed:
                found.append(row)
        return found


class Ours:
    def __init__(self, it, content):
        self.world = w = RowsWorld(it)
        for name, parent in UNITS:
            w.unit_make(name, parent and w.units[parent])
        for depth in DEPTHS:
            w.reader_role(depth)
        for name, _ in UNITS:
            w.give_role('Basic', f'teams({w.unit_team(name)})', 'teamroles_association', w.units[name])
        self.users = {name: w.caller(name, depth, unit)[0] for name, depth, unit in CALLERS}
        w.load({'bench_rowid': row, 'bench_title': title, 'bench_amount': amount, **({'@user': owner} if owner in content.unit_of else {'@unit': owner})}
               for row, (title, amount, owner) in content.rows.items())
        shares = sorted(content.shares)
        for row, caller in shares:
            w.post('GrantAccess', {'Target': {'@odata.type': 'Microsoft.Dynamics.CRM.bench_row', 'bench_rowid': row}, 'PrincipalAccess': {
                'AccessMask': 'ReadAccess', 'Principal': {'@odata.type': 'Microsoft.Dynamics.CRM.systemuser', 'systemuserid': self.users[caller]}}})
        self.url = f"{it.origin}/e/{w.tenant['environment']}/access/v1"
        self.headers = {**bearer(it.token(w.tenant)), 'Content-Type': 'application/json'}

    def body(self, caller, rows, single=False):
        shared = {'subject': {'type': 'application', 'id': self.users[caller]}, 'action': {'name': 'read'}}
        if single:
            return {**shared, 'resource': {'type': 'bench_row', 'id': rows[0]}}
        return {**shared, 'evaluations': [{'resource': {'type': 'bench_row', 'id': row}} for row in rows]}

    def answers(self, caller, rows):
        it = self.world.it
        one = it.request('POST', f'{self.url[len(it.origin):]}/evaluation', self.body(caller, rows[:1], True), self.headers)
        many = it.request('POST', f'{self.url[len(it.origin):]}/evaluations', self.body(caller, rows), self.headers)
        if one.status != 200 or many.status != 200:
            raise SystemExit(f'decision-http: {one} {many}')
        told = [one['decision'] for one in many.json()['evaluations']]
        return told if one.json()['decision'] == told[0] else None


class Peer(Postgres):
    def __init__(self, content, users):
        super().__init__()
        unit = {name: n for n, (name, _) in enumerate(UNITS)}
        caller = {name: 100 + n for n, (name, _, _) in enumerate(CALLERS)}
        team = {name: 1000 + n for name, n in unit.items()}
        order, ends = {}, {}
        for name, parent in UNITS:  # the tree's walk: where each unit begins, and the last below it
            for one in [name] + [n for n, p in UNITS if p == name] if parent is None else []:
                order[one] = len(order)
                ends[one] = order[one]
                ends[name] = order[one]
        self.users = users
        self.fill('decision.sql', unit=[f'{unit[n]},{order[n]},{ends[n]}\n' for n, _ in UNITS],
                  systemuser=[f'{users[n]},{caller[n]},{unit[u]}\n' for n, _, u in CALLERS],
                  membership=[f'{users[n]},{p}\n' for n, _, u in CALLERS for p in (caller[n], team[u])],
                  user_role=[f'{users[n]},{DEPTHS[d]}\n' for n, d, _ in CALLERS],
                  bench_row=(f'{row},{title},{amount},{unit[content.row_unit(row)]},{caller.get(owner) or team[owner]}\n'
                             for row, (title, amount, owner) in content.rows.items()),
                  share=[f'{row},{caller[n]},1\n' for row, n in sorted(content.shares)])

    def single(self, caller, row):
        return f"SELECT may_read('{self.users[caller]}', '{row}');\n"

    def batch(self, caller, rows):
        return f"SELECT may_read_many('{self.users[caller]}', '{{{','.join(rows)}}}');\n"

    def answers(self, caller, rows):
        told = self.psql(''.join(self.single(caller, row) for row in rows) + self.batch(caller, rows), '-tA').split()
        one, many = [t == 't' for t in told[:-1]], [t == 't' for t in told[-1].strip('{}').split(',')]
        return one if one == many else None


def compare(content, ours, peer):
    dice, per_caller = random.Random(7), QUESTIONS // len(CALLERS)
    denied = 0
    for name, depth, _ in CALLERS:
        rows = content.questions(dice, name, per_caller // 2, True) + (content.questions(dice, name, per_caller // 2, False) if depth != 'Global' else [])
        wanted = [content.may(name, row) for row in rows]
        denied += wanted.count(False)
        for side, told in (('ours', ours.answers(name, rows)), ('the peer', peer.answers(name, rows))):
            if told != wanted:
                raise SystemExit(f'decision-http: {side} does not answer by the rules for {name}')
    if not denied:
        raise SystemExit('decision-http: no question was denied')


def timed(content, batch, denied):
    """What is timed: for each connection a caller and its rows. Denied: all of a single's, one in ten of a batch's."""
    dice, asked = random.Random(8), []
    depths = [d for d in DEPTHS if not denied or d != 'Global']
    for n in range(CONNECTIONS):
        name = [c[0] for c in CALLERS if c[1] == depths[n % len(depths)]][n // len(depths)]
        refused = 0 if not denied else BATCH // 10 if batch else 1
        rows = content.questions(dice, name, (BATCH if batch else 1) - refused, True) + content.questions(dice, name, refused, False)
        dice.shuffle(rows)
        asked.append((name, rows))
    return asked


def ours_load(bench, ours, asked, batch, http2, folder):
    paths, lines = [], [f'{k}: {v}' for k, v in ours.headers.items()]
    for n, (name, rows) in enumerate(asked):
        paths.append(f'{folder}/{n}.json')
        with open(paths[-1], 'w', encoding='ascii') as f:
            json.dump(ours.body(name, rows, not batch), f)
    url = f"{ours.url}/{'evaluations' if batch else 'evaluation'}"

    def load():
        with concurrent.futures.ThreadPoolExecutor(len(paths)) as pool:
            done = list(pool.map(lambda path: common.h2load(url, bench.seconds, 1, http2=http2, streams=8 if http2 else 1, body=path, headers=lines), paths))
        return sum(d[0] for d in done), max(d[1] for d in done)
    return load


def variant_row(bench, name, ours, peer, asked, batch, http2=False):
    scripts = [peer.batch(*one) if batch else peer.single(one[0], one[1][0]) for one in asked]
    each = BATCH if batch else 1

    def times(load):
        def many():
            done, wall = load()
            return done * each, wall
        return many
    with tempfile.TemporaryDirectory() as folder:
        service = ours.world.it.service.pid
        mine, theirs = [lambda: common.measure([service], times(ours_load(bench, ours, asked, batch, http2, folder))),
                        lambda: common.measure([peer.server.pid], times(lambda: peer.pgbench(bench.seconds, CONNECTIONS, scripts)))]
        common.settle(service)
        mine(), theirs()
        samples = common.interleave(bench.rounds, mine, theirs)
    row = common.row(f'decision-http.{name}', samples, AIM, 'decisions/cpu s', 'per_cpu')
    row['per_wall'] = round(statistics.median(s.per_wall for s in samples[0]))
    return row


def figure(bench):
    bench.packages('postgresql', 'postgresql-contrib', 'nghttp2-client', 'openssl')
    content = Content(10000 if bench.smoke else 100000)
    it, peer = Installation(bench.service, 'bench', config=common.UNLIMITED), None
    try:
        it.init().start()
        ours = Ours(it, content)
        peer = Peer(content, ours.users)
        compare(content, ours, peer)
        yield variant_row(bench, 'single', ours, peer, timed(content, False, False), False)
        yield variant_row(bench, 'single-http2', ours, peer, timed(content, False, False), False, True)
        yield variant_row(bench, 'single-denied', ours, peer, timed(content, False, True), False)
        batch = variant_row(bench, 'batch', ours, peer, timed(content, True, False), True)
        yield batch
        yield variant_row(bench, 'batch-tenth-denied', ours, peer, timed(content, True, True), True)
        yield {'name': 'decision-http.batch-rate', 'ours': batch['per_wall'], 'peer': '-', 'ratio': round(batch['per_wall'] / RATE_AIM, 3), 'aim': RATE_AIM,
               'verdict': 'met' if batch['per_wall'] >= RATE_AIM else 'short', 'unit': 'decisions/s'}
    finally:
        if peer:
            peer.close()
        it.close()
