use bytes::Bytes;
use cepa_socketio::packet::{Body, Decoder, write};
use proptest::prelude::*;
use serde_json::Value;

proptest! {
    #[test]
    fn no_text_panics(text in r#"[0-9]{0,3}-?(/[a-z]{0,3},?)?[0-9]{0,3}[\[\]{}"a,:_placehodrtunm0-9\\ud8e]{0,40}"#) {
        let mut decoder = Decoder::new(10, 1000);
        let _ = decoder.text(text.into());
        for _ in 0..3 {
            let _ = decoder.binary(Bytes::from_static(b"x"));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = Decoder::new(10, 1000).text(bytes.into());
    }

    #[test]
    fn what_is_decoded_is_written_back(
        namespace in "/[a-z]{0,5}", id in proptest::option::of(0u64..1000), name in "[a-zé\"\\\\]{1,5}x", value in ".{0,10}"
    ) {
        let args = cepa_socketio::Emit::to_args(&(value.as_str(), 1)).unwrap();
        let wire = write::event(&namespace, id, &name, &args);
        let packet = Decoder::new(10, 1000).text(Bytes::from(wire).slice(1..)).unwrap().unwrap();
        prop_assert_eq!(packet.namespace.as_ref(), namespace.as_str());
        let Body::Event { name: read, id: number, args } = packet.body else { panic!("an event") };
        prop_assert_eq!((read, number), (name, id));
        prop_assert_eq!(args.decode::<(String, Value)>().unwrap().0, value);
    }
}
