// What `variants.mjs` asks of a server: each event of its table, in each namespace, then its doors, then its set-up.
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { ask, next, soon } from "./waiting.mjs";

/** The connection is ordered: what was sent to these sockets before has arrived when this resolves. */
const settled = (...sockets) => Promise.all(sockets.map((socket) => ask(socket, "echo")));
/** With recovery, the last argument of what has no acknowledgement is its offset: the official clients show it. */
const plain = (socket, args) => (socket.offsets ? args.slice(0, -1) : args);
const hear = async (socket, event) => plain(socket, await next(socket, event));
function collect(socket, event) {
  const seen = [];
  socket.on(event, (...args) => seen.push(plain(socket, args)));
  return seen;
}
const join = (room, ...sockets) => Promise.all(sockets.map((socket) => ask(socket, "join", room)));
const collectAll = (event, ...sockets) => sockets.map((socket) => collect(socket, event));
const ids = (...sockets) => sockets.map(({ id }) => id).sort();
const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
const LATE = { err: "operation has timed out" };

/**
 * In each namespace. `ana`, `ben` and `cid` are in it throughout, `guest()` is another one for this case alone, as `room` is,
 * `present()` is everybody there; `departure(id)` resolves with the namespace and the reason of the next `left` about that id.
 */
export const events = {
  async "echo: acknowledged"({ ana }) {
    const args = [1, "2", { 3: ["é€😀"] }, null, true, -0.5];
    assert.deepEqual(await ask(ana, "echo", ...args), args);
    assert.deepEqual(await ask(ana, "echo"), []);
  },
  async "echo: as an event"({ ana }) {
    ana.emit("echo", 1, { a: [] });
    assert.deepEqual(await hear(ana, "echo-back"), [1, { a: [] }]);
    ana.emit("echo");
    assert.deepEqual(await hear(ana, "echo-back"), []);
  },
  async "echo: binary, both ways"({ ana }) {
    const [first, { in: second }, empty] = await ask(ana, "echo", Buffer.from([1, 2]), { in: [Buffer.from([255])] }, Buffer.alloc(0));
    assert.ok(isBinary(first) && isBinary(second[0]) && isBinary(empty));
    assert.deepEqual([first, second[0], empty].map((value) => [...Buffer.from(value)]), [[1, 2], [255], []]);
    ana.emit("echo", Buffer.from([7]));
    assert.deepEqual([...Buffer.from((await hear(ana, "echo-back"))[0])], [7]);
  },
  async "echo: 50 at once, each with its own answer"({ ana }) {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    assert.deepEqual((await Promise.all(numbers.map((i) => ask(ana, "echo", i)))).flat(), numbers);
  },
  async "join, to-room: the others of the room"({ ana, ben, cid, room }) {
    const seen = collectAll(room, ana, ben, cid);
    await join(room, ana, ben);
    await ask(ana, "to-room", room, room, 1, "x");
    await settled(ana, ben, cid);
    assert.deepEqual(seen, [[], [[1, "x"]], []]);
  },
  async "join: a list; leave: one and a list"({ guest, room }) {
    const socket = await guest();
    const rooms = async () => (await ask(socket, "info"))[0].rooms.sort();
    await join([`${room} 1`, `${room} 2`, `${room} 3`], socket);
    assert.deepEqual(await rooms(), [socket.id, `${room} 1`, `${room} 2`, `${room} 3`].sort());
    await ask(socket, "leave", `${room} 1`);
    assert.deepEqual(await rooms(), [socket.id, `${room} 2`, `${room} 3`].sort());
    await ask(socket, "leave", [`${room} 2`, `${room} 3`]);
    assert.deepEqual(await rooms(), [socket.id]);
  },
  async "leave: hears no more"({ ana, ben, room }) {
    const seen = collect(ben, room);
    await join(room, ben);
    await ask(ben, "leave", room);
    await ask(ana, "to-room", room, room);
    await settled(ben);
    assert.deepEqual(seen, []);
  },
  async "to-room: the room of one socket"({ ana, ben, cid, room }) {
    const seen = collectAll(room, ana, ben, cid);
    await ask(ana, "to-room", ben.id, room, "you");
    await settled(ana, ben, cid);
    assert.deepEqual(seen, [[], [["you"]], []]);
  },
  async "to-room: binary"({ ana, ben, room }) {
    await join(room, ben);
    const heard = hear(ben, room);
    ana.emit("to-room", room, room, { data: Buffer.from([7, 8]) }, "text");
    const [{ data }, text] = await heard;
    assert.deepEqual([[...Buffer.from(data)], text], [[7, 8], "text"]);
  },
  async "io-to: each member of several rooms once, the sender too"({ ana, ben, cid, room }) {
    const seen = collectAll(room, ana, ben, cid);
    await join([`${room} 1`, `${room} 2`], ana);
    await join(`${room} 2`, ben);
    await ask(ana, "io-to", [`${room} 1`, `${room} 2`], null, room, 1);
    await settled(ana, ben, cid);
    assert.deepEqual(seen, [[[1]], [[1]], []]);
  },
  async "io-to: but for those of another room, or of several"({ ana, ben, cid, room }) {
    const seen = collectAll(room, ana, ben, cid);
    await join(room, ana, ben, cid);
    await join(`${room} not`, ben);
    await ask(ana, "io-to", room, `${room} not`, room, 1);
    await ask(ana, "io-to", [room], [`${room} not`, cid.id], room, 2);
    await settled(ana, ben, cid);
    assert.deepEqual(seen, [[[1], [2]], [], [[1]]]);
  },
  async "io-all: everybody"({ ana, ben, cid, room }) {
    const seen = collectAll(room, ana, ben, cid);
    await ask(ana, "io-all", room, 1, "x");
    await settled(ana, ben, cid);
    assert.deepEqual(seen, [[[1, "x"]], [[1, "x"]], [[1, "x"]]]);
  },
  async "ask-me: the answer, or none in time"({ guest }) {
    const socket = await guest();
    assert.deepEqual(await ask(socket, "ask-me", 20), [LATE]);
    socket.on("question", (n, answer) => answer({ n }));
    assert.deepEqual(await ask(socket, "ask-me", 5000), [{ ok: { n: 1 } }]);
  },
  async "ask-room: all answer"({ ana, guest, room }) {
    const guests = [await guest(), await guest()];
    await join(room, ...guests);
    guests.forEach((socket, i) => socket.on("question", (n, answer) => answer(n + i)));
    const [{ ok, ...rest }] = await ask(ana, "ask-room", room, 5000);
    assert.deepEqual([ok.sort(), rest], [[1, 2], {}]);
  },
  async "ask-room: one stays silent"({ ana, guest, room }) {
    const [one, silent] = [await guest(), await guest()];
    await join(room, one, silent);
    one.on("question", (_, answer) => answer("here"));
    const answered = next(one, "question");
    const [{ partial, ...rest }] = await ask(ana, "ask-room", room, 1000);
    await answered;
    assert.deepEqual([partial, rest], [["here"], LATE]);
  },
  async "ask-room: nobody there"({ ana, room }) {
    assert.deepEqual(await ask(ana, "ask-room", room, 5000), [{ ok: [] }]);
  },
  async "flood: all of it, in order"({ guest }) {
    const socket = await guest();
    const seen = collect(socket, "f");
    const end = hear(socket, "flood-end");
    socket.emit("flood", 200, 1000, false);
    assert.deepEqual(await end, [200]);
    assert.deepEqual(seen, Array.from({ length: 200 }, (_, i) => [i, "x".repeat(1000)]));
  },
  async "flood: volatile, in order, and the end all the same"({ guest }) {
    const socket = await guest();
    const seen = collect(socket, "f");
    const end = hear(socket, "flood-end");
    socket.emit("flood", 200, 1000, true);
    assert.deepEqual(await end, [200]);
    assert.ok(seen.every(([i], at) => i < 200 && (at === 0 || i > seen[at - 1][0])), `${seen.map(([i]) => i)}`);
  },
  async "kick: this namespace"({ guest, namespace, departure }) {
    const socket = await guest();
    const [lost, left] = [next(socket, "disconnect"), departure(socket.id)];
    socket.emit("kick", false);
    assert.equal((await lost)[0], "io server disconnect");
    assert.deepEqual(await left, [namespace, "server namespace disconnect"]);
  },
  async "kick: the connection"({ guest, namespace, departure }) {
    const socket = await guest();
    const [lost, closed, left] = [next(socket, "disconnect"), next(socket.io.engine, "close"), departure(socket.id)];
    socket.emit("kick", true);
    assert.equal((await lost)[0], "io server disconnect");
    assert.deepEqual(await left, [namespace, "server namespace disconnect"]);
    await closed;
  },
  async "info"({ guest, namespace, way, isOld, upgraded, present, room }) {
    const socket = await guest();
    await upgraded(socket);
    await join(room, socket);
    const [{ clients, local, ...info }] = await ask(socket, "info");
    assert.deepEqual({ ...info, rooms: info.rooms.sort() }, {
      id: socket.id,
      rooms: [socket.id, room].sort(),
      recovered: false,
      transport: way === "polling" ? "polling" : "websocket",
      auth: namespace === "/auth" ? { token: "good" } : {},
      data: {},
    });
    assert.ok(clients >= 10, `${clients} clients`);
    if (isOld && namespace === "/") assert.ok(local > present().length); // whoever connects with protocol 4 is in `/`, too
    else assert.equal(local, present().length);
  },
  async "data: kept with the socket"({ guest }) {
    const socket = await guest();
    await ask(socket, "data", { nick: "eve", at: [1, null] });
    assert.deepEqual((await ask(socket, "info"))[0].data, { nick: "eve", at: [1, null] });
  },
  async "who: those in a room, and all"({ ana, guest, namespace, isOld, present, room }) {
    const [one, two] = [await guest(), await guest()];
    await Promise.all([join(room, one, two), ask(one, "data", { nick: "eve" })]);
    const [found] = await ask(ana, "who", room);
    const sorted = found.map(({ id, rooms, data }) => [id, rooms.sort(), data]).sort(([a], [b]) => (a < b ? -1 : 1));
    const expected = [[one.id, [one.id, room].sort(), { nick: "eve" }], [two.id, [two.id, room].sort(), {}]];
    assert.deepEqual(sorted, expected.sort(([a], [b]) => (a < b ? -1 : 1)));
    const [all] = await ask(ana, "who", null);
    const everybody = ids(...present());
    if (isOld && namespace === "/") assert.ok(everybody.every((id) => all.some((other) => other.id === id)));
    else assert.deepEqual(ids(...all), everybody);
    assert.deepEqual(await ask(ana, "who", `${room} not`), [[]]);
  },
  async "sockets-join: those in a room are in another, too"({ ana, guest, room }) {
    const socket = await guest();
    await join(room, socket);
    await ask(ana, "sockets-join", room, `${room} too`);
    assert.deepEqual((await ask(socket, "info"))[0].rooms.sort(), [socket.id, room, `${room} too`].sort());
    assert.ok(!(await ask(ana, "info"))[0].rooms.includes(`${room} too`));
  },
  async "kick-room: all of a room, from here or from the server"({ ana, guest, namespace, departure, room }) {
    for (const close of [false, true]) {
      const guests = [await guest(), await guest()];
      await join(room, ...guests);
      const lost = soon(Promise.all(guests.map((socket) => next(socket, "disconnect"))), "end of all guests");
      const left = soon(Promise.all(guests.map(({ id }) => departure(id))), "departure of all guests");
      await ask(ana, "kick-room", room, close);
      assert.deepEqual((await lost).map(([reason]) => reason), ["io server disconnect", "io server disconnect"]);
      const departed = [namespace, "server namespace disconnect"];
      assert.deepEqual(await left, [departed, departed]);
    }
  },
  async "nodes-ask: no other server"({ ana }) {
    assert.deepEqual(await ask(ana, "nodes-ask", 1), [{ ok: [] }]);
  },
  async "left: the client disconnects"({ guest, namespace, departure }) {
    const socket = await guest();
    const left = departure(socket.id);
    socket.disconnect();
    assert.deepEqual(await left, [namespace, "client namespace disconnect"]);
  },
  async "left: the connection is lost; back as the same socket with recovery, as another without"({ ana, guest, namespace, departure, recovers, room }) {
    const socket = await guest();
    const seen = collect(socket, room);
    await Promise.all([join(room, socket), ask(socket, "data", { nick: "eve" })]);
    await ask(ana, "io-to", room, null, room, 1);
    await settled(socket);
    const { id } = socket;
    const left = departure(id);
    socket.io.engine.close();
    const [from, reason] = await left;
    const since = performance.now();
    assert.equal(from, namespace);
    assert.match(reason, /^transport (close|error)$/); // as the system tells it: an end or a reset
    await ask(ana, "io-to", room, null, room, 2);
    const back = next(socket, "connect");
    if (recovers) socket.auth = { token: "bad" }; // nobody is asked again
    socket.connect();
    await back;
    const [{ recovered, rooms, data }] = await ask(socket, "info");
    assert.equal(recovered, recovers, `recovered: ${recovered}, after ${Math.round(performance.now() - since)} ms`);
    assert.equal(socket.id === id, recovers);
    assert.deepEqual(rooms.sort(), (recovers ? [id, room] : [socket.id]).sort());
    assert.deepEqual(data, recovers ? { nick: "eve" } : {});
    assert.deepEqual(seen, recovers ? [[1], [2]] : [[1]]);
  },
};

