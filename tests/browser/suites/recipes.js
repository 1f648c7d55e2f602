// From the gallery to a live journey: looked at, copied by one click, what is missing filled in, published, passed by a person.
import assert from 'node:assert/strict';
import { card, dialog, find, life, saved } from '../journey_steps.js';

/** The abandoned cart as a marketer would set it up. */
async function cart(page, api) {
  const recipe = page.locator('.recipe').filter({ has: page.getByRole('heading', { name: 'Abandoned cart' }) });
  assert.match(await recipe.innerText(), /Brings people back[\s\S]*Cart Updated \/ Checkout Started/);
  await recipe.getByRole('button', { name: 'Look inside' }).click();
  const preview = dialog(page, 'Abandoned cart');
  const picture = preview.getByRole('region', { name: 'The journey of the recipe' });
  await picture.getByText('Worth a mail?').waitFor();
  assert.equal(await picture.locator('.pcard').count(), 13);
  await preview.getByText('Before it goes live').waitFor();
  await preview.getByText('Set the least value of a cart in the step “Worth a mail?”').waitFor();
  await page.keyboard.press('Escape');
  await preview.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => document.activeElement?.matches('.look'), undefined);
  await recipe.getByRole('button', { name: 'Use recipe' }).click();
  await page.waitForURL('**/journeys/abandoned-cart');
  await card(page, 'worth').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Abandoned cart' }).waitFor();
  // What the preview said is to be done: the least value. A hole is said at the step, and publishing waits.
  await find(page, 'Worth a mail?');
  await page.keyboard.press('Enter');
  const value = page.getByRole('region', { name: 'The selected step' }).getByLabel('Value', { exact: true });
  await value.fill('35');
  await value.press('Tab');
  await saved(page);
  const least = graph => JSON.stringify(graph.nodes.find(node => node.id === 'worth').config);
  await api.until('the value in the draft', async () => least(await api.draft('abandoned-cart')).includes('35'));
  await page.getByRole('button', { name: 'Publish…' }).click();
  const review = dialog(page, 'Publish');
  await review.getByText('The first version: people can enter from now on.').waitFor();
  await review.getByRole('button', { name: 'Publish version 1' }).click();
  await review.waitFor({ state: 'hidden' });
  await page.getByText('Live · version 1').first().waitFor();
  await life(api, 'abandoned-cart', 'live');
  // And it is: somebody with a cart comes in, and her card's number rises as one looks on.
  await api.identify('nora', { name: 'Nora', email: 'nora@example.com', consent: { email: true } });
  await api.track('nora', 'Cart Updated', { cart_id: 'c1', value: 70, currency: 'EUR', products: [{ name: 'Tea', quantity: 1, price: 70 }] });
  await card(page, 'quiet').locator('.here-now').filter({ hasText: 'waiting 1' }).waitFor();
  const [run] = (await api.get('/api/v1/runs?journey=abandoned-cart&limit=5')).data;
  assert.equal(run.node, 'quiet');
}

/** A mail as it would come to somebody made up: its subject and its body, in the person's language and in another. */
async function looked(page, journey, step) {
  await find(page, step);
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Preview' }).click();
  const mail = page.locator('.mail');
  const words = mail.frameLocator('iframe.mail-frame').locator('body');
  const greeting = async () => {
    await words.getByText(/Anna/).first().waitFor();
    assert.equal(await mail.locator('.error').count(), 0, `${journey}: ${step}`);
    return words.innerText();
  };
  const english = await greeting();
  await mail.getByLabel('Language').selectOption('de');
  await page.waitForFunction(english => document.querySelector('iframe.mail-frame').contentDocument.body.innerText !== english, english);
  await greeting();
}

/** Every recipe can be copied, and nothing in it is wrong: neither to the server nor to the editor. */
async function all(page, api) {
  const gallery = (await api.get('/api/v1/recipes')).data;
  assert.equal(gallery.length, 8);
  for (const { slug, texts, graph } of gallery) {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Recipes' }).click();
    const recipe = page.locator('.recipe').filter({ has: page.getByRole('heading', { name: texts.en.name, exact: true }) });
    await recipe.getByRole('button', { name: 'Use recipe' }).click();
    // The first copy of the cart took its name.
    const at = slug === 'abandoned-cart' ? 'abandoned-cart-2' : slug;
    await page.waitForURL(`**/journeys/${at}`);
    await card(page, graph.nodes[0].id).waitFor();
    const { issues } = await api.get(`/api/v1/journeys/${at}/preview`);
    assert.deepEqual(issues.filter(issue => issue.severity === 'error'), [], at);
    // Its list of issues is opened by the key for the next one: it says that nothing is wrong.
    await page.locator('#canvas').focus();
    await page.keyboard.press('n');
    await page.getByText('Nothing is wrong. The journey can be published.').first().waitFor({ state: 'attached' });
    assert.equal(await page.locator('.pill-button').count(), 0, `${at}: an issue is shown`);
    assert.equal(await page.locator('#canvas .card.wrong').count(), 0, `${at}: a step is marked`);
    for (const { label } of graph.nodes.filter(node => node.kind === 'email.send')) await looked(page, at, label);
  }
  const copies = (await api.get('/api/v1/journeys?limit=50')).data;
  assert.equal(copies.length, 9);
}

export default async function ({ open, api }) {
  const page = await open({ path: '/recipes' });
  await cart(page, api);
  await all(page, api);
}
