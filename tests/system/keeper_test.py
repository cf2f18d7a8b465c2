#!/usr/bin/env python3
"""The keeper and the supervisor as an operator meets them: a worker that cannot start is refused to its clients and comes back
when it can; the operator's own certificate and key; a root that a passphrase opens. usage: keeper_test.py PROGRAM"""
import base64
import json
import os
import signal
import ssl
import subprocess
import sys
import time

from installation import Installation, Steps, bearer, eventually

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


def make_certificate(folder, name, serial, kind=('ec', '-pkeyopt', 'ec_paramgen_curve:P-256')):
    """A self-signed certificate for localhost and its key, mode 0600."""
    subprocess.run(['openssl', 'req', '-x509', '-newkey', *kind, '-nodes', '-keyout', f'{folder}/{name}.key', '-out',
                    f'{folder}/{name}.pem', '-days', '30', '-subj', '/CN=localhost', '-set_serial', str(serial), '-addext',
                    'subjectAltName=DNS:localhost,IP:127.0.0.1'], check=True, capture_output=True)
    os.chmod(f'{folder}/{name}.key', 0o600)


def serial_shown(inst):
    """Of the certificate that a fresh connection is shown."""
    pem = ssl.get_server_certificate(('localhost', inst.port), timeout=5)
    done = subprocess.run(['openssl', 'x509', '-noout', '-serial'], input=pem, text=True, capture_output=True, check=True)
    return int(done.stdout.strip().removeprefix('serial='), 16)


def own_certificate(inst):
    """Certificate and key by configuration: read by a privileged supervisor, held by the keeper, replaced on SIGHUP, and only
    together. No restart, and never without a certificate."""
    own = f'{inst.folder}/own'
    os.mkdir(own, 0o700)
    make_certificate(own, 'first', 0x1001)
    make_certificate(own, 'second', 0x1002)
    make_certificate(own, 'rsa', 0x1003, ('rsa:2048',))
    for kind in ('pem', 'key'):
        os.symlink(f'first.{kind}', f'{own}/live.{kind}')
    with open(f'{inst.folder}/bailiwick.conf') as f:
        text = f.read()
    with open(f'{inst.folder}/bailiwick.conf', 'w') as f:
        f.write(text.replace('[tls]\n', f'[tls]\ncertificate = {own}/live.pem\nkey = {own}/live.key\n'))

    def use(certificate, key):
        for kind, name in (('pem', certificate), ('key', key)):
            os.unlink(f'{own}/live.{kind}')
            os.symlink(f'{name}.{kind}', f'{own}/live.{kind}')
        inst.service.send_signal(signal.SIGHUP)

    def log_gains(words, before):
        return eventually(lambda: inst.log_text().count(words) > before, 10)[0]

    inst.service.send_signal(signal.SIGHUP)
    check("the operator's own certificate is shown after SIGHUP", eventually(lambda: serial_shown(inst) == 0x1001, 10)[0])
    use('second', 'second')
    check('and the next one after the next', eventually(lambda: serial_shown(inst) == 0x1002, 10)[0])
    use('rsa', 'rsa')
    check('an RSA key too', eventually(lambda: serial_shown(inst) == 0x1003, 10)[0])

    words = 'new certificate; the old one stays in use: invalid: the keeper does not hold this certificate'
    before = inst.log_text().count(words)
    with open(f'{own}/garbage.key', 'w') as f:
        f.write('no key\n')
    os.chmod(f'{own}/garbage.key', 0o600)
    make_certificate(own, 'third', 0x1004)
    use('third', 'second')
    check('a certificate with another\'s key is refused with a clear message', log_gains(words, before), inst.log_tail(5))
    check('and the old one goes on', all(serial_shown(inst) == 0x1003 for _ in range(10)))
    before = inst.log_text().count('TLS key; the old one stays in use: invalid: not a private key')
    use('third', 'garbage')
    check('a key that is none is refused', log_gains('TLS key; the old one stays in use: invalid: not a private key', before))
    os.chmod(f'{own}/third.key', 0o644)
    before = inst.log_text().count("the TLS key's file can be read by everybody")
    use('third', 'third')
    check('a key that everybody may read is refused', log_gains("the TLS key's file can be read by everybody", before))
    check('and the old one still goes on', all(serial_shown(inst) == 0x1003 for _ in range(10)))
    os.chmod(f'{own}/third.key', 0o600)
    use('third', 'third')
    check('repaired, it is taken', eventually(lambda: serial_shown(inst) == 0x1004, 10)[0])
    for pid in [p['pid'] for p in inst.processes('keeper')]:
        os.kill(pid, signal.SIGKILL)
    check('a keeper that was killed holds it again', eventually(lambda: serial_shown(inst) == 0x1004, 10)[0])
    inst.context = ssl.create_default_context(cafile=f'{own}/third.pem')
    check('the service restarted shows it at once', inst.stop() == 0 and inst.start() and serial_shown(inst) == 0x1004)
    os.unlink(f'{own}/live.key')
    inst.stop()
    done = inst.run('serve', inst.folder)
    check('without the key file the service does not start, and says which', done.returncode == 1 and 'live.key' in done.stderr, done.stderr)


