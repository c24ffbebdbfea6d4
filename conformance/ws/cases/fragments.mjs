// RFC 6455 section 5.4: messages of several frames.
import { binary, close, frame, more, ping, text } from "../wire.mjs";

const one = (name, bytes, expect, rest = {}) => ({ name, bytes: Buffer.concat([bytes].flat()), expect: `101 ${expect}`, ...rest });
const REFUSED = "close:1002";
const open = { fin: 0 };
const bytewise = (payload) => [...payload].map((byte, at, all) => frame(at ? 0 : 1, byte, { fin: at === all.length - 1 ? 1 : 0 }));

export default [
  one("two fragments", [text("Hel", open), more("lo")], "text:Hello close:1000"),
  one("two fragments of bytes", [binary("Hel", open), more("lo")], "binary:48656c6c6f close:1000"),
  one("three fragments", [text("a", open), more("b", open), more("c")], "text:abc close:1000"),
  one("one byte each", bytewise("fragmentation"), "text:fragmentation close:1000"),
  one("an empty first fragment", [text("", open), more("Hello")], "text:Hello close:1000"),
  one("an empty last fragment", [text("Hello", open), more("")], "text:Hello close:1000"),
  one("an empty fragment between", [text("Hel", open), more("", open), more("lo")], "text:Hello close:1000"),
  one("nothing but empty fragments", [text("", open), more("", open), more("")], "text: close:1000"),
  one("two fragmented messages", [text("a", open), more("b"), binary("c", open), more("d")], "text:ab binary:6364 close:1000"),
  one("a continuation of nothing", more("x"), REFUSED),
  one("a continuation of nothing that is not final", more("x", open), REFUSED),
  one("an empty continuation of nothing", more(""), REFUSED),
  one("a continuation of a message that is over", [text("a"), more("b")], `text:a ${REFUSED}`),
  one("a continuation after a fragmented message", [text("a", open), more("b"), more("c")], `text:ab ${REFUSED}`),
  one("a text inside of a text", [text("a", open), text("b")], REFUSED),
  one("bytes inside of a text", [text("a", open), binary("b")], REFUSED),
  one("a text inside of bytes", [binary("a", open), text("b")], REFUSED),
  one("a new fragmented message inside of another", [text("a", open), text("b", open), more("c")], REFUSED),
  one("a close between fragments", [text("a", open), close(1000), more("b")], "close:1000", { then: "nothing", atOnce: true }),
  one("a continuation after a ping", [ping("p"), more("b")], `pong:p ${REFUSED}`),
  one("a reserved opcode between fragments", [text("a", open), frame(3, "b")], REFUSED),
  one("as many fragments as are allowed", [text("x", open), ...Array.from({ length: 14 }, () => more("x", open)), more("x")], "text:xxxxxxxxxxxxxxxx close:1000"),
  one("one fragment more than is allowed", [text("x", open), ...Array.from({ length: 15 }, () => more("x", open)), more("x")], "close:1008"),
  one("pings do not count as fragments", [text("x", open), ...Array.from({ length: 20 }, () => ping("")), more("y")], `${"pong: ".repeat(20)}text:xy close:1000`),
];
