"""page-growth: page-50's first page while the table grows from 10,000 rows tenfold each time (BENCH_ROWS names other sizes; 10,000,000 takes
the better part of an hour to load), against PostgreSQL with the row policy of page-50, and against the statement that a careful developer would
write for that very caller, both behind the same minimal Node server over TLS. Rows come in through the import, in both databases the same; the narrow
caller owns 100 of any number, the middling reads one in twenty. All three answers must hold the same rows at every size. `flat`: our rate at the
largest size by that at the smallest."""
import heapq
import os
import random
import tempfile

from installation import Installation, free_port
from page_50 import CALLERS, PEER_USERS, UNIT, UNITS, OWN, Ours, Sides, peer_lines
from postgres import Postgres
import common

AIMS = {'the peer': 50.0, 'by hand': 1.0}
NAMES = {'the peer': 'rls', 'by hand': 'by-hand'}
SIZES = (10000, 100000, 1000000)


def sizes(bench):
    told = os.environ.get('BENCH_ROWS', '')
    return tuple(int(n) for n in told.split(',')) if told else SIZES[:1] + (20000,) if bench.smoke else SIZES


class Growth:
    """The rows, made as they are asked for, and the first 50 that each caller may see. The narrow caller owns the first 100 odd ones."""

    def __init__(self):
        self.dice, self.count = random.Random(51), 0
        self.first = {caller: [] for caller in CALLERS}

    def more(self, until):
        may = {'narrow': lambda r: r[3], 'middling': lambda r: r[2] == UNIT and not r[3], 'global': lambda r: True}
        made = [(f'{self.dice.getrandbits(48):012x} {n:08}', self.dice.randrange(1000000), n % UNITS, n % 2 == 1 and n < 2 * OWN)
                for n in range(self.count, until)]
        self.count = until
        for caller, first in self.first.items():
            self.first[caller] = heapq.nsmallest(50, first + [(r[0], r[1]) for r in made if may[caller](r)])
        return made


def grow(growth, size, world, postgres):
    """In portions, so that the largest is not in memory whole; then PostgreSQL's statistics, as its own daemon would make them."""
    while growth.count < size:
        made = growth.more(min(size, growth.count + 100000))
        world.fill(made)
        postgres.copy('bench_row(bench_title, bench_amount, unit, owner)', peer_lines(made))
    postgres.psql('VACUUM ANALYZE bench_row')


def caller_rows(bench, growth, caller, sides):
    for side in ('ours', *AIMS):
        if sides.page(side, caller) != growth.first[caller]:
            raise SystemExit(f'page-growth: {side} does not answer {caller} with the 50 rows that it may see')
    for peer, aim in AIMS.items():
        yield common.row(f'page-growth.{growth.count}.{caller}.{NAMES[peer]}', sides.samples(bench, caller, peer), aim, 'pages/cpu s', 'per_cpu')


def flat_row(caller, rates):
    ratio = rates[max(rates)] / rates[min(rates)]
    return {'name': f'page-growth.flat.{caller}', 'ours': rates[max(rates)], 'peer': rates[min(rates)], 'ratio': round(ratio, 3), 'aim': 0.9,
            'verdict': 'met' if ratio >= 0.9 else 'short', 'unit': 'pages/cpu s'}


def figure(bench):
    bench.packages('postgresql', 'nghttp2-client', 'curl', 'openssl')
    ours, postgres, node, rates = Installation(bench.service, 'bench', config=common.UNLIMITED), None, None, {caller: {} for caller in CALLERS}
    with tempfile.TemporaryDirectory() as folder:
        try:
            postgres = Postgres('shared_buffers=2GB', 'max_wal_size=8GB')
            postgres.fill('page.sql', bench_row=[])
            cert, key = common.certificate(folder)
            port, growth = free_port(), Growth()
            node = bench.node('page_server.mjs', port, cert, key, postgres.folder, *(f'{name}={user}' for name, user in PEER_USERS.items()))
            common.wait_for(f'https://localhost:{port}/', node)
            ours.init().start()
            world = Ours(ours)
            sides = Sides(ours, world, node, postgres, port)
            for size in sizes(bench):
                grow(growth, size, world, postgres)
                for caller in CALLERS:
                    for row in caller_rows(bench, growth, caller, sides):
                        rates[caller].setdefault(size, row['ours'])
                        yield row
            for caller in CALLERS:
                yield flat_row(caller, rates[caller])
        finally:
            if node:
                common.end(node)
            if postgres:
                postgres.close()
            ours.close()
