#!/usr/bin/env python3
"""Every process is killed under load, at named fault points (host/fault.h) and wherever it happens to be, the supervisor too. Then:
whatever was acknowledged is there; a row, its audit events and its values agree; no log has a gap or a finding; and all of that
again after a stop and a start. Needs a build with -Dfaults=true. usage: crash_test.py PROGRAM [ROUND...]"""
import http.client
import json
import os
import re
import signal
import ssl
import sys
import threading
import time

from installation import Browser, Installation, Steps, ask, bearer, eventually

steps = Steps()
check = steps.check
SECONDS_ALLOWED = 15  # two are promised; sanitizers and a loaded machine get more, and what it took is printed

POINTS = {  # role: fault points and visits; None: SIGKILL wherever it is
    'data': ['store.commit.before:6', 'store.commit.after:6', 'audit.emit.inserted:4', 'store.log.before_frame:20',
             'store.log.before_sync:5', 'store.log.synced:5', 'audit.pump.sent:3', 'audit.pump.removed:3', 'store.checkpoint.before',
             'store.database.before_write:2', 'store.checkpoint.before_anchor', 'store.anchor.sidecar_written', None],
    'recorder': ['audit.record.inserted:3', 'audit.record.before_commit:3', 'audit.record.committed:3', 'audit.entries.written:2',
                 'audit.entries.synced:2', 'audit.tile.written:2', 'audit.tiles.synced:2', 'audit.checkpoint.before_sign:2',
                 'audit.checkpoint.signed:2', 'audit.checkpoint.written:2', 'audit.ack.before:3', 'audit.ack.sent:3',
                 'audit.open.replayed', None],
    'identity': ['store.commit.before:4', 'store.commit.after:4', 'audit.emit.inserted:3', None],
    'keeper': ['keys.store.before_append:3', 'keys.store.written:2', 'keys.store.appended:3', None],
    'control': ['store.commit.before:2', 'store.commit.after:2', None],
    'edge': [None],
    'hasher': [None],
    'supervisor': [None, None],
}


def rounds(wanted):
    """Roles in turn: one that has just been killed serves for a while before it is killed again."""
    left = {role: list(points) for role, points in POINTS.items() if not wanted or role in wanted}
    while any(left.values()):
        for role, points in left.items():
            if points:
                yield role, points.pop(0)




class Load:
    """Clients that write and sign in until told to stop, and remember what was acknowledged and what was only asked for."""

    def __init__(self, installation, tenant, rows):
        self.installation, self.tenant, self.rows = installation, tenant, rows
        self.token = installation.token(tenant)
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.created, self.asked = {}, set()      # id -> title of the acknowledged; titles that were asked for
        self.values = {}                          # id -> [last acknowledged, last asked for]
        self.requests = {'data': set(), 'identity': set()}
        self.sign_ins = self.refused = self.lost = 0
        self.strange = []
        jobs = [(self.create, i) for i in range(3)] + [(self.patch, i) for i in range(3)] + [(self.credentials, 0), (self.people, 0)]
        self.threads = [threading.Thread(target=self.run, args=job, daemon=True) for job in jobs]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)

    def run(self, job, index):
        connection, count = None, 0
        while not self.stopping.is_set():
            count += 1
            try:
                connection = connection or self.installation.connection(10)
                answer = job(connection, f'{index}-{count}')
                if answer.status in (502, 503, 504):
                    self.refused += 1
                elif answer.status >= 400:
                    self.strange.append(answer)
            except (OSError, ssl.SSLError, http.client.HTTPException):
                self.lost += 1
                connection = connection and connection.close()
                self.stopping.wait(0.02)

    def acknowledged(self, kind, answer):
        with self.lock:
            self.requests[kind].add(answer.headers['request-id'])

    def create(self, connection, title):
        with self.lock:
            self.asked.add(title)
        answer = ask(connection, 'POST', self.rows, {'tst_title': title, 'tst_amount': 0}, bearer(self.token))
        if answer.status == 204:
            self.acknowledged('data', answer)
            with self.lock:
                self.created[answer.headers['OData-EntityId'][-37:-1]] = title
        return answer

    def patch(self, connection, name):
        """Each thread counts its own row up, so that a later value is always a larger one."""
        thread = name.split('-')[0]
        with self.lock:
            row = next((r for r, t in self.created.items() if t == f'patched {thread}'), None)
        if not row:
            return self.create(connection, f'patched {thread}')
        with self.lock:
            value = self.values.setdefault(row, [0, 0])
            value[1] += 1
            wanted = value[1]
        answer = ask(connection, 'PATCH', f'{self.rows}({row})', {'tst_amount': wanted}, bearer(self.token, **{'If-Match': '*'}))
        if answer.status == 204:
            self.acknowledged('data', answer)
            with self.lock:
                value[0] = wanted
        return answer

    def credentials(self, connection, _):
        answer = self.installation.token_answer(self.tenant)
        if answer.status == 200:
            self.acknowledged('identity', answer)
        return answer

    def people(self, connection, _):
        answer = Browser(self.installation).sign_in(self.tenant, 'ada@contoso.example')
        if answer.status == 200 and answer.body.startswith(b'{'):
            self.acknowledged('identity', answer)
            self.sign_ins += 1
        elif answer.status == 200 and b'role="alert"' in answer.body:
            answer.status = 503  # the page says that the service is busy; a wrong password would be told the same way
        return answer


