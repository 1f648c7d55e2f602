// Every screen under axe-core's rules for WCAG 2.2 AA, in one theme and language.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { event, putAside } from '../letters.js';
import { shop } from '../scene.js';
import { screens } from '../screens.js';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function violations(page) {
  // Through the debugger, so that the page's own policy against foreign scripts stays in force.
  await page.evaluate(source);
  const found = await page.evaluate(tags => window.axe.run(document, { runOnly: tags }), TAGS);
  return found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}\n    ${node.failureSummary?.replaceAll('\n', '\n    ')}`));
}

export default async function ({ open, api }) {
  const { THEME: theme, LANGUAGE: language } = process.env;
  await shop(api);
  await putAside(api, [event('shopper-1', 'Order Completed')]);
  const wrong = [];
  const signedOut = await open({ key: null, theme, language });
  wrong.push(...(await violations(signedOut)).map(one => `sign-in: ${one}`));
  const page = await open({ theme, language });
  for (const [name, path] of Object.entries(await screens(api))) {
    await page.goto(path);
    await page.waitForSelector('h1');
    await page.waitForLoadState('load');
    // Skeletons are screens too, but what matters is what replaces them.
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton'));
    const told = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir, document.title]);
    if (told[0] !== language || told[1] !== (language === 'ar' ? 'rtl' : 'ltr')) wrong.push(`${name}: lang and dir are ${told}`);
    if (!told[2]) wrong.push(`${name}: the window has no title`);
    wrong.push(...(await violations(page)).map(one => `${name}: ${one}`));
  }
  if (wrong.length) throw new Error(`${wrong.length} violations\n${wrong.join('\n')}`);
}
