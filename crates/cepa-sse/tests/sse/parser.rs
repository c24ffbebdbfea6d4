//! A reader to the letter of WHATWG HTML 9.2.6, to hold the writer against; and its own tests.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub event: String,
    pub data: String,
    pub last_id: String,
}

#[derive(Debug, Default)]
pub struct Reader {
    pub events: Vec<Read>,
    pub retry: Option<u64>,
    pub last_id: String,
}

pub fn parse(bytes: &[u8]) -> Reader {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = Reader::default();
    let (mut data, mut event, mut id) = (String::new(), String::new(), String::new());
    // what is not ended by a line end is discarded
    while let Some(end) = rest.find(['\r', '\n']) {
        let line = &rest[..end];
        rest = rest[end..].strip_prefix("\r\n").unwrap_or(&rest[end + 1..]);
        if line.is_empty() {
            reader.last_id.clone_from(&id);
            let name = std::mem::take(&mut event);
            let mut whole = std::mem::take(&mut data);
            if whole.is_empty() {
                continue;
            }
            assert_eq!(whole.pop(), Some('\n'));
            let event = if name.is_empty() { "message".to_owned() } else { name };
            reader.events.push(Read { event, data: whole, last_id: id.clone() });
            continue;
        }
        let (field, value) = match line.split_once(':') {
            Some(("", _)) => continue,
            Some((field, value)) => (field, value.strip_prefix(' ').unwrap_or(value)),
            None => (line, ""),
        };
        match field {
            "event" => value.clone_into(&mut event),
            "data" => {
                data.push_str(value);
                data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                reader.retry = value.parse().ok();
            }
            _ => {}
        }
    }
    reader
}

fn read(event: &str, data: &str, last_id: &str) -> Read {
    Read { event: event.into(), data: data.into(), last_id: last_id.into() }
}

/// The examples of the standard's section 9.2.6.
#[test]
fn the_examples_of_the_standard() {
    let stocks = parse(b"data: YHOO\ndata: +2\ndata: 10\n\n");
    assert_eq!(stocks.events, [read("message", "YHOO\n+2\n10", "")]);

    let four = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
    let reader = parse(four);
    assert_eq!(reader.events[0], read("message", "first event", "1"));
    assert_eq!(reader.events[1], read("message", "second event", ""));
    assert_eq!(reader.events[2], read("message", " third event", ""));

    let empty = parse(b"data\n\ndata\ndata\n\ndata:");
    assert_eq!(empty.events, [read("message", "", ""), read("message", "\n", "")]);

    let same = parse(b"data:test\n\ndata: test\n\n");
    assert_eq!(same.events[0].data, same.events[1].data);
}

#[test]
fn line_ends_a_byte_order_mark_and_a_bad_id() {
    let reader = parse(
        "\u{feff}event: a\rdata: 1\r\n\r\nid: x\0y\nretry: 5\nretry: 5x\ndata: 2\n\r".as_bytes(),
    );
    assert_eq!(reader.events, [read("a", "1", ""), read("message", "2", "")]);
    assert_eq!(reader.retry, Some(5));
}
