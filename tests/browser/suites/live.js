// People on their way as they go: numbers on cards and wires, the people behind each, events, customers, deliveries, mails.
import assert from 'node:assert/strict';
import { card, journey } from '../journey_steps.js';
import { recovery } from '../scene.js';

const SLUG = 'cart';

async function buyer(api, n, value) {
  await api.identify(`buyer-${n}`, { name: `Buyer ${n}`, email: `buyer-${n}@example.com`, consent: { email: true } });
  await api.track(`buyer-${n}`, 'Checkout Started', { value, cart_id: `c-${n}` });
}

/** Nobody loads the page anew: the numbers come by themselves, as shares when that is wanted. */
async function numbers(page, api) {
  const waiting = card(page, 'wait').locator('.here-now');
  await buyer(api, 1, 80);
  await waiting.filter({ hasText: 'waiting 1' }).waitFor();
  for (const n of [2, 3, 4]) await buyer(api, n, 80);
  await waiting.filter({ hasText: 'waiting 4' }).waitFor();
  // One buys and leaves by the other way: the wire counts him.
  await api.track('buyer-1', 'Order Completed', { total: 80 });
  await waiting.filter({ hasText: 'waiting 3' }).waitFor();
  const wire = page.locator('.wire-label').filter({ hasText: 'happened' }).locator('b');
  await wire.getByText('1', { exact: true }).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Numbers and people' }).click();
  const panel = page.getByRole('region', { name: 'Numbers and people' });
  await panel.getByText('Entered').waitFor();
  assert.match(await panel.locator('.tally').innerText(), /Entered 4\s*Inside now 3/);
  await panel.getByLabel('Percent').check();
  await wire.getByText('100%', { exact: true }).waitFor({ state: 'attached' });
  await panel.getByLabel('Percent').uncheck();
  await wire.getByText('1', { exact: true }).waitFor({ state: 'attached' });
  return panel;
}

/** By period and by version. */
async function narrowed(page, api, panel) {
  await panel.getByLabel('Period').selectOption({ label: 'Last hour' });
  const { entered } = await api.get(`/api/v1/journeys/${SLUG}/counts?since=1h`);
  await panel.locator('.tally').filter({ hasText: `Entered ${entered}` }).waitFor();
  assert.equal(entered, 4);
  await panel.getByLabel('Period').selectOption({ label: 'Since the beginning' });
  const { draft } = await api.get(`/api/v1/journeys/${SLUG}`);
  draft.nodes.find(node => node.id === 'worth').config.predicate.value = 31;
  const { tag } = await api.call('GET', `/api/v1/journeys/${SLUG}`);
  await api.call('PUT', `/api/v1/journeys/${SLUG}/draft`, draft, { 'if-match': tag });
  await api.post(`/api/v1/journeys/${SLUG}/publish`);
  await page.reload();
  await page.getByRole('button', { name: 'Numbers and people' }).click();
  await panel.getByLabel('Version').selectOption({ label: 'Version 2' });
  await panel.locator('.tally').filter({ hasText: 'Entered 0' }).waitFor();
  await panel.getByLabel('Version').selectOption({ label: 'Version 1' });
  await panel.locator('.tally').filter({ hasText: 'Entered 4' }).waitFor();
  await panel.getByLabel('Version').selectOption({ label: 'All versions' });
}

/** A number leads to its people, and each to his way. */
async function people(page, panel) {
  await card(page, 'wait').locator('.here-now').click();
  const behind = page.locator('.people-behind');
  await behind.locator('h3').getByText('At Wait for Order Completed now').waitFor();
  await behind.getByRole('link', { name: 'Buyer 2' }).waitFor();
  assert.deepEqual((await behind.getByRole('link').allInnerTexts()).sort(), ['Buyer 2', 'Buyer 3', 'Buyer 4']);
  await panel.locator('.by-step').getByRole('button', { name: 'happened 1' }).click();
  await behind.getByRole('link', { name: 'Buyer 1' }).waitFor();
  assert.equal(await behind.getByRole('link').count(), 1);
  await behind.getByRole('link', { name: 'Buyer 1' }).click();
  await page.getByRole('heading', { level: 1, name: 'Buyer 1' }).waitFor();
  await page.getByRole('region', { name: 'The journey as this person walks it' }).locator('.pcard.walked').nth(1).waitFor();
}

