//! Packets of Socket.IO 5 in `/`: their types, attachments, ids and JSON.
//!
//! What cannot be read closes the connection without a code, as in Node.

use crate::run::{MAX, MAX_ATTACHMENTS, MAX_PACKET};
use crate::table::{Row, Start, frame};

fn row(name: &str) -> Row {
    Row::new(format!("packet: {name}"), Start::Socket)
}

fn closes(name: &str, text: &str) -> Row {
    row(name).text(text).closes(1005)
}

fn goes_on(name: &str, text: &str) -> Row {
    row(name).text(text).goes_on()
}

fn echoes(name: &str, list: &str) -> Row {
    row(name).text(&format!("42[\"echo\",{list}]")).says(&format!("42[\"echo\",{list}]")).goes_on()
}

const PLACE: &str = r#"{"_placeholder":true,"num":0}"#;

/// A binary event whose one argument is this, and one attachment.
fn placed(name: &str, argument: &str) -> Row {
    row(name).text(&format!("451-[\"echo\",{argument}]")).binary(b"x").closes(1005)
}

fn types() -> Vec<Row> {
    vec![
        closes("no type", "4"),
        closes("type 7", "47"),
        closes("a type that is no digit", "4x"),
        closes("a type of another script", "4\u{0662}[\"echo\"]"),
        closes("an error, which only servers send", "44{\"message\":\"x\"}"),
        closes("a second CONNECT", "40"),
        closes("a second CONNECT with a payload", "40{\"token\":1}"),
        closes("a DISCONNECT with a payload", "41[]"),
        closes("an event without arguments", "42"),
        closes("an event without a name", "42[]"),
        closes("an event that is an object", "42{}"),
        closes("an event that is a text", "42\"echo\""),
        closes("an event that is null", "42null"),
        closes("a name that is an object", "42[{\"toString\":1}]"),
        closes("a name that is an array", "42[[\"echo\"]]"),
        closes("a name that is null", "42[null]"),
        closes("a name that is true", "42[true]"),
        closes("an answer that is an object", "430{}"),
        closes("an answer without arguments", "430"),
        goes_on("an empty name", "42[\"\"]"),
        goes_on("a name that is a number", "42[5,\"a\"]"),
        goes_on("a name of 9,000 bytes", &format!("42[\"{}\"]", "n".repeat(9000))),
        goes_on("a name that no one listens to", "42[\"hasOwnProperty\"]"),
        goes_on("a handler that fails", "42[\"typed\",{\"not\":\"this\"}]"),
        goes_on("a handler that panics", "42[\"panic\"]"),
        goes_on(
            "1,000 arguments more than it takes",
            &format!("42[\"typed\",1{}]", ",1".repeat(1000)),
        ),
        closes("a reserved name, connect", "42[\"connect\"]"),
        closes("a reserved name, connect_error", "42[\"connect_error\"]"),
        closes("a reserved name, disconnect", "42[\"disconnect\"]"),
        closes("a reserved name, disconnecting", "42[\"disconnecting\"]"),
        closes("a reserved name, newListener", "42[\"newListener\"]"),
        closes("a reserved name, removeListener", "42[\"removeListener\"]"),
        closes("a reserved name with an escape", "42[\"dis\\u0063onnect\"]"),
    ]
}

