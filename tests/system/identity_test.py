#!/usr/bin/env python3
"""The OpenID provider seen by a stranger who has only the standards: discovery, authorization requests good and bad, codes, refresh
tokens, client credentials, userinfo, sign-out, cookies, pages, lockout, a first password. usage: identity_test.py PROGRAM"""
import base64
import html
import json
import re
import secrets
import sys
import urllib.parse

from installation import PASSWORD, Browser, Installation, Steps, bearer, eventually

steps = Steps()
check = steps.check
FORM = {'Content-Type': 'application/x-www-form-urlencoded'}
CALLBACK = 'http://127.0.0.1:19999/cb'


def claims_of(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def header_of(token):
    part = token.split('.')[0]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def query_of(answer, part='query'):
    location = urllib.parse.urlparse(answer.headers.get('Location', ''))
    return {k: v[0] for k, v in urllib.parse.parse_qs(getattr(location, part), keep_blank_values=True).items()}


def step_of(answer):
    found = re.search(rb'<meta name="bwk-step" content="([^"]+)"', answer.body)
    return found.group(1).decode() if found else None


class World:
    """One tenant with its clients and people, and short ways to speak to its provider."""

    def __init__(self, installation):
        self.i = installation
        self.tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        self.other = installation.tenant_make('Fabrikam', 'fabrikam.example', 'shop')
        self.ada = installation.person_make('contoso.example', 'ada')
        self.base = f"/{self.tenant['id']}"
        self.page = installation.command('app', 'create', installation.folder, '--tenant', 'contoso.example', '--name', 'Page',
                                         '--spa-redirect', 'http://localhost:19998/app', '--json')

    def token(self, form, headers=None, query='', base=None):
        body = form if isinstance(form, str) else urllib.parse.urlencode(form)
        return self.i.request('POST', f'{base or self.base}/oauth2/v2.0/token{query}', body, {**FORM, **(headers or {})})

    def client(self):
        return {'client_id': self.tenant['app']['appId'], 'client_secret': self.tenant['app']['secretText']}

    def signed_in(self, upn='ada@contoso.example', password=PASSWORD, **changed):
        """A browser that has signed in; the answer that carries the code, and the verifier."""
        browser = Browser(self.i)
        page, verifier = browser.authorize(self.tenant, **changed)
        return browser, browser.submit(page, {'username': upn, 'password': password, 'action': 'signin'}), verifier

    def redeem(self, answer, verifier, **changed):
        form = {'grant_type': 'authorization_code', 'code': query_of(answer).get('code', ''), 'redirect_uri': CALLBACK,
                'code_verifier': verifier, **self.client(), **changed}
        return self.token({k: v for k, v in form.items() if v is not None})

    def tokens(self, **changed):
        _, answer, verifier = self.signed_in(**changed)
        return self.redeem(answer, verifier).json()


def is_error(answer, status, error):
    body = answer.json() if answer.body else {}
    return (answer.status == status and body.get('error') == error and body.get('error_description', '').startswith('BWK') and
            isinstance(body.get('error_codes'), list) and body.get('trace_id') and body.get('correlation_id') and
            body.get('timestamp') and 'no-store' in answer.headers.get('Cache-Control', ''))


def discovery(w):
    answer = w.i.request('GET', f'{w.base}/v2.0/.well-known/openid-configuration')
    d = answer.json()
    root = f'{w.i.origin}{w.base}'
    check('discovery answers', answer.status == 200 and answer.headers['Content-Type'].startswith('application/json'), answer)
    check('issuer is the address before /.well-known', d['issuer'] == f'{root}/v2.0', d['issuer'])
    for member, value in (('authorization_endpoint', f'{root}/oauth2/v2.0/authorize'), ('token_endpoint', f'{root}/oauth2/v2.0/token'),
                          ('jwks_uri', f'{root}/discovery/v2.0/keys'), ('end_session_endpoint', f'{root}/oauth2/v2.0/logout'),
                          ('response_types_supported', ['code']), ('code_challenge_methods_supported', ['S256']),
                          ('response_modes_supported', ['query', 'fragment', 'form_post']),
                          ('request_parameter_supported', False), ('request_uri_parameter_supported', False),
                          ('authorization_response_iss_parameter_supported', True)):
        check(f'discovery: {member}', d.get(member) == value, d.get(member))
    check('discovery: both algorithms of ID tokens', sorted(d['id_token_signing_alg_values_supported']) == ['ES256', 'RS256'], d)
    check('discovery: "none" is no algorithm', 'none' not in d['id_token_signing_alg_values_supported'])
    check('discovery by the domain says the same issuer',
          w.i.request('GET', '/contoso.example/v2.0/.well-known/openid-configuration').json()['issuer'] == d['issuer'])
    unknown = w.i.request('GET', '/11111111-2222-4333-8444-555555555555/v2.0/.well-known/openid-configuration')
    check('discovery of an unknown tenant', unknown.status == 400 and unknown.json()['error'] == 'invalid_tenant' and
          unknown.json()['error_codes'] == [90002], unknown)
    keys = w.i.request('GET', f'{w.base}/discovery/v2.0/keys')
    check('keys may be kept an hour', 'max-age=3600' in keys.headers.get('Cache-Control', ''))
    check('keys are public', all(not {'d', 'p', 'q', 'k'} & set(k) and k['use'] == 'sig' and k['kid'] for k in keys.json()['keys']))
    cross = w.i.request('GET', f'{w.base}/discovery/v2.0/keys', headers={'Origin': 'http://localhost:19998'})
    check("a registered page's origin may read the keys", cross.headers.get('Access-Control-Allow-Origin') == 'http://localhost:19998')
    cross = w.i.request('GET', f'{w.base}/discovery/v2.0/keys', headers={'Origin': 'https://evil.example'})
    check('any other origin may not', 'Access-Control-Allow-Origin' not in cross.headers)
    wrong = w.i.request('GET', f'{w.base}/oauth2/v2.0/token')
    check('GET of the token endpoint is refused with Allow', wrong.status == 405 and 'POST' in wrong.headers.get('Allow', ''), wrong)


def authorize_pages(w):
    """What is never redirected: client and redirect URI."""
    good = {'client_id': w.tenant['app']['appId'], 'response_type': 'code', 'scope': 'openid', 'redirect_uri': CALLBACK}
    rows = [('no client', {'client_id': None}), ('an unknown client', {'client_id': '11111111-2222-4333-8444-555555555555'}),
            ("another tenant's client", {'client_id': w.other['app']['appId']}), ('a client id that is none', {'client_id': "x' OR 1=1"}),
            ('another redirect URI', {'redirect_uri': 'https://evil.example/'})]
    rows += [(f'the redirect URI {uri}', {'redirect_uri': uri}) for uri in (
        CALLBACK + '/', CALLBACK + '?a=b', CALLBACK + '#f', CALLBACK.replace('/cb', '/CB'), CALLBACK.replace('http:', 'https:'),
        CALLBACK.replace('19999', '19998'), CALLBACK.replace('127.0.0.1', 'localhost'), CALLBACK.replace('/cb', '/x/../cb'),
        CALLBACK.replace('//', '//user@'), 'javascript:alert(1)', '//127.0.0.1:19999/cb')]
    for name, changed in rows:
        query = {k: v for k, v in {**good, **changed}.items() if v is not None}
        answer = w.i.request('GET', f'{w.base}/oauth2/v2.0/authorize?{urllib.parse.urlencode(query)}')
        check(f'{name}: a page', answer.status == 400 and step_of(answer) == 'error' and b'trace_id' in answer.body and
              'Location' not in answer.headers and '__Host-bwk_s' not in str(answer.headers.get_all('Set-Cookie')), answer)
    for twice in ('client_id', 'redirect_uri'):
        query = urllib.parse.urlencode(good) + '&' + urllib.parse.urlencode({twice: good[twice]})
        answer = w.i.request('GET', f'{w.base}/oauth2/v2.0/authorize?{query}')
        check(f'{twice} twice: a page', answer.status == 400 and 'Location' not in answer.headers, answer)
    answer = w.i.request('GET', f'/nobody.example/oauth2/v2.0/authorize?{urllib.parse.urlencode(good)}')
    check('an unknown tenant: a page', answer.status == 400 and step_of(answer) == 'error' and 'Location' not in answer.headers, answer)


def authorize_redirects(w):
    """What is told to the client, in the mode that it asked for."""
    good = {'client_id': w.tenant['app']['appId'], 'response_type': 'code', 'scope': 'openid', 'redirect_uri': CALLBACK, 'state': 'a b+c%/ü'}
    rows = [('no response_type', {'response_type': None}, 'invalid_request'), ('token', {'response_type': 'token'}, 'unsupported_response_type'),
            ('id_token', {'response_type': 'id_token', 'nonce': 'n'}, 'unsupported_response_type'),
            ('hybrid', {'response_type': 'code id_token', 'nonce': 'n'}, 'unsupported_response_type'),
            ('no scope', {'scope': None}, 'invalid_scope'), ('a scope without meaning', {'scope': 'nothing'}, 'invalid_scope'),
            ('a foreign resource', {'scope': f'openid {w.i.origin}/e/shop/user_impersonation'}, 'invalid_scope'),
            ('two resources', {'scope': f'{w.i.origin}/e/sales/user_impersonation {w.i.origin}/User.Read'}, 'invalid_scope'),
            ('an unknown prompt', {'prompt': 'always'}, 'invalid_request'), ('none with login', {'prompt': 'none login'}, 'invalid_request'),
            ('nobody signed in and prompt none', {'prompt': 'none'}, 'login_required'),
            ('plain', {'code_challenge': 'x' * 43, 'code_challenge_method': 'plain'}, 'invalid_request'),
            ('a challenge without method', {'code_challenge': 'x' * 43}, 'invalid_request'),
            ('a short challenge', {'code_challenge': 'x' * 42, 'code_challenge_method': 'S256'}, 'invalid_request'),
            ('a max_age that is no number', {'max_age': '-1'}, 'invalid_request'),
            ('claims that are no JSON', {'claims': '{'}, 'invalid_request'),
            ('a request object', {'request': 'eyJhbGciOiJub25lIn0.e30.'}, 'request_not_supported'),
            ('a request URI', {'request_uri': 'https://evil.example/r'}, 'request_uri_not_supported'),
            ('an unknown response_mode', {'response_mode': 'web_message'}, 'invalid_request'),
            ('an over-long nonce', {'nonce': 'n' * 1100}, 'invalid_request')]
    for name, changed, error in rows:
        query = {k: v for k, v in {**good, **changed}.items() if v is not None}
        answer = w.i.request('GET', f'{w.base}/oauth2/v2.0/authorize?{urllib.parse.urlencode(query)}')
        sent = query_of(answer)
        check(f'{name}: {error}', answer.status == 303 and answer.headers['Location'].startswith(CALLBACK + '?') and
              sent.get('error') == error and sent.get('state') == good['state'] and sent.get('error_description') and
              sent.get('iss') == f'{w.i.origin}{w.base}/v2.0' and 'code' not in sent, (answer, answer.headers.get('Location')))
    answer = w.i.request('GET', f"{w.base}/oauth2/v2.0/authorize?{urllib.parse.urlencode({**good, 'scope': 'nothing', 'response_mode': 'fragment'})}")
    check('the fragment, where it was asked for', query_of(answer, 'fragment').get('error') == 'invalid_scope', answer.headers.get('Location'))
    answer = w.i.request('GET', f"{w.base}/oauth2/v2.0/authorize?{urllib.parse.urlencode({**good, 'scope': 'nothing', 'response_mode': 'form_post'})}")
    check('a page that posts itself, where it was asked for', answer.status == 200 and step_of(answer) == 'form-post' and
          b'name="error" value="invalid_scope"' in answer.body, answer)
    policy = answer.headers.get('Content-Security-Policy', '')
    check('its script has a nonce and the policy names it', "script-src 'nonce-" in policy and 'unsafe' not in policy, policy)
    answer = w.i.request('GET', f"{w.base}/oauth2/v2.0/authorize?{urllib.parse.urlencode({**good, 'state': 's' * 2049})}")
    check('an over-long state is refused and not echoed', query_of(answer).get('error') == 'invalid_request' and 'state' not in query_of(answer), answer)
    query = urllib.parse.urlencode(good) + '&scope=profile'
    check('a repeated parameter is refused', query_of(w.i.request('GET', f'{w.base}/oauth2/v2.0/authorize?{query}')).get('error') == 'invalid_request')
    query = urllib.parse.urlencode({**good, 'display': 'no', 'ui_locales': 'xx', 'acr_values': '9', 'login_hint': 'who?', 'unknown': '1'})
    check('hints and unknown parameters disturb nothing', w.i.request('GET', f'{w.base}/oauth2/v2.0/authorize?{query}').status == 200)
    spa = {'client_id': w.page['appId'], 'response_type': 'code', 'scope': 'openid', 'redirect_uri': 'http://localhost:19998/app', 'state': 's'}
    answer = w.i.request('GET', f'{w.base}/oauth2/v2.0/authorize?{urllib.parse.urlencode(spa)}')
    check('a public client without PKCE is refused', query_of(answer).get('error') == 'invalid_request', answer)


def pages(w):
    browser = Browser(w.i)
    page, _ = browser.authorize(w.tenant, login_hint='ada@contoso.example')
    text = page.body.decode()
    policy = page.headers.get('Content-Security-Policy', '')
    check('the sign-in page is one', page.status == 200 and step_of(page) == 'password', page)
    check('it carries no script', '<script' not in text and 'script-src' not in policy)
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self' http://127.0.0.1:19999"):
        check(f'its policy says {part}', part in policy, policy)
    for name, value in (('X-Frame-Options', 'DENY'), ('Referrer-Policy', 'no-referrer'), ('Cross-Origin-Opener-Policy', 'same-origin'),
                        ('X-Content-Type-Options', 'nosniff')):
        check(f'its header {name}', page.headers.get(name) == value, page.headers.get(name))
    check('it is not stored', 'no-store' in page.headers.get('Cache-Control', ''))
    check('its fields have labels', all(f'<label for="{n}">' in text for n in ('username', 'password')))
    check('its fields have the names that programs look for', 'autocomplete="username webauthn"' in text and
          'autocomplete="current-password"' in text and 'name="remember" value="1"' in text and 'name="action" value="signin"' in text)
    check('the hint stands in the field', 'value="ada@contoso.example"' in text)
    check('before signing in there is no session cookie', not any(n.startswith('__Host-bwk_s') for n in browser.cookies))
    evil = '"><script>alert(1)</script>'
    check('a hint is escaped', evil not in Browser(w.i).authorize(w.tenant, login_hint=evil)[0].body.decode())
    form = {'username': 'ada@contoso.example', 'password': PASSWORD, 'action': 'signin'}
    hidden = {n: html.unescape(v) for n, v in re.findall('<input type="hidden" name="([^"]+)" value="([^"]*)">', text)}
    action = html.unescape(re.search('action="([^"]+)"', text).group(1))
    jar = '; '.join(f'{k}={v}' for k, v in browser.cookies.items())
    body = urllib.parse.urlencode({**hidden, **form})
    for name, headers in (('a foreign origin', {'Cookie': jar, 'Origin': 'https://evil.example'}),
                          ('no origin at all', {'Cookie': jar}), ('Origin: null', {'Cookie': jar, 'Origin': 'null'}),
                          ('Sec-Fetch-Site: cross-site', {'Cookie': jar, 'Origin': w.i.origin, 'Sec-Fetch-Site': 'cross-site'}),
                          ('another browser', {'Origin': w.i.origin})):
        answer = w.i.request('POST', action, body, {**FORM, **headers})
        check(f'{name}: the form is refused', answer.status == 400 and step_of(answer) == 'error' and
              '__Host-bwk_s' not in str(answer.headers.get_all('Set-Cookie')), answer)
    for name, changed in (('a changed state', {'ctx': hidden['ctx'][:-2] + 'AA'}), ('no state', {'ctx': ''})):
        answer = w.i.request('POST', action, urllib.parse.urlencode({**hidden, **form, **changed}), {**FORM, 'Cookie': jar, 'Origin': w.i.origin})
        check(f'{name}: the form is refused', answer.status == 400 and step_of(answer) == 'error', answer)
    wrong = [browser.submit(page, {**form, 'username': u, 'password': 'wrong password 1'}) for u in
             ('ada@contoso.example', 'nobody@contoso.example', 'x')]
    alerts = [re.findall('<p role="alert">(.*?)</p>', a.body.decode()) for a in wrong]
    check('a wrong name and a wrong password look the same', all(a.status == 200 and len(x) == 1 for a, x in zip(wrong, alerts)) and
          alerts[0] == alerts[1] == alerts[2], alerts)
    answer = browser.submit(page, {'action': 'cancel'})
    check('cancel tells the client access_denied', answer.status == 303 and query_of(answer).get('error') == 'access_denied', answer)
    answer = browser.submit(page, form)
    check('the right password answers 303 with code, state and iss only', answer.status == 303 and
          set(query_of(answer)) == {'code', 'state', 'iss'}, answer.headers.get('Location'))
    cookie = [c for c in answer.headers.get_all('Set-Cookie') or [] if c.startswith('__Host-bwk_s_')]
    check('the session cookie is Secure, HttpOnly, Lax, of the whole host', len(cookie) == 1 and all(
        a in cookie[0] for a in ('; Secure', '; HttpOnly', '; SameSite=Lax', '; Path=/')) and 'Domain' not in cookie[0], cookie)
    check("its name ends in the tenant's first digits", cookie and cookie[0].startswith(f"__Host-bwk_s_{w.tenant['id'][:8]}="), cookie)
    check('"stay signed in" was not asked for: it ends with the browser', cookie and 'Max-Age' not in cookie[0] and 'Expires' not in cookie[0], cookie)
    posted = urllib.parse.urlencode({'client_id': w.tenant['app']['appId'], 'response_type': 'code', 'redirect_uri': CALLBACK,
                                     'scope': 'openid', 'state': 'p'})
    answer = w.i.request('POST', f'{w.base}/oauth2/v2.0/authorize', posted, FORM)
    check('a posted request is parked behind a GET', answer.status == 303 and answer.headers['Location'].startswith(f'{w.base}/oauth2/v2.0/authorize?'), answer)
    answer = browser.request('GET', answer.headers['Location'])
    check('which finds the session', answer.status == 303 and query_of(answer).get('state') == 'p' and query_of(answer).get('code'), answer)


def code_flow(w):
    browser, answer, verifier = w.signed_in(nonce='n-1', scope='openid profile email offline_access')
    redeemed = w.redeem(answer, verifier)
    t = redeemed.json()
    check('a code becomes tokens', redeemed.status == 200 and t.get('token_type') == 'Bearer' and 'no-store' in redeemed.headers['Cache-Control'], redeemed)
    check('the answer has the members of the standard', {'access_token', 'id_token', 'refresh_token', 'expires_in', 'scope', 'ext_expires_in'} <= set(t), list(t))
    check('the scope is what was granted', set(t['scope'].split()) == {'openid', 'profile', 'email', 'offline_access'}, t['scope'])
    published = {k['kid']: k for k in w.i.request('GET', f'{w.base}/discovery/v2.0/keys').json()['keys']}
    check('ID token: RS256 unless the client has registered another', header_of(t['id_token'])['alg'] == 'RS256' and
          published[header_of(t['id_token'])['kid']]['kty'] == 'RSA', header_of(t['id_token']))
    check('access token: ES256', header_of(t['access_token'])['alg'] == 'ES256' and
          published[header_of(t['access_token'])['kid']]['kty'] == 'EC', header_of(t['access_token']))
    c = claims_of(t['id_token'])
    check('ID token: issuer, audience, nonce', c['iss'] == f'{w.i.origin}{w.base}/v2.0' and c['aud'] == w.tenant['app']['appId'] and c['nonce'] == 'n-1', c)
    check('ID token: who and when', c['oid'] == w.ada['id'] and c['tid'] == w.tenant['id'] and c['ver'] == '2.0' and c['auth_time'] <= c['iat'] < c['exp'] and
          c['amr'] == ['pwd'] and c['sid'] and c['sub'] and c['preferred_username'] == 'ada@contoso.example', c)
    a = claims_of(t['access_token'])
    check('access token: audience, client, scopes', a['aud'] == '00000003-0000-0000-c000-000000000000' and a['azp'] == w.tenant['app']['appId'] and
          a['azpacr'] == '1' and 'openid' in a['scp'].split() and a['uti'] and a['jti'] == a['uti'], a)
    check('access token: 60 to 90 minutes', 3600 <= t['expires_in'] <= 5400 and 3600 <= a['exp'] - a['iat'] <= 5400, t['expires_in'])
    again = w.redeem(answer, verifier)
    check('a code works once', is_error(again, 400, 'invalid_grant'), again)
    refresh = {'grant_type': 'refresh_token', 'refresh_token': t['refresh_token'], **w.client()}
    check('and what it gave is revoked', is_error(w.token(refresh), 400, 'invalid_grant'))
    check('also the access token', w.i.request('GET', f'{w.base}/oidc/userinfo', headers=bearer(t['access_token'])).status == 401)

    second, verifier = browser.authorize(w.tenant, scope='openid')
    check('a second application needs no page (single sign-on)', second.status == 303 and 'code' in query_of(second), second)
    t = w.redeem(second, verifier).json()
    check('without offline_access there is no refresh token', 'refresh_token' not in t and 'id_token' in t, list(t))
    check('a person is the same person', claims_of(t['id_token'])['sub'] == c['sub'])

    for name, changed in (('another redirect URI', {'redirect_uri': CALLBACK + '2'}), ('no redirect URI', {'redirect_uri': None}),
                          ('a wrong verifier', {'code_verifier': 'x' * 43}), ('no verifier', {'code_verifier': None})):
        _, answer, verifier = w.signed_in()
        bad = w.redeem(answer, verifier, **changed)
        check(f'code with {name}: invalid_grant', is_error(bad, 400, 'invalid_grant'), bad)
    _, answer, verifier = w.signed_in()
    bad = w.redeem(answer, verifier, client_id=w.page['appId'], client_secret=None)
    check("another client's code", is_error(bad, 400, 'invalid_grant'), bad)
    _, answer, verifier = w.signed_in()
    check('no secret for a web code: invalid_client', is_error(w.redeem(answer, verifier, client_secret=None), 401, 'invalid_client'))


def sessions(w):
    browser, answer, verifier = w.signed_in()
    first = w.redeem(answer, verifier).json()
    before = claims_of(first['id_token'])
    for name, changed, step in (('prompt=login', {'prompt': 'login'}, 'password'), ('max_age=0', {'max_age': '0'}, 'password'),
                                ('prompt=select_account', {'prompt': 'select_account'}, 'select-account'),
                                ('prompt=consent', {'prompt': 'consent'}, 'consent')):
        page, _ = browser.authorize(w.tenant, **changed)
        check(f'{name} with a session: the page {step}', page.status == 200 and step_of(page) == step, (step_of(page), page.status))
    page, verifier = browser.authorize(w.tenant, prompt='login')
    old = dict(browser.cookies)
    answer = browser.submit(page, {'username': 'ada@contoso.example', 'password': PASSWORD, 'action': 'signin'})
    after = claims_of(w.redeem(answer, verifier).json()['id_token'])
    check('prompt=login proves the person again', after['auth_time'] >= before['auth_time'] and '__Host-bwk_s' in str(answer.headers.get_all('Set-Cookie')))
    stale = Browser(w.i)
    stale.cookies = old
    check('the session before is dead at once', step_of(stale.authorize(w.tenant)[0]) == 'password')
    check('prompt=none with a session answers without a page', 'code' in query_of(browser.authorize(w.tenant, prompt='none')[0]))
    hinted = browser.authorize(w.tenant, prompt='none', id_token_hint=first['id_token'])[0]
    check('id_token_hint of the same person', 'code' in query_of(hinted), hinted.headers.get('Location'))
    w.i.person_make('contoso.example', 'bob')
    bob = w.tokens(upn='bob@contoso.example')
    hinted = browser.authorize(w.tenant, prompt='none', id_token_hint=bob['id_token'])[0]
    check('id_token_hint of another person: login_required', query_of(hinted).get('error') == 'login_required', hinted.headers.get('Location'))
    forged = bob['id_token'].rsplit('.', 1)[0] + '.' + 'A' * 86
    hinted = browser.authorize(w.tenant, prompt='none', id_token_hint=forged)[0]
    check('a forged id_token_hint: login_required', query_of(hinted).get('error') == 'login_required', hinted.headers.get('Location'))
    check('pairwise subjects differ by person', claims_of(bob['id_token'])['sub'] != before['sub'])
    page, verifier = browser.authorize(w.tenant, prompt='select_account')
    answer = browser.submit(page, {'account': w.ada['id']})
    check('the chosen account goes on', 'code' in query_of(answer), answer)
    page, _ = browser.authorize(w.tenant, prompt='consent')
    check('refused consent: access_denied', query_of(browser.submit(page, {'action': 'deny'})).get('error') == 'access_denied')
    page, verifier = browser.authorize(w.tenant, prompt='consent')
    check('given consent goes on', 'code' in query_of(browser.submit(page, {'action': 'accept'})))
    one, _ = Browser(w.i).authorize(w.tenant)
    both = Browser(w.i)
    one, v1 = both.authorize(w.tenant, state='one')
    two, v2 = both.authorize(w.tenant, state='two')
    form = {'username': 'ada@contoso.example', 'password': PASSWORD, 'action': 'signin'}
    check('two tabs do not disturb each other', query_of(both.submit(one, form)).get('state') == 'one' and query_of(both.submit(two, form)).get('state') == 'two')
    kept = Browser(w.i)
    page, _ = kept.authorize(w.tenant)
    answer = kept.submit(page, {**form, 'remember': '1'})
    cookie = [c for c in answer.headers.get_all('Set-Cookie') if c.startswith('__Host-bwk_s_')]
    check('"stay signed in" outlives the browser', cookie and 'Max-Age=' in cookie[0], cookie)


def refreshing(w):
    t = w.tokens()
    form = {'grant_type': 'refresh_token', **w.client()}
    first = w.token({**form, 'refresh_token': t['refresh_token']})
    n1 = first.json()
    check('a refresh token gives new tokens', first.status == 200 and n1['refresh_token'] != t['refresh_token'] and n1['access_token'] != t['access_token'], first)
    was, now = claims_of(t['id_token']), claims_of(n1['id_token'])
    check('the new ID token keeps iss, sub, aud, auth_time and sid', all(was[k] == now[k] for k in ('iss', 'sub', 'aud', 'auth_time', 'sid')))
    grace = w.token({**form, 'refresh_token': t['refresh_token']})
    check('the same again within the grace gives the same answer', grace.status == 200 and grace.json() == n1, grace)
    n2 = w.token({**form, 'refresh_token': n1['refresh_token']}).json()
    reuse = w.token({**form, 'refresh_token': t['refresh_token']})
    check('an older one is refused', is_error(reuse, 400, 'invalid_grant'), reuse)
    check('and ends the family', is_error(w.token({**form, 'refresh_token': n2['refresh_token']}), 400, 'invalid_grant'))
    t = w.tokens()
    bad = w.token({'grant_type': 'refresh_token', 'refresh_token': t['refresh_token'], 'client_id': w.page['appId']})
    check("another client's refresh token", is_error(bad, 400, 'invalid_grant'), bad)
    narrow = w.token({**form, 'refresh_token': w.tokens()['refresh_token'], 'scope': 'openid'})
    check('a narrower scope', narrow.status == 200 and set(narrow.json()['scope'].split()) <= {'openid', 'offline_access'}, narrow)
    wide = w.token({**form, 'refresh_token': w.tokens(scope='openid offline_access')['refresh_token'], 'scope': 'openid email'})
    check('a wider scope', is_error(wide, 400, 'invalid_scope'), wide)
    for name, token in (('no', ''), ('a nonsense', 'x'), ('a made-up', 'rt.' + '0' * 32 + '.1.' + 'A' * 43)):
        bad = w.token({**form, 'refresh_token': token})
        check(f'{name} refresh token', bad.status == 400 and bad.json()['error'] in ('invalid_grant', 'invalid_request'), bad)


def clients(w):
    grant = {'grant_type': 'client_credentials', 'scope': f'{w.i.origin}/e/sales/.default'}
    app = w.tenant['app']
    answer = w.token({**grant, **w.client()})
    c = claims_of(answer.json()['access_token'])
    check('client credentials', answer.status == 200 and set(answer.json()) >= {'token_type', 'expires_in', 'access_token'} and
          'refresh_token' not in answer.json() and 'id_token' not in answer.json(), answer)
    check('its token is for the environment, of the service principal', c['aud'] == w.tenant['environment_id'] and c['oid'] == app['servicePrincipalId'] and
          c['idtyp'] == 'app' and 'scp' not in c and c['azp'] == app['appId'], c)
    check('ES256 for our own resources', header_of(answer.json()['access_token'])['alg'] == 'ES256')
    basic = lambda a, b: {'Authorization': 'Basic ' + base64.b64encode(f'{a}:{b}'.encode()).decode()}
    quoted = ''.join(f'%{ord(c):02X}' for c in app['secretText'])
    check('by Basic', w.token(grant, basic(app['appId'], app['secretText'])).status == 200)
    check('by Basic, form-encoded before', w.token(grant, basic(app['appId'], quoted)).status == 200)
    bad = w.token(grant, basic(app['appId'], 'wrong'))
    check('a wrong secret by Basic: 401 that says Basic', is_error(bad, 401, 'invalid_client') and bad.headers.get('WWW-Authenticate', '').startswith('Basic'), bad)
    bad = w.token({**grant, 'client_id': app['appId'], 'client_secret': 'wrong'})
    check('a wrong secret in the body: 401', is_error(bad, 401, 'invalid_client') and bad.json()['error_codes'] == [7000215], bad)
    for name, form, headers, query, status, error in (
            ('both methods', {**grant, **w.client()}, basic(app['appId'], app['secretText']), '', 400, 'invalid_request'),
            ('a secret in the URL', {**grant, 'client_id': app['appId']}, {}, f"?client_secret={app['secretText']}", 400, 'invalid_request'),
            ('no client', grant, {}, '', 401, 'invalid_client'),
            ('an unknown client', {**grant, 'client_id': secrets.token_hex(8), 'client_secret': 'x'}, {}, '', 401, 'invalid_client'),
            ('a public client', {**grant, 'client_id': w.page['appId']}, {}, '', 401, 'invalid_client'),
            ("another tenant's client", {**grant, 'client_id': w.other['app']['appId'], 'client_secret': w.other['app']['secretText']}, {}, '', 401, 'invalid_client'),
            ('no scope', {'grant_type': 'client_credentials', **w.client()}, {}, '', 400, 'invalid_scope'),
            ('a delegated scope', {**grant, **w.client(), 'scope': 'openid'}, {}, '', 400, 'invalid_scope'),
            ('two resources', {**grant, **w.client(), 'scope': f'{w.i.origin}/.default {w.i.origin}/e/sales/.default'}, {}, '', 400, 'invalid_scope'),
            ("another tenant's environment", {**grant, **w.client(), 'scope': f'{w.i.origin}/e/shop/.default'}, {}, '', 400, 'invalid_scope'),
            ('no grant type', w.client(), {}, '', 400, 'invalid_request'),
            ('a password grant', {**w.client(), 'grant_type': 'password', 'username': 'a', 'password': 'b'}, {}, '', 400, 'unsupported_grant_type'),
            ('a repeated parameter', urllib.parse.urlencode({**grant, **w.client()}) + '&scope=x', {}, '', 400, 'invalid_request'),
            ('JSON', json.dumps({**grant, **w.client()}), {'Content-Type': 'application/json'}, '', 400, 'invalid_request')):
        bad = w.token(form, headers, query)
        check(f'token endpoint, {name}: {status} {error}', is_error(bad, status, error), bad)
    directory = w.token({**grant, **w.client(), 'scope': f'{w.i.origin}/.default'})
    check('the directory as resource', directory.status == 200 and claims_of(directory.json()['access_token'])['aud'] == '00000003-0000-0000-c000-000000000000', directory)
    by_id = w.token({**grant, **w.client(), 'scope': f"{w.tenant['environment_id']}/.default"})
    check('a resource by its application id', by_id.status == 200, by_id)
    bad = w.token({**grant, **w.client()}, base='/nobody.example')
    check('an unknown tenant', bad.status == 400 and bad.json()['error'] == 'invalid_tenant', bad)
    spa, verifier = {'client_id': w.page['appId'], 'redirect_uri': 'http://localhost:19998/app'}, None
    browser, answer, verifier = w.signed_in(**spa)
    form = {'grant_type': 'authorization_code', 'code': query_of(answer)['code'], 'code_verifier': verifier, **spa}
    answer = w.token(form, {'Origin': 'http://localhost:19998'})
    check('a single-page application redeems without a secret, across origins', answer.status == 200 and
          answer.headers.get('Access-Control-Allow-Origin') == 'http://localhost:19998', answer)
    check('its access token says that it is public', claims_of(answer.json()['access_token'])['azpacr'] == '0')


def userinfo(w):
    path = f'{w.base}/oidc/userinfo'
    t = w.tokens(scope='openid profile email')
    answer = w.i.request('GET', path, headers=bearer(t['access_token']))
    check('userinfo', answer.status == 200 and answer.json()['sub'] == claims_of(t['id_token'])['sub'] and answer.json()['name'] == 'ada', answer)
    for name, body, headers in (('POST with the token in the header', None, bearer(t['access_token'])),
                                ('POST with the token in the body', f"access_token={t['access_token']}", FORM)):
        check(f'userinfo by {name}', w.i.request('POST', path, body, headers).status == 200)
    check('userinfo without a tenant in the path', w.i.request('GET', '/oidc/userinfo', headers=bearer(t['access_token'])).status == 200)
    none = w.i.request('GET', path)
    check('userinfo without a token says how', none.status == 401 and none.headers.get('WWW-Authenticate', '').startswith('Bearer'), none)
    check('a token in the query is refused', w.i.request('GET', f"{path}?access_token={t['access_token']}").status in (400, 401))
    app = w.i.token(w.tenant, f'{w.i.origin}/.default')
    scope = f'openid {w.i.origin}/e/sales/user_impersonation'
    browser, answer, verifier = w.signed_in(scope=scope)
    question = browser.request('GET', answer.headers['Location'])
    check("an environment's data wants consent", step_of(question) == 'consent', question)
    data = w.redeem(browser.submit(question, {'action': 'accept'}), verifier).json()['access_token']
    check('which is asked once', 'code' in query_of(browser.authorize(w.tenant, scope=scope)[0]))
    foreign = w.i.token(w.other, f'{w.i.origin}/.default')
    bent = t['access_token'][:-4] + ('AAAA' if not t['access_token'].endswith('AAAA') else 'BBBB')
    for name, token, status, error in (("an application's token", app, 403, 'insufficient_scope'), ("an environment's token", data, 401, 'invalid_token'),
                                       ("another tenant's token", foreign, 401, 'invalid_token'), ('a changed token', bent, 401, 'invalid_token'),
                                       ('an ID token', t['id_token'], 401, 'invalid_token'), ('nonsense', 'abc', 401, 'invalid_token')):
        answer = w.i.request('GET', path, headers=bearer(token))
        check(f'userinfo with {name}: {status} {error}', answer.status == status and f'error="{error}"' in answer.headers.get('WWW-Authenticate', ''),
              (answer, answer.headers.get('WWW-Authenticate')))


def signing_out(w):
    path = f'{w.base}/oauth2/v2.0/logout'
    browser, answer, verifier = w.signed_in(scope='openid offline_access')
    t = w.redeem(answer, verifier).json()
    question = browser.request('GET', path)
    check('sign-out without a hint asks', question.status == 200 and step_of(question) == 'signout', question)
    check('until then the session lives', 'code' in query_of(browser.authorize(w.tenant, prompt='none')[0]))
    for name, query in (('an unregistered address', {'id_token_hint': t['id_token'], 'post_logout_redirect_uri': 'https://evil.example/'}),
                        ('a forged hint', {'id_token_hint': t['id_token'][:-4] + 'AAAA', 'post_logout_redirect_uri': CALLBACK}),
                        ('no hint but an address', {'post_logout_redirect_uri': CALLBACK, 'client_id': w.tenant['app']['appId']})):
        answer = browser.request('GET', f'{path}?{urllib.parse.urlencode(query)}')
        check(f'sign-out with {name}: a question, no redirect', answer.status == 200 and step_of(answer) == 'signout' and 'Location' not in answer.headers, answer)
    done = browser.submit(browser.request('GET', path), {'action': 'signout'})
    check('yes: the signed-out page, the cookie cleared', done.status == 200 and step_of(done) == 'signed-out' and
          not any(n.startswith('__Host-bwk_s') for n in browser.cookies), done)
    check('the session is over', query_of(browser.authorize(w.tenant, prompt='none')[0]).get('error') == 'login_required')
    refresh = w.token({'grant_type': 'refresh_token', 'refresh_token': t['refresh_token'], **w.client()})
    check('and with it its refresh tokens', is_error(refresh, 400, 'invalid_grant'), refresh)
    for method in ('GET', 'POST'):
        browser, answer, verifier = w.signed_in()
        t = w.redeem(answer, verifier).json()
        query = {'id_token_hint': t['id_token'], 'post_logout_redirect_uri': CALLBACK, 'state': 'x y'}
        answer = browser.request('GET', f'{path}?{urllib.parse.urlencode(query)}') if method == 'GET' else browser.request('POST', path, query)
        check(f'sign-out with a hint by {method}: back to the registered address with state', answer.status == 303 and
              answer.headers['Location'].startswith(CALLBACK) and query_of(answer) == {'state': 'x y'}, (answer, answer.headers.get('Location')))
        check('the session is over', query_of(browser.authorize(w.tenant, prompt='none')[0]).get('error') == 'login_required')


def accounts(w):
    folder = w.i.folder
    made = w.i.command('user', 'create', folder, '--tenant', 'contoso.example', '--upn', 'new@contoso.example', '--password-file', '-', '--json', input=PASSWORD)
    browser = Browser(w.i)
    page, verifier = browser.authorize(w.tenant)
    page = browser.submit(page, {'username': 'NEW@contoso.example', 'password': PASSWORD, 'action': 'signin'})
    check('a first password must be changed', step_of(page) == 'change-password' and not any(n.startswith('__Host-bwk_s') for n in browser.cookies), page)
    for name, one, two in (('two that differ', 'another battery staple', 'another battery stable'), ('a short one', 'short', 'short'),
                           ('the old one', PASSWORD, PASSWORD), ('nothing', '', '')):
        again = browser.submit(page, {'new_password': one, 'new_password_again': two, 'action': 'accept'})
        check(f'{name} is refused with one alert', step_of(again) == 'change-password' and again.body.count(b'role="alert"') == 1, again)
    answer = browser.submit(page, {'new_password': 'another battery staple', 'new_password_again': 'another battery staple', 'action': 'accept'})
    check('a good one signs in', 'code' in query_of(answer) and w.redeem(answer, verifier).status == 200, answer)
    check('the old one is no longer right', step_of(w.signed_in('new@contoso.example')[1]) == 'password')
    check('the new one is', 'code' in query_of(w.signed_in('new@contoso.example', 'another battery staple')[1]))

    t = w.tokens(upn='bob@contoso.example')
    bob, _, _ = w.signed_in('bob@contoso.example')
    w.i.operate('PATCH', f"{w.base}/v1.0/users/bob@contoso.example", {'accountEnabled': False})
    refresh = w.token({'grant_type': 'refresh_token', 'refresh_token': t['refresh_token'], **w.client()})
    check('a disabled account: its refresh token ends', is_error(refresh, 400, 'invalid_grant'), refresh)
    check('its access token does not serve userinfo', w.i.request('GET', f'{w.base}/oidc/userinfo', headers=bearer(t['access_token'])).status == 401)
    check('its session ends', query_of(bob.authorize(w.tenant, prompt='none')[0]).get('error') == 'login_required')
    disabled, missing = w.signed_in('bob@contoso.example')[1], w.signed_in('bobby@contoso.example')[1]
    look = lambda a: re.findall('<p role="alert">(.*?)</p>', a.body.decode())
    check('it looks like a wrong password', step_of(disabled) == 'password' and look(disabled) == look(missing), disabled)

    w.i.person_make('contoso.example', 'eve')
    browser = Browser(w.i)
    page, _ = browser.authorize(w.tenant)
    for n in range(10):
        browser.submit(page, {'username': 'eve@contoso.example', 'password': f'wrong password {n}', 'action': 'signin'})
    locked = w.signed_in('eve@contoso.example')[1]
    check('after ten wrong passwords the right one is refused, and looks wrong', step_of(locked) == 'password' and look(locked) == look(missing), locked)
    def reasons():
        return {e.get('reason') for e in w.i.audit_events(w.tenant['id']) if e['op'] == 'signin.password'}
    wanted = {'locked', 'account_disabled', 'unknown_user', 'bad_password'}
    known, _ = eventually(lambda: wanted <= reasons())
    check('the log knows better', known, reasons())
    events = w.i.audit_events(w.tenant['id'])
    check('the password that was typed as a name is nowhere', not any('bobby@' in json.dumps(e) for e in events))
    w.i.operate('DELETE', f"{w.base}/v1.0/users/{made['id']}")
    check('a deleted account does not sign in', step_of(w.signed_in('new@contoso.example', 'another battery staple')[1]) == 'password')


def passes(w):
    made = w.i.command('user', 'create', w.i.folder, '--tenant', 'contoso.example', '--upn', 'root@contoso.example', '--role',
                       'Global Administrator', '--pass', '--json')
    check('the operator makes an administrator with an access pass', made.get('temporaryAccessPass') and 'password' not in made, list(made))
    browser, page, verifier = w.signed_in('root@contoso.example', made['temporaryAccessPass'])
    check('it is typed where the password is asked, and a password is chosen', step_of(page) == 'change-password', page)
    answer = browser.submit(page, {'new_password': 'another battery staple', 'new_password_again': 'another battery staple', 'action': 'accept'})
    check('which signs in', 'code' in query_of(answer), answer)

    path = f'{w.base}/v1.0/users/ada@contoso.example/authentication/temporaryAccessPassMethods'
    given = w.i.operate('POST', path, {'lifetimeInMinutes': 10, 'isUsableOnce': True})
    check('a pass says what it is', given['lifetimeInMinutes'] == 10 and given['isUsableOnce'] is True and given['id'], given)
    shown = w.i.operate('GET', path)['value']
    check('it is shown once', len(shown) == 1 and shown[0]['temporaryAccessPass'] is None and shown[0]['id'] == given['id'], shown)
    kinds = [m['@odata.type'] for m in w.i.operate('GET', f'{w.base}/v1.0/users/ada@contoso.example/authentication/methods')['value']]
    check('the methods of a person', kinds == ['#microsoft.graph.passwordAuthenticationMethod', '#microsoft.graph.temporaryAccessPassAuthenticationMethod'], kinds)
    _, answer, verifier = w.signed_in(password=given['temporaryAccessPass'])
    t = w.redeem(answer, verifier).json()
    check('a pass signs in; tokens name the method and end with it', claims_of(t['id_token'])['amr'] == ['tap'] and t['expires_in'] <= 600, t.get('expires_in'))
    again = w.signed_in(password=given['temporaryAccessPass'])[1]
    check('a pass for one use works once', step_of(again) == 'password', again)
    check('the password still works', 'code' in query_of(w.signed_in()[1]))
    often = w.i.operate('POST', path, {})
    check('a pass for several uses', all('code' in query_of(w.signed_in(password=often['temporaryAccessPass'])[1]) for _ in (1, 2)))
    check('a pass can be taken away', w.i.operator('DELETE', f"{path}/{often['id']}").status == 204)
    check('and is worth nothing then', step_of(w.signed_in(password=often['temporaryAccessPass'])[1]) == 'password')
    for name, body in (('a short life', {'lifetimeInMinutes': 9}), ('a long life', {'lifetimeInMinutes': 43201}), ('an unknown member', {'x': 1}),
                       ('a text for a number', {'lifetimeInMinutes': '60'})):
        bad = w.i.operator('POST', path, body)
        check(f'a pass with {name} is refused', bad.status == 400 and bad.json()['error']['code'] == 'Request_BadRequest', bad)
    reset = w.i.operator('POST', f'{w.base}/v1.0/users/ada@contoso.example/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword', {})
    check('a reset password is made and shown', reset.status == 202 and reset.headers.get('Location') and reset.json().get('newPassword'), reset)
    check('and must be changed', step_of(w.signed_in(password=reset.json()['newPassword'])[1]) == 'change-password')
    events, _ = eventually(lambda: [e for e in w.i.audit_events(w.tenant['id']) if e['op'] in ('add.accessPass', 'remove.accessPass', 'reset.password')][2:])
    check('all of it is in the log, without a secret', events and not any(s in json.dumps(w.i.audit_events(w.tenant['id'])) for s in (
        given['temporaryAccessPass'], often['temporaryAccessPass'], reset.json()['newPassword'])), events)


def main():
    installation = Installation(sys.argv[1], 'identity')
    try:
        installation.init().start()
        w = World(installation)
        for part in (discovery, authorize_pages, authorize_redirects, pages, code_flow, sessions, refreshing, clients, userinfo, signing_out, accounts, passes):
            try:
                part(w)
            except (KeyError, AttributeError, ValueError, TypeError, IndexError) as e:
                check(f'{part.__name__} runs to its end', False, repr(e))
    finally:
        installation.close(show_log=steps.failed > 0)
    return steps.report(least=180)


sys.exit(main())