def pid_of(installation, tenant, role):
    """The process that serves this tenant, where there is one of its own; waits until it has served long enough that its last
    death is forgiven, since one that dies at every start is another matter (proc/restart.h)."""
    def find():
        rows = [p for p in installation.processes(role) if p['ready'] and not p.get('failures')]
        own = [p for p in rows if p.get('tenantId') == tenant['id']]
        return own if role in ('data', 'identity', 'recorder') else rows

    return eventually(find)[0][0]['pid']


def works(installation, load):
    title = f'probe {time.monotonic_ns()}'
    probe = installation.connection(5)
    try:
        return load.create(probe, title).status == 204 and installation.token_answer(load.tenant).status == 200 and \
            installation.operator('GET', f"/{load.tenant['id']}/audit/logs").status == 200
    finally:
        probe.close()


def provision(installation, number):
    """Something for control and keeper to write: a tenant. True when it was acknowledged."""
    return installation.run('tenant', 'create', installation.folder, '--name', f'T{number}', '--domain', f't{number}.example').returncode == 0


def second_death(installation, tenants, role, number, mark):
    """The process that was armed has died after the one that it replaced."""
    if role in ('keeper', 'control') and provision(installation, f'{number}-{time.monotonic_ns()}'):
        tenants.append(number)
    return len(re.findall(f'"{role}[^"]* \\(pid \\d+\\) was ended by signal 9', installation.log_text()[mark:])) >= 2


def kill_round(installation, load, tenants, number, role, point):
    if role == 'supervisor':
        installation.service.kill()
        installation.service.wait()
        died = time.monotonic()
        installation.start()
    else:
        first, mark = pid_of(installation, load.tenant, role), len(installation.log_text())
        if point:
            with open(f'{installation.folder}/run/fault', 'w') as f:
                f.write(f'{role} {point}')
        os.kill(first, signal.SIGKILL)
        died = time.monotonic()
        if point and check(f'{role} dies at {point}', eventually(lambda: second_death(installation, tenants, role, number, mark), 15)[0]):
            died = time.monotonic()
        elif os.path.exists(f'{installation.folder}/run/fault'):
            os.unlink(f'{installation.folder}/run/fault')
    back = eventually(lambda: works(installation, load), SECONDS_ALLOWED)[0]
    took = time.monotonic() - died
    check(f"{role} killed{' at ' + point if point else ''}: back", back, 'not in time')
    print(f'       after {took:.2f} s', flush=True)
    return took


# --- afterwards ---

def all_rows(installation, load):
    found, path = [], f'{load.rows}?$select=tst_title,tst_amount'
    while path:
        answer = installation.request('GET', path, headers=bearer(load.token, Prefer='odata.maxpagesize=1000')).json()
        found += answer['value']
        path = answer.get('@odata.nextLink', '').removeprefix(installation.origin)
    return {r['tst_noteid']: r for r in found}


def rows_agree(installation, load, when):
    rows = all_rows(installation, load)
    missing = [i for i, title in load.created.items() if rows.get(i, {}).get('tst_title') != title]
    check(f'{when}: each of {len(load.created)} acknowledged rows is there', not missing, missing[:5])
    unasked = [r for r in rows.values() if r['tst_title'] not in load.asked]
    check(f'{when}: no row that nobody asked for', not unasked, unasked[:5])
    wrong = {i: (v, rows[i]['tst_amount']) for i, v in load.values.items() if not v[0] <= rows[i]['tst_amount'] <= v[1]}
    check(f'{when}: the counted rows hold the last acknowledged value or a later one that was asked for', not wrong, wrong)
    return rows


