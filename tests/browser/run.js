// Runs one suite against a running server: node run.js <suite>, with ADDRESS, KEY, DATABASE and, for what a failure leaves, FOLDER.
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
/** What the suite said will go wrong: `{ status, method, path, came }`, or `{ line, came }` for the console. */
const refusals = [];
const pages = [];

/** Lets these refusals pass, at an address or those a pattern fits. One that never comes fails the suite too. */
function expects(status, method, path) {
  refusals.push({ status, method, path, came: 0 });
}

/** Lets lines of the console pass that a pattern fits; one that never comes fails the suite too, unless it only may come. */
function expectsLine(pattern, { may = false } = {}) {
  refusals.push({ line: pattern, came: may ? 1 : 0 });
}

function foreseenLine(text) {
  const found = refusals.find(one => one.line?.test(text));
  if (found) found.came += 1;
  return found !== undefined;
}

function foreseen(status, method, path) {
  const fits = one => one.status === status && one.method === method && (one.path instanceof RegExp ? one.path.test(path) : one.path === path);
  const found = refusals.find(fits);
  if (found) found.came += 1;
  return found !== undefined;
}

/** A page of its own browser profile, signed in unless `key` is null; or a tab beside another page. */
async function open({ path = '/', key = KEY, beside, theme = 'light', language = 'en', width = 1440, height = 860, ...more } = {}) {
  const context = beside?.context() ?? await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: language, baseURL: ADDRESS, ...more });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  pages.push(page);
  // The console repeats refused requests without their address; they are noted below.
  page.on('console', message => {
    const refused = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refused && !foreseenLine(message.text())) complaints.push(`console: ${message.text()}`);
  });
  page.on('response', answer => {
    const path = decodeURIComponent(new URL(answer.url()).pathname);
    // Asking who is signed in is how the page learns that nobody is.
    const asked = !key && answer.status() === 401 && path === '/api/v1/session';
    if (answer.status() < 400 || asked) return;
    const method = answer.request().method();
    if (!foreseen(answer.status(), method, path)) complaints.push(`${answer.status()}: ${method} ${path}`);
  });
  page.on('pageerror', error => complaints.push(`error: ${error.message}`));
  page.on('request', request => {
    const url = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(url.protocol) && url.origin !== ADDRESS) complaints.push(`another host: ${url.origin}`);
  });
  // What the page's own policy stopped was never asked for; the console tells of it.
  page.on('requestfailed', request => {
    const told = `another host: ${new URL(request.url()).origin}`;
    if (request.failure()?.errorText === 'csp' && complaints.includes(told)) complaints.splice(complaints.indexOf(told), 1);
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
  const said = await run({ open, api: new Api(ADDRESS, KEY), expects, expectsLine, complaints, address: ADDRESS, key: KEY, folder: FOLDER });
  if (complaints.length) throw new Error(`the browser complained:\n${[...new Set(complaints)].join('\n')}`);
  for (const { status, method, path, line, came } of refusals) {
    if (!came) throw new Error(`${line ?? `${status} to ${method} ${path}`} was expected and did not come`);
  }
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