fn attachments() -> Vec<Row> {
    let many = [PLACE; 9].join(",");
    vec![
        closes("attachments without a number", "45-[\"echo\"]"),
        closes("attachments without a dash", "451[\"echo\"]"),
        closes("no attachments", "450-[\"echo\"]"),
        closes("minus one attachments", "45-1-[\"echo\"]"),
        closes("one and a half attachments", "451.5-[\"echo\"]"),
        closes("an exponent of attachments", "451e1-[\"echo\"]"),
        closes("one attachment too many", &format!("45{}-[\"echo\"]", MAX_ATTACHMENTS + 1)),
        closes("4,294,967,297 attachments", "454294967297-[\"echo\"]"),
        closes("attachments without end", &format!("45{}-[\"echo\"]", "9".repeat(400))),
        closes("attachments of an answer without a number", "46-1[]"),
        row("text in place of an attachment")
            .text(&format!("451-[\"echo\",{PLACE}]"))
            .text("42[\"echo\"]")
            .closes(1005),
        row("a second binary packet in place of an attachment")
            .text(&format!("451-[\"echo\",{PLACE}]"))
            .text(&format!("451-[\"echo\",{PLACE}]"))
            .closes(1005),
        row("a CONNECT in place of an attachment")
            .text(&format!("451-[\"echo\",{PLACE}]"))
            .text("40/lives,")
            .closes(1005),
        row("a pong in place of an attachment, and then the attachment")
            .text("451-[\"typed\",1]")
            .text("3")
            .binary(b"x")
            .goes_on(),
        row("one attachment more than announced")
            .text("451-[\"typed\",1]")
            .binary(b"x")
            .binary(b"y")
            .closes(1005),
        row("one attachment less than announced").text("452-[\"echo\"]").binary(b"x").closes(1005),
        row("attachments that never come").text("454-[\"echo\"]").closes(1005),
        row("attachments that are too long together")
            .text("454-[\"echo\"]")
            .send(frame(0x82, &[b'x'; MAX_PACKET / 2]).repeat(2))
            .closes(1005),
        row("attachments without a byte")
            .text(&format!("452-[\"typed\",1,{PLACE},{{\"_placeholder\":true,\"num\":1}}]"))
            .binary(b"")
            .binary(b"")
            .goes_on(),
        placed("placeholder -1", r#"{"_placeholder":true,"num":-1}"#),
        placed("placeholder 1 of 1", r#"{"_placeholder":true,"num":1}"#),
        placed("placeholder 0.5", r#"{"_placeholder":true,"num":0.5}"#),
        placed("placeholder \"0\"", r#"{"_placeholder":true,"num":"0"}"#),
        placed("placeholder null", r#"{"_placeholder":true,"num":null}"#),
        placed("placeholder 2^64", r#"{"_placeholder":true,"num":18446744073709551616}"#),
        placed("placeholder 1e99", r#"{"_placeholder":true,"num":1e99}"#),
        placed("a placeholder written with an escape", r#"{"\u005fplaceholder":true,"num":99}"#),
        placed("a number written with an escape", r#"{"_placeholder":true,"num":0,"\u006eum":99}"#),
        placed("a number, and then an array", r#"{"_placeholder":true,"num":0,"num":[9]}"#),
        placed("a number, and then an object", r#"{"_placeholder":true,"num":0,"num":{}}"#),
        placed("a placeholder without a number", r#"{"_placeholder":true}"#),
        placed("a placeholder inside of others", r#"[[{"a":[{"_placeholder":true,"num":7}]}]]"#),
        placed("one attachment in nine places", &many),
        row("a placeholder in a packet without attachments")
            .text(&format!("42[\"echo\",{PLACE}]"))
            .says(&format!("42[\"echo\",{PLACE}]"))
            .goes_on(),
        row("an answer to nothing with attachments")
            .text(&format!("461-7[{PLACE}]"))
            .binary(b"x")
            .goes_on(),
    ]
}

fn ids() -> Vec<Row> {
    let unknown = (0..200).map(|id| frame(0x81, format!("43{id}[\"x\"]").as_bytes()));
    let unknown = unknown.collect::<Vec<_>>().concat();
    vec![
        closes("an id above 2^53", "429007199254740993[\"echo\"]"),
        closes("an id above 2^64", "4299999999999999999999[\"echo\"]"),
        closes("an id of 5,000 digits", &format!("42{}[\"echo\"]", "9".repeat(5000))),
        closes("an id with a point", "421.5[\"echo\"]"),
        closes("a negative id", "42-1[\"echo\"]"),
        closes("an id with a blank", "421 [\"echo\"]"),
        closes("a blank in place of an id", "42 [\"echo\"]"),
        closes("an id in hexadecimal", "420x1[\"echo\"]"),
        row("an id of 2^53")
            .text("429007199254740992[\"typed\",1]")
            .says("439007199254740992[]")
            .goes_on(),
        row("an id twice")
            .text("421[\"typed\",1]")
            .text("421[\"typed\",1]")
            .says("431[]")
            .says("431[]")
            .goes_on(),
        row("200 answers to what nobody asked").send(unknown.clone()).goes_on(),
        row("a question that is answered twice, beside 199 others")
            .text("42[\"ask\"]")
            .says("42")
            .send([unknown.clone(), unknown].concat())
            .says("42[\"answered\",\"x\"]")
            .goes_on(),
        goes_on("an answer without an id", "43[\"x\"]"),
        closes("an answer above 2^53", "439007199254740993[]"),
    ]
}

fn json() -> Vec<Row> {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    vec![
        closes("something after the JSON", "42[\"echo\"]x"),
        closes("two values", "42[\"echo\"][\"echo\"]"),
        closes("JSON that is cut", "42[\"echo\""),
        closes("a text that is cut", "42[\"echo"),
        closes("an escape that is cut", "42[\"echo\",\"\\u12"),
        closes("an escape that is none", "42[\"echo\",\"\\x41\"]"),
        closes("a line feed in a text", "42[\"echo\",\"\n\"]"),
        closes("NUL in a text", "42[\"echo\",\"\0\"]"),
        closes("a comma at the end", "42[\"echo\",]"),
        closes("a comma at the beginning", "42[,\"echo\"]"),
        closes("two commas", "42[\"echo\",,1]"),
        closes("quotes of one stroke", "42['echo']"),
        closes("a comment", "42[\"echo\"/**/]"),
        closes("NaN", "42[\"echo\",NaN]"),
        closes("Infinity", "42[\"echo\",-Infinity]"),
        closes("undefined", "42[\"echo\",undefined]"),
        closes("a zero before a number", "42[\"echo\",01]"),
        closes("a plus before a number", "42[\"echo\",+1]"),
        closes("a point without a digit", "42[\"echo\",1.]"),
        closes("a hexadecimal number", "42[\"echo\",0x10]"),
        closes("a key that is no text", "42[\"echo\",{1:2}]"),
        closes("a byte order mark", "42\u{feff}[\"echo\"]"),
        closes("brackets that do not match", "42[\"echo\",{]}"),
        closes("128 arrays in one another", &format!("42[\"echo\",{}]", nested(127))),
        closes("128 objects in one another", &format!("42[\"echo\",{}]", objects(127))),
        closes("9,000 arrays that never end", &format!("42{}", "[".repeat(9000))),
        closes("4,900 arrays in one another", &format!("42{}", nested(4900))),
        closes("1,900 objects in one another", &format!("42[\"echo\",{}", objects(1600))),
        closes(
            "4,900 arrays for somebody who waits for a number",
            &format!("42[\"typed\",{}]", nested(4900)),
        ),
        echoes("127 arrays in one another", &nested(126)),
        echoes("127 objects in one another", &objects(126)),
        echoes("9,000 empty arrays", &vec!["[]"; 3000].join(",")),
        echoes(
            "__proto__",
            r#"{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}"#,
        ),
        echoes("a key twice", r#"{"a":1,"a":2}"#),
        echoes("half a surrogate pair", r#""\ud83d""#),
        closes("a number beyond all", "42[\"echo\",1e999]"),
        closes("a number below all", "42[\"echo\",-1e999]"),
        closes("a number of 5,000 digits", &format!("42[\"echo\",{}]", "9".repeat(5000))),
        echoes("a number of 300 digits", &"9".repeat(300)),
        echoes("a number close to nothing", "1e-999"),
        echoes("lines that only JavaScript ends", "\"\u{2028}\u{2029}\""),
        goes_on("half a surrogate pair as a name", r#"42["\ud83d"]"#),
        goes_on(
            "127 arrays for somebody who waits for a number",
            &format!("42[\"typed\",{}]", nested(126)),
        ),
        goes_on("as long as may be", &format!("42[\"typed\",\"{}\"]", "x".repeat(MAX - 14))),
    ]
}

pub fn rows() -> Vec<Row> {
    [types(), attachments(), ids(), json()].into_iter().flatten().collect()
}
