// RFC 7692 section 7.1: the negotiation of permessage-deflate, with context takeover and without.
const one = (name, offer, expect, path = "/takeover") => ({ name, path, headers: { "Sec-WebSocket-Extensions": offer }, shows: "extension", expect: expect === "400" ? "400" : `101 ${expect && `${expect} `}close:1000` });
const offered = (parameters, expect, path) => one(`${path ?? "/takeover"} ${parameters || "without parameters"}`, `permessage-deflate${parameters}`, expect, path);
const none = "client_no_context_takeover;server_no_context_takeover";
const DECLINED = "";

export default [
  one("no offer", null, DECLINED),
  offered("", "plain"),
  offered("; client_max_window_bits", "plain"),
  offered("; client_max_window_bits=15", "client_max_window_bits=15"),
  offered("; client_max_window_bits=8", "client_max_window_bits=8"),
  offered("; client_max_window_bits=9", "client_max_window_bits=9"),
  offered('; client_max_window_bits="10"', "client_max_window_bits=10"),
  offered("; server_no_context_takeover", "server_no_context_takeover"),
  offered("; client_no_context_takeover", "client_no_context_takeover"),
  offered("; client_no_context_takeover; server_no_context_takeover", none),
  ...[9, 10, 11, 12, 13, 14, 15].map((bits) => offered(`; server_max_window_bits=${bits}`, `server_max_window_bits=${bits}`)),
  offered("; server_max_window_bits=8", DECLINED),
  offered('; server_max_window_bits="12"', "server_max_window_bits=12"),
  offered("; server_max_window_bits=10; client_max_window_bits=11; server_no_context_takeover; client_no_context_takeover", `client_max_window_bits=11;${none};server_max_window_bits=10`.split(";").sort().join(";")),
  offered("", none, "/deflate"),
  offered("; client_max_window_bits", none, "/deflate"),
  offered("; server_no_context_takeover", none, "/deflate"),
  offered("; server_max_window_bits=10", "client_no_context_takeover;server_max_window_bits=10;server_no_context_takeover", "/deflate"),
  ...[
    "; unknown", "; unknown=1", "; server_no_context_takeover=1", "; client_no_context_takeover=true", "; server_max_window_bits", "; server_max_window_bits=7",
    "; server_max_window_bits=16", "; server_max_window_bits=0", "; server_max_window_bits=09", "; server_max_window_bits=1e1", "; server_max_window_bits=x", "; client_max_window_bits=7",
    "; client_max_window_bits=16", "; client_max_window_bits=010", "; client_max_window_bits=x", "; server_no_context_takeover; server_no_context_takeover",
    "; client_no_context_takeover; client_no_context_takeover", "; server_max_window_bits=10; server_max_window_bits=10", "; client_max_window_bits; client_max_window_bits=10",
  ].map((parameters) => offered(parameters, DECLINED)),
  one("the first of two offers", "permessage-deflate; server_max_window_bits=10, permessage-deflate", "server_max_window_bits=10"),
  one("the second when the first is wrong", "permessage-deflate; unknown, permessage-deflate; client_no_context_takeover", "client_no_context_takeover"),
  one("two lines", ["permessage-deflate; server_max_window_bits=9", "permessage-deflate"], "server_max_window_bits=9"),
  one("beside others", "x-webkit-deflate-frame, permessage-deflate, x-other; a=b", "plain"),
  one("others alone", "x-webkit-deflate-frame", DECLINED),
  one("empty elements", ", permessage-deflate,\t, x-other,", "plain"),
  one("spaces and tabs", "permessage-deflate ;\tserver_max_window_bits=10", "server_max_window_bits=10"),
  ...[",", "permessage-deflate;", "permessage deflate", "permessage-deflate; client_max_window_bits=", 'permessage-deflate; client_max_window_bits="10', "permessage-deflate; =10", '"permessage-deflate"'].map((offer) => one(`the grammar is broken: ${offer}`, offer, "400")),
];
