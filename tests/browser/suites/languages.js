// All eight languages: the words are the language's own, everything fits, Arabic is mirrored, and choosing one lasts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { event, putAside } from '../letters.js';
import { shop } from '../scene.js';
import { screens } from '../screens.js';

const LANGUAGES = ['en', 'es', 'fr', 'de', 'ja', 'ko', 'zh', 'ar'];

/** The names of places in the rail, from the message file itself. */
function places(language) {
  const file = readFileSync(new URL(`../../../builder-ui/messages/${language}/shell.toml`, import.meta.url), 'utf8');
  const [, section] = file.match(/^\[nav\]\n((?:.+\n)+)/m);
  return Object.fromEntries([...section.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, key, words]) => [key, words]));
}

export default async function ({ open, api }) {
  await shop(api);
  await putAside(api, [event('shopper-1', 'Order Completed')]);
  const all = await screens(api);
  const wrong = [];
  for (const language of LANGUAGES) {
    const page = await open({ language });
    const words = places(language);
    assert.deepEqual(
      await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]),
      [language, language === 'ar' ? 'rtl' : 'ltr'],
    );
    const rail = page.getByRole('navigation', { name: words.label });
    for (const [key, name] of Object.entries(words)) {
      if (key !== 'label') assert.equal(await rail.getByRole('link', { name, exact: true }).count(), 1, `${language}: ${key}`);
    }
    const box = await rail.boundingBox();
    assert.equal(box.x > 700, language === 'ar', `${language}: the rail stands at the side where reading begins`);
    for (const [name, path] of Object.entries(all)) {
      await page.goto(path);
      await page.waitForSelector('h1');
      await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton'));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) wrong.push(`${language} ${name}: ${over} px too wide`);
      const text = await page.evaluate(() => document.body.innerText);
      const raw = text.match(/\{\w+\}(?!\})/g);
      if (raw) wrong.push(`${language} ${name}: unfilled ${raw}`);
    }
    await page.context().close();
  }
  assert.deepEqual(wrong, []);

  // A choice is kept, whatever the browser asks for.
  const page = await open({ language: 'en' });
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitemradio', { name: '日本語' }).or(page.getByRole('menuitem', { name: '日本語' })).click();
  await page.waitForFunction(() => document.documentElement.lang === 'ja');
  await page.reload();
  await page.waitForSelector('h1');
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ja');
}
