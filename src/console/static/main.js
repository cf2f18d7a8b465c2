// The first page: sign in, see who you are, look through the rows you may see, change one. Everything it knows it asks of the
// platform's public surfaces, as any application would.
import { $, el, fill, notice, show } from './dom.js';
import { SigninError, begin, comeBack, forget, returned, signOut } from './signin.js';
import { Environment, Problem, environments, explain } from './webapi.js';
import { Row } from './row.js';
import { Rows } from './rows.js';
import { showRights, showRoles, showYou } from './you.js';

const PREFERRED = ['account', 'accounts'];
let desk = {}; // claims, environment, me, privileges, table, columns

// --- the address remembers where one was ---

const placeOf = (hash) => Object.fromEntries(new URLSearchParams(hash.slice(1)));

function remember() {
  const { environment, table } = desk;
  const place = { e: environment.name, t: table.name, ...(rows.search ? { q: rows.search } : {}), o: rows.order,
    ...(rows.descending ? { d: '1' } : {}) };
  history.replaceState(null, '', `${location.pathname}#${new URLSearchParams(place)}`);
}

// --- the parts ---

const rows = new Rows({ placed: remember, opened: (row) => act(() => dialog.open(desk, row)) });
const dialog = new Row({ saved: (row) => rows.replace(row), closed: (row) => rows.focus(row), failed: fail });

// Runs what a person asked for; what goes wrong is said where they look.
async function act(what) {
  try {
    await what();
  } catch (problem) {
    fail(problem);
  }
}

function fail(problem) {
  if (problem instanceof SigninError) {
    if (problem.ended) forget();
    $('row').close();
    return welcome(problem);
  }
  const known = problem instanceof Problem ? explain(problem, desk) : { title: 'Something went wrong here', said: String(problem) };
  return $('desk').hidden ? welcome(known) : notice($('rows-notice'), known);
}

function choices(select, list, chosen) {
  fill(select, ...list.map((one) => el('option', { value: one.name, selected: one === chosen }, one.titles ?? one.title)));
  show(select.parentElement, list.length > 1);
}

// --- signed out ---

function welcome(problem) {
  show($('waiting'), false);
  show($('desk'), false);
  show($('account'), false);
  show($('welcome'));
  $('tenant').textContent = '';
  notice($('welcome-notice'), problem);
  $(problem ? 'welcome-title' : 'username').focus();
}

$('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  notice($('welcome-notice'));
  try {
    await begin($('username').value);
  } catch (problem) {
    notice($('welcome-notice'), problem);
    $('username').focus();
  }
});
// The address after # is ours, so the link only moves the focus.
document.querySelector('.skip').addEventListener('click', (event) => { event.preventDefault(); $('main').focus(); });
$('sign-out').addEventListener('click', () => {
  rows.empty(); // what was seen does not wait behind the browser's Back
  show($('desk'), false);
  signOut();
});
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

// --- signed in ---

async function openTable(table, place) {
  desk.table = table;
  desk.columns = await desk.environment.columns(table);
  showRights(table, desk.privileges, desk.me);
  await rows.use(desk.environment, table, desk.columns, place);
  remember();
}

const mayRead = (table) => desk.privileges?.has(`prvRead${table.schema}`) ?? true;

async function openEnvironment(described, place) {
  const environment = new Environment(described);
  desk = { claims: desk.claims, environments: desk.environments, environment, me: {} };
  notice($('rows-notice'));
  rows.empty();
  $('rows-title').textContent = described.title;
  fill($('roles'));
  fill($('rights'));
  showYou(desk.claims, desk.me, environment);
  choices($('environment'), desk.environments, described);
  show($('table-choice'), false);
  desk.me = await environment.me();
  showYou(desk.claims, desk.me, environment);
  const [privileges] = await Promise.all([environment.privileges(desk.me.id).catch(() => undefined), showRoles(environment, desk.me)]);
  desk.privileges = privileges;
  const all = await environment.tables(), readable = all.filter(mayRead);
  if (!all.length) throw new Problem('There is no table here yet', 'Somebody who may customize this environment makes one.');
  desk.tables = readable.length ? readable : all; // none: let the service itself say why
  const table = desk.tables.find((t) => t.name === place.t) ??
    desk.tables.find((t) => PREFERRED.includes(t.titles.toLowerCase()) || PREFERRED.includes(t.name)) ?? desk.tables[0];
  choices($('table'), desk.tables, table);
  await openTable(table, { search: place.q, order: place.o, descending: place.d });
}

$('environment').addEventListener('change', (event) => act(() =>
  openEnvironment(desk.environments.find((one) => one.name === event.target.value), {})));
$('table').addEventListener('change', (event) => act(() => openTable(desk.tables.find((one) => one.name === event.target.value))));

async function enter(claims) {
  const place = placeOf(location.hash);
  desk.claims = claims;
  $('account-name').textContent = claims.preferred_username ?? claims.name;
  show($('account'));
  desk.environments = (await environments()).filter((one) => one.open);
  try {
    if (!desk.environments.length)
      throw new Problem('There is no environment yet', 'An administrator of your organization makes one; then its rows appear here.');
    await openEnvironment(desk.environments.find((one) => one.name === place.e) ?? desk.environments[0], place);
  } finally {
    show($('waiting'), false);
    show($('welcome'), false);
    show($('desk'));
    $('rows-title').focus();
  }
}

async function start() {
  show($('waiting'));
  const back = await returned();
  if (back?.claims) return enter(back.claims);
  if (!back) await comeBack();
  if (back?.signedOut) return welcome({ title: 'You are signed out', text: 'You may close this window, or sign in as somebody else.' });
  if (back?.cancelled) return welcome({ title: 'Sign-in was cancelled', text: 'Nothing happened. You can start again.' });
  return welcome();
}

act(start);
