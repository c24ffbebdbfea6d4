// The chat in a real browser: one room, six pages, one on each transport.
//   node browser/chat.mjs --url http://127.0.0.1:3000 [--out DIR] [--only TEXT] [--chromium /usr/bin/chromium]
// The server must have been started with --client-bundle, for the page that uses the official client. `--out` (best on a
// server without history) also takes the README's screenshots, at phone and desk width, light and dark.
// Every wait is for a condition and has a deadline. Ends with "N passed, N failed".
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { proxy } from "../proxy.mjs";
import { TRANSPORTS, launch } from "./browser.mjs";
import { KEPT } from "./kept.mjs";
import { evening, png } from "./picture.mjs";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:3000" },
    out: { type: "string" },
    only: { type: "string" },
    chromium: { type: "string" },
  },
});
const DEADLINE = 20_000;
const PUSHED = TRANSPORTS.slice(1);
const run = Date.now().toString(36); // rooms of this run, so that it can be repeated on one server
const picture = png(64, 48, (x, y) => [x * 4, y * 5, 128]);

const browser = await launch(flags.chromium);

// ------------------------------------------------------------------------------------------- pages

const complaints = []; // what no page may ever log
let contexts = [];

/** A page of its own browser profile, connected, in a room. */
async function enter(room, transport, { nick = `${transport}-user`, base = flags.url, ...options } = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  contexts.push(context);
  context.setDefaultTimeout(DEADLINE);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`${transport}: ${error.stack}`));
  page.on("console", (message) => {
    // A refused request and a lost connection are logged by the browser itself.
    if (message.type() === "error" && !/^(Failed to load resource|WebSocket connection to)|ERR_/.test(message.text())) complaints.push(`${transport}: ${message.text()}`);
  });
  await page.goto(`${base}/#${new URLSearchParams({ room, transport, nick })}`);
  await connected(page);
  return page;
}

const connected = (page) => page.waitForSelector("#status[data-state=open]");

