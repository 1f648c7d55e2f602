// What hands and keys do on the canvas, one thing after another; each is looked for in the draft the server has.
import assert from 'node:assert/strict';
import { Canvas, middle } from '../canvas_steps.js';
import { large, recovery } from '../scene.js';

const RECOVERY = ['trigger.event -next→ wait.event', 'wait.event -timeout→ condition.if', 'condition.if -yes→ email.send'];

/** A journey of this graph, open. */
async function opened({ open, api }, slug, graph = recovery(), beside) {
  await api.journey(slug, graph, { name: slug });
  const page = await open({ path: `/journeys/${slug}`, beside });
  const canvas = new Canvas(page, api);
  await (graph.nodes.length ? canvas.cards.first() : page.locator('#canvas')).waitFor();
  return { page, canvas };
}

export default async function (given) {
  await splices(given);
  await removes(given);
  await copies(given);
  await selects(given);
  await findsItsWay(given);
  await worksFromAfar(given);
}

/** A step dropped on a wire is put into it; one let go in the air is put after the port. */
async function splices(given) {
  const { page, canvas } = await opened(given, 'splice');
  const [above, below] = [await middle(canvas.card('start')), await middle(canvas.card('wait'))];
  const wire = { x: (above.x + below.x) / 2, y: (above.y + below.y) / 2 };
  const entry = page.locator('.step-palette .kind[data-kind="delay.for"]');
  await canvas.drag(await middle(entry), wire, { lets: false });
  await page.locator('#aimed[d^="M"]').waitFor({ state: 'attached' });
  await page.mouse.up();
  const spliced = ['trigger.event -next→ delay.for', 'delay.for -next→ wait.event', ...RECOVERY.slice(1)];
  const draft = await canvas.goes(spliced);
  const y = id => draft.nodes.find(node => node.id.startsWith(id)).position.y;
  assert.ok(y('start') + 58 < y('delay') && y('delay') + 58 < y('wait'), 'what comes after made room');

  const port = await middle(canvas.port(canvas.card('worth'), 'no'));
  await canvas.drag(port, { x: port.x + 60, y: port.y + 90 });
  await canvas.choose('End here');
  await canvas.goes([...spliced, 'condition.if -no→ exit']);
  await canvas.hasFocus('.card[data-node^="exit"]');

  // A step that is there already and leads nowhere goes into a wire as well; and a wire has a + of its own.
  await canvas.bring('event.record', await canvas.at(120, 420));
  await canvas.goes([...spliced, 'condition.if -no→ exit', 'event.record']);
  const [yes, mail] = [await middle(canvas.port(canvas.card('worth'), 'yes')), await middle(canvas.card('mail'))];
  await canvas.drag(await middle(canvas.card('event')), { x: yes.x, y: (yes.y + mail.y - 42) / 2 });
  const into = [...spliced.slice(0, 3), 'condition.if -yes→ event.record', 'event.record -next→ email.send', 'condition.if -no→ exit'];
  await canvas.goes(into);
  const [out, next] = [await middle(canvas.port(canvas.card('delay'), 'next')), await middle(canvas.card('wait'))];
  await page.mouse.move(out.x, (out.y + next.y - 29) / 2);
  await page.mouse.click(out.x, (out.y + next.y - 29) / 2);
  await canvas.choose('Change the customer');
  await canvas.goes([...into.filter(way => way !== 'delay.for -next→ wait.event'), 'delay.for -next→ customer.set', 'customer.set -next→ wait.event']);
}

/** Removing closes the gap, says so, and offers the way back. */
async function removes(given) {
  const { page, canvas } = await opened(given, 'remove');
  await canvas.press(canvas.card('wait'));
  await page.keyboard.press('Delete');
  await canvas.goes(['trigger.event -next→ condition.if', 'condition.if -yes→ email.send']);
  await canvas.hasFocus('.card[data-node="start"]');
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await canvas.goes(RECOVERY);

  // A wire alone: it can be pressed, taken out, and drawn anew to somewhere else.
  const yes = await middle(canvas.port(canvas.card('worth'), 'yes'));
  await page.mouse.click(yes.x, yes.y + 20);
  await page.locator('.wire.selected').waitFor({ state: 'attached' });
  await page.keyboard.press('Delete');
  await canvas.goes([...RECOVERY.slice(0, 2), 'email.send']);
  await canvas.connect(canvas.card('wait'), 'timed out', canvas.card('mail'));
  await canvas.goes([RECOVERY[0], 'wait.event -timeout→ email.send', 'condition.if']);
  // Nothing leads into a trigger: the page says why.
  await canvas.connect(canvas.card('worth'), 'yes', canvas.card('start'));
  await page.getByText('No wire can lead to “Checkout Started”').waitFor();
  await canvas.goes([RECOVERY[0], 'wait.event -timeout→ email.send', 'condition.if']);
}

