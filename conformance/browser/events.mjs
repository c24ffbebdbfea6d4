// Server-sent events with the browser's own EventSource, against conformance/peer: over cut connections, a server that
// refuses for a while, and a restart.
//   node browser/events.mjs --peer target/release/conformance-peer [--chromium /usr/bin/chromium]
// Ends with "N passed, N failed".
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { proxy } from "../proxy.mjs";
import { launch } from "./browser.mjs";

const { values: flags } = parseArgs({ options: { peer: { type: "string" }, chromium: { type: "string" } } });

/** A server on a port of its own, or on one it had before; resolves when it listens. */
async function start(...words) {
  const child = spawn(flags.peer, words, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const port = line.match(/^listening on (\d+)$/)?.[1];
    if (port) return { url: `http://127.0.0.1:${port}`, port, child };
  }
  throw new Error("the server does not listen");
}

async function stop({ child }) {
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** A page of the server that keeps what its EventSource tells, in `window.told`. */
async function listen(browser, url) {
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(() => {
    window.told = { ids: [], gaps: [], opened: 0, failed: 0 };
    window.source = new EventSource("/events");
    source.onopen = () => (told.opened += 1);
    source.onerror = () => (told.failed += 1);
    source.onmessage = ({ data, lastEventId }) => told.ids.push(lastEventId === data ? Number(data) : `${lastEventId} and ${data}`);
    source.addEventListener("gap", ({ data }) => told.gaps.push({ ...JSON.parse(data), at: told.ids.length }));
  });
  return page;
}

const told = (page) => page.evaluate(() => window.told);
const has = (page, count) => page.waitForFunction((count) => told.ids.length >= count, count);
const consecutive = (ids) => assert.deepEqual(ids, ids.map((_, index) => ids[0] + index));

const cases = {
  async "events come one by one, each with its id"(browser, server) {
    const page = await listen(browser, server.url);
    await has(page, 10);
    const { ids, gaps, opened } = await told(page);
    consecutive(ids);
    assert.deepEqual([gaps, opened], [[], 1]);
    return page;
  },
  async "nothing is missing and nothing comes twice after a cut connection"(browser, server) {
    const way = await proxy(server.url);
    const page = await listen(browser, way.url);
    for (const times of [1, 2]) {
      await has(page, 5 * times);
      way.cut();
      await page.waitForFunction((opened) => told.opened > opened, times);
    }
    const { ids: before } = await told(page);
    await has(page, before.length + 5);
    const { ids, gaps, failed } = await told(page);
    consecutive(ids);
    assert.deepEqual([gaps, failed], [[], 2]);
    way.close();
    return page;
  },
  async "a page that is closed leaves the server at work"(browser, server) {
    const page = await listen(browser, server.url);
    await has(page, 2);
    await page.close();
    const other = await listen(browser, server.url);
    await has(other, 2);
    return other;
  },
  async "a restart is told as a gap, and the page returns by itself"(browser, server) {
    const page = await listen(browser, server.url);
    await has(page, 3);
    const { ids: before } = await told(page);
    await stop(server);
    // whatever it has seen until the end is far below
    const again = await start("--port", server.port, "--first-event", "1000000");
    try {
      await page.waitForFunction(() => told.gaps.length > 0);
      const { gaps: [gap] } = await told(page);
      await has(page, gap.at + 5);
      const { ids, gaps, opened } = await told(page);
      consecutive(ids.slice(0, gap.at));
      consecutive(ids.slice(gap.at));
      assert.equal(ids[0], before[0]);
      assert.deepEqual([gap.since, gap.from, ids[gap.at]], [ids[gap.at - 1], 1000000, 1000000]);
      assert.deepEqual([gaps.length, opened], [1, 2]);
    } finally {
      await stop(again);
    }
    return page;
  },
};

const browser = await launch(flags.chromium);
const server = await start();
let [passed, failed] = [0, 0];
for (const [name, run] of Object.entries(cases)) {
  try {
    const page = await run(browser, server);
    await page.context().close();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${error?.stack ?? error}`);
  }
}
await browser.close();
if (server.child.exitCode === null) await stop(server);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
