// Runs one suite against a running server: node run.js <suite>, with ADDRESS, KEY and, for what a failure leaves, FOLDER.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Api } from './api.js';

const { ADDRESS, KEY, FOLDER = '.', CHROMIUM = '/usr/bin/chromium' } = process.env;
const suite = process.argv[2];
const { default: run } = await import(`./suites/${suite}.js`);
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
/** What pages complained of: a suite that did not expect it fails. */
const complaints = [];
const pages = [];

/** A page of its own browser profile, signed in unless `key` is null; or a tab beside another page. */
async function open({ path = '/', key = KEY, beside, theme = 'light', language = 'en', width = 1440, height = 860, ...more } = {}) {
  const context = beside?.context() ?? await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: language, baseURL: ADDRESS, ...more });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  pages.push(page);
  // The console repeats refused requests without their address; they are noted below.
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(`console: ${message.text()}`);
  });
  page.on('response', answer => {
    const path = new URL(answer.url()).pathname;
    // Asking who is signed in is how the page learns that nobody is.
    const expected = !key && answer.status() === 401 && path === '/api/v1/session';
    if (answer.status() >= 400 && !expected) complaints.push(`${answer.status()}: ${answer.request().method()} ${path}`);
  });
  page.on('pageerror', error => complaints.push(`error: ${error.message}`));
  page.on('request', request => {
    const url = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(url.protocol) && url.origin !== ADDRESS) complaints.push(`another host: ${url.origin}`);
  });
  if (key && !beside) {
    const answer = await context.request.post('/api/v1/session', { data: { key }, headers: { origin: ADDRESS } });
    if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
  }
  await page.goto(path);
  await page.waitForSelector('h1');
  return page;
}

let failure;
try {
  const said = await run({ open, api: new Api(ADDRESS, KEY), complaints, address: ADDRESS, key: KEY, folder: FOLDER });
  if (complaints.length) throw new Error(`the browser complained:\n${[...new Set(complaints)].join('\n')}`);
  if (said !== undefined) console.log(JSON.stringify(said));
} catch (error) {
  failure = error;
  mkdirSync(FOLDER, { recursive: true });
  for (const [index, page] of pages.entries()) {
    const file = join(FOLDER, `${suite}-${index}`);
    await page.screenshot({ path: `${file}.png` }).catch(() => {});
    await page.content().then(html => writeFileSync(`${file}.html`, html)).catch(() => {});
    console.error(`what the page looked like: ${file}.png`);
  }
  console.error(error.stack ?? error);
  if (complaints.length) console.error([...new Set(complaints)].join('\n'));
}
await browser.close();
process.exit(failure ? 1 : 0);
