/*
 * The chat: holds together who is here (nick, a random id for this tab), where (room) and how messages arrive (transport).
 *
 * The id is a secret between this tab and the server; others see a hash of it, which this tab learns from its own messages.
 * A browser that duplicates a tab copies the id: where that does harm the server says so, and one of the two takes a new one.
 *
 * Room and transport live in the address, `/#room=lobby&transport=sse`, so that a link or a reload leads back; `nick=` there
 * wins over the remembered one. Changing the transport keeps the messages on screen: the new one starts where the old one was.
 */
import * as api from "./api.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { Sidebar } from "./sidebar.js";
import { officialAvailable, transports } from "./transports.js";

const find = (id) => document.getElementById(id);
const LATE = 1500; // ms without a connection until the banner says so

const remember = (storage, key, value) => {
  try {
    if (value !== undefined) globalThis[storage].setItem(key, value);
    return globalThis[storage].getItem(key) ?? undefined;
  } catch {
    return value; // storage is switched off
  }
};

const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36).padStart(2, "0")).join("");

const newClient = () => remember("sessionStorage", "cepa.client", randomId());
const client = remember("sessionStorage", "cepa.client") ?? newClient(); // one a tab
const tabs = new Set((remember("sessionStorage", "cepa.tabs") ?? "").split(" ").filter(Boolean));
const here = { client, nick: undefined, room: undefined, transport: undefined };
let link;
let current; // whose callbacks count
let state = "connecting";
let late;

// ------------------------------------------------------------------------------------------- address

const address = () => new URLSearchParams(location.hash.slice(1));

function readAddress() {
  const given = address();
  const room = given.get("room") ?? "";
  return {
    room: /^[A-Za-z0-9_-]{1,40}$/.test(room) ? room : "lobby",
    transport: Object.hasOwn(transports, given.get("transport") ?? "") ? given.get("transport") : remember("localStorage", "cepa.transport") ?? "ws",
    nick: given.get("nick")?.trim().slice(0, 24) || remember("localStorage", "cepa.nick"),
  };
}

function go(changes) {
  const next = address();
  next.set("room", here.room);
  next.set("transport", here.transport);
  for (const [name, value] of Object.entries(changes)) next.set(name, value);
  location.hash = next;
}

// ------------------------------------------------------------------------------------------- pieces

const log = new Log({
  tabs,
  onTab: (tab) => remember("sessionStorage", "cepa.tabs", [...tabs.add(tab)].join(" ")),
  older: async (before) => (await api.history(here.room, before)).messages,
  onUnread: showTitle,
});
const sidebar = new Sidebar({ go: (room) => go({ room }), here: () => here });
const composer = new Composer({ send, typing: () => link?.typing() });

let unseen = 0; // messages that came while the page was in the background
function showTitle() {
  document.title = `${unseen ? `(${unseen}) ` : ""}#${here.room ?? "lobby"} · cepa chat`;
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  unseen = 0;
  showTitle();
  if (state === "lost") link?.wake();
});

// ------------------------------------------------------------------------------------------- connection

function open() {
  link?.close();
  const { room } = here;
  const token = (current = {});
  const mine = () => current === token;
  link = transports[here.transport].open({
    ...here,
    since: () => (mine() && here.room === room ? log.last : undefined),
    on: {
      message: (message) => mine() && message.room === room && arrived(message),
      people: (nicks) => mine() && (sidebar.people(nicks), log.settle()),
      typing: (nicks, all) => mine() && sidebar.typing(nicks, all),
      state: (name, detail) => mine() && setState(name, detail),
      replaced: () => (here.client = newClient()),
    },
  });
}

function arrived(message) {
  log.add(message);
  sidebar.quiet(message.nick);
  if (document.visibilityState === "hidden") unseen += 1;
  showTitle();
}

function setState(name, detail) {
  state = name;
  const status = find("status");
  status.dataset.state = name;
  status.dataset.transport = here.transport;
  find("status-transport").textContent = transports[here.transport].name;
  const states = { connecting: "connecting …", open: "connected", lost: navigator.onLine ? "reconnecting …" : "offline", missing: "not available" };
  find("status-text").textContent = states[name];
  status.title = `${transports[here.transport].name}: ${states[name]}`;
  if (name === "open") return showBanner("");
  if (detail) return showBanner(detail, name === "lost");
  if (!navigator.onLine) return showBanner("You are offline. What you miss will be here when you are back.", false);
  const words = name === "lost" ? "The connection is lost. Trying again …" : "Connecting takes longer than usual …";
  if (!find("banner").hidden) return showBanner(words);
  late ??= setTimeout(() => showBanner(words), LATE); // a connection that comes back at once needs no words
}

