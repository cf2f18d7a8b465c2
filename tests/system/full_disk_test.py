#!/usr/bin/env python3
"""The disk runs full under the whole service: writes are refused with a clear error of the right shape, reads go on, nothing is lost or
half-written, the audit logs stay whole, and all is well by itself when there is room, without a restart. The installation lies on a
small file system of memory that the test mounts: needs root, and is skipped without. usage: full_disk_test.py PROGRAM"""
import errno
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from installation import Browser, Installation, Steps, bearer, eventually

steps = Steps()
check = steps.check
SIZE = '40m'
SKIPPED = 77


class Filler:
    """A file that leaves as much room as is wanted."""

    def __init__(self, path):
        self.path = path

    def take(self):
        with open(self.path, 'ab', buffering=0) as f:
            for size in (1 << 20, 65536, 4096):
                try:
                    while True:
                        f.write(bytes(size))
                except OSError as e:
                    if e.errno != errno.ENOSPC:
                        raise

    def give(self, octets):
        os.truncate(self.path, max(0, os.path.getsize(self.path) - octets))

    def go(self):
        os.unlink(self.path)


class World:
    def __init__(self, installation, tenant, rows):
        self.installation, self.tenant, self.rows = installation, tenant, rows
        self.token = installation.token(tenant)
        self.made, self.refused, self.asked, self.tokens = {}, {}, 0, set()
        self.changes, self.gone, self.events_of_gone = set(), set(), set()
        self.strange = []

    def create(self):
        self.asked += 1
        title = f'row {self.asked}'
        answer = self.installation.request('POST', self.rows, {'tst_title': title.ljust(900, '.')}, bearer(self.token))
        if answer.status == 204:
            self.made[answer.headers['OData-EntityId'][-37:-1]] = (title, answer.headers['request-id'])
        elif answer.status == 507:
            self.refused[title] = answer
        elif answer.status != 503:
            self.strange.append(answer)
        return answer

    def sign_in(self):
        answer = self.installation.token_answer(self.tenant)
        if answer.status == 200:
            self.tokens.add(answer.headers['request-id'])
        return answer

    def read(self):
        return self.installation.request('GET', f'{self.rows}?$select=tst_title&$count=true', headers=bearer(self.token, Prefer='odata.maxpagesize=5000'))


def until_full(world):
    """Fills what a log that was longer before still has, until a write is refused."""
    return eventually(lambda: (lambda a: a if a.status == 507 else None)(world.create()), 30)[0]


def change_on_full_disk(world, method):
    """A checkpoint may free room at that very moment: then the write is acknowledged, it counts, and another one is tried."""
    for _ in range(8):
        some = next(iter(world.made))
        answer = world.installation.request(method, f'{world.rows}({some})', {'tst_title': 'changed on a full disk'} if method == 'PATCH' else None,
                                            bearer(world.token))
        if answer.status != 204:
            break
        world.changes.add(answer.headers['request-id'])
        if method == 'PATCH':
            world.made[some] = ('changed on a full disk', world.made[some][1])
        else:
            world.gone.add(some)
            world.events_of_gone.add(world.made.pop(some)[1])
        until_full(world)
    return answer


def team_on_full_disk(world):
    for n in range(8):
        answer = world.installation.request('POST', f"{world.tenant['api']}/teams", {'name': f'on a full disk {n}'}, bearer(world.token))
        if answer.status != 204:
            break
        until_full(world)
    return answer


def refusals(world, upn):
    installation, tenant = world.installation, world.tenant
    for what, attempt in (('a change', lambda: change_on_full_disk(world, 'PATCH')), ('a deletion', lambda: change_on_full_disk(world, 'DELETE')),
                          ('a new team', lambda: team_on_full_disk(world))):
        answer = attempt()
        check(f'{what}: 507 and an OData error that says why', answer.status == 507 and 'room' in answer.json()['error']['message'], answer)
    answer = eventually(lambda: (lambda a: a if a.status != 200 else None)(world.sign_in()), 20)[0]
    body = answer.json() if answer else {}
    check('a token: refused as OAuth refuses, since nothing would be in the log', answer and answer.status in (503, 507) and
          body.get('error') in ('temporarily_unavailable', 'server_error'), answer)
    page, _ = Browser(installation).authorize(tenant)
    check('the sign-in page is shown', page.status == 200 and b'<form' in page.body, page)
    answer = Browser(installation).sign_in(tenant, upn)
    check('a sign-in: refused with a page that says to try later', answer.status == 507 and b'<html' in answer.body and b'room' in answer.body, answer)
    done = installation.run('user', 'create', installation.folder, '--tenant', tenant['domain'], '--upn', 'late@contoso.example')
    check('the command line says why', done.returncode == 1 and 'room' in done.stderr.lower() + done.stdout.lower(), done)
    done = installation.run('tenant', 'create', installation.folder, '--name', 'Late', '--domain', 'late.example')
    check('no tenant is made', done.returncode == 1, done)


def reads(world, when):
    answer = world.read()
    check(f'{when}: rows are read', answer.status == 200 and answer.json()['@odata.count'] == len(world.made), (answer, len(world.made)))
    check(f'{when}: the definition of the tables is read', world.installation.request('GET', f"{world.tenant['api']}/$metadata",
                                                                                 headers=bearer(world.token)).status == 200)
    check(f'{when}: discovery and keys are read', world.installation.request('GET', f"/{world.tenant['id']}/v2.0/.well-known/openid-configuration").status == 200
          and world.installation.request('GET', f"/{world.tenant['id']}/discovery/v2.0/keys").status == 200)
    check(f'{when}: status is told', len(world.installation.processes()) > 6)


