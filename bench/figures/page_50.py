"""page-50: the first 50 rows, by name, of a table of 100,000 rows in 20 business units, for three callers: narrow (reads what it owns:
100 rows), middling (reads its unit: one row in twenty), global (reads all). Ours: the Web API over TLS with a signed token. The peer:
PostgreSQL with a row policy of the same model behind a minimal Node server over TLS. Same client, 8 connections; both answers must hold
the same rows."""
import json
import random
import tempfile
import urllib.request

from installation import Installation, bearer, free_port
from postgres import Postgres
from rows_world import RowsWorld
import common

AIM, CONNECTIONS, UNITS, UNIT, OWN = 20.0, 8, 20, 7, 100
QUERY = '?$select=bench_title,bench_amount&$orderby=bench_title'
DESK = 'desk'  # the unit of the narrow and the global caller; it owns no row
CALLERS = {'narrow': ('Basic', DESK), 'middling': ('Local', f'unit{UNIT}'), 'global': ('Global', DESK)}
PEER_USERS = {name: f'00000000-0000-4000-8000-{n:012}' for n, name in enumerate(CALLERS, 1)}


def rows(count):
    """(title, amount, unit, own): the same on both sides. The narrow caller owns those with `own`, the unit's team the others."""
    dice = random.Random(50)
    return [(f'{dice.getrandbits(48):012x} {n:06}', dice.randrange(1000000), n % UNITS, n % (count // OWN) == 0) for n in range(count)]


def seen(content, caller):
    """The first 50 that the caller may see."""
    may = {'narrow': lambda r: r[3], 'middling': lambda r: r[2] == UNIT and not r[3], 'global': lambda r: True}[caller]
    return sorted((r[0], r[1]) for r in content if may(r))[:50]


# --- ours ---

class Ours:
    def __init__(self, it):
        self.world = w = RowsWorld(it)
        for name in (DESK, *(f'unit{u}' for u in range(UNITS))):
            w.unit_make(name)
        for depth in ('Basic', 'Local', 'Global'):
            w.reader_role(depth)
        for name in w.units:
            if name != DESK:
                w.give_role('Basic', f'teams({w.unit_team(name)})', 'teamroles_association', w.units[name])
        self.tokens = {name: w.token(w.caller(name, *caller)[1]) for name, caller in CALLERS.items()}
        self.pages = f'{it.origin}{w.api}/bench_rows{QUERY}'

    def fill(self, content):
        """Rows owned by the units' own teams, and by the narrow caller."""
        self.world.load({'bench_title': t, 'bench_amount': a, **({'@user': 'narrow'} if own else {'@unit': f'unit{u}'})} for t, a, u, own in content)


# --- the peer ---

def peer_lines(content):
    return (f'{t},{a},{UNITS},1\n' if own else f'{t},{a},{u},{1000 + u}\n' for t, a, u, own in content)


def get(url, context, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), context=context, timeout=30) as answer:
        return [(r['bench_title'], r['bench_amount']) for r in json.load(answer)['value']]


def compare(content, caller, pages):
    wanted = seen(content, caller)
    for side, page in pages.items():
        if page != wanted:
            raise SystemExit(f'page-50.{caller}: {side} does not answer with the 50 rows that the caller may see: {page[:2]} .. of {len(page)}')


class Sides:
    """Our service and the peer's server: the address of each, what a caller sends, and whose processor time it costs."""

    def __init__(self, ours, world, node, postgres, port):
        self.service, self.world = ours, world
        self.addresses = {'ours': world.pages, 'the peer': f'https://localhost:{port}/', 'by hand': f'https://localhost:{port}/by-hand'}
        self.roots = {'ours': [ours.service.pid], 'the peer': [node.pid, postgres.server.pid], 'by hand': [node.pid, postgres.server.pid]}

    def headers(self, side, caller):
        return {**bearer(self.world.tokens[caller]), 'Prefer': 'odata.maxpagesize=50'} if side == 'ours' else bearer(caller)

    def page(self, side, caller):
        context = self.service.context if side == 'ours' else common.ssl_without_proof()
        return get(self.addresses[side], context, self.headers(side, caller))

    def round(self, bench, side, caller):
        lines = [f'{k}: {v}' for k, v in self.headers(side, caller).items()]
        return common.measure(self.roots[side], lambda: common.h2load(self.addresses[side], bench.seconds, CONNECTIONS, headers=lines))

    def samples(self, bench, caller, peer):
        mine, theirs = lambda: self.round(bench, 'ours', caller), lambda: self.round(bench, peer, caller)
        common.settle(self.service.service.pid)
        mine(), theirs()
        return common.interleave(bench.rounds, mine, theirs)


def caller_row(bench, content, caller, sides):
    compare(content, caller, {side: sides.page(side, caller) for side in ('ours', 'the peer')})
    return common.row(f'page-50.{caller}', sides.samples(bench, caller, 'the peer'), AIM, 'pages/cpu s', 'per_cpu')


def figure(bench):
    bench.packages('postgresql', 'nghttp2-client', 'curl', 'openssl')
    content = rows(10000 if bench.smoke else 100000)
    ours, postgres, node = Installation(bench.service, 'bench', config=common.UNLIMITED), None, None
    with tempfile.TemporaryDirectory() as folder:
        try:
            postgres = Postgres()
            postgres.fill('page.sql', bench_row=peer_lines(content))
            cert, key = common.certificate(folder)
            port = free_port()
            node = bench.node('page_server.mjs', port, cert, key, postgres.folder, *(f'{name}={user}' for name, user in PEER_USERS.items()))
            common.wait_for(f'https://localhost:{port}/', node)
            ours.init().start()
            world = Ours(ours)
            world.fill(content)
            sides = Sides(ours, world, node, postgres, port)
            for caller in CALLERS:
                yield caller_row(bench, content, caller, sides)
        finally:
            if node:
                common.end(node)
            if postgres:
                postgres.close()
            ours.close()
