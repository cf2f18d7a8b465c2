// The first page in a real browser: signed in to by keyboard alone, searched, sorted, paged, a row changed, another refused in words,
// signed out; on a phone's screen too. Its own policy must block nothing of it, and each control must have a name.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { fillWorld, operator } from './console_world.mjs';
import { main } from './installation.mjs';

const desktop = { viewport: { width: 1280, height: 900 }, ignoreHTTPSErrors: true, locale: 'en-GB' };
const phone = { ...desktop, viewport: { width: 360, height: 740 }, hasTouch: true };
let step = 0;
const held = (what) => console.log(`ok ${++step} ${what}`);

// What a page must never do; the statuses are those that the test itself provokes.
function watch(page, faults) {
  page.on('console', (message) => /Content Security Policy|Trusted/i.test(message.text()) && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.stack));
  page.on('request', (request) => new URL(request.url()).host !== new URL(page.url()).host && page.url() !== 'about:blank' && faults.push(request.url()));
  page.on('response', (answer) => answer.status() >= 400 && ![400, 401, 403, 412].includes(answer.status()) && faults.push(`${answer.status()} ${answer.url()}`));
}

async function signIn(page, origin, person) {
  await page.goto(origin);
  await page.locator('#username:focus').waitFor();
  await page.keyboard.type(person.upn);
  await page.keyboard.press('Enter');
  await page.locator('#password:focus').waitFor();
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${origin}/app/*`);
}

// The rows as they stand once no load is under way: one that was begun late by typing would change them.
async function names(page) {
  await page.locator('#rows-area:not([aria-busy])').waitFor();
  return page.locator('tbody .open').allInnerTexts();
}
async function counted(page, text) {
  await page.waitForFunction((wanted) => document.getElementById('rows-count').textContent === wanted
    && !document.getElementById('rows-area').hasAttribute('aria-busy'), text);
}

// Goes on with Tab until the element that fits has the focus: what somebody without a mouse does.
async function tabTo(page, selector) {
  for (let i = 0; i < 80; i++) {
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

// Every control of the accessibility tree, with its name.
async function unnamedControls(page) {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = await devtools.send('Accessibility.getFullAXTree');
  const roles = ['button', 'textbox', 'searchbox', 'combobox', 'checkbox', 'link', 'dialog', 'table', 'navigation', 'complementary'];
  const controls = nodes.filter((node) => !node.ignored && roles.includes(node.role?.value));
  assert.ok(controls.length >= 3, 'the tree is there');
  return controls.filter((node) => !node.name?.value).map((node) => node.role.value);
}

const isWiderThanScreen = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

async function staticFiles(context, origin) {
  const got = await context.request.get(`${origin}/`);
  const { etag, 'content-security-policy': policy, 'content-encoding': coding } = got.headers();
  assert.equal(got.status(), 200);
  assert.equal(coding, 'gzip');
  assert.match(policy, /^default-src 'none'; script-src 'self';/);
  assert.equal((await context.request.get(`${origin}/app/`, { headers: { 'If-None-Match': etag } })).status(), 304);
  assert.equal((await context.request.get(`${origin}/app/none.js`)).status(), 404);
  const posted = await context.request.post(`${origin}/app/`, { data: 'x' });
  assert.deepEqual([posted.status(), posted.headers().allow], [405, 'GET, HEAD']);
  held('files: gzip with a tag of its own, 304, 404, 405');
}

async function byKeyboard(page, origin, keeper) {
  await signIn(page, origin, keeper);
  await counted(page, '130 accounts that you may see');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'rows-title');
  assert.equal(page.url().includes('code='), false);
  assert.deepEqual(await page.evaluate(() => [Object.keys(localStorage), Object.values(sessionStorage).join().includes('eyJ')]), [[], false]);
  held('the keyboard alone signs in; no code stays in the address, no token is stored');

  assert.equal(await page.locator('#you-name').innerText(), keeper.name);
  assert.deepEqual(await page.locator('#roles li').allInnerTexts(), ['Account keeper', 'Reader through Germany']);
  assert.match(await page.locator('#rights').innerText(), /Change\s+those of your business unit, Germany/);
  assert.deepEqual(await unnamedControls(page), []);
  for (const landmark of ['banner', 'main', 'complementary', 'search', 'navigation'])
    assert.equal(await page.getByRole(landmark).count(), 1, landmark);
  held('it says who one is, which roles one holds and what they allow; landmarks are there, each control has a name');

  await tabTo(page, '#search-text');
  await page.keyboard.type("instruments (D");
  await page.keyboard.press('Enter');
  await counted(page, '13 accounts found for “instruments (D”');
  await page.keyboard.press('Control+A');
  await page.keyboard.type("it's nothing");
  await counted(page, 'Nothing found for “it\'s nothing”');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await counted(page, '130 accounts that you may see');
  held('search finds, finds nothing, and takes a quote as a letter');

  assert.equal(await page.locator('tbody i, tbody b').count(), 0);
  assert.ok((await page.locator('tbody td').allInnerTexts()).includes("L'Haÿ <i>les</i> Roses"));
  held('text from rows stays text');

  const sorted = page.locator('th[aria-sort]');
  await tabTo(page, '[data-sort=con_employees]');
  await page.keyboard.press('Enter');
  await page.locator('th[aria-sort=ascending] [data-sort=con_employees]').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('th[aria-sort=descending] [data-sort=con_employees]').waitFor();
  assert.equal(await sorted.count(), 1);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.sort), 'con_employees');
  assert.match((await names(page))[0], /^Mistral Telecom/);
  held('a column sorts up and down, says so, and keeps the focus');

  const first = await names(page);
  await tabTo(page, '#page-next');
  await page.keyboard.press('Enter');
  await page.getByText('26 to 50 of 130').waitFor();
  const second = await names(page);
  assert.equal(second.length, 25);
  assert.equal(second.some((name) => first.includes(name)), false);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('1 to 25 of 130').waitFor();
  assert.deepEqual(await names(page), first);
  held('pages follow each other, forth and back');

  await page.reload();
  await page.locator('th[aria-sort=descending] [data-sort=con_employees]').waitFor();
  assert.deepEqual(await names(page), first);
  held('a reload comes back without a question to where one was');
}

// A closed dialog gives the focus back to the row it was opened from, a moment later than it is gone: what is pressed before then would
// open that row again.
const focusBackAt = (page, name) => page.locator('button:focus', { hasText: name }).waitFor();

async function changes(page) {
  await page.locator('#search-text').fill('Acme Optics');
  await counted(page, '2 accounts found for “Acme Optics”');
  await page.getByRole('button', { name: 'Acme Optics (DE)' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Acme Optics (DE)' });
  await dialog.waitFor();
  assert.deepEqual(await unnamedControls(page), []);
  await dialog.getByLabel('Employees').fill('many');
  await page.keyboard.press('Enter');
  assert.match(await dialog.getByRole('alert').innerText(), /Employees must be a number/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'field-con_employees');
  await dialog.getByLabel('Employees').fill('1234');
  await page.keyboard.press('Enter');
  await dialog.getByText('Saved.').waitFor();
  await page.keyboard.press('Escape');
  await focusBackAt(page, 'Acme Optics (DE)');
  assert.match(await page.locator('tbody').innerText(), /1,234/);
  held('a wrong value is told at its field; a right one is saved and seen in the list, the focus comes back');

  await page.getByRole('button', { name: 'Acme Optics (FR)' }).press('Enter');
  const other = page.getByRole('dialog', { name: 'Acme Optics (FR)' });
  await other.getByLabel('Note').fill('not mine');
  await other.getByRole('button', { name: 'Save' }).press('Enter');
  const told = await other.getByRole('alert').locator('.notice').innerText();
  assert.match(told, /You may not change this one/);
  assert.match(told, /those of your business unit, Germany\. This one belongs to France\./);
  assert.match(told, /The service said: .*no access to the row.*0x80048306/);
  await other.getByRole('button', { name: 'Close' }).press('Enter');
  await focusBackAt(page, 'Acme Optics (FR)');
  held('a refusal says what one may, whose the row is, and what the service said');
}

// Somebody else changes the row meanwhile; the token is refused once; the service goes away for a moment.
async function mishaps(page, dir) {
  const open = async () => {
    await page.getByRole('button', { name: 'Acme Optics (DE)' }).press('Enter');
    await page.getByRole('dialog', { name: 'Acme Optics (DE)' }).waitFor();
  };
  await open();
  const { value: [row] } = await operator(dir, 'GET', "/e/sales/api/data/v9.2/con_accounts?$select=con_name&$filter=con_name eq 'Acme Optics (DE)'");
  await operator(dir, 'PATCH', `/e/sales/api/data/v9.2/con_accounts(${row.con_accountid})`, { con_city: 'Bonn' });
  await page.getByLabel('City').fill('Ulm');
  await page.keyboard.press('Enter');
  await page.locator('dialog .notice', { hasText: 'Somebody else was faster' }).waitFor();
  await page.keyboard.press('Escape');
  await focusBackAt(page, 'Acme Optics (DE)');
  await open();
  assert.equal(await page.getByLabel('City').inputValue(), 'Bonn');
  await page.route('**/con_accounts(*)', (route) => route.fulfill({ status: 401, json: {} }), { times: 1 });
  await page.getByLabel('City').fill('Ulm');
  await page.keyboard.press('Enter');
  await page.getByText('Saved.').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Nothing was changed.').waitFor();
  await page.route('**/con_accounts(*)', (route) => route.abort(), { times: 1 });
  await page.getByLabel('City').fill('Jena');
  await page.keyboard.press('Enter');
  await page.locator('dialog .notice', { hasText: 'cannot be reached' }).waitFor();
  await page.keyboard.press('Escape');
  await focusBackAt(page, 'Acme Optics (DE)');
  held('a change that came second, a token refused once and a broken line are survived and told');
}

