// What path-to-regexp, which @koa/router matches with, makes of many patterns and paths. The Rust tests of the
// router read it (crates/cepa-router/tests/router/path_to_regexp.rs), so that they need no Node.
//
//   node conformance/koa/paths.mjs            writes the file anew
//   node conformance/koa/paths.mjs --check    fails when it is not what path-to-regexp says
//
// The patterns are those of its documentation, and 200 that are put together from pieces by a fixed seed; the paths
// of each are made from it, and spoilt in one place.

import { readFileSync, writeFileSync } from "node:fs";
import { match } from "path-to-regexp";

const FILE = new URL("../../crates/cepa-router/tests/router/path_to_regexp.json", import.meta.url);

const DOCUMENTED = [
  "/:foo/:bar", '/:"param-name"', "/*splat", "/users{/:id}/delete", "/foo/:bar", "/user/:id", "/*segment",
  "/file{.:ext}", "/:file{.:ext}", "/*path", "/files{/*path}", "/\\[foo\\]", "/\\(foo\\)", "/a\\+b\\!",
  "/:myName", '/:"my-name"', "/:foo{-:bar}", "/{:foo}", "{/:foo}", "{/*foo}", "/:foo{/:bar{/:baz}}", "/",
  // Errors.
  "/:", "/*", "/a?", "/:a+", "/(a)", "/[a]", "/a!", '/:"foo', "/{a", "/a}", "/a\\", "/:a:b", "/:a*b", "/*a:b", "/*a*b",
  "/:a{:b}", '/:""', "/:1", "/{:a}{:b}",
];

// SplitMix32, so that the file is the same everywhere.
let state = 20_261_122;
const below = (end) => {
  state = (state + 0x9e3779b9) | 0;
  let mixed = state ^ (state >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % end;
};
const one = (list) => list[below(list.length)];

// `:` stands for a parameter, `*` for a wildcard; names are given in order. One wildcard a pattern, and texts that do
// not overlap themselves: what is taken otherwise is the router's own choice (run.rs).
const PIECES = [
  "/a", "/b", "/ab", "/a-b", "/A", "/\\:a", "/a.b", "/:", "/:", "/a:", "/:.b", "/:-:", "/:.:", "/:-b.:", "/a:-:b",
  "/*", "/:-*", "/*.:", "/a*b", "/:.:-*", "{/a}", "{/:}", "{/*}", "/:{.:}", "/a{b}", "/a{-:}", "{/a/:}", "{/a{/:}}", "/",
];

function pattern() {
  let names = 0;
  let wild = false;
  let text = "";
  for (let count = 1 + below(4); count > 0; count--) {
    const piece = one(PIECES);
    if (wild && piece.includes("*")) continue;
    wild ||= piece.includes("*");
    text += piece.replace(/(\\:)|[:*]/g, (sigil, escaped) => escaped ?? `${sigil}p${names++}`);
  }
  return text.startsWith("/") || text.startsWith("{/") ? text : `/${text}`;
}

// A path that may match: optional parts taken or left, parameters filled.
function path(pattern) {
  const value = () => one(["a", "b", "7", "a-b", "a.b", "x", ".", "-", "ab"]);
  let text = pattern.replace(/\{([^{}]*)\}/g, (_, inner) => (below(2) ? inner : ""));
  text = text.replace(/\{([^{}]*)\}/g, (_, inner) => (below(2) ? inner : "")).replace(/[{}]/g, "");
  text = text.replace(/(\\.)|:("[^"]*"|\w+)|\*("[^"]*"|\w+)/g, (_, escaped, param) =>
    escaped ? escaped[1] : param ? value() : [value(), value()].slice(below(2)).join("/"));
  const at = below(text.length + 1);
  switch (below(6)) {
    case 0: text += "/"; break;
    case 1: text = text.slice(0, at) + one(["/", "-", ".", "a", "b"]) + text.slice(at); break;
    case 2: text = text.slice(0, at) + text.slice(at + 1); break;
    case 3: text = text.toUpperCase(); break;
  }
  return text.startsWith("/") ? text : `/${text}`;
}

function record(pattern) {
  let matcher;
  try {
    matcher = match(pattern);
  } catch {
    return [pattern, null];
  }
  const found = {};
  for (let count = 0; count < 8; count++) {
    const tried = path(pattern);
    const matched = matcher(tried);
    // The router's wildcards are one text.
    const params = matched && Object.entries(matched.params).map(([name, value]) => [name, [value].flat().join("/")]);
    found[tried] = params ? Object.fromEntries(params) : false;
  }
  return [pattern, found];
}

const patterns = new Set(DOCUMENTED);
while (patterns.size < DOCUMENTED.length + 200) patterns.add(pattern());
const lines = [...patterns].map((pattern) => JSON.stringify(record(pattern)));
const text = `[\n${lines.join(",\n")}\n]\n`;
if (process.argv.includes("--check")) {
  const same = readFileSync(FILE, "utf8") === text;
  if (!same) console.error("path_to_regexp.json is not what path-to-regexp says: node conformance/koa/paths.mjs");
  console.log(same ? `${lines.length} passed, 0 failed` : `0 passed, ${lines.length} failed`);
  process.exitCode = same ? 0 : 1;
} else {
  writeFileSync(FILE, text);
  console.log(`${lines.length} patterns`);
}
