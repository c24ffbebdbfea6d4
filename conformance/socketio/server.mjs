// The reference: the events of README.md on the real socket.io. `clients.mjs` must pass here before its verdict on another server counts.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { Server } from "socket.io";

/** Starts the server; resolves with its URL, the `io` object and `close()`. */
export async function start({ port = 0, ...options } = {}) {
  const http = createServer();
  const io = new Server(http, { pingInterval: 300, pingTimeout: 1000, maxHttpBufferSize: 1_000_000, ...options });
  io.of("/auth").use((socket, next) => {
    if (socket.handshake.auth.token === "good") next();
    else next(Object.assign(new Error("not authorized"), { data: { code: 401 } }));
  });
  for (const name of ["/", "/custom", "/auth", /^\/dyn-\d+$/]) serve(io.of(name));
  await new Promise((ready) => http.listen(port, "127.0.0.1", ready));
  return { io, http, url: `http://127.0.0.1:${http.address().port}`, close: () => new Promise((done) => io.close(done)) };
}

function serve(listened) {
  listened.on("connection", (socket) => {
    const namespace = socket.nsp;
    socket.emit("auth", socket.handshake.auth);
    socket.on("message", (...args) => socket.emit("message-back", ...args));
    socket.on("message-with-ack", (...args) => args.pop()(...args));
    socket.on("ask-me", (...args) => socket.emit("question", ...args, (...answer) => socket.emit("answered", ...answer)));
    socket.on("join", (rooms, ack) => (socket.join(rooms), ack()));
    socket.on("leave", (room, ack) => (socket.leave(room), ack()));
    socket.on("to-room", (room, event, ...args) => socket.to(room).emit(event, ...args));
    socket.on("io-to", (rooms, except, event, ...args) => namespace.to(rooms).except(except ?? []).emit(event, ...args));
    socket.on("io-all", (event, ...args) => namespace.emit(event, ...args));
    socket.on("broadcast", (event, ...args) => socket.broadcast.emit(event, ...args));
    socket.on("kick", (close) => socket.disconnect(close));
    socket.on("ask-room", async (room, ms, ack) => {
      const question = namespace.to(room).timeout(ms);
      question.emit("question", 1, (error, answers) => ack(error ? { err: true, partial: answers } : { ok: answers }));
    });
    socket.on("data", (data, ack) => (socket.data = data, ack()));
    socket.on("who", async (room, ack) => {
      const sockets = await (room === null ? namespace : namespace.in(room)).fetchSockets();
      ack(sockets.map(({ id, rooms, data }) => ({ id, rooms: [...rooms], data })));
    });
    socket.on("sockets-join", (room, to, ack) => (namespace.in(room).socketsJoin(to), ack()));
    socket.on("sockets-leave", (room, to, ack) => (namespace.in(room).socketsLeave(to), ack()));
    socket.on("kick-room", (room, close) => namespace.in(room).disconnectSockets(close));
    socket.on("listen-once", (ack) => (socket.once("once", () => socket.emit("heard", "once")), ack()));
    socket.on("info", (ack) => ack({ id: socket.id, rooms: [...socket.rooms], transport: socket.conn.transport.name }));
    socket.on("burst", (n) => { for (let i = 0; i < n; i += 1) socket.emit("burst-item", i); });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const at = process.argv.indexOf("--port");
  const { url } = await start({ port: at > 0 ? Number(process.argv[at + 1]) : 0 });
  console.log(`listening on ${url}`);
}
