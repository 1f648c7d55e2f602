// Many tabs of one browser: each loads and is told what changes, although a browser opens six connections to a host at most.
import assert from 'node:assert/strict';
import { card } from '../journey_steps.js';
import { recovery } from '../scene.js';

const TABS = 8;
const slug = n => `cart-${n}`;
/** Loading must not wait until another tab is closed. */
const PROMPT = { timeout: 15_000 };

/** How many people wait, as each tab says: nobody loads anything anew. */
async function all(tabs, words) {
  for (const page of tabs) await card(page, 'wait').locator('.here-now').filter({ hasText: words }).waitFor(PROMPT);
}

async function buyer(api, n) {
  await api.track(`buyer-${n}`, 'Checkout Started', { value: 80, cart_id: `c-${n}` });
}

/** Counts the streams that the tabs hold open. Those that were open before it was asked for are not seen. */
function streams(context) {
  const open = new Map();
  const is = request => new URL(request.url()).pathname === '/api/v1/live';
  context.on('request', request => is(request) && open.set(request, request.frame().page()));
  context.on('requestfinished', request => open.delete(request));
  context.on('requestfailed', request => open.delete(request));
  // What a tab had open when it was closed is told by nobody.
  return () => [...open.values()].filter(page => !page.isClosed()).length;
}

/** Puts a tab behind the others, as the browser would tell it. */
async function turn(page, hidden) {
  await page.evaluate(hidden => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

async function eight({ open, api }) {
  const first = await open({ path: '/journeys' });
  const live = streams(first.context());
  const tabs = [];
  for (let n = 1; n <= TABS; n++) {
    const page = await open({ path: `/journeys/${slug(n)}`, beside: first });
    await card(page, 'wait').waitFor(PROMPT);
    tabs.push(page);
  }
  await buyer(api, 1);
  await all(tabs, 'waiting 1');
  await api.until('one stream for all', () => live() === 1);

  // The tab that listened for all is closed: another takes its place.
  await first.close();
  await buyer(api, 2);
  await all(tabs, 'waiting 2');
  await tabs.shift().close();
  await buyer(api, 3);
  await all(tabs, 'waiting 3');

  // Behind the others it hears nothing; in front again it catches up.
  const [back, ...rest] = tabs;
  await turn(back, true);
  await buyer(api, 4);
  await all(rest, 'waiting 4');
  assert.equal(await card(back, 'wait').locator('.here-now').innerText(), 'waiting 3');
  await turn(back, false);
  await all([back], 'waiting 4');
  for (const page of tabs) await turn(page, true);
  await api.until('no stream, for nobody looks', () => live() === 0);
  await turn(back, false);
  await buyer(api, 5);
  await all([back], 'waiting 5');
  // A tab that comes later is told at once what the others know.
  const late = await open({ path: `/journeys/${slug(1)}`, beside: back });
  await all([late], 'waiting 5');
  await back.context().close();
}

/** Where the browser has no locks, as over plain HTTP from another host, each tab listens for itself while it is in front. */
async function alone({ open, api }) {
  const page = await open({ path: '/sign-in-first' });
  await page.context().addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  const live = streams(page.context());
  const [one, two] = [page, await open({ path: `/journeys/${slug(2)}`, beside: page })];
  await one.goto(`/journeys/${slug(1)}`);
  await all([one, two], 'waiting 5');
  await api.until('a stream each', () => live() === 2);
  await turn(two, true);
  await api.until('one stream', () => live() === 1);
  await buyer(api, 6);
  await all([one], 'waiting 6');
  assert.equal(await card(two, 'wait').locator('.here-now').innerText(), 'waiting 5');
  await turn(two, false);
  await all([two], 'waiting 6');
}

export default async function (given) {
  for (let n = 1; n <= TABS; n++) await given.api.journey(slug(n), recovery(), { name: `Cart ${n}`, publish: true });
  await eight(given);
  await alone(given);
}
