// Everyday middlewares around one small application.

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
import responseTime from 'koa-response-time';

const { default: conditional } = await import('koa-conditional-get');
const { default: etag } = await import('koa-etag');

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
    case '/dated': ctx.lastModified = new Date(1_577_836_800_000); ctx.body = 'dated'; break;
    case '/encoded': ctx.set('Content-Encoding', 'x-own'); ctx.body = 'onions '.repeat(1000); break;
    case '/fixed': ctx.set('Cache-Control', 'public, no-transform'); ctx.body = 'onions '.repeat(1000); break;
    case '/part': ctx.status = 206; ctx.set('Content-Range', 'bytes 0-6999/9000'); ctx.body = 'onions '.repeat(1000); break;
    case '/created': ctx.status = 201; ctx.body = 'made'; break;
    case '/nothing': ctx.body = null; break;
    case '/blank': ctx.body = ''; break;
    case '/varied': ctx.vary('Accept-Language'); ctx.body = 'varied'; break;
    case '/error': ctx.throw(400, 'on purpose'); break;
    default: break;
  }
}

const inner = (ctx) => { ctx.body = `${ctx.path} ${ctx.url} ${ctx.originalUrl} ${ctx.mountPath}`; };
const nested = (ctx) => { ctx.body = `${ctx.path} ${ctx.url} ${ctx.originalUrl}`; };
const pass = (ctx, next) => next();
const client = (ctx) => new URLSearchParams(ctx.get('x-client')).get('id') ?? false;

const tenant = (ctx, next) => { ctx.state.secret = 'old'; return next(); };

const app = (...middlewares) => {
  const app = new Koa();
  for (const middleware of middlewares) app.use(middleware);
  return app.use(application);
};

export default ({ file }) => ({
  'cors': app(cors()),
  'cors-origin': app(cors({ origin: 'https://a.example' })),
  'cors-full': app(cors({
    origin: 'https://a.example', allowMethods: ['GET', 'PUT'], exposeHeaders: ['x-a', 'x-b'], allowHeaders: ['x-c', 'x-d'],
    maxAge: 600, credentials: true, secureContext: true, privateNetworkAccess: true,
  })),
  'cors-asked': app(cors({ origin: async (ctx) => ctx.query.site, credentials: async (ctx) => ctx.path === '/json' })),
  'helmet': app(helmet()),
  'helmet-full': app(helmet({
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
  })),
  'helmet-report': app(helmet({ contentSecurityPolicy: { reportOnly: true } })),
  'etag': app(conditional(), etag()),
  'etag-weak': app(conditional(), etag({ weak: true })),
  'auth': app(auth({ name: 'ana', pass: 'p:w \u00e9', realm: 'The "Onion"' })),
  'favicon': app(favicon(file('favicon.ico'), { maxAge: 60_000 })),
  'favicon-none': app(favicon()),
  'json': app(json()),
  'json-param': app(json({ pretty: false, param: 'pretty', spaces: 4 })),
  'jwt': app(jwt({ secret: ['new', 'old'], cookie: 'token' })),
  'jwt-debug': app(jwt({ secret: 'new', debug: true })),
  'jwt-passthrough': app(jwt({ secret: 'new', passthrough: true })),
  'jwt-state': app(tenant, jwt({ secret: 'new', subject: 'ana', tokenKey: 'token' })),
  'mount': app(mount('/m', inner), mount('/pass', pass), mount('/a', mount('/b', nested))),
  'compress': app(compress()),
  'compress-threshold': app(compress({ threshold: 1, br: false })),
  'compress-asked': app(compress({
    threshold: (type) => (type === 'application/json' ? 0 : 5000), encodingPreference: ['deflate', 'gzip', 'br'],
    defaultEncoding: 'gzip', wildcardAcceptEncoding: 'br',
  })),
  'ratelimit': app(ratelimit({ driver: 'memory', db: new Map(), duration: 60_000, max: 2, id: client })),
  'ratelimit-named': app(ratelimit({
    driver: 'memory', db: new Map(), duration: 60_000, max: 2, id: client, namespace: 'named', errorMessage: 'slower', throw: true,
    headers: { total: 'X-Total', remaining: 'X-Left', reset: 'X-RateLimit-Reset' },
    whitelist: async (ctx) => ctx.path === '/json', blacklist: async (ctx) => ctx.path === '/big',
  })),
  'response-time': app(responseTime()),
});
