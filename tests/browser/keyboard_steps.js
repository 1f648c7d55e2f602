// A page walked by keys alone: nothing here knows where anything lies.

/** What has the keyboard, as a screen reader would name it. */
async function keyboardPlace(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    const named = at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText ?? '';
    return `${at.tagName.toLowerCase()}${at.id ? `#${at.id}` : ''} “${named.trim().slice(0, 60)}”`;
  });
}

/** Waits until the keyboard is at what a selector names. */
export async function keyboardAt(page, selector) {
  await page.waitForFunction(selector => document.activeElement?.matches(selector), selector).catch(async () => {
    throw new Error(`the keyboard is not at ${selector} but at ${await keyboardPlace(page)}`);
  });
}

export class Keys {
  constructor(page) {
    this.page = page;
  }

  /** Presses keys one after the other. */
  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text) {
    await this.page.keyboard.type(text);
  }

  /** Waits until the keyboard is at what a selector names. */
  async at(selector) {
    await keyboardAt(this.page, selector);
  }

  /** Presses Tab until the keyboard is at what a selector names; nobody presses it more than a dozen times. */
  async tabTo(selector, { key = 'Tab', most = 12 } = {}) {
    const met = [];
    for (let i = 0; i < most; i++) {
      await this.press(key);
      if (await this.page.evaluate(selector => document.activeElement.matches(selector), selector)) return;
      met.push(await keyboardPlace(this.page));
    }
    throw new Error(`${most} times ${key} do not lead to ${selector} but to:\n${met.join('\n')}`);
  }
}
