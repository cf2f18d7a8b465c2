// npm openid-client does what an application does: discovery, code flow with PKCE through the real pages, refresh, userinfo,
// single sign-on to a second application, end of session, client credentials. Prints a line per step; exits 1 at the first that fails.
import assert from 'node:assert/strict';
import * as client from 'openid-client';
import { main } from './installation.mjs';
import { FormBrowser } from './form_browser.mjs';

let steps = 0;
async function step(name, work) {
  const result = await work();
  console.log(`ok ${++steps} ${name}`);
  return result;
}

const redirect_uri = 'http://127.0.0.1:19999/cb';
const spa_uri = 'http://localhost:19998/app';

async function authorizeUrl(config, extra = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri, scope: 'openid profile email offline_access', state: client.randomState(), nonce: client.randomNonce(),
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra,
  };
  const url = client.buildAuthorizationUrl(config, parameters);
  return { url, checks: { pkceCodeVerifier: verifier, expectedState: parameters.state, expectedNonce: parameters.nonce, idTokenExpected: true } };
}

await main(async ({ web, spa, person, tenant, origin }) => {
  const browser = new FormBrowser();
  const issuer = new URL(tenant.issuer);
  // The library verifies the ID token's signature with the key set and refuses any algorithm but the one that was registered.
  const metadata = { id_token_signed_response_alg: 'RS256' };
  const config = await step('discovery, issuer compared byte for byte', () =>
    client.discovery(issuer, web.appId, { ...metadata }, client.ClientSecretBasic(web.secretText)));
  const posting = await client.discovery(issuer, web.appId, { ...metadata }, client.ClientSecretPost(web.secretText));

  const { url, checks } = await authorizeUrl(config);
  const page = await step('the sign-in page', async () => {
    const answer = await browser.request(url);
    assert.equal(answer.status, 200);
    assert.equal(browser.step(answer), 'password');
    return answer;
  });
  await step('a wrong password shows the page again with an alert', async () => {
    const answer = await browser.submit(page, { username: person.upn, password: 'something else', action: 'signin' });
    assert.equal(answer.status, 200);
    assert.match(answer.page, /role="alert"/);
  });
  const tokens = await step('the right password, the code, the tokens', async () => {
    const answer = await browser.submit(page, { username: person.upn, password: person.password, action: 'signin' });
    assert.equal(answer.status, 303);
    return client.authorizationCodeGrant(config, answer.location, checks);
  });
  assert.equal(tokens.claims().preferred_username, person.upn);
  await step('the ID token is RS256, verified with a key of the published set', async () => {
    const { keys } = await (await fetch(config.serverMetadata().jwks_uri)).json();
    const [head, body, signature] = tokens.id_token.split('.');
    const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url'));
    assert.equal(alg, 'RS256');
    const jwk = keys.find((key) => key.kid === kid);
    assert.equal(jwk.kty, 'RSA');
    const rs256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('jwk', jwk, rs256, false, ['verify']);
    assert.ok(await crypto.subtle.verify(rs256, key, Buffer.from(signature, 'base64url'), Buffer.from(`${head}.${body}`)));
  });
  assert.ok(tokens.refresh_token && tokens.expires_in >= 3600);

  await step('userinfo, with the subject of the ID token', async () => {
    const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(info.preferred_username, person.upn);
  });
  await step('refresh, rotated, and the old token again within grace', async () => {
    const next = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    const again = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(again.access_token, next.access_token);
    await client.refreshTokenGrant(posting, next.refresh_token);
    await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  });
  await step('single sign-on to a second application, without a page', async () => {
    const page_app = await client.discovery(issuer, spa.appId, { id_token_signed_response_alg: 'ES256' }, client.None());
    const second = await authorizeUrl(page_app, { redirect_uri: spa_uri, response_mode: 'fragment', prompt: 'none' });
    const answer = await browser.request(second.url);
    assert.equal(answer.status, 303);
    const landed = new URL(answer.location);
    landed.search = landed.hash.slice(1);
    landed.hash = '';
    const got = await client.authorizationCodeGrant(page_app, landed, second.checks);
    assert.equal(got.claims().oid, person.id);
    assert.notEqual(got.claims().sub, tokens.claims().sub);
  });
  await step('a code is good once', async () => {
    const again = await authorizeUrl(config);
    const answer = await browser.request(again.url);
    await client.authorizationCodeGrant(config, new URL(answer.location), again.checks);
    await assert.rejects(client.authorizationCodeGrant(config, new URL(answer.location), again.checks), { error: 'invalid_grant' });
  });
  await step('form_post', async () => {
    const posted = await authorizeUrl(config, { response_mode: 'form_post' });
    const answer = await browser.request(posted.url);
    assert.equal(browser.step(answer), 'form-post');
    const form = new URLSearchParams([...answer.page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, n, v]) => [n, v]));
    const request = new Request(redirect_uri, { method: 'POST', body: form });
    await client.authorizationCodeGrant(config, request, posted.checks);
  });
  await step('client credentials for the directory', async () => {
    const got = await client.clientCredentialsGrant(config, { scope: `${origin}/.default` });
    assert.equal(JSON.parse(Buffer.from(got.access_token.split('.')[1], 'base64url')).idtyp, 'app');
    assert.equal(got.refresh_token, undefined);
  });
  await step('end of session, back at the application', async () => {
    const answer = await browser.request(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect_uri, state: 'bye' }));
    assert.equal(answer.status, 303);
    assert.equal(String(answer.location), `${redirect_uri}?state=bye`);
    const after = await authorizeUrl(config, { prompt: 'none' });
    const silent = await browser.request(after.url);
    assert.equal(silent.location.searchParams.get('error'), 'login_required');
  });
  console.log(`${steps} steps held`);
});
