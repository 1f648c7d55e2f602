// A small shop: a live journey with people in every state, a draft, mails, a failed step.

export const node = (id, kind, config, at, label) => ({ id, kind, config, position: at, ...(label && { label }) });
export const edge = (from, port, to) => ({ from, port, to });

/** A cart recovery: trigger, wait, condition, mail. */
export function recovery({ timeout = '1h' } = {}) {
  return {
    settings: { reentry: { rule: 'always' } },
    nodes: [
      node('start', 'trigger.event', { events: ['Checkout Started'] }, { x: 0, y: 0 }),
      node('wait', 'wait.event', { events: ['Order Completed'], timeout }, { x: 0, y: 140 }),
      node('worth', 'condition.if', { predicate: { fact: 'event.properties.value', is: 'gte', value: 30 } }, { x: -60, y: 280 }),
      node('mail', 'email.send', { subject: 'Still yours, {{customer.traits.name}}', html: '<p>Your cart waits.</p>' }, { x: -120, y: 420 }),
    ],
    edges: [edge('start', 'next', 'wait'), edge('wait', 'timeout', 'worth'), edge('worth', 'yes', 'mail')],
  };
}

/** Fills a server. Every name in it is made up. */
export async function shop(api) {
  await api.journey('cart-recovery', recovery({ timeout: '200ms' }), { publish: true, name: 'Cart recovery' });
  await api.journey('patience', recovery(), { publish: true, name: 'Patience' });
  await api.journey('half-done', { nodes: [node('start', 'trigger.event', { events: [] }, { x: 0, y: 0 })], edges: [] }, { name: 'Half done' });
  const script = {
    nodes: [
      node('start', 'trigger.event', { events: ['Checkout Started'] }, { x: 0, y: 0 }),
      node('sum', 'script.run', { source: 'throw "the warehouse has no such shelf"' }, { x: 0, y: 140 }),
    ],
    edges: [edge('start', 'next', 'sum')],
  };
  await api.journey('shelves', script, { publish: true, name: 'Shelves' });
  const approval = {
    nodes: [
      node('start', 'trigger.event', { events: ['Checkout Started'], filter: { fact: 'event.properties.value', is: 'gte', value: 80 } }, { x: 0, y: 0 }),
      node('ask', 'task.ask', { title: 'Send {{event.properties.value}} EUR by courier?', body: 'The parcel is heavy.', assignee: 'Kim', answers: ['yes', 'no'], timeout: '2d' }, { x: 0, y: 140 }),
    ],
    edges: [edge('start', 'next', 'ask')],
  };
  await api.journey('courier', approval, { publish: true, name: 'Courier' });
  const people = ['Amélie Durand', 'Jonas Weber', '田中 さくら', 'Omar حداد'];
  for (const [index, name] of people.entries()) {
    const user = `shopper-${index + 1}`;
    await api.identify(user, { name, email: `${user}@example.com`, consent: { email: true } });
    await api.track(user, 'Checkout Started', { value: 20 * (index + 1), currency: 'EUR', cart_id: `cart-${index}` });
  }
  await api.until('a mail', async () => (await api.get('/api/v1/mails?limit=1')).data.length > 0);
  await api.until('an incident', async () => (await api.get('/api/v1/incidents?state=open&limit=1')).data.length > 0);
  await api.until('a task', async () => (await api.get('/api/v1/tasks?limit=1')).data.length > 0);
}

/** A valid journey of so many steps: waits and conditions, ten to a row, with their places. */
export function large(count) {
  const nodes = [node('start', 'trigger.event', { events: ['Checkout Started'] }, { x: 0, y: 0 })];
  const edges = [];
  for (let i = 1; i < count; i++) {
    const id = `s${i}`;
    const at = { x: (i % 10) * 260, y: Math.floor(i / 10) * 140 + 140 };
    const previous = nodes.at(-1);
    const wait = i % 2 === 0;
    nodes.push(node(id, wait ? 'delay.for' : 'condition.if', wait ? { duration: '1h' } : { predicate: { fact: 'event.properties.value', is: 'gte', value: i } }, at));
    edges.push(edge(previous.id, previous.kind === 'condition.if' ? 'yes' : 'next', id));
  }
  return { nodes, edges };
}
