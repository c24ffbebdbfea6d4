//! Namespaces of Socket.IO: joined twice, not at all, too many, too long; and what comes before CONNECT.

use crate::run::MAX_NAMESPACES;
use crate::table::{Row, Start};

fn closes(name: &str, text: &str) -> Row {
    Row::new(format!("namespace: {name}"), Start::Socket).text(text).closes(1005)
}

/// Refused, and the connection goes on.
fn invalid(name: &str, namespace: &str) -> Row {
    Row::new(format!("namespace: {name}"), Start::Socket)
        .text(&format!("40{namespace},"))
        .says(&format!("44{namespace},{{\"message\":\"Invalid namespace\"}}"))
        .goes_on()
}

/// In no namespace yet.
fn early(name: &str, text: &str) -> Row {
    Row::new(format!("before CONNECT: {name}"), Start::Engine).text(text).closes(1005)
}

pub fn rows() -> Vec<Row> {
    let mut crowd = Row::new("namespace: one too many", Start::Socket);
    for number in 1..MAX_NAMESPACES {
        crowd = crowd
            .text(&format!("40/dynamic-{number},"))
            .says(&format!("40/dynamic-{number},{{\"sid\":"));
    }
    crowd = crowd
        .text("40/dynamic-x,")
        .says("44/dynamic-x,{\"message\":\"Too many namespaces\"}")
        .goes_on();
    let leave = |name: &str, then: &str| {
        Row::new(format!("namespace: {name}"), Start::Socket).text("41").text(then).closes(1005)
    };
    vec![
        crowd,
        closes("an event for one that was not joined", "42/lives,[\"echo\"]"),
        closes("an answer for one that was not joined", "43/lives,1[]"),
        closes("a DISCONNECT from one that was not joined", "41/lives,"),
        closes("an event for one that does not exist", "42/nowhere,[\"echo\"]"),
        closes("an event whose namespace has no end", "42/lives[\"echo\"]"),
        closes("a CONNECT to / by its name", "40/,"),
        closes("a CONNECT whose payload is an array", "40/lives,[]"),
        closes("a CONNECT whose payload is a text", "40/lives,\"x\""),
        closes("a CONNECT whose payload is null", "40/lives,null"),
        closes("a CONNECT whose payload is cut", "40/lives,{"),
        closes("a CONNECT with an id", "40/lives,1[]"),
        closes(
            "a CONNECT whose payload is too deep",
            &format!("40/lives,{}1{}", "{\"a\":".repeat(129), "}".repeat(129)),
        ),
        invalid("one that does not exist", "/nowhere"),
        invalid("one that is the name of another's end", "/live"),
        invalid("one that goes up", "/../lives"),
        invalid("one with a query", "/lives?token=x"),
        invalid("one with an escape", "/%6cives"),
        invalid("one in capitals", "/LIVES"),
        invalid("one with NUL", "/lives\0"),
        invalid("one of 5,000 bytes", &format!("/{}", "n".repeat(5000))),
        invalid(
            "one that is longer than a client may make it",
            &format!("/dynamic-{}", "n".repeat(250)),
        ),
        invalid("__proto__", "/__proto__"),
        invalid("a pattern itself", "/dynamic-"),
        leave("an event after the DISCONNECT", "42[\"echo\"]"),
        leave("an answer after the DISCONNECT", "430[]"),
        leave("a second DISCONNECT", "41"),
        Row::new("namespace: left and joined 200 times", Start::Socket)
            .text("41")
            .send(
                [crate::table::frame(0x81, b"40/lives,"), crate::table::frame(0x81, b"41/lives,")]
                    .concat()
                    .repeat(200),
            )
            .hangs_up(0),
        Row::new("namespace: a session that was never there", Start::Engine)
            .text("40{\"pid\":\"nobody\",\"offset\":\"none\"}")
            .says("40{\"sid\":\"")
            .goes_on(),
        Row::new("namespace: a session that is no text", Start::Engine)
            .text("40{\"pid\":{\"a\":1},\"offset\":[]}")
            .says("40{\"sid\":\"")
            .goes_on(),
        Row::new("namespace: a payload with __proto__", Start::Engine)
            .text("40{\"__proto__\":{\"token\":1}}")
            .says("40{\"sid\":\"")
            .goes_on(),
        early("an event", "42[\"echo\"]"),
        early("an answer", "430[]"),
        early("a DISCONNECT", "41"),
        early("an error", "44{\"message\":\"x\"}"),
        early("no Socket.IO at all", "4hello"),
        early("an attachment in text", "4"),
        Row::new("before CONNECT: a binary event", Start::Engine)
            .text("451-[\"echo\",{\"_placeholder\":true,\"num\":0}]")
            .binary(b"x")
            .closes(1005),
    ]
}
