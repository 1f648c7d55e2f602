// Why did, or did not, somebody get it: sent, refused by the rules, filtered out, waiting now, never started.
import assert from 'node:assert/strict';
import { recovery } from '../scene.js';

const SLUG = 'cart';

function graph() {
  const drawn = recovery({ timeout: '1h' });
  drawn.settings.reentry = { rule: 'not_while_inside' };
  drawn.nodes[0].config.filter = { fact: 'event.properties.value', is: 'gte', value: 20 };
  return drawn;
}

async function person(api, id, name) {
  await api.identify(id, { name, email: `${id}@example.com`, consent: { email: true } });
}

async function scene(api) {
  // The same journey without patience: who begins a checkout has the mail at once.
  await api.journey('quick', recovery({ timeout: '100ms' }), { name: 'Quick reminder', publish: true });
  await api.journey(SLUG, graph(), { name: 'Cart', publish: true });
  await person(api, 'ada', 'Ada Received');
  await api.track('ada', 'Checkout Started', { value: 90, cart_id: 'a' });
  await api.until('the mail', async () => (await api.get('/api/v1/mails?limit=5')).data.length === 1);
  await person(api, 'bob', 'Bob Small');
  await api.track('bob', 'Checkout Started', { value: 5, cart_id: 'b' });
  await person(api, 'eve', 'Eve Stranger');
  const runs = async () => (await api.get(`/api/v1/runs?journey=${SLUG}&limit=9`)).data;
  await api.until('ada to wait', async () => (await runs()).some(run => run.node === 'wait'));
  // She is inside: a second entry is refused by the re-entry rule.
  await api.track('ada', 'Checkout Started', { value: 95, cart_id: 'a2' });
}

/** Asks by letters and keys alone, as far as there are any. */
async function ask(page, letters, name, journey) {
  const field = page.getByLabel('Person', { exact: true });
  await field.fill(letters);
  await page.getByRole('option', { name }).waitFor();
  await field.press('Enter');
  await page.locator('.about').getByText(name).waitFor();
  await page.getByLabel('Journey', { exact: true }).selectOption({ label: journey });
  await page.waitForFunction(([who]) => document.querySelector('.answer header')?.innerText.includes(who), [name]);
  return page.locator('.answer');
}

async function answered(page, verdict, ...words) {
  const answer = page.locator('.answer');
  await answer.locator('header').getByText(verdict, { exact: true }).waitFor();
  const said = await page.locator('.why').innerText();
  for (const word of words) assert.match(said, word);
}

/** What the journey's people wrote themselves stays as it is in any language. */
const OWN = ['Checkout Started', 'Order Completed', 'Still yours, Ada Received', 'Still yours, ‹name›', 'ada@example.com', 'value'];

/** English that no sentence of these languages holds: words of the engine's; in Arabic any word in Latin letters. */
const ENGLISH = {
  de: /\b(the|is|it|this|waits|until|entered|refused|and|went|happened|which|with|least|sent|left|early|yes|not|yet|last|came|never|had|starts|run)\b/i,
  ar: /[A-Za-z]{2,}/,
};

/** The answer, what it rests on and the steps, in another language: not one English word of the engine's. */
async function translated({ open, api }, questions) {
  for (const [language, english] of Object.entries(ENGLISH)) {
    const page = await open({ language });
    const told = async (where, least) => {
      await page.waitForFunction(() => document.querySelector('.steps .outcome') && !document.querySelector('[aria-busy=true], .skeleton'));
      const said = await page.locator('.sentence, .outcome, .rule, .now').allInnerTexts();
      assert.ok(said.length >= least, `${language} ${where} says ${JSON.stringify(said)}`);
      const left = said.map(words => OWN.reduce((rest, own) => rest.replaceAll(own, ''), words)).filter(words => english.test(words));
      assert.deepEqual(left, [], `${language} ${where}: this is English`);
    };
    const read = async (path, least) => {
      await page.goto(path);
      await told(path, least);
    };
    for (const question of questions) await read(question, 2);
    const runs = (await api.get('/api/v1/runs?limit=9')).data;
    for (const run of runs) await read(`/runs/${run.id}`, 3);
    // The dry run asks the engine's own code, in the browser.
    await page.goto('/journeys/quick');
    await page.locator('#canvas .card').first().waitFor();
    await page.locator('#canvas').press('d');
    await page.locator('#dry-run .part .btn.main').first().click();
    await page.locator('#dry-run-properties').fill('{"value": 45, "cart_id": "d"}');
    await page.locator('#dry-run form button[type=submit]').click();
    await told('dry run', 4);
    await page.context().close();
  }
}

export default async function ({ open, api }) {
  await scene(api);
  const questions = [];
  const page = await open({ path: '/why' });
  await page.getByText('Ask about one person').waitFor();

  // Sent: to whom and when, and the way there.
  await ask(page, 'ada', 'Ada Received', 'Quick reminder');
  await answered(page, 'Yes, it was sent', /Still yours, Ada Received/, /ada@example\.com/);
  await page.getByRole('link', { name: 'See every step' }).click();
  await page.getByRole('region', { name: 'The journey as this person walks it' }).locator('.pcard.walked').first().waitFor();
  assert.equal(new URL(page.url()).pathname.split('/')[1], 'runs');
  // From there the question leads back, filled in.
  await page.getByRole('link', { name: 'Why did they, or did they not, get it?' }).click();
  await answered(page, 'Yes, it was sent');

  // Waits now, with until when; and that a second entry was refused while inside.
  await page.getByLabel('Journey', { exact: true }).selectOption({ label: 'Cart' });
  await answered(page, 'Not yet', /Order Completed/, /refused/, /inside/);
  const asked = () => questions.push(new URL(page.url()).pathname + new URL(page.url()).search);
  asked();

  // Filtered out, with the value that was seen.
  await ask(page, 'bob', 'Bob Small', 'Cart');
  await answered(page, 'No, they were not let in', /filter/, /event\.properties\.value/, /20/, /5/);
  assert.equal(await page.getByRole('link', { name: 'See every step' }).count(), 0, 'there is no way to see');
  asked();

  // The filter of the journey without one let him in; a condition kept the mail from him, with the value it saw.
  await page.getByLabel('Journey', { exact: true }).selectOption({ label: 'Quick reminder' });
  await answered(page, 'They went through, nothing was sent', /5/, /30/);
  asked();

  // Never started.
  await ask(page, 'eve', 'Eve Stranger', 'Cart');
  await answered(page, 'No, nothing started it', /Checkout Started/, /never had one/);

  // The address is the question: it can be passed on.
  const passed = await open({ path: new URL(page.url()).pathname + new URL(page.url()).search });
  await answered(passed, 'No, nothing started it');
  assert.equal(await passed.getByLabel('Person', { exact: true }).inputValue(), 'Eve Stranger');
  // Nobody of that name: said, not silent.
  await passed.getByLabel('Person', { exact: true }).fill('zzz');
  await passed.getByText('Nobody is called that.').waitFor();
  // From a customer's page the person is filled in.
  const customer = (await api.get('/api/v1/customers?q=bob')).data[0];
  await passed.goto(`/customers/${customer.id}`);
  await passed.getByRole('link', { name: 'Why did, or did not…' }).click();
  await passed.locator('.about').getByText('Bob Small').waitFor();

  await translated({ open, api }, questions);
}
