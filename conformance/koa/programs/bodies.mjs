// @koa/bodyparser: JSON, forms and text; what was read comes back as JSON.

import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { bodyParser as parser } from '@koa/bodyparser';

const app = (middleware) => {
  const app = new Koa();
  app.use(middleware);
  app.use((ctx) => {
    const body = ctx.request.body;
    ctx.set('content-type', 'application/json; charset=utf-8');
    ctx.body = JSON.stringify(body ?? null);
  });
  return app;
};

export default () => ({
  bodies: app(parser({ enableTypes: ['json', 'form', 'text'] })),
  'bodies-loose': app(parser({ jsonStrict: false })),
  'bodies-small': app(parser({ enableTypes: ['json', 'form', 'text'], jsonLimit: 100, formLimit: 100, textLimit: 100 })),
  'bodies-older': app(bodyParser({ enableTypes: ['json', 'form', 'text'] })),
});
