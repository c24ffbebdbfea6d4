// Everyday middlewares of Koa around one small application; the header x-program says which.
//
// crates/cepa-kit/tests/kit/koa.rs builds the same programs on cepa and sends the same requests to both.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Koa from 'koa';
import auth from 'koa-basic-auth';
import compress from 'koa-compress';
import cors from '@koa/cors';
import favicon from 'koa-favicon';
import helmet from 'koa-helmet';
import json from 'koa-json';
import jwt from 'koa-jwt';
import mount from 'koa-mount';
import ratelimit from 'koa-ratelimit';

// These two warn that they have moved to another name.
console.warn = () => {};
const { default: conditional } = await import('koa-conditional-get');
const { default: etag } = await import('koa-etag');

const folder = mkdtempSync(join(tmpdir(), 'cepa-kit-'));
const icon = join(folder, 'favicon.ico');
writeFileSync(icon, Buffer.from([0, 0, 1, 0]));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function application(ctx) {
  const type = ctx.query.type;
  if (type) ctx.type = type;
  switch (ctx.path) {
    case '/text': ctx.body = 'ok'; break;
    case '/json': ctx.body = { a: 1, list: [], deep: { b: [1, 'x"y', null, {}] } }; break;
    case '/big': ctx.body = 'onions '.repeat(1000); break;
    case '/big-json': ctx.body = { onions: Array.from({ length: 500 }, (_, i) => i) }; break;
    case '/path': ctx.body = `${ctx.path} ${ctx.url} ${ctx.originalUrl}`; break;
    case '/tagged': ctx.set('ETag', '"mine"'); ctx.body = 'onions '.repeat(1000); break;
    case '/encoded': ctx.set('Content-Encoding', 'br'); ctx.body = 'onions '.repeat(1000); break;
    case '/fixed': ctx.set('Cache-Control', 'public, no-transform'); ctx.body = 'onions '.repeat(1000); break;
    case '/part': ctx.status = 206; ctx.set('Content-Range', 'bytes 0-6999/9000'); ctx.body = 'onions '.repeat(1000); break;
    case '/created': ctx.status = 201; ctx.body = 'made'; break;
    case '/nothing': ctx.body = null; break;
    case '/blank': ctx.body = ''; break;
    default: break;
  }
}

const inner = (ctx) => { ctx.body = `${ctx.path} ${ctx.url} ${ctx.originalUrl} ${ctx.mountPath}`; };
const nested = (ctx) => { ctx.body = `${ctx.path} ${ctx.url} ${ctx.originalUrl}`; };
const pass = (ctx, next) => next();
const second = (ctx) => new URLSearchParams(ctx.get('x-client')).get('id') ?? false;

const programs = {
  'cors': [cors()],
  'cors-origin': [cors({ origin: 'https://a.example' })],
  'cors-full': [cors({
    origin: 'https://a.example', allowMethods: ['GET', 'PUT'], exposeHeaders: ['x-a', 'x-b'], allowHeaders: ['x-c', 'x-d'],
    maxAge: 600, credentials: true, secureContext: true, privateNetworkAccess: true,
  })],
  'helmet': [helmet()],
  'helmet-full': [helmet({
    contentSecurityPolicy: { directives: { 'img-src': ["'self'", 'https://cdn.example'], 'upgrade-insecure-requests': null } },
    crossOriginEmbedderPolicy: { policy: 'credentialless' },
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: ['no-referrer', 'unsafe-url'] },
    strictTransportSecurity: { maxAge: 123, includeSubDomains: false, preload: true },
    xDnsPrefetchControl: { allow: true },
    xFrameOptions: { action: 'deny' },
    xPermittedCrossDomainPolicies: { permittedPolicies: 'by-content-type' },
    xDownloadOptions: false,
  })],
  'helmet-report': [helmet({ contentSecurityPolicy: { reportOnly: true } })],
  'etag': [conditional(), etag()],
  'etag-weak': [conditional(), etag({ weak: true })],
  'auth': [auth({ name: 'ana', pass: 'p:w é', realm: 'The "Onion"' })],
  'favicon': [favicon(icon, { maxAge: 60_000 })],
  'favicon-none': [favicon()],
  'json': [json()],
  'json-param': [json({ pretty: false, param: 'pretty', spaces: 4 })],
  'jwt': [jwt({ secret: ['new', 'old'], cookie: 'token' })],
  'mount': [mount('/m', inner), mount('/pass', pass), mount('/a', mount('/b', nested))],
  'compress': [compress()],
  'ratelimit': [ratelimit({ driver: 'memory', db: new Map(), duration: 5000, max: 2, id: second })],
};

const apps = new Map(Object.entries(programs).map(([name, middlewares]) => {
  const app = new Koa();
  app.silent = true;
  for (const middleware of middlewares) app.use(middleware);
  return [name, app.use(application).callback()];
}));

const server = createServer((request, response) => apps.get(request.headers['x-program'])(request, response));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
