// Every screen, by its address.

/** Addresses that need a thing get it from the API. */
export async function screens(api) {
  const customer = (await api.get('/api/v1/customers?limit=1')).data[0];
  const run = (await api.get('/api/v1/runs?limit=1')).data[0];
  return {
    home: '/',
    journeys: '/journeys',
    editor: '/journeys/cart-recovery',
    'editor-issues': '/journeys/half-done',
    recipes: '/recipes',
    customers: '/customers',
    customer: `/customers/${customer.id}`,
    run: `/runs/${run.id}`,
    deliveries: '/deliveries',
    mailbox: '/mailbox',
    events: '/events',
    incidents: '/incidents',
    'dead-letters': '/incidents?tab=dead',
    tasks: '/tasks',
    why: '/why',
    kinds: '/kinds',
    keys: '/keys',
    settings: '/settings',
    missing: '/no/such/place',
  };
}
