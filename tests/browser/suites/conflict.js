// Two people edit one draft: both versions are shown, either can be kept, and neither is lost.
import assert from 'node:assert/strict';
import { card, dialog, journey, rename, saved, stored, told } from '../journey_steps.js';
import { recovery } from '../scene.js';

const SLUG = 'shared';
const TITLE = 'Someone else saved this draft';

/** Both have the draft open; one saves a step's name, then the other another step's. The second is asked. */
async function collide({ open, api }, theirs, mine) {
  const one = await journey(open, SLUG);
  const other = await journey(open, SLUG);
  await rename(one, 'mail', theirs);
  await saved(one);
  await stored(api, SLUG, 'mail', theirs);
  await rename(other, 'worth', mine);
  const question = dialog(other, TITLE);
  await question.waitFor();
  return { one, other, question };
}

async function labels(api) {
  const { nodes } = await api.draft(SLUG);
  return Object.fromEntries(nodes.filter(node => node.label).map(node => [node.id, node.label]));
}

export default async function ({ open, api, expects }) {
  await api.journey(SLUG, recovery(), { name: 'Shared' });
  expects(412, 'PUT', `/api/v1/journeys/${SLUG}/draft`);

  // Mine is kept: the question shows both, and what differs by the names of the steps.
  const first = await collide({ open, api }, 'Their mail', 'My question');
  const said = await first.question.innerText();
  for (const words of ['Yours', 'Saved meanwhile', '4 steps', 'My question', 'Their mail']) assert.ok(said.includes(words), `${words} in: ${said}`);
  // It cannot be left unanswered.
  await first.other.keyboard.press('Escape');
  assert.equal(await first.question.isVisible(), true);
  await first.question.getByRole('button', { name: 'Keep mine' }).click();
  await first.question.waitFor({ state: 'hidden' });
  await saved(first.other);
  await stored(api, SLUG, 'worth', 'My question');
  assert.deepEqual(await labels(api), { worth: 'My question' }, 'mine is the whole draft');
  await first.one.context().close();
  await first.other.context().close();

  // Theirs is taken: it is on the canvas, the server is not written to, and mine comes back by undo.
  const second = await collide({ open, api }, 'Their new mail', 'My second question');
  await second.question.getByRole('button', { name: 'Take the other' }).click();
  await second.question.waitFor({ state: 'hidden' });
  await card(second.other, 'mail').getByText('Their new mail').waitFor();
  await saved(second.other);
  assert.deepEqual(await labels(api), { mail: 'Their new mail', worth: 'My question' });
  await told(second.other, 'The other draft is here now', { undo: true });
  await card(second.other, 'worth').getByText('My second question').waitFor();
  await stored(api, SLUG, 'worth', 'My second question');
  assert.deepEqual(await labels(api), { worth: 'My second question' }, 'undone is mine as it was');
  await saved(second.other);
  // And theirs again by redo.
  await second.other.getByRole('button', { name: /^Redo/ }).click();
  await stored(api, SLUG, 'mail', 'Their new mail');
  await saved(second.other);
}
