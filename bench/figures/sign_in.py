"""sign-in: the whole code flow (page, password, code, tokens) with argon2id m=19456, t=2, p=1, against the rate at which this machine
does nothing but that hash on all its processors. The client runs on the same processors and its share is not given back."""
import base64
import hashlib
import json
import subprocess
import urllib.parse

from installation import Installation, PASSWORD
import common

AIM, CONNECTIONS, PEOPLE = 0.9, 6, 12
DOMAIN, REDIRECT = 'contoso.example', 'http://127.0.0.1:19999/cb'


def client_arguments(bench, ours, tenant):
    verifier = 'v' * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip('=')
    app = tenant['app']
    authorize = urllib.parse.urlencode({'client_id': app['appId'], 'response_type': 'code', 'redirect_uri': REDIRECT, 'scope': 'openid profile',
                                        'state': 'bench', 'nonce': 'bench', 'code_challenge': challenge, 'code_challenge_method': 'S256'})
    token = urllib.parse.urlencode({'grant_type': 'authorization_code', 'redirect_uri': REDIRECT, 'client_id': app['appId'],
                                    'client_secret': app['secretText'], 'code_verifier': verifier})
    base = f"/{tenant['id']}/oauth2/v2.0"
    return [bench.program('bench/bench_sign_in_client'), ours.port, f'{ours.folder}/tls/ca.pem', bench.seconds, CONNECTIONS, PEOPLE,
            f'{base}/authorize?{authorize}', f'{base}/token', token, PASSWORD, DOMAIN]


def run(command):
    done = subprocess.run([str(a) for a in command], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise SystemExit(f'{command[0]}: {done.stderr}')
    return json.loads(done.stdout)


def figure(bench):
    ours = Installation(bench.service, 'bench', config=common.UNLIMITED)
    try:
        ours.init().start()
        tenant = ours.tenant_make('Contoso', DOMAIN, 'sales')
        for n in range(PEOPLE):
            ours.person_make(DOMAIN, f'p{n}')
        command = client_arguments(bench, ours, tenant)
        shares = []

        def load():
            told = run(command)
            shares.append(told['cpu'] / told['done'])
            return told['done'], told['wall']

        def bare():
            told = run([bench.program('bench/bench_argon2_rate'), bench.seconds])
            return common.Sample(told['done'], told['wall'], told['cpu'])

        def mine():
            return common.measure([ours.service.pid], load)
        mine()
        samples = common.interleave(bench.rounds, mine, bare)
        yield common.row('sign-in', samples, AIM, 'sign-ins/cpu s', 'per_cpu', client_cpu_ms=round(1000 * sorted(shares)[len(shares) // 2], 2))
    finally:
        ours.close()
