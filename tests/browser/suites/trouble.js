// What goes wrong around the editor. Nothing that was edited is lost, and each trouble is told in a word with what to do.
import assert from 'node:assert/strict';
import { card, dialog, journey, rename, saved, select, stored, told } from '../journey_steps.js';
import { node, recovery } from '../scene.js';

const draftOf = slug => `/api/v1/journeys/${slug}/draft`;

/** The server goes while somebody edits: said, kept, tried again, saved when it is back; also over a reload in between. */
async function gone({ open, api, expectsLine }) {
  // Whether other pages' parts are being fetched ahead at that moment is a matter of chance.
  expectsLine(/^TypeError: Failed to fetch[\s\S]*\/assets\/parts-/, { may: true });
  await api.journey('gone', recovery(), { name: 'Gone' });
  const page = await journey(open, 'gone');
  await page.context().setOffline(true);
  await rename(page, 'mail', 'Written in a tunnel');
  await page.locator('.saved').getByText('Not saved: the server does not answer. Your edits are kept here.').waitFor();
  await page.getByText('The server does not answer. Your changes are kept; we keep trying.').waitFor();
  await rename(page, 'worth', 'And this too');
  assert.ok((await api.draft('gone')).nodes.every(one => !one.label));
  await page.context().setOffline(false);
  await stored(api, 'gone', 'worth', 'And this too');
  await stored(api, 'gone', 'mail', 'Written in a tunnel');
  await saved(page);

  // The tab goes with what was not saved, and the page comes back when the server does.
  await page.context().setOffline(true);
  await rename(page, 'wait', 'Patience');
  await page.locator('.saved').getByText('Not saved').waitFor();
  await page.context().setOffline(false);
  page.on('dialog', asked => asked.accept());
  await page.route(`**${draftOf('gone')}`, route => route.abort());
  await page.reload();
  await page.unroute(`**${draftOf('gone')}`);
  await told(page, 'Edits that were not saved are back');
  await card(page, 'wait').getByText('Patience').waitFor();
  await stored(api, 'gone', 'wait', 'Patience');
  await saved(page);
  await page.context().close();
}

/** The line breaks after the server took a draft and before it said so: its own edits are nobody else's. */
async function halfWay({ open, api, expects }) {
  await api.journey('half', recovery(), { name: 'Half' });
  expects(412, 'PUT', draftOf('half'));
  const page = await journey(open, 'half');
  await page.route(`**${draftOf('half')}`, async route => {
    await route.fetch().catch(() => {});
    await route.abort();
  });
  await rename(page, 'mail', 'Arrived unheard');
  await stored(api, 'half', 'mail', 'Arrived unheard');
  await page.locator('.saved').getByText('Not saved').waitFor();
  await rename(page, 'worth', 'Meanwhile');
  await page.unroute(`**${draftOf('half')}`);
  await stored(api, 'half', 'worth', 'Meanwhile');
  await saved(page);
  assert.equal(await dialog(page, 'Someone else saved this draft').isVisible(), false);
  await page.context().close();
}

/** The key is revoked under somebody who edits: signing in again over the page saves what was edited. */
async function session({ open, api, expects, key }) {
  await api.journey('signed-out', recovery(), { name: 'Signed out' });
  const made = await api.post('/api/v1/keys', { name: 'For an hour', scopes: ['read', 'write'] });
  const page = await journey(open, 'signed-out', { key: made.secret ?? made.key });
  expects(401, 'PUT', draftOf('signed-out'));
  await api.call('DELETE', `/api/v1/keys/${made.id}`);
  await rename(page, 'mail', 'Not lost');
  const again = dialog(page, 'Sign in again to go on');
  await again.waitFor();
  await page.locator('.saved').getByText('Not saved: sign in again. Your edits are kept here.').waitFor();
  await again.getByLabel('API key').fill(key);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.waitFor({ state: 'hidden' });
  await stored(api, 'signed-out', 'mail', 'Not lost');
  await saved(page);
  assert.ok(await card(page, 'mail').getByText('Not lost').isVisible(), 'the page is as it was left');
  await page.context().close();
}

/** Drafts and edits of a newer program, and a kind that is no more: shown, kept as they are, nothing dropped. */
async function strange({ open, api, expectsLine }) {
  const drawn = recovery();
  Object.assign(drawn.nodes[3].config, { sparkle: { much: 3 } });
  drawn.nodes.push(node('robot', 'shop.robot', { speed: 9 }, { x: 300, y: 420 }, 'The robot'));
  await api.journey('strange', drawn, { name: 'Strange' });
  const page = await journey(open, 'strange');
  await select(page, 'mail');
  const form = page.getByRole('region', { name: 'The selected step' });
  await form.getByText('This version does not know these fields. They are kept as they are.').waitFor();
  await rename(page, 'wait', 'Beside them');
  await card(page, 'robot').locator('.head').click();
  await form.getByText('Nobody here knows the kind shop.robot. The step is kept as it is').waitFor();
  await form.getByText('"speed": 9').waitFor();
  await stored(api, 'strange', 'wait', 'Beside them');
  const kept = await api.draft('strange');
  assert.deepEqual(kept.nodes.find(one => one.id === 'mail').config.sparkle, { much: 3 });
  assert.deepEqual(kept.nodes.find(one => one.id === 'robot').config, { speed: 9 });
  await page.getByRole('button', { name: 'Publish…' }).click();
  await dialog(page, 'Publish').getByText(/must be mended first/).waitFor();
  await page.keyboard.press('Escape');
  // What a newer program left unsaved in this browser is laid aside, not written over.
  const newer = JSON.stringify({ format: 2, revision: 1, at: 1, graph: {}, more: true });
  await saved(page);
  await page.evaluate(text => {
    const [key] = Object.keys(localStorage).filter(name => name.endsWith('language') || name.endsWith('theme')).concat('tradewind.language');
    localStorage.setItem(key.replace(/(language|theme)$/, 'draft.strange'), text);
  }, newer);
  await page.reload();
  await told(page, 'Unsaved edits of another version are kept in this browser');
  await rename(page, 'wait', 'Edited after');
  await stored(api, 'strange', 'wait', 'Edited after');
  assert.ok((await page.evaluate(() => Object.values(localStorage))).includes(newer));
  // A draft that this page cannot read at all.
  expectsLine(/^an answer does not read: unknown field `wings`/);
  await page.route('**/api/v1/journeys/strange', async route => {
    const answer = await route.fetch();
    const body = await answer.json();
    body.draft.nodes[0].wings = 2;
    await route.fulfill({ response: answer, json: body });
  });
  await page.reload();
  await page.getByText('The server is of another version than this page. Load the page anew.').waitFor();
  await page.context().close();
}

export default async function (suite) {
  await gone(suite);
  await halfWay(suite);
  await session(suite);
  await strange(suite);
}
