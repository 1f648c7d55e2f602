// What is seen and cannot be pressed, because something else lies over it.

/** Every visible link, button and tab whose middle, brought into view, belongs to another element. */
export async function covered(page) {
  return page.evaluate(() => {
    const told = element => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} “${(element.innerText || element.ariaLabel || '').trim().slice(0, 40)}”`;
    const found = [];
    for (const element of document.querySelectorAll('a, button, input, select, summary, [role=tab]')) {
      const seen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
      if (!seen || element.closest('.skip, .only-read, [inert]')) continue;
      element.scrollIntoView({ block: 'center', inline: 'center' });
      const { left, top, width, height } = element.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const hit = document.elementFromPoint(x, y);
      if (hit && (element.contains(hit) || hit.closest('label')?.contains(element))) continue;
      found.push(`${told(element)} at ${Math.round(x)}, ${Math.round(y)} lies under ${hit ? told(hit) : 'the edge of the window'}`);
    }
    return found;
  });
}
