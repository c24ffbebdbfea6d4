// RFC 6455 section 5.2: lengths and their forms, reserved bits and opcodes, masking.
import { binary, close, frame, hex, more, ping, text, word } from "../wire.mjs";

const one = (name, bytes, expect, rest = {}) => ({ name, bytes: Buffer.concat([bytes].flat()), expect: `101 ${expect}`, ...rest });
const echo = (kind, payload) => `${word(kind, payload)} close:1000`;
const REFUSED = "close:1002";

const lengths = [0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 1000, 4095, 4096, 8191, 8192, 8193, 16384, 32768, 65535, 65536];
const filled = (length) => Buffer.alloc(length, "0123456789abcdef");

const long = (name, length, form, expect = REFUSED, rest = {}) => one(name, binary(Buffer.alloc(Number(BigInt.asUintN(16, BigInt(length)))), { form, length }), expect, rest);

export default [
  ...lengths.flatMap((length) => [
    one(`a text of ${length} bytes`, text(filled(length)), echo("text", filled(length))),
    one(`${length} bytes`, binary(filled(length)), echo("binary", filled(length))),
  ]),
  long("length 0 in 16 bits", 0, 16),
  long("length 1 in 16 bits", 1, 16),
  long("length 125 in 16 bits", 125, 16),
  long("length 0 in 64 bits", 0, 64),
  long("length 125 in 64 bits", 125, 64),
  long("length 126 in 64 bits", 126, 64),
  long("length 65535 in 64 bits", 65535, 64),
  one("the high bit of the length", hex("82 ff 80 00 00 00 00 00 00 00 00 00 00 00"), REFUSED),
  one("all bits of the length", hex("82 ff ff ff ff ff ff ff ff ff 00 00 00 00"), REFUSED),
  one("a length of 2^62", hex("82 ff 40 00 00 00 00 00 00 00 00 00 00 00"), "close:1009"),
  one("a length of 2^53", hex("82 ff 00 20 00 00 00 00 00 00 00 00 00 00"), "close:1009"),
  one("a length of 4 GiB", hex("82 ff 00 00 00 01 00 00 00 00 00 00 00 00"), "close:1009"),
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((rsv) => [
    one(`reserved bits ${rsv} on a text`, text("Hello", { rsv }), REFUSED),
    one(`reserved bits ${rsv} on a ping`, ping("", { rsv }), REFUSED),
    one(`reserved bits ${rsv} on a close`, close(1000, "", { rsv }), REFUSED),
    one(`reserved bits ${rsv} on a continuation`, [text("a", { fin: 0 }), more("b", { rsv })], REFUSED),
  ]),
  one("reserved bits after a good message", [text("Hello"), text("x", { rsv: 4 })], `text:Hello ${REFUSED}`),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
    one(`opcode ${opcode}`, frame(opcode), REFUSED),
    one(`opcode ${opcode} with a payload after a good message`, [text("Hello"), frame(opcode, "payload")], `text:Hello ${REFUSED}`),
  ]),
  one("an unmasked text", text("Hello", { mask: null }), REFUSED),
  one("an unmasked empty binary", binary("", { mask: null }), REFUSED),
  one("an unmasked ping", ping("", { mask: null }), REFUSED),
  one("an unmasked close", close(1000, "", { mask: null }), REFUSED),
  one("an unmasked continuation", [text("a", { fin: 0 }), more("b", { mask: null })], REFUSED),
  one("a mask of zeros", text("Hello", { mask: Buffer.alloc(4) }), echo("text", "Hello")),
  one("a mask of ones", text("Hello", { mask: Buffer.alloc(4, 255) }), echo("text", "Hello")),
  one("another mask for each frame", [text("a", { mask: hex("01020304"), fin: 0 }), more("bcdef", { mask: hex("a0b0c0d0") })], echo("text", "abcdef")),
  one("every length of a tail", Array.from({ length: 40 }, (_, length) => binary(filled(length))), `${Array.from({ length: 40 }, (_, length) => word("binary", filled(length))).join(" ")} close:1000`),
  one("many messages in one write", [text("a"), binary("b"), text(""), text("c")], "text:a binary:62 text: text:c close:1000"),
  one("the stream ends before a frame", Buffer.alloc(0), "", { then: "end" }),
  one("the stream ends inside of a header", hex("81"), "", { then: "end" }),
  one("the stream ends inside of a length", hex("82 fe 01"), "", { then: "end" }),
  one("the stream ends inside of a mask", hex("81 85 01 02"), "", { then: "end" }),
  one("the stream ends inside of a payload", text("Hello").subarray(0, -1), "", { then: "end" }),
  one("the stream ends between fragments", text("Hello", { fin: 0 }), "", { then: "end" }),
  one("the stream ends after a message", text("Hello"), "text:Hello", { then: "end" }),
].map((one) => ({ ...one, expect: one.expect.trim() }));
