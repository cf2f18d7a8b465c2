#!/usr/bin/env python3
"""The whole service as an operator runs it: init, serve, a tenant and an environment, TLS with the key in the keeper, every
process confined, every process killed and back, one service per folder, an orderly stop. usage: service_test.py PROGRAM"""
import json
import os
import signal
import sys

from installation import Installation, Steps, eventually


def main():
    steps = Steps()
    check = steps.check
    installation = Installation(sys.argv[1], 'service')
    folder = installation.folder

    def run(*arguments):
        done = installation.run(*arguments)
        return done.returncode, done.stdout

    try:
        code, out = run('init', folder, '--origin', installation.origin, '--listen', f'127.0.0.1:{installation.port}')
        check('init makes an installation', code == 0, out)
        check('init refuses to do it twice', run('init', folder)[0] == 1)
        check('the root key is for its owner alone', os.stat(f'{folder}/keys/root.key').st_mode & 0o77 == 0)
        check('a stopped service cannot be reached', run('status', folder)[0] == 3)

        installation.trust()
        installation.start()
        check('it answers over TLS that its own authority certifies', installation.healthy())
        check('a second service in the same folder is refused', run('serve', folder)[0] == 1)

        made = run('tenant', 'create', folder, '--name', 'Contoso', '--domain', 'contoso.example')[0] == 0
        check('a tenant is made', made)
        check('its domain belongs to it alone',
              run('tenant', 'create', folder, '--name', 'Other', '--domain', 'contoso.example')[0] == 1)
        for bad in ('UPPER.example', 'nodot', '-a.example', 'a..b', ''):
            check(f'the domain {bad!r} is refused', run('tenant', 'create', folder, '--name', 'X', '--domain', bad)[0] != 0)
        check('an environment is made',
              run('environment', 'create', folder, '--tenant', 'contoso.example', '--unique-name', 'sales')[0] == 0)
        check('an environment of an unknown tenant is refused',
              run('environment', 'create', folder, '--tenant', 'nobody.example', '--unique-name', 'other')[0] == 1)
        tenant = json.loads(run('tenant', 'list', folder, '--json')[1])['value'][0]

        def ready(roles=('keeper', 'control', 'hasher', 'edge')):
            rows = [p for p in installation.processes() if p['role'] in roles]
            return rows if {p['role'] for p in rows} == set(roles) and all(p['ready'] for p in rows) else None

        rows, _ = eventually(ready)
        for p in rows or []:
            for measure in ('no-new-privs', 'rlimits', 'no-dump', 'seccomp'):
                check(f"{p['role']} is confined by {measure}", measure in p['confinedBy'], p['confinedBy'])
        if os.geteuid() == 0:
            check('no process but the supervisor is root', all(p['uid'] != 0 for p in rows or []))
            place = f"{folder}/tenants/{tenant['id']}"
            owners = [os.stat(path).st_uid for path in (f'{place}/directory', f'{place}/audit')]
            owners += [os.stat(e.path).st_uid for e in os.scandir(f'{place}/environments')]
            check('each database folder has an owner of its own', len(set(owners)) == len(owners) and 0 not in owners)

        for role in ('keeper', 'control', 'edge', 'hasher'):
            killed = [p['pid'] for p in installation.processes(role)]
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            back, took = eventually(lambda: all(p['pid'] not in killed for p in ready() or [{'pid': killed[0]}])
                                    and installation.healthy() and 'contoso.example' in run('tenant', 'list', folder)[1])
            check(f'{role} killed: service is back, nothing acknowledged is lost', back)
            print(f'       after {took:.2f} s', flush=True)

        check('it stops in order', installation.stop() == 0)
        with open(f'{folder}/platform/control.db', 'rb') as f:
            content = f.read()
        check('the platform database is sealed on disk', b'Contoso' not in content and b'SQLite format' not in content)
    finally:
        installation.close(show_log=steps.failed > 0)
    return steps.report(least=30)


sys.exit(main())