def passphrase_root(program):
    """The root key is sealed by a passphrase: from a file, from systemd's credentials, from a descriptor."""
    inst = Installation(program, 'passphrase')
    secrets_folder = f'{inst.folder}.secrets'
    os.mkdir(secrets_folder, 0o700)
    right, wrong = f'{secrets_folder}/bailiwick.passphrase', f'{secrets_folder}/wrong'
    for path, text in ((right, 'correct horse battery staple\n'), (wrong, 'correct horse battery stable\n')):
        with open(path, 'w') as f:
            f.write(text)
        os.chmod(path, 0o600)

    def serve(*arguments, **options):
        return subprocess.run([inst.program, 'serve', inst.folder, *arguments], env={**inst.environment, **options.pop('env', {})},
                              capture_output=True, text=True, timeout=60, **options)

    def healthy_with(**variables):
        inst.start(**variables)
        return inst.stop() == 0

    try:
        init = ['init', inst.folder, '--origin', inst.origin, '--listen', f'127.0.0.1:{inst.port}', '--root', 'passphrase']
        check('init wants a passphrase', inst.run(*init).returncode == 1)
        short = f'{secrets_folder}/short'
        with open(short, 'w') as f:
            f.write('too short\n')
        os.chmod(short, 0o600)
        check('and not a short one', inst.run(*init, '--passphrase-file', short).returncode == 1)
        done = inst.run(*init, '--passphrase-file', right)
        check('init with a passphrase file', done.returncode == 0, done.stderr)
        check('no root key lies about', sorted(os.listdir(f'{inst.folder}/keys')) == ['keys.store', 'root.passphrase'])
        inst.trust()
        done = serve()
        check('serve without a passphrase: exit status 1 and how to give one',
              done.returncode == 1 and '--passphrase-file' in done.stderr, done.stderr)
        began = time.monotonic()
        done = serve('--passphrase-file', wrong)
        check('a wrong passphrase: exit status 1 and a clear word',
              done.returncode == 1 and 'the passphrase does not open the root key' in done.stderr, done.stderr[-600:])
        check('and it does not try again and again', time.monotonic() - began < 30 and done.stderr.count('does not open') == 1)
        os.chmod(right, 0o644)
        done = serve('--passphrase-file', right)
        check('a passphrase that everybody may read is refused', done.returncode == 1 and 'read by everybody' in done.stderr)
        os.chmod(right, 0o600)
        check("systemd's credentials open it", healthy_with(CREDENTIALS_DIRECTORY=secrets_folder))

        read, write = os.pipe()
        os.write(write, b'correct horse battery staple')
        os.close(write)
        with open(inst.log_path, 'a') as log:
            inst.service = subprocess.Popen([inst.program, 'serve', inst.folder], stderr=log, pass_fds=[read],
                                            env={**inst.environment, 'BAILIWICK_PASSPHRASE_FD': str(read)}, start_new_session=True)
        os.close(read)
        check('a descriptor opens it', eventually(inst.healthy, 30)[0])
        eventually(lambda: inst.processes('keeper'))
        killed = [p['pid'] for p in inst.processes('keeper')]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        back, _ = eventually(lambda: [p for p in inst.processes('keeper') if p['ready'] and p['pid'] not in killed] and inst.healthy())
        check('a keeper that was killed opens it again, though the pipe is spent', killed and back)
        keeper_pid = inst.processes('keeper')[0]['pid']
        check('no child learns where it came from', os.geteuid() != 0 or
              b'PASSPHRASE' not in open(f'/proc/{keeper_pid}/environ', 'rb').read())
        check('it stops in order', inst.stop() == 0)
    finally:
        inst.close(show_log=bool(steps.failed))
        for name in os.listdir(secrets_folder):
            os.unlink(f'{secrets_folder}/{name}')
        os.rmdir(secrets_folder)


def key_set(inst, tenant):
    answer = inst.request('GET', f'/{tenant}/discovery/v2.0/keys')
    return [key['kid'] for key in answer.json()['keys'] if key['kty'] == 'EC'] if answer.status == 200 else []


