#!/usr/bin/env python3
"""The keeper and the supervisor as an operator meets them: a worker that cannot start is refused to its clients and comes back
when it can. usage: keeper_test.py PROGRAM"""
import os
import sys
import time

from installation import Installation, Steps, eventually

steps = Steps()
check = steps.check


def a_worker_that_cannot_start(inst):
    """Its database is not one: the start fails every time. Clients hear 503 at once, the tries are few, and all is well again
    as soon as the cause is gone."""
    inst.command('tenant', 'create', inst.folder, '--name', 'Contoso', '--domain', 'contoso.example')
    made = inst.command('environment', 'create', inst.folder, '--tenant', 'contoso.example', '--unique-name', 'sales', '--json')
    place = f"{inst.folder}/tenants/{made['tenantId']}/environments/{made['id']}"
    with open(f'{place}/environment.db', 'wb') as f:
        f.write(os.urandom(8192))
    owner = os.stat(place)
    os.chown(f'{place}/environment.db', owner.st_uid, owner.st_gid)

    def who_am_i():
        return inst.request('GET', '/e/sales/api/data/v9.2/WhoAmI')

    began = time.monotonic()
    first = who_am_i()
    took = time.monotonic() - began
    check('the first request is answered 503 within a few seconds', first.status == 503 and took < 8, f'{first} after {took:.1f} s')
    check('with Retry-After', first.headers.get('Retry-After', '').isdigit(), first.headers)
    check("and in OData's shape", first.json().get('error', {}).get('code') == 'ServiceUnavailable', first)

    def row():
        return next((p for p in inst.processes('data')), {})

    before = row()
    check('status says that it is failing', before.get('failing') is True and before.get('ready') is False, before)
    check('status shows it to people too', 'failing' in inst.run('status', inst.folder).stdout)
    began, answers = time.monotonic(), []
    while time.monotonic() - began < 3:
        answers.append(who_am_i().status)
    tries = row().get('starts', 0) - before.get('starts', 0)
    check('further requests are answered 503 as well', answers and set(answers) == {503}, set(answers))
    check(f'{len(answers)} requests in 3 s cost few starts', 0 <= tries <= 6, tries)
    check('the other parts serve', inst.healthy() and inst.request('GET', '/contoso.example/v2.0/.well-known/openid-configuration').status == 200)
    check('the log says so plainly', 'one after the other: its requests are refused' in inst.log_text())

    os.unlink(f'{place}/environment.db')
    back, took = eventually(lambda: who_am_i().status == 401, 30)
    check('the cause gone, it serves again by itself', back)
    print(f'       after {took:.2f} s', flush=True)
    quiet, _ = eventually(lambda: row().get('failing') is False and row().get('failures') == 0 and row().get('ready'), 10)
    check('and status forgets the failures', quiet, row())


def main():
    inst = Installation(sys.argv[1], 'keeper')
    try:
        inst.init().start()
        a_worker_that_cannot_start(inst)
        check('it stops in order', inst.stop() == 0)
    finally:
        inst.close(show_log=bool(steps.failed))
    return steps.report(12)


sys.exit(main())
