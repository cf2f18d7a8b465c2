#!/usr/bin/env python3
"""Service-protection limits over the real service: requests and their time within a window, requests at once; others are not touched.
usage: limits_test.py PROGRAM"""
import subprocess
import sys

from installation import Installation, Steps
from world import World, code

steps = Steps()
check = steps.check


def world_make(it):
    w = World(it, steps)
    w.table('new_case')
    role = w.role('Reader', Read='Global', Create='Basic')
    for name in ('ann', 'bob'):
        w.person(name, w.root)
        w.give(name, role, w.root)
    return w


def too_many(w):
    answers = [w.ask('ann', 'GET', 'WhoAmI') for _ in range(45)]
    refused = [a for a in answers if a.status == 429]
    check('after 40 requests, no more', [a.status for a in answers[:38]] == [200] * 38 and len(refused) >= 5, [a.status for a in answers])
    check('with the code of the limit', {code(a) for a in refused} == {'0x80072322'}, refused[0])
    waits = [int(a.headers['Retry-After']) for a in refused]
    check('and when to come again, later for those who insist', all(1 <= n <= 300 for n in waits) and waits == sorted(waits) and
          (waits[-1] > waits[0] or waits[0] == 300), waits)
    check('others go on', w.ask('bob', 'GET', 'WhoAmI').status == 200)
    check('the operator goes on', w.it.operator('GET', f'{w.api}/WhoAmI').status == 200)
    parts = 30
    batch = ''.join(f'--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET WhoAmI HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n'
                    for _ in range(parts)) + '--b--\r\n'
    for _ in range(3):
        answer = w.it.request('POST', f'{w.api}/$batch', batch.encode(), {'Authorization': f"Bearer {w.tokens['bob']}",
                                                                         'Content-Type': 'multipart/mixed;boundary=b'})
        check('a batch is one request', answer.status == 200 and answer.body.count(b'200 OK') == parts, answer)


def at_once(w):
    """Thirty requests on one connection; the environment's worker answers them one after the other."""
    def load(name):
        out = subprocess.run(['nghttp', '--no-verify-peer', '-m', '30', '-H', f'authorization: Bearer {w.tokens[name]}',
                              f'{w.it.origin}{w.api}/new_cases?$top=1'], capture_output=True, text=True, timeout=60)
        return out.stdout
    text = load('bob')
    refused = text.count('0x80072326')
    check('of thirty at once, some are refused at the door', 1 <= refused < 30, text[:1000])
    check('the others are answered', text.count('"@odata.context"') + refused + text.count('0x80072322') == 30, text[:1000])
    check('afterwards there is room again', code(w.ask('bob', 'GET', 'WhoAmI')) != '0x80072326')


def main():
    it = Installation(sys.argv[1], 'limits', config='[limits]\nuser_requests = 40\nuser_concurrent = 2\n').init()
    try:
        it.start()
        w = world_make(it)
        too_many(w)
        at_once(w)
    finally:
        it.close(show_log=sys.exc_info()[0] is not None or steps.failed > 0)
    return steps.report(10)


sys.exit(main())
