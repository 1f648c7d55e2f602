// The newcomer's journey once more, by keys alone.
import assert from 'node:assert/strict';
import { Canvas } from '../canvas_steps.js';
import { Keys } from '../keyboard_steps.js';

export default async function ({ open, api }) {
  await api.identify('early', { name: 'Early Bird', email: 'early@example.com' });
  await api.track('early', 'Checkout Started', { value: 12, currency: 'EUR' });
  await api.track('early', 'Order Completed', { total: 12 });
  const page = await open();
  const keys = new Keys(page);

  // To the journeys, a new one, its name.
  await keys.press('g', 'j');
  await page.waitForURL('**/journeys');
  await keys.at('#title');
  await keys.press('n');
  await keys.at('#new-journey');
  await keys.type('By keys alone');
  await keys.press('Enter');
  await page.waitForURL('**/journeys/by-keys-alone');
  await page.getByText('How does it begin?').waitFor();
  const canvas = new Canvas(page, api);

  await keys.at('#title');
  await keys.press('/');
  await keys.at('#palette-search');
  await keys.type('Event');
  await keys.press('Enter');
  await keys.at('.card[data-node^="trigger"]');
  await keys.press('Enter');
  await keys.tabTo('#step-events');
  await keys.type('Checkout Started');
  await keys.press('Enter', 'Escape');
  await keys.at('.card[data-node^="trigger"]');

  await keys.press('Tab');
  await keys.at('.quick input');
  await keys.type('Wait for');
  await keys.press('Enter');
  await keys.at('.card[data-node^="wait"]');
  await keys.press('Enter');
  await keys.tabTo('#step-events');
  await keys.type('Order Completed');
  await keys.press('Enter');
  await keys.tabTo('#step-timeout');
  await keys.type('2');
  await keys.press('Tab');
  await keys.type('hours');
  await keys.press('Escape');
  await keys.at('.card[data-node^="wait"]');

  // Two ways lead out of the wait: Tab chooses the second.
  await keys.press('Tab');
  await keys.at('.quick input');
  await keys.press('Tab');
  await page.locator('.quick .way-chip[aria-pressed=true]', { hasText: 'timed out' }).waitFor();
  await keys.at('.quick input');
  await keys.type('If');
  await keys.press('Enter');
  await keys.at('.card[data-node^="condition"]');
  await keys.press('Enter');
  await keys.tabTo('.rule-add .btn');
  await keys.press('Enter');
  await keys.at('input[aria-label="Which fact"]');
  await keys.type('value');
  await keys.press('ArrowDown', 'Enter');
  await keys.tabTo('select[aria-label="Comparison"]');
  await keys.type('is at least');
  await keys.press('Tab');
  await keys.type('30');
  await keys.press('Escape');
  await keys.at('.card[data-node^="condition"]');

  await keys.press('Tab');
  await keys.at('.quick input');
  await keys.type('Send an email');
  await keys.press('Enter');
  await keys.at('.card[data-node^="email"]');
  const draft = await canvas.goes([
    'trigger.event -next→ wait.event', 'wait.event -timeout→ condition.if', 'condition.if -yes→ email.send',
  ]);
  const config = kind => draft.nodes.find(node => node.kind === kind).config;
  assert.deepEqual([config('wait.event').events, config('wait.event').timeout], [['Order Completed'], '2h']);
  assert.deepEqual(config('condition.if').predicate, { all: [{ fact: 'event.properties.value', is: 'gte', value: 30 }] });

  // What is missing: one key leads to each field.
  await page.locator('.card.wrong').waitFor();
  await keys.press('n');
  await keys.at('#step-subject');
  await keys.type('Still yours, {{customer.first_name}}');
  await keys.press('Escape');
  await keys.at('.card[data-node^="email"]');
  await page.getByRole('button', { name: '1 issue' }).waitFor();
  await keys.press('n');
  await keys.at('#step-html');
  await keys.type('<p>Your cart waits.</p>');
  await keys.press('Escape');
  await page.locator('.card.wrong').waitFor({ state: 'detached' });

  await tries(page, keys);

  await keys.press('p');
  await page.getByText('The first version').waitFor();
  await keys.tabTo('dialog button[type=submit]');
  await keys.press('Enter');
  await page.getByText('Live · version 1').first().waitFor();
  await keys.at('.card[data-node^="email"]');

  await api.identify('grace', { name: 'Grace', email: 'grace@example.com' });
  await api.track('grace', 'Checkout Started', { value: 45 });
  await canvas.card('wait').getByText(/^waiting [1-9]/).waitFor();
}

/** Tries it on somebody and comes back to the canvas. */
async function tries(page, keys) {
  await keys.press('d');
  await keys.at('#dry-run');
  await page.getByRole('button', { name: 'Checkout Started happens' }).waitFor();
  await keys.tabTo('#dry-run .part .btn.main', { most: 24 });
  await keys.press('Enter');
  await keys.at('#dry-run-properties');
  await keys.press('Control+a');
  await keys.type('{"value": 45}');
  await keys.tabTo('#dry-run form button[type=submit]');
  await keys.press('Enter');
  await page.locator('.card.here[data-node^="wait"]').waitFor();
  await keys.press('e');
  await page.locator('.card.walked[data-node^="email"]').waitFor();
  await keys.tabTo('#dry-run li.told-mail button', { most: 30 });
  await keys.press('Enter');
  await page.locator('#dry-run').frameLocator('iframe').getByText('Your cart waits.').waitFor();
  await keys.press('Escape');
  await page.locator('#dry-run').waitFor({ state: 'detached' });
  await keys.at('.card[data-node^="email"]');
}
