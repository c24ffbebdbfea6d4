// Text and faces: links in a message, initials and colour of a nickname, days and times. Everything that comes from
// other people goes into the page as text nodes; only http and https become links.

const LINK = /https?:\/\/[^\s<>"]+/gi;
const TRAILING = /[.,;:!?'”’)\]}]+$/; // belongs to the sentence, mostly

/** Appends `text` to `element`, with its web addresses as links. */
export function appendLinked(element, text) {
  let at = 0;
  for (const { 0: match, index } of text.matchAll(LINK)) {
    const balanced = match.includes("(") ? match : match.replace(TRAILING, "");
    const href = balanced.replace(/[.,;:!?]+$/, "");
    if (!URL.canParse(href)) continue;
    const link = document.createElement("a");
    Object.assign(link, { href, textContent: href, target: "_blank", rel: "noopener noreferrer nofollow" });
    element.append(text.slice(at, index), link);
    at = index + href.length;
  }
  element.append(text.slice(at));
}

/** The colour of a nickname: always the same. */
export function hueOf(nick) {
  let hash = 2166136261; // FNV-1a
  for (const char of nick) hash = Math.imul(hash ^ char.codePointAt(0), 16777619);
  return (hash >>> 0) % 360;
}

/** A round face for a nickname: its initials on its colour. */
export function avatar(nick) {
  const face = document.createElement("span");
  face.className = "avatar";
  face.ariaHidden = "true";
  face.style.setProperty("--hue", hueOf(nick));
  const words = nick.split(/[\s._-]+/).filter(Boolean);
  face.textContent = [words[0], words[1]].filter(Boolean).map((word) => [...word][0]).join("").toUpperCase() || "?";
  return face;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dated = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

export const timeOf = (at) => clock.format(at);

export const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();

export function dayOf(at) {
  const now = Date.now();
  if (sameDay(at, now)) return "Today";
  if (sameDay(at, now - 86_400_000)) return "Yesterday";
  return (now - at < 300 * 86_400_000 ? weekday : dated).format(at);
}

export const count = (n, one, many) => `${n.toLocaleString()} ${n === 1 ? one : many}`;