/** Once for each client and transport: who gets in, and the two events of `/`. `open` waits for the connection, `knock` does not. */
export const doors = {
  async "/auth: wants the token"({ knock, refusal, isOld }) {
    for (const auth of [undefined, { token: "bad" }]) {
      const refused = await refusal(knock("/auth", auth));
      assert.deepEqual(refused, isOld ? { code: 401 } : { message: "not authorized", data: { code: 401 } });
    }
  },
  async "unknown namespaces"({ knock, refusal, isOld }) {
    for (const path of ["/nowhere", "/dyn-", "/dyn-x", "/dyn-1x"]) {
      assert.deepEqual(await refusal(knock(path)), isOld ? { message: "Invalid namespace" } : { message: "Invalid namespace", data: undefined });
    }
  },
  async "/dyn-: one is apart from the next"({ open }) {
    const [one, two] = [await open("/dyn-1"), await open("/dyn-22")];
    const seen = collectAll("hi", one, two);
    await ask(one, "io-all", "hi", 1);
    await settled(one, two);
    assert.deepEqual(seen, [[[1]], []]);
  },
  async "one connection, many namespaces: kick of one leaves the others, of the connection none"({ open, shared }) {
    const paths = ["/", "/slow", "/dyn-1"];
    const sockets = await Promise.all(paths.map((path) => open(path, undefined, shared)));
    const [main, slow, numbered] = sockets;
    slow.emit("kick", false);
    assert.equal((await next(slow, "disconnect"))[0], "io server disconnect");
    assert.deepEqual(await ask(main, "echo", 1), [1]);
    const lost = soon(Promise.all([main, numbered].map((socket) => next(socket, "disconnect"))), "end of the others");
    main.emit("kick", true);
    assert.deepEqual((await lost).map(([reason]) => reason), ["io server disconnect", "io server disconnect"]);
  },
  async "flood: more than may wait for one client, which reads"({ open }) {
    const socket = await open("/");
    const seen = collect(socket, "f");
    const end = hear(socket, "flood-end");
    socket.emit("flood", 60, 100_000);
    assert.deepEqual(await end, [60]);
    assert.deepEqual(seen.map(([i, pad]) => [i, pad.length]), Array.from({ length: 60 }, (_, i) => [i, 100_000]));
  },
  async "/: message and message-with-ack"({ open }) {
    const socket = await open("/");
    socket.emit("message", 1, { a: Buffer.from([1]) });
    const [one, { a }] = await hear(socket, "message-back");
    assert.deepEqual([one, [...Buffer.from(a)]], [1, [1]]);
    assert.deepEqual(await ask(socket, "message-with-ack", "x", null), ["x", null]);
  },
};

/** Once for each server: what it was set to, on the raw wire. */
export const setUp = {
  async "the handshake names the intervals and the limit; pages of every origin may read it"({ url }) {
    const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: "https://a.example" } });
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    const { sid, ...open } = JSON.parse((await response.text()).slice(1));
    assert.ok(sid);
    assert.deepEqual(open, { upgrades: ["websocket"], pingInterval: 1000, pingTimeout: 800, maxPayload: 100_000 });
  },
  async "who joins no namespace within connectTimeout is closed, after a ping and its pong"({ url }) {
    const since = performance.now();
    const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    socket.on("message", (text) => text.toString() === "2" && socket.send("3"));
    await soon(new Promise((done) => socket.once("close", done)), "close");
    const waited = performance.now() - since;
    assert.ok(waited >= 1490, `${waited} ms`);
  },
  async "more than maxPayload ends that connection, and no other"({ url }) {
    const connect = async () => {
      const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
      await next(socket, "open");
      return socket;
    };
    const [large, other] = [await connect(), await connect()];
    const closed = next(large, "close");
    large.send("4".padEnd(100_001, "x"));
    await closed;
    await soon(new Promise((done) => other.on("message", (text) => text.toString() === "2" && done())), "ping");
    other.close();
  },
};