async function forged(page, origin) {
  await page.goto(`${origin}/app/?code=abc&state=forged&iss=${origin}`);
  await page.locator('#username:focus').waitFor();
  assert.equal(page.url(), `${origin}/app/`);
  await page.keyboard.type('greta@contoso.example');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Sign-in was cancelled').waitFor();
  await page.locator('#username').fill('greta@nowhere.example');
  await page.keyboard.press('Enter');
  await page.getByText('No organization here uses the name').waitFor();
  held('an answer nobody asked for is dropped; a cancelled sign-in and an unknown organization are told');
}

async function signsOut(page, origin) {
  await page.getByRole('button', { name: 'Sign out' }).press('Enter');
  await page.getByText('You are signed out').waitFor();
  await page.goBack();
  await page.locator('#username:focus').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 0);
  await page.locator('#username:focus').waitFor();
  await page.locator('#username').fill('greta@contoso.example');
  await page.keyboard.press('Enter');
  await page.locator('#password').waitFor(); // the session is gone too: the sign-in page asks again
  await page.goto(origin);
  await page.locator('#username').fill('nobody');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('in full').waitFor();
  held('sign-out ends the session; a name without an organization is told');
}

async function onPhone(page, origin, keeper) {
  await page.goto(origin);
  assert.equal(await isWiderThanScreen(page), false);
  await signIn(page, origin, keeper);
  await counted(page, '130 accounts that you may see');
  assert.equal(await isWiderThanScreen(page), false);
  assert.ok(await page.getByRole('table').count() === 1 && await page.getByRole('row').count() === 26);
  await page.locator('tbody .open').first().tap();
  await page.getByRole('dialog').waitFor();
  assert.equal(await isWiderThanScreen(page), false);
  assert.deepEqual(await page.getByRole('dialog').boundingBox(), { x: 0, y: 0, width: 360, height: 740 });
  const small = await page.evaluate(() => [...document.querySelectorAll('dialog button, dialog input')].filter((node) =>
    node.offsetHeight && node.offsetHeight < 44).map((node) => node.id));
  assert.deepEqual(small, []);
  held('a phone shows it without scrolling sideways, still a table to a screen reader, with targets a finger hits');
}

async function withoutRoles(page, origin, nobody) {
  await signIn(page, origin, nobody);
  const told = await page.locator('#rows-notice .notice').innerText();
  assert.match(told, /You have no role here yet/);
  assert.match(told, /0x80042f09/);
  held('somebody without a role is told so');
}

await main(async ({ origin, dir, domain }) => {
  const { keeper, nobody } = await fillWorld(dir, domain);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
  const faults = [];
  const fresh = async (options) => {
    const page = await (await browser.newContext(options)).newPage();
    watch(page, faults);
    return page;
  };
  try {
    const page = await fresh(desktop);
    await staticFiles(page.context(), origin);
    await byKeyboard(page, origin, keeper);
    await changes(page);
    await mishaps(page, dir);
    await signsOut(page, origin);
    await forged(page, origin);
    await onPhone(await fresh(phone), origin, keeper);
    await withoutRoles(await fresh({ ...desktop, colorScheme: 'dark', reducedMotion: 'reduce' }), origin, nobody);
    assert.deepEqual(faults, []);
    held('the policy blocked nothing of ours, no script failed, nothing was asked of another host');
  } finally {
    await browser.close();
  }
});
