// The protocol of the official admin page: what it is told, step by step, by Node's server with @socket.io/admin-ui and by another.
//   node socketio/admin.mjs --kind open|production|readonly|basic [--url http://127.0.0.1:PORT]
// The same steps run against both, and what is told must be the same, in the same order, but for ids, dates and addresses; without
// --url the second is another of Node's. The other server needs the events of README.md and `--admin KIND`. Every wait has a deadline.
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import adminUi from "@socket.io/admin-ui";
import * as client from "socket.io-client-4.8";
import { start } from "./server.mjs";

const { values: flags } = parseArgs({ options: { url: { type: "string" }, kind: { type: "string", default: "open" } } });
const DEADLINE = 10_000;
const HASH = "$2a$04$0AsLeI7BLxAESGN.9Il5husV2TxcU/7tiCPq7aUBOVQb0/pVHuyCu"; // changeit
const CREDENTIALS = { username: "admin", password: "changeit" };
const isBasic = flags.kind === "basic";

const soon = (promise, what) => Promise.race([promise, new Promise((_, late) => setTimeout(() => late(new Error(`no ${what}`)), DEADLINE).unref())]);
const next = (socket, event) => soon(new Promise((done) => socket.once(event, (...args) => done(args))), event);
const ask = (socket, ...args) => soon(new Promise((done) => socket.emit(...args, (...answer) => done(answer))), `answer to ${args[0]}`);

async function instrumented() {
  const server = await start();
  for (const name of ["/", "/custom"]) {
    server.io.of(name).on("connection", (socket) => socket.on("nick", (nick, ack) => (socket.data.nick = nick, ack())));
  }
  adminUi.instrument(server.io, {
    auth: isBasic ? { type: "basic", username: CREDENTIALS.username, password: HASH } : false,
    mode: flags.kind === "production" ? "production" : "development",
    readonly: flags.kind === "readonly",
  });
  return server;
}

/** Values whose kind is all that two servers share. */
const shape = (value) => {
  if (Array.isArray(value)) return value.map(shape);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return { binary: [...(ArrayBuffer.isView(value) ? value : new Uint8Array(value))] };
  if (value && typeof value === "object") return Object.fromEntries(Object.keys(value).sort().map((key) => [key, shape(value[key])]));
  return typeof value;
};

/** An event of the page as both servers should tell it. */
function told(names, event, args) {
  const name = (id) => {
    if (!names.has(id)) names.set(id, `socket ${names.size}`);
    return names.get(id);
  };
  const plain = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return shape(value);
    if (Array.isArray(value)) return value.map(plain);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
    if (typeof value !== "string") return value;
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return "a date";
    return /^[\w-]{20}$/.test(value) ? name(value) : value;
  };
  const socket = ({ handshake, clientId, rooms, ...rest }) => {
    assert.match(clientId, /^[\w-]{12}$/);
    assert.match(handshake.time, /^\w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)$/);
    assert.equal(handshake.address.replace("::ffff:", ""), "127.0.0.1");
    assert.ok(Math.abs(handshake.issued - Date.now()) < 60_000);
    return { ...plain(rest), rooms: plain(rooms).sort(), handshake: shape(handshake), query: { ...handshake.query, t: undefined } };
  };
  if (event === "all_sockets") return [event, args[0].map(socket).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))];
  if (event === "socket_connected") return [event, socket(args[0]), plain(args[1])];
  return [event, ...plain(args)];
}

