// The canvas under a finger on a tablet, and the canvas of those who read from right to left.
import assert from 'node:assert/strict';
import { Canvas, middle, ways } from '../canvas_steps.js';
import { Fingers } from '../fingers.js';
import { recovery } from '../scene.js';

const RECOVERY = ways(recovery());

async function opened({ open, api }, slug, settings) {
  await api.journey(slug, recovery(), { name: slug });
  const page = await open({ path: `/journeys/${slug}`, ...settings });
  const canvas = new Canvas(page, api);
  await canvas.cards.first().waitFor();
  return { page, canvas };
}

export default async function (given) {
  await fingers(given);
  await fromRightToLeft(given);
}

async function fingers(given) {
  const { page, canvas } = await opened(given, 'fingers', { width: 1180, height: 820, hasTouch: true });
  const hand = await Fingers.of(page);
  const wait = canvas.card('wait');

  // One finger on the canvas moves the view and edits nothing.
  const before = await middle(wait);
  const empty = await canvas.at(60, 600);
  await hand.drag(empty, { x: empty.x + 40, y: empty.y - 30 });
  const panned = await middle(wait);
  // What the finger moves until it is clear that it moves is made up for.
  assert.deepEqual([Math.round(panned.x - before.x), Math.round(panned.y - before.y)], [40, -30]);

  // Two fingers zoom.
  const [a, b] = [{ x: empty.x + 60, y: empty.y }, { x: empty.x + 160, y: empty.y }];
  await hand.down(a, b);
  await hand.move([a, b], [{ x: a.x + 25, y: a.y }, { x: b.x - 25, y: b.y }]);
  await hand.up();
  await page.getByRole('button', { name: '50%' }).waitFor();
  await page.getByRole('button', { name: '50%' }).tap();
  await page.getByRole('button', { name: '100%' }).waitFor();

  // A finger on a card drags it.
  await page.getByRole('button', { name: /^Fit/ }).tap();
  const from = await middle(canvas.card('mail'));
  await hand.drag(from, { x: from.x + 60, y: from.y + 40 });
  await canvas.stored('the mail moved', ({ nodes }) => nodes[3].position.x > -100 && nodes[3].position.y > 420);

  // A finger that taps a port adds; one that rests opens the menu.
  const no = await middle(canvas.port(canvas.card('worth'), 'no'));
  await page.touchscreen.tap(no.x, no.y);
  await page.locator('.quick').getByRole('option', { name: 'End here' }).tap();
  await canvas.goes([...RECOVERY, 'condition.if -no→ exit']);
  // While it rests a ring fills round it; full, it says that the menu comes when the finger leaves.
  const ring = page.locator('#resting');
  const resting = await middle(wait);
  await hand.down(resting);
  await page.locator('#resting:not([hidden], .enough)').waitFor();
  const round = await ring.boundingBox();
  assert.deepEqual([Math.round(round.x + round.width / 2), Math.round(round.y + round.height / 2)], [Math.round(resting.x), Math.round(resting.y)]);
  // A finger that moves on means something else: the ring is gone at once.
  await hand.move([resting], [{ x: resting.x, y: resting.y + 30 }]);
  await page.locator('#resting[hidden]').waitFor({ state: 'attached' });
  await hand.move([{ x: resting.x, y: resting.y + 30 }], [resting]);
  await hand.up();
  await hand.down(await middle(wait));
  await page.locator('#resting.enough').waitFor();
  assert.equal(await page.locator('#resting .fills').evaluate(ring => getComputedStyle(ring).strokeDashoffset), '0px');
  await hand.up();
  await page.locator('#resting[hidden]').waitFor({ state: 'attached' });
  await page.getByRole('menuitem', { name: /^Remove/ }).first().tap();
  await canvas.goes(['trigger.event -next→ condition.if', 'condition.if -no→ exit', 'condition.if -yes→ email.send']);

  // From the palette, sideways: up and down it scrolls.
  const kind = await middle(page.locator('.step-palette .kind[data-kind="delay.for"]'));
  await hand.drag(kind, { x: empty.x + 60, y: kind.y });
  await canvas.stored('a step brought by hand', draft => draft.nodes.some(node => node.kind === 'delay.for'));
}

async function fromRightToLeft(given) {
  const { page, canvas } = await opened(given, 'arabic', { language: 'ar' });
  const at = async id => (await middle(canvas.card(id))).x;
  const wait = recovery().nodes[1];

  // The scene is mirrored: the first way out is on the right, and what lies to the left in the draft is seen on the right.
  assert.ok(await at('mail') > await at('start'));
  const [yes, no] = [await middle(canvas.card('worth').locator('.port').nth(0)), await middle(canvas.card('worth').locator('.port').nth(1))];
  assert.ok(yes.x > no.x);

  // A card goes where the hand goes, and the draft says so in its own direction.
  const from = await middle(canvas.card('wait'));
  await canvas.drag(from, { x: from.x + 120, y: from.y + 20 });
  await canvas.stored('the wait moved', ({ nodes }) => nodes[1].position.x === wait.position.x - 120);
  const there = await middle(canvas.card('wait'));
  assert.deepEqual([Math.round(there.x - from.x), Math.round(there.y - from.y)], [120, 20]);

  // Brought from the palette, which stands at the right, and joined by a wire.
  await canvas.bring('exit', await canvas.at(160, 560));
  await canvas.goes([...RECOVERY, 'exit']);
  const exit = await middle(canvas.card('exit'));
  await canvas.drag(no, exit);
  await canvas.goes([...RECOVERY, 'condition.if -no→ exit']);
  // The keyboard goes where it says: to the left is to the left.
  await canvas.press(canvas.card('mail'));
  await page.keyboard.press('ArrowLeft');
  await canvas.hasFocus('.card[data-node^="exit"]');
}
