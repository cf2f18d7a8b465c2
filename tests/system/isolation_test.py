#!/usr/bin/env python3
"""An attacker runs code inside a data worker of tenant A (tests/attack) and reaches for tenant B, the keeper, other processes and the
machine. Each attempt fails; each that a process of ours or the kernel's filter can see is told; B does not notice.
usage: isolation_test.py PROGRAM-WITH-THE-ATTACKER"""
import os
import re
import sys
import time

from installation import Browser, Installation, Steps, bearer, eventually

steps = Steps()
check = steps.check
REFUSED = ('EACCES', 'EPERM')


class Attacker:
    """Speaks to the attacker in A's data workers, of which there are several: one that was killed is not needed again."""

    def __init__(self, installation, tenant, ids):
        self.installation, self.tenant, self.ids, self.names, self.used = installation, tenant, ids, list(ids), 0

    def fresh(self):
        """An environment of A whose worker has not been killed yet."""
        self.used += 1
        return self.names[self.used - 1]

    def attempt(self, name, environment=None, **facts):
        environment = environment or self.names[-1]
        return self.installation.operator('POST', f'/e/{environment}/attack/v1/{name}', {k: str(v) for k, v in facts.items()})

    def worker(self, environment):
        found = eventually(lambda: [p for p in self.installation.processes('data') if p['ready'] and p['environmentId'] == self.ids[environment]])
        return found[0][0]['pid']


def files(attacker, a, b):
    folder = attacker.installation.folder
    place_a, place_b = f"{folder}/tenants/{a['id']}", f"{folder}/tenants/{b['id']}"
    env_b, env_a = f"{place_b}/environments/{b['environment_id']}", f"{place_a}/environments/{a['environment_id']}"
    keeper = attacker.installation.processes('keeper')[0]['pid']
    own = f"{place_a}/environments/{attacker.ids[attacker.names[-1]]}"
    check('its own folder can be listed: the attempts are real', attacker.attempt('list', path=own).json()['result'] >= 0)
    targets = [
        (f'{place_b}/directory/directory.db', "B's directory"), (f'{env_b}/environment.db', "B's environment"),
        (f'{place_b}/audit/audit.db', "B's audit database"), (f'{place_a}/directory/directory.db', "A's own directory"),
        (f'{place_a}/audit/audit.db', "A's own audit database"), (f'{env_a}/environment.db', 'another environment of A'),
        (f'{folder}/platform/control.db', 'the platform database'), (f'{folder}/audit/audit.db', "the installation's audit database"),
        (f'{folder}/keys/keys.store', 'the key store'), (f'{folder}/keys/root.key', 'the root key'),
        (f'{folder}/bailiwick.conf', 'the configuration'), (f'{folder}/tls/server.pem', 'the certificate'),
        (f'{folder}/run/supervisor.pid', 'the pid file'), ('/etc/passwd', '/etc/passwd'), ('/etc/shadow', '/etc/shadow'),
        (f'/proc/{keeper}/mem', "the keeper's memory"), (f'/proc/{keeper}/environ', "the keeper's environment"),
        ('/proc/self/mem', 'its own memory as a file'), ('/dev/mem', '/dev/mem'),
    ]
    for path, what in targets:
        if not path.startswith('/dev') and not os.path.exists(path):
            check(f'{what} exists', False, path)
        for how in ('open', 'open-write'):
            got = attacker.attempt(how, path=path).json()
            check(f"{what} cannot be opened to {'read' if how == 'open' else 'write'}", got['result'] == -1 and got['errno'] in REFUSED or
                  not os.path.exists(path), got)
    for path in (place_b, f'{place_b}/directory', env_b, f'{folder}/keys', f'{folder}/tenants', folder, '/', '/tmp', '/proc'):
        got = attacker.attempt('list', path=path).json()
        check(f'the folder {path.replace(folder, "DIR")} cannot be listed', got['result'] == -1 and got['errno'] in REFUSED, got)
    for path in ('/tmp/bailiwick-attack', f'{folder}/stolen', f'{env_b}/planted.db', f'{place_a}/planted', f'{folder}/run/fault', '/dev/shm/x'):
        got = attacker.attempt('make-file', path=path).json()
        check(f'no file is made at {path.replace(folder, "DIR")}', got['result'] == -1 and got['errno'] in REFUSED and not os.path.exists(path), got)
    got = attacker.attempt('link', path=f'{env_b}/environment.db').json()
    check("B's file is not linked to", got['result'] == -1 and got['errno'] in REFUSED, got)


