// A journey's canvas as a person uses it, by hand and by key, and what there is to see of it.
import { keyboardAt } from './keyboard_steps.js';

/** Where the middle of an element is, once it lies still: cards glide to their places and the view glides along. */
export async function middle(locator) {
  await locator.evaluate(element => new Promise(done => {
    let last;
    let still = 0;
    const look = () => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const now = [x, y, width, height].join();
      still = now === last ? still + 1 : 0;
      last = now;
      if (still === 5) done();
      else requestAnimationFrame(look);
    };
    look();
  }));
  const box = await locator.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A graph as its ways: `wait.event -timeout→ condition.if`; a step without any is its kind alone. Sorted. */
export function ways(graph) {
  const kind = id => graph.nodes.find(node => node.id === id).kind;
  const led = graph.edges.map(edge => `${kind(edge.from)} -${edge.port}→ ${kind(edge.to)}`);
  const lone = graph.nodes.filter(node => graph.edges.every(edge => edge.from !== node.id && edge.to !== node.id));
  return [...led, ...lone.map(node => node.kind)].sort();
}

export class Canvas {
  constructor(page, api) {
    this.page = page;
    this.api = api;
    this.slug = new URL(page.url()).pathname.split('/').at(-1);
    this.cards = page.locator('#canvas .card');
  }

  /** The cards whose node's name begins so: new nodes are named by their kind's family, those of scenes as they say. */
  card(begins) {
    return this.page.locator(`#canvas .card[data-node^="${begins}"]`);
  }

  port(card, name) {
    return card.locator('.port').filter({ hasText: new RegExp(`^${name}$`) });
  }

  /** A point of the canvas, in the window. */
  async at(x, y) {
    const box = await this.page.locator('#canvas').boundingBox();
    return { x: box.x + x, y: box.y + y };
  }

  /** Presses, moves as a hand does and lets go. */
  async drag(from, to, { lets = true } = {}) {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    // The first small move makes a press a drag.
    await mouse.move(from.x + Math.sign(to.x - from.x) * 8, from.y + Math.sign(to.y - from.y) * 8, { steps: 2 });
    await mouse.move(to.x, to.y, { steps: 8 });
    if (lets) await mouse.up();
  }

  /** Drags a kind of step from the palette to a point of the window. */
  async bring(kind, to) {
    const entry = this.page.locator(`.step-palette .kind[data-kind="${kind}"]`);
    await entry.scrollIntoViewIfNeeded();
    await this.drag(await middle(entry), to);
  }

  /** Draws a wire from a port to a card. */
  async connect(from, port, to) {
    const end = await middle(to);
    await this.drag(await middle(this.port(from, port)), end);
  }

  /** Clicks where an element is: its port, its card. */
  async press(locator, held) {
    const { x, y } = await middle(locator);
    if (held) await this.page.keyboard.down(held);
    await this.page.mouse.click(x, y);
    if (held) await this.page.keyboard.up(held);
  }

  /** Chooses a kind in the list that is open over the canvas. */
  async choose(words) {
    await this.page.locator('.quick input').fill(words);
    await this.page.locator('.quick').getByRole('option', { name: words, exact: true }).click();
  }

  /** The draft as the server has it, once it is as wanted. */
  async stored(what, wanted) {
    let draft;
    const look = async () => wanted(draft = await this.api.draft(this.slug));
    await this.api.until(what, look).catch(error => {
      throw new Error(`${error.message}; the draft: ${JSON.stringify(draft)}`);
    });
    return draft;
  }

  /** Waits until the draft the server has goes these ways. */
  async goes(wanted) {
    const all = JSON.stringify([...wanted].sort());
    return this.stored(`the ways ${all}`, draft => JSON.stringify(ways(draft)) === all);
  }

  /** Waits until the keyboard is at what a selector names. */
  async hasFocus(selector) {
    await keyboardAt(this.page, selector);
  }
}
