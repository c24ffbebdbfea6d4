/*
 * The field at the bottom: text, one picture, and what the server has against either. It refuses nothing itself but
 * what is far too big to be worth sending: the server's sentence is what people read.
 */
import { upload } from "./api.js";

const LONGEST = 2000; // characters
const COUNT_FROM = 1800; // the counter shows from here on
const HOPELESS = 4 * LONGEST; // from here on a text is not even sent to be refused
const BIGGEST = 5 * 1024 * 1024; // bytes
const TYPING_EVERY = 2000; // ms

const find = (id) => document.getElementById(id);
const lengthOf = (text) => [...text].length;

export class Composer {
  #picture; // { file, abort, url: promise of the address, ready }
  #lastTyping = 0;
  #waiting = false; // a message waits for its picture

  /** `send(text, picture)` gets what is in the field; `typing()` is called now and then. */
  constructor({ send, typing }) {
    this.send = send;
    this.text = find("text");
    this.text.addEventListener("input", () => {
      this.#fit();
      this.complain();
      if (this.text.value.trim() && Date.now() - this.#lastTyping > TYPING_EVERY) {
        this.#lastTyping = Date.now();
        typing();
      }
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      find("composer").requestSubmit();
    });
    find("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    find("attach").addEventListener("click", () => find("file").click());
    find("file").addEventListener("change", ({ target }) => {
      if (target.files[0]) this.attach(target.files[0]);
      target.value = "";
    });
    find("remove").addEventListener("click", () => (this.#detach(), this.text.focus()));
    this.text.addEventListener("paste", (event) => {
      const [file] = event.clipboardData?.files ?? [];
      if (!file) return;
      event.preventDefault();
      this.attach(file);
    });
    this.#dropping();
    this.#fit();
  }

  focus() {
    if (matchMedia("(hover: hover)").matches) this.text.focus(); // on a phone that would raise the keyboard
  }

  /** Shows why something was refused; without a reason, takes that away. */
  complain(reason = "") {
    const error = find("error");
    error.hidden = !reason;
    error.textContent = reason;
  }

  /** Puts a refused text back, unless something else has been typed. */
  restore(text) {
    if (this.text.value) return;
    this.text.value = text;
    this.#fit();
  }

  /** Uploads a picture, to go with the next message. */
  attach(file) {
    this.#detach();
    this.complain();
    if (file.size > BIGGEST) {
      this.complain(`“${file.name}” is too big: ${(file.size / 1024 / 1024).toFixed(1)} MiB. A picture has at most 5 MiB.`);
      return;
    }
    const abort = new AbortController();
    const picture = { file, abort, ready: false };
    this.#picture = picture;
    const preview = find("preview");
    const image = preview.querySelector("img");
    image.src = URL.createObjectURL(file);
    find("preview-name").textContent = file.name || "picture";
    find("progress").value = 0;
    preview.hidden = false;
    preview.classList.remove("ready");
    picture.url = upload(file, (share) => { find("progress").value = share; }, abort.signal);
    picture.url.then(
      () => {
        picture.ready = true;
        preview.classList.add("ready");
      },
      (error) => {
        if (this.#picture !== picture) return;
        this.#detach();
        this.complain(error.message);
      },
    );
    this.text.focus();
  }

  #detach() {
    if (!this.#picture) return;
    if (!this.#picture.ready) this.#picture.abort.abort();
    this.#picture = undefined;
    const preview = find("preview");
    URL.revokeObjectURL(preview.querySelector("img").src);
    preview.querySelector("img").removeAttribute("src");
    preview.hidden = true;
  }

  async #submit() {
    if (this.#waiting) return; // the first Enter counts
    this.complain();
    if (lengthOf(this.text.value) > HOPELESS) return this.complain(`That is far too long: a message has at most ${LONGEST.toLocaleString()} characters.`);
    const picture = this.#picture;
    let url;
    this.#waiting = true;
    try {
      url = await picture?.url; // still on its way up: the message waits for it
    } catch {
      return; // said already
    } finally {
      this.#waiting = false;
    }
    if (this.#picture !== picture) return; // taken away, or another one by now
    const text = this.text.value;
    this.#detach();
    this.text.value = "";
    this.#fit();
    this.#lastTyping = 0;
    this.focus();
    this.send(text, url);
  }

  #fit() {
    const { text } = this;
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
    const length = lengthOf(text.value.trim());
    const counter = find("counter");
    counter.textContent = length >= COUNT_FROM ? `${length.toLocaleString()} / ${LONGEST.toLocaleString()}` : "";
    counter.classList.toggle("over", length > LONGEST);
  }

  #dropping() {
    const drop = find("drop");
    const hasFile = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      drop.hidden = false;
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) drop.hidden = true;
    });
    addEventListener("drop", (event) => {
      drop.hidden = true;
      if (!hasFile(event)) return;
      event.preventDefault();
      if (event.dataTransfer.files[0]) this.attach(event.dataTransfer.files[0]);
    });
  }
}
