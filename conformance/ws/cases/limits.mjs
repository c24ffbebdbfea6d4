// Limits of size, the same on both servers: 65,536 bytes a message.
import { binary, more, ping, text, word } from "../wire.mjs";

const one = (name, bytes, expect, rest = {}) => ({ name, bytes: Buffer.concat([bytes].flat()), expect: `101 ${expect}`, ...rest });
const open = { fin: 0 };
const half = Buffer.alloc(32768, "h");
const TOO_BIG = "close:1009";

export default [
  one("a message of the limit", binary(Buffer.alloc(65536)), `${word("binary", Buffer.alloc(65536))} close:1000`),
  one("a message of one byte more", binary(Buffer.alloc(65537)), TOO_BIG),
  one("a text of one byte more", text(Buffer.alloc(65537, "x")), TOO_BIG),
  one("told by the header alone", binary(Buffer.alloc(0), { length: 65537 }), TOO_BIG),
  one("two fragments of the limit", [binary(half, open), more(half)], `${word("binary", Buffer.concat([half, half]))} close:1000`),
  one("two fragments of one byte more", [binary(half, open), more(Buffer.concat([half, Buffer.alloc(1)]))], TOO_BIG),
  one("a fragment after the limit", [binary(half, open), more(half, open), more("x")], TOO_BIG),
  one("an empty fragment after the limit", [binary(half, open), more(half, open), more("")], `${word("binary", Buffer.concat([half, half]))} close:1000`),
  one("the limit is of one message", [binary(half), binary(half), binary(half)], `${`${word("binary", half)} `.repeat(3)}close:1000`),
  one("a ping does not count", [binary(half, open), ping("p".repeat(125)), more(half)], `${word("pong", "p".repeat(125))} ${word("binary", Buffer.concat([half, half]))} close:1000`),
];
