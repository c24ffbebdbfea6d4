// A TCP proxy in front of a server, for tests of lost connections: it can cut all connections, refuse new ones, or let
// bytes vanish. What goes through it is otherwise untouched.
import { connect, createServer } from "node:net";

/** Resolves with `{ url, state: { refuse, stalled, dials }, cut(), close() }`. */
export async function proxy(target) {
  const { hostname, port } = new URL(target);
  const pairs = new Set();
  const state = { refuse: false, stalled: false, dials: 0 };
  const server = createServer((near) => {
    state.dials += 1;
    if (state.refuse) return near.destroy();
    const far = connect(port, hostname);
    const pair = [near, far];
    pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on("data", (data) => state.stalled || to.write(data));
      from.on("end", () => to.end());
      from.on("error", () => {});
      from.on("close", () => { pairs.delete(pair); to.destroy(); });
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const cut = () => { for (const socket of [...pairs].flat()) socket.destroy(); };
  return { state, cut, url: `http://127.0.0.1:${server.address().port}`, close: () => { cut(); server.close(); } };
}
