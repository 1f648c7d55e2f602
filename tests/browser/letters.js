// What came in and could not be routed. Nothing from outside makes such a row: it is written where the engine writes it.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

const WRITE = `
import json, sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=20)
(workspace,) = database.execute('SELECT id FROM workspaces').fetchone()
for id, kind, body, problem, at in json.load(sys.stdin):
    database.execute('INSERT INTO dead_letters (id, workspace_id, shard, kind, body, problem, at) VALUES (?, ?, 0, ?, ?, ?, ?)',
        (bytes.fromhex(id), workspace, kind, body, problem, at))
database.commit()
`;

let last = 0;

/** An id above those before it, as the engine's are. */
function next() {
  last = Math.max(last + 1, Date.now());
  return last.toString(16).padStart(12, '0') + '7' + randomUUID().replaceAll('-', '').slice(13);
}

/** An event that came in. */
export function event(userId, name, { problem = 'another message has this id: send it under an id of its own', ...more } = {}) {
  const at = new Date().toISOString();
  const body = { kind: 'event', id: randomUUID(), type: 'track', user_id: userId, name, properties: {}, context: {}, at, received_at: at, message_id: randomUUID(), ...more };
  return { kind: 'event', body, problem };
}

/** Puts these aside, the first first, and waits until the server tells of them. */
export async function putAside(api, letters) {
  const count = async () => (await api.get('/api/v1/status')).dead_letters.count;
  const before = await count();
  const rows = letters.map(({ kind, body, problem }) => [next(), kind, typeof body === 'string' ? body : JSON.stringify(body), problem, Date.now() * 1000]);
  execFileSync('python3', ['-c', WRITE, process.env.DATABASE], { input: JSON.stringify(rows) });
  await api.until('what was put aside', async () => (await count()) === before + letters.length);
}