def keeper(attacker, a, b):
    installation = attacker.installation
    asked = [
        ('database-keys', "B's database key", {'tenant': b['id'], 'log': b['environment_id']}, 'refused request 1 of data'),
        ('sign-token', "a token of B", {'tenant': b['id'], 'issuer': f"{installation.origin}/{b['id']}/v2.0"}, 'refused request 4 of data'),
        ('sign-token', "a token of A's own", {'tenant': a['id'], 'issuer': f"{installation.origin}/{a['id']}/v2.0"}, 'refused request 4 of data'),
        ('sign-checkpoint', "a checkpoint of B's log", {'log': b['id']}, 'refused request 6 of data'),
        ('checkpoint-state', "the state of B's log", {'log': b['id']}, 'refused request 7 of data'),
        ('sign-tls', 'a signature for TLS', {}, 'refused request 8 of data'),
        ('ticket-keys', 'the keys of TLS tickets', {}, 'refused request 9 of data'),
        ('create-database', 'a database key of its own making', {'tenant': b['id']}, 'refused request 11 of data'),
        ('unknown-request', 'a request that does not exist', {}, 'refused request 77 of data'),
    ]
    check('the keeper grants what is its own: the attempts are real', attacker.attempt('own-keys').json()['answer'] == 'granted')
    for attempt, what, facts, line in asked:
        mark = len(installation.log_text())
        got = attacker.attempt(attempt, **facts).json()
        check(f'the keeper refuses {what}', got['result'] == -1 and got['answer'] not in ('granted', 'no answer', ''), got)
        check(f'the refusal of {what} is told', eventually(lambda: f"{line} of tenant {a['id']}" in installation.log_text()[mark:], 5)[0])


def filtered(attacker):
    """Calls that the filter answers, and calls that it ends the process for."""
    installation = attacker.installation
    pids = {role: installation.processes(role)[0]['pid'] for role in ('keeper', 'control', 'recorder', 'edge')}
    pids['supervisor'] = installation.service.pid
    for what, facts in (('mprotect', {}), ('dumpable', {})):
        got = attacker.attempt(what, **facts).json()
        check(f'{what}: not permitted', got['result'] == -1 and got['errno'] == 'EPERM', got)
    fatal = [('tgkill', {'pid': pids['keeper']}), ('sigqueue', {'pid': pids['edge']}), ('clone', {}), ('kill', {'pid': pids['keeper']}), ('kill', {'pid': pids['supervisor']}), ('ptrace', {'pid': pids['keeper']}),
             ('process-vm-readv', {'pid': pids['control']}), ('pidfd', {'pid': pids['recorder']}), ('execve', {}), ('socket', {}),
             ('connect', {'path': f'{installation.folder}/run/control.sock'}), ('setuid', {}), ('unshare', {}), ('chroot', {}), ('bpf', {})]
    for what, facts in fatal:
        environment = attacker.fresh()
        pid = attacker.worker(environment)
        answer = attacker.attempt(what, environment, **facts)
        check(f'{what}: the attempt has no answer', answer.status in (502, 503), answer)
        told = eventually(lambda: f'(pid {pid}) tried a forbidden system call and was killed' in installation.log_text(), 5)[0]
        check(f'{what}: the worker is ended for it, and that is told', told)
    still = {p['pid'] for p in installation.processes()}
    check('no other process was touched', set(pids.values()) - {pids['supervisor']} <= still, (pids, still))


