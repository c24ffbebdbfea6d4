/*
 * cepa.js: a Socket.IO 5 / Engine.IO 4 client as one ES module, without dependencies or a build step.
 *
 *     import { connect } from "/socket.io/cepa.js";
 *     const socket = connect({ auth: { nick: "ana" } });            // this page's origin, namespace "/"
 *     socket.on("message", (message, answer) => answer?.("seen"));  // the last argument answers, when the server asked
 *     const stored = await socket.timeout(5000).emitWithAck("say", { text: "hello", picture: file });
 *
 * It speaks to any Socket.IO server of version 3 or later, and follows the names of the official client, so that a page
 * can change from one to the other. It runs in browsers and in Node 20 (give it `options.WebSocket` there).
 *
 * Layers, top down (one file on purpose: a page loads one module):
 *   Socket     one namespace: events, acknowledgements, what waits for the connection
 *   Manager    one server: joins packets and attachments, shares one engine among namespaces, reconnects
 *   Engine     one Engine.IO session: handshake, heartbeat, the queue, the upgrade from polling to WebSocket
 *   Polling, WebSocketLink   carry Engine.IO packets: a string (type digit first) or bytes (a binary message)
 *
 * Invariants:
 *   - Packets leave in the order of the emits; an event's text and its attachments are never interleaved with others.
 *   - During an upgrade nothing is sent from "3probe" until the GET and POST under way have ended; then "5", then the queue.
 *   - A session that heard nothing for pingInterval + pingTimeout is over, whatever the transport says.
 *   - What waits for a connection is bounded (`bufferLimit` events a namespace); beyond that `emit` throws.
 *   - Binary arrives as ArrayBuffer on every transport.
 *   - At most one CONNECT of a namespace is unanswered; an answer that nobody waits for any more is answered with DISCONNECT.
 *
 * Not done: Engine.IO 3, JSON-P, WebTransport, other parsers (msgpack), `retries`, `tryAllTransports`.
 */

const DEFAULTS = {
  path: "/socket.io/",
  namespace: undefined, // else the path of the URL, else "/"
  auth: undefined, // an object, or a function: () => object or promise, or (callback) => void
  query: {}, // added to every request
  transports: ["polling", "websocket"], // the first opens; polling goes over to websocket where both are named
  upgrade: true,
  autoConnect: true,
  forceNew: false, // do not share the connection with other namespaces of this server
  reconnection: true,
  reconnectionAttempts: Infinity,
  reconnectionDelay: 1000, // ms; doubles with every attempt ...
  reconnectionDelayMax: 5000, // ... up to this ...
  randomizationFactor: 0.5, // ... and is moved by up to this share, so that a crowd does not return at once
  timeout: 20000, // ms for a handshake, and for a probe
  ackTimeout: undefined, // ms; default for acknowledgements (none)
  bufferLimit: 1000,
  withCredentials: false,
  extraHeaders: {}, // polling only: a browser's WebSocket takes none
  fetch: undefined, // default: the global ones
  WebSocket: undefined,
};

const RESERVED = new Set(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]);
const CONNECT = 0, DISCONNECT = 1, EVENT = 2, ACK = 3, CONNECT_ERROR = 4, BINARY_EVENT = 5, BINARY_ACK = 6;
const SEPARATOR = "\x1e";

/** Runs the application's code: what it throws is reported as uncaught, and is no failure of the connection. */
function guard(run) {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => { throw error; });
  }
}

class Emitter {
  #listeners = new Map();

  /** Calls `listener` on every `event`. */
  on(event, listener) {
    const list = this.#listeners.get(event);
    this.#listeners.set(event, list ? [...list, listener] : [listener]); // copied: a running `notify` keeps its own list
    return this;
  }

  /** Calls `listener` on the next `event` only. */
  once(event, listener) {
    const wrapped = (...args) => (this.off(event, wrapped), listener.apply(this, args));
    wrapped.listener = listener;
    return this.on(event, wrapped);
  }

