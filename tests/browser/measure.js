// Measures the builder from outside: node measure.js, with ADDRESS and KEY; prints one JSON line per figure.
import { chromium } from 'playwright-core';
import { Api } from './api.js';
import { large } from './scene.js';

const { ADDRESS, KEY, CHROMIUM = '/usr/bin/chromium' } = process.env;
const api = new Api(ADDRESS, KEY);
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});

const told = (bench, figures) => console.log(JSON.stringify({ bench, ...figures }));
const round = number => Math.round(number * 10) / 10;
const quantile = (numbers, q) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * q))];

async function open(path) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, baseURL: ADDRESS });
  await context.request.post('/api/v1/session', { data: { key: KEY }, headers: { origin: ADDRESS } });
  const page = await context.newPage();
  // Set before the page's own scripts: the moment its first heading is on the screen.
  await page.addInitScript(() => {
    const look = () => (document.querySelector('h1') ? requestAnimationFrame(() => (window.shownAt = performance.now())) : requestAnimationFrame(look));
    look();
  });
  await page.goto(path);
  await page.waitForFunction(() => window.shownAt);
  return page;
}

/** What a first visit loads, and how long until it can be used; each visit in a browser without a cache. */
async function load() {
  const times = [];
  let parts;
  for (let visit = 0; visit < 5; visit++) {
    const page = await open('/');
    times.push(await page.evaluate(() => window.shownAt));
    parts = await page.evaluate(() => {
      const entries = [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')];
      return entries.filter(one => !new URL(one.name).pathname.startsWith('/api/')).map(one => [new URL(one.name).pathname, one.encodedBodySize]);
    });
    await page.context().close();
  }
  const size = ending => parts.filter(([path]) => path.endsWith(ending)).reduce((sum, [, bytes]) => sum + bytes, 0);
  told('bundle', {
    first_load_kb: round(parts.reduce((sum, [, bytes]) => sum + bytes, 0) / 1000),
    wasm_kb: round(size('.wasm') / 1000), js_kb: round(size('.js') / 1000), css_kb: round(size('.css') / 1000), requests: parts.length,
  });
  told('cold_load', { visits: times.length, median_ms: round(quantile(times, 0.5)), worst_ms: round(Math.max(...times)) });
}

/** Milliseconds between frames while `act` goes on. */
async function frames(page, act) {
  await page.evaluate(() => {
    window.frames_ = [];
    window.going = true;
    let last = performance.now();
    const next = now => {
      window.frames_.push(now - last);
      last = now;
      if (window.going) requestAnimationFrame(next);
    };
    requestAnimationFrame(now => { last = now; requestAnimationFrame(next); });
  });
  await act();
  return page.evaluate(() => { window.going = false; return window.frames_; });
}

async function canvas(nodes) {
  const slug = `large-${nodes}`;
  await api.journey(slug, large(nodes), { name: `Large ${nodes}` });
  const page = await open('/journeys');
  await page.waitForSelector(`a[href="/journeys/${slug}"]`);
  const opened = await page.evaluate(slug => new Promise(done => {
    const start = performance.now();
    const look = () => {
      if (document.querySelectorAll('#canvas .card').length > 0 && document.querySelector('#canvas .wire')) requestAnimationFrame(() => done(performance.now() - start));
      else requestAnimationFrame(look);
    };
    document.querySelector(`a[href="/journeys/${slug}"]`).click();
    requestAnimationFrame(look);
  }), slug);
  told('open_journey', { nodes, ms: round(opened), budget_ms: 300 });

  const box = await page.locator('#canvas').boundingBox();
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  const act = {
    pan: async () => { for (let i = 0; i < 120; i++) await page.mouse.wheel(i % 40 < 20 ? 18 : -18, i % 60 < 30 ? 40 : -40); },
    zoom: async () => {
      await page.keyboard.down('Control');
      for (let i = 0; i < 120; i++) await page.mouse.wheel(0, i % 40 < 20 ? 30 : -30);
      await page.keyboard.up('Control');
    },
    drag: async () => {
      const cards = await page.locator('#canvas .card').all();
      let at;
      for (const card of cards) {
        const where = await card.boundingBox();
        if (where && where.x > box.x + 40 && where.y > box.y + 40 && where.x + where.width < box.x + box.width - 40 && where.y + where.height < box.y + box.height - 200) { at = where; break; }
      }
      const from = { x: at.x + at.width / 2, y: at.y + 12 };
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      for (let i = 0; i < 120; i++) await page.mouse.move(from.x + 80 * Math.sin(i / 12), from.y + 60 * Math.sin(i / 9));
      await page.mouse.up();
    },
  };
  for (const [what, go] of Object.entries(act)) {
    const taken = await frames(page, go);
    told('frames', { nodes, what, frames: taken.length, p50_ms: round(quantile(taken, 0.5)), p95_ms: round(quantile(taken, 0.95)), worst_ms: round(Math.max(...taken)), budget_p95_ms: 16.7 });
  }
  await page.context().close();
}

await load();
await canvas(500);
await canvas(2000);
await browser.close();
