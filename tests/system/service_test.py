#!/usr/bin/env python3
"""The whole service as an operator runs it: init, serve, a tenant and an environment, TLS with the key in the keeper, every
process confined, every process killed and back, one service per folder, an orderly stop. usage: service_test.py PROGRAM"""
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

program = os.path.abspath(sys.argv[1])
environment = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')
steps = failures = 0


def check(what, good, detail=''):
    global steps, failures
    steps += 1
    failures += not good
    print(('ok     ' if good else 'FAILED ') + what + (f': {detail}' if detail and not good else ''), flush=True)


def run(*arguments):
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def eventually(probe, seconds=20):
    """Waits for an event by asking for it; returns the answer and how long it took."""
    start = time.monotonic()
    while True:
        try:
            answer = probe()
        except (OSError, ValueError):
            answer = None
        if answer or time.monotonic() - start > seconds:
            return answer, time.monotonic() - start
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def processes(folder):
    code, out, _ = run('status', folder, '--json')
    return json.loads(out)['processes'] if code == 0 else []


def main():
    folder = tempfile.mkdtemp(prefix='bailiwick-service-')
    port = free_port()
    origin = f'https://localhost:{port}'
    service = None
    try:
        code, out, error = run('init', folder, '--origin', origin, '--listen', f'127.0.0.1:{port}')
        check('init makes an installation', code == 0, error)
        check('init refuses to do it twice', run('init', folder)[0] == 1)
        check('the root key is for its owner alone', os.stat(f'{folder}/keys/root.key').st_mode & 0o77 == 0)
        check('a stopped service cannot be reached', run('status', folder)[0] == 3)

        log = open(f'{folder}/service.log', 'w')
        service = subprocess.Popen([program, 'serve', folder], env=environment, stderr=log)
        context = ssl.create_default_context(cafile=f'{folder}/tls/ca.pem')

        def health():
            with urllib.request.urlopen(f'{origin}/healthz', context=context, timeout=5) as answer:
                return json.load(answer)['status'] == 'ok'

        check('it answers over TLS that its own authority certifies', eventually(health)[0])
        check('a second service in the same folder is refused', run('serve', folder)[0] == 1)

        made, _ = eventually(lambda: run('tenant', 'create', folder, '--name', 'Contoso', '--domain', 'contoso.example')[0] == 0)
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
            rows = [p for p in processes(folder) if p['role'] in roles]
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
            killed = [p['pid'] for p in processes(folder) if p['role'] == role]
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            back, took = eventually(lambda: all(p['pid'] not in killed for p in ready() or [{'pid': killed[0]}]) and health() and 'contoso.example' in run('tenant', 'list', folder)[1])
            check(f'{role} killed: service is back, nothing acknowledged is lost', back)
            print(f'       after {took:.2f} s', flush=True)

        service.send_signal(signal.SIGTERM)
        check('it stops in order', service.wait(timeout=30) == 0)
        service = None
        with open(f'{folder}/tenants/{tenant["id"]}/../../platform/control.db', 'rb') as f:
            content = f.read()
        check('the platform database is sealed on disk', b'Contoso' not in content and b'SQLite format' not in content)
    finally:
        if service:
            service.send_signal(signal.SIGTERM)
            try:
                service.wait(timeout=30)
            except subprocess.TimeoutExpired:
                service.kill()
        if failures:
            with open(f'{folder}/service.log') as f:
                print(''.join(f.readlines()[-40:]))
        shutil.rmtree(folder, ignore_errors=True)
    print(f'{steps - failures} of {steps} steps held')
    return 1 if failures or steps < 30 else 0


sys.exit(main())
