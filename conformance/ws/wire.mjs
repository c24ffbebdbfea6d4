// WebSocket on a raw socket: frames of any kind, legal or not, and what comes back as words.
import net from "node:net";
import zlib from "node:zlib";
import { createHash } from "node:crypto";

export const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];
export const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
const DEADLINE = 5000; // ms for one case
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

const buffer = (payload) => (Buffer.isBuffer(payload) ? payload : Buffer.from(payload));

/** A frame. `form` is how the length is written (7, 16 or 64 bits; by default the shortest), `length` what it says. */
export function frame(opcode, payload = "", { fin = 1, rsv = 0, mask = KEY, form, length, masked = mask !== null } = {}) {
  const body = buffer(payload);
  const size = BigInt(length ?? body.length);
  form ??= size < 126n ? 7 : size < 65536n ? 16 : 64;
  const head = Buffer.alloc(form === 7 ? 2 : form === 16 ? 4 : 10);
  head[0] = (fin << 7) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (form === 7 ? Number(size) : form === 16 ? 126 : 127);
  if (form === 16) head.writeUInt16BE(Number(size), 2);
  if (form === 64) head.writeBigUInt64BE(BigInt.asUintN(64, size), 2);
  if (!mask) return Buffer.concat([head, body]);
  return Buffer.concat([head, mask, Buffer.from(body.map((byte, at) => byte ^ mask[at % 4]))]);
}
export const text = (payload, options) => frame(TEXT, payload, options);
export const binary = (payload, options) => frame(BINARY, payload, options);
export const more = (payload, options) => frame(CONTINUATION, payload, options);
export const ping = (payload, options) => frame(PING, payload, options);
export const pong = (payload, options) => frame(PONG, payload, options);
export const close = (code, reason = "", options) => {
  if (code === undefined) return frame(CLOSE, "", options);
  const body = buffer(reason);
  return frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 255]), body]), options);
};
export const hex = (digits) => Buffer.from(digits.replaceAll(" ", ""), "hex");

/** A message as zlib compresses it, after the messages before it if there are any. */
export function deflate(payload, { before, level, windowBits } = {}) {
  const dictionary = before === undefined ? undefined : buffer(before);
  const out = zlib.deflateRawSync(buffer(payload), { finishFlush: zlib.constants.Z_SYNC_FLUSH, dictionary, level, windowBits });
  return out.subarray(0, -4);
}

/** An event as a word: `text:Hello`, `binary:00ff`, long ones by length and digest. */
export function word(kind, payload) {
  const body = buffer(payload);
  if (body.length > 48) return `${kind}:${body.length}#${createHash("sha1").update(body).digest("hex").slice(0, 8)}`;
  const plain = kind !== "binary" && /^[\x20-\x7e]*$/.test(body.toString("latin1"));
  return `${kind}:${plain ? body.toString("latin1").replaceAll(" ", "_") : body.toString("hex")}`;
}

/** Words for the frames that a server sent. `marks` adds `*` to compressed messages. */
class Reader {
  constructor(marks) { Object.assign(this, { rest: Buffer.alloc(0), words: [], history: Buffer.alloc(0), message: null, marks }); }

  push(bytes) {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const { rest } = this;
      if (rest.length < 2) return;
      const short = rest[1] & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (rest.length < head) return;
      const length = short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
      if (rest.length < head + length) return;
      this.rest = rest.subarray(head + length);
      this.frame(rest[0], rest[1] & 128, rest.subarray(head, head + length));
    }
  }

  frame(first, masked, payload) {
    const [fin, compressed, reserved, opcode] = [first & 128, first & 64, first & 48, first & 15];
    if (masked || reserved) this.words.push("illegal");
    if (opcode === CLOSE) return this.words.push(payload.length < 2 ? "close" : `close:${payload.readUInt16BE(0)}`);
    if (opcode === PING || opcode === PONG) return this.words.push(word(opcode === PING ? "ping" : "pong", payload));
    if (opcode !== CONTINUATION) this.message = { kind: opcode === TEXT ? "text" : "binary", compressed, parts: [] };
    this.message.parts.push(payload);
    if (!fin) return;
    let whole = Buffer.concat(this.message.parts);
    if (this.message.compressed) {
      const dictionary = this.history.length ? this.history.subarray(-32768) : undefined;
      whole = zlib.inflateRawSync(Buffer.concat([whole, TAIL]), { finishFlush: zlib.constants.Z_SYNC_FLUSH, dictionary });
      this.history = Buffer.concat([this.history, whole]);
    }
    this.words.push(word(this.message.kind + (this.marks && this.message.compressed ? "*" : ""), whole));
  }
}

const USUAL = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13" };

/** The bytes of a handshake; a header that is `null` is left out, an array stands there once for each value. */
export function request(host, { path = "/echo", method = "GET", version = "1.1", headers = {}, body = "" } = {}) {
  const lines = Object.entries({ Host: host, ...USUAL, ...headers })
    .flatMap(([name, value]) => (value === null ? [] : [value].flat().map((one) => `${name}: ${one}`)));
  return `${method} ${path} HTTP/${version}\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`;
}

/**
 * What a server makes of a case, as words; `slowly` sends the frames byte by byte. Behind the frames of a case comes a
 * close, unless `then` says "end" (of the stream) or "nothing".
 */
export function observe(address, test, slowly = false) {
  const [host, port] = address.split(":");
  return new Promise((done) => {
    const socket = net.connect({ host, port: Number(port), noDelay: true, allowHalfOpen: true });
    const reader = new Reader(test.marks);
    let [head, opened] = ["", false];
    const end = (how) => {
      clearTimeout(timer);
      socket.destroy();
      done([...reader.words, ...(how ? [how] : [])].join(" "));
    };
    const timer = setTimeout(() => end("late"), DEADLINE);
    const send = async () => {
      const bytes = Buffer.concat([test.bytes ?? Buffer.alloc(0), test.then ? Buffer.alloc(0) : close(1000)]);
      if (slowly) for (const byte of bytes) { socket.write(Buffer.from([byte])); await new Promise(setImmediate); }
      else socket.write(bytes);
      if (test.then === "end") socket.end();
    };
    const answered = () => {
      const [status, ...lines] = head.split("\r\n");
      const headers = Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)).map(([name, value]) => [name.toLowerCase(), value]));
      reader.words.push(status.split(" ")[1] ?? status);
      const extensions = headers["sec-websocket-extensions"];
      if (extensions && test.shows === "extension") reader.words.push(extensions.split(/;\s*/).slice(1).sort().join(";") || "plain");
      if (headers["sec-websocket-protocol"]) reader.words.push(headers["sec-websocket-protocol"]);
      for (const name of test.names ?? []) reader.words.push(`${name}=${headers[name]}`);
      if (reader.words[0] !== "101") return end();
      opened = true;
      void send();
    };
    socket.on("data", (bytes) => {
      if (opened) return reader.push(bytes);
      head += bytes.toString("latin1");
      const at = head.indexOf("\r\n\r\n");
      if (at < 0) return;
      const rest = Buffer.from(head.slice(at + 4), "latin1");
      head = head.slice(0, at);
      answered();
      if (opened && rest.length) reader.push(rest);
    });
    socket.on("end", () => end(opened || reader.words.length ? undefined : "nothing"));
    socket.on("error", (error) => (error.code === "EPIPE" ? undefined : end(error.code)));
    socket.on("connect", () => socket.write(test.request ? test.request(address) : request(address, test)));
  });
}
