// The REST API and the events' door, as programs use them, to set a scene and to see what came of it.

export class Api {
  constructor(address, key) {
    this.address = address;
    this.key = key;
  }
  async call(method, path, body, headers = {}) {
    const answer = await fetch(this.address + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return { body: text ? JSON.parse(text) : null, tag: answer.headers.get('etag') };
  }
  async get(path) {
    return (await this.call('GET', path)).body;
  }
  async post(path, body = {}) {
    return (await this.call('POST', path, body)).body;
  }
  /** Creates a journey with this draft and, if asked, publishes it. */
  async journey(slug, graph, { publish = false, name = slug } = {}) {
    await this.post('/api/v1/journeys', { name, slug, graph });
    if (publish) await this.post(`/api/v1/journeys/${slug}/publish`);
  }
  async identify(userId, traits) {
    await this.post('/v1/identify', { userId, traits });
  }
  async track(userId, event, properties = {}) {
    await this.post('/v1/track', { userId, event, properties });
  }
  /** The draft's graph. */
  async draft(slug) {
    return (await this.get(`/api/v1/journeys/${slug}`)).draft;
  }
  /** Asks until `wanted` answers with something; the last answer is in the complaint. */
  async until(what, wanted, seconds = 20) {
    const end = Date.now() + seconds * 1000;
    let last;
    while (Date.now() < end) {
      last = await wanted();
      if (last) return last;
      await new Promise(soon => setTimeout(soon, 50));
    }
    throw new Error(`${what} did not come within ${seconds} s`);
  }
}
