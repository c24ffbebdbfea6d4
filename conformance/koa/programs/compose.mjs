// The onion: who runs when, and what becomes of errors on the way up.

import Koa from 'koa';
import compose from 'koa-compose';

const mark = (name) => async (ctx, next) => {
  ctx.state.marks.push(`${name}>`);
  await next();
  ctx.state.marks.push(`<${name}`);
};

export default () => {
  const app = new Koa();
  app.use(async (ctx, next) => {
    ctx.state.marks = [];
    try {
      await next();
    } catch (error) {
      if (ctx.path !== '/caught') throw error;
      ctx.status = 202;
      ctx.state.marks.push('caught');
    }
    ctx.set('x-after', 'yes');
    ctx.body ??= ctx.state.marks.join(' ');
  });
  app.use(mark('a'));
  app.use(compose([mark('b'), mark('c'), compose([])]));
  app.use(async (ctx, next) => {
    if (ctx.path === '/short') return;
    await next();
    if (ctx.path === '/replaced') ctx.body = `${ctx.body} replaced`;
  });
  app.use(async (ctx, next) => {
    ctx.state.marks.push('in');
    if (ctx.path === '/caught' || ctx.path === '/thrown') ctx.throw(418, 'on purpose');
    if (ctx.path === '/replaced') ctx.body = 'first';
    if (ctx.path === '/beyond') await next();
  });
  return { compose: app };
};
