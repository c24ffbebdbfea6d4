// Every program of programs/*.mjs on the real Koa, each on a free port of 127.0.0.1.
//
// node serve.mjs FOLDER: prints `name port` for each, then `ready`; ends with its standard input.

import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

// Two packages warn that they have moved to another name.
console.warn = () => {};

const home = new URL('programs/', import.meta.url);
const folder = process.argv[2];
const programs = {};
for (const file of readdirSync(home).filter((name) => name.endsWith('.mjs'))) {
  const { default: make } = await import(new URL(file, home));
  Object.assign(programs, make({ folder, file: (name) => join(folder, name) }));
}

await Promise.all(Object.entries(programs).map(([name, app]) => {
  app.silent = true;
  const server = createServer(app.callback());
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
    console.log(`${name} ${server.address().port}`);
    resolve();
  }));
}));
console.log('ready');
process.stdin.on('end', () => process.exit()).resume();
