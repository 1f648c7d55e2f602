// A hundred edits as somebody might make them, in an order that a number decides. All of them undone, the draft is what it was;
// all of them done again, it is what it became.
import assert from 'node:assert/strict';
import { Canvas, middle } from '../canvas_steps.js';
import { recovery } from '../scene.js';

const SEED = Number(process.env.SEED ?? 20261128);
const EDITS = 100;
/** So many cards fit on the screen and can be taken hold of. */
const MOST_CARDS = 12;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

export default async function ({ open, api }) {
  await api.journey('many', recovery(), { name: 'Many edits' });
  const first = await api.draft('many');
  const page = await open({ path: '/journeys/many' });
  const canvas = new Canvas(page, api);
  await canvas.cards.first().waitFor();
  const roll = dice(SEED);
  const edits = everyday(page, canvas, roll);
  const made = [];
  for (let n = 0; n < EDITS; n++) {
    const count = await canvas.cards.count();
    const able = Object.keys(edits).filter(name => (count > 3 || name !== 'remove') && (count < MOST_CARDS || !name.startsWith('add')));
    const name = count >= MOST_CARDS ? 'remove' : able[Math.floor(roll() * able.length)];
    made.push(name);
    await edits[name]().catch(error => {
      throw new Error(`edit ${n} of seed ${SEED}, after ${made.slice(-6).join(', ')}: ${error.message}`);
    });
  }
  await page.keyboard.press('Escape');
  await saved(page);
  const last = await api.draft('many');
  assert.notDeepEqual(last, first);

  const back = await pressed(page, /^Undo/, 'Control+z');
  assert.ok(back >= EDITS / 2, `${back} steps of undo for ${EDITS} edits`);
  await canvas.stored('what was first', draft => same(draft, first));
  const forth = await pressed(page, /^Redo/, 'Control+Shift+z');
  assert.equal(forth, back);
  await canvas.stored('what was last', draft => same(draft, last));
  return { seed: SEED, edits: EDITS, steps: back };
}

function same(one, other) {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

async function saved(page) {
  await page.locator('.saved').getByText(/^Saved/).waitFor();
}

/** Presses a key until its button says there is nothing more; how often. */
async function pressed(page, name, key) {
  const button = page.getByRole('banner').getByRole('button', { name });
  await page.locator('#canvas').focus();
  let count = 0;
  while (await button.isEnabled()) {
    await page.keyboard.press(key);
    count += 1;
    assert.ok(count < 500, `${key} has no end`);
  }
  return count;
}

/** What can be done, each with what is there at the time. */
function everyday(page, canvas, roll) {
  const { keyboard } = page;
  const pick = list => list[Math.floor(roll() * list.length)];
  const by = () => Math.round((roll() - 0.5) * 240);
  /** A card that can be taken hold of, and where. */
  const some = async () => {
    await keyboard.press('1');
    await middle(canvas.cards.first());
    // From afar there are no cards to take hold of: nearer, until there are.
    while (await page.locator('#canvas.afar').count()) {
      await keyboard.press('+');
      await middle(canvas.cards.first());
    }
    const found = () => canvas.cards.evaluateAll(cards => {
      const centre = element => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      };
      const ports = cards.flatMap((card, n) => [...card.querySelectorAll('.port')].map(port => ({ n, ...centre(port) })));
      return cards.map((card, n) => {
        const { x, y, width, height } = card.getBoundingClientRect();
        const at = { x: x + width / 2, y: y + height / 4 };
        // A press so near a way out of a card that lies over this one takes hold of that.
        const near = ports.some(port => port.n > n && Math.hypot(port.x - at.x, port.y - at.y) < 14);
        return document.elementFromPoint(at.x, at.y)?.closest('.card') === card && !near ? { n, at } : null;
      }).filter(Boolean);
    });
    let free = await found();
    if (!free.length) {
      await keyboard.press('t');
      await middle(canvas.cards.first());
      free = await found();
    }
    return pick(free);
  };
  /** Selects a card; the keyboard is there. */
  const choose = async () => {
    const { n, at } = await some();
    const id = await canvas.cards.nth(n).getAttribute('data-node');
    await page.mouse.click(at.x, at.y);
    await canvas.hasFocus(`.card[data-node="${id}"]`);
    return id;
  };
  return {
    async addAfter() {
      await choose();
      await keyboard.press('Tab');
      if (!await page.locator('.quick input').isVisible()) return;
      await canvas.hasFocus('.quick input');
      await keyboard.type(pick(['Wait a while', 'If', 'Send an email', 'Split at random', 'End here']));
      await keyboard.press('Enter');
      await canvas.hasFocus('.card');
    },
    async addByHand() {
      const box = await page.locator('#canvas').boundingBox();
      await canvas.bring(pick(['delay.for', 'exit', 'wait.event']), { x: box.x + 150 + roll() * (box.width - 300), y: box.y + 100 + roll() * (box.height - 250) });
    },
    async addCopy() {
      await choose();
      await keyboard.press('Control+d');
    },
    async addPasted() {
      await choose();
      await keyboard.press('Control+c');
      await keyboard.press('Control+v');
    },
    async remove() {
      await choose();
      await keyboard.press('Delete');
    },
    async move() {
      const { at } = await some();
      await canvas.drag(at, { x: at.x + by(), y: at.y + by() });
    },
    async nudge() {
      await choose();
      await keyboard.press(pick(['Alt+ArrowLeft', 'Alt+ArrowDown']));
    },
    async connect() {
      const { n } = await some();
      const { at } = await some();
      const ports = await canvas.cards.nth(n).locator('.port').all();
      if (ports.length) await canvas.drag(await middle(pick(ports)), at);
      await keyboard.press('Escape');
    },
    async rename() {
      await choose();
      await keyboard.press('F2');
      await canvas.hasFocus('.card .rename');
      await keyboard.type(`Step ${Math.floor(roll() * 1000)}`);
      await keyboard.press('Enter');
      await canvas.hasFocus('.card');
    },
    async write() {
      const id = await choose();
      const title = page.locator('#step-title');
      await title.fill(`About ${id}`);
      await title.press('Escape');
    },
    async note() {
      await page.locator('#canvas').focus();
      await keyboard.press('s');
      await canvas.hasFocus('.note textarea');
      await keyboard.type('Remember');
      await keyboard.press('Escape');
    },
    async tidy() {
      await page.locator('#canvas').focus();
      await keyboard.press('t');
      await middle(canvas.cards.first());
    },
  };
}