def recovers(world, upn, what):
    start = time.monotonic()
    back = eventually(lambda: world.create().status == 204 and world.sign_in().status == 200, 30)[0]
    check(f'{what}: writes and tokens go on by themselves', back, world.strange[-1:])
    check(f'{what}: people sign in', eventually(lambda: Browser(world.installation).sign_in(world.tenant, upn).status == 200, 20)[0])
    print(f'       after {time.monotonic() - start:.2f} s', flush=True)


def squeeze(world, filler, rounds):
    """A little room, and then none: each write meets the end of the disk at another place."""
    chance = random.Random(7)
    for _ in range(rounds):
        filler.give(chance.choice((8192, 20480, 49152, 131072, 262144)))
        for _ in range(chance.randrange(1, 5)):
            world.create()
        world.sign_in()
        filler.take()


def agree(world, when):
    titles = {r['tst_noteid']: r['tst_title'].rstrip('.') for r in world.read().json()['value']}
    check(f'{when}: each of {len(world.made)} acknowledged rows is there and no other', titles == {i: t for i, (t, _) in world.made.items()},
          (len(titles), len(world.made), list(set(titles.items()) ^ {(i, t) for i, (t, _) in world.made.items()})[:4]))
    check(f'{when}: none of {len(world.refused)} refused rows is', not set(titles.values()) & set(world.refused))


def audited(world):
    installation, tenant = world.installation, world.tenant
    want = {request for _, request in world.made.values()} | world.events_of_gone

    def complete():
        got = {e.get('req', {}).get('id') for e in installation.audit_events(tenant['id'], tenant['environment_id'])}
        return want <= got and world.tokens <= {e.get('req', {}).get('id') for e in installation.audit_events(tenant['id'])}

    check(f'the logs have each of {len(want)} rows and {len(world.tokens)} tokens', eventually(complete, 30)[0])
    events = installation.audit_events(tenant['id'], tenant['environment_id'])
    made = sorted(e['target']['id'] for e in events if e['op'] == 'create.row' and e['target'].get('table') == 'tst_note')
    check('one event for each row, none for a row that was refused', made == sorted({*world.made, *world.gone}), (len(made), len(world.made)))
    check('nothing of the refused change and deletion', {e['req']['id'] for e in events if e['op'] in ('update.row', 'delete.row')} == world.changes)
    for log in (None, tenant['environment_id']):
        numbers = [e['seq'] for e in installation.audit_events(tenant['id'], log)]
        check(f'the log of {len(numbers)} events has no gap', numbers == list(range(len(numbers))))
    eventually(lambda: all(l['size'] == l['signedSize'] for l in installation.operate('GET', f"/{tenant['id']}/audit/logs")['value']), 10)
    code, found = installation.verify()
    check('audit verify finds nothing', code == 0 and found.get('findings') == [], found)


def scenario(world, filler, upn):
    installation = world.installation
    for _ in range(20):
        world.create()
    before = {p['pid']: p['role'] for p in installation.processes()}
    reads(world, 'with room')
    filler.take()
    full = until_full(world)
    check('a full disk: 507 and an OData error that says why', full and 'room' in full.json()['error']['message'] and
          full.json()['error']['code'].startswith('0x'), full)
    reads(world, 'full')
    refusals(world, upn)
    reads(world, 'still full')
    squeeze(world, filler, 25)
    check('some of those writes found room', len(world.made) > 30 and len(world.refused) > 20, (len(world.made), len(world.refused)))
    filler.go()
    recovers(world, upn, 'room again')
    agree(world, 'room again')
    gone = {pid: role for pid, role in before.items() if pid not in {p['pid'] for p in installation.processes()}}
    check('no process ended', not gone, gone)
    # Now processes die while the disk is full: they come back, at the latest with the room.
    filler.take()
    until_full(world)
    for role in ('data', 'identity', 'recorder', 'control', 'keeper', 'edge'):
        for p in installation.processes(role):
            os.kill(p['pid'], signal.SIGKILL)
    answer = eventually(lambda: (lambda a: a if a.status in (200, 503, 507) else None)(world.read()), 20)[0]
    check('killed on a full disk: answered, or refused as unavailable', answer, answer)
    filler.go()
    recovers(world, upn, 'killed, and room again')
    agree(world, 'killed, and room again')
    audited(world)


def main():
    if os.geteuid() != 0:
        print('only root can mount a small file system: skipped')
        return SKIPPED
    mount = tempfile.mkdtemp(prefix='bailiwick-full-')
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={SIZE},mode=0755', 'tmpfs', mount], capture_output=True, text=True)
    if done.returncode:
        print(f'a small file system cannot be mounted: {done.stderr.strip()}: skipped')
        os.rmdir(mount)
        return SKIPPED
    os.chmod(mount, 0o755)
    installation = Installation(sys.argv[1], folder=f'{mount}/d')
    installation.log_path = f'{mount}.log'
    try:
        installation.init().start()
        tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        installation.person_make('contoso.example', 'ada')
        world = World(installation, tenant, installation.table_make(tenant, 'tst_note'))
        scenario(world, Filler(f'{mount}/filler'), 'ada@contoso.example')
        check('nothing was answered but success, no room and unavailability', not world.strange, world.strange[:3])
        check('it stops in order', installation.stop() == 0)
        installation.start()
        world.token = installation.token(tenant)
        agree(world, 'after a stop and a start')
    finally:
        installation.close(show_log=steps.failed > 0)
        subprocess.run(['umount', mount], check=False)
        os.rmdir(mount)
    return steps.report(least=35)


sys.exit(main())