function showBanner(text, retry = true) {
  clearTimeout(late);
  late = undefined;
  find("banner").hidden = !text;
  find("banner-text").textContent = text;
  find("retry").hidden = !retry;
}
find("retry").addEventListener("click", () => link?.wake());
addEventListener("online", () => state === "lost" && setState("lost"));
addEventListener("offline", () => state === "lost" && setState("lost"));

/**
 * Says something: shows it as on its way until it comes back by the transport, and how long that took. The key makes it one
 * message however often it is sent.
 */
async function send(text, picture, key = randomId()) {
  const started = performance.now();
  const { room, transport } = here;
  const pending = log.expect({ key, text, picture, nick: here.nick });
  pending.seen.then(() => {
    if (here.transport !== transport) return;
    const took = performance.now() - started;
    find("status-text").textContent = took < 1000 ? `${Math.round(took)} ms` : `${(took / 1000).toFixed(1)} s`;
    find("status").title = `Your last message came back by ${transports[transport].name} in ${Math.round(took)} ms`;
  });
  try {
    await link.say({ text, picture, key });
  } catch (error) {
    if (here.room !== room) return;
    if (error instanceof api.Refused && error.status < 500) {
      pending.remove();
      log.settle();
      composer.complain(error.message);
      composer.restore(text);
    } else {
      pending.failed(error instanceof api.Refused ? error.message : "Not sent: the server did not answer.", () => send(text, picture, key));
    }
  }
}

addEventListener("pagehide", () => link?.silent && api.leave(here.room, here.client));

// ------------------------------------------------------------------------------------------- who, where, how

function apply() {
  const wanted = readAddress();
  if (!wanted.nick) return askNick();
  const [moved, renamed, changed] = ["room", "nick", "transport"].map((name) => here[name] !== wanted[name]);
  if (!(moved || renamed || changed)) return;
  if (moved && link?.silent) api.leave(here.room, here.client);
  Object.assign(here, wanted);
  if (moved) log.clear();
  if (moved || renamed) sidebar.show();
  if (changed) {
    remember("localStorage", "cepa.transport", here.transport);
    const choice = document.querySelector(`#transports [value="${here.transport}"]`);
    if (choice) choice.checked = true;
  }
  composer.complain();
  showTitle();
  open();
  if (moved || renamed) composer.focus();
}
addEventListener("hashchange", apply);

function askNick() {
  const dialog = find("nick-dialog");
  find("nick").value = here.nick ?? "";
  find("nick-error").textContent = "";
  dialog.showModal();
  find("nick").select();
}
find("nick-form").addEventListener("submit", (event) => {
  const nick = find("nick").value.trim();
  if (!nick) {
    event.preventDefault();
    find("nick-error").textContent = "A name needs at least one character.";
    return;
  }
  remember("localStorage", "cepa.nick", nick);
  const next = address();
  if (next.has("nick") || remember("localStorage", "cepa.nick") !== nick) {
    next.set("nick", nick); // what stands there wins, so it has to change with it
    history.replaceState(null, "", `#${next}`);
  }
  queueMicrotask(apply);
});
find("nick-dialog").addEventListener("cancel", (event) => here.nick || event.preventDefault());
find("me").addEventListener("click", () => (sidebar.toggle(false), askNick()));

const choices = find("transports");
function showChoices(open) {
  choices.classList.toggle("open", open);
  find("status").ariaExpanded = String(open);
}
for (const [value, { name, hint }] of Object.entries(transports)) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "transport", value });
  const words = Object.assign(document.createElement("span"), { textContent: name });
  label.append(input, words, Object.assign(document.createElement("small"), { textContent: hint }));
  label.dataset.transport = value;
  label.hidden = value === "official";
  choices.append(label);
}
officialAvailable().then((there) => {
  choices.querySelector("[data-transport=official]").hidden = !there && readAddress().transport !== "official";
});
choices.addEventListener("change", ({ target }) => {
  go({ transport: target.value });
  showChoices(false);
});
find("status").addEventListener("click", () => showChoices(!choices.classList.contains("open")));
addEventListener("pointerdown", ({ target }) => choices.classList.contains("open") && !target.closest("#transports, #status") && showChoices(false));
addEventListener("keydown", ({ key }) => key === "Escape" && showChoices(false));

const wide = matchMedia("(min-width: 1180px)"); // as in style.css: the choices stand in the header, and need no button
const fitStatus = () => { find("status").disabled = wide.matches; };
wide.addEventListener("change", fitStatus);
fitStatus();

apply();
