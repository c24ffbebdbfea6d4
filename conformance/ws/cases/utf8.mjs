// RFC 3629 and RFC 6455 section 8.1: what is UTF-8, in one frame, across frames, and at the first wrong byte.
import { binary, hex, more, text, word } from "../wire.mjs";

const one = (name, bytes, expect) => ({ name, bytes: Buffer.concat([bytes].flat()), expect: `101 ${expect}` });
const WRONG = "close:1007";

const right = {
  "two bytes": "c3b6", "three bytes": "e282ac", "four bytes": "f09f a785", "the Greek word": "ceba e1bdb9 cf83 cebc ceb5",
  "U+0000": "00", "U+007F": "7f", "U+0080": "c280", "U+07FF": "dfbf", "U+0800": "e0a080", "U+D7FF": "ed9fbf", "U+E000": "ee8080", "U+FEFF": "efbbbf",
  "U+FFFD": "efbfbd", "U+FFFE": "efbfbe", "U+FFFF": "efbfbf", "U+10000": "f0908080", "U+1FFFE": "f09fbfbe", "U+10FFFF": "f48fbfbf",
};
const wrong = {
  "a lone continuation": "80", "a lone last continuation": "bf", "two continuations": "80bf", "six continuations": "80bf80bf80bf",
  "a lone first of two": "c0", "a first of two and a space": "c320", "a first of three and a space": "e220", "a first of four and a space": "f020",
  "two of three": "e282", "one of three": "e2", "three of four": "f09fa7", "two of four": "f09f", "one of four": "f0",
  "the slash in two bytes": "c0af", "the slash in three": "e080af", "the slash in four": "f08080af", "the slash in five": "f8808080af", "the slash in six": "fc80808080af",
  "U+007F in two bytes": "c1bf", "U+07FF in three": "e09fbf", "U+FFFF in four": "f08fbfbf", "U+0000 in two": "c080", "U+0000 in three": "e08080",
  "a high surrogate": "eda080", "the last high surrogate": "edafbf", "a low surrogate": "edb080", "the last low surrogate": "edbfbf", "a pair of surrogates": "eda080edb080",
  "U+110000": "f4908080", "U+13FFFF": "f4bfbfbf", "a first byte F5": "f5808080", "a first of five": "f888808080", "a first of six": "fc8480808080", "FE": "fe", "FF": "ff", "FE FE FF FF": "fefeffff",
};

export default [
  ...Object.entries(right).map(([name, digits]) => one(`right: ${name}`, text(hex(digits)), `${word("text", hex(digits))} close:1000`)),
  ...Object.entries(right).filter(([, digits]) => hex(digits).length > 1).map(([name, digits]) => {
    const bytes = [...hex(digits)];
    return one(`right, a byte a frame: ${name}`, bytes.map((byte, at) => (at ? more : text)(Buffer.from([byte]), { fin: at === bytes.length - 1 ? 1 : 0 })), `${word("text", hex(digits))} close:1000`);
  }),
  ...Object.entries(wrong).map(([name, digits]) => one(`wrong: ${name}`, text(hex(digits)), WRONG)),
  ...Object.entries(wrong).filter(([, digits]) => hex(digits).length > 1).map(([name, digits]) => {
    const bytes = [...hex(digits)];
    return one(`wrong, a byte a frame: ${name}`, bytes.map((byte, at) => (at ? more : text)(Buffer.from([byte]), { fin: at === bytes.length - 1 ? 1 : 0 })), WRONG);
  }),
  one("wrong bytes are no text and may pass as bytes", binary(hex("80c0ff")), "binary:80c0ff close:1000"),
  one("wrong bytes after good messages", [text("a"), text(hex("ff"))], `text:a ${WRONG}`),
  one("a fragment that is wrong already", text(hex("4180"), { fin: 0 }), WRONG),
  one("a frame that is wrong before its end", text(Buffer.concat([hex("80"), Buffer.alloc(50, "x")])).subarray(0, -20), WRONG),
  one("a message that ends inside of a character, then another", [text(hex("e282"), { fin: 0 }), more(""), text("b")], WRONG),
  one("the rest of a character does not come from the next message", [text(hex("c3")), text(hex("b6"))], WRONG),
];
