// One program for sections 2 to 5 and 10 of the specification: it does what the header `do` says, a list of steps
// such as [["status", 201], ["set", "x", "1"]], and answers what the steps that ask have found, as a JSON list.

import { Readable } from 'node:stream';

import Koa from 'koa';

const said = (value) => value ?? null;

const steps = {
  // the response
  status: (ctx, code) => { ctx.status = code; },
  body: (ctx, value) => { ctx.body = value; },
  bytes: (ctx, text) => { ctx.body = Buffer.from(text); },
  stream: (ctx, ...chunks) => { ctx.body = Readable.from(chunks.map((chunk) => Buffer.from(chunk))); },
  type: (ctx, value) => { ctx.type = value; },
  length: (ctx, value) => { ctx.length = value; },
  set: (ctx, name, value) => ctx.set(name, value),
  append: (ctx, name, value) => ctx.append(name, value),
  remove: (ctx, name) => ctx.remove(name),
  vary: (ctx, field) => ctx.vary(field),
  etag: (ctx, value) => { ctx.etag = value; },
  lastModified: (ctx, seconds) => { ctx.lastModified = new Date(seconds * 1000); },
  redirect: (ctx, url) => ctx.redirect(url),
  back: (ctx, alternative) => ctx.back(alternative),
  attachment: (ctx, name, options) => ctx.attachment(name || undefined, options),
  assert: (ctx, holds, status, message) => ctx.assert(holds, status, message),
  throw: (ctx, ...words) => ctx.throw(...words),
  fail: (ctx, message) => { throw new Error(message); },
  // cookies
  cookie: (ctx, name, value, options) => {
    const { lifetime, ...rest } = options ?? {};
    ctx.cookies.set(name, value, { signed: false, ...rest, ...(lifetime && { maxAge: lifetime * 1000 }) });
  },
  forget: (ctx, name) => ctx.cookies.set(name, null, { signed: false }),
  sign: (ctx, name, value) => ctx.cookies.set(name, value, { signed: true }),
};

const questions = {
  // the request
  method: (ctx) => ctx.method,
  url: (ctx) => ctx.url,
  path: (ctx) => ctx.path,
  querystring: (ctx) => ctx.querystring,
  query: (ctx) => Object.entries(ctx.query).flatMap(([name, values]) => [values].flat().map((value) => [name, value])),
  host: (ctx) => ctx.host,
  hostname: (ctx) => ctx.hostname,
  protocol: (ctx) => ctx.protocol,
  ip: (ctx) => ctx.ip,
  ips: (ctx) => ctx.ips,
  secure: (ctx) => ctx.secure,
  subdomains: (ctx) => ctx.subdomains,
  href: (ctx) => ctx.href,
  get: (ctx, name) => ctx.get(name),
  is: (ctx, ...types) => ctx.is(...types) || null,
  contentType: (ctx) => ctx.request.type,
  charset: (ctx) => ctx.request.charset,
  contentLength: (ctx) => said(ctx.request.length),
  fresh: (ctx) => ctx.fresh,
  accepts: (ctx, ...offers) => ctx.accepts(...offers) || null,
  acceptsEncodings: (ctx, ...offers) => ctx.acceptsEncodings(...offers) || null,
  acceptsCharsets: (ctx, ...offers) => ctx.acceptsCharsets(...offers) || null,
  acceptsLanguages: (ctx, ...offers) => ctx.acceptsLanguages(...offers) || null,
  // what is asked for, best first
  types: (ctx) => ctx.accepts(),
  charsets: (ctx) => ctx.acceptsCharsets(),
  languages: (ctx) => ctx.acceptsLanguages(),
  setUrl: (ctx, url) => { ctx.url = url; return [ctx.url, ctx.path, ctx.querystring, ctx.originalUrl]; },
  setPath: (ctx, path) => { ctx.path = path; return [ctx.url, ctx.path, ctx.querystring]; },
  setQuery: (ctx, query) => { ctx.querystring = query; return [ctx.url, ctx.querystring]; },
  setPairs: (ctx, ...pairs) => { ctx.query = Object.fromEntries(pairs); return [ctx.url, ctx.querystring]; },
  // the response
  statusNow: (ctx) => ctx.status,
  has: (ctx, name) => ctx.response.has(name),
  isNow: (ctx, ...types) => ctx.response.is(...types) || null,
  typeNow: (ctx) => ctx.response.type,
  lengthNow: (ctx) => said(ctx.length),
  // cookies
  cookieOf: (ctx, name) => said(ctx.cookies.get(name, { signed: false })),
  signedOf: (ctx, name) => said(ctx.cookies.get(name, { signed: true })),
};

function program(options = {}) {
  const app = new Koa(options);
  app.use((ctx) => {
    const found = [];
    for (const [name, ...rest] of JSON.parse(ctx.get('do') || '[]')) {
      if (questions[name]) found.push(questions[name](ctx, ...rest));
      else steps[name](ctx, ...rest);
    }
    if (found.length > 0) ctx.body = found;
  });
  return app;
}

export default () => ({
  'context': program(),
  'context-keys': program({ keys: ['new', 'old'] }),
  'context-old-key': program({ keys: ['old'] }),
  'context-proxy': program({ proxy: true, maxIpsCount: 1 }),
});
