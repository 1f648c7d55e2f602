// What came in and could not be routed: seen from home, read, tried again, thrown away and taken back, by pointer and by keys.
import assert from 'node:assert/strict';
import { told } from '../journey_steps.js';
import { Keys } from '../keyboard_steps.js';
import { event, putAside } from '../letters.js';

/** More than a page holds. */
const EVENTS = 58;

async function letters(api, query = '') {
  return (await api.get(`/api/v1/dead-letters?limit=200${query}`)).data;
}

async function customer(api, id) {
  return api.get(`/api/v1/customers/${id}`);
}

/** Many events, a change that can be routed again, and two of which nothing can be made. */
async function scene(api) {
  await api.identify('ada', { name: 'Ada' });
  const known = async () => (await api.get('/api/v1/customers?user_id=ada')).data[0];
  const { id } = await api.until('ada', known);
  const events = Array.from({ length: EVENTS }, (_, n) => event(`u-${n}`, `Event ${n}`, { type: 'dance' }));
  const profile = { kind: 'profile', body: { kind: 'profile', customer: id, user_id: 'ada', traits: { plan: 'pro' }, consent: [] }, problem: 'the disk was full' };
  await putAside(api, [...events, profile, { kind: 'receipt', body: 'no JSON', problem: 'it broke off' }]);
  return id;
}

const cards = page => page.locator('.dead-letters > li');

/** From home to the pile, a page at a time. */
async function pile(page) {
  await page.getByRole('link', { name: /60 messages could not be understood/ }).click();
  await page.getByRole('tab', { name: 'Not understood' }).and(page.locator('[aria-selected="true"]')).waitFor();
  await cards(page).nth(49).waitFor();
  assert.equal(await cards(page).count(), 50);
  await page.getByRole('button', { name: 'Show more' }).click();
  await cards(page).nth(59).waitFor();
  const said = await cards(page).nth(2).innerText();
  for (const words of ['Event', `Event ${EVENTS - 1}`, `u-${EVENTS - 1}`, 'another message has this id', 'Put aside on']) assert.ok(said.includes(words), `${words} in: ${said}`);
}

/** One that can be routed is; one that cannot be read says so and stays. */
async function retried(page, api, id) {
  await page.getByLabel('What came in').selectOption({ label: 'Change of a customer' });
  const card = cards(page).filter({ hasText: 'the disk was full' });
  await card.waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.dead-letters > li').length === 1);
  await card.getByText('Show what came in').click();
  await card.getByText('"pro"').waitFor();
  await card.getByRole('button', { name: 'Try again' }).click();
  await api.until('the trait', async () => (await customer(api, id)).traits.plan === 'pro');
  await page.getByText('Nothing matches').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  const odd = cards(page).filter({ hasText: 'it broke off' });
  await odd.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.toast.bad').filter({ hasText: 'cannot be read' }).waitFor();
  await odd.waitFor();
}

/** What is thrown away by mistake comes back, and the server has not heard of it. */
async function discarded(page, api) {
  const odd = cards(page).filter({ hasText: 'it broke off' });
  await odd.getByRole('button', { name: 'Discard', exact: true }).click();
  await odd.waitFor({ state: 'detached' });
  await told(page, '1 is discarded', { undo: true });
  await odd.waitFor();
  assert.equal((await letters(api, '&kind=receipt')).length, 1);
  await odd.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.locator('.toast').filter({ hasText: '1 is discarded' }).getByRole('button', { name: 'Dismiss' }).click();
  await api.until('the letter to be gone', async () => (await letters(api, '&kind=receipt')).length === 0);
}

/** Walked and thrown away by keys alone. */
async function keyboard(page, api) {
  const keys = new Keys(page);
  await page.locator('h1').focus();
  await keys.press('ArrowDown', 'ArrowDown');
  await keys.at('.dead-letters > li:nth-child(2)');
  const second = await page.evaluate(() => document.activeElement.id);
  await keys.press('Delete');
  await page.waitForFunction(id => !document.getElementById(id) && document.activeElement.matches('.dead-letters > li:nth-child(2)'), second);
  // Its words go by themselves.
  await api.until('the letter to be gone', async () => (await letters(api)).every(letter => `letter-${letter.id}` !== second), 30);
  assert.equal((await letters(api)).length, EVENTS - 1);
}

/** All at once, with a way back. */
async function all(page, api) {
  await page.getByRole('button', { name: 'Discard all' }).click();
  await cards(page).first().waitFor({ state: 'detached' });
  await told(page, /are discarded/, { undo: true });
  await cards(page).first().waitFor();
  assert.equal((await letters(api)).length, EVENTS - 1);
  await page.getByRole('button', { name: 'Discard all' }).click();
  await page.locator('.toast').filter({ hasText: /are discarded/ }).getByRole('button', { name: 'Dismiss' }).click();
  await page.getByText('Everything was understood').waitFor();
  assert.equal((await letters(api)).length, 0);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }).click();
  await page.getByText(/could not be understood/).waitFor({ state: 'detached' });
}

export default async function ({ open, api, expects }) {
  expects(409, 'POST', /^\/api\/v1\/dead-letters\/[^/]+\/retry$/);
  const id = await scene(api);
  // Home shows how things are once there is a journey.
  await api.journey('some', { nodes: [], edges: [] });
  const page = await open();
  await pile(page);
  await retried(page, api, id);
  await discarded(page, api);
  await keyboard(page, api);
  await all(page, api);
}
