// Runs one suite on a server of its own, with a fresh database: node alone.js <suite> <binary>.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const [suite, binary] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tradewind-'));
const database = join(folder, 'tradewind.db');
const server = spawn(resolve(binary), ['serve'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, TRADEWIND_DATABASE: `sqlite:${database}`, TRADEWIND_LISTEN: '127.0.0.1:0', TRADEWIND_LOG_LEVEL: 'warn' },
});
server.on('exit', code => {
  if (code) process.exitCode = code;
});
let key;
for await (const line of createInterface({ input: server.stdout })) {
  key ??= line.match(/API key \(shown once\): (\S+)/)?.[1];
  const address = line.match(/listens on (http:\/\/\S+)/)?.[1];
  if (!address) continue;
  const suites = spawn(process.execPath, ['run.js', suite], { stdio: 'inherit', env: { ...process.env, ADDRESS: address, KEY: key, FOLDER: folder, DATABASE: database } });
  process.exitCode = await new Promise(done => suites.on('exit', done));
  break;
}
server.kill();
// What a failure leaves is kept to be looked at.
if (!process.exitCode) rmSync(folder, { recursive: true });
