#!/usr/bin/env python3
"""What a whole service answers to input that is wrong: HTTP/1.1 octet by octet, sizes, paths, tokens, bodies, queries, names. Each
gets the status and the body that its standard prescribes, changes nothing, is in the audit log where it matters, and the service
goes on; then curl and nghttp2 speak HTTP/1.1 and HTTP/2 to it. usage: bad_input_test.py PROGRAM"""
import base64
import json
import re
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse

from installation import API, Browser, Installation, Steps, bearer, eventually

steps = Steps()
check = steps.check
HOST = b'Host: localhost:PORT\r\n'


# --- octets ---

def raw(installation, octets, half_close=False):
    """Sends and reads to the end; returns the statuses of the answers and whether the server closed by itself."""
    with socket.create_connection(('127.0.0.1', installation.port), timeout=20) as plain:
        with installation.context.wrap_socket(plain, server_hostname='localhost') as tls:
            tls.sendall(octets.replace(b'PORT', str(installation.port).encode()).replace(b'TENANT', installation.tenant.encode()))
            got = b''
            tls.settimeout(8)
            try:
                while part := tls.recv(65536):
                    got += part
                closed = True
            except (socket.timeout, ssl.SSLError, ConnectionError) as e:
                closed = not isinstance(e, socket.timeout)
            return [int(s) for s in re.findall(rb'HTTP/1\.1 (\d{3}) ', got)], closed, got


def get(rest=b'', target=b'/healthz', method=b'GET', version=b'HTTP/1.1', host=HOST):
    return method + b' ' + target + b' ' + version + b'\r\n' + host + rest + b'\r\n'


def post(rest, body=b'', target=b'/TENANT/oauth2/v2.0/token'):
    return get(rest, target, b'POST') + body