/** Types a text and sends it, as a person would. */
async function say(page, text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

const shown = (page) =>
  page.$$eval("#log > .message", (items) => items.map((item) => ({
    id: Number(item.dataset.id),
    nick: item.dataset.nick,
    text: item.querySelector(".text")?.textContent ?? "",
    picture: item.querySelector("img")?.src,
  })));

/** Waits until a page shows `count` messages; then they must be these, ascending, each once. */
async function shows(page, texts) {
  await page.waitForFunction((count) => document.querySelectorAll("#log > .message").length >= count, texts.length)
    .catch(async (error) => { throw new Error(`shows ${JSON.stringify((await shown(page)).map(({ text }) => text))}, not ${JSON.stringify(texts)}`, { cause: error }); });
  const messages = await shown(page);
  assert.deepEqual(messages.map(({ text }) => text), texts);
  ascending(messages);
  return messages;
}

function ascending(messages) {
  for (let i = 1; i < messages.length; i += 1) assert.ok(messages[i - 1].id < messages[i].id, "ids rise, none twice");
}

const complaint = (page, pattern) =>
  page.waitForFunction((source) => {
    const error = document.getElementById("error");
    return !error.hidden && new RegExp(source, "i").test(error.textContent) && error.textContent;
  }, pattern.source).then((handle) => handle.jsonValue());

async function post(room, message) {
  const response = await fetch(`${flags.url}/api/rooms/${room}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ picture: null, ...message }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return response.json();
}

// ------------------------------------------------------------------------------------------- tests

const tests = {
  async "six pages, one on each transport: one room, one order, a picture, a reload"() {
    const room = `all-${run}`;
    const pages = await Promise.all(TRANSPORTS.map((transport) => enter(room, transport)));
    const everyone = TRANSPORTS.map((transport) => `${transport}-user`).sort();
    for (const page of pages) {
      await page.waitForFunction((names) => {
        const here = [...document.querySelectorAll("#people li")].map((item) => item.dataset.nick).sort();
        return here.join() === names;
      }, everyone.join());
      assert.match(await page.textContent("#who"), /^6 people/);
    }
    for (const [i, page] of pages.entries()) {
      assert.equal(await page.getAttribute("#status", "data-transport"), TRANSPORTS[i]);
    }

    await Promise.all(pages.map((page, i) => say(page, `hello by ${TRANSPORTS[i]}`))); // at once: the server decides the order
    await Promise.all(pages.map((page) => page.waitForFunction(() => document.querySelectorAll("#log > .message").length === 6)));
    const order = await shown(pages[0]);
    ascending(order);
    assert.deepEqual(order.map(({ text }) => text).sort(), TRANSPORTS.map((transport) => `hello by ${transport}`).sort());
    for (const { nick, text } of order) assert.equal(text, `hello by ${nick.replace("-user", "")}`);
    for (const page of pages) assert.deepEqual(await shown(page), order);
    for (const page of pages) assert.equal(await page.locator("#pending > *").count(), 0);

    const [, , sse] = pages;
    await sse.setInputFiles("#file", { name: "stripes.png", mimeType: "image/png", buffer: picture });
    await sse.waitForSelector("#preview.ready");
    await say(sse, "and a picture");
    const sizes = await Promise.all(pages.map(async (page) => {
      await page.waitForFunction(() => document.querySelector("#log > :last-child img")?.naturalWidth > 0);
      return page.$eval("#log > :last-child img", (image) => [image.naturalWidth, image.naturalHeight]);
    }));
    assert.deepEqual(sizes, TRANSPORTS.map(() => [64, 48]));
    const all = await shown(pages[0]);
    assert.equal(all.length, 7);
    for (const page of pages) assert.deepEqual((await shown(page)).map(({ id }) => id), all.map(({ id }) => id));

    for (const page of pages) {
      await page.reload();
      await connected(page);
      await page.waitForFunction(() => document.querySelectorAll("#log > .message").length >= 7);
      assert.deepEqual((await shown(page)).map(({ id, text }) => [id, text]), all.map(({ id, text }) => [id, text]));
    }
  },

  ...Object.fromEntries(PUSHED.map((transport) => [
    `offline and back on ${transport}: nothing missed, nothing twice`,
    async () => {
      const room = `offline-${transport}-${run}`;
      const road = await proxy(flags.url);
      try {
        const page = await enter(room, transport, { base: road.url });
        await post(room, { nick: "other", client: "other", text: "before" });
        await shows(page, ["before"]);
        await page.context().setOffline(true);
        road.state.refuse = true; // a browser's "offline" leaves WebSockets alone; the road is cut as well
        road.cut();
        await page.waitForSelector("#status[data-state=lost]");
        await page.waitForSelector("#banner:not([hidden])");
        for (const text of ["one", "two", "three"]) await post(room, { nick: "other", client: "other", text });
        road.state.refuse = false;
        await page.context().setOffline(false);
        await connected(page);
        await shows(page, ["before", "one", "two", "three"]);
        await page.waitForSelector("#banner[hidden]", { state: "attached" });
        await say(page, "back again");
        await shows(page, ["before", "one", "two", "three", "back again"]);
      } finally {
        road.close();
      }
    },
  ])),

  ...Object.fromEntries(PUSHED.map((transport) => [
    `the connection is cut without a word on ${transport}: nothing missed, nothing twice`,
    async () => {
      const room = `cut-${transport}-${run}`;
      const road = await proxy(flags.url);
      try {
        const page = await enter(room, transport, { base: road.url });
        const texts = [];
        for (let round = 0; round < 5; round += 1) {
          road.cut();
          for (const text of [`${round} a`, `${round} b`]) {
            texts.push(text);
            await post(room, { nick: "other", client: "other", text });
          }
          await shows(page, texts);
        }
      } finally {
        road.close();
      }
    },
  ])),

  ...Object.fromEntries(TRANSPORTS.map((transport) => [
    `a refused text says why and is not lost, on ${transport}`,
    async () => {
      const page = await enter(`refused-${transport}-${run}`, transport);
      const long = "x".repeat(2001);
      await page.fill("#text", long);
      assert.match(await page.textContent("#counter"), /2,001 \/ 2,000/);
      await page.press("#text", "Enter");
      assert.match(await complaint(page, /2,?000|too long/), /\w+ \w+/);
      assert.equal(await page.inputValue("#text"), long);
      assert.equal(await page.locator("#pending > *").count(), 0);
      for (const empty of ["", "   "]) {
        await page.fill("#text", "x"); // typing takes the complaint away
        await page.waitForSelector("#error[hidden]", { state: "attached" });
        await say(page, empty);
        assert.match(await complaint(page, /\w/), /\w+ \w+/);
      }
      assert.deepEqual(await shown(page), []);
      await say(page, "x".repeat(2000));
      await shows(page, ["x".repeat(2000)]);
    },
  ])),

  async "a refused picture says why: no picture, too big"() {
    const page = await enter(`pictures-${run}`, "sse");
    await page.setInputFiles("#file", { name: "notes.png", mimeType: "image/png", buffer: Buffer.from("not a picture at all") });
    await complaint(page, /picture/);
    assert.equal(await page.isVisible("#preview"), false);
    await page.setInputFiles("#file", { name: "huge.png", mimeType: "image/png", buffer: Buffer.alloc(5 * 1024 * 1024 + 1) });
    await complaint(page, /too big/);
    assert.equal(await page.isVisible("#preview"), false);
    assert.deepEqual(await shown(page), []);
  },

  async "the server itself refuses what a page would not send"() {
    const form = (bytes) => {
      const body = new FormData();
      body.append("picture", new Blob([bytes], { type: "image/png" }), "x.png");
      return { method: "POST", body };
    };
    const message = (body) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const expected = [
      ["/api/pictures", form(Buffer.from("PNG, honestly")), 422, "not_a_picture"],
      ["/api/pictures", form(Buffer.concat([picture, Buffer.alloc(5 * 1024 * 1024)])), 413, "picture_too_big"],
      [`/api/rooms/x-${run}/messages`, message({ nick: "a", client: "a", text: " ", picture: null }), 422, "empty_text"],
      [`/api/rooms/x-${run}/messages`, message({ nick: "a", client: "a", text: "x".repeat(2001), picture: null }), 422, "text_too_long"],
      [`/api/rooms/x-${run}/messages`, message({ nick: "", client: "a", text: "x", picture: null }), 422, "bad_nick"],
      [`/api/rooms/x-${run}/messages`, message({ nick: "n".repeat(25), client: "a", text: "x", picture: null }), 422, "bad_nick"],
      [`/api/rooms/x-${run}/messages`, message({ nick: "a", client: "a", text: "x", picture: "http://elsewhere/x.png" }), 422, "bad_picture"],
    ];
    for (const [path, init, status, code] of expected) {
      const response = await fetch(flags.url + path, init);
      const problem = await response.json();
      assert.deepEqual([response.status, problem.code, problem.status], [status, code, status], path);
      assert.match(response.headers.get("content-type"), /^application\/problem\+json/);
      assert.match(problem.detail, /\w+ \w+/);
    }
  },

  async "typing marks cross the transports, and go with the message"() {
    const room = `typing-${run}`;
    const pages = await Promise.all(TRANSPORTS.map((transport) => enter(room, transport)));
    for (const page of pages) {
      await page.evaluate(() => { // a mark is short; on a busy machine a look now and then could miss it
        const line = document.getElementById("typing");
        globalThis.marks = "";
        new MutationObserver(() => { globalThis.marks += line.textContent; }).observe(line, { childList: true, characterData: true, subtree: true });
      });
    }
    for (const [i, writer] of pages.entries()) {
      const reader = pages[(i + 1) % pages.length];
      const nick = `${TRANSPORTS[i]}-user`;
      await writer.locator("#text").pressSequentially("h");
      await reader.waitForFunction((who) => globalThis.marks.includes(who), nick);
      assert.equal(await writer.evaluate((who) => globalThis.marks.includes(who), nick), false, "not to oneself");
      await say(writer, `done ${i}`);
      await reader.waitForFunction((who) => !document.getElementById("typing").textContent.includes(who), nick);
    }
  },

  async "who leaves is taken off the list"() {
    const room = `leaving-${run}`;
    const watcher = await enter(room, "ws", { nick: "watcher" });
    for (const transport of TRANSPORTS) {
      const page = await enter(room, transport);
      await watcher.waitForSelector(`#people li[data-nick="${transport}-user"]`);
      await page.close({ runBeforeUnload: true });
      await watcher.waitForSelector(`#people li[data-nick="${transport}-user"]`, { state: "detached" });
    }
  },

  async "the switch in the page: messages stay, none is missed, none comes twice"() {
    const room = `switch-${run}`;
    const page = await enter(room, "poll", { viewport: { width: 1280, height: 800 } });
    const texts = [];
    for (const transport of [...TRANSPORTS.slice(1), "poll"]) {
      await page.check(`#transports [value=${transport}]`);
      texts.push(`said while switching to ${transport}`);
      await post(room, { nick: "other", client: "other", text: texts.at(-1) });
      await page.waitForSelector(`#status[data-state=open][data-transport=${transport}]`);
      await shows(page, texts);
      texts.push(`by ${transport}`);
      await say(page, texts.at(-1));
      await shows(page, texts);
      assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("transport"), transport);
      await page.waitForFunction(() => / m?s$/.test(document.getElementById("status-text").textContent)); // how long that took
    }
    assert.deepEqual(await page.$$eval("#people li", (items) => items.map((item) => item.dataset.nick)), ["poll-user"]);
  },

  async "rooms are apart, and counted"() {
    const [first, second] = [`one-${run}`, `two-${run}`];
    const page = await enter(first, "sse", { viewport: { width: 1280, height: 800 } });
    await say(page, "in the first");
    await shows(page, ["in the first"]);
    await page.fill("#room-name", second);
    await page.press("#room-name", "Enter");
    await page.waitForFunction((room) => document.getElementById("room").textContent === room, second);
    await connected(page);
    await page.waitForSelector("#empty:not([hidden])");
    assert.deepEqual(await shown(page), []);
    await say(page, "in the second");
    await shows(page, ["in the second"]);
    await page.waitForSelector(`#rooms a[data-room="${second}"][aria-current=page] .badge`);
    await page.click(`#rooms a[data-room="${first}"]`);
    await shows(page, ["in the first"]);
  },

  async "text is text; only web addresses become links"() {
    const room = `text-${run}`;
    const [writer, reader] = [await enter(room, "ws"), await enter(room, "socketio")];
    const texts = ['<img src=x onerror="document.title=1"><b>bold</b>', "javascript:alert(1) and https://example.org/a?b=1&c=(d). Yes.", "two\nlines, é€😀"];
    for (const text of texts) {
      await writer.fill("#text", text);
      await writer.click("#send");
      await writer.waitForFunction((n) => document.querySelectorAll("#log > .message").length === n, texts.indexOf(text) + 1);
    }
    await shows(reader, texts);
    assert.deepEqual(await reader.$$eval(".text *", (inside) => inside.map(({ tagName, href }) => [tagName, href])), [["A", "https://example.org/a?b=1&c=(d)"]]);
    assert.equal(await reader.$eval(".text a", (link) => link.rel), "noopener noreferrer nofollow");
  },

  async "history comes while scrolling up; news below is announced, not jumped to"() {
    const room = `long-${run}`;
    for (let n = 1; n <= 120; n += 1) await post(room, { nick: "other", client: "other", text: `number ${n}` });
    const page = await enter(room, "ws");
    await page.waitForFunction(() => document.querySelector("#log > :last-child .text")?.textContent === "number 120");
    assert.ok(await page.locator("#log > .message").count() < 120, "not all at once");
    await page.waitForFunction(() => {
      const scroller = document.getElementById("scroller");
      scroller.scrollTop = 0; // as a reader who keeps on scrolling
      return document.querySelectorAll("#log > .message").length === 120 && document.getElementById("older").textContent.includes("begins");
    });
    const messages = await shown(page);
    ascending(messages);
    assert.deepEqual(messages.map(({ text }) => text), Array.from({ length: 120 }, (_, i) => `number ${i + 1}`));
    await post(room, { nick: "other", client: "other", text: "news" });
    await page.waitForSelector("#newer:not([hidden])");
    assert.equal(await page.textContent("#newer"), "1 new message");
    assert.equal(await page.$eval("#scroller", ({ scrollTop }) => scrollTop), 0);
    await page.click("#newer");
    await page.waitForSelector("#newer[hidden]", { state: "attached" });
    await page.waitForFunction(() => { const { scrollTop, scrollHeight, clientHeight } = document.getElementById("scroller"); return scrollHeight - scrollTop - clientHeight < 2; });
  },

  async "a page that stays open does not grow for ever, and what it let go comes back"() {
    const room = `many-${run}`;
    const page = await enter(room, "socketio");
    for (let n = 1; n <= 330; n += 1) await post(room, { nick: "other", client: "other", text: `number ${n}` });
    await page.waitForFunction(() => document.querySelector("#log > :last-child .text")?.textContent === "number 330");
    assert.deepEqual((await shown(page)).map(({ text }) => text), Array.from({ length: 300 }, (_, i) => `number ${i + 31}`));
    await page.waitForFunction(() => {
      document.getElementById("scroller").scrollTop = 0;
      return document.querySelectorAll("#log > .message").length === 330;
    });
    const messages = await shown(page);
    ascending(messages);
    assert.equal(messages[0].text, "number 1");
  },

  async "a picture can be pasted, seen before it is sent, taken back, sent alone, and enlarged"() {
    const room = `paste-${run}`;
    const page = await enter(room, "wait");
    const paste = () => page.evaluate((bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], "pasted.png", { type: "image/png" }));
      document.getElementById("text").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, [...picture]);
    await paste();
    await page.waitForSelector("#preview.ready");
    assert.equal(await page.textContent("#preview-name"), "pasted.png");
    await page.click("#remove");
    assert.equal(await page.isVisible("#preview"), false);
    await paste();
    await page.waitForSelector("#preview.ready");
    await page.click("#send");
    const [message] = await shows(page, [""]);
    assert.match(message.picture, /\/pictures\/[^/]+$/);
    await page.click("#log .picture");
    await page.waitForSelector("#lightbox[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("#lightbox:not([open])", { state: "attached" });
  },

  async "whoever is at the bottom stays there while pictures load above"() {
    const room = `slow-${run}`;
    const form = new FormData();
    form.append("picture", new Blob([evening(320, 200)], { type: "image/png" }), "evening.png");
    const { url } = await (await fetch(`${flags.url}/api/pictures`, { method: "POST", body: form })).json();
    for (let n = 0; n < 6; n += 1) await post(room, { nick: "other", client: "other", text: `number ${n}`, picture: n % 2 ? null : url });
    const page = await enter(room, "ws");
    let open;
    const gate = new Promise((done) => { open = done; });
    await page.route("**/pictures/*", async (route) => { await gate; await route.continue(); });
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll("#log > .message").length === 6);
    const before = await page.$eval("#scroller", (scroller) => {
      // A scroll event may come after the page has grown and before the page has noticed; here it always does.
      const scroll = () => { scroller.dispatchEvent(new Event("scroll")); requestAnimationFrame(scroll); };
      scroll();
      return scroller.scrollHeight;
    });
    open();
    await page.waitForFunction(() => [...document.querySelectorAll("#log img")].every(({ naturalWidth }) => naturalWidth > 0));
    await page.waitForFunction((height) => {
      const { scrollTop, scrollHeight, clientHeight } = document.getElementById("scroller");
      return scrollHeight > height && scrollHeight - scrollTop - clientHeight < 2;
    }, before);
  },

  async "a first visit asks for a name, once; it can be changed"() {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    contexts.push(context);
    context.setDefaultTimeout(DEADLINE);
    const page = await context.newPage();
    await page.goto(`${flags.url}/#room=name-${run}`);
    await page.waitForSelector("#nick-dialog[open]");
    await page.press("#nick", "Enter");
    await page.waitForFunction(() => document.getElementById("nick-error").textContent !== "");
    await page.fill("#nick", "zoë 🌱");
    await page.press("#nick", "Enter");
    await connected(page);
    await page.waitForSelector('#people li[data-nick="zoë 🌱"]');
    await page.reload();
    await connected(page);
    assert.equal(await page.isVisible("#nick-dialog"), false);
    await page.click("#me");
    await page.fill("#nick", "zoe");
    await page.press("#nick", "Enter");
    await page.waitForFunction(() => [...document.querySelectorAll("#people li")].map((item) => item.dataset.nick).join() === "zoe");
    await say(page, "it is me");
    assert.equal((await shows(page, ["it is me"]))[0].nick, "zoe");
  },

  async "a message that cannot be sent is kept, and sent on request"() {
    const room = `unsent-${run}`;
    const road = await proxy(flags.url);
    try {
      const page = await enter(room, "sse", { base: road.url });
      road.state.refuse = true;
      road.cut();
      await say(page, "into the void");
      await page.waitForSelector("#pending .failed");
      assert.deepEqual(await shown(page), []);
      road.state.refuse = false;
      await connected(page);
      await page.click("#pending .unsent button >> nth=0");
      await shows(page, ["into the void"]);
      assert.equal(await page.locator("#pending > *").count(), 0);
    } finally {
      road.close();
    }
  },

  async "a message whose answer was lost is said once, however often it is sent"() {
    const room = `again-${run}`;
    const page = await enter(room, "poll");
    let open;
    const gate = new Promise((done) => { open = done; });
    await page.route("**/poll?*", async (route) => { await gate; await route.continue(); }); // it must not come back by itself
    await page.route("**/messages", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
    await say(page, "once");
    await page.waitForSelector("#pending .failed");
    const answer = page.waitForResponse("**/messages");
    await page.click("#pending .unsent button >> nth=0");
    assert.equal((await answer).status(), 200);
    await post(room, { nick: "other", client: "other", text: "end" });
    open();
    await shows(page, ["once", "end"]);
    assert.equal(await page.locator("#pending > *").count(), 0);
    assert.equal(await page.locator("#log > .mine").count(), 1);
  },

  async "Enter twice while the picture is on its way up sends it once"() {
    const page = await enter(`twice-${run}`, "ws");
    let open;
    const gate = new Promise((done) => { open = done; });
    await page.route("**/api/pictures", async (route) => { await gate; await route.continue(); });
    await page.setInputFiles("#file", { name: "slow.png", mimeType: "image/png", buffer: picture });
    await say(page, "look");
    await page.press("#text", "Enter");
    open();
    await page.waitForFunction(() => document.querySelector("#log img")?.naturalWidth > 0);
    await say(page, "end");
    await shows(page, ["look", "end"]);
  },

  async "a duplicated tab on long polling takes an id of its own, and asks in peace"() {
    const room = `twin-${run}`;
    const first = await enter(room, "wait");
    const idOf = (page) => page.evaluate(() => sessionStorage.getItem("cepa.client"));
    const id = await idOf(first);
    const second = await first.context().newPage();
    await second.addInitScript((copied) => sessionStorage.getItem("cepa.client") ?? sessionStorage.setItem("cepa.client", copied), id);
    let polls = 0;
    for (const page of [first, second]) page.on("request", (request) => { polls += request.url().includes("/wait?"); });
    await second.goto(`${flags.url}/#${new URLSearchParams({ room, transport: "wait", nick: "wait-user" })}`);
    await connected(second);
    await first.waitForFunction((copied) => sessionStorage.getItem("cepa.client") !== copied, id);
    assert.equal(await idOf(second), id, "one of them keeps it");
    const texts = [];
    for (const [page, text] of [[first, "by the first"], [second, "by the second"], [first, "and again"]]) {
      texts.push(text);
      await say(page, text);
      await Promise.all([shows(first, texts), shows(second, texts)]);
    }
    assert.ok(polls < 30, `${polls} polls`);
  },

  async "it is named and announced for those who do not see it"() {
    const page = await enter(`access-${run}`, "ws");
    const nameless = await page.$$eval("button, input, textarea, a, img, dialog, [role]", (all) =>
      all.filter((element) => !element.closest("#lightbox") && !(element.ariaLabel || element.textContent.trim() || element.labels?.length || element.placeholder || element.getAttribute("aria-labelledby") || element.hasAttribute("alt") || element.hidden || ["alert", "status"].includes(element.getAttribute("role"))))
        .map((element) => element.outerHTML.slice(0, 120)));
    assert.deepEqual(nameless, []);
    assert.equal(await page.getAttribute("#messages", "aria-live"), "polite");
    assert.equal(await page.getAttribute("#error", "role"), "alert");
    // From the field, the keyboard reaches the send button, and the skip link is the first stop.
    await page.focus("#text");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "send");
  },

  async "without the official bundle its transport is not offered, and an address that asks for it is told why"() {
    const page = await enter(`bundle-${run}`, "ws", { viewport: { width: 1280, height: 800 } });
    await page.waitForSelector("#transports [data-transport=official]", { state: "visible" });
    await page.route("**/socket.io/socket.io.js", (route) => route.fulfill({ status: 404, body: "none" }));
    const asked = page.waitForResponse("**/socket.io/socket.io.js");
    await page.reload();
    await asked;
    await connected(page);
    assert.equal(await page.isVisible("#transports [data-transport=official]"), false);
    await page.evaluate(() => { location.hash = location.hash.replace("transport=ws", "transport=official"); });
    await page.waitForFunction(() => /not installed/.test(document.getElementById("banner-text").textContent));
    await page.check("#transports [value=sse]");
    await connected(page);
  },

  async "a refused name is told, not tried for ever in silence"() {
    for (const transport of ["poll", "wait", "socketio", "official"]) {
      const context = await browser.newContext();
      contexts.push(context);
      context.setDefaultTimeout(DEADLINE);
      const page = await context.newPage();
      await page.goto(`${flags.url}/#${new URLSearchParams({ room: `name-${run}`, transport, nick: "bell\u0007" })}`);
      await page.waitForFunction(() => !document.getElementById("banner").hidden && /nick/i.test(document.getElementById("banner-text").textContent));
    }
  },

  async "something is left for history.mjs, which looks for it after a restart"() {
    const page = await enter(KEPT.room, "sse");
    const already = (await shown(page)).length;
    const [first, last] = KEPT.texts;
    await say(page, first);
    await page.waitForFunction((count) => document.querySelectorAll("#log > .message").length > count, already);
    await page.setInputFiles("#file", { name: "kept.png", mimeType: "image/png", buffer: picture });
    await page.waitForSelector("#preview.ready");
    await say(page, last);
    await page.waitForFunction((text) => document.querySelector("#log > :last-child .text")?.textContent === text, last);
  },

  async "it fits a phone: nothing wider than the screen, and a drawer and a sheet for the rest"() {
    const page = await enter(`phone-${run}`, "socketio", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await say(page, "w".repeat(300) + " https://example.org/" + "path/".repeat(60));
    await page.waitForSelector("#log > .message");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.getElementById("scroller").scrollWidth <= innerWidth));
    assert.equal(await page.isVisible("#sidebar"), false);
    await page.tap("#open-sidebar");
    await page.waitForSelector("#people li", { state: "visible" });
    await page.tap("#close-sidebar");
    await page.waitForSelector("#sidebar", { state: "hidden" });
    await page.tap("#status");
    await page.tap("#transports [data-transport=sse]");
    await page.waitForSelector("#status[data-state=open][data-transport=sse]");
    assert.equal(await page.isVisible("#transports"), false);
  },
};

