//! Requests of polling: which session, which method, which transport, and how many at a time.

use crate::table::{Row, SESSION, Start, request};

fn refused(name: &str, method: &str, target: &str, body: &str) -> Row {
    Row::new(format!("request: {name}"), Start::Nothing)
        .send(request(method, target, "", b""))
        .answers(400, body)
}

fn row(name: &str) -> Row {
    Row::new(format!("request: {name}"), Start::Polling)
}

fn get(target: &str) -> Vec<u8> {
    request("GET", target, "", b"")
}

pub fn rows() -> Vec<Row> {
    const TRANSPORT: &str = r#"{"code":0,"message":"Transport unknown"}"#;
    const SID: &str = r#"{"code":1,"message":"Session ID unknown"}"#;
    const METHOD: &str = r#"{"code":2,"message":"Bad handshake method"}"#;
    const BAD: &str = r#"{"code":3,"message":"Bad request"}"#;
    const REVISION: &str = r#"{"code":5,"message":"Unsupported protocol version"}"#;
    let long = format!("/socket.io/?EIO=4&transport=polling&sid={}", "A".repeat(7000));
    let longer = format!("/socket.io/?EIO=4&transport=polling&sid={}", "A".repeat(20_000));
    let many = format!("/socket.io/?{}transport=polling", "a=b&".repeat(1500));
    vec![
        refused("nothing asked for", "GET", "/socket.io/", TRANSPORT),
        refused("no transport", "GET", "/socket.io/?EIO=4", TRANSPORT),
        refused(
            "a transport of no server",
            "GET",
            "/socket.io/?EIO=4&transport=constructor",
            TRANSPORT,
        ),
        refused("a transport in capitals", "GET", "/socket.io/?EIO=4&transport=POLLING", TRANSPORT),
        refused(
            "two transports, the first unknown",
            "GET",
            "/socket.io/?EIO=4&transport=x&transport=polling",
            TRANSPORT,
        ),
        refused(
            "an unknown sid",
            "GET",
            "/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA",
            SID,
        ),
        refused(
            "an unknown sid in a POST",
            "POST",
            "/socket.io/?EIO=4&transport=polling&sid=__proto__",
            SID,
        ),
        refused("an empty sid", "GET", "/socket.io/?EIO=4&transport=polling&sid=", SID),
        refused("a sid of NUL", "GET", "/socket.io/?EIO=4&transport=polling&sid=%00", SID),
        refused(
            "a sid that is no UTF-8",
            "GET",
            "/socket.io/?EIO=4&transport=polling&sid=%ff%fe",
            SID,
        ),
        refused(
            "a sid with a broken escape",
            "GET",
            "/socket.io/?EIO=4&transport=polling&sid=%zz%",
            SID,
        ),
        refused("a sid of 7 KB", "GET", &long, SID),
        Row::new("request: a target of 20 KB".to_owned(), Start::Nothing)
            .send(get(&longer))
            .answers(414, ""),
        refused("1,500 parameters and no revision", "GET", &many, REVISION),
        refused("no revision", "GET", "/socket.io/?transport=polling", REVISION),
        refused(
            "revision 3 where it is off",
            "GET",
            "/socket.io/?EIO=3&transport=polling",
            REVISION,
        ),
        refused("revision 5", "GET", "/socket.io/?EIO=5&transport=polling", REVISION),
        refused("revision 4.0", "GET", "/socket.io/?EIO=4.0&transport=polling", REVISION),
        refused(
            "two revisions, the first unknown",
            "GET",
            "/socket.io/?EIO=x&EIO=4&transport=polling",
            REVISION,
        ),
        refused("a handshake by POST", "POST", "/socket.io/?EIO=4&transport=polling", METHOD),
        refused("a handshake by DELETE", "DELETE", "/socket.io/?EIO=4&transport=polling", METHOD),
        refused("a handshake by OPTIONS", "OPTIONS", "/socket.io/?EIO=4&transport=polling", METHOD),
        refused(
            "a WebSocket without an upgrade",
            "GET",
            "/socket.io/?EIO=4&transport=websocket",
            BAD,
        ),
        row("a session's WebSocket without an upgrade")
            .send(get("/socket.io/?EIO=4&transport=websocket&sid={sid}"))
            .answers(400, BAD)
            .lives(),
        row("a session by another revision")
            .send(get("/socket.io/?EIO=3&transport=polling&sid={sid}"))
            .answers(400, BAD)
            .lives(),
        row("a session of another server")
            .send(get("/legacy/?EIO=4&transport=polling&sid={sid}"))
            .answers(400, SID)
            .lives(),
        row("a session by PUT").send(request("PUT", SESSION, "", b"")).answers(405, "").lives(),
        row("a session by DELETE")
            .send(request("DELETE", SESSION, "", b""))
            .answers(405, "")
            .lives(),
        row("a session by OPTIONS")
            .send(request("OPTIONS", SESSION, "", b""))
            .answers(405, "")
            .lives(),
        row("a session by a method of no standard")
            .send(request("BREW", SESSION, "", b""))
            .answers(405, "")
            .lives(),
        row("two GETs")
            .send(get(SESSION))
            .taken()
            .send_on(1, get(SESSION))
            .answers_on(1, 400, "")
            .answers_on(0, 200, "1")
            .ends(),
        row("a GET that is given up").send(get(SESSION)).taken().hangs_up(0).ends(),
        row("a GET while it is closed")
            .send(get(SESSION))
            .taken()
            .send_on(1, request("POST", SESSION, "", b"1"))
            .answers_on(1, 200, "ok")
            .answers_on(0, 200, "6")
            .ends(),
        row("a GET with a body")
            .send(request("GET", SESSION, "content-length: 2\r\n", b"40"))
            .taken()
            .hangs_up(0)
            .ends(),
        row("a script where that is off")
            .send(get(&format!("{SESSION}&j=0")))
            .taken()
            .send_on(1, request("POST", &format!("{SESSION}&j=0"), "", b"d=40"))
            .answers_on(1, 200, "ok")
            .ends(),
        row("left alone").hangs_up(0).send(request("POST", SESSION, "", b"1")).answers(200, "ok"),
    ]
}
