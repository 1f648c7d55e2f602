// What people do in the editor of a journey, by its words, and what it says back.

/** Opens the editor of a journey on a page that is signed in, or on a new one. */
export async function journey(open, slug, how = {}) {
  const page = await open({ path: `/journeys/${slug}`, ...how });
  await page.waitForSelector('#canvas .card');
  return page;
}

export function card(page, id) {
  return page.locator(`#card-${id}`);
}

/** Selects a step by its head: a click elsewhere on a card may be meant for its people. */
export async function select(page, id) {
  await card(page, id).locator('.head').click();
  await page.locator('#step-title').waitFor();
}

/** Finds a step by its words, wherever on the canvas it is, and selects it. */
export async function find(page, words) {
  await page.locator('#canvas').focus();
  await page.keyboard.press('Control+f');
  await page.getByLabel('Find a step').first().fill(words);
  await page.keyboard.press('Enter');
  await page.waitForFunction(words => document.activeElement?.matches('.card') && document.activeElement.innerText.includes(words), words);
}

/** Gives a step another name in its form. */
export async function rename(page, id, name) {
  await select(page, id);
  await page.locator('#step-title').fill(name);
  await page.locator('#step-title').press('Enter');
}

/** Waits until the bar says that the draft is saved. */
export async function saved(page) {
  await page.locator('.saved').getByText(/^Saved/).waitFor();
}

/** Waits until a step is called so in the draft that the server has. */
export async function stored(api, slug, id, name) {
  await api.until(`“${name}” in the draft`, async () => (await api.draft(slug)).nodes.find(node => node.id === id)?.label === name);
}

/** The dialog in front. */
export function dialog(page, name) {
  return page.getByRole('dialog', { name });
}

/** Chooses an entry of the menu at the end of the editor's bar. */
export async function more(page, entry) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: entry }).click();
}

/** Waits for a message at the edge, and takes back what it tells of if asked. */
export async function told(page, words, { undo = false } = {}) {
  const toast = page.locator('.toast').filter({ hasText: words }).last();
  await toast.waitFor();
  if (undo) await toast.getByRole('button', { name: 'Undo' }).click();
}

/** The life of a journey as the API tells it. */
export async function life(api, slug, status) {
  await api.until(`${slug} to be ${status}`, async () => (await api.get(`/api/v1/journeys/${slug}`)).status === status);
}
