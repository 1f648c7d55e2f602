// A kind of step written in Rhai: a mistake is shown at its line, its tests run as one writes, and then people pass it.
import assert from 'node:assert/strict';
import { card, dialog, life, saved, select, told } from '../journey_steps.js';
import { node } from '../scene.js';

const NAME = 'shop.parcel_size';
const SLUG = 'parcels';

const SOURCE = `/* tradewind {
  "name": "${NAME}",
  "label": "Parcel size",
  "family": "condition",
  "version": 1,
  "fields": [
    {"name": "most", "label": "Letters up to, grams", "type": "integer", "min": 1, "max": 30000, "default": 500}
  ],
  "ports": [{"name": "letter", "required": true}, {"name": "parcel", "required": true}]
} */
fn step() {
    let grams = event.properties.grams ?? 0;
    if grams <= fields.most { go("letter", #{grams: grams}) }
    go("parcel", #{grams: grams});
}

/* tests [
  {"name": "a card", "fields": {"most": 50}, "event": {"name": "Order Shipped", "properties": {"grams": 20}}, "expect": {"port": "letter"}},
  {"name": "a pan", "fields": {"most": 500}, "event": {"name": "Order Shipped", "properties": {"grams": 1800}}, "expect": {"port": "parcel", "output": {"grams": 1800}}}
] */
`;

/** Written with a mistake, which is led to; mended; tests; saved. */
async function write(page, api) {
  await page.getByRole('link', { name: 'New kind' }).or(page.getByRole('button', { name: 'New kind' })).first().click();
  await page.waitForURL('**/kinds/new');
  const source = page.getByLabel('File of the kind', { exact: true }).and(page.locator('textarea'));
  await source.fill(SOURCE.replace('if grams <= fields.most {', 'if grams <= fields.most ('));
  const wrong = page.locator('.code-issues');
  const line = wrong.getByRole('button', { name: /^Line 13, column/ });
  await line.waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await told(page, 'Mend what is wrong first');
  assert.equal((await api.get('/api/v1/kinds?limit=200')).data.some(kind => kind.name === NAME), false);
  await line.click();
  const at = await source.evaluate(area => [document.activeElement === area, area.value.slice(0, area.selectionStart).split('\n').length]);
  assert.deepEqual(at, [true, 13], 'the caret is at the line');
  await source.fill(SOURCE);
  await page.getByText('Nothing is wrong.').waitFor();
  // The form that people will see is drawn as one writes.
  await page.getByLabel('Letters up to, grams').first().waitFor();
  await page.getByRole('tab', { name: 'Tests' }).click();
  const tests = page.locator('.test-list > li');
  await tests.filter({ hasText: 'a pan' }).getByText('Passed').waitFor();
  assert.equal(await tests.count(), 2);
  // A test that fails says what was expected and what came.
  await source.fill(SOURCE.replace('{"grams": 20}', '{"grams": 90}'));
  await tests.filter({ hasText: 'a card' }).getByText('Failed').waitFor();
  assert.match(await tests.filter({ hasText: 'a card' }).innerText(), /letter[\s\S]*parcel/);
  await source.fill(SOURCE);
  await tests.filter({ hasText: 'a card' }).getByText('Passed').waitFor();
  await source.press('Control+s');
  await told(page, 'Saved. “Parcel size” is in the palette.');
  await page.waitForURL(`**/kinds/${NAME}`);
  await api.until('the kind', async () => (await api.get('/api/v1/kinds?limit=200')).data.some(kind => kind.name === NAME));
}