CHUNKED = b'Transfer-Encoding: chunked\r\n'
SECOND = get(target=b'/secret-second')
MALFORMED = [  # name, octets, status
    ('both lengths (smuggling CL.TE)', post(CHUNKED + b'Content-Length: 4\r\n', b'0\r\n\r\n' + SECOND), 400),
    ('both lengths (smuggling TE.CL)', post(b'Content-Length: 4\r\n' + CHUNKED, b'5c\r\n' + SECOND), 400),
    ('two lengths that differ', post(b'Content-Length: 0\r\nContent-Length: 44\r\n', SECOND), 400),
    ('two equal lengths', post(b'Content-Length: 3\r\nContent-Length: 3\r\n', b'abc'), 400),
    ('a list of lengths', post(b'Content-Length: 3, 3\r\n', b'abc'), 400),
    ('a length with a sign', post(b'Content-Length: +3\r\n', b'abc'), 400),
    ('a negative length', post(b'Content-Length: -1\r\n'), 400),
    ('an endless length', post(b'Content-Length: 99999999999999999999\r\n'), 400),
    ('an obscured coding', post(b'Transfer-Encoding: xchunked\r\n', b'0\r\n\r\n'), 501),
    ('a coding after a vertical tab', post(b'Transfer-Encoding: \x0bchunked\r\n', b'0\r\n\r\n'), 400),
    ('coding twice', post(CHUNKED * 2, b'0\r\n\r\n'), 400),
    ('blank before the colon', post(b'Transfer-Encoding : chunked\r\n', b'0\r\n\r\n'), 400),
    ('a coding in HTTP/1.0', get(CHUNKED, method=b'POST', version=b'HTTP/1.0') + b'0\r\n\r\n', 400),
    ('a chunk size that is no number', post(CHUNKED + b'Content-Type: application/json\r\n', b'zz\r\nabc\r\n0\r\n\r\n'), 400),
    ('a chunk size of nine digits', post(CHUNKED, b'000000003\r\nabc\r\n0\r\n\r\n'), 400),
    ('a chunk longer than said', post(CHUNKED, b'2\r\nabc\r\n0\r\n\r\n'), 400),
    ('a chunk extension with LF', post(CHUNKED, b'3;a\nb\r\nabc\r\n0\r\n\r\n'), 400),
    ('a trailer', post(CHUNKED, b'0\r\nX-A: b\r\n\r\n'), 400),
    ('bare LF', b'GET /healthz HTTP/1.1\n' + HOST + b'\r\n', 400),
    ('bare CR in a value', get(b'X-A: b\rc\r\n'), 400),
    ('a folded field', get(b'X-A: b\r\n c\r\n'), 400),
    ('NUL in a value', get(b'X-A: b\0c\r\n'), 400),
    ('octets above ASCII in a value', get(b'X-A: \xc3\xa9\r\n'), 400),
    ('a field name with an underscore', get(b'X_Forwarded_For: 1.2.3.4\r\n'), 400),
    ('no host', get(host=b''), 400),
    ('two hosts', get(HOST), 400),
    ('another host', get(host=b'Host: other.example\r\n'), 421),
    ('a host with a user', get(host=b'Host: root@localhost:PORT\r\n'), 400),
    ('a length on GET', get(b'Content-Length: 3\r\n') + b'abc', 400),
    ('two authorizations', get(b'Authorization: Bearer a\r\nAuthorization: Bearer b\r\n'), 400),
    ('an unknown method', get(method=b'BREW'), 405),
    ('TRACE', get(method=b'TRACE'), 405),
    ('CONNECT', get(method=b'CONNECT', target=b'localhost:443'), 405),
    ('HTTP/1.2', get(version=b'HTTP/1.2'), 400),
    ('HTTP/0.9', b'GET /healthz\r\n', 400),
    ('a proxy request', get(target=b'http://other.example/'), 400),
    ('an unknown expectation', post(b'Expect: miracles\r\nContent-Length: 1\r\n', b'x'), 417),
    ('an octet of rubbish', b'\x00', 400),
    ('another protocol', b'SSH-2.0-OpenSSH_9.2\r\n', 400),
    ('a request line of 9 KiB', get(target=b'/' + b'a' * 9000), 414),
    ('a query of 5 KiB', get(target=b'/healthz?' + b'a' * 5000), 414),
    ('a head of 20 KiB', get(b''.join(b'X-%d: %s\r\n' % (i, b'a' * 1000) for i in range(20))), 431),
    ('101 fields', get(b'X-A: b\r\n' * 101), 431),
    ('cookies of 9 KiB', get(b'Cookie: a=' + b'b' * 9000 + b'\r\n'), 431),
    ('a declared body of 64 MiB', post(b'Content-Length: 67108864\r\n'), 413),
    ('dot segments', get(target=b'/healthz/../e/sales'), 400),
    ('encoded dot segments', get(target=b'/%2e%2e/%2e%2e/etc/passwd'), 400),
    ('an encoded slash', get(target=b'/tenants%2f..%2fkeys'), 400),
    ('a backslash', get(target=b'/..\\..\\keys'), 400),
    ('an encoded NUL', get(target=b'/healthz%00.html'), 400),
    ('overlong UTF-8', get(target=b'/%c0%ae%c0%ae/keys'), 400),
    ('double slashes', get(target=b'//other.example/%2f'), 400),
    ('half an escape', get(target=b'/a%2'), 400),
]


def malformed(installation):
    for name, octets, status in MALFORMED:
        seen, closed, got = raw(installation, octets)
        check(f'HTTP/1.1, {name}: {status}, closed', seen == [status] and closed, (seen, closed))
        if status != 431 and seen:
            body = got.split(b'\r\n\r\n', 1)[1]
            check(f'HTTP/1.1, {name}: problem details', b'application/problem+json' in got and json.loads(body)['status'] == status, got)
    seen, _, _ = raw(installation, get() * 3 + get(b'Connection: close\r\n'))
    check('four requests in one write have four answers', seen == [200] * 4, seen)
    seen, closed, _ = raw(installation, get(b'X-Half: ')[:-4])
    check('half a head is ended by its deadline or waits quietly', seen in ([], [408]), seen)


