//! Names of downloads; the expected bytes are those of Node's `content-disposition` 1.0.

use http_grammar::disposition::Disposition;

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

#[test]
fn names_in_any_script() {
    for (name, expected) in [
        ("", "attachment"),
        ("path/to/tobi.png", r#"attachment; filename="tobi.png""#),
        ("dir/", r#"attachment; filename="dir""#),
        (r#"a"b\c.txt"#, r#"attachment; filename="a\"b\\c.txt""#),
        ("£.txt", "attachment; filename=\"£.txt\""),
        (
            "日本.html",
            r#"attachment; filename="??.html"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.html"#,
        ),
        (
            "£ and € rates.pdf",
            "attachment; filename=\"£ and ? rates.pdf\"; filename*=UTF-8''%C2%A3%20and%20%E2%82%AC%20rates.pdf",
        ),
        ("50%20off.txt", r#"attachment; filename="50%20off.txt"; filename*=UTF-8''50%2520off.txt"#),
        ("a\nb.txt", r#"attachment; filename="a?b.txt"; filename*=UTF-8''a%0Ab.txt"#),
        (
            "a\r\nset-cookie: x",
            "attachment; filename=\"a??set-cookie: x\"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20x",
        ),
        ("it's (1).txt", "attachment; filename=\"it's (1).txt\""),
    ] {
        let value = Disposition::attachment(name).header_value();
        assert_eq!(value.as_bytes(), latin1(expected), "{name:?}");
    }
}

#[test]
fn fallbacks() {
    let name = "£ and € rates.pdf";
    let named = Disposition::attachment(name).fallback("dir/rates.pdf").unwrap().header_value();
    assert_eq!(
        named,
        "attachment; filename=\"rates.pdf\"; filename*=UTF-8''%C2%A3%20and%20%E2%82%AC%20rates.pdf"
    );
    let omitted = Disposition::attachment(name).without_fallback().header_value();
    assert_eq!(omitted, "attachment; filename*=UTF-8''%C2%A3%20and%20%E2%82%AC%20rates.pdf");
    assert!(Disposition::attachment(name).fallback("€.pdf").is_err());
}

#[test]
fn shown_in_place() {
    assert_eq!(Disposition::inline("plans.pdf").header_value(), r#"inline; filename="plans.pdf""#);
}
