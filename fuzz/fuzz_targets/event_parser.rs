//! Event streams: where a stream is cut does not matter, and what is held is bounded.
#![no_main]

use cepa_test::EventParser;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The first byte says where the cuts are.
    let Some((step, stream)) = data.split_first() else { return };
    let mut whole = EventParser::new();
    assert_eq!(whole.push(stream), Ok(()));
    let mut cut = EventParser::new();
    for chunk in stream.chunks(usize::from(*step).max(1)) {
        assert_eq!(cut.push(chunk), Ok(()));
    }
    assert_eq!((whole.last_id(), whole.retry()), (cut.last_id(), cut.retry()));
    let (mut size, mut count) = (0, 0);
    while let Some(event) = whole.next() {
        assert_eq!(cut.next().as_ref(), Some(&event));
        assert!(!event.name.contains(['\r', '\n']) && !event.data.contains('\r'));
        assert!(!event.id.contains(['\r', '\n', '\0']));
        size += event.data.len();
        count += 1;
    }
    assert_eq!(cut.next(), None);
    // A byte that is no UTF-8 becomes three.
    assert!(size <= stream.len() * 3 && count <= stream.len());
});
