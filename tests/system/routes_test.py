#!/usr/bin/env python3
"""`tenant create` and `environment create` answer when every edge knows the new route: whoever asks at once, over HTTPS and at
any of the edges, is not told that there is no such tenant or environment. One edge that hangs delays the answer, but not for
ever; one that is killed while it is waited for does not delay it."""
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import installation

ROUNDS, ASKED, LARGE = 25, 6, 400


def statuses(place, path):
    """Several connections at once, so that each of the edges is met."""
    return [place.request('GET', path).status for _ in range(ASKED)]


def main():
    steps = installation.Steps()
    place = installation.Installation(sys.argv[1], 'routes', config='[server]\nedges = 4\n').init().start()
    try:
        edges = [p for p in place.processes('edge') if p['lane'] == 'public']
        steps.check('there are four edges', len(edges) == 4, edges)
        unknown = []
        for i in range(ROUNDS):
            domain = f'at-once-{i}.example'
            made = place.operate('POST', '/platform/v1/tenants', {'displayName': f'At once {i}', 'domain': domain})
            unknown += [s for s in statuses(place, f'/{domain}/v2.0/.well-known/openid-configuration') if s != 200]
            place.operate('POST', '/platform/v1/environments', {'tenant': made['id'], 'uniqueName': f'at-once-{i}'})
            # without a token the environment's worker says 401; an edge that does not know it 404
            unknown += [s for s in statuses(place, f'/e/at-once-{i}/api/data/v9.2/WhoAmI') if s != 401]
        steps.check(f'{ROUNDS} tenants and environments are known at once', not unknown, unknown)

        os.kill(edges[0]['pid'], signal.SIGSTOP)
        try:
            start = time.monotonic()
            answer = place.operator('POST', '/platform/v1/tenants', {'displayName': 'Patient', 'domain': 'patient.example'})
            took = time.monotonic() - start
            steps.check('one edge hangs: made all the same, after a bounded time', answer.status == 201 and 4 < took < 12,
                        f'{answer.status} after {took:.1f} s')
            with ThreadPoolExecutor() as pool:
                start = time.monotonic()
                waiting = pool.submit(place.operator, 'POST', '/platform/v1/tenants', {'displayName': 'Left', 'domain': 'left.example'})
                time.sleep(1)
                early = waiting.done()
                os.kill(edges[0]['pid'], signal.SIGKILL)
                answer = waiting.result()
                took = time.monotonic() - start
            steps.check('the answer waits for it, and for no longer than it lives', not early and answer.status == 201 and took < 4,
                        f'early {early}, {answer.status} after {took:.1f} s')
        finally:
            try:
                os.kill(edges[0]['pid'], signal.SIGCONT)
            except ProcessLookupError:
                pass

        # as many as no longer fit a message between two processes
        def make(i):
            domain = f'{"one-of-many-" * 3}{i}.example'
            status = 503  # the operator's edge may say that too many wait
            while status == 503:
                status = place.operator('POST', '/platform/v1/tenants', {'displayName': f'Many {i}', 'domain': domain}).status
            return status
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(make, range(LARGE)))
        steps.check(f'{LARGE} more are made', made == [201] * LARGE, [s for s in made if s != 201][:5])
        last = f'/{"one-of-many-" * 3}{LARGE - 1}.example/v2.0/.well-known/openid-configuration'
        steps.check('and routed', place.request('GET', last).status == 200)
        place.stop()
        place.start()
        steps.check('also after a restart', place.request('GET', last).status == 200)
        complaints = [line for line in place.log_text().splitlines() if 'routing table' in line and 'not every edge' not in line]
        steps.check('nobody complains about a routing table', not complaints, complaints[:3])
        return steps.report(7)
    finally:
        place.close(steps.failed)


if __name__ == '__main__':
    sys.exit(main())
