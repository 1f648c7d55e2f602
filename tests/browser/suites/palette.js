// Ctrl K finds what can be gone to and done: pages, journeys, people, recipes, what the editor does, colours and languages.
import { dialog, journey } from '../journey_steps.js';
import { recovery } from '../scene.js';

async function choose(page, typed, name) {
  await page.keyboard.press('Control+k');
  const palette = dialog(page, 'Go to or do');
  await palette.getByRole('combobox').fill(typed);
  await palette.getByRole('option', { name }).first().click();
  await palette.waitFor({ state: 'hidden' });
}

export default async function ({ open, api }) {
  await api.journey('carts', recovery(), { name: 'Carts left behind', publish: true });
  await api.identify('george', { name: 'George Little', email: 'gl@example.com' });
  const page = await open({ path: '/' });
  await choose(page, 'behind', /Carts left behind/);
  await page.waitForURL('**/journeys/carts');
  await choose(page, 'gl@ex', /George Little/);
  await page.getByRole('heading', { level: 1, name: 'George Little' }).waitFor();
  await choose(page, 'aban', /Abandoned cart/);
  await dialog(page, 'Abandoned cart').waitFor();
  await page.keyboard.press('Escape');
  await choose(page, 'dark', /Dark/);
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.close();

  const editor = await journey(open, 'carts');
  await choose(editor, 'publ', /Publish/);
  await dialog(editor, 'Publish').waitFor();
  await editor.keyboard.press('Escape');
  await choose(editor, 'dry', /Dry run|Try/);
  await editor.locator('#dry-run').waitFor();
  await choose(editor, 'pause', /^Pause/);
  await editor.getByText('Paused · version 1').first().waitFor();
  await choose(editor, 'resume', /^Resume/);
  await editor.getByText('Live · version 1').first().waitFor();
}