def kid_of(token):
    head = token.split('.')[0]
    return json.loads(base64.urlsafe_b64decode(head + '=' * (-len(head) % 4)))['kid']


def rotation(inst):
    """Signing keys are followed by others: by command, without a gap, with a keeper that is killed at each step."""
    tenant = inst.tenant_make('Fabrikam', 'fabrikam.example', 'plant')
    domain, rows = 'fabrikam.example', '/e/plant/api/data/v9.2/WhoAmI'

    def accepted(token):
        return inst.request('GET', rows, headers=bearer(token)).status == 200

    def signs():
        answer = inst.token_answer(tenant)
        return answer.status == 200 and accepted(answer.json()['access_token'])

    first = inst.token(tenant)
    check('a token is accepted', accepted(first))
    known = key_set(inst, domain)
    check('the key set holds the key that signs and the next', len(known) == 2 and kid_of(first) in known, known)
    check('of private members there are none', not {'d', 'p', 'q', 'k'} & set(
        inst.request('GET', f'/{domain}/discovery/v2.0/keys').json()['keys'][0]))
    refused = inst.run('key', 'rotate', inst.folder, '--tenant', domain)
    check('a next key that is only minutes old does not sign yet', refused.returncode != 0 and '24 hours' in refused.stderr + refused.stdout,
          refused)
    made = inst.command('key', 'rotate', inst.folder, '--tenant', domain, '--now', '--json')['value'][0]
    check('with --now it does', made['signed'] == kid_of(first) and made['signs'] in known, made)
    second = inst.token(tenant)
    check('it signs the next token', kid_of(second) == made['signs'])
    check('which the data worker accepts at once', accepted(second))
    check('and tokens of the retired key as well', accepted(first))
    again = inst.command('key', 'rotate', inst.folder, '--tenant', domain, '--now', '--json')['value'][0]
    third = inst.token(tenant)
    check('a key that no worker had heard of is asked for', kid_of(third) == again['signs'] and again['signs'] not in known and
          eventually(lambda: accepted(third), 10)[0])
    check('the older ones still count', accepted(first) and accepted(second))

    inst.command('key', 'rotate', inst.folder, '--tenant', domain, '--remove')
    last = inst.token(tenant)
    check('after --remove the new key signs', eventually(lambda: accepted(last), 10)[0])
    check('what was signed before is void within a minute', eventually(lambda: not any(accepted(token) for token in (first, second, third)), 70)[0])
    check('and the key set holds two keys', eventually(lambda: len(key_set(inst, domain)) == 2, 70)[0], key_set(inst, domain))

    def told(op):
        return [e for e in inst.operate('GET', f'/audit/events?op={op}&limit=100')['value'] if e['target']['id'] == tenant['id']]

    check('the installation\'s log tells both rotations, by kid', eventually(lambda: len(told('rotate.key')) == 2, 10)[0] and
          made['signs'] in json.dumps(told('rotate.key')) and again['signs'] in json.dumps(told('rotate.key')), told('rotate.key'))
    check('and the removal', eventually(lambda: len(told('revoke.key')) == 1, 10)[0], told('revoke.key'))

    tokens = [last]
    for point in ('keys.rotate.activated', 'keys.rotate.retired', 'keys.rotate.done', 'keys.store.compacted'):
        with open(f'{inst.folder}/run/fault', 'w') as f:
            f.write(f'keeper {point}')
        old = inst.processes('keeper')[0]['pid']
        os.kill(old, signal.SIGKILL)
        eventually(lambda: [p for p in inst.processes('keeper') if p['ready'] and p['pid'] != old])
        armed = inst.processes('keeper')[0]['pid']
        inst.run('key', 'rotate', inst.folder, '--tenant', domain, '--now')
        if os.path.exists(f'{inst.folder}/run/fault'):
            os.unlink(f'{inst.folder}/run/fault')
        check(f'the keeper dies at {point}', eventually(lambda: [p for p in inst.processes('keeper') if p['ready'] and
                                                                 p['pid'] not in (old, armed)], 15)[0], inst.log_tail(5))
        check('afterwards tokens are signed and accepted', eventually(signs, 15)[0])
        tokens.append(inst.token(tenant))
        check('and so is every one signed before', all(accepted(token) for token in tokens))


def main():
    inst = Installation(sys.argv[1], 'keeper')
    try:
        inst.init().start()
        a_worker_that_cannot_start(inst)
        rotation(inst)
        own_certificate(inst)
    finally:
        inst.close(show_log=bool(steps.failed))
    passphrase_root(sys.argv[1])
    return steps.report(60)


sys.exit(main())
