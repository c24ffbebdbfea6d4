// The reference for `variants.mjs`: the variants of conformance/peer, each on the real socket.io.
//   node socketio/variants-server.mjs --variant app | csr | eio3 | msgpack [--port N]     prints: listening on PORT
// The table of events is in conformance/peer/README.md. One server has no other to ask, and the adapter in memory cannot:
// `nodes-ask` is answered here without it.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";
import * as msgpack from "socket.io-msgpack-parser";

const { values: flags } = parseArgs({ options: { variant: { type: "string", default: "app" }, port: { type: "string", default: "0" } } });
const variants = {
  app: {},
  csr: { connectionStateRecovery: { maxDisconnectionDuration: 3000, skipMiddlewares: true } },
  eio3: { allowEIO3: true },
  msgpack: { parser: msgpack },
};

const http = createServer();
const io = new Server(http, {
  pingInterval: 1000,
  pingTimeout: 800,
  connectTimeout: 1500,
  maxHttpBufferSize: 100_000,
  cors: { origin: "*" },
  ...variants[flags.variant],
});
io.of("/auth").use((socket, next) => {
  if (socket.handshake.auth.token === "good") next();
  else next(Object.assign(new Error("not authorized"), { data: { code: 401 } }));
});
io.of("/slow").use((_socket, next) => setTimeout(next, 300));
for (const name of ["/", "/auth", "/slow", /^\/dyn-\d+$/]) io.of(name).on("connection", serve);

function serve(socket) {
  const namespace = socket.nsp;
  // An acknowledgement is the last argument of those who asked for one.
  const on = (event, handler) =>
    socket.on(event, (...args) => {
      const ack = typeof args.at(-1) === "function" ? args.pop() : undefined;
      handler(args, ack ?? (() => {}), ack !== undefined);
    });
  on("echo", (args, ack, asked) => (asked ? ack(...args) : socket.emit("echo-back", ...args)));
  on("join", ([rooms], ack) => (socket.join(rooms), ack()));
  on("leave", ([rooms], ack) => ([rooms].flat().forEach((room) => socket.leave(room)), ack()));
  on("to-room", ([room, event, ...args], ack) => (socket.to(room).emit(event, ...args), ack()));
  on("io-to", ([rooms, except, event, ...args], ack) => (namespace.to(rooms).except(except ?? []).emit(event, ...args), ack()));
  on("io-all", ([event, ...args], ack) => (namespace.emit(event, ...args), ack()));
  on("ask-me", ([ms], ack) => socket.timeout(ms).emit("question", 1, (error, ok) => ack(error ? { err: error.message } : { ok })));
  on("ask-room", ([room, ms], ack) =>
    namespace.to(room).timeout(ms).emit("question", 1, (error, answers) => ack(error ? { err: error.message, partial: answers } : { ok: answers })));
  on("flood", ([count, bytes, volatile], ack) => {
    const pad = "x".repeat(bytes);
    for (let i = 0; i < count; i += 1) (volatile ? socket.volatile : socket).emit("f", i, pad);
    socket.emit("flood-end", count);
    ack();
  });
  on("kick", ([close]) => socket.disconnect(close));
  on("info", (_, ack) =>
    ack({
      id: socket.id,
      rooms: [...socket.rooms],
      recovered: socket.recovered,
      transport: socket.conn.transport.name,
      auth: socket.handshake.auth,
      data: socket.data,
      clients: io.engine.clientsCount,
      local: namespace.sockets.size,
    }));
  on("data", ([data], ack) => ((socket.data = data), ack()));
  on("who", async ([room], ack) => {
    const found = await (room === null ? namespace : namespace.in(room)).fetchSockets();
    ack(found.map(({ id, rooms, data }) => ({ id, rooms: [...rooms], data })));
  });
  on("sockets-join", ([room, to], ack) => (namespace.in(room).socketsJoin(to), ack()));
  on("kick-room", ([room, close], ack) => (namespace.in(room).disconnectSockets(close), ack()));
  on("nodes-ask", (_, ack) => ack({ ok: [] }));
  socket.on("disconnect", (reason) => io.emit("left", namespace.name, socket.id, reason));
  if (namespace.name !== "/") return;
  on("message", (args) => socket.emit("message-back", ...args));
  on("message-with-ack", (args, ack) => ack(...args));
}

await new Promise((ready) => http.listen(Number(flags.port), "127.0.0.1", ready));
console.log(`listening on ${http.address().port}`);
