// A Koa server with koa-session whose options come with each request, so that one process serves all tests.
//
// x-options: {"keys": [..], "session": {..}, "folder": "..", "redis": "..", "hash": ["sha256", "hex"]}; `folder` is a store with one file a session,
// `redis` the socket of a Redis, for koa-redis; with it, "limit": {max, duration, id} turns koa-ratelimit on.
// POST /session: the body is a list of operations, the answer is the session as the last of them left it.
// POST /cookie: {"set": {name, value}} or {"get": name}, signed. POST /stringify: JSON texts, read and written again.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import Koa from 'koa';
import session from 'koa-session';

class FolderStore {
  constructor(folder) { this.folder = folder; }
  path(id) { return join(this.folder, encodeURIComponent(id)); }
  async get(id) {
    const text = await readFile(this.path(id), 'utf8').catch(() => null);
    return text && JSON.parse(text);
  }
  async set(id, data) { await writeFile(this.path(id), JSON.stringify(data)); }
  async destroy(id) { await rm(this.path(id), { force: true }); }
}

const operations = {
  set: (ctx, name, value) => { ctx.session[name] = value; },
  remove: (ctx, name) => { delete ctx.session[name]; },
  replace: (ctx, data) => { ctx.session = data; },
  destroy: (ctx) => { ctx.session = null; },
  maxAge: (ctx, lifetime) => { ctx.session.maxAge = lifetime; },
  save: (ctx) => { ctx.session._requireSave = true; },
  regenerate: (ctx) => ctx.session.regenerate(),
  fail: (ctx) => ctx.throw(418, 'on purpose'),
  look: (ctx) => ctx.session,
};

function keyOf(secret, salt) {
  const made = Buffer.from(hkdfSync('sha256', secret, salt, 'cepa sealed cookie 1', 44));
  return ['aes-256-gcm', made.subarray(0, 32), made.subarray(32)];
}

function seal(text, name, secret) {
  const salt = randomBytes(24);
  const cipher = createCipheriv(...keyOf(secret, salt)).setAAD(Buffer.from(name));
  const sealed = [cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([Buffer.of(1), salt, ...sealed, cipher.getAuthTag()]).toString('base64url');
}

function open(value, name, secret) {
  const sealed = Buffer.from(value, 'base64url');
  if (sealed[0] !== 1) throw new Error('unknown version');
  const decipher = createDecipheriv(...keyOf(secret, sealed.subarray(1, 25)));
  decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(25, -16)), decipher.final()]).toString();
}

async function read(ctx) {
  const chunks = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

// Loaded when they are asked for: most tests need neither, and every test starts this program.
const load = async (name) => (await import(name)).default;

async function storeOf(folder, redis) {
  if (!redis) return folder ? new FolderStore(folder) : undefined;
  const RedisStore = await load('koa-redis');
  return new RedisStore({ path: redis }).on('error', () => {});
}

async function limiter(limit, path) {
  const [ratelimit, Redis] = [await load('koa-ratelimit'), await load('ioredis')];
  return ratelimit({ ...limit, id: () => limit.id, db: new Redis({ path }) });
}

async function build({ keys, hash, session: options, folder, redis, limit }) {
  const app = new Koa();
  app.keys = hash ? new (await load('keygrip'))(keys, ...hash) : keys;
  app.silent = true;
  const events = [];
  for (const name of ['expired', 'invalid', 'missed']) app.on(`session:${name}`, () => events.push(name));
  if (limit) app.use(await limiter(limit, redis));
  const store = await storeOf(folder, redis);
  app.use(session({ ...options, ...(store && { store }) }, app));
  app.use(async (ctx) => {
    const body = await read(ctx);
    if (ctx.path === '/cookie') {
      if (body.set) ctx.cookies.set(body.set.name, body.set.value, { signed: true });
      ctx.body = { value: body.get ? ctx.cookies.get(body.get, { signed: true }) ?? null : null };
    } else if (ctx.path === '/sealed') {
      const { name, secret } = body;
      ctx.body = body.open ? { text: open(body.open, name, secret) } : { value: seal(body.seal, name, secret) };
    } else if (ctx.path === '/stringify') {
      ctx.body = body.map((text) => JSON.stringify(JSON.parse(text)));
    } else {
      for (const [name, ...rest] of body) await operations[name](ctx, ...rest);
      await new Promise((resolve) => setImmediate(resolve));
      const seen = body.length === 0 ? undefined : ctx.session;
      ctx.body = {
        data: seen ?? null,
        isNew: seen ? seen.isNew : null,
        maxAge: seen ? seen.maxAge ?? null : null,
        events: events.splice(0),
      };
    }
  });
  return app.callback();
}

const apps = new Map();
const server = createServer((request, response) => {
  const options = request.headers['x-options'];
  if (!apps.has(options)) apps.set(options, build(JSON.parse(options)));
  apps.get(options).then((app) => app(request, response));
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
