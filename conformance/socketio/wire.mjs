// The wire itself, by raw HTTP and raw WebSocket frames, on a server that speaks the events of README.md: what clients.mjs
// cannot see because a client hides it. The same expectations hold for the real socket.io and for cepa.
//   node socketio/wire.mjs --url http://127.0.0.1:PORT [--only TEXT]
// Without --url it starts the reference. Where cepa differs on purpose, nothing is asked here.
import assert from "node:assert/strict";
import http from "node:http";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { start } from "./server.mjs";

const { values: flags } = parseArgs({ options: { url: { type: "string" }, only: { type: "string" } } });
const reference = flags.url ? undefined : await start();
const base = new URL(flags.url ?? reference.url);
const [PING_INTERVAL, PING_TIMEOUT, LIMIT, DEADLINE] = [300, 1000, 1_000_000, 5000];
const LATE = 400; // ms that a timer may be late on a busy machine
const SEPARATOR = "\x1e";

const soon = (promise, what) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no ${what} within ${DEADLINE} ms`)), DEADLINE); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

// ------------------------------------------------------------------------------------------- raw clients

const agent = new http.Agent({ keepAlive: false });
function request(method, query, body, headers = {}) {
  return soon(new Promise((done, failed) => {
    const sent = http.request({ hostname: base.hostname, port: base.port, method, path: `/socket.io/?${query}`, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => done({ status: response.statusCode, headers: response.headers, text })).on("error", failed);
    });
    sent.on("error", failed);
    sent.end(body);
  }), `answer to ${method} ${query}`);
}

/** A polling session: `get()` and `post(body)`. */
class Polling {
  static async open() {
    const { text } = await request("GET", "EIO=4&transport=polling");
    return Object.assign(new Polling(), { hello: JSON.parse(text.slice(1)) });
  }
  get query() { return `EIO=4&transport=polling&sid=${this.hello.sid}`; }
  get() { return request("GET", this.query); }
  post(body, headers = { "content-type": "text/plain;charset=UTF-8" }) { return request("POST", this.query, body, headers); }

  /** Packets from GETs until `enough(packets)`; answers pings. */
  async until(enough) {
    const packets = [];
    while (!enough(packets)) {
      for (const packet of (await this.get()).text.split(SEPARATOR)) packet === "2" ? await this.post("3") : packets.push(packet);
    }
    return packets;
  }
  async isOver() {
    const { status, text } = await this.get();
    assert.deepEqual([status, JSON.parse(text)], [400, { code: 1, message: "Session ID unknown" }]);
  }
}

/** A WebSocket whose frames can be awaited one by one; pings are answered unless told otherwise. */
class Frames {
  #frames = []; #wanted; #end;
  static async open(query = "EIO=4&transport=websocket", pong = true) {
    const frames = new Frames();
    const socket = new WebSocket(`ws://${base.host}/socket.io/?${query}`);
    socket.on("message", (data, binary) => {
      const frame = binary ? [...data] : String(data);
      if (frame === "2" && pong) return socket.send("3");
      frames.#frames.push(frame);
      frames.#wanted?.();
    });
    frames.closed = new Promise((done) => socket.on("close", (code) => { frames.#end = code; frames.#wanted?.(); done(code); }));
    socket.on("error", () => {});
    frames.socket = socket;
    await soon(new Promise((done, failed) => socket.on("open", done).on("error", failed)), "opening");
    return frames;
  }
  send(...frames) { for (const frame of frames) this.socket.send(typeof frame === "string" ? frame : Uint8Array.from(frame)); }
  async next() {
    if (!this.#frames.length) {
      if (this.#end !== undefined) throw new Error(`closed with ${this.#end}`);
      await soon(new Promise((done) => { this.#wanted = done; }), "frame");
      if (!this.#frames.length) throw new Error(`closed with ${this.#end}`);
    }
    return this.#frames.shift();
  }
  isClosed() { return soon(this.closed, "close"); }
}

/** A WebSocket session in the main namespace, after the server's first event. */
async function joined(connect = "40") {
  const ws = await Frames.open();
  assert.match(await ws.next(), /^0\{/);
  ws.send(connect);
  assert.match(await ws.next(), /^40(\/custom,)?\{"sid":"[\w-]{20}"\}$/);
  assert.match(await ws.next(), /^42(\/custom,)?\["auth",\{\}\]$/);
  return ws;
}

const error = async (answer, status, code, message) => {
  const { status: got, headers, text } = await answer;
  assert.deepEqual([got, JSON.parse(text)], [status, { code, message }]);
  assert.match(headers["content-type"], /^application\/json/);
};

// ------------------------------------------------------------------------------------------- expectations

const closing = {
  "an unknown type": "49", "no digit": "4x", "an empty message": "4", "an empty event": "42[]", "an object for an event": "42{}",
  "an object for a name": '42[{"a":1}]', "text after the payload": '42["m"]x', "text before it": '42abc["m"]', "a broken ack id": '421.5["m"]',
  "broken JSON": '42["m"', "a second CONNECT": "40", "CONNECT_ERROR from a client": '44{"message":"x"}', "an event of a namespace not joined": '42/custom,["m"]',
  "a reserved name": '42["disconnect"]', "no attachments in a binary event": '450-["m"]', "too many attachments": `4511-["m"${',{"_placeholder":true,"num":0}'.repeat(11)}]`,
  "an engine ping from the client": "2", "an unknown engine packet": "7",
};
const harmless = { "a numeric event name": '42[5,"a"]', "an unknown ack id": '435["x"]', "an ack without id": '43["x"]', "a lone surrogate": '42["nobody","\\ud83d"]', "an engine noop": "6" };

const tests = {
  async "handshake over polling"() {
    const { status, headers, text } = await request("GET", "EIO=4&transport=polling");
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/plain; charset=utf-8$/i);
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(Number(headers["content-length"]), text.length);
    const hello = JSON.parse(text.slice(1));
    assert.equal(text, `0${JSON.stringify({ sid: hello.sid, upgrades: ["websocket"], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: LIMIT })}`);
    assert.match(hello.sid, /^[\w-]{20}$/);
  },
  async "handshake over WebSocket"() {
    const hello = await (await Frames.open()).next();
    const { sid } = JSON.parse(hello.slice(1));
    assert.equal(hello, `0${JSON.stringify({ sid, upgrades: [], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: LIMIT })}`);
  },
  async "refused requests say why, with a numeric code"() {
    await error(request("GET", "EIO=4&transport=tarot"), 400, 0, "Transport unknown");
    await error(request("GET", "EIO=4"), 400, 0, "Transport unknown");
    await error(request("GET", "EIO=4&transport=polling&sid=nobody"), 400, 1, "Session ID unknown");
    await error(request("POST", "EIO=4&transport=polling", "40"), 400, 2, "Bad handshake method");
    await error(request("GET", "EIO=4&transport=websocket"), 400, 3, "Bad request");
    await error(request("GET", "EIO=3&transport=polling"), 400, 5, "Unsupported protocol version");
    await error(request("GET", "transport=polling"), 400, 5, "Unsupported protocol version");
  },
  async "polling: POST is answered ok, GET brings all that waits"() {
    const session = await Polling.open();
    const { status, headers, text } = await session.post("40");
    assert.deepEqual([status, headers["content-type"], headers["content-length"], text], [200, "text/html", "2", "ok"]);
    await session.post(['42["message",1]', '420["message-with-ack","é€😀"]', '451-["message",{"_placeholder":true,"num":0}]', "bAQID"].join(SEPARATOR));
    const packets = await session.until((seen) => seen.length >= 6);
    assert.match(packets[0], /^40\{"sid":"[\w-]{20}"\}$/);
    assert.notEqual(JSON.parse(packets[0].slice(2)).sid, session.hello.sid);
    assert.deepEqual(packets.slice(1), ['42["auth",{}]', '42["message-back",1]', '430["é€😀"]', '451-["message-back",{"_placeholder":true,"num":0}]', "bAQID"]);
  },
  async "polling: a second GET is refused and ends the session"() {
    const session = await Polling.open();
    const answers = await Promise.all([session.get(), session.get()]);
    assert.deepEqual(answers.map(({ status, text }) => [status, text]).sort(), [[200, "1"], [400, ""]]);
    await session.isOver();
  },
  async "polling: a binary content type is refused and ends the session"() {
    const session = await Polling.open();
    assert.equal((await session.post("40", { "content-type": "application/octet-stream" })).status, 400);
    await session.isOver();
  },
  async "polling: the limit is accepted, one byte more is 413, and the session lives on"() {
    const session = await Polling.open();
    await session.post("40");
    await session.until((seen) => seen.length >= 2);
    const event = (size) => {
      const [head, tail] = ['420["message-with-ack","', '"]'];
      return head + "x".repeat(size - head.length - tail.length) + tail;
    };
    assert.equal((await session.post(event(LIMIT))).status, 200);
    const [answer] = await session.until((seen) => seen.length >= 1);
    assert.match(answer, /^430\["x+"\]$/);
    assert.equal((await session.post(event(LIMIT + 1))).status, 413);
    await session.post('421["message-with-ack"]');
    assert.deepEqual(await session.until((seen) => seen.length >= 1), ["431[]"]);
  },
  async "polling: a packet that is none ends the session"() {
    for (const body of ["", "x", `6${SEPARATOR}x`]) {
      const session = await Polling.open();
      assert.ok([200, 400].includes((await session.post(body)).status));
      await session.isOver();
    }
  },
  async "polling: the client closes; the GET that waits ends with a noop"() {
    const session = await Polling.open();
    await session.post("40");
    await session.until((seen) => seen.length >= 2);
    const waiting = session.get();
    await new Promise((done) => setImmediate(done));
    assert.equal((await session.post("1")).text, "ok");
    assert.match((await waiting).text, /^(6|2)$/); // a ping may have come just then
    await session.isOver();
  },
  async "polling: the server closes; the GET that waits gets it"() {
    const session = await Polling.open();
    await session.post("40");
    await session.until((seen) => seen.length >= 2);
    await session.post('42["kick",true]');
    const packets = await session.until((seen) => seen.at(-1) === "1");
    assert.deepEqual(packets.filter((packet) => packet !== "6"), ["41", "1"]);
    await session.isOver();
  },
  async "heartbeat: none at once, one after pingInterval, the end pingTimeout later"() {
    const started = performance.now();
    const ws = await Frames.open(undefined, false);
    assert.match(await ws.next(), /^0/);
    assert.equal(await ws.next(), "2");
    const ping = performance.now() - started;
    await ws.isClosed();
    const end = performance.now() - started;
    assert.ok(ping >= PING_INTERVAL - 2 && ping < PING_INTERVAL + LATE, `ping after ${ping} ms`);
    assert.ok(end >= PING_INTERVAL + PING_TIMEOUT - 2 && end < PING_INTERVAL + PING_TIMEOUT + LATE, `end after ${end} ms`);
  },
  async "heartbeat: the next ping counts from the pong"() {
    const ws = await Frames.open(undefined, false);
    await ws.next();
    assert.equal(await ws.next(), "2");
    // The pong is late by the time to another's first ping, which is an interval.
    const other = await Frames.open(undefined, false);
    await other.next();
    assert.equal(await other.next(), "2");
    const since = performance.now();
    ws.send("3");
    assert.equal(await ws.next(), "2");
    const gap = performance.now() - since;
    assert.ok(gap >= PING_INTERVAL - 2 && gap < PING_INTERVAL + LATE, `${gap} ms`);
  },
  async "upgrade: probe, noop, switch; what waited arrives once; polling is over"() {
    const session = await Polling.open();
    await session.post("40");
    await session.until((seen) => seen.length >= 2);
    const waiting = session.get();
    const ws = await Frames.open(`EIO=4&transport=websocket&sid=${session.hello.sid}`);
    ws.send("2probe");
    assert.equal(await ws.next(), "3probe");
    const { text } = await waiting;
    assert.match(text, /^[62]$/);
    ws.send("5");
    ws.send('420["message-with-ack",1]');
    assert.equal(await ws.next(), "430[1]");
    await error(session.get(), 400, 3, "Bad request");
    const again = await Frames.open(`EIO=4&transport=websocket&sid=${session.hello.sid}`);
    await again.isClosed();
    ws.send('421["message-with-ack",2]');
    assert.equal(await ws.next(), "431[2]");
  },
  async "upgrade: garbage on the probe closes it and leaves polling alone"() {
    const session = await Polling.open();
    await session.post("40");
    await session.until((seen) => seen.length >= 2);
    const query = `EIO=4&transport=websocket&sid=${session.hello.sid}`;
    for (const frames of [["garbage"], ["2probe", '42["m"]']]) {
      const ws = await Frames.open(query);
      ws.send(...frames);
      await ws.isClosed();
    }
    await session.post('420["message-with-ack",1]');
    const packets = await session.until((seen) => seen.includes("430[1]"));
    assert.deepEqual(packets.filter((packet) => packet !== "6"), ["430[1]"]);
  },
  async "WebSocket: a message beyond the limit closes with 1009"() {
    const ws = await joined();
    ws.send(`42["m","${"x".repeat(LIMIT)}"]`);
    assert.equal(await ws.isClosed(), 1009);
  },
  async "CONNECT: answer first, events after; a namespace with and without comma; unknown ones"() {
    await joined("40");
    await joined("40/custom,");
    await joined("40/custom");
    const ws = await joined();
    ws.send("40/nowhere,");
    assert.equal(await ws.next(), '44/nowhere,{"message":"Invalid namespace"}');
    ws.send('40/auth,{"token":"bad"}');
    assert.equal(await ws.next(), '44/auth,{"message":"not authorized","data":{"code":401}}');
    ws.send('40/auth,{"token":"good"}');
    assert.match(await ws.next(), /^40\/auth,\{"sid":"[\w-]{20}"\}$/);
    assert.equal(await ws.next(), '42/auth,["auth",{"token":"good"}]');
    ws.send('42/auth,7["message-with-ack",[],{}]');
    assert.equal(await ws.next(), "43/auth,7[[],{}]");
    ws.send("41/auth,");
    ws.send('428["message-with-ack"]');
    assert.equal(await ws.next(), "438[]");
  },
  async "events, acknowledgements and attachments, to the letter"() {
    const ws = await joined();
    ws.send('42["message"]');
    assert.equal(await ws.next(), '42["message-back"]');
    ws.send('42["message",{"z":1,"a":[null,true,1.5,"\\u0001"]}]');
    assert.equal(await ws.next(), '42["message-back",{"z":1,"a":[null,true,1.5,"\\u0001"]}]');
    ws.send('452-["message",{"b":{"_placeholder":true,"num":0},"a":[{"_placeholder":true,"num":1}]}]', [1, 2], [3]);
    assert.equal(await ws.next(), '452-["message-back",{"b":{"_placeholder":true,"num":0},"a":[{"_placeholder":true,"num":1}]}]');
    assert.deepEqual([await ws.next(), await ws.next()], [[1, 2], [3]]);
    ws.send('451-9["message-with-ack",{"_placeholder":true,"num":0}]', [4]);
    assert.equal(await ws.next(), '461-9[{"_placeholder":true,"num":0}]');
    assert.deepEqual(await ws.next(), [4]);
    ws.send('42["ask-me",1]');
    const [, id] = /^42(\d+)\["question",1\]$/.exec(await ws.next()); // one counter a namespace
    ws.send(`43${id}["yes"]`);
    assert.equal(await ws.next(), '42["answered","yes"]');
    ws.send('42["message",{"_placeholder":true,"num":0}]');
    assert.equal(await ws.next(), '42["message-back",{"_placeholder":true,"num":0}]', "without attachments it is plain data");
  },
  async "an event before CONNECT closes the connection"() {
    const ws = await Frames.open();
    await ws.next();
    ws.send('42["message",1]');
    await ws.isClosed();
  },
  async "binary without an event, and text instead of an attachment, close the connection"() {
    const first = await joined();
    first.send([1, 2, 3]);
    await first.isClosed();
    const second = await joined();
    second.send('451-["message",{"_placeholder":true,"num":0}]', '42["message"]');
    await second.isClosed();
    const third = await joined();
    third.send('451-["message",{"_placeholder":true,"num":5}]', [1]);
    await third.isClosed();
  },
  ...Object.fromEntries(Object.entries(closing).map(([what, frame]) => [`closes the connection: ${what}`, async () => {
    const ws = await joined();
    ws.send(frame);
    await ws.isClosed();
  }])),
  ...Object.fromEntries(Object.entries(harmless).map(([what, frame]) => [`does no harm: ${what}`, async () => {
    const ws = await joined();
    ws.send(frame, '421["message-with-ack","on"]');
    assert.equal(await ws.next(), '431["on"]');
    ws.socket.terminate();
  }])),
};

// ------------------------------------------------------------------------------------------- running

let [passed, failed] = [0, 0];
for (const [title, test] of Object.entries(tests)) {
  if (flags.only && !title.includes(flags.only)) continue;
  try {
    await test();
    passed += 1;
    console.log(`ok   ${title}`);
  } catch (failure) {
    failed += 1;
    console.log(`FAIL ${title}\n     ${String(failure?.stack ?? failure).split("\n").slice(0, 14).join("\n     ")}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
