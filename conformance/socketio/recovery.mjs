// Connection state recovery with the official client: it drops and returns 100 times under traffic, and gets every event
// once and in order, as the same socket.
//   node socketio/recovery.mjs [--url http://127.0.0.1:PORT]     without --url against the reference server of server.mjs
// The server must have recovery switched on. Every wait has a deadline.
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import * as client from "socket.io-client-4.8";
import { start } from "./server.mjs";

const { values: flags } = parseArgs({ options: { url: { type: "string" } } });
const RETURNS = 100;
const DEADLINE = 10_000;
const reference = flags.url ? undefined : await start({ connectionStateRecovery: {} });
const url = flags.url ?? reference.url;

const soon = (promise, what) => Promise.race([promise, new Promise((_, late) => setTimeout(() => late(new Error(`no ${what}`)), DEADLINE).unref())]);
const next = (socket, event) => soon(new Promise((done) => socket.once(event, (...args) => done(args))), event);
const ask = (socket, ...args) => soon(new Promise((done) => socket.emit(...args, (...answer) => done(answer))), `answer to ${args[0]}`);

let failed = 0;
for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
  const room = `recovery-${transports}`;
  const options = { transports, reconnectionDelay: 1, reconnectionDelayMax: 5, forceNew: true };
  const talker = client.io(url, options);
  const listener = client.io(url, options);
  try {
    const seen = [];
    listener.on("n", (n, data) => (seen.push(n), n % 3 || assert.equal(data.byteLength ?? data.length, 1)));
    // The client hands events on a tick after it has decoded them. Those that its end comes between it keeps for after the return,
    // with the offset of before them, so that they come again: with any server, each twice, were they not dropped here.
    listener.io.on("reconnect_attempt", () => (listener.receiveBuffer = []));
    await Promise.all([next(talker, "connect"), next(listener, "connect")]);
    const { id } = listener;
    await ask(listener, "join", room);
    await ask(listener, "data", { nick: "ana" });
    let sent = 0;
    const say = () => {
      const args = sent % 3 ? [sent] : [sent, Uint8Array.of(1)];
      talker.emit("to-room", sent % 2 ? room : id, "n", ...args);
      sent += 1;
    };
    let recovered = 0;
    for (let round = 0; round < RETURNS; round += 1) {
      for (let i = 0; i <= round % 5; i += 1) say();
      await soon((async () => { while (seen.length === 0) await new Promise(setImmediate); })(), "first event"); // none, no offset
      const back = next(listener, "connect");
      listener.io.engine.close(); // a loss, to the client; to the server it is one or an end without a word
      for (let i = 0; i < 3; i += 1) say();
      await back;
      recovered += listener.recovered ? 1 : 0;
      assert.equal(listener.id, id, `round ${round}`);
    }
    await ask(talker, "message-with-ack", "settled");
    await ask(listener, "message-with-ack", "settled");
    assert.equal(recovered, RETURNS);
    assert.deepEqual(seen, Array.from({ length: sent }, (_, i) => i));
    const [found] = await ask(listener, "who", room);
    assert.deepEqual(found.map(({ id: who, data }) => [who, data]), [[id, { nick: "ana" }]]);
    console.log(`ok   ${transports}: ${RETURNS} returns, ${sent} events`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${transports}: ${error.stack}`);
  } finally {
    talker.disconnect();
    listener.disconnect();
  }
}
console.log(`${3 - failed} passed, ${failed} failed`);
await reference?.close();
process.exit(failed ? 1 : 0);
