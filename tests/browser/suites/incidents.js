// A step that fails: the inbox, mending one, many and from one person's way, which is painted with each step and its why.
import assert from 'node:assert/strict';
import { dialog, told } from '../journey_steps.js';
import { edge, node } from '../scene.js';

const SLUG = 'discount';
const PEOPLE = 6;
/** Fails as long as the customer has no tier: mending him lets the step be tried again with success. */
const SOURCE = 'if customer.traits.tier == () { throw "this customer has no tier" }\ngo("next", #{tier: customer.traits.tier})';

function graph() {
  return {
    settings: { reentry: { rule: 'always' } },
    nodes: [
      node('start', 'trigger.event', { events: ['Order Completed'] }, { x: 0, y: 0 }),
      node('big', 'condition.if', { predicate: { fact: 'event.properties.total', is: 'gte', value: 10 } }, { x: 0, y: 140 }, 'A big order'),
      node('tier', 'script.run', { source: SOURCE }, { x: 0, y: 280 }, 'Which tier'),
      node('rest', 'delay.for', { duration: '5d' }, { x: 0, y: 420 }, 'Five days'),
      node('out', 'exit', {}, { x: 0, y: 560 }),
    ],
    edges: [edge('start', 'next', 'big'), edge('big', 'yes', 'tier'), edge('tier', 'next', 'rest'), edge('rest', 'next', 'out')],
  };
}

async function open_(api) {
  return (await api.get('/api/v1/incidents?state=open&limit=50')).data;
}

async function runOf(api, userId) {
  const customer = (await api.get(`/api/v1/customers?q=${userId}`)).data[0];
  return (await api.get(`/api/v1/runs?customer=${customer.id}&limit=1`)).data[0];
}

async function left(api, count) {
  await api.until(`${count} open incidents`, async () => (await open_(api)).length === count);
}

async function scene(api) {
  await api.journey(SLUG, graph(), { name: 'Discount', publish: true });
  await api.journey('calm', graph(), { name: 'Calm' });
  for (let n = 1; n <= PEOPLE; n++) {
    await api.identify(`vip-${n}`, { name: `Vip ${n}`, email: `vip-${n}@example.com` });
    await api.track(`vip-${n}`, 'Order Completed', { total: 40 + n });
  }
  await left(api, PEOPLE);
}

/** From home to the inbox: it says how many, where, what went wrong and what to do. */
async function inbox(page) {
  await page.getByRole('link', { name: /6 people stopped/ }).click();
  const group = page.locator('.group');
  await group.waitFor();
  // The link from home is about one journey; that of another has nothing.
  await page.waitForURL(url => url.searchParams.get('journey') === SLUG);
  await page.goto('/incidents?journey=calm');
  await page.getByText('Nothing matches').waitFor();
  assert.equal(await group.count(), 0);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await group.waitFor();
  const said = await group.innerText();
  for (const words of ['6 people wait', 'Discount', 'Which tier', 'this customer has no tier', 'The script stopped']) assert.ok(said.includes(words), `${words} in: ${said}`);
  await group.getByRole('button', { name: 'Show people' }).click();
  await group.getByRole('row').nth(PEOPLE).waitFor();
  return group;
}

/** One is mended and tried again, another is sent on without the step. */
async function single(page, api, group) {
  const row = name => group.getByRole('row').filter({ hasText: name });
  // Nothing was mended yet: it fails again and the person comes back to the inbox.
  await api.identify('vip-1', { tier: 'gold' });
  await row('Vip 1').getByRole('button', { name: 'Try again' }).click();
  await left(api, PEOPLE - 1);
  await api.until('vip-1 to go on', async () => (await runOf(api, 'vip-1')).node === 'rest');
  await row('Vip 1').waitFor({ state: 'detached' });
  await told(page, '1 person is tried again');
  await row('Vip 2').getByRole('button', { name: 'Skip the step' }).click();
  await left(api, PEOPLE - 2);
  await api.until('vip-2 to go on', async () => (await runOf(api, 'vip-2')).node === 'rest');
  await told(page, '1 person goes on');
  await group.getByText('4 people wait').waitFor();
}

/** One person's way: painted, each step with its reason and what it saw; the step is tried again from there. */
async function inspector(page, api, group) {
  await group.getByRole('link', { name: 'Vip 3' }).click();
  await page.getByRole('heading', { level: 1, name: 'Vip 3' }).waitFor();
  const picture = page.getByRole('region', { name: 'The journey as this person walks it' });
  await picture.locator('.pcard.lost').waitFor();
  assert.deepEqual(await picture.locator('.pcard.walked b').allInnerTexts(), ['Order Completed', 'A big order']);
  assert.deepEqual(await picture.locator('.pcard.lost b').allInnerTexts(), ['Which tier']);
  assert.equal(await picture.locator('.wire.walked').count(), 2);
  const steps = page.locator('ol.steps > li');
  assert.equal(await steps.count(), 3);
  assert.match(await steps.nth(1).innerText(), /A big order[\s\S]*yes[\s\S]*event\.properties\.total\s+43/);
  assert.match(await steps.nth(2).innerText(), /Which tier[\s\S]*Went wrong[\s\S]*no tier/);
  // A step pressed on the picture shows its lines alone.
  await picture.getByRole('button', { name: 'A big order' }).click();
  assert.equal(await steps.count(), 1);
  await page.getByRole('button', { name: 'Show all steps' }).click();
  await api.identify('vip-3', { tier: 'silver' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await told(page, 'The step is tried again');
  await picture.locator('.pcard.here').getByText('Five days').waitFor();
  assert.equal((await runOf(api, 'vip-3')).node, 'rest');
  assert.match(await steps.last().innerText(), /Five days[\s\S]*Waits until/);
}

/** Many at once by the keyboard, and giving up the rest, which is asked. */
async function bulk(page, api) {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Incidents' }).click();
  const group = page.locator('.group');
  await group.getByText('3 people wait').waitFor();
  await api.identify('vip-4', { tier: 'gold' });
  await api.identify('vip-5', { tier: 'gold' });
  await group.focus();
  await page.keyboard.press('r');
  await told(page, '3 people are tried again');
  // The one who is not mended is back; the others are on their way.
  await api.until('vip-4 and vip-5 to go on', async () => (await runOf(api, 'vip-4')).node === 'rest' && (await runOf(api, 'vip-5')).node === 'rest');
  await group.getByText('1 person waits').waitFor();
  await group.getByRole('button', { name: 'Give up' }).click();
  const question = dialog(page, 'End their way');
  await question.getByText('1 person leaves the journey').waitFor();
  await question.getByRole('button', { name: 'Give up' }).click();
  await left(api, 0);
  assert.equal((await runOf(api, 'vip-6')).outcome, 'cancelled');
  await page.getByText('Nobody waits for you').waitFor();
  await page.getByRole('tab', { name: 'Settled' }).click();
  await page.getByRole('row').filter({ hasText: 'Vip 6' }).getByText('given up').waitFor();
  await page.getByRole('row').filter({ hasText: 'Vip 2' }).getByText('step skipped').waitFor();
}

export default async function ({ open, api }) {
  await scene(api);
  const page = await open();
  const group = await inbox(page);
  await single(page, api, group);
  await inspector(page, api, group);
  await bulk(page, api);
}