/** Events come in as one looks on; a pause holds them; one is opened. */
async function events(page, api) {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Events' }).click();
  const row = page.locator('tbody tr').filter({ hasText: 'Product Viewed' });
  await page.locator('tbody tr').first().waitFor();
  await api.track('buyer-2', 'Product Viewed', { sku: 'T-1' });
  await row.first().waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await api.track('buyer-2', 'Product Viewed', { sku: 'T-2' });
  await api.until('the second event', async () => (await api.get('/api/v1/events?limit=5')).data.some(event => event.properties.sku === 'T-2'));
  assert.equal(await row.count(), 1, 'nothing moves under the hand');
  await page.getByRole('button', { name: 'Resume' }).click();
  await row.nth(1).waitFor();
  await page.getByLabel('Name of the event').fill('Product');
  await page.waitForURL(/name=Product/);
  await page.locator('tbody tr').filter({ hasText: 'Checkout' }).first().waitFor({ state: 'detached' });
  await row.filter({ hasText: 'T-2' }).getByRole('button', { name: 'Product Viewed' }).click();
  await page.locator('.detail').getByText('T-2').first().waitFor();
  assert.match(page.url(), /open=/);
}

/** A customer is found by a few letters; what happened to him is told in order. */
async function customers(page) {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Customers' }).click();
  await page.locator('tbody tr').nth(3).waitFor();
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.id === 'search');
  await page.keyboard.type('buyer-3');
  await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Buyer 3' }).click();
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await timeline.getByText('Checkout Started').waitFor();
  await page.getByRole('region', { name: 'Current journeys' }).getByText('waits for something to happen').waitFor();
  await timeline.getByRole('link', { name: /Entered/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Buyer 3' }).waitFor();
}

/** What was sent: from the way of one to the delivery, to the mail as it is read. */
async function sent(page, api, expectsLine) {
  // The mail's own counter of opens is not loaded by looking at it here.
  expectsLine(/^Loading the image '.*\/o\/.*' violates the following Content Security Policy/);
  await api.journey('quick', recovery({ timeout: '100ms' }), { name: 'Quick', publish: true });
  await buyer(api, 5, 90);
  const [run] = await api.until('the mail', async () => {
    const mails = (await api.get('/api/v1/mails?limit=5')).data;
    return mails.length === 1 && (await api.get('/api/v1/runs?journey=quick&limit=1')).data;
  });
  await page.goto(`/runs/${run.id}`);
  await page.locator('.deliveries-of-run').getByRole('link', { name: /Still yours/ }).click();
  const delivery = page.locator('.detail');
  await delivery.getByText('buyer-5@example.com').first().waitFor();
  await page.getByLabel('State').selectOption({ label: 'Failed' });
  await page.getByText('Nothing matches').waitFor();
  await page.getByLabel('State').selectOption({ label: 'Sent' });
  await page.locator('tbody tr').filter({ hasText: 'Still yours, Buyer 5' }).waitFor();
  await delivery.getByRole('link', { name: 'Read in the mailbox' }).click();
  await page.getByRole('heading', { level: 1, name: 'Mailbox' }).waitFor();
  await page.frameLocator('iframe.letter').getByText('Your cart waits.').waitFor();
  await page.getByRole('tab', { name: 'Headers' }).click();
  await page.getByRole('tabpanel').getByText(/List-Unsubscribe|Message-ID|From/i).first().waitFor();
  await page.getByRole('link', { name: 'Show the delivery' }).click();
  await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
}

export default async function ({ open, api, expectsLine }) {
  const drawn = recovery();
  drawn.nodes.push({ id: 'bought', kind: 'exit', config: { reason: 'bought' }, position: { x: 260, y: 280 } });
  drawn.edges.push({ from: 'wait', port: 'event', to: 'bought' });
  await api.journey(SLUG, drawn, { name: 'Cart', publish: true });
  const page = await journey(open, SLUG);
  const panel = await numbers(page, api);
  await narrowed(page, api, panel);
  await people(page, panel);
  await events(page, api);
  await customers(page);
  await sent(page, api, expectsLine);
}
