"""sealed-database: the same work on plain SQLite and on the sealed store, processor time. A ratio here is cost, so less is better."""
import json
import subprocess

import common

AIMS = {'bulk_insert': 1.60, 'checkpoint': 1.40, 'cold_random_read': 1.05, 'warm_random_read': 1.30, 'random_update': 1.15,
        'one_row_commits': 1.15, 'hot_read': 1.05}


def figure(bench):
    command = [bench.program('bench/bench_sealed_database'), *(('1', '5000') if bench.smoke else ('5', '200000'))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise SystemExit(f'sealed-database: {done.stderr}')
    for told in map(json.loads, done.stdout.splitlines()):
        work = told['name'].split('.')[1]
        yield {'name': f'sealed-database.{work}', 'ours': told['ours'], 'peer': told['peer'], 'ratio': told['ratio'], 'aim': AIMS[work],
               'verdict': 'met' if told['ratio'] <= AIMS[work] else 'short', 'unit': 'cpu s, less is better'}