/** Found in the palette, put between two steps, its form filled in. */
async function place(page, api) {
  await select(page, 'start');
  const search = page.getByRole('searchbox', { name: 'Add a step' });
  await search.fill('parcel');
  await page.locator(`.kind[data-kind="${NAME}"]`).getByText('Parcel size').waitFor();
  await search.press('Enter');
  const placed = await api.until('the step in the draft', async () => (await api.draft(SLUG)).nodes.find(one => one.kind === NAME));
  await card(page, placed.id).getByText('Parcel size').waitFor();
  await select(page, placed.id);
  const most = page.getByLabel('Letters up to, grams').first();
  assert.equal(await most.getAttribute('placeholder'), '500');
  // Out of bounds: said at the field.
  await most.fill('90000');
  await most.press('Tab');
  await page.getByRole('region', { name: 'The selected step' }).locator('.error').filter({ hasText: /30.?000/ }).first().waitFor();
  await most.fill('250');
  await most.press('Tab');
  await api.until('250 in the draft', async () => (await api.draft(SLUG)).nodes.some(one => one.config.most === 250));
  return placed.id;
}

/** Draws a wire by keys: from a card, by a way out, to a step of this name; what is chosen is said for those who do not see it. */
async function wire(page, id, port, to) {
  await card(page, id).focus();
  await page.keyboard.press('l');
  const said = page.locator('main.editor ~ p[aria-live]');
  for (const [question, words] of [['Which way out:', port], ['Leads to:', to]]) {
    const heard = new Set();
    for (;;) {
      await said.filter({ hasText: question }).waitFor({ state: 'attached' });
      const now = await said.innerText();
      if (now.includes(words)) break;
      assert.ok(!heard.has(now), `${words} was not offered: ${[...heard]}`);
      heard.add(now);
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Enter');
  }
  await said.filter({ hasText: 'Steps connected' }).waitFor({ state: 'attached' });
}

export default async function ({ open, api }) {
  const drawn = {
    nodes: [
      node('start', 'trigger.event', { events: ['Order Shipped'] }, { x: 0, y: 0 }),
      node('by-post', 'exit', { reason: 'goes as a letter' }, { x: -150, y: 420 }, 'By letter'),
      node('by-van', 'exit', { reason: 'goes as a parcel' }, { x: 150, y: 420 }, 'By parcel'),
    ],
    edges: [],
  };
  await api.journey(SLUG, drawn, { name: 'Parcels' });
  const page = await open({ path: '/kinds' });
  await write(page, api);
  await page.goto(`/journeys/${SLUG}`);
  await card(page, 'start').waitFor();
  const id = await place(page, api);

  // Its ways out must lead on, and are wired by keys like those of any step.
  await page.getByRole('button', { name: 'Publish…' }).click();
  const review = dialog(page, 'Publish');
  await review.getByText(/must be mended first/).waitFor();
  assert.equal(await review.getByRole('button', { name: 'Publish version' }).isDisabled(), true);
  await page.keyboard.press('Escape');
  await wire(page, id, 'letter', 'By letter');
  await wire(page, id, 'parcel', 'By parcel');
  await api.until('both ways in the draft', async () => (await api.draft(SLUG)).edges.filter(one => one.from === id).length === 2);
  await saved(page);
  await page.getByRole('button', { name: 'Publish…' }).click();
  await review.getByRole('button', { name: 'Publish version 1' }).click();
  await review.waitFor({ state: 'hidden' });
  await life(api, SLUG, 'live');

  // People pass it by both ways; the way of one shows the kind's own words and what it saw.
  await api.track('kim', 'Order Shipped', { grams: 240 });
  await api.track('lee', 'Order Shipped', { grams: 260 });
  const runs = await api.until('both to be through', async () => {
    const all = (await api.get(`/api/v1/runs?journey=${SLUG}&limit=9`)).data;
    return all.length === 2 && all.every(run => run.ended_at) && all;
  });
  const ends = {};
  for (const { id, person } of runs) ends[person.user_id] = (await api.get(`/api/v1/runs/${id}`)).steps.at(-1).node;
  assert.deepEqual(ends, { kim: 'by-post', lee: 'by-van' });
  await page.goto(`/runs/${runs.find(run => run.person.user_id === 'lee').id}`);
  const picture = page.getByRole('region', { name: 'The journey as this person walks it' });
  await picture.locator('.pcard.walked[data-family=condition]').getByText('Parcel size').waitFor();
  const steps = page.locator('ol.steps > li');
  assert.match(await steps.nth(1).innerText(), /Parcel size[\s\S]*parcel/);
}