  /** Removes one listener, or all of an event, or all. */
  off(event, listener) {
    if (event === undefined) this.#listeners.clear();
    else if (listener === undefined) this.#listeners.delete(event);
    else {
      const rest = (this.#listeners.get(event) ?? []).filter((l) => l !== listener && l.listener !== listener);
      rest.length ? this.#listeners.set(event, rest) : this.#listeners.delete(event);
    }
    return this;
  }

  notify(event, ...args) {
    for (const listener of this.#listeners.get(event) ?? []) guard(() => listener.apply(this, args));
  }
}

// ---------------------------------------------------------------------------------------------- packets

const isBlob = (value) => typeof Blob !== "undefined" && value instanceof Blob;
const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value) || isBlob(value);

/** Replaces binary values by placeholders, depth first in insertion order. */
function takeOut(value, attachments) {
  if (value === null || typeof value !== "object") return value;
  if (isBinary(value)) return { _placeholder: true, num: attachments.push(value) - 1 };
  if (typeof value.toJSON === "function") return takeOut(value.toJSON(), attachments);
  if (Array.isArray(value)) return value.map((item) => takeOut(item, attachments));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, takeOut(item, attachments)]));
}

function putBack(value, attachments) {
  if (value === null || typeof value !== "object") return value;
  if (value._placeholder === true) {
    if (!(Number.isInteger(value.num) && value.num >= 0 && value.num < attachments.length)) throw new Error("illegal attachments");
    return attachments[value.num];
  }
  for (const [key, item] of Object.entries(value)) {
    const whole = putBack(item, attachments);
    if (whole !== item) value[key] = whole;
  }
  return value;
}

/** One Socket.IO packet as Engine.IO packets: the text, then its attachments. */
function encode(type, namespace, id, data) {
  const attachments = [];
  if (type === EVENT || type === ACK) data = takeOut(data, attachments);
  let text = "4";
  if (attachments.length) text += (type === EVENT ? BINARY_EVENT : BINARY_ACK) + `${attachments.length}-`;
  else text += type;
  if (namespace !== "/") text += namespace + ",";
  if (id !== undefined) text += id;
  if (data !== undefined) text += JSON.stringify(data);
  return [text, ...attachments];
}

function decode(text) {
  const [whole, type, count, namespace = "/", id] = /^([0-6])(?:(\d+)-)?(\/[^,]*)?,?(\d+)?/.exec(text) ?? [];
  if (whole === undefined) throw new Error("unknown packet");
  const rest = text.slice(whole.length);
  const packet = { type: Number(type), namespace, id: id && Number(id), data: rest ? JSON.parse(rest) : undefined };
  const { data } = packet;
  packet.awaiting = packet.type >= BINARY_EVENT ? Number(count) : 0;
  if (packet.type >= BINARY_EVENT) packet.type -= BINARY_EVENT - EVENT;
  const legal =
    packet.type === EVENT ? Array.isArray(data) && (typeof data[0] === "number" || (typeof data[0] === "string" && !RESERVED.has(data[0])))
    : packet.type === ACK ? Array.isArray(data)
    : packet.type === CONNECT ? data === undefined || typeof data === "object"
    : packet.type === DISCONNECT ? data === undefined
    : typeof data === "string" || typeof data === "object";
  if (!legal || Number.isNaN(packet.awaiting)) throw new Error("invalid payload");
  return packet;
}

const bytesOf = async (value) =>
  isBlob(value) ? new Uint8Array(await value.arrayBuffer())
  : value instanceof ArrayBuffer ? new Uint8Array(value)
  : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);

