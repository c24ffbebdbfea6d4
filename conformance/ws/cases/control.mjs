// RFC 6455 section 5.5: pings and pongs, how long they may be, and where they may stand.
import { binary, hex, more, ping, pong, text, word } from "../wire.mjs";

const one = (name, bytes, expect) => ({ name, bytes: Buffer.concat([bytes].flat()), expect: `101 ${expect}` });
const REFUSED = "close:1002";
const filled = (length) => Buffer.alloc(length, "p");

export default [
  one("a ping", ping(), "pong: close:1000"),
  one("a ping with a text", ping("Hello"), "pong:Hello close:1000"),
  one("a ping with bytes that are no text", ping(hex("00fffe80")), "pong:00fffe80 close:1000"),
  one("a ping of 124 bytes", ping(filled(124)), `${word("pong", filled(124))} close:1000`),
  one("a ping of 125 bytes", ping(filled(125)), `${word("pong", filled(125))} close:1000`),
  one("a ping of 126 bytes", ping(filled(126)), REFUSED),
  one("a ping of 127 bytes", ping(filled(127)), REFUSED),
  one("a ping of 65536 bytes", ping(filled(65536)), REFUSED),
  one("a ping of 5 bytes in 16 bits", ping("Hello", { form: 16 }), REFUSED),
  one("a ping of 5 bytes in 64 bits", ping("Hello", { form: 64 }), REFUSED),
  one("a ping that is not final", ping("", { fin: 0 }), REFUSED),
  one("a ping that is continued", [ping("a", { fin: 0 }), more("b")], REFUSED),
  one("ten pings", Array.from({ length: 10 }, (_, at) => ping(`${at}`)), "pong:0 pong:1 pong:2 pong:3 pong:4 pong:5 pong:6 pong:7 pong:8 pong:9 close:1000"),
  one("a pong that nobody asked for", pong(), "close:1000"),
  one("a pong with a payload", pong("Hello"), "close:1000"),
  one("a pong of 125 bytes", pong(filled(125)), "close:1000"),
  one("a pong of 126 bytes", pong(filled(126)), REFUSED),
  one("a pong that is not final", pong("", { fin: 0 }), REFUSED),
  one("a pong before a ping", [pong("x"), ping("y")], "pong:y close:1000"),
  one("a ping between messages", [text("a"), ping("p"), text("b")], "text:a pong:p text:b close:1000"),
  one("a ping between fragments", [text("a", { fin: 0 }), ping("p"), more("b")], "pong:p text:ab close:1000"),
  one("a pong between fragments", [binary("a", { fin: 0 }), pong("p"), more("b")], "binary:6162 close:1000"),
  one("a ping after every fragment", [text("a", { fin: 0 }), ping("1"), more("b", { fin: 0 }), ping("2"), more("c")], "pong:1 pong:2 text:abc close:1000"),
  one("a ping inside of a character", [text(hex("c3"), { fin: 0 }), ping("p"), more(hex("b6"))], "pong:p text:c3b6 close:1000"),
];
