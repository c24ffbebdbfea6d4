// Every client version on every way of connecting against one server that speaks the events of README.md.
//   node socketio/clients.mjs --url http://127.0.0.1:PORT [--client 4.8] [--only TEXT] [--verbose] [--eio3 | --msgpack]
// `--eio3`: client 2.5 alone, against a server that allows it; `--msgpack`: client 4.8 with socket.io-msgpack-parser alone.
// Without --url it starts the reference server of server.mjs. Every wait has a deadline; nothing sleeps.
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import * as msgpack from "socket.io-msgpack-parser";
import { WebSocket } from "ws";
import { connect } from "../../crates/cepa-socketio/client/cepa.js";
import { start } from "./server.mjs";

const { values: flags } = parseArgs({
  options: { url: { type: "string" }, client: { type: "string" }, only: { type: "string" }, verbose: { type: "boolean" }, eio3: { type: "boolean" }, msgpack: { type: "boolean" } },
});

// A client makes, from options, a function that opens one namespace; namespaces it opens share one connection.
const official = (module) => (url, options) => {
  let manager;
  return (path, auth) => {
    manager ??= new module.Manager(url, options);
    return manager.socket(path, { auth });
  };
};
const everyday = {
  4.8: official(await import("socket.io-client-4.8")),
  4.5: official(await import("socket.io-client-4.5")),
  3.1: official(await import("socket.io-client-3.1")),
  cepa: (url, options) => (path, auth) => connect(url + path, { ...options, auth, WebSocket }),
};
const modern = await import("socket.io-client-4.8");
// 2.5 has no `auth`, and hears of refusals as `error`
const old = async () => (url, options) => {
  const manager = new Manager25(url, { ...options, forceNew: true });
  return (path) => manager.socket(path);
};
const { Manager: Manager25 } = flags.eio3 ? (await import("socket.io-client-2.5")).default : {};
const clients = flags.eio3
  ? { 2.5: await old() }
  : flags.msgpack
    ? { "4.8 msgpack": (url, options) => official(modern)(url, { ...options, parser: msgpack }) }
    : everyday;
const NOT_FOR_OLD = /auth|refused|refuses|unknown namespace|comes into being|lone surrogate|heartbeats|at once goes out|across the upgrade/;
const NOT_FOR_MSGPACK = /lone surrogate|placeholder/;
const ways = {
  polling: { transports: ["polling"] },
  websocket: { transports: ["websocket"] },
  upgrading: { transports: ["polling", "websocket"] },
};
const DEADLINE = 5000;

// ------------------------------------------------------------------------------------------- waiting

