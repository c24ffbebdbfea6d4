// The official admin page, from its npm package, in Chromium, connected to our server with a few clients in rooms.
//   node browser/admin.mjs --url http://127.0.0.1:3000 [--out DIR] [--chromium /usr/bin/chromium]
// The server is the example `conformance` of cepa-socketio with `--admin basic`. The page's files are answered here, under the
// server's own origin, so that nothing but the protocol is the server's. `--out` also takes the guide's screenshots.
// Every wait is for a condition and has a deadline. Ends with "N passed, N failed".
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { io } from "socket.io-client-4.8";
import { launch } from "./browser.mjs";

const { values: flags } = parseArgs({
  options: { url: { type: "string", default: "http://127.0.0.1:3000" }, out: { type: "string" }, chromium: { type: "string" } },
});
const DEADLINE = 20_000;
const modules = join(dirname(fileURLToPath(import.meta.url)), "../node_modules");
const PAGE = `${flags.url}/admin-ui/`;
const ask = (socket, ...args) => socket.timeout(DEADLINE).emitWithAck(...args);

const browser = await launch(flags.chromium);
const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, reducedMotion: "reduce" });
context.setDefaultTimeout(DEADLINE);
const complaints = [];

// What the page takes from elsewhere comes from packages, or not at all: no test leaves this machine.
await context.route((url) => url.origin !== new URL(flags.url).origin, (route) => {
  const font = route.request().url().match(/materialdesignicons[^?]*\.(css|woff2)/);
  if (!font) return route.abort();
  return route.fulfill({ path: join(modules, "@mdi/font", font[1] === "css" ? "css" : "fonts", font[0]), headers: { "access-control-allow-origin": "*" } });
});
await context.route(`${PAGE}**`, (route) => {
  const path = new URL(route.request().url()).pathname.slice("/admin-ui/".length) || "index.html";
  return route.fulfill({ path: join(modules, "@socket.io/admin-ui/ui/dist", path) });
});

const page = await context.newPage();
page.on("pageerror", (error) => complaints.push(error.stack));

const go = (route) => page.goto(`${PAGE}#${route}`);
const text = (what) => page.getByText(what).first().waitFor();
/** Waits until what is moving has come to rest: two pictures are the same. */
async function shoot(name) {
  if (!flags.out) return;
  mkdirSync(flags.out, { recursive: true });
  await page.mouse.move(0, 0);
  for (let before = Buffer.alloc(0), tries = 0; tries < 20; tries += 1) {
    const picture = await page.screenshot();
    if (picture.equals(before)) break;
    before = picture;
  }
  await page.screenshot({ path: join(flags.out, `admin-${name}.png`) });
}

async function login(password) {
  await page.getByLabel("Server URL").fill(flags.url);
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Connect" }).click();
}

const connect = async (name, namespace, transports, room) => {
  const socket = io(flags.url + namespace, { forceNew: true, reconnection: false, transports, auth: { token: "good" } });
  await new Promise((done, fail) => (socket.once("connect", done), socket.once("connect_error", fail)));
  await ask(socket, "nick", name);
  await ask(socket, "join", room);
  return socket;
};
const clients = await Promise.all([
  connect("ana", "/", ["websocket"], "lobby"),
  connect("bob", "/", ["polling"], "lobby"),
  connect("cid", "/", ["polling", "websocket"], "kitchen"),
  connect("dan", "/custom", ["websocket"], "lobby"),
  connect("eve", "/auth", ["websocket"], "hall"),
]);

const tests = {
  async "a wrong password is refused"() {
    await page.goto(PAGE);
    await login("changeIt");
    await text("Invalid credentials");
  },
  async "the right one shows the dashboard, with clients and namespaces"() {
    await login("changeit");
    await page.getByLabel("Server URL").waitFor({ state: "hidden" });
    for (let i = 0; i < 40; i += 1) await ask(clients[i % 3], "message-with-ack", `onion ${i}`);
    await page.getByRole("cell", { name: "/custom" }).first().waitFor();
    await page.locator("canvas").nth(2).waitFor();
    await shoot("dashboard");
  },
  async "sockets are listed with their transports"() {
    await go("/sockets/");
    for (const client of clients.slice(0, 3)) await text(client.id);
    await text("HTTP long-polling");
    await shoot("sockets");
  },
  async "a socket has its data, its request and its rooms"() {
    await page.getByText(clients[0].id).first().click();
    await text('"nick": "ana"');
    await text("lobby");
    await shoot("socket");
  },
  async "rooms come and go"() {
    await go("/rooms/");
    await text("lobby");
    await ask(clients[0], "join", "garden");
    await text("garden");
    await shoot("rooms");
    await ask(clients[0], "leave", "garden");
    await page.getByRole("row").filter({ hasText: "garden" }).waitFor({ state: "detached" });
  },
  async "events are shown as they happen"() {
    await go("/events/");
    clients[1].emit("message", "peel, then slice", { layers: 7 });
    clients[2].emit("io-to", ["lobby"], null, "served", "soup");
    await text("served");
    await page.getByRole("row").filter({ hasText: "message-back" }).getByRole("button").click();
    await text("peel, then slice");
    await shoot("events");
  },
  async "the server is shown, and a reload needs no password"() {
    await go("/servers/");
    await page.reload();
    await text(hostname());
    assert.equal(await page.getByLabel("Server URL").isVisible(), false);
  },
  async "a socket is disconnected from the page"() {
    await go("/sockets/");
    const [{ id }] = clients;
    const gone = new Promise((done) => clients[0].once("disconnect", done));
    await page.getByRole("row").filter({ hasText: id }).getByRole("button").click();
    assert.equal(await gone, "io server disconnect");
    await text(/^disconnected$/i); // the click has also led to the socket
  },
  async "no page has complained"() {
    assert.deepEqual(complaints, []);
  },
};

let failed = 0;
for (const [title, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok   ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${title}: ${error.stack}`);
    if (flags.out) await page.screenshot({ path: join(flags.out, `failed-${failed}.png`) });
  }
}
for (const client of clients) client.disconnect();
await browser.close();
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
