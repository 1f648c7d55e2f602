// Fingers on the screen.

/** Fingers as the browser reports them. */
export class Fingers {
  constructor(session, page) {
    this.session = session;
    this.page = page;
  }

  static async of(page) {
    return new Fingers(await page.context().newCDPSession(page), page);
  }

  async tell(type, points) {
    const touchPoints = points.map(({ x, y }, id) => ({ x, y, id }));
    await this.session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
  async down(...points) {
    await this.tell('touchStart', points);
  }
  /** All fingers at once, in small steps, from the first places to the last. */
  async move(from, to, steps = 8) {
    for (let n = 1; n <= steps; n++) {
      await this.tell('touchMove', from.map(({ x, y }, i) => ({ x: x + ((to[i].x - x) * n) / steps, y: y + ((to[i].y - y) * n) / steps })));
    }
  }
  async up() {
    await this.tell('touchEnd', []);
  }
  async drag(from, to) {
    await this.down(from);
    await this.move([from], [to]);
    // A finger that leaves while it is quick flings, and a browser takes the next tap for the end of that: this one comes to rest.
    const there = await this.page.evaluate(() => performance.now());
    await this.page.waitForFunction(there => performance.now() - there > 200, there);
    await this.tell('touchMove', [to]);
    await this.up();
  }
}
