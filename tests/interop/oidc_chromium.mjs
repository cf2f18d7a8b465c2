// Chromium signs in through the real page: with a password, by keyboard alone, and with form_post; the page has the names a screen
// reader speaks, no script, and works on a phone's screen.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { main } from './installation.mjs';

const redirect_uri = 'http://127.0.0.1:19999/cb';

// The application: shows what it was sent.
function application() {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => response.end(`<title>application</title><pre id="got">${request.method} ${new URLSearchParams(body || request.url.split('?')[1]).get('code') ? 'code' : 'none'}</pre>`));
  });
  return new Promise((done) => server.listen(19999, '127.0.0.1', () => done(server)));
}

await main(async ({ origin, web, person, tenant }) => {
  const server = await application();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
  const query = new URLSearchParams({ client_id: web.appId, redirect_uri, response_type: 'code', scope: 'openid', state: 's' });
  const url = `${origin}/${tenant.id}/oauth2/v2.0/authorize?${query}`;
  const faults = [];
  // What the policy blocked, and what of ours was not there.
  const watch = (page) => {
    page.on('console', (message) => /Content Security Policy/i.test(message.text()) && faults.push(message.text()));
    page.on('response', (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  };
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 360, height: 640 }, javaScriptEnabled: false });
    const page = await context.newPage();
    watch(page);
    await page.goto(url);
    assert.equal(await page.locator('meta[name=bwk-step]').getAttribute('content'), 'password');
    assert.equal(await page.getByRole('heading').innerText(), 'Sign in');
    assert.equal(await page.locator('main').evaluate((main) => getComputedStyle(main).borderRadius), '12px'); // the style sheet is there
    await page.getByLabel('User name').fill(person.upn);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.match(await page.getByRole('alert').innerText(), /wrong/);
    assert.equal(await page.getByLabel('User name').inputValue(), person.upn);
    console.log('ok 1 a wrong password is answered by an alert');
    await page.getByLabel('Password').fill(person.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${redirect_uri}*`);
    assert.equal(await page.locator('#got').innerText(), 'GET code');
    console.log('ok 2 the keyboard alone signs in, without script, on a small screen');
    await context.close();

    const second = await browser.newContext({ ignoreHTTPSErrors: true });
    const other = await second.newPage();
    watch(other);
    await other.goto(`${url}&response_mode=form_post`);
    await other.getByLabel('User name').fill(person.upn);
    await other.getByLabel('Password').fill(person.password);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.waitForURL(`${redirect_uri}*`);
    assert.equal(await other.locator('#got').innerText(), 'POST code');
    console.log('ok 3 form_post sends itself');
    const cookies = (await second.cookies()).filter((cookie) => cookie.domain === 'localhost');
    assert.ok(cookies.length >= 3 && cookies.every((cookie) => cookie.httpOnly && cookie.secure && cookie.sameSite === 'Lax'));
    assert.deepEqual(faults, []);
    console.log('ok 4 cookies are Secure, HttpOnly, Lax; the policy blocked nothing of ours');
  } finally {
    await browser.close();
    server.close();
  }
});
