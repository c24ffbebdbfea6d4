// The server's HTTP interface. Failures are a `Refused` (the server said no, and why, in a sentence for people)
// or whatever `fetch` throws (nobody answered).

/** The server's problem+json as an error; `message` is fit to be shown. */
export class Refused extends Error {
  constructor(problem, status) {
    super(problem?.detail ?? problem?.title ?? `The server answered ${status}.`);
    this.status = problem?.status ?? status;
    this.code = problem?.code;
  }
}

const inRoom = (room, what, query = {}) => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return `/api/rooms/${encodeURIComponent(room)}/${what}${given.length ? "?" + new URLSearchParams(given) : ""}`;
};

async function request(url, init) {
  const response = await fetch(url, { cache: "no-store", ...init });
  if (response.ok) return response.status === 204 ? undefined : response.json();
  throw new Refused(await response.json().catch(() => undefined), response.status);
}

const post = (url, body) =>
  request(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), keepalive: true });

export const rooms = () => request("/api/rooms");
export const history = (room, before) => request(inRoom(room, "history", { before, limit: 50 }));
export const say = (room, message) => post(inRoom(room, "messages"), message);
export const typing = (room, who) => post(inRoom(room, "typing"), who);
export const poll = (room, query, signal) => request(inRoom(room, "poll", query), { signal });
export const wait = (room, query, signal) => request(inRoom(room, "wait", query), { signal });
export const eventsUrl = (room, query) => inRoom(room, "events", query);
export const socketUrl = (room, query) => location.origin.replace("http", "ws") + inRoom(room, "ws", query);

/** Says goodbye while the page goes away; for transports whose end the server cannot see. */
export const leave = (room, client) =>
  navigator.sendBeacon(inRoom(room, "leave"), new Blob([JSON.stringify({ client })], { type: "application/json" }));

/** Uploads a picture; `onProgress` gets 0..1. XMLHttpRequest, because `fetch` does not tell how far an upload is. */
export function upload(file, onProgress, signal) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("picture", file);
    request.open("POST", "/api/pictures");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => (request.status === 201 ? done(request.response.url) : failed(new Refused(request.response, request.status)));
    request.onerror = () => failed(new Error("The picture could not be uploaded. Is the connection all right?"));
    request.onabort = () => failed(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
