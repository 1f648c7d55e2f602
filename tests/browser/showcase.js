// A lively shop for the README's pictures: every name in it is made up.
import { edge, node } from './scene.js';

export const SLUG = 'abandoned-cart';

const FIRST = ['Amélie', 'Jonas', 'Sakura', 'Omar', 'Lucía', 'Minjun', 'Wei', 'Greta', 'Hugo', 'Yui', 'Noor', 'Pablo', 'Ines', 'Liam', 'Haruto', 'Salma'];
const LAST = ['Durand', 'Weber', 'Tanaka', 'Haddad', 'Romero', 'Kim', 'Zhang', 'Lindgren', 'Martin', 'Sato', 'Aziz', 'García', 'Costa', 'Murphy', 'Ito', 'Nassar'];

const html = `<div style="font-family:sans-serif;max-width:520px;margin:auto;padding:24px"><h1 style="font-size:20px">Your cart is still here</h1>
<p>Hello {{default customer.traits.first_name "friend"}}, what you chose waits for you: {{money event.properties.value currency=event.properties.currency}}.</p>
<p><a href="https://shop.example/cart" style="background:#1c6b4d;color:#fff;padding:10px 18px;border-radius:8px;text-decoration:none">Back to my cart</a></p></div>`;

/** Waits an hour for an order, asks whether it is worth a mail and wanted, writes, writes again a day later. */
function graph(patience) {
  const letter = subject => ({ subject, html });
  return {
    settings: { reentry: { rule: 'always' }, goal: { event: 'Order Completed', since: 'entry' } },
    nodes: [
      node('start', 'trigger.event', { events: ['Checkout Started'] }, { x: 0, y: 0 }),
      node('wait', 'delay.for', { duration: patience }, { x: 0, y: 130 }, 'Time to come back'),
      node('worth', 'condition.if', { predicate: { fact: 'event.properties.value', is: 'gte', value: 30 } }, { x: 0, y: 260 }, 'Worth a mail?'),
      node('may', 'condition.consent', { channel: 'email', purpose: 'marketing' }, { x: -150, y: 390 }),
      node('mail', 'email.send', letter('{{default customer.traits.first_name "friend"}}, your cart waits'), { x: -300, y: 520 }, 'First reminder'),
      node('rest', 'delay.for', { duration: '1d' }, { x: -300, y: 650 }),
      node('again', 'email.send', letter('Last call for your cart'), { x: -300, y: 780 }, 'Second reminder'),
      node('small', 'exit', { reason: 'too small for a mail' }, { x: 190, y: 390 }, 'No mail'),
    ],
    edges: [
      edge('start', 'next', 'wait'), edge('wait', 'next', 'worth'), edge('worth', 'yes', 'may'), edge('worth', 'no', 'small'),
      edge('may', 'yes', 'mail'), edge('mail', 'next', 'rest'), edge('rest', 'next', 'again'), edge('may', 'no', 'small'),
    ],
  };
}

async function shopper(api, n) {
  const name = `${FIRST[n % FIRST.length]} ${LAST[(n * 7 + Math.floor(n / 16)) % LAST.length]}`;
  const user = `c-${1000 + n}`;
  await api.identify(user, { name, first_name: name.split(' ')[0], email: `${name.split(' ')[0].normalize('NFD').replace(/[^a-z]/gi, '').toLowerCase()}${n}@example.com`, consent: { email: n % 9 !== 4 } });
  await api.track(user, 'Product Viewed', { sku: `T-${n % 12}` });
  await api.track(user, 'Checkout Started', { cart_id: `k-${n}`, value: 12 + ((n * 37) % 160), currency: 'EUR' });
}

/** Publishes twice: those of the first version are through their hour, those of the second are in it. */
export async function shop(api) {
  for (const [recipe, name, live] of [['birthday', 'Birthday'], ['post-purchase-review', 'Review after the order', true], ['browse-abandonment', 'Looked and left', true]]) {
    const made = await api.post(`/api/v1/recipes/${recipe}/copy`, { name });
    if (live) await api.post(`/api/v1/journeys/${made.slug}/publish`);
  }
  await api.journey(SLUG, graph('400ms'), { name: 'Abandoned cart', publish: true });
  for (let n = 0; n < 58; n++) await shopper(api, n);
  const standing = async where => (await api.get(`/api/v1/runs?journey=${SLUG}&node=${where}&limit=100`)).data.filter(run => !run.ended_at).length;
  await api.until('everybody to be past the hour', async () => (await standing('rest')) > 30 && (await standing('wait')) === 0 && (await standing('mail')) === 0);
  for (const n of [3, 8, 14, 21, 30, 41]) await api.track(`c-${1000 + n}`, 'Order Completed', { total: 64, currency: 'EUR' });
  const { tag } = await api.call('GET', `/api/v1/journeys/${SLUG}`);
  await api.call('PUT', `/api/v1/journeys/${SLUG}/draft`, graph('1h'), { 'if-match': tag });
  await api.post(`/api/v1/journeys/${SLUG}/publish`, { note: 'An hour to come back' });
  for (let n = 58; n < 75; n++) await shopper(api, n);
  await api.until('people in their hour', async () => (await standing('wait')) === 17);
}
