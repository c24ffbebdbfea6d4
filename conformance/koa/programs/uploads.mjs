// @koa/multer in memory: fields and files come back as JSON.

import Koa from 'koa';
import multer from '@koa/multer';

const app = (receive) => {
  const app = new Koa();
  app.use(receive);
  app.use((ctx) => {
    const files = [ctx.file ?? [], Object.values(ctx.files ?? {}).flat()].flat();
    ctx.body = {
      fields: ctx.request.body ?? {},
      files: files.map((file) => [file.fieldname, file.originalname, file.mimetype, file.size, file.buffer.toString('latin1')]),
    };
  });
  return app;
};

const upload = (options) => multer({ defParamCharset: 'utf8', ...options });

export default () => ({
  uploads: app(upload().any()),
  'uploads-single': app(upload().single('picture')),
  'uploads-array': app(upload().array('pictures', 2)),
  'uploads-fields': app(upload().fields([{ name: 'one', maxCount: 1 }, { name: 'two', maxCount: 2 }])),
  'uploads-none': app(upload().none()),
  'uploads-small': app(upload({ limits: { fileSize: 10, files: 2, fields: 2, fieldSize: 10, fieldNameSize: 10, parts: 3 } }).any()),
  'uploads-filter': app(upload({
    fileFilter: (request, file, done) => done(null, file.mimetype === 'image/png'),
  }).any()),
});
