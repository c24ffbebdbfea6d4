/*
 * Six ways for messages to arrive, behind one face. A link belongs to one room and one transport:
 *
 *     const link = open("sse", { room, nick, client, since: () => lastId, on: { message, people, typing, state } });
 *     await link.say({ text, picture, key });   // throws Refused, or an error when nobody answered
 *     link.typing(); link.wake(); link.close();
 *
 * Every link asks for what came after `since()` whenever it (re)connects, so nothing is missed and some may come twice:
 * whoever shows messages drops ids it has. `on.state` gets "connecting", "open" or "lost". `on.replaced()` is called when
 * another tab turns out to have the same client id, and gives a new one.
 */
import * as api from "./api.js";

const POLL_EVERY = 2000; // ms between two short polls
const CALM = 500; // ms at least between two long polls when the first brought nothing new
const HELD = 40_000; // ms for one long poll: the server answers within 25 s
const ANSWER = 10_000; // ms for an answer to `say`
const RETRY = { first: 500, most: 10_000 }; // ms; doubled each time, moved by up to a half

class Link {
  #attempts = 0;
  #wakers = new Set();
  #closed = new AbortController();

  constructor(given) {
    Object.assign(this, given); // room, nick, client, since, on
    this.on.state("connecting");
    const { signal } = this.#closed;
    addEventListener("online", () => this.wake(), { signal });
    addEventListener("offline", () => this.cut(), { signal });
    signal.addEventListener("abort", () => this.cut());
  }

  get closed() {
    return this.#closed.signal.aborted;
  }

  get query() {
    return { client: this.client, nick: this.nick, since: this.since() };
  }

  up() {
    this.#attempts = 0;
    if (!this.closed) this.on.state("open");
  }

  /** The connection is gone; `reason` is the server's sentence, when it said one. */
  down(reason) {
    if (!this.closed) this.on.state("lost", reason);
  }

  /** Resolves after `ms`, or at once when the network comes back, the user asks, or the link is closed. */
  pause(ms) {
    return new Promise((done) => {
      const wake = () => (clearTimeout(timer), this.#wakers.delete(wake), done());
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
    });
  }

  backoff() {
    const delay = Math.min(RETRY.first * 2 ** this.#attempts++, RETRY.most);
    return this.pause(delay * (0.5 + Math.random()));
  }

  wake() {
    for (const wake of [...this.#wakers]) wake();
  }

  /** Ends what is under way; the network is gone, or the link is. */
  cut() {}

  close() {
    this.#closed.abort();
    this.wake();
  }

  say(message) {
    return api.say(this.room, { nick: this.nick, client: this.client, ...message });
  }

  typing() {
    api.typing(this.room, { nick: this.nick, client: this.client }).catch(() => {});
  }
}

/** Short and long polling: one request after another. */
class Polling extends Link {
  silent = true; // the server does not see when this page goes away
  #request;

  constructor(given, held) {
    super(given);
    this.#run(held);
  }

  async #run(held) {
    let version;
    while (!this.closed) {
      this.#request = new AbortController();
      const signal = AbortSignal.any([this.#request.signal, AbortSignal.timeout(HELD)]);
      try {
        const answer = held
          ? await api.wait(this.room, { ...this.query, seen: version }, signal)
          : await api.poll(this.room, this.query, signal);
        const isNew = answer.messages.length > 0 || answer.version !== version;
        version = answer.version;
        this.up();
        if (this.closed) return;
        if (answer.replaced) this.client = this.on.replaced();
        for (const message of answer.messages) this.on.message(message);
        this.on.people(answer.people);
        this.on.typing(answer.typing, true);
        if (!held) await this.pause(POLL_EVERY);
        else if (answer.replaced || !isNew) await this.pause(CALM);
      } catch (error) {
        version = undefined;
        this.down(error instanceof api.Refused ? error.message : undefined);
        await this.backoff();
      }
    }
  }

  cut() {
    this.#request?.abort();
  }
}

/** A transport that is opened, lives, and ends: `dial` resolves when it has ended. */
class Stream extends Link {
  constructor(given) {
    super(given);
    this.#run();
  }

  async #run() {
    await undefined; // the subclass's fields come after this constructor
    while (!this.closed) {
      await this.dial();
      if (this.closed) return;
      this.down();
      await this.backoff();
    }
  }

  take(event, data) {
    if (event === "message") this.on.message(data);
    else if (event === "people") this.on.people(data);
    else if (event === "typing") this.on.typing([data.nick], false);
  }
}

/** Server-sent events. We reconnect ourselves: the browser gives up on an HTTP error, and waits when the network is back. */
class ServerSentEvents extends Stream {
  #end = () => {};

  dial() {
    return new Promise((ended) => {
      const source = new EventSource(api.eventsUrl(this.room, this.query));
      this.#end = () => (source.close(), ended());
      source.onopen = () => this.up();
      source.onerror = () => this.#end();
      for (const event of ["message", "people", "typing"]) {
        source.addEventListener(event, ({ data }) => this.take(event, JSON.parse(data)));
      }
    });
  }

  cut() {
    this.#end();
  }
}

class PlainWebSocket extends Stream {
  #socket;
  #asked = new Map(); // what was said and is not yet answered: key -> { done, failed }

  dial() {
    return new Promise((ended) => {
      const socket = new WebSocket(api.socketUrl(this.room, this.query));
      this.#socket = socket;
      socket.onopen = () => this.up();
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.event === "refused") this.#asked.get(frame.key)?.failed(new api.Refused(frame.data));
        else if (frame.event === "message") this.#asked.get(frame.data.key)?.done(frame.data);
        this.take(frame.event, frame.data);
      };
      socket.onclose = () => {
        for (const { failed } of [...this.#asked.values()]) failed(new Error("The connection ended before an answer came."));
        ended();
      };
    });
  }

  say(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error("There is no connection at the moment."));
    this.#socket.send(JSON.stringify({ event: "say", data: message }));
    return new Promise((done, failed) => {
      const end = (settle) => (value) => (clearTimeout(timer), this.#asked.delete(message.key), settle(value));
      const entry = { done: end(done), failed: end(failed) };
      const timer = setTimeout(() => entry.failed(new Error("No answer from the server.")), ANSWER);
      this.#asked.set(message.key, entry);
    });
  }

  typing() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ event: "typing" }));
  }