def channels(attacker, a, b):
    installation = attacker.installation
    for what, facts in (('provision', {}), ('want-worker', {'tenant': b['id']}), ('routing-table', {})):
        environment = attacker.fresh()
        pid = attacker.worker(environment)
        attacker.attempt(what, environment, **facts)
        told = eventually(lambda: re.search(rf'\(pid {pid}\) sent a message of kind \d+, which it may not: it is ended', installation.log_text()), 5)[0]
        check(f'{what}: a message that only others may send ends the worker, and that is told', told)
    check('no place was made', not os.path.exists(f'{installation.folder}/tenants/00000000-0000-4000-8000-00000000dead'))
    environment = attacker.fresh()
    pid, mark = attacker.worker(environment), len(installation.log_text())
    attacker.attempt('babble', environment)
    told = eventually(lambda: 'does not speak our language' in installation.log_text()[mark:] and
                      'refused request' in installation.log_text()[mark:] and 'that it does not have' in installation.log_text()[mark:], 5)[0]
    check('octets without meaning on every channel are told by the recorder, the keeper and the edge', told)
    check('the edge lets go of the worker that sent them', pid and installation.request('GET', f'/e/{environment}/api/data/v9.2/WhoAmI').status == 401)


def main():
    installation = Installation(sys.argv[1], 'isolation')
    try:
        if os.geteuid() != 0:
            print('       not root: one uid for all; Landlock and the filter must hold alone')
        installation.init().start()
        a = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        b = installation.tenant_make('Fabrikam', 'fabrikam.example', 'other')
        installation.person_make('fabrikam.example', 'bob')
        rows = installation.table_make(b, 'tst_note')
        ids = {n: installation.command('environment', 'create', installation.folder, '--tenant', a['id'], '--unique-name', n, '--json')['id']
               for n in (f'camp{i}' for i in range(21))}
        attacker = Attacker(installation, a, ids)
        for name in ids:
            installation.operator('GET', f'/e/{name}/api/data/v9.2/WhoAmI')
        token = installation.token(b)
        check('B has a row', installation.request('POST', rows, {'tst_title': "B's own"}, bearer(token)).status == 204)
        of_b = {p['pid'] for p in installation.processes() if p.get('tenantId') == b['id']}
        begin = time.monotonic()
        files(attacker, a, b)
        keeper(attacker, a, b)
        filtered(attacker)
        channels(attacker, a, b)
        print(f'       {time.monotonic() - begin:.1f} s', flush=True)
        check("none of B's processes ended", of_b <= {p['pid'] for p in installation.processes()})
        got = installation.request('GET', rows, headers=bearer(token))
        check('B reads its row and signs in', got.status == 200 and [r['tst_title'] for r in got.json()['value']] == ["B's own"] and
              Browser(installation).sign_in(b, 'bob@fabrikam.example').status == 200, got)
        back = eventually(lambda: installation.request('GET', f"/e/{attacker.names[0]}/api/data/v9.2/WhoAmI", headers={}).status == 401)[0]
        check('a worker that was ended has a successor', back)
        eventually(lambda: all(log['size'] == log['signedSize'] for t in (a, b) for log in installation.operate('GET', f"/{t['id']}/audit/logs")['value']), 10)
        def refused():
            listed = installation.command('audit', 'events', installation.folder, '--op', 'refuse.key', '--json')['value']
            return [e for e in listed if e['actor']['id'] == 'data' and e['target'].get('id') == a['id'] and e['result'] == 'denied']
        check("the keeper's refusals are in the installation's log", eventually(refused, 10)[0], refused())
        check('once a minute for each reason, however often it was tried', len(refused()) < 12, len(refused()))
        code, found = installation.verify()
        check('the audit logs verify', code == 0 and found.get('findings') == [], found)
    finally:
        installation.close(show_log=steps.failed > 0)
    return steps.report(least=100)


sys.exit(main())
