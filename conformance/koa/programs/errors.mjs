// Errors in the middle of things: after headers, after a status, after a body, in a stream.

import { Readable } from 'node:stream';

import Koa from 'koa';

export default () => {
  const app = new Koa();
  app.use(async (ctx, next) => {
    ctx.set('x-before', 'yes');
    ctx.cookies.set('seen', '1');
    await next();
  });
  app.use((ctx) => {
    switch (ctx.path) {
      case '/plain': throw new Error('secret');
      case '/status': ctx.status = 201; throw new Error('secret');
      case '/body': ctx.body = { a: 1 }; ctx.throw(409, 'in use'); break;
      case '/etag': ctx.etag = 'x'; ctx.lastModified = new Date(0); ctx.throw(410, 'gone'); break;
      case '/header': ctx.throw(401, 'who?', { headers: { 'WWW-Authenticate': 'Basic' } }); break;
      case '/entity': ctx.throw(400, 'no', { headers: { 'Content-Type': 'text/html', 'Content-Length': '1' } }); break;
      case '/hidden': ctx.throw(503, 'secret'); break;
      case '/shown': ctx.throw(503, 'back at nine', { expose: true }); break;
      case '/kept': ctx.throw(403, 'secret', { expose: false }); break;
      case '/empty': ctx.throw(400, ''); break;
      case '/unicode': ctx.throw(400, 'caf\u00e9 <b>'); break;
      case '/broken': ctx.body = Readable.from((async function* () { throw new Error('secret'); })()); break;
      // Late enough that the head and the bytes are out: what is compared is how they end.
      case '/half': ctx.body = Readable.from((async function* () {
        yield Buffer.from('half');
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw new Error('secret');
      })()); break;
      default: break;
    }
  });
  return { errors: app };
};
