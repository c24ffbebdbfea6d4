//! Numbers in JavaScript's form, by known values; `koa_json` compares generated ones with Node.

use serde_json::{Value, json};

#[test]
fn the_known_ones() {
    let cases: [(Value, &str); 20] = [
        (json!(0.0), "0"),
        (json!(-0.0), "0"),
        (json!(1.0), "1"),
        (json!(-1.5), "-1.5"),
        (json!(0.1), "0.1"),
        (json!(1e-6), "0.000001"),
        (json!(1.25e-6), "0.00000125"),
        (json!(1e-7), "1e-7"),
        (json!(-1.25e-7), "-1.25e-7"),
        (json!(123_456.0), "123456"),
        (json!(1e20), "100000000000000000000"),
        (json!(1e21), "1e+21"),
        (json!(1.5e21), "1.5e+21"),
        (json!(f64::MAX), "1.7976931348623157e+308"),
        (json!(f64::MIN_POSITIVE), "2.2250738585072014e-308"),
        (json!(5e-324), "5e-324"),
        (json!(123_456_789_012_345_680_000.0), "123456789012345680000"),
        // Two texts are equally near; the even one is JavaScript's.
        (json!(-(35_008_339_533_599.0 + 0.062_5)), "-35008339533599.062"),
        (json!(i64::MIN), "-9223372036854775808"),
        (json!(u64::MAX), "18446744073709551615"),
    ];
    for (value, text) in cases {
        let object = json!({ "v": value });
        let expected = format!("{{\"v\":{text}}}");
        assert_eq!(cepa_session::stringify(object.as_object().unwrap()), expected);
    }
}