/** Rejects when `promise` takes longer than the deadline. */
function soon(promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no ${what} within ${DEADLINE} ms`)), DEADLINE); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The arguments of the next `event`. */
const next = (socket, event) => soon(new Promise((done) => socket.once(event, (...args) => done(args))), event);

/** The arguments of the answer. */
const ask = (socket, event, ...args) => soon(new Promise((done) => socket.emit(event, ...args, (...answer) => done(answer))), `answer to ${event}`);

/** All `event`s so far, in order. */
function collect(socket, event) {
  const seen = [];
  socket.on(event, (...args) => seen.push(args));
  return seen;
}

/**
 * Resolves when everything the server sent to `socket` before has arrived: the connection is ordered, so an answer that
 * was asked for now comes after it. What `collect` holds then is all there is.
 */
const settled = (socket) => ask(socket, "message-with-ack", "settled");

const bytes = (value) => [...new Uint8Array(value.buffer ?? value, value.byteOffset ?? 0, value.byteLength)];
// 2.5 takes nothing else than these for binary
const octetsFrom = (...list) => (flags.eio3 ? Buffer.from(Array.from(...list)) : Uint8Array.from(...list));
const octets = (...values) => octetsFrom(values);
const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

// ------------------------------------------------------------------------------------------- tests
// Each gets `open(path, options)`, which returns a socket that is connected, and `raw`, which does not wait for it.

const tests = {
  async "connects; auth comes back"({ open }) {
    const socket = await open("/", { auth: { token: "123", nested: { a: [1, null, "é€😀"] } } });
    assert.deepEqual(socket.firstAuth, [{ token: "123", nested: { a: [1, null, "é€😀"] } }]);
  },
  async "auth may be a function"({ open }) {
    const socket = await open("/", { auth: (give) => give({ late: true }) });
    assert.deepEqual(socket.firstAuth, [{ late: true }]);
  },
  async "no auth is an empty object"({ open }) {
    assert.deepEqual((await open("/")).firstAuth, [{}]);
  },
  async "has an id of its own, and a room named by it"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    const [info] = await ask(a, "info");
    assert.equal(info.id, a.id);
    assert.deepEqual(info.rooms, [a.id]);
    assert.equal(a.id.length, 20);
    assert.notEqual(a.id, b.id);
  },
  async "is on the transport it asked for"({ open, way, upgraded }) {
    const socket = await open("/");
    await upgraded(socket);
    assert.equal((await ask(socket, "info"))[0].transport, way === "polling" ? "polling" : "websocket");
  },
  async "echo"({ open }) {
    const socket = await open("/");
    socket.emit("message", 1, "2", { 3: ["é€😀"] }, null, true);
    assert.deepEqual(await next(socket, "message-back"), [1, "2", { 3: ["é€😀"] }, null, true]);
  },
  async "echo without arguments"({ open }) {
    const socket = await open("/");
    socket.emit("message");
    assert.deepEqual(await next(socket, "message-back"), []);
  },
  async "echo with ack"({ open }) {
    const socket = await open("/");
    assert.deepEqual(await ask(socket, "message-with-ack", 1, "2", { 3: [true] }), [1, "2", { 3: [true] }]);
    assert.deepEqual(await ask(socket, "message-with-ack"), []);
  },
  async "a lone surrogate does no harm"({ open }) {
    const socket = await open("/");
    await ask(socket, "message-with-ack", "\ud83d");
    assert.deepEqual(await ask(socket, "message-with-ack", "on"), ["on"]);
  },
  async "the order of keys survives"({ open }) {
    const socket = await open("/");
    const [back] = await ask(socket, "message-with-ack", { z: 1, a: 2, m: { y: 1, b: 2 } });
    assert.equal(JSON.stringify(back), '{"z":1,"a":2,"m":{"y":1,"b":2}}');
  },
  async "several acks at once, each with its own answer"({ open }) {
    const socket = await open("/");
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(socket, "message-with-ack", i)));
    assert.deepEqual(answers.flat(), Array.from({ length: 50 }, (_, i) => i));
  },
  async "the server asks the client"({ open }) {
    const socket = await open("/");
    socket.on("question", (n, answer) => answer(n + 1, { ok: true }));
    socket.emit("ask-me", 1);
    assert.deepEqual(await next(socket, "answered"), [2, { ok: true }]);
  },
  async "the server asks the client, in binary"({ open }) {
    const socket = await open("/");
    socket.on("question", (data, answer) => answer({ back: data }));
    socket.emit("ask-me", octets(1, 2, 3));
    assert.deepEqual(bytes((await next(socket, "answered"))[0].back), [1, 2, 3]);
  },
  async "binary both ways"({ open }) {
    const socket = await open("/");
    socket.emit("message", octets(1, 2, 3), { in: [Uint8Array.of(4, 5).buffer, "text"] }, octets());
    const [first, second, third] = await next(socket, "message-back");
    assert.ok(isBinary(first) && isBinary(second.in[0]) && isBinary(third));
    assert.deepEqual([bytes(first), bytes(second.in[0]), second.in[1], bytes(third)], [[1, 2, 3], [4, 5], "text", []]);
  },
  async "binary with ack"({ open }) {
    const socket = await open("/");
    const [a, b] = await ask(socket, "message-with-ack", octetsFrom({ length: 256 }, (_, i) => i), { b: octets(0) });
    assert.deepEqual(bytes(a), Array.from({ length: 256 }, (_, i) => i));
    assert.deepEqual(bytes(b.b), [0]);
  },
  async "binary and text in turns keep their order"({ open }) {
    const socket = await open("/");
    const seen = collect(socket, "message-back");
    for (let i = 0; i < 40; i += 1) socket.emit("message", i % 2 ? octets(i) : i);
    await settled(socket);
    assert.deepEqual(seen.map(([value]) => (isBinary(value) ? bytes(value)[0] : value)), Array.from({ length: 40 }, (_, i) => i));
  },
  async "a placeholder that is plain data stays so"({ open }) {
    const socket = await open("/");
    assert.deepEqual(await ask(socket, "message-with-ack", { _placeholder: false, num: 0 }), [{ _placeholder: false, num: 0 }]);
  },
  async "rooms: to-room reaches the room without the sender"({ open }) {
    const [a, b, c] = [await open("/"), await open("/"), await open("/")];
    const seen = [a, b, c].map((socket) => collect(socket, "hi"));
    await Promise.all([ask(a, "join", "r1"), ask(b, "join", "r1")]);
    a.emit("to-room", "r1", "hi", 1, "x");
    await settled(a);
    await Promise.all([settled(b), settled(c)]);
    assert.deepEqual(seen, [[], [[1, "x"]], []]);
  },
  async "rooms: a sender outside reaches all of the room"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    const seen = [a, b].map((socket) => collect(socket, "hi"));
    await ask(b, "join", "r2");
    a.emit("to-room", "r2", "hi");
    await settled(a);
    await settled(b);
    assert.deepEqual(seen, [[], [[]]]);
  },
  async "rooms: several rooms, each member once"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    const seen = [a, b].map((socket) => collect(socket, "hi"));
    await Promise.all([ask(a, "join", ["r3", "r4"]), ask(b, "join", "r4")]);
    a.emit("io-to", ["r3", "r4"], null, "hi", 1);
    await settled(a);
    await settled(b);
    assert.deepEqual(seen, [[[1]], [[1]]]);
  },
  async "rooms: except"({ open }) {
    const [a, b, c] = [await open("/"), await open("/"), await open("/")];
    const seen = [a, b, c].map((socket) => collect(socket, "hi"));
    await Promise.all([ask(a, "join", "r5"), ask(b, "join", ["r5", "r6"]), ask(c, "join", "r5")]);
    a.emit("io-to", ["r5"], "r6", "hi");
    await settled(a);
    await Promise.all([settled(b), settled(c)]);
    assert.deepEqual(seen, [[[]], [], [[]]]);
  },
  async "rooms: leave"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    const seen = collect(b, "hi");
    await ask(b, "join", "r7");
    await ask(b, "leave", "r7");
    a.emit("to-room", "r7", "hi");
    await settled(a);
    await settled(b);
    assert.deepEqual(seen, []);
    assert.deepEqual((await ask(b, "info"))[0].rooms, [b.id]);
  },
  async "rooms: the own room of another socket is a private message"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    const seen = [a, b].map((socket) => collect(socket, "hi"));
    a.emit("to-room", b.id, "hi", "you");
    await settled(a);
    await settled(b);
    assert.deepEqual(seen, [[], [["you"]]]);
  },
  async "rooms: binary in a broadcast"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    await ask(b, "join", "r8");
    a.emit("to-room", "r8", "hi", { data: octets(7, 8) });
    assert.deepEqual(bytes((await next(b, "hi"))[0].data), [7, 8]);
  },
  async "broadcast and io-all"({ open }) {
    const [a, b, c] = [await open("/custom"), await open("/custom"), await open("/")];
    const [to, all] = ["to", "all"].map((event) => [a, b, c].map((socket) => collect(socket, event)));
    a.emit("broadcast", "to", 1);
    a.emit("io-all", "all", 2);
    await settled(a);
    await Promise.all([settled(b), settled(c)]);
    assert.deepEqual(to, [[], [[1]], []]);
    assert.deepEqual(all, [[[2]], [[2]], []]);
  },
  async "a custom namespace, apart from the main one, on one connection"({ open }) {
    const main = await open("/", { shared: true });
    const custom = await open("/custom", { shared: true, auth: { who: "custom" } });
    assert.equal(custom.io, main.io);
    assert.notEqual(custom.id, main.id);
    assert.deepEqual(await ask(custom, "message-with-ack", "c", octets(1)).then(([c, b]) => [c, bytes(b)]), ["c", [1]]);
    const seen = collect(main, "message-back");
    custom.emit("message", "only here");
    assert.deepEqual(await next(custom, "message-back"), ["only here"]);
    await settled(main);
    assert.deepEqual(seen, []);
    custom.disconnect();
    assert.deepEqual(await ask(main, "message-with-ack", "still here"), ["still here"]);
  },
  async "an unknown namespace is refused"({ raw }) {
    const [error] = await next(raw("/nowhere"), "connect_error");
    assert.equal(error.message, "Invalid namespace");
    assert.equal(error.data, undefined);
  },
  async "a middleware refuses, with data"({ raw, open }) {
    const [error] = await next(raw("/auth", { auth: { token: "bad" } }), "connect_error");
    assert.equal(error.message, "not authorized");
    assert.deepEqual(error.data, { code: 401 });
    assert.deepEqual((await open("/auth", { auth: { token: "good" } })).firstAuth, [{ token: "good" }]);
  },
  async "a refused namespace leaves the others alone"({ raw, open }) {
    const main = await open("/", { shared: true });
    await next(raw("/auth", { shared: true }), "connect_error");
    assert.deepEqual(await ask(main, "message-with-ack", 1), [1]);
  },
  async "a namespace that comes into being, apart from its siblings"({ open, raw }) {
    const [a, b] = [await open("/dyn-1", { shared: true }), await open("/dyn-2", { shared: true })];
    const seen = collect(b, "hi");
    a.emit("io-all", "hi", 1);
    assert.deepEqual(await next(a, "hi"), [1]);
    await settled(b);
    assert.deepEqual(seen, []);
    const [error] = await next(raw("/dyn-x", { shared: true }), "connect_error");
    assert.equal(error.message, "Invalid namespace");
  },
  async "a room is asked, and all answer"({ open }) {
    const [a, b, c] = [await open("/"), await open("/"), await open("/")];
    await Promise.all([ask(a, "join", "asked"), ask(b, "join", "asked")]);
    a.on("question", (n, answer) => answer(n + 1));
    b.on("question", (n, answer) => answer({ data: octets(n) }));
    c.on("question", () => assert.fail("not in the room"));
    const [{ ok }] = await ask(c, "ask-room", "asked", 2000);
    assert.equal(ok.length, 2);
    assert.ok(ok.includes(2));
  },
  async "a room is asked, and one stays silent"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    await Promise.all([ask(a, "join", "half"), ask(b, "join", "half")]);
    a.on("question", (n, answer) => answer("here"));
    assert.deepEqual(await ask(b, "ask-room", "half", 100), [{ err: true, partial: ["here"] }]);
  },
  async "sockets are fetched with rooms and data"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    await Promise.all([ask(a, "join", "known"), ask(b, "join", "known"), ask(a, "data", { nick: "ana" })]);
    const [found] = await ask(b, "who", "known");
    assert.deepEqual(new Map(found.map(({ id, data }) => [id, data])), new Map([[a.id, { nick: "ana" }], [b.id, {}]]));
    for (const { id, rooms } of found) assert.deepEqual(rooms.sort(), [id, "known"].sort());
  },
  async "sockets are moved and sent away by room"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    await ask(a, "join", "from");
    await ask(b, "sockets-join", "from", "into");
    const rooms = async () => (await ask(a, "info"))[0].rooms.sort();
    assert.deepEqual(await rooms(), [a.id, "from", "into"].sort());
    await ask(b, "sockets-leave", "into", "from");
    assert.deepEqual(await rooms(), [a.id, "into"].sort());
    b.emit("kick-room", "into", false);
    assert.equal((await next(a, "disconnect"))[0], "io server disconnect");
    assert.deepEqual(await ask(b, "message-with-ack", 1), [1]);
  },
  async "once is once"({ open }) {
    const socket = await open("/");
    const heard = collect(socket, "heard");
    await ask(socket, "listen-once");
    socket.emit("once");
    socket.emit("once");
    await settled(socket);
    assert.deepEqual(heard, [["once"]]);
  },
  async "the server disconnects the namespace"({ open }) {
    const [main, custom] = [await open("/", { shared: true }), await open("/custom", { shared: true })];
    custom.emit("kick", false);
    assert.equal((await next(custom, "disconnect"))[0], "io server disconnect");
    assert.equal(custom.connected, false);
    assert.deepEqual(await ask(main, "message-with-ack", 1), [1]);
    custom.connect();
    await next(custom, "connect");
    assert.deepEqual(await ask(custom, "message-with-ack", 2), [2]);
  },
  async "the server closes the connection"({ open }) {
    const [main, custom] = [await open("/", { shared: true }), await open("/custom", { shared: true })];
    const both = Promise.all([next(main, "disconnect"), next(custom, "disconnect")]);
    custom.emit("kick", true);
    assert.deepEqual((await both).map(([reason]) => reason), ["io server disconnect", "io server disconnect"]);
  },
  async "the client disconnects"({ open }) {
    const [a, b] = [await open("/"), await open("/")];
    await ask(b, "join", "gone");
    const gone = next(b, "disconnect");
    b.disconnect();
    assert.equal((await gone)[0], "io client disconnect");
    assert.equal(b.connected, false);
    const c = await open("/");
    const seen = [a, c].map((socket) => collect(socket, "hi"));
    a.emit("io-to", ["gone"], null, "hi");
    await settled(a);
    await settled(c);
    assert.deepEqual(seen, [[], []]);
  },
  async "what is emitted at once goes out with the connection"({ raw }) {
    const socket = raw("/");
    const seen = collect(socket, "message-back");
    for (let i = 0; i < 5; i += 1) socket.emit("message", i);
    await next(socket, "connect");
    await settled(socket);
    assert.deepEqual(seen.flat(), [0, 1, 2, 3, 4]);
  },
  async "a large message"({ open }) {
    const socket = await open("/");
    const text = "é".repeat(200_000);
    assert.equal((await ask(socket, "message-with-ack", text))[0], text);
  },
  async "a large binary message"({ open }) {
    const socket = await open("/");
    const data = octetsFrom({ length: 300_000 }, (_, i) => i * 31);
    assert.deepEqual(Buffer.from(bytes((await ask(socket, "message-with-ack", data))[0])), Buffer.from(data));
  },
  async "1,000 events each way in order, across the upgrade"({ raw, upgraded }) {
    const socket = raw("/");
    const echoed = collect(socket, "message-back");
    const burst = collect(socket, "burst-item");
    await next(socket, "connect");
    socket.emit("burst", 1000);
    // Spread over turns of the event loop, so that they leave before, during and after the probe.
    for (let i = 0; i < 1000; i += 1) {
      socket.emit("message", i);
      if (i % 20 === 19) await new Promise(setImmediate);
    }
    await upgraded(socket);
    await settled(socket);
    assert.deepEqual(burst.flat(), Array.from({ length: 1000 }, (_, i) => i));
    assert.deepEqual(echoed.flat(), Array.from({ length: 1000 }, (_, i) => i));
  },
  async "an ack that waits while the upgrade goes on is answered"({ raw, upgraded }) {
    const socket = raw("/");
    await next(socket, "connect");
    const answers = Array.from({ length: 100 }, (_, i) => ask(socket, "message-with-ack", i, octets(i)));
    await upgraded(socket);
    assert.deepEqual((await Promise.all(answers)).map(([i, data]) => [i, ...bytes(data)]), Array.from({ length: 100 }, (_, i) => [i, i]));
  },
  async "stays connected over several heartbeats"({ open }) {
    const socket = await open("/");
    const lost = collect(socket, "disconnect");
    const { engine } = socket.io;
    let pings = 0;
    // cepa.js shows no packets; cepa-js.mjs looks at its heartbeat.
    if (engine.on) await soon(new Promise((done) => engine.on("packet", ({ type }) => type === "ping" && (pings += 1) === 3 && done())), "three pings");
    assert.deepEqual(await ask(socket, "message-with-ack", "on"), ["on"]);
    assert.deepEqual(lost, []);
  },
};

// ------------------------------------------------------------------------------------------- running

async function run(test, client, way, url) {
  const opened = [];
  const connection = () => clients[client](url, { ...ways[way], reconnection: false });
  const shared = connection();
  const raw = (path, options = {}) => {
    const socket = (options.shared ? shared : connection())(path, options.auth);
    opened.push(socket);
    return socket;
  };
  const open = async (path, options) => {
    const socket = raw(path, options);
    socket.once("auth", (...args) => { socket.firstAuth = args; });
    await soon(new Promise((done, refused) => socket.once("auth", done).once("connect_error", refused)), "connection");
    return socket;
  };
  /** Waits until an upgrading client has moved to WebSocket. */
  const upgraded = async ({ io }) => {
    if (way !== "upgrading") return;
    const name = () => io.engine.transport.name;
    if (name() !== "websocket") await soon(new Promise((done) => (io.engine.once ? io.engine : io).once("upgrade", done)), "upgrade");
    assert.equal(name(), "websocket");
  };
  try {
    await test({ raw, open, upgraded, way });
  } finally {
    for (const socket of opened) socket.disconnect();
  }
}

const reference = flags.url ? undefined : await start(flags.eio3 ? { allowEIO3: true } : flags.msgpack ? { parser: msgpack } : {});
const url = flags.url ?? reference.url;
let [passed, failed] = [0, 0];
for (const client of Object.keys(clients)) {
  if (flags.client && flags.client !== client) continue;
  for (const way of Object.keys(ways)) {
    const failures = [];
    let good = 0;
    for (const [title, test] of Object.entries(tests)) {
      if (flags.only && !title.includes(flags.only)) continue;
      if (flags.eio3 && NOT_FOR_OLD.test(title)) continue;
      if (flags.msgpack && NOT_FOR_MSGPACK.test(title)) continue;
      try {
        await run(test, client, way, url);
        good += 1;
        if (flags.verbose) console.log(`  ok   ${title}`);
      } catch (error) {
        failures.push(`  FAIL ${title}\n       ${String(error?.stack ?? error).split("\n").slice(0, 6).join("\n       ")}`);
      }
    }
    passed += good;
    failed += failures.length;
    console.log(`${client === "cepa" ? "cepa.js" : `socket.io-client ${client}`}, ${way}: ${good} passed, ${failures.length} failed`);
    for (const failure of failures) console.log(failure);
  }
}
console.log(`${passed} passed, ${failed} failed`);
await reference?.close();
process.exit(failed || !passed ? 1 : 0);