/** A page that notes what it is told. */
class Page {
  names = new Map();
  notes = [];
  stats = [];
  constructor(url, auth) {
    this.socket = client.io(`${url}/admin`, { transports: ["websocket"], forceNew: true, reconnection: false, auth });
    this.socket.onAny((event, ...args) => {
      if (event === "server_stats") this.stats.push(args[0]);
      else if (event === "session") this.session = args[0];
      else this.notes.push(told(this.names, event, args));
      this.heard?.();
    });
  }
  /** What it has been told, once `count` events are there; those that concern several sockets or rooms at once have no order. */
  async take(count) {
    await soon((async () => { while (this.notes.length < count) await new Promise((heard) => (this.heard = heard)); })(), `${count} events: ${JSON.stringify(this.notes)}`);
    const runs = [];
    for (const note of this.notes.splice(0)) {
      if (["event_sent", "room_left"].includes(note[0]) && runs.at(-1)?.[0][0] === note[0]) runs.at(-1).push(note);
      else runs.push([note]);
    }
    return runs.flatMap((run) => run.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
  }
  async statistics(condition) {
    const found = () => this.stats.find(condition);
    await soon((async () => { while (!found()) await new Promise((heard) => (this.heard = heard)); })(), "statistics");
    return found();
  }
}

const refusal = async (url, auth) => {
  const page = new Page(url, auth);
  const [error] = await next(page.socket, "connect_error");
  page.socket.disconnect();
  return [error.message, error.data ?? null];
};

/** The steps; each gives what a page was told. */
async function record(url) {
  const notes = {};
  const all = !["production"].includes(flags.kind);
  if (isBasic) {
    notes["no credentials"] = await refusal(url, {});
    notes["a wrong name"] = await refusal(url, { ...CREDENTIALS, username: "root" });
    notes["a wrong password"] = await refusal(url, { ...CREDENTIALS, password: "changeIt" });
    notes["an unknown session"] = await refusal(url, { sessionId: "0123456789abcdef" });
  }
  const page = new Page(url, isBasic ? CREDENTIALS : undefined);
  await next(page.socket, "connect");
  notes["a page connects"] = await page.take(all ? 4 : 1);
  if (isBasic) {
    await soon((async () => { while (!page.session) await new Promise((heard) => (page.heard = heard)); })(), "session");
    const again = new Page(url, { sessionId: page.session });
    await next(again.socket, "connect");
    notes["a page returns with its session"] = await again.take(4);
    again.socket.disconnect();
    await page.take(4);
    page.names.clear();
  }
  const numbers = await page.statistics(() => true);
  notes["statistics"] = { ...shape(numbers), aggregatedEvents: undefined, namespaces: shape(numbers.namespaces[0]) };
  const options = { forceNew: true, reconnection: false };
  const ana = client.io(url, { ...options, transports: ["websocket"] });
  await next(ana, "auth");
  if (all) {
    notes["a client connects"] = await page.take(3);
    ana.emit("message", 1, { a: [null] });
    notes["an event and an answer"] = await page.take(2);
    await ask(ana, "message-with-ack", "x");
    notes["an acknowledged event"] = await page.take(1);
    ana.emit("message", Uint8Array.of(1, 2));
    notes["a binary event"] = await page.take(2);
    await ask(ana, "join", ["hall", "yard"]);
    notes["rooms are joined"] = await page.take(3);
    await ask(ana, "join", "hall");
    notes["a room is joined again"] = await page.take(1);
    await ask(ana, "leave", "yard");
    notes["a room is left"] = await page.take(2);
    await ask(ana, "nick", "ana");
    notes["its data changes"] = await page.take(2);
    const bob = client.io(`${url}/custom`, { ...options, transports: ["polling", "websocket"] });
    const upgraded = new Promise((done) => bob.io.engine.once("upgrade", done));
    await next(bob, "auth");
    await soon(upgraded, "upgrade");
    notes["a client connects by polling and upgrades"] = (await page.take(4)).sort((a, b) => (a[0] < b[0] ? -1 : 1));
    const cid = client.io(url, { ...options, transports: ["websocket"] });
    await next(cid, "auth");
    await ask(cid, "join", "hall");
    await page.take(5);
    cid.emit("io-to", ["hall"], null, "hi", 1);
    await Promise.all([next(ana, "hi"), next(cid, "hi")]);
    notes["a broadcast"] = await page.take(3);
    if (flags.kind === "open") {
      page.socket.emit("emit", "/", "hall", "hello", 1, "x");
      notes["a page emits to a room"] = [await Promise.all([next(ana, "hello"), next(cid, "hello")]), await page.take(2)];
      page.socket.emit("emit", "/custom", undefined, "hello");
      notes["a page emits to a namespace"] = [await next(bob, "hello"), await page.take(1)];
      page.socket.emit("join", "/", "tower", ana.id);
      notes["a page has a socket join"] = await page.take(1);
      page.socket.emit("leave", "/", "tower");
      notes["a page has all sockets leave"] = await page.take(1);
      page.socket.emit("_disconnect", "/", true, cid.id);
      notes["a page disconnects a socket"] = [await next(cid, "disconnect"), await page.take(3)].map((it) => it.slice(0, 3));
      page.socket.emit("_disconnect", "/custom", false);
      notes["a page disconnects a namespace"] = [(await next(bob, "disconnect"))[0], await page.take(2)];
    }
    for (const socket of [bob, cid]) {
      if (socket.connected) await (socket.disconnect(), page.take(socket === bob ? 2 : 3));
    }
    ana.disconnect();
    notes["a client leaves"] = await page.take(3);
    const second = new Page(url, isBasic ? CREDENTIALS : undefined);
    const [all_sockets] = await next(second.socket, "all_sockets");
    notes["what a second page finds"] = all_sockets.map(({ nsp }) => nsp);
    second.socket.disconnect();
  } else {
    page.socket.emit("emit", "/", undefined, "hello", 1);
    notes["a page emits"] = await next(ana, "hello");
    await ask(ana, "join", "hall");
    ana.disconnect();
    notes["nothing else"] = page.notes;
  }
  const counted = new Set();
  await page.statistics(() => {
    for (const { type, subType, count, timestamp } of page.stats.flatMap((it) => it.aggregatedEvents)) {
      assert.ok(count > 0 && timestamp % 1000 === 0, `${type}: ${count}, ${timestamp}`);
      counted.add(`${type} ${subType ?? ""}`);
    }
    return counted.has("rawDisconnection transport close"); // the last that happened
  });
  // who was told to go may close first, and Node then says "transport close", "transport error" or "forced close", as it comes
  const other = /^rawDisconnection (?!transport close$)/;
  notes["what is counted"] = [...counted].filter((it) => !other.test(it)).sort();
  page.socket.disconnect();
  return notes;
}

const reference = await instrumented();
const other = flags.url ? undefined : await instrumented();
const [expected, found] = [await record(reference.url), await record(flags.url ?? other.url)];
let failed = 0;
for (const step of Object.keys(expected)) {
  try {
    assert.deepEqual(found[step], expected[step]);
    console.log(`ok   ${step}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${step}: ${error.message}`);
  }
}
console.log(`${Object.keys(expected).length - failed} passed, ${failed} failed`);
await reference.close();
await other?.close();
process.exit(failed ? 1 : 0);
