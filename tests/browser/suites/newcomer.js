// A newcomer builds abandoned-cart recovery from an empty canvas, by hand: draws it, fills it in, mends what is wrong, tries it
// on somebody, publishes it, and sees the first person arrive.
import assert from 'node:assert/strict';
import { Canvas, ways } from '../canvas_steps.js';

export default async function ({ open, api }) {
  // The shop has sent events before anybody draws: the forms know their names and properties.
  await api.identify('early', { name: 'Early Bird', email: 'early@example.com' });
  await api.track('early', 'Checkout Started', { value: 12, currency: 'EUR' });
  await api.track('early', 'Order Completed', { total: 12 });
  const page = await open({ path: '/journeys' });

  await page.getByRole('banner').getByRole('button', { name: 'New journey' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Carts left behind');
  await page.getByRole('button', { name: 'Empty canvas' }).last().click();
  await page.waitForURL('**/journeys/carts-left-behind');
  await page.getByText('How does it begin?').waitFor();
  const canvas = new Canvas(page, api);

  await canvas.bring('trigger.event', await canvas.at(400, 130));
  const begins = canvas.card('trigger');
  await begins.waitFor();
  await page.getByRole('combobox', { name: 'Events' }).click();
  await page.getByRole('option', { name: 'Checkout Started' }).click();
  await begins.getByText('Checkout Started').waitFor();

  // Dropped somewhere, then joined by a wire.
  await canvas.bring('wait.event', await canvas.at(300, 330));
  const wait = canvas.card('wait');
  await wait.waitFor();
  await canvas.goes(['trigger.event', 'wait.event']);
  await canvas.connect(begins, 'next', wait);
  await canvas.goes(['trigger.event -next→ wait.event']);
  await canvas.press(wait);
  await page.getByRole('combobox', { name: 'Events' }).fill('Order Completed');
  await page.keyboard.press('Enter');
  await page.getByRole('spinbutton', { name: 'At most' }).fill('2');
  await page.keyboard.press('Tab');
  await page.locator('.field').filter({ hasText: 'At most' }).getByRole('combobox', { name: 'Unit' }).selectOption('hours');
  await wait.getByText('Wait for Order Completed').waitFor();

  await canvas.press(canvas.port(wait, 'timed out'));
  await canvas.choose('If');
  const worth = canvas.card('condition');
  await worth.waitFor();
  await page.getByRole('button', { name: 'Fact', exact: true }).click();
  await page.getByRole('combobox', { name: 'Which fact' }).fill('value');
  await page.getByRole('option', { name: /value/ }).first().click();
  await page.getByRole('combobox', { name: 'Comparison' }).selectOption('is at least');
  await page.getByRole('spinbutton', { name: 'Value' }).fill('30');

  await canvas.press(canvas.port(worth, 'yes'));
  await canvas.choose('Send an email');
  const mail = canvas.card('email');
  await mail.waitFor();

  // What is missing is shown at the card, in the bar and in a list that leads to the field.
  await mail.locator('.flag').waitFor();
  await page.getByRole('button', { name: /issues?$/ }).click();
  const issues = page.getByRole('region', { name: 'Issues' }).getByRole('listitem');
  assert.equal(await issues.count(), 2, 'a subject and a body are missing');
  await issues.first().getByRole('button').click();
  await canvas.hasFocus('#step-subject');
  await page.keyboard.type('Still yours, {{customer.first_name}}');
  await page.getByRole('textbox', { name: 'Mail' }).fill('<p>Your cart of {{event.properties.value}} EUR waits.</p>');
  await page.getByRole('button', { name: /issues?$/ }).waitFor({ state: 'detached' });
  assert.equal(await page.locator('#canvas .card.wrong').count(), 0);

  const draft = await canvas.stored('the mail as written', ({ nodes }) => nodes.some(node => node.config?.html?.includes('waits')));
  assert.deepEqual(ways(draft), ['condition.if -yes→ email.send', 'trigger.event -next→ wait.event', 'wait.event -timeout→ condition.if']);
  const config = kind => draft.nodes.find(node => node.kind === kind).config;
  assert.deepEqual(config('trigger.event').events, ['Checkout Started']);
  assert.deepEqual([config('wait.event').events, config('wait.event').timeout], [['Order Completed'], '2h']);
  assert.deepEqual(config('condition.if').predicate, { all: [{ fact: 'event.properties.value', is: 'gte', value: 30 }] });
  assert.equal(config('email.send').html, '<p>Your cart of {{event.properties.value}} EUR waits.</p>');

  await tries(page);
  await publishes(page);

  // Nobody needs to load anything anew: the numbers come by themselves.
  await api.identify('grace', { name: 'Grace', email: 'grace@example.com', consent: { email: true } });
  await api.track('grace', 'Checkout Started', { value: 45, currency: 'EUR' });
  await wait.getByRole('button', { name: /^waiting [1-9]/ }).waitFor();
  assert.match(await begins.innerText(), /passed 1/);
}

/** Tries it on somebody who started a checkout and bought nothing. */
async function tries(page) {
  await page.getByRole('button', { name: 'Dry run' }).click();
  const panel = page.locator('#dry-run');
  await panel.getByRole('button', { name: 'Checkout Started happens' }).click();
  const properties = panel.getByLabel('Properties of Checkout Started');
  await properties.fill('{"value": 45, "currency": "EUR"}');
  await panel.getByRole('button', { name: 'Let it happen' }).click();
  await page.locator('#canvas .card.here[data-node^="wait"]').waitFor();
  await panel.getByRole('button', { name: 'To the end' }).click();
  await page.locator('#canvas .card.walked[data-node^="email"]').waitFor();
  assert.equal(await page.locator('#canvas .wire.walked').count(), 3, 'the way is painted from the trigger to the mail');
  await panel.getByRole('button', { name: 'Still yours, Ada' }).click();
  await panel.frameLocator('iframe').getByText('Your cart of 45 EUR waits.').waitFor();
  await panel.getByRole('button', { name: 'Close' }).click();
  // The way is gone with the trial.
  await page.locator('#canvas .walked').first().waitFor({ state: 'detached' });
}

async function publishes(page) {
  await page.getByRole('button', { name: 'Publish…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish' });
  await dialog.getByText('The first version').waitFor();
  await dialog.getByRole('button', { name: 'Publish version 1' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('Live · version 1').first().waitFor();
}