// ------------------------------------------------------------------------------------------- the README's pictures

async function screenshots(folder) {
  mkdirSync(folder, { recursive: true });
  const room = "lobby";
  const form = new FormData();
  form.append("picture", new Blob([evening()], { type: "image/png" }), "evening.png");
  const { url } = await (await fetch(`${flags.url}/api/pictures`, { method: "POST", body: form })).json();
  const people = [["mira", "sse"], ["Bo Lindqvist", "socketio"], ["Theo K", "wait"]];
  for (const [nick, transport] of people) await enter(room, transport, { nick });
  for (const name of ["garden", "kitchen", "music"]) await post(name, { nick: "mira", client: "shot-mira", text: "First!" });
  for (const nick of ["Ines", "Jo"]) await enter("kitchen", "sse", { nick });
  const other = (nick, text, shot = null) => post(room, { nick, client: `shot-${nick.replaceAll(" ", "-")}`, text, picture: shot });
  await other("mira", "Morning all! Anyone else on the night train?");
  await other("Bo Lindqvist", "Just arrived. Slept through three countries.");
  await other("Bo Lindqvist", "And look at this, from the window:", url);
  await other("Theo K", "That is ridiculous. I had rain on a car park.");
  const { tab } = await post(room, { nick: "ana", client: "shot-ana", text: "The window seat pays off every time." });
  await post(room, { nick: "ana", client: "shot-ana", text: "Is anybody here still on long polling?" });
  await other("Theo K", "I am. Feels the same, honestly.");
  const sizes = {
    desk: { viewport: { width: 1280, height: 800 }, transport: "ws" },
    phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, transport: "socketio" },
  };
  for (const [size, { transport, ...options }] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ reducedMotion: "reduce", colorScheme, ...options });
      contexts.push(context);
      await context.addInitScript((name) => sessionStorage.setItem("cepa.tabs", name), tab);
      const page = await context.newPage();
      await page.goto(`${flags.url}/#${new URLSearchParams({ room, transport, nick: "ana" })}`);
      await connected(page);
      await page.waitForFunction(() => document.querySelector("#log > :last-child .text")?.textContent.startsWith("I am.") && [...document.querySelectorAll("#log img")].every(({ complete }) => complete));
      await page.waitForFunction(() => document.querySelectorAll("#people li").length === 4);
      await page.waitForFunction(() => { const { scrollTop, scrollHeight, clientHeight } = document.getElementById("scroller"); return scrollHeight - scrollTop - clientHeight < 2; });
      await page.screenshot({ path: join(folder, `chat-${size}${colorScheme === "dark" ? "-dark" : ""}.png`) });
      await context.close();
    }
  }
}

// ------------------------------------------------------------------------------------------- running

let [passed, failed] = [0, 0];
async function attempt(title, test) {
  if (flags.only && !title.includes(flags.only)) return;
  const started = performance.now();
  complaints.length = 0;
  try {
    await test();
    assert.deepEqual(complaints, [], "the console of every page stays clean");
    passed += 1;
    console.log(`ok   ${title} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${title}\n     ${String(error?.stack ?? error).split("\n").slice(0, 12).join("\n     ")}`);
    for (const complaint of complaints) console.log(`     page: ${complaint}`);
  }
  for (const context of contexts) await context.close();
  contexts = [];
}

if (flags.out) await attempt("screenshots", () => screenshots(flags.out));
for (const [title, test] of Object.entries(tests)) await attempt(title, test);
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
