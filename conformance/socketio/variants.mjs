// Every event of the variants of conformance/peer (its README.md has the table), with every official client, on every
// transport, in every namespace. The cases are in variants-cases.mjs.
//   node socketio/variants.mjs [--variant app] [--client 4.8] [--only TEXT] [--verbose] [-- COMMAND..]
// COMMAND is a server that takes `--variant V` and says `listening on PORT`; without one it is Node's, variants-server.mjs.
// The variants run beside each other, each with a server of its own, and so do the namespaces of one client.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as msgpack from "socket.io-msgpack-parser";
import { doors, events, setUp } from "./variants-cases.mjs";
import { next, soon } from "./waiting.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { variant: { type: "string" }, client: { type: "string" }, only: { type: "string" }, verbose: { type: "boolean" } },
});
const command = positionals.length ? positionals : ["node", fileURLToPath(new URL("variants-server.mjs", import.meta.url))];

const modern = ["4.8", "4.6", "4.5", "4.0", "3.1"];
const variants = {
  app: { clients: modern },
  csr: { clients: modern, recovering: ["4.8", "4.6"] }, // the older ones do not know how
  eio3: { clients: [...modern, "2.5"] },
  msgpack: { clients: modern, options: { parser: msgpack } },
};
const ways = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrading: ["polling", "websocket"],
};
const BUS = 21;
const modules = {};
for (const client of variants.eio3.clients) modules[client] = await import(`socket.io-client-${client}`);

/** Starts the server of a variant, which ends with this script; resolves with its URL. */
async function start(variant) {
  const [program, ...args] = command;
  const server = spawn(program, [...args, "--variant", variant], { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => server.kill());
  // The first start may still be compiling, so that this wait has no deadline but its end.
  const port = await new Promise((ready, failed) => {
    createInterface(server.stdout).on("line", (line) => /^listening on \d+$/.test(line) && ready(line.split(" ").pop()));
    server.on("error", failed).on("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  return `http://127.0.0.1:${port}`;
}

/** The sockets of one client on one way, and what the cases know of them. */
function visitor({ url, client, way, options, offsets }) {
  const isOld = client === "2.5";
  const { Manager } = modules[client].Manager ? modules[client] : modules[client].default;
  const connection = () => new Manager(url, { ...options, transports: ways[way], reconnection: false, forceNew: true });
  const knock = (path, auth, on = connection()) => Object.assign(on.socket(path, { auth }), { offsets });
  const refusal = async (socket) => {
    const [why] = await next(socket, isOld ? "error" : "connect_error");
    return isOld ? why : { message: why.message, data: why.data };
  };
  const open = async (path, auth, on) => {
    const socket = knock(path, auth, on);
    const refused = new Promise((_, reject) => ["error", "connect_error"].forEach((event) => socket.once(event, reject)));
    await soon(Promise.race([new Promise((done) => socket.once("connect", done)), refused]), `connection to ${path}`);
    return socket;
  };
  /** Waits until an upgrading client has moved to WebSocket. */
  const upgraded = async ({ io: { engine } }) => {
    if (way === "upgrading" && engine.transport.name !== "websocket") await next(engine, "upgrade");
    assert.equal(engine.transport.name, way === "polling" ? "polling" : "websocket");
  };
  return { isOld, way, connection, knock, refusal, open, upgraded };
}

/** Runs a table; `given` makes what a case gets, and gives a function that tidies up after it. */
async function run(table, title, given) {
  const counts = { passed: 0, failures: [] };
  for (const [name, test] of Object.entries(table)) {
    if (flags.only && !name.includes(flags.only)) continue;
    const [context, tidy] = given(name);
    try {
      await Promise.resolve(test(context)).finally(tidy);
      counts.passed += 1;
      if (flags.verbose) console.log(`  ok   ${title}: ${name}`);
    } catch (error) {
      counts.failures.push(`  FAIL ${title}: ${name}\n       ${String(error?.stack ?? error).split("\n").slice(0, 14).join("\n       ")}`);
    }
  }
  return counts;
}

/** One client on one way: all events in all namespaces, then the doors. */
async function visit(title, who, recovers) {
  // Whoever speaks protocol 4 sends no token.
  const namespaces = ["/", ...(who.isOld ? [] : ["/auth"]), "/slow", "/dyn-7"];
  const token = (path) => (path === "/auth" ? { token: "good" } : undefined);
  const crew = await Promise.all(namespaces.map((path) => Promise.all(["ana", "ben", "cid"].map(() => who.open(path, token(path))))));
  const [[listener]] = crew;
  const departure = (id) => {
    let hear;
    const left = new Promise((done) => listener.on("left", (hear = (namespace, other, reason) => other === id && done([namespace, reason]))));
    soon(left, "").finally(() => listener.off("left", hear)).catch(() => {});
    return soon(left, `departure of ${id}`);
  };
  // A case is over when those who came for it are gone: nobody counts them in the next.
  const dismiss = (sockets) => Promise.all(sockets.map((socket) => {
    const left = socket.connected && departure(socket.id);
    socket.disconnect();
    return left;
  }));
  const inside = namespaces.map((namespace, at) => {
    const [ana, ben, cid] = crew[at];
    // They come by the bus: `/slow` lets them in at the same time.
    const bus = [];
    const fill = async () => bus.push(...(await Promise.all(Array.from({ length: BUS }, () => who.open(namespace, token(namespace))))));
    return run(events, `${title}, ${namespace}`, (room) => {
      const guests = [];
      const guest = async () => {
        if (!bus.length) await fill();
        guests.push(bus.pop());
        return guests.at(-1);
      };
      const present = () => [...crew[at], ...bus, ...guests].filter(({ connected }) => connected);
      return [{ ...who, namespace, room, ana, ben, cid, guest, present, departure, recovers }, () => dismiss(guests)];
    }).finally(() => dismiss(bus));
  });
  const counts = await Promise.all(inside);
  counts.push(await run(doors, title, () => {
    const opened = [];
    const keep = (open) => (...args) => {
      const socket = open(...args);
      Promise.resolve(socket).then((socket) => opened.push(socket), () => {});
      return socket;
    };
    const context = { ...who, shared: who.connection(), open: keep(who.open), knock: keep(who.knock) };
    return [context, () => dismiss(opened)];
  }));
  crew.flat().forEach((socket) => socket.disconnect());
  return { passed: counts.reduce((sum, { passed }) => sum + passed, 0), failures: counts.flatMap(({ failures }) => failures) };
}

const totals = { passed: 0, failed: 0 };
function tell(title, { passed, failures }) {
  totals.passed += passed;
  totals.failed += failures.length;
  console.log(`${title}: ${passed} passed, ${failures.length} failed`);
  for (const failure of failures) console.log(failure);
}

async function all([variant, { url, clients, options, recovering = [] }]) {
  tell(`${variant}, set-up`, await run(setUp, variant, () => [{ url }, () => {}]));
  for (const client of clients.filter((client) => !flags.client || flags.client === client)) {
    for (const way of Object.keys(ways)) {
      const title = `${variant}, socket.io-client ${client}, ${way}`;
      const failed = (error) => ({ passed: 0, failures: [`  FAIL ${title}\n       ${error.stack ?? error}`] });
      tell(title, await visit(title, visitor({ url, client, way, options, offsets: variant === "csr" }), recovering.includes(client)).catch(failed));
    }
  }
}

const chosen = Object.entries(variants).filter(([variant]) => !flags.variant || flags.variant === variant);
for (const [variant, entry] of chosen) entry.url = await start(variant);
await Promise.all(chosen.map(all));
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed || !totals.passed ? 1 : 0);
