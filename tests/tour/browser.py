"""What a person's browser and an application do, with nothing but the standard library: HTTPS that trusts one authority, cookies, the
one form of a page, the authorization code flow with PKCE, and the checks that a relying party owes its users."""
import base64
import hashlib
import html
import http.client
import json
import re
import secrets
import ssl
import urllib.parse

FORM = {'Content-Type': 'application/x-www-form-urlencoded'}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f'{self.status} {self.body[:200]!r}'


class Site:
    """One HTTPS connection that is kept, to 127.0.0.1 under the origin's name."""

    def __init__(self, host, port, authority):
        self.host, self.port = host, port
        self.context = ssl.create_default_context(cafile=authority)
        self.connection = None

    def request(self, method, path, body=None, headers=None):
        headers = {'Host': f'{self.host}:{self.port}', **(headers or {})}
        for attempt in (1, 2):  # a kept connection may have ended meanwhile
            if not self.connection:
                self.connection = http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=60)
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            except (OSError, http.client.HTTPException) as e:
                self.close()
                ended = isinstance(e, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError))
                if attempt == 2 or method != 'GET' or not ended:
                    raise

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def part(text):
    return json.loads(base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)))


def query_of(location):
    url = urllib.parse.urlsplit(location)
    return dict(urllib.parse.parse_qsl(url.query)), f'{url.scheme}://{url.netloc}{url.path}'


class Refused(Exception):
    pass


class Browser:
    """One person's: cookies are kept, nothing is followed by itself."""

    def __init__(self, site, origin):
        self.site, self.origin, self.cookies, self.forms_filled = site, origin, {}, 0

    def request(self, method, target, form=None):
        headers = {'Cookie': '; '.join(f'{k}={v}' for k, v in self.cookies.items())} if self.cookies else {}
        body = None
        if form is not None:
            headers |= FORM | {'Origin': self.origin, 'Sec-Fetch-Site': 'same-origin'}
            body = urllib.parse.urlencode(form)
        answer = self.site.request(method, target.removeprefix(self.origin), body, headers)
        for line in answer.headers.get_all('Set-Cookie') or []:
            name, value = re.match('([^=]+)=([^;]*)', line).groups()
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def submit(self, answer, fields):
        page = answer.body.decode()
        action = re.search('<form method="post" action="([^"]+)"', page)
        if not action:
            raise Refused(f'no form on the page: {answer}')
        hidden = re.findall('<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
        return self.request('POST', html.unescape(action.group(1)), {n: html.unescape(v) for n, v in hidden} | fields)

    def sign_in(self, tenant, app, scope, user=None):
        """The code flow of `app`. `user` fills in the form; without one the session must do. Returns the tokens after their checks."""
        verifier, state, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip('=')
        query = {'client_id': app['appId'], 'response_type': 'code', 'redirect_uri': app['redirectUri'], 'scope': scope, 'state': state,
                 'nonce': nonce, 'code_challenge': challenge, 'code_challenge_method': 'S256'}
        page = self.request('GET', f"/{tenant['tenantId']}/oauth2/v2.0/authorize?{urllib.parse.urlencode(query)}")
        if page.status == 200 and user:
            self.forms_filled += 1
            page = self.submit(page, {'username': user['userPrincipalName'], 'password': user['password'], 'action': 'signin'})
        answer, target = query_of(page.headers.get('Location') or '')
        if page.status not in (302, 303) or target != app['redirectUri'] or 'code' not in answer:
            raise Refused(f'no code: {page.status} {answer or re.sub("<[^>]*>", " ", page.body.decode())[-300:]}')
        if answer.get('state') != state or answer.get('iss') != tenant['issuer']:
            raise Refused(f'state or issuer of the answer are not ours: {answer}')
        tokens = self.redeem(tenant, app, answer['code'], verifier)
        self.check_id_token(tenant, app, tokens['id_token'], nonce)
        return tokens

    def redeem(self, tenant, app, code, verifier):
        form = {'grant_type': 'authorization_code', 'code': code, 'redirect_uri': app['redirectUri'], 'client_id': app['appId'],
                'code_verifier': verifier} | ({'client_secret': app['secretText']} if 'secretText' in app else {})
        headers = FORM | ({} if 'secretText' in app else {'Origin': query_of(app['redirectUri'])[1].rstrip('/')})
        answer = self.site.request('POST', f"/{tenant['tenantId']}/oauth2/v2.0/token", urllib.parse.urlencode(form), headers)
        if answer.status != 200:
            raise Refused(f'the code was not redeemed: {answer}')
        return answer.json()

    @staticmethod
    def check_id_token(tenant, app, token, nonce):
        claims = part(token.split('.')[1])
        wanted = {'iss': tenant['issuer'], 'aud': app['appId'], 'nonce': nonce, 'tid': tenant['tenantId']}
        wrong = {name: claims.get(name) for name, value in wanted.items() if claims.get(name) != value}
        if wrong:
            raise Refused(f'the ID token says {wrong}')


def client_token(site, tenant, app, scope):
    form = {'grant_type': 'client_credentials', 'client_id': app['appId'], 'client_secret': app['secretText'], 'scope': scope}
    answer = site.request('POST', f"/{tenant['tenantId']}/oauth2/v2.0/token", urllib.parse.urlencode(form), FORM)
    if answer.status != 200:
        raise Refused(f'{answer}')
    return answer.json()['access_token']
