// Rooms, people, typing marks, and the drawer that holds them on a phone.
import * as api from "./api.js";
import { avatar, count } from "./text.js";

const REFRESH = 10_000; // ms between two looks at the list of rooms
const TYPING_LASTS = 4000; // ms after the last mark
const ROOM = /^[A-Za-z0-9_-]{1,40}$/;

const find = (id) => document.getElementById(id);

export class Sidebar {
  #people = [];
  #typing = new Map(); // nick -> the timer that ends the mark
  #rooms = [];

  /** `go(room)` is called when another room is chosen; `here()` gives { room, nick }. */
  constructor({ go, here }) {
    this.go = go;
    this.here = here;
    find("new-room").addEventListener("submit", (event) => {
      event.preventDefault();
      const input = find("room-name");
      const name = input.value.trim().replace(/^#/, "").replaceAll(" ", "-");
      input.setCustomValidity(ROOM.test(name) ? "" : "A room's name has 1 to 40 letters, digits, - or _.");
      if (!input.reportValidity()) return;
      input.value = "";
      this.toggle(false);
      go(name);
    });
    find("room-name").addEventListener("input", ({ target }) => target.setCustomValidity(""));
    find("open-sidebar").addEventListener("click", () => this.toggle(true));
    find("close-sidebar").addEventListener("click", () => this.toggle(false));
    find("shade").addEventListener("click", () => this.toggle(false));
    addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
    setInterval(() => document.visibilityState === "visible" && this.refresh(), REFRESH);
  }

  toggle(open) {
    const app = find("app");
    if (app.classList.contains("drawer") === open) return;
    app.classList.toggle("drawer", open);
    find("shade").hidden = !open;
    find("open-sidebar").ariaExpanded = String(open);
    find(open ? "close-sidebar" : "open-sidebar").focus();
    if (open) this.refresh();
  }

  async refresh() {
    try {
      this.#rooms = await api.rooms();
    } catch {
      return; // the banner tells
    }
    this.#showRooms();
  }

  /** Another room, or another name. */
  show() {
    this.#people = [];
    for (const timer of this.#typing.values()) clearTimeout(timer);
    this.#typing.clear();
    const { room, nick } = this.here();
    find("room").textContent = room;
    find("text").placeholder = `Message #${room}`;
    const name = Object.assign(document.createElement("span"), { textContent: nick, dir: "auto" });
    const edit = Object.assign(document.createElement("small"), { textContent: "change name" });
    find("me").replaceChildren(avatar(nick), name, edit);
    find("me").ariaLabel = `You are ${nick}. Change your nickname`;
    this.people([]);
    this.#showTyping();
    this.#showRooms();
    this.refresh();
  }

  people(nicks) {
    const before = this.#people.join("\n");
    this.#people = nicks;
    const { nick: me } = this.here();
    const sorted = [...nicks].sort((a, b) => (b === me) - (a === me) || a.localeCompare(b));
    find("people").replaceChildren(...sorted.map((nick) => {
      const item = document.createElement("li");
      item.dataset.nick = nick;
      item.append(avatar(nick), Object.assign(document.createElement("span"), { textContent: nick, dir: "auto" }));
      if (nick === me) item.append(Object.assign(document.createElement("small"), { textContent: "you" }));
      return item;
    }));
    find("people-count").textContent = nicks.length || "";
    find("who").textContent = nicks.length ? count(nicks.length, "person here", "people here") : "";
    if (before !== nicks.join("\n")) this.#showRooms();
  }

  /** `nicks` are typing; `all`: and nobody else. */
  typing(nicks, all) {
    const { nick: me } = this.here();
    if (all) for (const nick of this.#typing.keys()) if (!nicks.includes(nick)) this.quiet(nick);
    for (const nick of nicks) {
      if (nick === me) continue;
      clearTimeout(this.#typing.get(nick));
      this.#typing.set(nick, setTimeout(() => this.quiet(nick), TYPING_LASTS));
    }
    this.#showTyping();
  }

  quiet(nick) {
    clearTimeout(this.#typing.get(nick));
    if (this.#typing.delete(nick)) this.#showTyping();
  }

  #showTyping() {
    const nicks = [...this.#typing.keys()];
    const line = find("typing");
    const text = nicks.length === 0 ? ""
      : nicks.length === 1 ? `${nicks[0]} is typing`
      : nicks.length === 2 ? `${nicks[0]} and ${nicks[1]} are typing`
      : `${count(nicks.length, "person", "people")} are typing`;
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("on", nicks.length > 0);
  }

  #showRooms() {
    const { room } = this.here();
    const list = this.#rooms.map(({ name, people }) => ({ name, people: name === room ? Math.max(people, this.#people.length) : people }));
    if (!list.some(({ name }) => name === room)) list.push({ name: room, people: this.#people.length });
    list.sort((a, b) => (b.name === "lobby") - (a.name === "lobby") || a.name.localeCompare(b.name));
    find("rooms").replaceChildren(...list.map(({ name, people }) => {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href: `#room=${name}` });
      link.dataset.room = name;
      if (name === room) link.ariaCurrent = "page";
      link.append(Object.assign(document.createElement("span"), { className: "hash", textContent: "#", ariaHidden: "true" }));
      link.append(Object.assign(document.createElement("span"), { className: "name", textContent: name }));
      if (people) link.append(Object.assign(document.createElement("span"), { className: "badge", textContent: people, ariaLabel: count(people, "person", "people") }));
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.toggle(false);
        this.go(name);
      });
      item.append(link);
      return item;
    }));
  }
}