/** Copied, cut and pasted, here and in another journey's tab; what was copied keeps its wires, and gets names of its own. */
async function copies(given) {
  const { page, canvas } = await opened(given, 'copy');
  await canvas.press(canvas.card('worth'));
  await canvas.press(canvas.card('mail'), 'Shift');
  await page.keyboard.press('Control+c');
  await page.keyboard.press('Control+v');
  const pair = 'condition.if -yes→ email.send';
  const draft = await canvas.goes([...RECOVERY, pair]);
  assert.equal(new Set(draft.nodes.map(node => node.id)).size, 6);
  const [first, second] = draft.nodes.filter(node => node.kind === 'email.send');
  assert.deepEqual(second.config, first.config);
  assert.equal(await page.locator('.card.selected').count(), 2, 'what was pasted is selected');

  const other = await opened(given, 'other', { nodes: [], edges: [] }, page);
  await other.page.bringToFront();
  await other.page.locator('#canvas').click({ position: { x: 40, y: 40 } });
  await other.page.keyboard.press('Control+v');
  await other.canvas.goes([pair]);

  await page.bringToFront();
  await page.keyboard.press('Control+x');
  await canvas.goes(RECOVERY);
  await page.keyboard.press('Control+v');
  await canvas.goes([...RECOVERY, pair]);
  await page.keyboard.press('Control+z');
  await canvas.goes(RECOVERY);

  await canvas.press(canvas.card('mail'));
  await page.keyboard.press('Control+d');
  await canvas.goes([...RECOVERY, 'email.send']);
  await canvas.hasFocus('.card[data-node^="email"]');
}

/** A lasso, a whole branch, everything; and what is done to many at once. */
async function selects(given) {
  const { page, canvas } = await opened(given, 'select');
  const [from, to] = [await middle(canvas.card('worth')), await middle(canvas.card('mail'))];
  await page.keyboard.down('Shift');
  await canvas.drag({ x: from.x - 220, y: from.y - 45 }, { x: to.x + 40, y: to.y + 10 });
  await page.keyboard.up('Shift');
  await page.getByRole('toolbar', { name: 'Selection' }).getByText('2 things selected').waitFor();
  // One that is dragged takes the others along.
  const { x, y } = await middle(canvas.card('mail'));
  await canvas.drag({ x, y }, { x: x + 120, y: y + 40 });
  await canvas.stored('both moved', ({ nodes }) => {
    const [worth, mail] = ['worth', 'mail'].map(id => nodes.find(node => node.id === id).position);
    return worth.x > 40 && worth.x - mail.x === 60 && mail.y - worth.y === 140;
  });
  await canvas.press(canvas.card('wait'));
  await page.keyboard.press('b');
  await page.getByText('3 things selected').first().waitFor();
  assert.equal(await canvas.card('start').evaluate(card => card.matches('.selected')), false);
  await page.keyboard.press('Control+a');
  await page.getByText('4 things selected').first().waitFor();
  await page.keyboard.press('Delete');
  await canvas.goes([]);
  await page.getByText('How does it begin?').waitFor();
  await page.keyboard.press('Control+z');
  await canvas.goes(RECOVERY);

  await page.keyboard.press('t');
  const tidied = await canvas.stored('a chain in line', ({ nodes }) => new Set(nodes.map(node => node.position.x)).size < 4 && nodes[1].position.x === nodes[0].position.x);
  assert.deepEqual(tidied.nodes[0].position, { x: 0, y: 0 }, 'the first card stays');
}

