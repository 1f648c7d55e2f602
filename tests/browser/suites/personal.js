// A customer asks what is kept about them, and to be forgotten: the file is handed over, everything else goes, and the certificate says so.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dialog } from '../journey_steps.js';
import { edge, node } from '../scene.js';

const NAME = 'Zora Quist';
const ADDRESS = 'zora.quist@example.com';

/** Somebody who waits in a journey. */
async function known(api) {
  await api.journey(
    'waits',
    {
      nodes: [node('start', 'trigger.event', { events: ['Ordered'] }), node('nap', 'delay.for', { duration: '30d' }), node('out', 'exit', {})],
      edges: [edge('start', 'next', 'nap'), edge('nap', 'next', 'out')],
    },
    { publish: true },
  );
  await api.identify('zora', { name: NAME, email: ADDRESS });
  await api.track('zora', 'Ordered', { total: 12 });
  const customer = await api.until('the customer', async () => (await api.get('/api/v1/customers?q=zora')).data[0]);
  await api.until('her run', async () => (await api.get(`/api/v1/runs?customer=${customer.id}&inside=true`)).data.length === 1);
  return customer.id;
}

/** What the file of a link holds. */
async function saved(page, link) {
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return { name: download.suggestedFilename(), told: JSON.parse(readFileSync(await download.path(), 'utf8')) };
}

export default async function ({ open, api }) {
  const id = await known(api);
  const page = await open({ path: `/customers/${id}` });
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
  const kept = await saved(page, page.getByRole('link', { name: 'Export data' }));
  assert.equal(kept.name, `customer-${id}.json`);
  assert.equal(kept.told.complete, true);
  assert.ok(JSON.stringify(kept.told).includes(ADDRESS));
  // Nothing goes by mistake: the keyboard is on the way back.
  await page.getByRole('button', { name: 'Erase…' }).click();
  const asked = dialog(page, `Erase ${NAME}`);
  await page.waitForFunction(() => document.activeElement?.textContent === 'Keep');
  await page.keyboard.press('Enter');
  await asked.waitFor({ state: 'hidden' });
  assert.equal((await api.get(`/api/v1/customers/${id}`)).id, id);
  await page.getByRole('button', { name: 'Erase…' }).click();
  await asked.getByRole('button', { name: 'Erase for good' }).click();
  await asked.getByText('Everything was erased').waitFor();
  await asked.getByText('Journeys ended').waitFor();
  const { told } = await saved(page, asked.getByRole('link', { name: 'Save the certificate' }));
  assert.equal(told.state, 'done');
  assert.equal(told.certificate.ended_runs, 1);
  assert.ok(told.certificate.deleted.events >= 1, JSON.stringify(told));
  assert.ok(!JSON.stringify(told).includes('Zora') && !JSON.stringify(told).includes(ADDRESS));
  await asked.getByRole('link', { name: 'All customers' }).click();
  await page.waitForURL('**/customers');
  await page.getByText('Nobody is known yet').waitFor();
  assert.equal((await api.get('/api/v1/customers?q=zora')).data.length, 0);
}
