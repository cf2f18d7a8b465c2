#!/usr/bin/env python3
"""SIGHUP under load: certificates and limits change, again and again, while clients hold connections and make new ones, write and
read; none of their requests fails, and what is wrong in a new configuration leaves the old in force. usage: reload_test.py PROGRAM"""
import os
import signal
import subprocess
import sys
import threading

from installation import Installation, Steps, ask, bearer, eventually

steps = Steps()
check = steps.check


def make_authority(folder):
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', f'{folder}/ca.key',
                    '-out', f'{folder}/ca.pem', '-days', '30', '-subj', '/CN=Test authority',
                    '-addext', 'keyUsage=critical,keyCertSign,cRLSign'], check=True, capture_output=True)


def make_certificate(folder, serial):
    """A certificate for localhost by the test's own authority, and its key."""
    name = f'{folder}/{serial}'
    subprocess.run(['openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', f'{name}.key', '-out',
                    f'{name}.csr', '-subj', '/CN=localhost'], check=True, capture_output=True)
    with open(f'{name}.ext', 'w') as f:
        f.write('subjectAltName=DNS:localhost\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\nkeyUsage=critical,digitalSignature\n')
    subprocess.run(['openssl', 'x509', '-req', '-in', f'{name}.csr', '-CA', f'{folder}/ca.pem', '-CAkey', f'{folder}/ca.key', '-set_serial',
                    str(serial), '-days', '20', '-extfile', f'{name}.ext', '-out', f'{name}.pem'], check=True, capture_output=True)
    os.chmod(f'{name}.key', 0o600)


class Load:
    """Clients on lasting connections and on new ones; whatever is not a success is kept."""

    def __init__(self, installation, rows, token):
        self.installation, self.rows, self.token = installation, rows, token
        self.stopping, self.bad, self.good = threading.Event(), [], 0
        self.threads = [threading.Thread(target=self.run, args=(lasting, write), daemon=True)
                        for lasting in (True, False) for write in (True, False)]

    def run(self, lasting, write):
        connection, number = self.installation.connection(), 0
        while not self.stopping.is_set():
            number += 1
            try:
                if not lasting or number % 900 == 0:  # a connection is good for a thousand requests
                    connection.close()
                    connection = self.installation.connection()
                answer = ask(connection, 'POST', self.rows, {'tst_title': f'row {number}'}, bearer(self.token)) if write else \
                    ask(connection, 'GET', f'{self.rows}?$top=3', headers=bearer(self.token))
                if answer.status not in (200, 204):
                    self.bad.append(answer)
                self.good += answer.status in (200, 204)
            except Exception as e:  # each is a failed request, whatever its kind
                self.bad.append(repr(e))
                connection = self.installation.connection()
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)


def serial_shown(installation):
    connection = installation.connection()
    connection.connect()
    serial = int(connection.sock.getpeercert()['serialNumber'], 16)
    connection.close()
    return serial


def configure(installation, text):
    path = f'{installation.folder}/bailiwick.conf'
    with open(f'{path}.new', 'w') as f:
        f.write(text)
    os.rename(f'{path}.new', path)  # a file that is half written is another configuration
    installation.service.send_signal(signal.SIGHUP)


def limit_of_bodies(installation, path, token):
    """True when a body of 100 KiB is refused for its size."""
    body = '{"tst_title":"' + 'x' * 100000 + '"}'
    return installation.request('POST', path, body, bearer(token, **{'Content-Type': 'application/json'})).status == 413


def changes(installation, rows, token, own, text):
    before = {p['pid'] for p in installation.processes()}
    for serial in (0x2001, 0x2002, 0x2001, 0x2002):
        tls = text.replace('[tls]\n', f'[tls]\ncertificate = {own}/{serial}.pem\nkey = {own}/{serial}.key\n')
        configure(installation, tls)
        check(f'certificate {serial:x} is shown to new connections', eventually(lambda: serial_shown(installation) == serial, 20)[0])
    check('a body of 100 KiB is not too large yet', not limit_of_bodies(installation, rows, token))
    configure(installation, tls.replace('#body = 1048576', 'body = 65536'))
    check('a smaller limit of bodies is in force', eventually(lambda: limit_of_bodies(installation, rows, token), 20)[0])
    configure(installation, tls)
    check('and the former one again', eventually(lambda: not limit_of_bodies(installation, rows, token), 20)[0])

    for what, broken in (('an unknown key', tls + '\nnonsense = 1\n'), ('a value out of range', tls.replace('#head = 10', 'head = -1')),
                         ('another certificate than its key', tls.replace(f'{0x2002}.pem', f'{0x2003}.pem')),
                         ('a certificate that is none', tls.replace(f'{own}/{0x2002}.pem', '/etc/passwd')),
                         ('a certificate that is not there', tls.replace(f'{0x2002}.pem', 'nothing.pem'))):
        mark = len(installation.log_text())
        configure(installation, broken)
        told = eventually(lambda: '"level":"error"' in installation.log_text()[mark:] or '"level":"warning"' in installation.log_text()[mark:], 20)[0]
        check(f'{what}: told, and the old configuration stays', told and serial_shown(installation) == 0x2002, (told, installation.log_text()[mark:]))
    mark = len(installation.log_text())
    for _ in range(20):
        configure(installation, tls)
    check('twenty at once are taken', eventually(lambda: 'reloaded' in installation.log_text()[mark:], 20)[0] and serial_shown(installation) == 0x2002)
    check('no process was replaced', before <= {p['pid'] for p in installation.processes()})


def main():
    installation = Installation(sys.argv[1], 'reload')
    own = f'{installation.folder}.own'
    try:
        os.mkdir(own, 0o700)
        make_authority(own)
        for serial in (0x2001, 0x2002, 0x2003):
            make_certificate(own, serial)
        installation.init().start()
        installation.context.load_verify_locations(f'{own}/ca.pem')
        tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        rows = installation.table_make(tenant, 'tst_note')
        token = installation.token(tenant)
        with open(f'{installation.folder}/bailiwick.conf') as f:
            text = f.read()
        with Load(installation, rows, token) as load:
            check('there is load', eventually(lambda: load.good > 20, 20)[0])
            changes(installation, rows, token, own, text)
            enough = load.good + 50
            check('and there still is', eventually(lambda: load.good > enough, 30)[0])
        check(f'none of {load.good + len(load.bad)} requests failed', not load.bad, load.bad[:5])
        check('it stops in order', installation.stop() == 0)
    finally:
        installation.close(show_log=steps.failed > 0)
        subprocess.run(['rm', '-r', own], check=False)
    return steps.report(least=16)


sys.exit(main())
