// @koa/router: patterns, order, scope, prefixes, nesting, hosts, parameters, redirects, and what is answered when nothing matched.

import Koa from 'koa';
import Router from '@koa/router';

// What matched and what it captured.
const show = (name) => (ctx) => {
  ctx.body = [name, Object.fromEntries(Object.entries(ctx.params).sort(([a], [b]) => (a < b ? -1 : 1)))];
};
const through = (name) => (ctx, next) => { ctx.append('x-through', name); return next(); };

const app = (router, allowed = true) => {
  const app = new Koa();
  app.use(router.routes());
  if (allowed) app.use(router.allowedMethods());
  return app;
};

const patterns = [
  '/', '/users/:id', '/users/:id/posts/:post', '/files/:name.:ext', '/ranges/:from-:to', '/raw/*path', '/raw/*path/end',
  '/posts{/:page}', '/z{/*rest}', '/v{ersion}/x', '/opt{/a{/b}}/end', '/:"user-id"/quoted', '/escaped\\:x', '/Case/Here',
  '/slash/', '/caf%C3%A9', '/@:handle', '/pre-:a/suf', '/many/:a/:b/:c',
];

export default () => {
  const routes = new Router();
  for (const pattern of patterns) routes.get(pattern, show(pattern));

  const exact = (options) => {
    const router = new Router(options);
    for (const pattern of ['/a', '/b/', '/C', '/:id/x', '/']) router.get(pattern, show(pattern));
    return app(router);
  };

  const verbs = new Router();
  verbs.get('/get', show('get')).post('/post', show('post')).put('/put', show('put')).patch('/patch', show('patch'));
  verbs.delete('/delete', show('delete')).all('/all', show('all')).options('/options', show('options'));
  verbs.head('/head', (ctx) => { ctx.set('x-head', 'yes'); ctx.body = 'of head'; });
  verbs.get('/head', show('get after head'));
  verbs.get('/both', show('one')).post('/both', show('two')).del('/both', show('three'));
  verbs.get('/nothing', (ctx) => { ctx.status = 204; });
  verbs.get('/left', () => {});
  verbs.get('/missing', (ctx) => ctx.throw(404, 'no such thing'));

  const order = new Router();
  order.get('/first', show('one')).get('/first', show('two'));
  order.get('/:any', show('any')).get('/late', show('late'));

  const scoped = new Router({ prefix: '/shop' });
  scoped.get('/open', show('open'));
  scoped.use(through('guard'));
  scoped.get('/', show('root'));
  scoped.get('/closed/:id', through('own'), show('closed'));

  const comments = new Router();
  comments.use(through('comments'));
  comments.get('/', show('comments')).get('/:cid', show('comment'));
  const posts = new Router();
  posts.use(through('posts'));
  posts.get('/', show('posts')).get('/:pid', show('post'));
  posts.use('/:pid/comments', comments.routes());
  const nested = new Router({ prefix: '/api' });
  nested.use(through('api'));
  nested.use('/posts', posts.routes());
  nested.get('/about', show('about'));

  const hooks = new Router();
  hooks.param('id', (id, ctx, next) => {
    ctx.append('x-through', `id=${id}`);
    if (id === 'none') ctx.throw(404, 'no such user');
    return next();
  });
  hooks.param('post', (post, ctx, next) => { ctx.append('x-through', `post=${post}`); return next(); });
  hooks.get('/users/:id', show('user')).get('/users/:id/:post', show('post')).get('/other', show('other'));
  hooks.get('/stop/:stop', show('never'));
  hooks.param('stop', (stop, ctx) => { ctx.body = `stopped at ${stop}`; });

  const hosts = new Koa();
  const api = new Router({ host: 'api.test' });
  api.get('/', show('api'));
  const rest = new Router();
  rest.get('/', show('rest')).get('/only', show('only'));
  hosts.use(api.routes()).use(rest.routes());

  const moved = new Router();
  moved.redirect('/old', '/new').redirect('/found', '/new', 302).get('/new', show('new'));

  const names = new Router();
  names.get('user', '/users/:id', show('user')).get('page', '/posts{/:page}', show('page'));
  names.get('/url', (ctx) => {
    const { name, ...values } = ctx.query;
    const url = names.url(name, values);
    ctx.body = url instanceof Error ? 'none' : url;
  });
  names.get('/url-query', (ctx) => { ctx.body = names.url('user', { id: 3 }, { query: { limit: 1, s: 'a b' } }); });

  const two = new Koa();
  const first = new Router();
  first.get('/one', show('one')).post('/shared', show('shared'));
  const second = new Router();
  second.get('/two', show('two')).get('/shared', show('shared'));
  two.use(first.routes()).use(first.allowedMethods()).use(second.routes()).use(second.allowedMethods());
  two.use((ctx) => { if (ctx.path === '/after') ctx.body = 'after'; });

  return {
    router: app(routes), 'router-default': exact(), 'router-strict': exact({ strict: true }), 'router-sensitive': exact({ sensitive: true }),
    'router-verbs': app(verbs), 'router-order': app(order), 'router-prefix': app(scoped), 'router-nested': app(nested),
    'router-param': app(hooks), 'router-host': hosts, 'router-redirect': app(moved), 'router-names': app(names), 'router-two': two,
  };
};
