// After chat.mjs and a restart of the server on the same files: what was said then is still there, on every transport.
//   node browser/history.mjs --url http://127.0.0.1:3000 [--chromium /usr/bin/chromium]
// chat.mjs leaves `KEPT` in the room `kept` for this. Ends with "N passed, N failed".
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { TRANSPORTS, launch } from "./browser.mjs";
import { KEPT } from "./kept.mjs";

const { values: flags } = parseArgs({
  options: { url: { type: "string", default: "http://127.0.0.1:3000" }, chromium: { type: "string" } },
});
const browser = await launch(flags.chromium);
let [passed, failed] = [0, 0];
for (const transport of TRANSPORTS) {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  try {
    await page.goto(`${flags.url}/#${new URLSearchParams({ room: KEPT.room, transport, nick: "reader" })}`);
    await page.waitForSelector("#status[data-state=open]");
    await page.waitForFunction((count) => document.querySelectorAll("#log > .message").length >= count, KEPT.texts.length);
    const texts = await page.$$eval("#log > .message", (items) => items.map((item) => item.querySelector(".text")?.textContent ?? ""));
    assert.deepEqual(texts.slice(-KEPT.texts.length), KEPT.texts);
    await page.waitForFunction(() => document.querySelector("#log > :last-child img")?.naturalWidth > 0);
    passed += 1;
    console.log(`ok   the history is there after a restart, on ${transport}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL the history is there after a restart, on ${transport}\n     ${error?.stack ?? error}`);
  }
  await context.close();
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
