// Node's `ws`, set up as crates/cepa-ws/examples/ws_conformance.rs is: the reference for run.mjs.
//   node ws/server.mjs      prints: listening on 127.0.0.1:PORT
import http from "node:http";
import { WebSocketServer } from "ws";

const known = ["chat.v2", "chat.v1"];
const usual = { noServer: true, maxPayload: 65536, maxFragments: 16, handleProtocols: (offers) => known.find((name) => offers.has(name)) ?? false };
const none = { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true };
const paths = {
  "/echo": new WebSocketServer(usual),
  "/deflate": new WebSocketServer({ ...usual, perMessageDeflate: none }),
  "/takeover": new WebSocketServer({ ...usual, perMessageDeflate: { threshold: 0 } }),
};

/** Starts the server; gives its address and how to end it. */
export async function start() {
  const server = http.createServer((_request, response) => response.writeHead(426, { upgrade: "websocket" }).end());
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {});
    const wss = paths[request.url] ?? paths["/echo"];
    wss.handleUpgrade(request, socket, head, (ws) => {
      ws.on("error", () => {});
      ws.on("message", (data, binary) => ws.send(data, { binary }));
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

if (import.meta.url === `file://${process.argv[1]}`) console.log(`listening on ${(await start()).address}`);
