/*
 * The messages of one room, on screen.
 *
 * Invariants: one element a message, ascending by id, whatever order they came in and however often; whoever was at the
 * bottom stays there, whoever reads older messages is not moved. At the bottom at most `MOST` messages are kept; older ones
 * come back with the history. What was said here and has not come back yet stands in a
 * list of its own below (`pending`), so that the log holds only what the server has ordered. What comes back is known by
 * its key; it also shows by which name (`tab`) the others know this tab, and so which messages are its own.
 */
import { appendLinked, avatar, count, dayOf, hueOf, sameDay, timeOf } from "./text.js";

const TOGETHER = 5 * 60_000; // ms: messages of one author closer than this are one group
const MOST = 300; // messages on screen while nobody reads the older ones
const NEAR = 80; // px from the bottom that still count as "at the bottom"

const find = (id) => document.getElementById(id);

export class Log {
  #messages = []; // ascending by id
  #items = new Map(); // id -> element
  #unread = 0;
  #atBottom = true;
  #top = 0; // where the reader was
  #tabs; // the names of this tab among the others
  #older; // async (before) => messages
  #complete = false; // the first message of the room is here
  #loading = false;
  #pending = [];

  /** `tabs`: names that this tab is known to have had; `onTab(name)` is called with a new one. */
  constructor({ tabs, onTab, older, onUnread }) {
    this.#tabs = new Set(tabs);
    this.onTab = onTab;
    this.#older = older;
    this.onUnread = onUnread;
    this.list = find("log");
    this.scroller = find("scroller");
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#atBottom && this.toBottom()).observe(this.list);
    new ResizeObserver(() => this.#atBottom && this.toBottom()).observe(this.scroller);
    find("newer").addEventListener("click", () => this.toBottom("smooth"));
    this.list.addEventListener("click", (event) => this.#enlarge(event));
  }

  /** The newest id, for `since`. */
  get last() {
    return this.#messages.at(-1)?.id;
  }

  clear() {
    this.#messages = [];
    this.#items.clear();
    this.list.replaceChildren();
    find("pending").replaceChildren();
    this.#pending = [];
    this.#complete = this.#loading = false;
    this.#setUnread(0);
    this.#atBottom = true;
    this.#top = 0;
    find("empty").hidden = true;
    find("older").textContent = "";
  }

  /** Shows a message once, at its place. */
  add(message) {
    this.#arrived(message);
    if (this.#items.has(message.id)) return;
    let at = this.#messages.length;
    while (at > 0 && this.#messages[at - 1].id > message.id) at -= 1;
    const mine = this.#tabs.has(message.tab);
    const item = this.#element(message, mine);
    this.list.insertBefore(item, at < this.#messages.length ? this.#items.get(this.#messages[at].id) : null);
    this.#messages.splice(at, 0, message);
    this.#items.set(message.id, item);
    for (const index of [at - 1, at, at + 1]) this.#decorate(index);
    find("empty").hidden = true;
    if (this.#atBottom) {
      this.#forget();
      this.toBottom();
    } else if (!mine && at === this.#messages.length - 1) this.#setUnread(this.#unread + 1);
  }

  /** A page that is open for days must not grow for ever. */
  #forget() {
    if (this.#messages.length <= MOST) return;
    for (const { id } of this.#messages.splice(0, this.#messages.length - MOST)) {
      this.#items.get(id).remove();
      this.#items.delete(id);
    }
    this.#complete = false;
    find("older").textContent = "";
    this.#decorate(0);
  }

  /** Tells the reader that the room is empty, once that is known. */
  settle() {
    find("empty").hidden = this.#messages.length > 0 || this.#pending.length > 0;
    requestAnimationFrame(() => this.#scrolled());
  }

  toBottom(behavior = "instant") {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
    this.#atBottom = true;
    this.#setUnread(0);
  }

  // ------------------------------------------------------------------------------------- own messages on their way

  /** Shows what is being sent; returns { failed(message, again), remove(), seen } where `seen` is a promise of the arrival. */
  expect({ key, text, picture, nick }) {
    const item = this.#element({ text, picture, nick, at: Date.now() }, true);
    item.classList.add("first", "last");
    let arrive;
    const entry = { key, item, seen: new Promise((done) => { arrive = done; }), arrive: () => arrive() };
    entry.remove = () => {
      item.remove();
      this.#pending = this.#pending.filter((other) => other !== entry);
    };
    entry.failed = (reason, again) => {
      if (!this.#pending.includes(entry)) return; // it has come after all
      const note = document.createElement("p");
      note.className = "unsent";
      note.append(reason + " ");
      for (const [label, action] of [["Try again", again], ["Discard", undefined]]) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
        button.addEventListener("click", () => (entry.remove(), action?.(), this.settle()));
        note.append(button);
      }
      item.classList.add("failed");
      item.append(note);
      this.toBottom();
    };
    this.#pending.push(entry);
    find("pending").append(item);
    find("empty").hidden = true;
    this.toBottom();
    return entry;
  }

  #arrived(message) {
    const entry = message.key && this.#pending.find(({ key }) => key === message.key);
    if (!entry) return;
    entry.remove();
    entry.arrive();
    if (this.#tabs.has(message.tab)) return;
    this.#tabs.add(message.tab);
    this.onTab(message.tab);
  }

  // ------------------------------------------------------------------------------------- elements

  #element({ id, nick, text, picture, at }, mine) {
    const item = document.createElement("li");
    item.className = "message";
    item.classList.toggle("mine", mine);
    if (id !== undefined) Object.assign(item.dataset, { id, nick });
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    const author = Object.assign(document.createElement("b"), { className: "author", textContent: nick, dir: "auto" });
    bubble.append(author);
    if (picture?.startsWith("/pictures/")) bubble.append(this.#picture(picture, nick));
    if (text) {
      const paragraph = Object.assign(document.createElement("p"), { className: "text", dir: "auto" });
      appendLinked(paragraph, text);
      bubble.append(paragraph);
    }
    const time = Object.assign(document.createElement("time"), { dateTime: new Date(at).toISOString(), textContent: timeOf(at) });
    bubble.append(time);
    bubble.classList.toggle("only-picture", Boolean(picture) && !text);
    item.style.setProperty("--hue", hueOf(nick));
    item.append(avatar(nick), bubble);
    return item;
  }

  #picture(url, nick) {
    const link = Object.assign(document.createElement("a"), { className: "picture", href: url, target: "_blank", rel: "noopener" });
    link.append(Object.assign(new Image(), { src: url, alt: `Picture from ${nick}`, decoding: "async" }));
    return link;
  }

  #enlarge(event) {
    const link = event.target.closest("a.picture");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const box = find("lightbox");
    const [from, to] = [link.querySelector("img"), box.querySelector("img")];
    Object.assign(to, { src: from.src, alt: from.alt });
    box.showModal();
  }

  /** Groups, names, faces and days depend on the neighbours. */
  #decorate(index) {
    const message = this.#messages[index];
    if (!message) return;
    const [before, after] = [this.#messages[index - 1], this.#messages[index + 1]];
    const together = (a, b) => a && b && a.tab === b.tab && a.nick === b.nick && b.at - a.at < TOGETHER && sameDay(a.at, b.at);
    const item = this.#items.get(message.id);
    item.classList.toggle("first", !together(before, message));
    item.classList.toggle("last", !together(message, after));
    if (!before || !sameDay(before.at, message.at)) item.dataset.day = dayOf(message.at);
    else delete item.dataset.day;
  }

  // ------------------------------------------------------------------------------------- scrolling

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // Only going up leaves the bottom: a picture that has just loaded makes the distance grow as well.
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#atBottom = true;
    else if (scrollTop < this.#top) this.#atBottom = false;
    this.#top = scrollTop;
    if (this.#atBottom) this.#setUnread(0);
    if (scrollTop < 200 && this.#messages.length) this.#loadOlder();
  }

  async #loadOlder() {
    if (this.#complete || this.#loading) return;
    this.#loading = true;
    const live = find("messages");
    const [first] = this.#messages;
    find("older").textContent = "Loading older messages …";
    live.ariaBusy = "true"; // a screen reader is not to read out the past
    try {
      const messages = await this.#older(first.id);
      if (this.#messages[0] !== first) return; // another room by now
      this.#complete = messages.length === 0;
      const fromBottom = this.scroller.scrollHeight - this.scroller.scrollTop;
      const wasAtBottom = this.#atBottom;
      this.#atBottom = false; // adding must not scroll
      for (const message of messages) this.add(message);
      this.#atBottom = wasAtBottom;
      this.scroller.scrollTop = this.scroller.scrollHeight - fromBottom;
      find("older").textContent = this.#complete ? "This is where the room begins." : "";
    } catch {
      find("older").textContent = "Older messages could not be loaded.";
    } finally {
      live.ariaBusy = "false";
      this.#loading = false;
    }
    if (!this.#complete && this.scroller.scrollHeight <= this.scroller.clientHeight) this.#loadOlder();
  }

  #setUnread(n) {
    this.#unread = n;
    const pill = find("newer");
    pill.hidden = n === 0;
    pill.textContent = count(n, "new message", "new messages");
    this.onUnread?.(n);
  }
}
