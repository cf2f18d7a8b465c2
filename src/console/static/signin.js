// OpenID Connect: the code flow with PKCE of a public client (RFC 7636, RFC 9207, RP-Initiated Logout), by the platform's own
// public endpoints. Tokens live in this module's memory and nowhere else: they die with the page. sessionStorage holds what is no
// secret (who signed in last in this tab, so that a reload can come back through the session cookie) and, while the browser is
// away at the sign-in page, the verifier of the code that is to come.

const client = 'b0000000-0000-4000-8000-000000000001';
const home = `${location.origin}/app/`;
const PENDING = 'bailiwick.pending', ACCOUNT = 'bailiwick.account';

let session = null;             // { provider, idToken, claims, refreshToken, access: Map(scope -> { token, until }) }
let queue = Promise.resolve();  // refresh tokens rotate: one refresh at a time

export class SigninError extends Error {
  constructor(title, text, said, code) {
    super(title);
    Object.assign(this, { title, text, said, code });
  }
}

// --- small things ---

const base64url = (octets) => btoa(String.fromCharCode(...octets)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

// The claims of an ID token that came straight from the token endpoint over TLS (OpenID Connect Core 3.1.3.7, 6).
function claimsOf(token) {
  const part = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0))));
}

function take(key) {
  const text = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return text ? JSON.parse(text) : null;
}

// --- the provider ---

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new SigninError('The service cannot be reached', 'Check the connection and try again.');
  }
}

async function providerOf(tenant) {
  const answer = await reach(`/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`);
  if (answer.status === 400 || answer.status === 404)
    throw new SigninError('Unknown organization', `No organization here uses the name “${tenant}”. Check what follows the @.`);
  if (!answer.ok) throw new SigninError('The service does not answer', 'Try again in a moment.', `HTTP ${answer.status}`);
  return answer.json();
}

// --- leaving for the sign-in page, and coming back ---

async function leave(tenant, hint, place, prompt) {
  const provider = await providerOf(tenant);
  const pending = { state: random(), nonce: random(), verifier: random(), tenant, hint, place };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const query = new URLSearchParams({
    client_id: client, redirect_uri: home, response_type: 'code', response_mode: 'query', state: pending.state, nonce: pending.nonce,
    scope: `openid profile offline_access ${location.origin}/User.Read`, code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: 'S256', ...(hint ? { login_hint: hint } : {}), ...(prompt ? { prompt } : {}) });
  location.assign(`${provider.authorization_endpoint}?${query}`);
  return new Promise(() => {}); // the page is going away
}

export function begin(username) {
  const at = username.lastIndexOf('@');
  const tenant = username.slice(at + 1).trim().toLowerCase();
  if (at < 1 || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(tenant))
    throw new SigninError('Your user name in full, please', 'It has the form name@organization, for example ada@contoso.example.');
  return leave(tenant, username.trim(), '');
}

// Somebody signed in earlier in this tab: the session cookie brings them back without a question, or not at all.
export async function comeBack() {
  const account = take(ACCOUNT);
  if (account) await leave(account.tenant, account.hint, location.hash, 'none');
}

async function redeem(answer, pending) {
  const provider = await providerOf(pending.tenant);
  if (answer.get('iss') !== provider.issuer)
    throw new SigninError('Sign-in was interrupted', 'The answer came from another organization than was asked. Start again.');
  const got = await ask(provider, { grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: home,
    code_verifier: pending.verifier });
  const claims = claimsOf(got.id_token);
  if (claims.nonce !== pending.nonce || claims.iss !== provider.issuer || claims.aud !== client)
    throw new SigninError('Sign-in was interrupted', 'The answer does not belong to this page. Start again.');
  session = { provider, claims, access: new Map() };
  keep(got, `${location.origin}/User.Read`);
  sessionStorage.setItem(ACCOUNT, JSON.stringify({ tenant: pending.tenant, hint: claims.preferred_username }));
  return { claims, place: pending.place };
}

// What the address bar brought back from the sign-in page; null when it brought nothing.
export async function returned() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state') && !answer.has('error')) return null;
  const pending = take(PENDING);
  history.replaceState(null, '', home + (pending?.place ?? ''));
  if (!pending || answer.get('state') !== pending.state) return answer.has('code') || answer.has('error') ? null : { signedOut: true };
  if (answer.has('code')) return redeem(answer, pending);
  if (['login_required', 'interaction_required', 'consent_required'].includes(answer.get('error'))) return null;
  if (answer.get('error') === 'access_denied') return { cancelled: true };
  throw new SigninError('Sign-in was refused', '', answer.get('error_description') ?? answer.get('error'), answer.get('error'));
}

// --- tokens ---

async function ask(provider, fields) {
  const answer = await reach(provider.token_endpoint, { method: 'POST', body: new URLSearchParams({ client_id: client, ...fields }) });
  const got = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const ended = answer.status < 500;
    throw Object.assign(ended ? new SigninError('You are signed out', 'Your session has ended. Sign in again to go on.',
      got.error_description, got.error) : new SigninError('The service cannot take it just now', 'Try again in a moment.'), { ended });
  }
  return got;
}

function keep(got, scope) {
  session.refreshToken = got.refresh_token ?? session.refreshToken;
  session.idToken = got.id_token ?? session.idToken;
  session.access.set(scope, { token: got.access_token, until: Date.now() + (got.expires_in - 60) * 1000 });
}

// An access token for one permission, "https://host/e/sales/user_impersonation". `fresh`: the one at hand was not taken.
export function token(scope, fresh = false) {
  queue = queue.catch(() => {}).then(async () => {
    const held = session.access.get(scope);
    if (held && !fresh && held.until > Date.now()) return held.token;
    keep(await ask(session.provider, { grant_type: 'refresh_token', refresh_token: session.refreshToken,
      scope: `openid profile offline_access ${scope}` }), scope);
    return session.access.get(scope).token;
  });
  return queue;
}

export const tenantId = () => session.claims.tid;
export const directoryScope = `${location.origin}/User.Read`;

export function signOut() {
  const { provider, idToken } = session;
  sessionStorage.removeItem(ACCOUNT);
  session = null;
  location.assign(`${provider.end_session_endpoint}?${new URLSearchParams({
    id_token_hint: idToken, client_id: client, post_logout_redirect_uri: home, state: 'signed-out' })}`);
}

// The session ended elsewhere: forget it, so that the next load asks for a name.
export function forget() {
  sessionStorage.removeItem(ACCOUNT);
  session = null;
}
