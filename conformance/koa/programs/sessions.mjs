// koa-session in a cookie: the path says what happens to the session, the answer is what is in it.

import Koa from 'koa';
import session from 'koa-session';

const app = (options, keys = ['new', 'old']) => {
  const app = new Koa();
  app.keys = keys;
  app.use(session({ maxAge: 86_400_000, sameSite: 'lax', ...options }, app));
  app.use((ctx) => {
    switch (ctx.path) {
      case '/look': break;
      case '/count': ctx.session.count = (ctx.session.count ?? 0) + 1; break;
      case '/set': Object.assign(ctx.session, JSON.parse(ctx.query.data)); break;
      case '/remove': delete ctx.session[ctx.query.name]; break;
      // Looked at first, as cepa does: what was never loaded would lose its lifetime.
      case '/replace': ctx.session &&= JSON.parse(ctx.query.data); break;
      case '/destroy': ctx.session = null; break;
      case '/save': ctx.session.save(); break;
      case '/max-age': ctx.session.maxAge = Number(ctx.query.seconds) * 1000; break;
      case '/browser': ctx.session.maxAge = 'session'; break;
      case '/regenerate': ctx.session.regenerate(); break;
      case '/fail': ctx.session.failed = true; ctx.throw(418, 'on purpose'); break;
      default: ctx.body = 'untouched'; return;
    }
    const seen = ctx.session;
    ctx.body = [seen ? { ...seen.toJSON() } : null, seen?.isNew ?? null, seen?.length ?? null];
  });
  return app;
};

export default () => ({
  sessions: app(),
  'sessions-rolling': app({ rolling: true, path: '/', httpOnly: false }),
  'sessions-renew': app({ renew: true, maxAge: 60_000 }),
  'sessions-unsigned': app({ signed: false }),
  'sessions-browser': app({ maxAge: 'session', sameSite: 'strict' }),
  'sessions-old-key': app({}, ['old']),
});
