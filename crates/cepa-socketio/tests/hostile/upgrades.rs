//! From polling to WebSocket: what may come in place of `2probe`, `5`, and which sessions may.
//!
//! Whatever goes wrong ends the new WebSocket alone: the session goes on over polling.

use crate::table::{Row, SESSION, Start, frame, request, upgrade};

const TARGET: &str = "/socket.io/?EIO=4&transport=websocket&sid={sid}";

/// A session, and a WebSocket for it.
fn row(name: &str) -> Row {
    Row::new(format!("upgrade: {name}"), Start::Polling).send(upgrade(TARGET, "")).answers(101, "")
}

/// The same, and the probe has been answered.
fn probed(name: &str) -> Row {
    row(name).text("2probe").says("3probe")
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("a message in place of the probe").text("4hello").closes(1005).lives(),
        row("a ping without its text").text("2").closes(1005).lives(),
        row("a ping with another text").text("2prob").closes(1005).lives(),
        row("a pong").text("3probe").closes(1005).lives(),
        row("an open packet").text("0").closes(1005).lives(),
        row("a close packet").text("1").closes(1005).lives(),
        row("a noop").text("6").closes(1005).lives(),
        row("nothing").text("").closes(1005).lives(),
        row("no packet").text("hello").closes(1005).lives(),
        row("binary").binary(b"2probe").closes(1005).lives(),
        row("a frame that is not masked").send([0x81, 1, b'2']).closes(1002).lives(),
        row("a reserved opcode").send(frame(0x83, b"")).closes(1002).lives(),
        row("text that is no UTF-8").send(frame(0x81, b"2\xff")).closes(1007).lives(),
        row("a message that is too long").send(frame(0x81, &[b'2'; 20_000])).closes(1009).lives(),
        row("gone at once").hangs_up(0).lives(),
        row("closed at once").send(frame(0x88, b"\x03\xe8")).closes(1000).lives(),
        row("silence").closes(1005).lives(),
        probed("two probes").text("2probe").closes(1005).lives(),
        probed("a message after the probe").text("4hello").closes(1005).lives(),
        probed("binary after the probe").binary(b"5").closes(1005).lives(),
        probed("nothing after the probe").text("").closes(1005).lives(),
        probed("gone after the probe").hangs_up(0).lives(),
        probed("closed after the probe").send(frame(0x88, b"")).closes(1005).lives(),
        probed("an illegal frame after the probe").send(frame(0xf1, b"")).closes(1002).lives(),
        probed("nonsense together with the switch")
            .send([frame(0x81, b"5"), frame(0x83, b"")].concat())
            .closes(1002),
        probed("a second WebSocket meanwhile")
            .send_on(1, upgrade(TARGET, ""))
            .answers_on(1, 101, "")
            .closes_on(1, 1005)
            .text("5")
            .text("40")
            .says("40{\"sid\":\"")
            .goes_on(),
        probed("a session that closes meanwhile")
            .send_on(1, request("POST", SESSION, "", b"1"))
            .answers_on(1, 200, "ok")
            .closes(1005)
            .ends(),
        row("no probe").text("5").text("40").says("40{\"sid\":\"").goes_on(),
        probed("polling after the switch")
            .text("5")
            .text("40")
            .says("40{\"sid\":\"")
            .send_on(1, request("GET", SESSION, "", b""))
            .answers_on(1, 400, "{\"code\":3,")
            .send_on(2, request("POST", SESSION, "", b"1"))
            .answers_on(2, 400, "{\"code\":3,")
            .goes_on(),
        probed("another WebSocket after the switch")
            .text("5")
            .text("40")
            .says("40{\"sid\":\"")
            .send_on(1, upgrade(TARGET, ""))
            .answers_on(1, 101, "")
            .closes_on(1, 1005)
            .goes_on(),
    ];
    for (name, target) in [
        ("by another revision", "/socket.io/?EIO=3&transport=websocket&sid={sid}"),
        ("as polling", SESSION),
    ] {
        rows.push(
            Row::new(format!("upgrade: {name}"), Start::Polling)
                .send(upgrade(target, ""))
                .answers(400, "Bad request")
                .lives(),
        );
    }
    rows.push(
        Row::new("upgrade: from a foreign origin", Start::Polling)
            .send(upgrade(TARGET, "origin: http://evil.example\r\n"))
            .answers(400, "Forbidden")
            .lives(),
    );
    rows.push(
        Row::new("upgrade: without a key", Start::Polling)
            .send(request("GET", TARGET, "upgrade: websocket\r\n", b""))
            .answers(426, "")
            .lives(),
    );
    rows.push(
        Row::new("upgrade: of what began as a WebSocket", Start::Socket)
            .send_on(1, upgrade(TARGET, ""))
            .answers_on(1, 101, "")
            .closes_on(1, 1005)
            .goes_on(),
    );
    rows
}
