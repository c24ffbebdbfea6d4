// Waiting for what a server does: each wait ends with the event or at its deadline. Nothing sleeps.
export const DEADLINE = 10_000;

/** Rejects when `promise` takes longer than the deadline. */
export function soon(promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no ${what} within ${DEADLINE} ms`)), DEADLINE); });
  const first = Promise.race([promise, late]).finally(() => clearTimeout(timer));
  first.catch(() => {}); // a test that failed before it came to wait has said why
  return first;
}

/** The arguments of the next `event`. */
export const next = (socket, event) => soon(new Promise((done) => socket.once(event, (...args) => done(args))), event);

/** The arguments of the answer. */
export const ask = (socket, event, ...args) => soon(new Promise((done) => socket.emit(event, ...args, (...answer) => done(answer))), `answer to ${event}`);