def too_large(installation, tenant, token, rows):
    big = json.dumps({'tst_title': 'x' * (2 << 20)})
    answer = installation.request('POST', rows, big, bearer(token, **{'Content-Type': 'application/json'}))
    check('a body of 2 MiB on the Web API: 413', answer.status == 413, answer)
    seen, _, _ = raw(installation, b'POST ' + rows.encode() + b' HTTP/1.1\r\n' + HOST + CHUNKED + b'\r\n' +
                     (b'10000\r\n' + b'a' * 65536 + b'\r\n') * 40)
    check('an endless chunked body: 413', seen == [413], seen)


# --- tokens ---

def part(value):
    return base64.urlsafe_b64encode(json.dumps(value, separators=(',', ':')).encode()).decode().rstrip('=')


def payload(token):
    text = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)))


def forged(token, other_tenants, directory):
    header, body, signature = token.split('.')
    claims = payload(token)
    grown = part({**claims, 'oid': '00000000-0000-4000-8000-000000000001'})
    return [
        ('no token', None), ('an empty token', ''), ('rubbish', 'abc'), ('three dots', '...'), ('half a token', token[:len(token) // 2]),
        ('a changed signature', f'{header}.{body}.{signature[:-4]}AAAA'), ('changed claims', f'{header}.{grown}.{signature}'),
        ('no signature', f'{header}.{body}.'), ('alg none', f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{body}."),
        ('alg none with a signature', f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{body}.{signature}"),
        ('alg HS256', f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'x'})}.{body}.{signature}"),
        ('another typ', f"{part({'alg': 'ES256', 'typ': 'JWT', 'kid': 'x'})}.{body}.{signature}"),
        ('a key of its own', f"{part({'alg': 'ES256', 'typ': 'at+jwt', 'jwk': {'kty': 'EC', 'crv': 'P-256', 'x': 'AA', 'y': 'AA'}})}.{body}.{signature}"),
        ('an expired claim', f"{header}.{part({**claims, 'exp': 1})}.{signature}"),
        ('padding', f'{header}=.{body}.{signature}'), ('a token of another tenant', other_tenants), ('a wrong audience', directory),
        ('9 KiB', 'a' * 4500 + '.' + 'a' * 4500 + '.' + 'a' * 300), ('octets', token.replace('.', '%2E')),
    ]


def tokens(installation, tenant, token, rows, other):
    foreign = installation.token(other)
    directory = installation.token(tenant, f'{installation.origin}/.default')
    for name, bad in forged(token, foreign, directory):
        headers = bearer(bad) if bad is not None else {}
        answer = installation.request('POST', rows, {'tst_title': f'forged {name}'}, headers)
        challenge = answer.headers.get('WWW-Authenticate', '')
        check(f'Web API with {name}: 401 and a challenge', answer.status == 401 and challenge.startswith('Bearer'), answer)
        check(f'Web API with {name}: an OData error', 'error' in answer.json() or answer.headers['Content-Type'] == 'application/problem+json', answer)
        if name == 'a wrong audience':
            continue
        answer = installation.request('GET', f"/{tenant['id']}/v1.0/users", headers=headers)
        check(f'directory with {name}: 401', answer.status == 401 and answer.headers.get('WWW-Authenticate', '').startswith('Bearer'), answer)
    answer = installation.request('GET', f"/{tenant['id']}/v1.0/users", headers=bearer(token))
    check('directory with a token for the Web API: 401', answer.status == 401, answer)
    answer = installation.request('GET', f"/{tenant['id']}/oidc/userinfo", headers=bearer('rubbish'))
    check('userinfo with rubbish: 401 invalid_token', answer.status == 401 and 'invalid_token' in answer.headers.get('WWW-Authenticate', ''), answer)
    answer = installation.request('GET', f"/{tenant['id']}/audit/events", headers=bearer(foreign))
    check("the audit log with a foreign token: 401", answer.status == 401, answer)
    answer = installation.request('GET', f"/{tenant['id']}/audit/events", headers=bearer(directory))
    check('the audit log without the right to read it: 403', answer.status == 403, answer)


# --- the Web API ---

def bodies(rows):
    json_type = {'Content-Type': 'application/json'}
    return [  # what, method, path, body, headers, status, code
        ('no JSON', 'POST', rows, '{', json_type, 400, None),
        ('nothing', 'POST', rows, '', json_type, 400, None),
        ('an array', 'POST', rows, '[]', json_type, 400, None),
        ('trailing octets', 'POST', rows, '{"tst_title":"a"}x', json_type, 400, None),
        ('a member twice', 'POST', rows, '{"tst_title":"a","tst_title":"b"}', json_type, 400, None),
        ('invalid UTF-8', 'POST', rows, b'{"tst_title":"\xff"}', json_type, 400, None),
        ('a lone surrogate', 'POST', rows, r'{"tst_title":"\ud800"}', json_type, 400, None),
        ('NUL in a text', 'POST', rows, r'{"tst_title":"\u0000"}', json_type, 400, None),
        ('a byte order mark', 'POST', rows, b'\xef\xbb\xbf{"tst_title":"a"}', json_type, 400, None),
        ('a thousand levels', 'POST', rows, '[' * 1000 + ']' * 1000, json_type, 413, None),
        ('an unknown column', 'POST', rows, '{"tst_nothing":1}', json_type, 400, '0x80060888'),
        ('a number for a text', 'POST', rows, '{"tst_title":5}', json_type, 400, '0x80060888'),
        ('a text for a number', 'POST', rows, '{"tst_amount":"five"}', json_type, 400, '0x80060888'),
        ('a number that is too large', 'POST', rows, '{"tst_amount":9999999999999}', json_type, 400, None),
        ('a fraction for a whole number', 'POST', rows, '{"tst_amount":1.5}', json_type, 400, None),
        ('1e999', 'POST', rows, '{"tst_amount":1e999}', json_type, 400, None),
        ('a text that is too long', 'POST', rows, json.dumps({'tst_title': 'a' * 4001}), json_type, 400, '0x80044331'),
        ('another type of body', 'POST', rows, 'tst_title=a', {'Content-Type': 'application/x-www-form-urlencoded'}, 415, None),
        ('no type of body', 'POST', rows, '{"tst_title":"a"}', {}, 415, None),
        ('another character set', 'POST', rows, '{"tst_title":"a"}', {'Content-Type': 'application/json; charset=utf-16'}, 415, None),
        ('a version it does not speak', 'GET', rows, None, {'OData-MaxVersion': '3.0'}, 400, None),
        ('a body in a version it does not speak', 'POST', rows, '{"tst_title":"a"}', {**json_type, 'OData-Version': '3.0'}, 400, None),
        ('an answer that it cannot give', 'GET', rows, None, {'Accept': 'application/atom+xml'}, 406, None),
        ('a row that is not there', 'GET', f'{rows}(0198aaaa-0000-7000-8000-00000000dead)', None, {}, 404, '0x80040217'),
        ('an id that is none', 'GET', f'{rows}(5)', None, {}, 400, None),
        ('the nil id', 'POST', rows, '{"tst_noteid":"00000000-0000-0000-0000-000000000000","tst_title":"a"}', json_type, 400, None),
        ('an old version', 'PATCH', f'{rows}(ROW)', '{"tst_title":"changed"}', {**json_type, 'If-Match': 'W/"1"'}, 412, '0x80060882'),
        ('a wrong type in a change', 'PATCH', f'{rows}(ROW)', '{"tst_amount":[]}', json_type, 400, '0x80060888'),
        ('a wrong method on a set', 'PATCH', rows, '{}', json_type, 405, '0x80040227'),
        ('a wrong method on a row', 'POST', f'{rows}(ROW)', '{}', json_type, 405, '0x80040227'),
        ('DELETE of a set', 'DELETE', rows, None, {}, 405, '0x80040227'),
        ('an unknown table', 'GET', '/e/sales' + API + '/nothings', None, {}, 404, '0x8006088a'),
        ('an unknown operation', 'POST', '/e/sales' + API + '/DropEverything', '{}', json_type, 404, '0x8006088a'),
        ('an unknown version of the API', 'GET', '/e/sales/api/data/v8.2/tst_notes', None, {}, 404, None),
        ('an unknown column in $select', 'GET', f'{rows}?$select=nothing', None, {}, 400, '0x80060888'),
        ('SQL for a column', 'GET', f'{rows}?$orderby=' + urllib.parse.quote("tst_title; drop table tst_note"), None, {}, 400, '0x80060888'),
        ('a filter with a mistake', 'GET', f'{rows}?$filter=' + urllib.parse.quote("tst_title eq 'a"), None, {}, 400, '0x80060888'),
        ('SQL for a filter', 'GET', f'{rows}?$filter=' + urllib.parse.quote("tst_title eq 'a' or 1=1 --"), None, {}, 400, '0x80060888'),
        ('types that do not compare', 'GET', f'{rows}?$filter=' + urllib.parse.quote("tst_amount eq 'a'"), None, {}, 400, '0x80060888'),
        ('a deep filter', 'GET', f'{rows}?$filter=' + '(' * 300 + '1' + ')' * 300, None, {}, 400, '0x80060888'),
        ('$top that is no number', 'GET', f'{rows}?$top=many', None, {}, 400, '0x80060888'),
        ('a negative $top', 'GET', f'{rows}?$top=-1', None, {}, 400, '0x80060888'),
        ('an option twice', 'GET', f'{rows}?$top=1&$top=2', None, {}, 400, '0x80060888'),
        ('an unknown option', 'GET', f'{rows}?$frobnicate=1', None, {}, 400, '0x80060888'),
        ('a forged next link', 'GET', f'{rows}?$skiptoken=AAAA', None, {}, 400, '0x80060888'),
        ('another environment', 'GET', '/e/nothere' + API + '/WhoAmI', None, {}, 404, None),
        ('an environment of another tenant', 'GET', '/e/other' + API + '/WhoAmI', None, {}, 401, None),
    ]


def web_api(installation, token, rows):
    made = installation.request('POST', rows, {'tst_title': 'as it was'}, bearer(token))
    row = made.headers['OData-EntityId'][-37:-1]
    before = installation.request('GET', rows, headers=bearer(token)).json()['value']
    for what, method, path, body, headers, status, code in bodies(rows):
        answer = installation.request(method, path.replace('ROW', row), body, bearer(token, **headers))
        check(f'Web API, {what}: {status}', answer.status == status, answer)
        error = answer.json().get('error', {}) if answer.body else {}
        if answer.headers.get('Content-Type') != 'application/problem+json':
            check(f'Web API, {what}: an OData error that tells', re.fullmatch('0x[0-9a-fA-F]{8}', error.get('code', '')) and error.get('message'), answer)
        check(f'Web API, {what}: it says nothing of itself', not re.search(rb'SELECT |sqlite|src/|\.c:\d', answer.body), answer)
        if code:
            check(f'Web API, {what}: code {code}', error.get('code') == code, answer)
    after = installation.request('GET', rows, headers=bearer(token)).json()['value']
    check('none of that changed a row', before == after, (before, after))


# --- OAuth and the sign-in page ---

def oauth(installation, tenant):
    token_path, form = f"/{tenant['id']}/oauth2/v2.0/token", {'Content-Type': 'application/x-www-form-urlencoded'}
    rows = [  # what, answer, status, error
        ('a wrong secret', installation.token_answer(tenant, client_secret='wrong'), 401, 'invalid_client'),
        ('an unknown client', installation.token_answer(tenant, client_id='00000000-0000-4000-8000-000000000009'), 401, 'invalid_client'),
        ('an unknown grant', installation.token_answer(tenant, grant_type='password'), 400, 'unsupported_grant_type'),
        ('an unknown scope', installation.token_answer(tenant, 'https://nothing.example/.default'), 400, 'invalid_scope'),
        ('a made-up code', installation.token_answer(tenant, grant_type='authorization_code', code='x', redirect_uri='http://127.0.0.1:19999/cb'), 400, 'invalid_grant'),
        ('a made-up refresh token', installation.token_answer(tenant, grant_type='refresh_token', refresh_token='x'), 400, 'invalid_grant'),
        ('JSON for a form', installation.request('POST', token_path, {'grant_type': 'client_credentials'}), 400, 'invalid_request'),
        ('nothing', installation.request('POST', token_path, '', form), 401, 'invalid_client'),
        ('a parameter twice', installation.request('POST', token_path, 'grant_type=client_credentials&grant_type=password', form), 400, 'invalid_request'),
        ('a broken escape', installation.request('POST', token_path, 'grant_type=%zz', form), 400, 'invalid_request'),
        ('an unknown tenant', installation.request('POST', '/nobody.example/oauth2/v2.0/token', 'a=b', form), 400, 'invalid_tenant'),
    ]
    for what, answer, status, error in rows:
        got = answer.json()
        check(f'token endpoint, {what}: {status} {error}', answer.status == status and got.get('error') == error, answer)
        check(f'token endpoint, {what}: not to be stored', 'no-store' in answer.headers.get('Cache-Control', ''), answer.headers.items())
    answer = installation.request('GET', token_path)
    check('token endpoint by GET: 405', answer.status == 405 and 'error' in answer.json(), answer)
    answer = installation.request('GET', '/nobody.example/v2.0/.well-known/openid-configuration')
    check('discovery of an unknown tenant: 400 invalid_tenant', answer.status == 400 and answer.json()['error'] == 'invalid_tenant', answer)
    browser = Browser(installation)
    for what, changed in [('an unknown client', {'client_id': 'x'}), ('a redirect that is not registered', {'redirect_uri': 'https://evil.example/'})]:
        answer, _ = browser.authorize(tenant, **changed)
        check(f'authorize, {what}: a page, never a redirect', answer.status == 400 and 'Location' not in answer.headers, answer)
    answer, _ = browser.authorize(tenant, response_type='token')
    check('authorize, another response type: told to the client', 'error=unsupported_response_type' in answer.headers.get('Location', ''), answer)
    answer, _ = browser.authorize(tenant, scope='<script>alert(1)</script> openid', state='"><script>')
    check('authorize: nothing of the request is markup', b'<script>' not in answer.body, answer)
    page, _ = browser.authorize(tenant)
    answer = browser.submit(page, {'username': "' or 1=1 --", 'password': 'x', 'action': 'signin'})
    check('an unknown person sees the page again', answer.status == 200 and b'role="alert"' in answer.body, answer)
    answer = browser.submit(page, {'username': 'ada@contoso.example', 'password': 'x' * 2000, 'action': 'signin'})
    check('an endless password sees a page', answer.status in (200, 400) and b'<html' in answer.body, answer)
    answer = installation.request('POST', f"/{tenant['id']}/signin/password", 'username=ada&password=x', {**form, 'Origin': 'https://evil.example'})
    check('a form that another site sends: 400, no cookie', answer.status in (400, 403) and 'Set-Cookie' not in answer.headers, answer)


# --- what stays ---

def audited(installation, tenant):
    def reasons(log, op):
        """Of what did not succeed."""
        found, _ = eventually(lambda: [e for e in installation.audit_events(tenant['id'], log, op=op) if e['result'] != 'success'], 10)
        return {e.get('reason') for e in found or []}

    refused = reasons(tenant['environment_id'], 'refuse.request')
    check('the audit log of the environment has the refused tokens', refused, refused)
    clients = reasons(None, 'signin.client')
    check('the audit log of the tenant has the wrong secret and the unknown client', {'bad_secret', 'unknown_client'} <= clients, clients)
    people = reasons(None, 'signin.password')
    check('the audit log of the tenant has the unknown person', 'unknown_user' in people, people)
    text = json.dumps(installation.audit_events(tenant['id']))
    check('the audit log holds no password, secret or token', tenant['app']['secretText'] not in text and 'eyJ' not in text and "1=1" not in text)


def command(*arguments):
    return subprocess.run(arguments, capture_output=True, timeout=60)


def clients(installation):
    trust = f'{installation.folder}/tls/ca.pem'
    url = f'{installation.origin}/healthz'
    for version in ('1.1', '2'):
        done = command('curl', '-sS', '--cacert', trust, f"--http{version}", '-w', ' %{http_code} %{http_version} %{ssl_verify_result}', url)
        check(f'curl speaks HTTP/{version}', done.stdout.endswith(f' 200 {version} 0'.encode()), done)
    for version, works in (('1.2', True), ('1.3', True), ('1.1', False)):
        done = command('curl', '-sS', '--cacert', trust, '--tlsv' + version, '--tls-max', version, '-o', '/dev/null', '-w', '%{http_code}', url)
        check(f"curl {'speaks' if works else 'is refused'} TLS {version}", (done.stdout == b'200') == works, done)
    done = command('nghttp', '-nv', '--no-verify-peer', url)
    check('nghttp speaks HTTP/2', b':status: 200' in done.stdout, done.stdout[-500:])
    done = command('nghttp', '-nv', '--no-verify-peer', '-H', 'te: gzip', url)
    check('HTTP/2, a connection field: refused', b':status: 200' not in done.stdout, done.stdout[-500:])
    done = command('nghttp', '-nv', '--no-verify-peer', '-H', ':method: BREW', url)
    check('HTTP/2, an unknown method: 405', b':status: 405' in done.stdout, done.stdout[-500:])
    done = command('nghttp', '-nv', '--no-verify-peer', f'{installation.origin}/%2e%2e/keys')
    check('HTTP/2, dot segments: 400', b':status: 400' in done.stdout, done.stdout[-500:])
    done = command('h2load', '-n', '4000', '-c', '20', '-m', '10', url)
    check('h2load: 4000 requests on 20 connections succeed', b'4000 succeeded, 0 failed, 0 errored' in done.stdout, done.stdout[-800:])
    done = command('h2load', '--h1', '-n', '2000', '-c', '20', url)
    check('h2load: 2000 requests of HTTP/1.1 succeed', b'2000 succeeded, 0 failed, 0 errored' in done.stdout, done.stdout[-800:])


def main():
    installation = Installation(sys.argv[1], 'bad-input')
    try:
        installation.init().start()
        tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        other = installation.tenant_make('Fabrikam', 'fabrikam.example', 'other')
        installation.tenant = tenant['id']
        installation.person_make('contoso.example', 'ada')
        rows = installation.table_make(tenant, 'tst_note', [('tst_amount', 'Integer')])
        token = installation.token(tenant)
        started = {p['pid'] for p in installation.processes()}
        begin = time.monotonic()
        for part_of_it in (lambda: malformed(installation), lambda: too_large(installation, tenant, token, rows),
                           lambda: tokens(installation, tenant, token, rows, other), lambda: web_api(installation, token, rows),
                           lambda: oauth(installation, tenant), lambda: clients(installation), lambda: audited(installation, tenant)):
            part_of_it()
            print(f'       {time.monotonic() - begin:.1f} s', flush=True)
        check('no process ended over any of it', started <= {p['pid'] for p in installation.processes()})
        check('it still serves', installation.request('GET', rows, headers=bearer(token)).status == 200 and
              Browser(installation).sign_in(tenant, 'ada@contoso.example').status == 200)
        code, found = installation.verify()
        check('the audit logs verify', code == 0 and found.get('findings') == [], found)
    finally:
        installation.close(show_log=steps.failed > 0)
    return steps.report(least=300)


sys.exit(main())
