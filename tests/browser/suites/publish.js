// Publishing with people inside, the history, and the life of a journey: pause, resume, stop.
import assert from 'node:assert/strict';
import { card, dialog, journey, life, more, rename, saved, stored, told } from '../journey_steps.js';
import { recovery } from '../scene.js';

const SLUG = 'cart';
const SHOPPERS = 3;

async function runs(api, slug = SLUG) {
  return (await api.get(`/api/v1/runs?journey=${slug}&limit=50`)).data;
}

async function shoppers(api, from, count) {
  for (let n = from; n < from + count; n++) {
    await api.identify(`buyer-${n}`, { name: `Buyer ${n}`, email: `buyer-${n}@example.com`, consent: { email: true } });
    await api.track(`buyer-${n}`, 'Checkout Started', { value: 50, cart_id: `c-${n}` });
  }
}

/** The diff with the number of people, a note, and what becomes of those inside. */
async function publishing(page, api) {
  await rename(page, 'wait', 'Give them an hour');
  await rename(page, 'mail', 'The reminder');
  // Published at once: the dialog saves what is not saved yet.
  await page.getByRole('button', { name: 'Publish…' }).click();
  const review = dialog(page, 'Publish');
  await review.getByText('What changes').waitFor();
  const change = name => review.locator('.changes li').filter({ hasText: name });
  assert.match(await change('Give them an hour').innerText(), /Changed[\s\S]*name[\s\S]*3 people here/);
  assert.doesNotMatch(await change('The reminder').innerText(), /here/, 'nobody stands at the mail');
  await review.getByText('3 people stand at changed steps and go on in the version they entered').waitFor();
  await review.getByLabel('Note', { exact: true }).fill('Kinder words');
  await review.getByRole('button', { name: 'Publish version 2' }).click();
  await review.waitFor({ state: 'hidden' });
  await page.getByText('Live · version 2').first().waitFor();
  assert.deepEqual(new Set((await runs(api)).map(run => run.version)), new Set([1]), 'those inside stay on their version');
  await shoppers(api, SHOPPERS, 1);
  await api.until('a run of version 2', async () => (await runs(api)).some(run => run.version === 2));
  // The same again is said to be live already.
  await page.getByRole('button', { name: 'Publish…' }).click();
  await review.getByText('The draft says what is live already.').waitFor();
  assert.equal(await review.getByRole('button', { name: 'Publish version' }).isDisabled(), true);
  await page.keyboard.press('Escape');
  await review.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => document.activeElement?.textContent.startsWith('Publish…'));
}

/** Versions with who is inside; one is looked at, compared, made the draft again, and that is undone. */
async function history(page, api) {
  await more(page, 'History');
  const past = dialog(page, 'History');
  const version = n => past.getByRole('button', { name: `Version ${n}` });
  await version(2).waitFor();
  assert.match(await version(2).innerText(), /Live[\s\S]*1 inside[\s\S]*Kinder words/);
  assert.match(await version(1).innerText(), /3 inside/);
  const picture = past.getByRole('region', { name: 'The version as it is drawn' });
  await picture.getByText('The reminder').waitFor();
  await version(1).click();
  await picture.getByText('The reminder').waitFor({ state: 'detached' });
  await past.getByLabel('Compare with').selectOption({ label: 'The draft' });
  await past.locator('.compared .changes li').first().waitFor();
  assert.equal(await past.locator('.compared .changes li').count(), 2);
  assert.equal(await picture.locator('[data-tint=changed]').count(), 2);
  await past.getByRole('button', { name: 'Restore as draft' }).click();
  await past.waitFor({ state: 'hidden' });
  await api.until('version 1 as draft', async () => (await api.draft(SLUG)).nodes.every(node => !node.label));
  await told(page, 'The draft is version 1 now', { undo: true });
  // The bar tells that what is drawn is not what is live, until it is again.
  await page.getByRole('banner').getByText('2 unpublished changes').waitFor();
  await stored(api, SLUG, 'mail', 'The reminder');
  await card(page, 'mail').getByText('The reminder').waitFor();
  await saved(page);
  await page.getByRole('banner').getByText(/unpublished/).waitFor({ state: 'detached' });
}

/** Paused and resumed, from the menu and by the way back that is offered. */
async function pausing(page, api) {
  await more(page, 'Pause');
  await life(api, SLUG, 'paused');
  await page.getByText('Paused · version 2').waitFor();
  await told(page, 'Paused: nobody enters and nobody moves', { undo: true });
  await life(api, SLUG, 'live');
  await page.getByText('Live · version 2').first().waitFor();
  await more(page, 'Pause');
  await life(api, SLUG, 'paused');
  await more(page, 'Resume');
  await life(api, SLUG, 'live');
}

/** Stopped with both answers to what becomes of those inside. */
async function stopping(page, api) {
  const question = dialog(page, 'Stop the journey');
  await more(page, 'Stop…');
  await question.getByText('4 people are inside. What becomes of them?').waitFor();
  await question.getByRole('button', { name: 'Not now' }).click();
  await question.waitFor({ state: 'hidden' });
  assert.equal((await api.get(`/api/v1/journeys/${SLUG}`)).status, 'live');
  await more(page, 'Stop…');
  assert.equal(await question.getByLabel('They go on to the end').isChecked(), true, 'what can be taken back is proposed');
  await question.getByRole('button', { name: 'Stop', exact: true }).click();
  await life(api, SLUG, 'stopped');
  assert.ok((await runs(api)).every(run => !run.ended_at), 'they are inside still');
  await told(page, 'Stopped: nobody enters any more', { undo: true });
  await life(api, SLUG, 'live');
  await page.getByText('Live · version 2').first().waitFor();
  await more(page, 'Stop…');
  await question.getByLabel('They leave now').check();
  await question.getByRole('button', { name: 'Stop', exact: true }).click();
  await api.until('everybody to leave', async () => (await runs(api)).every(run => run.outcome === 'cancelled'));
  await page.getByText('Stopped · version 2').waitFor();
  const last = page.locator('.toast').filter({ hasText: 'Stopped: nobody enters any more' }).last();
  await last.waitFor();
  assert.equal(await last.getByRole('button', { name: 'Undo' }).count(), 0, 'what cannot be taken back does not pretend');
}

export default async function ({ open, api }) {
  await api.journey(SLUG, recovery(), { name: 'Cart', publish: true });
  await shoppers(api, 0, SHOPPERS);
  await api.until('people waiting', async () => (await runs(api)).filter(run => run.node === 'wait').length === SHOPPERS);
  const page = await journey(open, SLUG);
  await publishing(page, api);
  await history(page, api);
  await pausing(page, api);
  await stopping(page, api);
}
