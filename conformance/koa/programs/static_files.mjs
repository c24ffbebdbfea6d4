// koa-static over a folder that the rig makes for both (src/files.rs).

import Koa from 'koa';
import serve from 'koa-static';

const { default: conditional } = await import('koa-conditional-get');

const app = (...middlewares) => {
  const app = new Koa();
  for (const middleware of middlewares) app.use(middleware);
  app.use((ctx) => { if (ctx.path === '/below' || ctx.path === '/a.txt') ctx.body = 'below'; });
  return app;
};

export default ({ folder }) => ({
  static: app(serve(folder)),
  'static-conditional': app(conditional(), serve(folder)),
  'static-cached': app(serve(folder, { maxage: 3_600_500, immutable: true })),
  'static-hidden': app(serve(folder, { hidden: true })),
  'static-extensions': app(serve(folder, { extensions: ['txt', 'html'] })),
  'static-no-index': app(serve(folder, { index: false })),
  'static-index': app(serve(folder, { index: 'a.txt' })),
  'static-plain': app(serve(folder, { gzip: false, brotli: false })),
  'static-defer': app(serve(folder, { defer: true })),
});