async function toBase64(value) {
  const bytes = await bytesOf(value);
  let latin = "";
  for (let at = 0; at < bytes.length; at += 0x8000) latin += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(latin);
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;

/** Bytes that an Engine.IO packet takes in a polling body. */
const sizeInBody = (packet) =>
  typeof packet === "string" ? new TextEncoder().encode(packet).length
  : 1 + 4 * Math.ceil((packet.size ?? packet.byteLength) / 3);

// ---------------------------------------------------------------------------------------------- transports
// A transport calls on.packet(packet) and, at most once, on.close(reason, error).

class Polling {
  name = "polling";
  #engine; #on;
  #abort = new AbortController();
  #getting; #posting;
  #paused = false;

  constructor(engine, on) {
    this.#engine = engine;
    this.#on = on;
    this.#getting = this.#poll();
  }

  async #request(init) {
    const { options } = this.#engine;
    const response = await (options.fetch ?? fetch)(this.#engine.url("http", this.name), {
      cache: "no-store",
      credentials: options.withCredentials ? "include" : "same-origin",
      signal: this.#abort.signal,
      ...init,
      headers: { ...init?.headers, ...options.extraHeaders },
    });
    const text = await response.text();
    if (!response.ok) throw Object.assign(new Error(`polling: ${response.status} ${text.slice(0, 200)}`), { status: response.status });
    return text;
  }

  #fail(error) {
    if (!this.#abort.signal.aborted) this.#on.close("transport error", error);
  }

  async #poll() {
    try {
      while (!this.#paused && !this.#abort.signal.aborted) {
        const body = await this.#request();
        for (const packet of body.split(SEPARATOR)) this.#on.packet(packet[0] === "b" ? fromBase64(packet.slice(1)) : packet);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  resume() {
    this.#paused = false;
    this.#getting = this.#getting.then(() => this.#poll()); // a loop still under way goes on by itself: never two GETs
  }

  /** Starts no further GET; resolves when the requests under way have ended. */
  async pause() {
    this.#paused = true;
    await Promise.all([this.#getting, this.#posting]);
  }

  async #post(packets) {
    const body = await Promise.all(packets.map(async (p) => (typeof p === "string" ? p : "b" + (await toBase64(p)))));
    await this.#request({ method: "POST", headers: { "Content-Type": "text/plain;charset=UTF-8" }, body: body.join(SEPARATOR) });
  }

  send(packets) {
    return (this.#posting = this.#post(packets).catch((error) => this.#fail(error)));
  }

  stop() {
    this.#abort.abort();
  }
}

class WebSocketLink {
  name = "websocket";
  on;
  #socket;

  constructor(engine, on) {
    this.on = on;
    const socket = new (engine.options.WebSocket ?? globalThis.WebSocket)(engine.url("ws", this.name));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.on.open?.();
    socket.onmessage = ({ data }) => this.on.packet(data);
    socket.onerror = (event) => this.#end("transport error", event.error ?? new Error("websocket error"));
    socket.onclose = ({ code, reason }) => this.#end("transport close", new Error(`websocket closed (${code}${reason && " " + reason})`));
    this.#socket = socket;
  }

  get isOpen() {
    return this.#socket.readyState === 1;
  }

  #end(reason, error) {
    const { on } = this;
    this.on = { packet() {}, close() {} };
    on.close(reason, error);
  }

  send(packets) {
    for (const packet of packets) this.#socket.send(packet);
  }

  stop() {
    this.on = { packet() {}, close() {} };
    this.#socket.close();
  }
}

// ---------------------------------------------------------------------------------------------- one session

class Engine {
  state = "opening"; // -> open -> closed
  transport;
  options;
  #base; #on; #sid; #maxPayload = Infinity;
  #queue = [];
  #sending = false;
  #closing = false; // what is queued still goes out, then the session ends
  #candidate; // a WebSocket being probed
  #upgrading = false; // between "3probe" and "5"
  #deadline; #patience; #watch; // heartbeat: silent until, allowed silence, the timer that looks

  constructor(base, options, on) {
    this.#base = base;
    this.options = options;
    this.#on = on;
    this.#patience = options.timeout;
    this.#heard();
    this.#listen();
    globalThis.addEventListener?.("offline", this.#offline);
    const link = { packet: (packet) => this.#receive(packet), close: (reason, error) => this.#end(reason, error) };
    try {
      this.transport = options.transports[0] === "websocket" ? new WebSocketLink(this, link) : new Polling(this, link);
    } catch (error) {
      queueMicrotask(() => this.#end("transport error", error)); // the caller first gets hold of this session
    }
  }

  url(scheme, transport) {
    const url = new URL(this.options.path.replace(/\/?$/, "/"), this.#base);
    if (scheme === "ws") url.protocol = url.protocol.replace("http", "ws");
    const query = { ...this.options.query, EIO: 4, transport, ...(this.#sid && { sid: this.#sid }) };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  }

  #offline = () => this.#end("transport close", new Error("the network is gone"));

  #heard() {
    this.#deadline = Date.now() + this.#patience;
  }

  /** One timer a session, which is set again for what is left, instead of one a packet. */
  #listen() {
    clearTimeout(this.#watch);
    const left = this.#deadline - Date.now();
    if (left > 0) this.#watch = setTimeout(() => this.#listen(), left);
    else if (this.state === "opening") this.#end("timeout", new Error("timeout"));
    else this.#end("ping timeout");
  }

  #receive(packet) {
    if (this.state === "closed") return;
    if (this.state === "opening") return this.#opened(packet);
    this.#heard();
    if (typeof packet !== "string") return this.#on.message(packet);
    switch (packet[0]) {
      case "1": return this.#end("transport close", new Error("closed by the server"));
      case "2": return this.send(["3" + packet.slice(1)]);
      case "4": return this.#on.message(packet.slice(1));
      case "6": return;
      default: return this.#end("parse error", new Error("unknown engine packet"));
    }
  }

  #opened(packet) {
    let hello;
    try {
      if (packet[0] !== "0") throw new Error("no open packet");
      hello = JSON.parse(packet.slice(1));
    } catch (error) {
      return this.#end("parse error", error);
    }
    this.#sid = hello.sid;
    this.#maxPayload = hello.maxPayload ?? Infinity;
    this.#patience = hello.pingInterval + hello.pingTimeout;
    this.state = "open";
    this.#heard();
    this.#listen();
    this.#on.open();
    const wanted = this.options.upgrade && this.transport.name === "polling" && this.options.transports.includes("websocket");
    if (this.state === "open" && wanted && hello.upgrades?.includes("websocket") && (this.options.WebSocket ?? globalThis.WebSocket)) this.#probe();
    this.#flush();
  }

  #probe() {
    const timer = setTimeout(() => giveUp(), this.options.timeout);
    const giveUp = () => {
      clearTimeout(timer);
      this.#candidate = undefined;
      link.stop();
      if (!this.#upgrading) return; // polling never stopped
      this.#upgrading = false;
      this.transport.resume();
      this.#flush();
    };
    let link;
    try {
      link = new WebSocketLink(this, {
        open: () => link.send(["2probe"]),
        packet: (packet) => (packet === "3probe" && !this.#upgrading ? this.#moveTo(link, timer) : giveUp()),
        close: giveUp,
      });
    } catch {
      return clearTimeout(timer); // refused by a policy of the page: polling goes on
    }
    this.#candidate = { stop: () => (clearTimeout(timer), link.stop()) };
  }

  async #moveTo(link, timer) {
    this.#upgrading = true;
    const polling = this.transport;
    await polling.pause(); // the server ends a GET that waits
    if (this.state !== "open" || !link.isOpen) return; // its end is on the way
    clearTimeout(timer);
    link.on = { packet: (packet) => this.#receive(packet), close: (reason, error) => this.#end(reason, error) };
    link.send(["5"]);
    this.transport = link;
    this.#candidate = undefined;
    this.#upgrading = false;
    polling.stop();
    this.#on.upgrade();
    this.#flush();
  }

  /** Whether a packet would leave now. */
  get writable() {
    return this.state === "open" && !this.#upgrading && !this.#sending && this.#queue.length === 0;
  }

  /** Whether the server was heard in time. Timers sleep with the machine, so that it may turn out here that it was not. */
  get isHeard() {
    if (Date.now() <= this.#deadline) return true;
    queueMicrotask(() => this.#end("ping timeout")); // who asks keeps what it was about to send
    return false;
  }

  send(packets) {
    if (!this.isHeard) return;
    this.#queue.push(...packets);
    this.#flush();
  }

  async #flush() {
    if (this.state !== "open" || this.#upgrading || this.#sending) return;
    if (this.transport.name === "websocket") {
      this.transport.send(this.#queue.splice(0));
    } else {
      this.#sending = true;
      while (this.#queue.length && !this.#upgrading && this.state === "open") await this.transport.send(this.#batch());
      // The close packet has a POST of its own: a server may act on it before the last event of the same body.
      if (this.#closing && !this.#upgrading && this.state === "open") await this.transport.send(["1"]);
      this.#sending = false;
    }
    if (this.#closing && !this.#upgrading) this.#end("forced close");
  }

  /** As many packets as fit in one POST, one at least. */
  #batch() {
    let count = 0;
    for (let size = 0; count < this.#queue.length; count += 1) {
      size += sizeInBody(this.#queue[count]) + 1;
      if (count > 0 && size > this.#maxPayload) break;
    }
    return this.#queue.splice(0, count);
  }

  /** Ends the session after what is queued. */
  close() {
    if (this.state !== "open") return this.#end("forced close");
    this.#closing = true;
    if (!this.#upgrading) {
      this.#candidate?.stop();
      this.#candidate = undefined;
    }
    this.#flush();
  }

  #end(reason, error) {
    if (this.state === "closed") return;
    this.state = "closed";
    clearTimeout(this.#watch);
    globalThis.removeEventListener?.("offline", this.#offline);
    this.#candidate?.stop();
    this.transport?.stop();
    this.#queue.length = 0;
    this.#on.close(reason, error);
  }
}

// ---------------------------------------------------------------------------------------------- one server

/** Shares one engine among namespaces. Events: open, close, upgrade, reconnect_attempt, reconnect, reconnect_failed. */
class Manager extends Emitter {
  engine;
  sockets = new Map();
  #base; #options;
  #attempts = 0;
  #waiting; // the timer of the next attempt
  #partial; // a packet whose attachments are still to come

  constructor(base, options) {
    super();
    this.#base = base;
    this.#options = options;
  }

  get isOpen() {
    return this.engine?.state === "open";
  }

  open() {
    if (this.engine || this.#waiting) return;
    const engine = new Engine(this.#base, this.#options, {
      open: () => this.engine === engine && this.#opened(),
      upgrade: () => this.notify("upgrade", engine.transport.name),
      message: (data) => this.engine === engine && this.#message(data),
      close: (reason, error) => this.engine === engine && this.#closed(reason, error),
    });
    this.engine = engine;
  }

  #active() {
    return [...this.sockets.values()].filter((socket) => socket.active);
  }

  #opened() {
    const attempts = this.#attempts;
    this.#attempts = 0;
    this.notify("open");
    if (attempts) this.notify("reconnect", attempts);
    for (const socket of this.#active()) socket._opened();
  }

  #message(data) {
    let complete;
    try {
      complete = this.#assemble(data);
    } catch (error) {
      const { engine } = this;
      this.#closed("parse error", error);
      engine.close();
      return;
    }
    if (complete) this.sockets.get(complete.namespace)?._receive(complete);
  }

  /** The packet that `data` completes, if it does. */
  #assemble(data) {
    if (typeof data === "string") {
      if (this.#partial) throw new Error("text instead of an attachment");
      const packet = decode(data);
      if (packet.awaiting === 0) return packet;
      this.#partial = { packet, attachments: [] };
      return undefined;
    }
    if (!this.#partial) throw new Error("binary without an event");
    const { packet, attachments } = this.#partial;
    if (attachments.push(data) < packet.awaiting) return undefined;
    this.#partial = undefined;
    return { ...packet, data: putBack(packet.data, attachments) };
  }

  #closed(reason, error) {
    this.engine = this.#partial = undefined;
    this.notify("close", reason, error);
    for (const socket of this.#active()) socket._closed(reason, error);
    this.#reconnect();
  }

  #reconnect() {
    const o = this.#options;
    if (this.engine || this.#waiting || !o.reconnection || !this.#active().length) return;
    if (this.#attempts >= o.reconnectionAttempts) {
      this.#attempts = 0;
      this.notify("reconnect_failed");
      return;
    }
    const delay = Math.min(o.reconnectionDelay * 2 ** this.#attempts, o.reconnectionDelayMax);
    const moved = delay * (1 + o.randomizationFactor * (2 * Math.random() - 1));
    this.#waiting = setTimeout(this.#attempt, moved);
    globalThis.addEventListener?.("online", this.#attempt);
    globalThis.document?.addEventListener("visibilitychange", this.#seen);
  }

  #seen = () => document.visibilityState === "visible" && this.#attempt();

  #attempt = () => {
    this.#stopWaiting();
    this.#attempts += 1;
    this.notify("reconnect_attempt", this.#attempts);
    if (this.#active().length) this.open();
  };

  #stopWaiting() {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    globalThis.removeEventListener?.("online", this.#attempt);
    globalThis.document?.removeEventListener("visibilitychange", this.#seen);
  }

  /** Ends the session when no namespace needs it any more. */
  _release() {
    if (this.#active().length) return;
    this.#stopWaiting();
    this.#attempts = 0;
    const { engine } = this;
    this.engine = this.#partial = undefined;
    engine?.close();
  }
}

// ---------------------------------------------------------------------------------------------- one namespace

/**
 * One namespace of one server. Local events: `connect`, `disconnect` (reason, error), `connect_error` (error, with the
 * server's `data`). Reasons: "io server disconnect", "io client disconnect", "ping timeout", "transport close",
 * "transport error", "parse error". After the first two (and a refusal by the server) only `connect()` comes back.
 */
export class Socket extends Emitter {
  id;
  connected = false;
  recovered = false; // the server restored rooms and missed events of the session before
  active = false; // wants to be connected
  #options;
  #flags = {};
  #acks = new Map(); // id -> { settle(error, args) }
  #nextId = 0;
  #unsent = []; // { id, packets }, in the order of the emits
  #asked; // the CONNECT that is unanswered: { engine, given, text, early: events that came before its answer }
  #given = 0; // how often this namespace was given up: what was asked before then is not wanted any more
  #session; #offset; // recovery
  #any = [];

  constructor(manager, namespace, options) {
    super();
    this.io = manager;
    this.namespace = namespace;
    this.#options = options;
    if (options.autoConnect) this.connect();
  }

  /** "polling", "websocket" or undefined. */
  get transport() {
    return this.io.engine?.transport?.name;
  }

  connect() {
    const { active } = this;
    this.active = true;
    if (!this.io.isOpen) this.io.open(); // also when no attempt is to come any more
    else if (!active) this._opened();
    return this;
  }

  disconnect() {
    if (!this.active) return this;
    if (this.connected) this.io.engine?.send(encode(DISCONNECT, this.namespace));
    this.#leave("io client disconnect");
    return this;
  }

  /** The next `emit` must be acknowledged within `ms`; its callback gets an error first. */
  timeout(ms) {
    this.#flags.timeout = ms;
    return this;
  }

  /** The next `emit` is dropped when it cannot leave at once. */
  get volatile() {
    this.#flags.volatile = true;
    return this;
  }

  onAny(listener) {
    this.#any = [...this.#any, listener]; // copied, as in `on`
    return this;
  }

  offAny(listener) {
    this.#any = listener ? this.#any.filter((l) => l !== listener) : [];
    return this;
  }

  /**
   * Sends an event; a function as the last argument is called with the answer (after `timeout`, with an error first).
   * Throws a RangeError when the buffer for a missing connection is full.
   */
  emit(event, ...args) {
    const { timeout = this.#options.ackTimeout, volatile } = this.#flags;
    this.#flags = {};
    const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
    const settle = callback && ((error, answer) => (timeout === undefined ? error || callback(...answer) : error ? callback(error) : callback(null, ...answer)));
    this.#send(event, args, settle, timeout, volatile);
    return this;
  }

  /** Sends an event; resolves with the first argument of the answer, rejects on timeout and disconnection. */
  emitWithAck(event, ...args) {
    const { timeout = this.#options.ackTimeout, volatile } = this.#flags;
    this.#flags = {};
    return new Promise((resolve, reject) =>
      this.#send(event, args, (error, answer) => (error ? reject(error) : resolve(answer[0])), timeout, volatile),
    );
  }

  #send(event, args, settle, timeout, volatile) {
    if (RESERVED.has(event)) throw new TypeError(`"${event}" is a reserved event name`);
    const ready = this.connected && this.io.isOpen && this.io.engine.isHeard;
    const dropped = volatile && !(ready && this.io.engine.writable);
    if (!dropped && !ready && this.#unsent.length >= this.#options.bufferLimit) throw new RangeError("not connected, and the send buffer is full");
    const id = settle ? this.#nextId++ : undefined;
    const packets = encode(EVENT, this.namespace, id, [event, ...args]);
    if (settle) this.#await(id, settle, timeout);
    if (dropped) return;
    if (ready) this.io.engine.send(packets);
    else this.#unsent.push({ id, packets });
  }

  #await(id, settle, timeout) {
    const timer = timeout === undefined ? undefined : setTimeout(() => {
      this.#unsent = this.#unsent.filter((entry) => entry.id !== id);
      done(new Error("operation has timed out"));
    }, timeout);
    const done = (error, answer) => {
      clearTimeout(timer);
      this.#acks.delete(id);
      guard(() => settle(error, answer));
    };
    this.#acks.set(id, done);
  }

  /** The engine is open: asks for this namespace. `early`: where events that come before the answer (of recovery, mostly) go. */
  async _opened(early = []) {
    const { engine } = this.io;
    const given = this.#given;
    const stale = () => !this.active || this.#given !== given || this.io.engine !== engine;
    try {
      const { auth } = this.#options;
      const credentials = typeof auth !== "function" ? auth : await (auth.length ? new Promise(auth) : auth());
      if (stale()) return;
      const recovery = this.#session && { pid: this.#session, offset: this.#offset };
      const [text] = encode(CONNECT, this.namespace, undefined, credentials || recovery ? { ...recovery, ...credentials } : undefined);
      if (this.#asked?.engine !== engine) {
        this.#asked = { engine, given, text, early };
        engine.send([text]);
      } else if (this.#asked.text === text) this.#asked.given = given; // the question on its way is this very one
      // else that one's answer is given back, and asks again
    } catch (error) {
      if (stale()) return;
      this.#leave();
      this.notify("connect_error", error);
    }
  }

  _receive({ type, id, data }) {
    if (type === CONNECT || type === CONNECT_ERROR) this.#answered(type, data);
    else if (type === ACK) this.#acks.get(id)?.(null, data);
    else if (type === EVENT && this.connected) this.#event(id, data);
    else if (type === EVENT) this.#asked?.early?.push([id, data]);
    else if (this.connected) this.#leave("io server disconnect");
  }

  /** The answer to CONNECT. */
  #answered(type, data) {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked && asked.given !== this.#given) {
      if (type === CONNECT) this.io.engine.send(encode(DISCONNECT, this.namespace));
      this.#session = undefined; // what it restored has just been given back
      if (this.active) this._opened(null); // events before the next answer may still be of the session given back
    } else if (type === CONNECT && data?.sid) {
      if (asked) this.#joined(data, asked.early);
    } else if (this.active) {
      const refusal = type === CONNECT ? { message: "the server speaks an older protocol" } : data;
      this.#leave();
      this.notify("connect_error", Object.assign(new Error(refusal.message ?? refusal), { data: refusal.data }));
    }
  }

  #joined({ sid, pid }, early) {
    this.id = sid;
    this.recovered = pid !== undefined && pid === this.#session;
    this.#session = pid;
    this.connected = true;
    for (const [id, data] of early ?? []) this.#event(id, data);
    for (const { packets } of this.#unsent.splice(0)) this.io.engine?.send(packets);
    this.notify("connect");
  }

  #event(id, data) {
    const args = [...data];
    if (id === undefined) {
      if (this.#session && typeof args.at(-1) === "string") this.#offset = args.at(-1);
    } else {
      let answered = false;
      args.push((...answer) => {
        if (answered || !this.connected) return;
        answered = true;
        this.io.engine?.send(encode(ACK, this.namespace, id, answer));
      });
    }
    for (const listener of this.#any) guard(() => listener.apply(this, args));
    this.notify(...args);
  }

  /** The connection is gone; the manager may bring it back. */
  _closed(reason, error) {
    const { connected } = this;
    this.connected = false;
    this.id = undefined;
    const waiting = new Set(this.#unsent.map((entry) => entry.id));
    for (const [id, settle] of [...this.#acks]) if (!waiting.has(id)) settle(new Error("socket has been disconnected"));
    if (connected) this.notify("disconnect", reason, error);
    else if (reason && this.active) this.notify("connect_error", error ?? new Error(reason));
  }

  /** Gives the namespace up until `connect()`. */
  #leave(reason) {
    this.active = false;
    this.#given += 1;
    this._closed(reason);
    this.io._release();
  }
}

const managers = new Map();

/**
 * Connects to `url` (default: this page's origin; its path is the namespace). Namespaces of one server share a connection.
 * Options: see DEFAULTS at the top.
 */
export function connect(url, options) {
  if (typeof url === "object") [url, options] = [undefined, url];
  const chosen = { ...DEFAULTS, ...options };
  const target = new URL(url ?? "/", globalThis.location?.href);
  target.protocol = target.protocol.replace("ws", "http");
  chosen.query = { ...Object.fromEntries(target.searchParams), ...chosen.query };
  const namespace = chosen.namespace ?? target.pathname;
  const key = target.origin + chosen.path;
  let manager = managers.get(key);
  if (!manager || chosen.forceNew || manager.sockets.has(namespace)) {
    manager = new Manager(target.origin, chosen);
    if (!chosen.forceNew) managers.set(key, manager);
  }
  const socket = new Socket(manager, namespace, chosen);
  manager.sockets.set(namespace, socket);
  return socket;
}

export { connect as io, connect as default };
