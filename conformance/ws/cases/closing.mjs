// RFC 6455 sections 5.5.1 and 7: close frames, their codes and reasons, and what comes after.
import { CLOSE, close, frame, hex, ping, text } from "../wire.mjs";

const one = (name, bytes, expect, rest = {}) => ({ name, bytes: Buffer.concat([bytes].flat()), expect: `101 ${expect}`, ...rest });
const REFUSED = "close:1002";
// The client has said its last word: a byte that came behind it would be answered by a reset, which may overtake the answer.
const LAST = { then: "nothing" };
const AT_ONCE = { ...LAST, atOnce: true };

export default [
  one("nothing but our close", Buffer.alloc(0), "close:1000"),
  one("without a code", close(), "close", LAST),
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map((code) => one(`code ${code}`, close(code), `close:${code}`, LAST)),
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 5001, 65535].map((code) => one(`code ${code}`, close(code), REFUSED)),
  one("a code of one byte", frame(CLOSE, hex("03")), REFUSED),
  one("a reason", close(1000, "bye"), "close:1000", LAST),
  one("a reason of 123 bytes", close(1000, "x".repeat(123)), "close:1000", LAST),
  one("a reason of 124 bytes", close(1000, "x".repeat(124)), REFUSED),
  one("a reason that is no ASCII", close(1000, "Zwiebelkönig €"), "close:1000", LAST),
  one("a reason that is no UTF-8", close(1000, hex("ceba e1bd b9cf 83ce bcce b5ed a080")), "close:1007"),
  one("a reason that ends inside of a character", close(1000, hex("e282")), "close:1007"),
  one("a close that is not final", close(1000, "", { fin: 0 }), REFUSED),
  one("a close in 16 bits", close(1000, "", { form: 16 }), REFUSED),
  one("a message before the close", [text("a"), close(1001)], "text:a close:1001", LAST),
  one("a message after the close", [close(1000), text("a")], "close:1000", AT_ONCE),
  one("a ping after the close", [close(1000), ping("p")], "close:1000", AT_ONCE),
  one("another close after the close", [close(1000), close(1001)], "close:1000", AT_ONCE),
  one("garbage after the close", [close(1000), hex("ffffffff")], "close:1000", AT_ONCE),
  one("the stream ends right after the close", close(1000), "close:1000", { then: "end" }),
  one("no close answers a close that is refused twice", [close(999), close(999)], REFUSED),
];
