// Where cepa and ws differ, and why: what ws does in each of these cases. run.mjs fails on a line that no longer holds.
const differ = (why, group, seen) => Object.entries(seen).map(([name, ws]) => [`${group}: ${name}`, { ws, why }]);
const OPEN = "101 close:1000";

export const differences = Object.fromEntries([
  differ("RFC 9110, 15.5.22: who asks for another protocol or version is told which one is spoken here, not that the request is malformed", "handshake", {
    "Upgrade with a version": "400", "Upgrade to something else": "400", "Upgrade to something alike": "400",
    "version 7": "400", "version 14": "400", "version 13, 8": "400", "version no number": "400", "version twice": "400",
  }),
  differ("RFC 9110, 7.6.1 and 7.8: Upgrade and Connection are lists", "handshake", {
    "Upgrade is a list": "400", "Upgrade in two lines": "400", "Connection is a list with tabs": "426",
  }),
  differ("RFC 9110, 5.6.1.2: an empty element of a list counts for nothing", "handshake", { "an empty element among subprotocols": "400" }),
  differ("the same", "offers", { "empty elements": "400" }),
  differ("version 8 is a draft; the standard's is written 13 and no other way (RFC 6455, 4.1)", "handshake", {
    "version 8": "101 sec-websocket-version=undefined close:1000", "version 013": OPEN,
  }),
  differ("RFC 4648, 3.5: bits behind the end of base64 are a mistake", "handshake", { "a key with bits behind its end": OPEN }),
  differ("what follows a head that announces a body is that body; read as frames it would be a second reading of one stream", "handshake", {
    "a body": "101 close:1002", "a chunked body": "101 close:1002",
  }),
  differ("RFC 6455, 4.1: HTTP/1.1, and RFC 9112, 3.2: one Host", "handshake", { "HTTP/1.0": OPEN, "no Host": OPEN, "two Hosts": OPEN }),
  differ("the same origin unless the options name others; ws leaves it to the program", "handshake", {
    "the origin of another site": OPEN, "the origin null": OPEN,
  }),
  differ("RFC 6455, 5.2: the shortest form must be used", "framing", {
    "length 0 in 16 bits": "101 binary: close:1000", "length 1 in 16 bits": "101 binary:00 close:1000", "length 125 in 16 bits": "101 binary:125#80691ad3 close:1000",
    "length 0 in 64 bits": "101 binary: close:1000", "length 125 in 64 bits": "101 binary:125#80691ad3 close:1000",
    "length 126 in 64 bits": "101 binary:126#339820e6 close:1000", "length 65535 in 64 bits": "101 binary:65535#391edab7 close:1000",
  }),
  differ("RFC 6455, 5.2: the high bit must be 0; the frame is malformed before it is too big", "framing", {
    "the high bit of the length": "101 close:1009", "all bits of the length": "101 close:1009",
  }),
  differ("text is checked as it arrives; ws checks whole messages, and waits for their end", "utf8", {
    "a fragment that is wrong already": OPEN, "a frame that is wrong before its end": "101 late",
  }),
  differ("RFC 7692, 7.1: an offer with wrong parameters is declined; the connection does without", "offers", Object.fromEntries([
    "unknown", "unknown=1", "server_no_context_takeover=1", "client_no_context_takeover=true", "server_max_window_bits",
    "server_max_window_bits=16", "server_max_window_bits=7", "server_max_window_bits=0", "server_max_window_bits=x",
    "client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=x",
    "server_no_context_takeover; server_no_context_takeover", "client_no_context_takeover; client_no_context_takeover",
    "server_max_window_bits=10; server_max_window_bits=10", "client_max_window_bits; client_max_window_bits=10",
  ].map((parameters) => [`/takeover ; ${parameters}`, "400"]))),
  differ("the same, and the next offer is tried", "offers", { "the second when the first is wrong": "400" }),
  differ("RFC 7692, 7.1.2: decimal digits without a leading zero", "offers", {
    "/takeover ; server_max_window_bits=09": "101 server_max_window_bits=9 close:1000",
    "/takeover ; server_max_window_bits=1e1": "101 server_max_window_bits=10 close:1000",
    "/takeover ; client_max_window_bits=010": "101 client_max_window_bits=10 close:1000",
  }),
  differ("zlib has no raw stream with a window of 8 bits: such an offer is declined, where ws would use 9 and say 8", "offers", {
    "/takeover ; server_max_window_bits=8": "101 server_max_window_bits=8 close:1000",
  }),
].flat());