/** Notes, the search for steps, and the map. */
async function findsItsWay(given) {
  const { page, canvas } = await opened(given, 'large', large(200));
  await page.keyboard.press('s');
  await canvas.hasFocus('.note textarea');
  await page.keyboard.type('Ask Jo before spring');
  await page.keyboard.press('Escape');
  const noted = await canvas.stored('a note', draft => draft.notes?.[0]?.text === 'Ask Jo before spring');
  await canvas.hasFocus('#canvas');
  const at = await middle(page.locator('.layer .note'));
  await canvas.drag(at, { x: at.x - 100, y: at.y + 60 });
  await canvas.stored('the note elsewhere', draft => draft.notes[0].position.x < noted.notes[0].position.x - 80);

  await page.keyboard.press('Control+f');
  await page.getByRole('combobox', { name: 'Find a step' }).fill('≥ 199');
  await page.keyboard.press('Enter');
  await canvas.hasFocus('.card[data-node="s199"]');
  await page.locator('[data-node="s199"].selected').waitFor();
  // Cards come onto the page on the way there; the keyboard stays where it was led.
  await middle(canvas.card('s199'));
  await canvas.hasFocus('.card[data-node="s199"]');

  assert.equal(await canvas.card('start').count(), 0, 'what is far away is not on the page');
  const map = await page.locator('.minimap svg').boundingBox();
  const bar = await page.locator('.minimap rect[data-family="trigger"]').boundingBox();
  await page.mouse.click(bar.x + bar.width / 2, Math.max(bar.y + bar.height / 2, map.y + 2));
  await canvas.card('start').waitFor();
}

/** From afar one picture stands in place of the cards: it has every step in its colour, and hands work on it. */
async function worksFromAfar(given) {
  const { page, canvas } = await opened(given, 'afar', large(200));
  const draft = await given.api.draft('afar');
  const place = (id, { x = 0, y = 0 } = {}, { nodes } = draft) => page.evaluate(([at, by]) => {
    const matrix = new DOMMatrix(getComputedStyle(document.querySelector('.layer')).transform);
    const { x, y } = matrix.transformPoint({ x: at.x + by.x, y: at.y + by.y });
    const box = document.querySelector('#canvas').getBoundingClientRect();
    return { x: x + box.x, y: y + box.y };
  }, [nodes.find(node => node.id === id).position, { x, y }]);
  /** Waits until the picture has the colour a token names at a point of the window. */
  const coloured = (at, token) => page.waitForFunction(([at, token]) => {
    const overview = document.querySelector('#overview');
    const box = overview.getBoundingClientRect();
    const [red, green, blue, alpha] = overview.getContext('2d').getImageData(Math.round(at.x - box.x), Math.round(at.y - box.y), 1, 1).data;
    const hex = '#' + [red, green, blue].map(part => part.toString(16).padStart(2, '0')).join('');
    return alpha === 255 && hex === getComputedStyle(overview).getPropertyValue(token).trim();
  }, [at, token]);
  // Beside the names, which begin a little further in.
  const beside = { x: 7, y: 29 };

  await page.keyboard.press('1');
  await page.locator('#canvas.afar').waitFor();
  await page.locator('.layer.moving').waitFor({ state: 'detached' });
  await coloured(await place('start', beside), '--trigger-soft');
  await coloured(await place('s199', beside), '--condition-soft');
  await coloured(await place('s198', beside), '--delay-soft');
  await page.emulateMedia({ colorScheme: 'dark' });
  await coloured(await place('s198', beside), '--delay-soft');
  await page.emulateMedia({ colorScheme: 'light' });

  const before = draft.nodes.find(node => node.id === 's57').position;
  const [from, zoom] = [await place('s57', { x: 120, y: 20 }), await page.evaluate(() => new DOMMatrix(getComputedStyle(document.querySelector('.layer')).transform).a)];
  await canvas.drag(from, { x: from.x - 100, y: from.y + 30 });
  const moved = await canvas.stored('the step elsewhere', ({ nodes }) => {
    const { x, y } = nodes.find(node => node.id === 's57').position;
    return Math.abs(x - before.x + 100 / zoom) < 60 && Math.abs(y - before.y - 30 / zoom) < 60;
  });
  await coloured(await place('s57', { x: 120, y: 8 }, moved), '--condition-soft');
  await page.waitForFunction(() => [...document.querySelectorAll('#inspector input')].some(input => input.value === '57'));
  await page.keyboard.press('Control+z');
  await canvas.stored('the step back', ({ nodes }) => nodes.find(node => node.id === 's57').position.x === before.x);

  const at = await place('s57', { x: 120, y: 20 });
  await page.mouse.move(at.x, at.y);
  await page.keyboard.down('Control');
  for (let turns = 0; turns < 8; turns++) await page.mouse.wheel(0, -60);
  await page.keyboard.up('Control');
  await page.locator('#canvas:not(.afar)').waitFor();
  const { x, y } = await middle(canvas.card('s57'));
  assert.ok(Math.hypot(x - at.x, y - at.y) < 60, 'what was under the hand still is');
}
