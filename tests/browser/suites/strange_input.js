// What people bring along: large journeys, clipboards of other programs, megabytes, names in scripts that run from the right.
import assert from 'node:assert/strict';
import { card, journey, rename, saved, select, stored, told } from '../journey_steps.js';
import { large, recovery } from '../scene.js';

/** A journey of 2 000 steps opens, is edited and saved; of its cards only those in sight are on the page. */
async function size({ open, api }) {
  await api.journey('large', large(2000), { name: 'Large' });
  const page = await journey(open, 'large');
  const count = await page.locator('#canvas .card').count();
  assert.ok(count > 5 && count < 600, `${count} cards are on the page`);
  await page.locator('#canvas').focus();
  // Nearer, so that a step can be pressed.
  await page.keyboard.press('Control+f');
  await page.getByRole('combobox', { name: 'Find a step' }).or(page.getByLabel('Find a step')).first().fill('11');
  await page.keyboard.press('Enter');
  const id = await page.waitForFunction(() => document.activeElement?.closest('.card')?.dataset.node).then(found => found.jsonValue());
  await page.keyboard.press('F2');
  await page.keyboard.type('One of many');
  await page.keyboard.press('Enter');
  await stored(api, 'large', id, 'One of many');
  assert.equal((await api.draft('large')).nodes.length, 2000);
  await page.context().close();
}

/** Whatever else lies on the clipboard is refused in words and changes nothing. */
async function clipboard({ open, api }) {
  await api.journey('paste', recovery(), { name: 'Paste' });
  const page = await journey(open, 'paste');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const before = JSON.stringify(await api.draft('paste'));
  const paste = async (words, type, text) => {
    await page.evaluate(([type, text]) => navigator.clipboard.write([new ClipboardItem({ [type]: new Blob([text], { type }) })]), [type, text]);
    await page.locator('#canvas').focus();
    await page.keyboard.press('Control+v');
    await told(page, words);
    await page.locator('.toast').getByRole('button', { name: 'Dismiss' }).first().click();
    await page.locator('.toast').first().waitFor({ state: 'detached' });
  };
  const steps = { tradewind: 'steps', format: 1, nodes: [{ id: 'x', kind: 'exit', config: {} }], edges: [] };
  const foreign = 'What is on the clipboard are no steps.';
  await paste(foreign, 'text/plain', 'Dear Ms Durand, thank you for your order.');
  await paste('The clipboard is empty.', 'text/html', '<table><tr><td>Sum</td><td>62.50</td></tr></table>');
  await paste(foreign, 'text/plain', '{"tradewind": ');
  await paste(foreign, 'text/plain', JSON.stringify({ type: 'excalidraw/clipboard', elements: [] }));
  await paste('The steps on the clipboard are damaged.', 'text/plain', JSON.stringify(steps).slice(0, -9));
  await paste('The steps on the clipboard are damaged.', 'text/plain', JSON.stringify({ ...steps, wings: 2 }));
  await paste('These steps were copied in a newer Tradewind.', 'text/plain', JSON.stringify({ ...steps, format: 2 }));
  assert.equal(await page.locator('#canvas .card').count(), 4);
  assert.equal(JSON.stringify(await api.draft('paste')), before);
  // And what is ours is taken.
  await page.evaluate(text => navigator.clipboard.writeText(text), JSON.stringify(steps));
  await page.locator('#canvas').focus();
  await page.keyboard.press('Control+v');
  await page.locator('#canvas .card').nth(4).waitFor();
  await api.until('five steps', async () => (await api.draft('paste')).nodes.length === 5);
  await page.context().close();
}

/** Ten megabytes into a mail: said, nothing changed, and the page goes on. */
async function megabytes({ open, api }) {
  await api.journey('heavy', recovery(), { name: 'Heavy' });
  const page = await journey(open, 'heavy');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await select(page, 'mail');
  const html = page.getByRole('region', { name: 'The selected step' }).locator('textarea[id*="html"]').first();
  await html.click();
  await page.evaluate(() => navigator.clipboard.writeText(`<p>${'x'.repeat(10 * 1024 * 1024)}</p>`));
  await page.keyboard.press('Control+v');
  await told(page, /That is too long: 10.* were copied/);
  assert.equal(await html.inputValue(), '<p>Your cart waits.</p>');
  await rename(page, 'mail', 'Still light');
  await stored(api, 'heavy', 'mail', 'Still light');
  const { config } = (await api.draft('heavy')).nodes.find(one => one.id === 'mail');
  assert.equal(config.html, '<p>Your cart waits.</p>');
  await page.context().close();
}

/** Names in Arabic between Latin ones: kept to the letter, each running its own way. */
async function fromTheRight({ open, api }) {
  const name = 'تذكير بالسلة (SALE 20%)';
  await api.journey('mixed', recovery(), { name: 'سلة VIP' });
  await api.identify('omar', { name: 'Omar حداد', email: 'omar@example.com' });
  const page = await journey(open, 'mixed');
  await page.getByRole('heading', { level: 1, name: 'سلة VIP' }).waitFor();
  await rename(page, 'mail', name);
  await stored(api, 'mixed', 'mail', name);
  await saved(page);
  await card(page, 'mail').locator('bdi').getByText(name).waitFor();
  const runs = element => getComputedStyle(element).direction;
  assert.equal(await page.locator('#step-title').evaluate(runs), 'rtl');
  assert.equal(await card(page, 'mail').locator('.what bdi').first().evaluate(runs), 'rtl');
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), 'ltr');
  await page.goto('/customers');
  await page.locator('tbody bdi').getByText('Omar حداد').waitFor();
  assert.equal(await page.locator('tbody bdi').getByText('Omar حداد').evaluate(runs), 'ltr');
  await page.context().close();
}

export default async function (suite) {
  await size(suite);
  await clipboard(suite);
  await megabytes(suite);
  await fromTheRight(suite);
}
