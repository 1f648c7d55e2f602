// The first screens after installing, while the database is empty: nothing lies over what is to be pressed.
import { covered } from '../covered.js';

const SIZES = [[1440, 860], [1920, 1080], [1024, 768], [390, 844]];
/** The pages a newcomer meets, and what is there once the page is. */
const FIRST = { '/': '#first-event', '/journeys': '.empty', '/recipes': '.recipe', '/events': '.empty', '/settings': '.form' };

export default async function ({ open, folder }) {
  const wrong = [];
  for (const [theme, language] of [['light', 'en'], ['dark', 'de'], ['light', 'ar']]) {
    for (const [width, height] of SIZES) {
      const page = await open({ theme, language, width, height });
      for (const [path, there] of Object.entries(FIRST)) {
        await page.goto(path);
        await page.locator(there).first().waitFor();
        await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton'));
        if (process.env.LOOK) await page.screenshot({ path: `${folder}/first${path.replace('/', '-')}-${language}-${width}.png` });
        wrong.push(...(await covered(page)).map(one => `${path}, ${language}, ${width}: ${one}`));
      }
      await page.context().close();
    }
  }
  if (wrong.length) throw new Error(`${wrong.length} things cannot be pressed\n${wrong.join('\n')}`);

  // The one thing Home asks for first works from here.
  const page = await open();
  await page.getByRole('button', { name: 'Put a key in' }).click();
  await page.locator('pre').filter({ hasNotText: 'YOUR_KEY' }).waitFor();
}
