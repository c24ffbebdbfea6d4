// cepa.js alone, against the real socket.io server, on what clients.mjs does not reach: reconnection, the upgrade under
// load, the heartbeat, the bounded buffer, timeouts, recovery, Blob, one connection for many namespaces.
//   node socketio/cepa-js.mjs [--only TEXT]
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { connect } from "../../crates/cepa-socketio/client/cepa.js";
import { proxy } from "../proxy.mjs";
import { start } from "./server.mjs";

const { values: flags } = parseArgs({ options: { only: { type: "string" } } });
const DEADLINE = 5000;

const soon = (promise, what) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no ${what} within ${DEADLINE} ms`)), DEADLINE); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};
const next = (emitter, event) => soon(new Promise((done) => emitter.once(event, (...args) => done(args))), event);
const quick = { WebSocket, forceNew: true, reconnectionDelay: 10, reconnectionDelayMax: 50 };
const polling = { ...quick, transports: ["polling"] };
const websocket = { ...quick, transports: ["websocket"] };

const tests = {
  async "comes back after the connection was cut, and sends what was emitted meanwhile"(open) {
    for (const options of [polling, websocket, quick]) {
      const { server, through } = await open({}, true);
      const socket = connect(through.url, options);
      await next(socket, "connect");
      if (options === quick) await next(socket.io, "upgrade");
      const first = socket.id;
      const lost = next(socket, "disconnect");
      through.cut();
      assert.match((await lost)[0], /^transport (close|error)$/);
      assert.equal(socket.connected, false);
      assert.equal(socket.active, true);
      const answers = Promise.all([1, 2, 3].map((n) => socket.timeout(DEADLINE).emitWithAck("message-with-ack", n)));
      await next(socket, "connect");
      assert.notEqual(socket.id, first);
      assert.deepEqual(await answers, [1, 2, 3]);
      socket.disconnect();
      void server;
    }
  },
  async "tries again until the server is there, with growing delays"(open) {
    const { through } = await open({}, true);
    through.state.refuse = true;
    const socket = connect(through.url, { ...polling, reconnectionDelay: 20, reconnectionDelayMax: 80, randomizationFactor: 0 });
    const times = [];
    let errors = 0;
    socket.io.on("reconnect_attempt", () => times.push(performance.now()));
    socket.on("connect_error", (error) => { assert.ok(error instanceof Error); errors += 1; });
    await soon(new Promise((done) => socket.io.on("reconnect_attempt", (n) => n === 5 && done())), "five attempts");
    through.state.refuse = false;
    const [attempts] = await next(socket.io, "reconnect");
    assert.ok(attempts >= 5 && errors >= 5);
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    assert.ok(gaps[0] >= 38 && gaps[1] >= 78 && gaps[2] >= 78, `delays ${gaps}`); // 40, 80, 80: doubled, then capped
    socket.disconnect();
  },
  async "gives up after reconnectionAttempts"(open) {
    const { through } = await open({}, true);
    through.state.refuse = true;
    const socket = connect(through.url, { ...polling, reconnectionAttempts: 2 });
    await next(socket.io, "reconnect_failed");
    assert.equal(through.state.dials, 3);
    socket.disconnect();
  },
  async "the online event ends the wait"(open) {
    const { through } = await open({}, true);
    const listeners = { online: new Set() };
    globalThis.addEventListener = (event, listener) => listeners[event]?.add(listener);
    globalThis.removeEventListener = (event, listener) => listeners[event]?.delete(listener);
    try {
      const socket = connect(through.url, { ...websocket, reconnectionDelay: 3_600_000, reconnectionDelayMax: 3_600_000 });
      await next(socket, "connect");
      const lost = next(socket, "disconnect");
      through.cut();
      await lost;
      assert.equal(listeners.online.size, 1);
      for (const listener of listeners.online) listener();
      await next(socket, "connect");
      assert.equal(listeners.online.size, 0);
      socket.disconnect();
    } finally {
      delete globalThis.addEventListener;
      delete globalThis.removeEventListener;
    }
  },
  async "a silent connection is over after pingInterval + pingTimeout"(open) {
    const { through } = await open({ pingInterval: 100, pingTimeout: 200 }, true);
    for (const options of [polling, websocket]) {
      through.state.stalled = false;
      const socket = connect(through.url, options);
      await next(socket, "connect");
      const lost = next(socket, "disconnect");
      const since = performance.now();
      through.state.stalled = true;
      assert.equal((await lost)[0], "ping timeout");
      const waited = performance.now() - since;
      assert.ok(waited >= 190, `${waited} ms`); // at the soonest a ping came just before: 300 ms, less a tick; at the latest, see DEADLINE
      socket.disconnect();
    }
  },
  async "answers heartbeats"(open) {
    const { server } = await open({ pingInterval: 20, pingTimeout: 200 });
    for (const options of [polling, websocket, quick]) {
      const socket = connect(server.url, options);
      socket.on("disconnect", (reason) => assert.fail(reason));
      const [peer] = await soon(new Promise((done) => server.io.once("connection", (...args) => done(args))), "connection");
      await soon(new Promise((done) => { let n = 0; peer.conn.on("packet", ({ type }) => type === "pong" && (n += 1) === 8 && done()); }), "eight pongs");
      socket.off("disconnect").disconnect();
    }
  },
  async "loses and reorders nothing in 20 upgrades under load, both ways"(open) {
    const { server } = await open();
    for (let round = 0; round < 20; round += 1) {
      const socket = connect(server.url, quick);
      const [back, pushed] = [[], []];
      socket.on("message-back", (n, data) => { assert.equal(new Uint8Array(data)[0], n % 256); back.push(n); });
      socket.on("tick", (n) => pushed.push(n));
      server.io.once("connection", (peer) => {
        let n = 0;
        const more = () => { if (n === 200) return peer.emit("tick-end"); peer.emit("tick", n++); setImmediate(more); };
        more();
      });
      const end = next(socket, "tick-end");
      const upgraded = next(socket.io, "upgrade");
      for (let n = 0; n < 200; n += 1) {
        socket.emit("message", n, Uint8Array.of(n));
        if (n % 4 === 0) await new Promise(setImmediate);
      }
      await Promise.all([end, upgraded]);
      assert.equal(socket.transport, "websocket");
      await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
      const all = Array.from({ length: 200 }, (_, n) => n);
      assert.deepEqual([back, pushed], [all, all]);
      socket.disconnect();
    }
  },
  async "a failed probe leaves polling alone"(open) {
    const { server } = await open({ transports: ["polling", "websocket"] });
    class Broken { constructor() { queueMicrotask(() => { this.onerror({ error: new Error("no") }); this.onclose({ code: 1006, reason: "" }); }); } close() {} send() {} }
    class Mute { close() {} send() {} }
    for (const Class of [Broken, Mute]) {
      const socket = connect(server.url, { ...quick, WebSocket: Class });
      await next(socket, "connect");
      for (let n = 0; n < 10; n += 1) assert.equal(await socket.timeout(DEADLINE).emitWithAck("message-with-ack", n), n);
      assert.equal(socket.transport, "polling");
      socket.disconnect();
    }
  },
  async "a WebSocket that dies after 3probe leaves polling alone, with one GET at a time"(open) {
    const { server } = await open();
    class Dies extends WebSocket { constructor(url) { super(url); this.on("message", (data) => String(data) === "3probe" && this.terminate()); } }
    const socket = connect(server.url, { ...quick, WebSocket: Dies });
    await next(socket, "connect");
    for (let n = 0; n < 50; n += 1) assert.equal(await socket.timeout(DEADLINE).emitWithAck("message-with-ack", n), n);
    assert.equal(socket.transport, "polling");
    socket.disconnect();
  },
  async "the buffer for a missing connection is bounded"(open) {
    const { through } = await open({}, true);
    through.state.refuse = true;
    const socket = connect(through.url, { ...polling, bufferLimit: 3 });
    for (let n = 0; n < 3; n += 1) socket.emit("message", n);
    assert.throws(() => socket.emit("message", 3), RangeError);
    await assert.rejects(socket.emitWithAck("message-with-ack", 4), RangeError);
    socket.volatile.emit("message", 5); // dropped, not buffered
    const back = [];
    socket.on("message-back", (n) => back.push(n));
    through.state.refuse = false;
    await next(socket, "connect");
    await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
    assert.deepEqual(back, [0, 1, 2]);
    socket.disconnect();
  },
  async "acknowledgements: timeout, and the end of the connection"(open) {
    const { server } = await open();
    const socket = connect(server.url, websocket);
    await next(socket, "connect");
    await assert.rejects(socket.timeout(20).emitWithAck("nobody-answers"), /timed out/);
    const [error] = await soon(new Promise((done) => socket.timeout(20).emit("nobody-answers", (...args) => done(args))), "callback");
    assert.match(error.message, /timed out/);
    assert.deepEqual(await new Promise((done) => socket.timeout(DEADLINE).emit("message-with-ack", 1, 2, (...args) => done(args))), [null, 1, 2]);
    const pending = assert.rejects(socket.emitWithAck("nobody-answers"), /disconnected/);
    socket.emit("kick", true);
    await pending;
  },
  async "a timed out event is not sent when the connection comes"(open) {
    const { through } = await open({}, true);
    through.state.refuse = true;
    const socket = connect(through.url, polling);
    const back = [];
    socket.on("message-back", (n) => back.push(n));
    const late = assert.rejects(socket.timeout(30).emitWithAck("message", 1), /timed out/);
    socket.emit("message", 2);
    await late;
    through.state.refuse = false;
    await next(socket, "connect");
    await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
    assert.deepEqual(back, [2]);
    socket.disconnect();
  },
  async "Blob goes out as an attachment, in order, on every transport"(open) {
    const { server } = await open();
    for (const options of [polling, websocket]) {
      const socket = connect(server.url, options);
      const back = [];
      socket.on("message-back", (value) => back.push(typeof value === "number" ? value : [...new Uint8Array(value)]));
      socket.emit("message", 1);
      socket.emit("message", new Blob([Uint8Array.of(2, 2)]));
      socket.emit("message", 3);
      await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
      assert.deepEqual(back, [1, [2, 2], 3]);
      socket.disconnect();
    }
  },
  async "a view of a larger buffer sends its own bytes only"(open) {
    const { server } = await open();
    for (const options of [polling, websocket]) {
      const socket = connect(server.url, options);
      const view = new Uint16Array(Uint8Array.of(9, 9, 1, 2, 3, 4, 9, 9).buffer, 2, 2);
      assert.deepEqual([...new Uint8Array(await socket.timeout(DEADLINE).emitWithAck("message-with-ack", view))], [1, 2, 3, 4]);
      socket.disconnect();
    }
  },
  async "polling keeps to maxPayload"(open) {
    const { server } = await open({ maxHttpBufferSize: 1000 });
    const socket = connect(server.url, polling);
    const back = [];
    socket.on("message-back", (n) => back.push(n));
    for (let n = 0; n < 100; n += 1) socket.emit("message", n, "é".repeat(20), Uint8Array.from({ length: 30 }));
    await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
    assert.deepEqual(back, Array.from({ length: 100 }, (_, n) => n));
    socket.disconnect();
  },
  async "an event beyond the limit ends the session, and the next one comes"(open) {
    const { server } = await open({ maxHttpBufferSize: 1000 });
    for (const options of [polling, websocket]) {
      const socket = connect(server.url, options);
      await next(socket, "connect");
      const lost = next(socket, "disconnect");
      socket.emit("message", "x".repeat(2000));
      await lost;
      await next(socket, "connect");
      socket.disconnect();
    }
  },
  async "recovery: rooms and missed events come back"(open) {
    const { server, through } = await open({ connectionStateRecovery: {} }, true);
    const socket = connect(through.url, websocket);
    const seen = [];
    socket.on("hi", (n) => seen.push(n));
    await next(socket, "connect");
    assert.equal(socket.recovered, false);
    const { id } = socket;
    await socket.emitWithAck("join", "r");
    server.io.to("r").emit("hi", 1);
    await socket.emitWithAck("message-with-ack");
    through.state.refuse = true;
    const lost = next(socket, "disconnect");
    through.cut();
    await lost;
    server.io.to("r").emit("hi", 2);
    through.state.refuse = false;
    await next(socket, "connect");
    assert.equal(socket.recovered, true);
    assert.equal(socket.id, id);
    server.io.to("r").emit("hi", 3);
    await socket.emitWithAck("message-with-ack");
    assert.deepEqual(seen, [1, 2, 3]);
    socket.disconnect();
  },
  async "namespaces of one server share a connection, which ends with the last"(open) {
    const { server } = await open();
    const options = { ...websocket, forceNew: false };
    const [main, custom] = [connect(server.url, options), connect(server.url + "/custom", options)];
    await Promise.all([next(main, "connect"), next(custom, "connect")]);
    assert.equal(main.io, custom.io);
    assert.equal(server.io.engine.clientsCount, 1);
    assert.notEqual(connect(server.url, { ...options, autoConnect: false }).io, main.io);
    const [peer] = [...server.io.sockets.sockets.values()];
    const ended = soon(new Promise((done) => peer.conn.once("close", done)), "end of the session");
    custom.disconnect();
    assert.equal(await main.timeout(DEADLINE).emitWithAck("message-with-ack", 1), 1);
    main.disconnect();
    await ended;
  },
  async "a namespace that is given up before the answer is left again, and can come back"(open) {
    const { server } = await open();
    for (const auth of [undefined, async () => ({}), (done) => setTimeout(done, 20, {})]) {
      const options = { ...websocket, forceNew: false, autoConnect: false, auth };
      const main = connect(server.url, { ...options, auth: undefined }).connect();
      main.on("disconnect", (reason) => assert.fail(reason));
      await next(main, "connect");
      const custom = connect(server.url + "/custom", options);
      assert.equal(custom.io, main.io);
      const joined = () => server.io.of("/custom").sockets.size;
      const seen = [];
      custom.onAny((event) => seen.push(event));

      const left = soon(new Promise((done) => server.io.of("/custom").once("connection", (peer) => peer.once("disconnect", done))), "DISCONNECT");
      custom.connect().disconnect();
      if (typeof auth !== "function") assert.equal(await left, "client namespace disconnect");
      assert.equal(await main.timeout(DEADLINE).emitWithAck("message-with-ack", 1), 1);
      assert.deepEqual([custom.connected, custom.active, joined()], [false, false, 0]);
      assert.deepEqual(seen, [], "an event for somebody who had left");

      custom.connect().disconnect().connect().disconnect().connect();
      await next(custom, "connect");
      assert.equal(await custom.timeout(DEADLINE).emitWithAck("message-with-ack", 2), 2);
      assert.equal(await main.timeout(DEADLINE).emitWithAck("message-with-ack", 3), 3);
      assert.equal(joined(), 1);
      custom.disconnect();
      assert.equal(custom.connected, false);
      main.off("disconnect").disconnect();
      void left.catch(() => {});
    }
  },
  async "other credentials before the answer: who comes in is the second, and hears nothing of the first"(open) {
    const { server } = await open();
    const options = { ...websocket, forceNew: false };
    const main = connect(server.url, options);
    await next(main, "connect");
    const auth = { token: "good", who: "ana" };
    const other = connect(server.url + "/auth", { ...options, auth, autoConnect: false });
    const heard = [];
    other.on("auth", ({ who }) => heard.push(who));
    other.connect().disconnect();
    auth.who = "bo";
    other.connect();
    await next(other, "connect");
    assert.equal(await other.timeout(DEADLINE).emitWithAck("message-with-ack", 1), 1);
    assert.deepEqual(heard, ["bo"]);
    assert.deepEqual([...server.io.of("/auth").sockets.values()].map((peer) => peer.handshake.auth.who), ["bo"]);
    for (const socket of [other, main]) socket.disconnect();
  },
  async "what was emitted before disconnect() still arrives"(open) {
    const { server } = await open();
    for (const options of [polling, websocket, quick]) {
      const got = [];
      const reason = soon(new Promise((done) => server.io.once("connection", (peer) => {
        peer.conn.on("data", (data) => String(data).startsWith('2["last"') && got.push(data)); // this server drops what it decodes together with the end
        peer.once("disconnect", done);
      })), "disconnect");
      const socket = connect(server.url, options);
      await next(socket, "connect");
      for (let n = 0; n < 20; n += 1) socket.emit("last", n);
      socket.disconnect();
      assert.equal(await reason, "client namespace disconnect");
      assert.equal(got.length, 20);
    }
  },
  async "comes back by hand: after disconnect(), a refusal, and a kick"(open) {
    const { server } = await open();
    const auth = { token: "bad" };
    const socket = connect(server.url + "/auth", { ...quick, auth: async () => auth });
    await next(socket, "connect_error");
    assert.equal(socket.active, false);
    auth.token = "good";
    socket.connect();
    await next(socket, "connect");
    socket.disconnect().connect();
    await next(socket, "connect");
    const kicked = next(socket, "disconnect");
    socket.emit("kick", false);
    assert.equal((await kicked)[0], "io server disconnect");
    socket.connect();
    await next(socket, "connect");
    socket.disconnect();
  },
  async "comes back by hand: after the only attempt, and after the last"(open) {
    for (const options of [{ reconnection: false }, { reconnectionAttempts: 1 }]) {
      const { through } = await open({}, true);
      through.state.refuse = true;
      const socket = connect(through.url, { ...websocket, ...options });
      await (options.reconnectionAttempts ? next(socket.io, "reconnect_failed") : next(socket, "connect_error"));
      through.state.refuse = false;
      socket.connect();
      await next(socket, "connect");
      socket.disconnect();
    }
  },
  async "an event emitted after the machine slept is sent by the next session"(open) {
    const { server } = await open();
    for (const options of [polling, websocket]) {
      const socket = connect(server.url, options);
      await next(socket, "connect");
      const lost = next(socket, "disconnect");
      const { now } = Date;
      Date.now = () => now() + 3_600_000;
      const answer = socket.timeout(DEADLINE).emitWithAck("message-with-ack", "later");
      Date.now = now;
      assert.deepEqual(await lost, ["ping timeout", undefined]);
      assert.equal(await answer, "later");
      socket.disconnect();
    }
  },
  async "a volatile event that is dropped times out"(open) {
    const { server } = await open();
    const socket = connect(server.url, { ...websocket, autoConnect: false });
    await assert.rejects(soon(socket.volatile.timeout(10).emitWithAck("message-with-ack", 1), "timeout"), /timed out/);
  },
  async "an event that asks for an answer is no offset of recovery"(open) {
    const { server, through } = await open({ connectionStateRecovery: {} }, true);
    const socket = connect(through.url, websocket);
    socket.on("asked", (text, answer) => answer(text));
    await next(socket, "connect");
    await socket.emitWithAck("join", "r");
    server.io.to("r").emit("hi", 1);
    const [peer] = await server.io.fetchSockets();
    assert.equal(await server.io.sockets.sockets.get(peer.id).emitWithAck("asked", "are you there?"), "are you there?");
    const lost = next(socket, "disconnect");
    through.cut();
    await lost;
    await next(socket, "connect");
    assert.equal(socket.recovered, true);
    socket.disconnect();
  },
  async "polling goes on where a WebSocket cannot be made"(open) {
    const { server } = await open();
    const socket = connect(server.url, { ...quick, WebSocket: class { constructor() { throw new Error("a policy of the page"); } } });
    socket.on("disconnect", (reason) => assert.fail(reason));
    await next(socket, "connect");
    assert.equal(await socket.timeout(DEADLINE).emitWithAck("message-with-ack", 1), 1);
    assert.equal(socket.transport, "polling");
    socket.off("disconnect").disconnect();
  },
  async "reserved names are refused; listeners: once, off, onAny"(open) {
    const { server } = await open();
    const socket = connect(server.url, websocket);
    assert.throws(() => socket.emit("disconnect"), TypeError);
    const seen = [];
    const listener = (n) => seen.push(["on", n]);
    socket.on("message-back", listener).once("message-back", (n) => seen.push(["once", n]));
    socket.onAny((event, n) => event === "message-back" && seen.push(["any", n]));
    socket.emit("message", 1);
    socket.emit("message", 2);
    await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
    socket.off("message-back", listener).offAny();
    socket.emit("message", 3);
    await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
    assert.deepEqual(seen, [["any", 1], ["on", 1], ["once", 1], ["any", 2], ["on", 2]]);
    const late = [];
    socket.onAny(() => late.length || socket.onAny(() => late.push("any")).on("message-back", () => late.push("on")) && late.push("first"));
    socket.emit("message", 4);
    await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
    assert.deepEqual(late, ["first", "on"], "a listener that an onAny listener adds: onAny from the next event on");
    socket.disconnect();
  },
  async "a listener or an answer that throws is reported, and harms nothing"(open) {
    const { server } = await open();
    for (const options of [polling, websocket]) {
      const socket = connect(server.url, options);
      socket.on("disconnect", (reason) => assert.fail(reason));
      const reported = [];
      const note = (error) => reported.push(error.message);
      process.on("uncaughtException", note);
      const seen = [];
      socket.on("message-back", () => { throw new Error("in a listener"); });
      socket.on("message-back", (n) => seen.push(n));
      socket.emit("message", 1);
      socket.emit("message-with-ack", () => { throw new Error("in an answer"); });
      socket.emit("message", 2);
      await socket.timeout(DEADLINE).emitWithAck("message-with-ack");
      process.off("uncaughtException", note);
      assert.deepEqual(seen, [1, 2]);
      assert.deepEqual(reported, ["in a listener", "in an answer", "in a listener"]);
      socket.off("disconnect").disconnect();
    }
  },
  async "nonsense from the server ends the session with a parse error"(open) {
    const { server } = await open();
    for (const nonsense of ["49", "42{}", "42[", "451-[\"a\"]", "x"]) {
      server.io.engine.once("connection", (engine) => engine.once("packet", () => engine.transport.socket._sender && engine.transport.socket.send(nonsense)));
      const socket = connect(server.url, { ...websocket, reconnection: false });
      if (nonsense.startsWith("451")) server.io.once("connection", (peer) => peer.emit("message-back"));
      const [what] = await soon(new Promise((done) => socket.once("disconnect", (reason) => done([reason])).once("connect_error", (error) => done([error.message]))), "end");
      assert.match(String(what), /parse error|unknown|invalid|JSON|text instead|illegal/i);
      socket.disconnect();
    }
  },
};

let [passed, failed] = [0, 0];
for (const [title, test] of Object.entries(tests)) {
  if (flags.only && !title.includes(flags.only)) continue;
  const opened = [];
  const open = async (options, proxied) => {
    const server = await start(options);
    opened.push(server);
    const through = proxied && (await proxy(server.url));
    if (through) opened.unshift(through);
    return { server, through };
  };
  try {
    await test(open);
    passed += 1;
    console.log(`ok   ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${title}\n     ${String(error?.stack ?? error).split("\n").slice(0, 8).join("\n     ")}`);
  }
  for (const thing of opened) await thing.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
