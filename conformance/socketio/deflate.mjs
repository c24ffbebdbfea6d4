// permessage-deflate under Socket.IO with the official client: it is agreed on, what is long travels short, and everything
// arrives as it was.
//   node socketio/deflate.mjs [--url http://127.0.0.1:PORT]     without --url against the reference server of server.mjs
// The server must compress messages of 1024 bytes and more. Every wait has a deadline.
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import * as client from "socket.io-client-4.8";
import { start } from "./server.mjs";

const { values: flags } = parseArgs({ options: { url: { type: "string" } } });
const DEADLINE = 10_000;
const reference = flags.url ? undefined : await start({ perMessageDeflate: { threshold: 1024 } });
const url = flags.url ?? reference.url;

const soon = (promise, what) => Promise.race([promise, new Promise((_, late) => setTimeout(() => late(new Error(`no ${what}`)), DEADLINE).unref())]);
const next = (socket, event) => soon(new Promise((done) => socket.once(event, (...args) => done(args))), event);
const ask = (socket, ...args) => soon(new Promise((done) => socket.emit(...args, (...answer) => done(answer))), `answer to ${args[0]}`);
/** The socket of the client's WebSocket, which counts bytes. */
const raw = (socket) => socket.io.engine.transport.ws._socket;
const text = "onions ".repeat(5_000);
const bytes = Buffer.from(text);

const cases = {
  "it is agreed on": async (sockets) => {
    for (const socket of sockets) assert.equal(socket.io.engine.transport.ws.extensions, "permessage-deflate");
  },
  "a broadcast is short for everybody": async (sockets) => {
    const before = sockets.map((socket) => raw(socket).bytesRead);
    const all = Promise.all(sockets.map((socket) => next(socket, "said")));
    sockets[0].emit("io-all", "said", text, 1);
    for (const args of await all) assert.deepEqual(args, [text, 1]);
    sockets.forEach((socket, i) => assert.ok(raw(socket).bytesRead - before[i] < text.length / 10));
  },
  "answers are short both ways": async ([socket]) => {
    const before = [raw(socket).bytesRead, raw(socket).bytesWritten];
    assert.deepEqual(await ask(socket, "message-with-ack", text), [text]);
    const after = [raw(socket).bytesRead, raw(socket).bytesWritten];
    after.forEach((count, i) => assert.ok(count - before[i] < text.length / 10));
  },
  "attachments too": async ([socket]) => {
    const before = raw(socket).bytesRead;
    const [back] = await ask(socket, "message-with-ack", { bytes });
    assert.deepEqual(back, { bytes });
    assert.ok(raw(socket).bytesRead - before < text.length / 10);
  },
  "what is incompressible arrives": async ([socket]) => {
    const noise = crypto.getRandomValues(new Uint8Array(50_000));
    const [back] = await ask(socket, "message-with-ack", noise);
    assert.deepEqual(new Uint8Array(back), noise);
  },
  "a hundred messages of any length arrive in order": async ([socket]) => {
    const sent = Array.from({ length: 100 }, (_, i) => text.slice(0, i * 37));
    const seen = [];
    const all = soon(new Promise((done) => socket.on("message-back", (got) => seen.push(got) === sent.length && done())), "messages");
    for (const one of sent) socket.emit("message", one);
    await all;
    socket.off("message-back");
    assert.deepEqual(seen, sent);
  },
};

let passed = 0;
let failed = 0;
for (const transports of [["websocket"], ["polling", "websocket"]]) {
  const sockets = Array.from({ length: 5 }, () => client.io(url, { transports, forceNew: true, perMessageDeflate: { threshold: 1024 } }));
  await Promise.all(sockets.map((socket) => next(socket, "connect")));
  const upgraded = sockets.map(({ io: { engine } }) => engine.transport.name === "websocket" || soon(new Promise((done) => engine.once("upgrade", done)), "upgrade"));
  await Promise.all(upgraded);
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run(sockets);
      passed += 1;
      console.log(`ok   ${transports}: ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${transports}: ${name}: ${error.stack}`);
    }
  }
  for (const socket of sockets) socket.disconnect();
}
console.log(`${passed} passed, ${failed} failed`);
await reference?.close();
process.exit(failed ? 1 : 0);
