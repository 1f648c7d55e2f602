// A journey asks a person: answered by a press, undone, answered by keys alone; each run goes on by its answer.
import assert from 'node:assert/strict';
import { told } from '../journey_steps.js';
import { Keys } from '../keyboard_steps.js';
import { edge, node } from '../scene.js';

const SLUG = 'refund';
const REFUND = 'Refund';
const REFUSE = 'Refuse';

function graph(timeout) {
  return {
    settings: { reentry: { rule: 'always' } },
    nodes: [
      node('start', 'trigger.event', { events: ['Returned'], ...(timeout && { events: ['Complained'] }) }, { x: 0, y: 0 }),
      node('ask', 'task.ask', { title: 'Refund {{event.properties.total}}?', body: 'The parcel came back.', answers: [REFUND, REFUSE], timeout: timeout ?? '2d' }, { x: 0, y: 140 }),
      node('paid', 'delay.for', { duration: '5d' }, { x: -140, y: 280 }),
      node('kept', 'delay.for', { duration: '5d' }, { x: 140, y: 280 }),
      node('out', 'exit', {}, { x: 0, y: 420 }),
    ],
    edges: [edge('start', 'next', 'ask'), edge('ask', REFUND, 'paid'), edge('ask', REFUSE, 'kept'), edge('ask', 'timeout', 'kept'), edge('paid', 'next', 'out'), edge('kept', 'next', 'out')],
  };
}

async function tasks(api, state = 'open') {
  return (await api.get(`/api/v1/tasks?state=${state}`)).data;
}

async function returned(api, name, total) {
  const user = name.toLowerCase();
  await api.identify(user, { name });
  await api.track(user, 'Returned', { total });
  await api.until(`the question about ${name}`, async () => (await tasks(api)).some(task => task.person?.name === name));
}

/** Waits until somebody stands at a node. */
async function stands(api, name, at, seconds) {
  const customer = (await api.get(`/api/v1/customers?q=${name.toLowerCase()}`)).data[0];
  await api.until(`${name} at ${at}`, async () => (await api.get(`/api/v1/runs?customer=${customer.id}&limit=1`)).data[0].node === at, seconds);
}

function card(page, name) {
  return page.locator('.asks > li').filter({ hasText: name });
}

/** From home to the questions, the newest first, each with whom it is about, where and until when. */
async function inbox(page) {
  await page.getByRole('link', { name: /3 questions wait for an answer/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
  const said = await page.locator('.asks > li').allInnerTexts();
  assert.deepEqual(said.map(text => text.match(/Refund (\d+)\?/)[1]), ['30', '20', '10']);
  for (const words of ['Ada', 'Refunds', 'The parcel came back.', 'Asked', 'Answer by']) assert.ok(said[2].includes(words), `${words} in: ${said[2]}`);
  const customer = await card(page, 'Ada').getByRole('link', { name: 'Ada' }).getAttribute('href');
  assert.match(customer, /^\/customers\//);
  assert.match(await card(page, 'Ada').getByRole('link', { name: 'The way so far' }).getAttribute('href'), /^\/runs\//);
  assert.equal(await card(page, 'Ada').getByRole('link', { name: 'Refunds' }).getAttribute('href'), `/journeys/${SLUG}`);
  const place = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tasks', exact: true });
  assert.equal(await place.locator('.badge').getAttribute('data-count'), '3');
}

/** A press answers; what was pressed by mistake is taken back before anybody hears of it. */
async function pointer(page, api) {
  await card(page, 'Ada').getByRole('button', { name: REFUSE, exact: true }).click();
  await card(page, 'Ada').waitFor({ state: 'detached' });
  await told(page, `“${REFUSE}” for Ada`, { undo: true });
  await card(page, 'Ada').waitFor();
  assert.equal((await tasks(api)).length, 3);
  await card(page, 'Ada').getByText('Add a note').click();
  await card(page, 'Ada').getByRole('textbox', { name: 'Add a note' }).fill('paid by hand');
  await card(page, 'Ada').getByRole('button', { name: REFUND, exact: true }).click();
  // Once its words are gone the answer is given.
  await page.locator('.toast').filter({ hasText: 'for Ada' }).getByRole('button', { name: 'Dismiss' }).click();
  await stands(api, 'Ada', 'paid');
  const [answered] = await tasks(api, 'answered');
  assert.deepEqual([answered.answer, answered.note], [REFUND, 'paid by hand']);
  await card(page, 'Ada').waitFor({ state: 'detached' });
}

/** A new question shows by itself. */
async function live(page, api) {
  await returned(api, 'Dan', 40);
  await card(page, 'Dan').waitFor();
  assert.match(await page.locator('.asks > li').first().innerText(), /Dan/);
}

/** An answer given just before the page is left arrives all the same. */
async function left(page, api) {
  await card(page, 'Bob').getByRole('button', { name: REFUND, exact: true }).click();
  await page.goto('/settings');
  await page.waitForSelector('h1');
  await stands(api, 'Bob', 'paid');
}

/** From anywhere to the questions and through them without a hand on the mouse. */
async function keyboard(page, api) {
  const keys = new Keys(page);
  await page.locator('body').press('g');
  await keys.press('t');
  await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
  await card(page, 'Dan').waitFor();
  await keys.at('h1');
  await keys.press('ArrowDown', 'ArrowDown');
  await page.waitForFunction(() => document.activeElement.matches('.asks > li:nth-child(2)'));
  assert.match(await page.evaluate(() => document.activeElement.innerText), /Cem/);
  await keys.press('2');
  // The next question has the keyboard; nothing is dismissed: the answer is given when its words go by themselves.
  await card(page, 'Cem').waitFor({ state: 'detached' });
  await keys.at('.asks > li');
  assert.match(await page.evaluate(() => document.activeElement.innerText), /Dan/);
  await stands(api, 'Cem', 'kept', 30);
  await keys.tabTo('.asks .btn');
  await keys.press('Enter');
  await page.getByText('Nothing to decide').waitFor();
  await stands(api, 'Dan', 'paid', 30);
  const badge = page.getByRole('navigation', { name: 'Main' }).locator('.badge');
  await badge.waitFor({ state: 'detached' });
}

/** What was answered, ran out or fell away is kept, each in its place. */
async function past(page, api) {
  await page.getByRole('tab', { name: 'Answered' }).click();
  await card(page, 'Ada').getByText(/“Refund”, answered by/).waitFor();
  await card(page, 'Ada').getByText('paid by hand').waitFor();
  await card(page, 'Cem').getByText(/“Refuse”, answered by/).waitFor();
  await api.journey('hurry', graph('200ms'), { name: 'Hurry', publish: true });
  await api.identify('eve', { name: 'Eve' });
  await api.track('eve', 'Complained', { total: 5 });
  await api.until('a question that ran out', async () => (await tasks(api, 'expired')).length === 1);
  await page.getByRole('tab', { name: 'Expired' }).click();
  await card(page, 'Eve').getByText(/^Nobody answered by/).waitFor();
  // The place is in the address: it can be passed on.
  assert.match(page.url(), /state=expired/);
  await page.getByRole('tab', { name: 'Cancelled' }).click();
  await page.getByText('Nothing was cancelled').waitFor();
}

export default async function ({ open, api }) {
  await api.journey(SLUG, graph(), { name: 'Refunds', publish: true });
  for (const [name, total] of [['Ada', 10], ['Bob', 20], ['Cem', 30]]) await returned(api, name, total);
  const page = await open();
  await inbox(page);
  await pointer(page, api);
  await live(page, api);
  await left(page, api);
  await keyboard(page, api);
  await past(page, api);
}
