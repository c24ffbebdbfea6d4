//! Packets of Engine.IO 4 over WebSocket.

use crate::run::MAX;
use crate::table::{Row, Start, frame};

fn row(name: &str) -> Row {
    Row::new(format!("engine: {name}"), Start::Socket)
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("a message that is too long").send(frame(0x81, &vec![b'4'; MAX + 1])).closes(1009),
        row("a binary message that is too long").send(frame(0x82, &vec![0; MAX + 1])).closes(1009),
        row("a length of 4 GiB")
            .send([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
            .closes(1009),
        row("a frame that is not masked").send([0x81, 1, b'3']).closes(1002),
        row("a compressed frame").send(frame(0xc1, b"4")).closes(1002),
        row("text that is no UTF-8").send(frame(0x81, b"42[\"\xff\"]")).closes(1007),
        row("a close frame with an illegal code").send(frame(0x88, &[0, 0])).closes(1002),
        row("nothing").text("").closes(1005),
        row("type 7").text("7").closes(1005),
        row("no digit").text("hello").closes(1005),
        row("a blank").text(" 42[\"echo\"]").closes(1005),
        row("JSON").text("{}").closes(1005),
        row("a ping, which only servers send").text("2").closes(1005),
        row("a probe").text("2probe").closes(1005),
        row("a close").text("1").closes(1005),
        row("a close, and more")
            .send([frame(0x81, b"1"), frame(0x81, b"42[\"echo\"]")].concat())
            .closes(1005),
        row("illegal base64").text("b!").closes(1005),
        row("binary that nobody waits for").binary(b"x").closes(1005),
        row("binary without a byte").binary(b"").closes(1005),
        row("the same as base64").text("bAAAA").closes(1005),
        row("an open packet").text("0{}").goes_on(),
        row("a pong that nobody asked for").text("3").goes_on(),
        row("1,000 pongs").send(frame(0x81, b"3").repeat(1000)).goes_on(),
        row("an upgrade").text("5").goes_on(),
        row("a noop").text("6").goes_on(),
        row("half an event, and it is gone").send(frame(0x01, b"42[\"ec")).hangs_up(0),
        row("2,000 events, and it is gone")
            .send(frame(0x81, b"42[\"echo\",1]").repeat(2000))
            .hangs_up(0),
    ];
    rows.push(Row::new("engine: no namespace in time", Start::Impatient).closes(1005));
    rows.push(Row::new("engine: gone without a word", Start::Engine).hangs_up(0));
    rows
}
