// The README's pictures, by day and by night: made anew by `make pictures`, not part of the tests.
import { mkdirSync } from 'node:fs';
import { card, journey, select } from '../journey_steps.js';
import { shop, SLUG } from '../showcase.js';

const FOLDER = new URL('../../../docs/pictures/', import.meta.url).pathname;

/** Waits until nothing is being fetched, drawn or said any more, then takes the picture. */
async function take(page, name, theme) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton, .toast'));
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => document.getAnimations().every(one => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity));
  await page.screenshot({ path: `${FOLDER}${name}-${theme}.png`, animations: 'disabled' });
}

async function builder(open, theme) {
  const page = await journey(open, SLUG, { theme });
  await card(page, 'wait').locator('.here-now').waitFor();
  await select(page, 'mail');
  await page.getByRole('region', { name: 'The selected step' }).getByLabel(/Subject/).first().waitFor();
  await page.mouse.move(720, 850);
  await take(page, 'builder', theme);
  // The same journey tried on somebody who may be written to, up to the first mail.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Dry run' }).click();
  const desk = page.locator('#dry-run');
  await desk.getByRole('button', { name: 'Checkout Started happens' }).click();
  await desk.getByRole('button', { name: 'Let it happen' }).click();
  await page.locator('#canvas .card.here').waitFor();
  await desk.getByRole('button', { name: 'Next thing' }).click();
  await page.locator('#card-rest.here').waitFor();
  await take(page, 'dry-run', theme);
  await page.context().close();
}

export default async function ({ open, api }) {
  mkdirSync(FOLDER, { recursive: true });
  await shop(api);
  const { data } = await api.get(`/api/v1/runs?journey=${SLUG}&node=rest&limit=1`);
  for (const theme of ['light', 'dark']) {
    const page = await open({ theme });
    await page.getByText('Abandoned cart').first().waitFor();
    await take(page, 'home', theme);
    await page.goto(`/runs/${data[0].id}`);
    await page.locator('.pcard.here').waitFor();
    await take(page, 'run', theme);
    await page.goto('/recipes');
    await page.locator('.recipe').nth(7).waitFor();
    await take(page, 'recipes', theme);
    await page.context().close();
    await builder(open, theme);
  }
}
