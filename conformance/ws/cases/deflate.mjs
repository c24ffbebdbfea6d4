// RFC 7692 sections 6 to 8: compressed messages, with context takeover and without.
import { randomFillSync } from "node:crypto";
import { binary, close, deflate, frame, hex, more, ping, pong, text, word } from "../wire.mjs";

const one = (name, bytes, expect, { path = "/deflate", offer = "permessage-deflate", ...rest } = {}) => ({ name, path, headers: { "Sec-WebSocket-Extensions": offer }, bytes: Buffer.concat([bytes].flat()), expect: `101 ${expect}`, ...rest });
const packed = { rsv: 4 };
const HELLO = hex("f2 48 cd c9 c9 07 00");
const [takeover, marks] = [{ path: "/takeover" }, { marks: true }];
const WRONG = "close:1007";
const REFUSED = "close:1002";
const TOO_BIG = "close:1009";
const long = Buffer.alloc(20000, "permessage-deflate makes messages shorter; ");
const noise = randomFillSync(Buffer.alloc(20000));
const at = (cut) => [text(HELLO.subarray(0, cut), { ...packed, fin: 0 }), more(HELLO.subarray(cut))];

export default [
  one("the RFC's message", text(HELLO, packed), "text:Hello close:1000"),
  ...[0, 1, 2, 3, 6, 7].map((cut) => one(`the RFC's message cut at ${cut}`, at(cut), "text:Hello close:1000")),
  one("a byte a frame", [...HELLO].map((byte, index) => frame(index ? 0 : 1, Buffer.from([byte]), { rsv: index ? 0 : 4, fin: index === 6 ? 1 : 0 })), "text:Hello close:1000"),
  one("a block without compression", text(hex("00 05 00 fa ff 48 65 6c 6c 6f 00"), packed), "text:Hello close:1000"),
  one("a block that is final", text(hex("f3 48 cd c9 c9 07 00 00"), packed), "text:Hello close:1000"),
  one("a block that is final, and the next message", [text(hex("f3 48 cd c9 c9 07 00 00"), packed), text(HELLO, packed)], "text:Hello text:Hello close:1000"),
  one("a final block, and the next message, with takeover", [text(hex("f3 48 cd c9 c9 07 00 00"), packed), text(HELLO, packed)], "text:Hello text:Hello close:1000", takeover),
  one("a final block without the byte behind it", text(hex("f3 48 cd c9 c9 07 00"), packed), "text:Hello close:1000"),
  one("two blocks", text(hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"), packed), "text:Hello close:1000"),
  one("an empty message", text(hex("00"), packed), "text: close:1000"),
  one("an empty message in a fixed block", text(hex("02 00"), packed), "text: close:1000"),
  one("an empty message of no bytes", text("", packed), "text: close:1000"),
  one("an empty message, and another", [text(hex("00"), packed), text(HELLO, packed)], "text: text:Hello close:1000"),
  one("the second message refers to the first", [text(HELLO, packed), text(hex("f2 00 11 00 00"), packed)], "text:Hello text:Hello close:1000", takeover),
  one("it may not without takeover", [text(HELLO, packed), text(hex("f2 00 11 00 00"), packed)], `text:Hello ${WRONG}`),
  one("it may not when the client gave takeover up", [text(HELLO, packed), text(hex("f2 00 11 00 00"), packed)], `text:Hello ${WRONG}`, { ...takeover, offer: "permessage-deflate; client_no_context_takeover" }),
  one("three with takeover, one of them plain", [text(deflate("one two"), packed), text("one two"), text(deflate("one two", { before: "one two" }), packed)], "text:one_two text:one_two text:one_two close:1000", takeover),
  one("a plain message", text("Hello"), "text:Hello close:1000"),
  one("plain fragments", [text("Hel", { fin: 0 }), more("lo")], "text:Hello close:1000"),
  one("bytes", binary(deflate(hex("00ff00ff")), packed), "binary:00ff00ff close:1000"),
  one("a long message", text(deflate(long), packed), `${word("text*", long)} close:1000`, marks),
  one("a long message in every level", Array.from({ length: 9 }, (_, level) => text(deflate(long, { level: level + 1 }), packed)), `${`${word("text", long)} `.repeat(9)}close:1000`),
  one("a long message that was not compressed", text(long), `${word("text*", long)} close:1000`, marks),
  one("twice the same, with takeover", [text(deflate(long), packed), text(deflate(long, { before: long }), packed)], `${`${word("text*", long)} `.repeat(2)}close:1000`, { ...takeover, ...marks }),
  ...[9, 10, 12, 15].map((windowBits) => one(`a client's window of ${windowBits} bits`, text(deflate(long, { windowBits }), packed), `${word("text", long)} close:1000`, { ...takeover, offer: `permessage-deflate; client_max_window_bits=${windowBits}` })),
  ...[9, 10, 12, 15].map((bits) => one(`a server's window of ${bits} bits`, [text(long), text(long)], `${`${word("text*", long)} `.repeat(2)}close:1000`, { ...takeover, ...marks, offer: `permessage-deflate; server_max_window_bits=${bits}` })),
  one("noise", binary(deflate(noise), packed), `${word("binary", noise)} close:1000`),
  one("noise that was not compressed", binary(noise), `${word("binary", noise)} close:1000`),
  one("a message of the limit", binary(deflate(Buffer.alloc(65536)), packed), `${word("binary", Buffer.alloc(65536))} close:1000`),
  one("one byte more than the limit", binary(deflate(Buffer.alloc(65537)), packed), TOO_BIG),
  one("a bomb of 16 MiB", binary(deflate(Buffer.alloc(16 << 20)), packed), TOO_BIG),
  one("a bomb in fragments", [binary(deflate(Buffer.alloc(1 << 20)).subarray(0, 500), { ...packed, fin: 0 }), more(deflate(Buffer.alloc(1 << 20)).subarray(500))], TOO_BIG),
  one("blocks of nothing up to the limit", binary(Buffer.alloc(60000, hex("000000ffff")), packed), "binary: close:1000"),
  one("blocks of nothing over the limit", [binary(Buffer.alloc(60000, hex("000000ffff")), { ...packed, fin: 0 }), more(Buffer.alloc(60000, hex("000000ffff")))], TOO_BIG),
  one("a declared length over the limit", binary("", { ...packed, length: 1 << 20 }), TOO_BIG),
  one("no deflate data", text(hex("ff ff ff ff"), packed), WRONG),
  one("a reserved kind of block", text(hex("06"), packed), WRONG),
  one("a block whose lengths disagree", text(hex("00 05 00 00 00 48 65 6c 6c 6f 00"), packed), WRONG),
  one("a distance before the beginning", text(hex("f2 00 11 00 00"), packed), WRONG),
  one("no deflate data after a good message", [text(HELLO, packed), text(hex("ff ff ff ff"), packed)], `text:Hello ${WRONG}`),
  one("no deflate data in the second fragment", [text(HELLO, { ...packed, fin: 0 }), more(hex("ff ff ff"))], WRONG),
  one("no UTF-8", text(deflate(hex("80")), packed), WRONG),
  one("no UTF-8 in a long text", text(deflate(Buffer.concat([long, hex("c0")])), packed), WRONG),
  one("a character cut by the end", text(deflate(hex("e282")), packed), WRONG),
  one("a character cut by fragments", (() => { const all = deflate("zwiebelkönigin €"); return [text(all.subarray(0, 9), { ...packed, fin: 0 }), more(all.subarray(9))]; })(), `${word("text", "zwiebelkönigin €")} close:1000`),
  one("no UTF-8, as bytes", binary(deflate(hex("80")), packed), "binary:80 close:1000"),
  one("a ping between compressed fragments", [text(HELLO.subarray(0, 3), { ...packed, fin: 0 }), ping("p"), more(HELLO.subarray(3))], "pong:p text:Hello close:1000"),
  one("a compressed ping", ping("", packed), REFUSED),
  one("a compressed pong", pong("", packed), REFUSED),
  one("a compressed close", close(1000, "", packed), REFUSED),
  one("the bit on a continuation", [text(HELLO.subarray(0, 3), { ...packed, fin: 0 }), more(HELLO.subarray(3), packed)], REFUSED),
  one("the bit on the continuation of a plain message", [text("Hel", { fin: 0 }), more(HELLO, packed)], REFUSED),
  ...[1, 2, 3, 5, 6, 7].map((rsv) => one(`reserved bits ${rsv}`, text(HELLO, { rsv }), REFUSED)),
  one("a compressed continuation of nothing", more(HELLO, packed), REFUSED),
  one("where the offer was declined", text(HELLO, packed), REFUSED, { offer: "x-unknown" }),
];
