// A browser without script: keeps cookies, follows nothing by itself, fills in and sends the one form of a page.
const unescape = (text) => text.replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

export class FormBrowser {
  cookies = new Map();

  async request(url, options = {}) {
    const headers = { ...options.headers };
    if (this.cookies.size) headers.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...options, headers, redirect: 'manual' });
    // Node 18.13 (Debian 12) has no getSetCookie: there the fields come joined, and a comma that starts a cookie has a name after it.
    const set = response.headers.getSetCookie?.() ?? (response.headers.get('set-cookie') ?? '').split(/, (?=[^;, ]+=)/).filter(Boolean);
    for (const line of set) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    const location = response.headers.get('location');
    return { status: response.status, url: String(url), location: location && new URL(location, url), page: await response.text(), headers: response.headers };
  }

  step(answer) {
    return /<meta name="bwk-step" content="([^"]+)">/.exec(answer.page)?.[1];
  }

  submit(answer, fields) {
    const action = unescape(/<form method="post" action="([^"]+)"/.exec(answer.page)[1]);
    const form = new URLSearchParams();
    for (const [, name, value] of answer.page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)) form.set(name, unescape(value));
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const target = new URL(action, answer.url);
    return this.request(target, { method: 'POST', body: form, headers: { origin: target.origin } });
  }
}
