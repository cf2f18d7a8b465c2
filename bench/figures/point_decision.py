"""point-decision: may this user read this row? In process and warm, on both sides: 100,000 users in 10,000 units, 1,000,000 rows and as many
shares; 5,000 questions of 500 users about rows that are theirs, of their unit, of a unit below, of anybody, shared with them. Every peer must give
our answers. Ours reads shares wherever the context alone does not allow (the figures tell both apart), from memory once a row beside the
one in question has been asked about, before from the sealed database; the peers' program holds them in memory and hands them in. Besides:
a million questions about a million rows, a context with 50 roles built anew, and a unit moved with a tenth of the units and more than
1,000,000 rows beneath it."""
import json
import statistics
import subprocess

AIM, PEERS = 5.0, {'casl': 16, 'casbin': 8, 'cedar': 2}  # how often each asks a question before the clock is read again
POINT_AIM_NS, CONTEXT_AIM_US, INDEX_AIM_MIB = 250, 200, 64


def told(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, **options)
    if done.returncode:
        raise SystemExit(f'point-decision: {done.stderr}')
    return {one['name']: one for one in map(json.loads, done.stdout.splitlines())}


def alone(name, value, aim, unit, good):
    """A figure without a peer: the ratio is of the aim, less is better."""
    return {'name': f'point-decision.{name}', 'ours': value, 'peer': '-', 'ratio': round(value / aim, 3) if aim else '-', 'aim': aim or '-',
            'verdict': 'met' if good else 'short', 'unit': unit}


def figure(bench):
    size = [str(n) for n in ((1000, 100, 10000, 10000, 5000) if bench.smoke else (100000, 10000, 1000000, 1000000, 5000))]
    folder = bench.peer('decision.mjs')
    ours = told([bench.program('bench/bench_point_decision'), *size])
    peers = {name: told(['node', '--max-old-space-size=4096', 'decision.mjs', name, *size, str(repeats)], cwd=folder)[name]
             for name, repeats in PEERS.items()}
    point = ours['point']
    for name, peer in peers.items():
        if peer['answers'] != point['answers']:
            raise SystemExit(f'point-decision: {name} does not answer as we do')
    for way, mine in (('all', 'p50_ns'), ('by-context', 'by_context_ns'), ('with-shares', 'by_share_ns')):
        for name, peer in peers.items():
            theirs = statistics.median(ns for ns, how in zip(peer['ns'], point['ways']) if way in ('all', {'c': 'by-context', 's': 'with-shares'}[how]))
            ratio = theirs / point[mine]
            yield {'name': f'point-decision.{way}.{name}', 'ours': round(point[mine]), 'peer': round(theirs), 'ratio': round(ratio, 2), 'aim': AIM,
                   'verdict': 'met' if ratio >= AIM else 'short', 'unit': 'ns, median'}
    yield alone('median', round(point['p50_ns']), POINT_AIM_NS, 'ns', point['p50_ns'] <= POINT_AIM_NS)
    yield alone('p99-of-the-questions', round(point['p99_ns']), None, 'ns', True)
    yield alone('first-question', round(point['first_ns']), None, 'ns, median', True)
    sweep = ours['sweep']
    yield alone('each-row-once', round(sweep['ns']), None, 'ns, mean', True)
    yield alone('each-row-once-while-learning', round(sweep['first_ns']), None, 'ns, mean', True)
    yield alone('index-of-shares', round(sweep['index_bytes'] / 2**20, 1), INDEX_AIM_MIB, 'MiB', sweep['index_bytes'] <= INDEX_AIM_MIB * 2**20)
    yield alone('context-50-roles', ours['context']['us'], CONTEXT_AIM_US, 'us', ours['context']['us'] <= CONTEXT_AIM_US)
    move = ours['move']
    yield alone('unit-moved-rows-beneath', move['rows'], None, 'rows', True)
    yield alone('unit-moved-rows-written', move['written'], None, 'rows', move['written'] < 20 and not move['before'] and move['after'])
    yield alone('unit-moved', move['ms'], None, 'ms', True)
    yield alone('unit-moved-next-request', move['next_ms'], None, 'ms', True)
