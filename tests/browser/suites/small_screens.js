// A phone and a tablet: nothing is wider than the screen or too small for a finger, dialogs fit, and a journey is built by fingers.
import assert from 'node:assert/strict';
import { Canvas, middle } from '../canvas_steps.js';
import { Fingers } from '../fingers.js';
import { more } from '../journey_steps.js';
import { event, putAside } from '../letters.js';
import { shop } from '../scene.js';
import { screens } from '../screens.js';

const PHONE = { width: 390, height: 844 };
const TABLET = { width: 820, height: 1180 };
/** What a finger needs at least (WCAG 2.2, 2.5.8). */
const FINGER = 24;

/** What sticks out of the window, and what is too small for a finger. */
async function misfits(page) {
  return page.evaluate(least => {
    const wide = document.documentElement.clientWidth;
    const told = element => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} “${(element.innerText ?? '').trim().slice(0, 30)}”`;
    const shown = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
    // A page must not go sideways as a whole; a table, the tabs, the places and the strip may, each in itself.
    const found = [document.documentElement, ...document.querySelectorAll('.page, .editor .side, dialog[open] .inside')]
      .filter(element => element.scrollWidth > element.clientWidth)
      .map(element => `goes sideways by ${element.scrollWidth - element.clientWidth} px: ${told(element)}`);
    const free = element => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (up.matches('#canvas, .picture-of, .sketch') || (['auto', 'scroll'].includes(getComputedStyle(up).overflowX) && !up.matches('.page, .side'))) return false;
      }
      return !element.closest('.only-read, .skip');
    };
    for (const element of document.querySelectorAll('body *')) {
      if (!shown(element)) continue;
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width && height && (right > wide + 1 || left < -1) && free(element)) found.push(`sticks out (${Math.round(left)} to ${Math.round(right)}): ${told(element)}`);
    }
    for (const element of document.querySelectorAll('a, button, input, select, textarea, summary, [role=tab]')) {
      // A label is pressed with its field; steps lie as large as the canvas is zoomed.
      const pressed = element.closest('label') ?? element;
      if (!shown(element) || element.closest('#canvas, .picture-of, .skip') || pressed.closest('p')) continue;
      const { width, height } = pressed.getBoundingClientRect();
      if (Math.round(width) < least || Math.round(height) < least) found.push(`too small (${Math.round(width)} by ${Math.round(height)}): ${told(element)}`);
    }
    return [...new Set(found)];
  }, FINGER);
}

async function everyScreen({ open }, all) {
  const wrong = [];
  for (const [theme, language] of [['light', 'en'], ['dark', 'ar']]) {
    for (const size of [PHONE, TABLET]) {
      const page = await open({ theme, language, hasTouch: true, ...size });
      for (const [name, path] of Object.entries(all)) {
        await page.goto(path);
        // The title is seen: it is not pushed away by what stands beside it.
        await page.locator('h1').waitFor();
        await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton'));
        // What is wrong is told a moment after the journey is shown.
        if (name === 'editor-issues') await page.locator('.pill-button').waitFor();
        wrong.push(...(await misfits(page)).map(one => `${name}, ${language}, ${size.width}: ${one}`));
      }
      await page.context().close();
    }
  }
  if (wrong.length) throw new Error(`${wrong.length} misfits\n${wrong.join('\n')}`);
}

/** A dialog that opens lies within the window, and so does what is in it. */
async function fits(page, name) {
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  await page.waitForFunction(() => !document.querySelector('dialog[open] .skeleton, dialog[open] [aria-busy=true]'));
  const { x, y, width, height } = await dialog.boundingBox();
  assert.ok(x >= 0 && y >= 0 && x + width <= PHONE.width && y + height <= PHONE.height, `${name}: ${JSON.stringify({ x, y, width, height })}`);
  assert.deepEqual(await misfits(page), [], `${name}`);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
}

async function dialogs({ open }) {
  const page = await open({ path: '/journeys/cart-recovery', hasTouch: true, ...PHONE });
  await page.locator('#canvas .card').first().waitFor();
  await page.getByRole('button', { name: 'Publish…' }).tap();
  await fits(page, 'Publish');
  await more(page, 'History');
  await fits(page, 'History');
  await page.goto('/recipes');
  await page.getByRole('button', { name: /Look inside/ }).first().tap();
  await fits(page, /./);
  await page.goto('/journeys');
  await page.getByRole('banner').getByRole('button', { name: 'New journey' }).tap();
  await fits(page, /./);
  await page.context().close();
}

/** From nothing to a live journey, held in one hand. */
async function builds({ open, api }) {
  const page = await open({ path: '/journeys', hasTouch: true, ...PHONE });
  const hand = await Fingers.of(page);
  await page.getByRole('banner').getByRole('button', { name: 'New journey' }).tap();
  await page.getByRole('textbox', { name: 'Name' }).fill('On the way');
  await page.getByRole('button', { name: 'Empty canvas' }).last().tap();
  await page.waitForURL('**/journeys/on-the-way');
  await page.getByText('How does it begin?').waitFor();
  const canvas = new Canvas(page, api);
  // Nobody asked for the journey's settings: the canvas has the room until a step is chosen.
  await page.locator('.editor .side.down').waitFor();

  // From the strip of steps down to the canvas.
  const strip = page.locator('.step-palette .kind[data-kind="trigger.event"]');
  await hand.drag(await middle(strip), await canvas.at(195, 90));
  const begins = canvas.card('trigger');
  await begins.waitFor();
  // What is missing is told in the bar, which may need another line for it.
  await page.getByRole('button', { name: /issues?$/ }).waitFor();
  await canvas.hasFocus('.card[data-node^="trigger"]');
  await page.getByRole('combobox', { name: 'Events' }).tap();
  await page.getByRole('option', { name: 'Checkout Started' }).tap();
  await begins.getByText('Checkout Started').waitFor();

  // The sheet goes down to its handle and leaves its place to the canvas; drawn up, it comes back.
  const sheet = page.locator('.editor .side');
  const handle = page.getByRole('button', { name: 'The panel below' });
  const before = await page.locator('#canvas').boundingBox();
  await handle.tap();
  await page.locator('.editor .side.down').waitFor();
  const after = await page.locator('#canvas').boundingBox();
  assert.ok(after.height > before.height + 200, `${before.height} → ${after.height}`);
  assert.equal(await handle.getAttribute('aria-expanded'), 'false');

  // A tap on a way out offers what may follow, all of it within the window.
  await page.getByRole('button', { name: /^Fit/ }).tap();
  const next = await middle(begins.locator('.port'));
  await page.touchscreen.tap(next.x, next.y);
  const list = await page.locator('.quick').boundingBox();
  assert.ok(list.x >= 0 && list.x + list.width <= PHONE.width && list.y + list.height <= PHONE.height, JSON.stringify(list));
  await page.locator('.quick').getByRole('option', { name: 'If', exact: true }).tap();
  const worth = canvas.card('condition');
  await worth.waitFor();
  await canvas.goes(['trigger.event -next→ condition.if']);
  const low = await middle(handle);
  await hand.drag(low, { x: low.x, y: low.y - 260 });
  await page.locator('.editor .side:not(.down)').waitFor();
  const drawn = await sheet.boundingBox();
  assert.ok(drawn.height > 240 && drawn.height < 320, `${drawn.height}`);
  await page.getByRole('button', { name: 'Fact', exact: true }).tap();
  await page.getByRole('combobox', { name: 'Which fact' }).fill('value');
  await page.getByRole('option', { name: /value/ }).first().tap();
  await page.getByRole('combobox', { name: 'Comparison' }).selectOption('is at least');
  await page.getByRole('spinbutton', { name: 'Value' }).fill('30');
  await page.getByRole('spinbutton', { name: 'Value' }).blur();

  // Two ends: one by a tap, one brought and joined by a wire that a finger draws.
  await handle.tap();
  await page.locator('.editor .side.down').waitFor();
  await page.getByRole('button', { name: /^Fit/ }).tap();
  const yes = await middle(canvas.port(worth, 'yes'));
  await page.touchscreen.tap(yes.x, yes.y);
  await page.locator('.quick').getByRole('option', { name: 'End here' }).tap();
  await canvas.goes(['condition.if -yes→ exit', 'trigger.event -next→ condition.if']);
  const end = page.locator('.step-palette .kind[data-kind="exit"]');
  await end.scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: /^Fit/ }).tap();
  const free = await canvas.at(300, 420);
  await hand.drag(await middle(end), free);
  await canvas.goes(['condition.if -yes→ exit', 'exit', 'trigger.event -next→ condition.if']);
  await page.getByRole('button', { name: /^Fit/ }).tap();
  await hand.drag(await middle(canvas.port(worth, 'no')), await middle(canvas.card('exit').last()));
  await canvas.goes(['condition.if -no→ exit', 'condition.if -yes→ exit', 'trigger.event -next→ condition.if']);

  // Live, without a mouse and without a key.
  await page.getByRole('button', { name: 'Publish…' }).tap();
  await page.getByRole('dialog', { name: 'Publish' }).getByRole('button', { name: 'Publish version 1' }).tap();
  await page.getByText('Live · version 1').first().waitFor();
  assert.deepEqual(await misfits(page), []);
}

export default async function (given) {
  const { api } = given;
  await shop(api);
  await putAside(api, [event('shopper-1', 'Order Completed')]);
  await everyScreen(given, await screens(api));
  await dialogs(given);
  await builds(given);
}