def events_agree(installation, load, rows):
    """Waits for the pumps to bring the last events."""
    tenant = load.tenant

    def complete():
        events = installation.audit_events(tenant['id'], tenant['environment_id'])
        return events if load.requests['data'] <= {e.get('req', {}).get('id') for e in events} else None

    events = eventually(complete, 30)[0] or installation.audit_events(tenant['id'], tenant['environment_id'])
    asked = {e.get('req', {}).get('id') for e in events}
    check(f"the environment's log has each of {len(load.requests['data'])} acknowledged writes", load.requests['data'] <= asked,
          len(load.requests['data'] - asked))
    made = [e['target']['id'] for e in events if e['op'] == 'create.row' and e['target'].get('table') == 'tst_note']
    check('one event for the making of each row that is there, and none for one that is not', sorted(made) == sorted(rows),
          (len(made), len(rows), list(set(made) ^ set(rows))[:5]))
    for row in load.values:
        values = [e['changes']['tst_amount']['new'] for e in events if e['op'] == 'update.row' and e['target']['id'] == row]
        old = [e['changes']['tst_amount'].get('old') for e in events if e['op'] == 'update.row' and e['target']['id'] == row]
        check('the events of a counted row tell its values one after the other, up to the present one',
              values == sorted(set(values)) and old == [0] + values[:-1] and values[-1:] == [rows[row]['tst_amount']], (values[-5:], old[-5:], rows[row]))
    signed = eventually(lambda: load.requests['identity'] <= {e.get('req', {}).get('id') for e in installation.audit_events(tenant['id'])}, 30)[0]
    check(f"the tenant's log has each of {len(load.requests['identity'])} acknowledged tokens", signed)
    return events + installation.audit_events(tenant['id'])


def logs_are_whole(installation, tenant, events, when):
    for log in {e['log'] for e in events}:
        numbers = [e['seq'] for e in events if e['log'] == log]
        check(f'{when}: the log of {len(numbers)} events has no gap', numbers == list(range(len(numbers))))
    ids = [e['id'] for e in events]
    check(f'{when}: no event is there twice', len(ids) == len(set(ids)))
    eventually(lambda: all(log['size'] == log['signedSize'] for log in installation.operate('GET', f"/{tenant['id']}/audit/logs")['value']), 10)
    code, found = installation.verify()
    check(f'{when}: audit verify finds nothing', code == 0 and found.get('findings') == [] and found['events'] >= len(events) - 5, found)


def main():
    installation = Installation(sys.argv[1], 'crash')
    wanted = sys.argv[2:]
    begin = time.monotonic()
    try:
        installation.init().start()
        tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        installation.person_make('contoso.example', 'ada')
        rows_path = installation.table_make(tenant, 'tst_note', [('tst_amount', 'Integer')])
        tenants, took = [], []
        with Load(installation, tenant, rows_path) as load:
            for number, (role, point) in enumerate(rounds(wanted)):
                took.append(kill_round(installation, load, tenants, number, role, point))
        print(f'       {len(load.created)} rows, {sum(v[0] for v in load.values.values())} changes, {load.sign_ins} sign-ins, '
              f"{len(load.requests['identity'])} tokens; {load.refused} refused, {load.lost} connections lost; "
              f'back after {sum(took) / len(took):.2f} s on average, {max(took):.2f} s at most', flush=True)
        check('nothing was answered but success and unavailability', not load.strange, load.strange[:3])
        check('there was load', len(load.created) > 50 and load.sign_ins > 3 and len(load.requests['identity']) > 20)
        rows = rows_agree(installation, load, 'under way')
        events = events_agree(installation, load, rows)
        logs_are_whole(installation, tenant, events, 'under way')
        check('it stops in order', installation.stop() == 0)
        installation.start()
        load.token = installation.token(tenant)
        rows_agree(installation, load, 'after a stop and a start')
        made = len(json.loads(installation.run('tenant', 'list', installation.folder, '--json').stdout)['value'])
        check(f'{len(tenants)} acknowledged tenants are there', made >= 1 + len(tenants), made)
        again = installation.audit_events(tenant['id'], tenant['environment_id'])
        check('the log only grew', {e['id'] for e in events if e['env']} <= {e['id'] for e in again} | {e['id'] for e in events if not e['env']})
        check('no system call was forbidden', 'forbidden system call' not in installation.log_text())
        check('no sanitizer complained', not re.search('ERROR: AddressSanitizer|runtime error', installation.log_text()))
    finally:
        installation.close(show_log=steps.failed > 0)
    print(f'       {time.monotonic() - begin:.0f} s', flush=True)
    return steps.report(least=1 if wanted else 80)


sys.exit(main())