  cut() {
    const socket = this.#socket;
    if (!socket) return;
    socket.close();
    socket.onclose?.(); // a close handshake over a dead network takes long
    socket.onclose = socket.onmessage = null;
  }
}

/** Socket.IO through either client: they reconnect by themselves. */
class SocketIo extends Link {
  #socket;

  constructor(given, client) {
    super(given);
    client().then((connect) => this.closed || this.#start(connect), (error) => this.on.state("missing", error.message));
  }

  #start(connect) {
    const socket = connect({ auth: { nick: this.nick, client: this.client }, forceNew: true, reconnectionDelay: RETRY.first, reconnectionDelayMax: RETRY.most });
    this.#socket = socket;
    socket.on("connect", () =>
      socket.timeout(ANSWER).emit("join", { room: this.room, since: this.since() }, (error, answer) => {
        if (error || answer.error) return this.again(() => socket.disconnect().connect(), answer?.error?.detail);
        for (const message of answer.messages) this.on.message(message);
        this.on.people(answer.people);
        this.up();
      }));
    socket.on("message", (message) => this.on.message(message));
    socket.on("people", (people) => this.on.people(people));
    socket.on("typing", ({ nick }) => this.on.typing([nick], false));
    socket.on("disconnect", (reason) => {
      if (reason === "io server disconnect") this.again(() => socket.connect());
      else this.down();
    });
    socket.on("connect_error", (error) => {
      if (socket.active) this.down(); // tries again by itself
      else this.again(() => socket.connect(), error.message); // the server refused, and said why
    });
  }

  async again(connect, reason) {
    this.down(reason);
    await this.backoff();
    if (!this.closed) connect();
  }

  wake() {
    super.wake();
    if (this.#socket && !this.#socket.connected && !this.closed) this.#socket.disconnect().connect();
  }

  async say(message) {
    if (!this.#socket?.connected) throw new Error("There is no connection at the moment.");
    const answer = await new Promise((done, failed) =>
      this.#socket.timeout(ANSWER).emit("say", message, (error, value) => (error ? failed(new Error("No answer from the server.")) : done(value))));
    if (answer.error) throw new api.Refused(answer.error);
    return answer.ok;
  }

  typing() {
    if (this.#socket?.connected) this.#socket.emit("typing");
  }

  close() {
    super.close();
    this.#socket?.disconnect();
  }
}

const ownClient = async () => (await import("/socket.io/cepa.js")).connect;

let bundle;
const officialClient = () =>
  (bundle ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "/socket.io/socket.io.js";
    script.onload = () => done(globalThis.io);
    script.onerror = () => {
      bundle = undefined;
      failed(new Error("The official client is not installed on this server (start it with --client-bundle DIR)."));
    };
    document.head.append(script);
  }));

/** What the switch offers, in this order. */
export const transports = {
  poll: { name: "Short polling", hint: "asks every two seconds", open: (given) => new Polling(given, false) },
  wait: { name: "Long polling", hint: "a question waits for news", open: (given) => new Polling(given, true) },
  sse: { name: "SSE", hint: "one response that never ends", open: (given) => new ServerSentEvents(given) },
  ws: { name: "WebSocket", hint: "one connection, both ways", open: (given) => new PlainWebSocket(given) },
  socketio: { name: "Socket.IO", hint: "polling first, then WebSocket", open: (given) => new SocketIo(given, ownClient) },
  official: { name: "Official", hint: "Socket.IO by its own client", open: (given) => new SocketIo(given, officialClient) },
};

/** Whether the server has the official bundle. */
export const officialAvailable = () =>
  fetch("/socket.io/socket.io.js", { method: "HEAD" }).then(({ ok }) => ok, () => false);
