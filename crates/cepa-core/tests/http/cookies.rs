//! Cookies and signatures, byte for byte as Node writes them (vectors from the real packages).

use std::time::Duration;

use cepa_core::{App, Cookie, Keys, SameSite};
use cepa_test::{Client, Response};

fn set_cookies(response: &Response) -> Vec<&str> {
    response.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect()
}

#[test]
fn signatures() {
    for (key, text, signature) in [
        ("k1", "foo=bar", "zVPRgE-Iy6-31re6osROWl_Haqw"),
        ("k2", "foo=bar", "ZbxH6dljDM_h44VYShsBUZxxzBc"),
        ("k1", "a=b", "daC_r78ln8xSrKOlvsJIqtKd5bY"),
        ("k1", "n=é", "w-wNaL1AlZ1ZEbg2faD_8UeDG9o"),
    ] {
        assert_eq!(Keys::new([key]).sign(text).as_deref(), Some(signature));
        assert_eq!(Keys::new(["other", key]).index(text, signature), Some(1));
        assert_eq!(Keys::new(["other"]).index(text, signature), None);
    }
    let sha256 = || Keys::new(["k1"]).sha256();
    let base64 = "4LYSL5Bw6LNnG2i0mnOxgpmZgvKTQ6AvQgXONJctetY";
    assert_eq!(sha256().sign("foo=bar").as_deref(), Some(base64));
    let hex = "e0b6122f9070e8b3671b68b49a73b182999982f29343a02f4205ce34972d7ad6";
    assert_eq!(sha256().hex().sign("foo=bar").as_deref(), Some(hex));
    assert_eq!(sha256().hex().index("foo=bar", hex), Some(0));
    assert_eq!(sha256().index("foo=bar", hex), None);
}

#[tokio::test]
async fn attributes_have_the_order_and_spelling_of_the_original() {
    let app = App::new().with(async |ctx, _next| {
        let mut cookies = ctx.cookies();
        cookies.set(Cookie::new("plain", "v"))?;
        cookies.set(Cookie::removal("gone"))?;
        cookies.set(
            Cookie::new("full", "v")
                .path("/p")
                .domain("example.com")
                .same_site(SameSite::Lax)
                .http_only(false),
        )
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!(
        set_cookies(&response),
        [
            "plain=v; path=/; httponly",
            "gone=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly",
            "full=v; path=/p; domain=example.com; samesite=lax",
        ]
    );
}

#[tokio::test]
async fn secure_follows_the_connection_and_is_refused_without_encryption() {
    let app = || App::new().with(async |ctx, _next| ctx.cookies().set(Cookie::new("a", "b")));
    let response = Client::new(app()).get("/").encrypted().send().await;
    assert_eq!(set_cookies(&response), ["a=b; path=/; secure; httponly"]);
    let app =
        App::new().with(async |ctx, _next| ctx.cookies().set(Cookie::new("a", "b").secure(true)));
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}

#[tokio::test]
async fn a_lifetime_becomes_a_date() {
    let app = App::new().with(async |ctx, _next| {
        ctx.cookies().set(Cookie::new("a", "b").lifetime(Duration::from_secs(3600)))
    });
    let response = Client::new(app).get("/").send().await;
    let line = set_cookies(&response)[0];
    let date = line.strip_prefix("a=b; path=/; expires=").unwrap().strip_suffix("; httponly");
    assert!(http_grammar::date::parse_http_date(date.unwrap()).is_some(), "{line}");
}

#[tokio::test]
async fn parts_that_no_cookie_can_hold_are_errors() {
    for (name, value) in [("a;b", "v"), ("a=b", "v"), ("", "v"), ("a", "v;w"), ("a", "v\r\nx: y")] {
        let app =
            App::new().with(async move |ctx, _next| ctx.cookies().set(Cookie::new(name, value)));
        let response = Client::new(app).get("/").send().await;
        assert_eq!(response.status, 500, "{name:?}={value:?}");
        assert!(set_cookies(&response).is_empty());
    }
}

#[tokio::test]
async fn one_without_a_value_is_a_removal() {
    let app = App::new().keys(["k1"]).with(async |ctx, _next| {
        ctx.cookies().set(Cookie::new("a", "").lifetime(Duration::from_secs(60)))?;
        ctx.cookies().set_signed(Cookie::new("b", ""))
    });
    let response = Client::new(app).get("/").send().await;
    let lines = set_cookies(&response);
    assert_eq!(lines.len(), 3);
    for line in lines {
        let end = "; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly";
        assert!(line.ends_with(end), "{line}");
    }
}

#[tokio::test]
async fn an_empty_signature_is_none() {
    let app = App::new().keys(["k1"]).with(async |ctx, _next| {
        let value = ctx.cookies().get_signed("a")?.unwrap_or("none").to_owned();
        ctx.set_body(value)
    });
    let response = Client::new(app).get("/").header("cookie", "a=b; a.sig=").send().await;
    assert_eq!((response.text(), set_cookies(&response).len()), ("none", 0));
}

#[tokio::test]
async fn reading() {
    for (field, expected) in [
        ("a=1; b=2", "1"),
        ("b=2; a=1; a=3", "1"),
        ("a=\"quoted\"", "quoted"),
        ("a=\"half", "hal"),
        ("a=\"", ""),
        ("a=", ""),
        ("b=2", "none"),
        ("A=1", "none"),
        ("xa=1", "none"),
        ("a=x=y", "x=y"),
    ] {
        let app = App::new().with(async |ctx, _next| {
            let value = ctx.cookies().get("a").unwrap_or("none").to_owned();
            ctx.set_body(value)
        });
        let response = Client::new(app).get("/").header("cookie", field).send().await;
        assert_eq!(response.text(), expected, "{field}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_text_hides_none_but_itself() {
    let app = App::new().with(async |ctx, _next| {
        let cookies = ctx.cookies();
        let both = format!("{:?} {:?}", cookies.get("bad"), cookies.get("good"));
        ctx.set_body(both)
    });
    let mut request = cepa_core::http::Request::new(cepa_core::Body::default());
    let field = cepa_core::http::HeaderValue::from_bytes(b"bad=\xff; good=1").unwrap();
    request.headers_mut().insert("cookie", field);
    let callback = Client::new(app).callback().clone();
    let mut body = callback.handle(request.into()).await.into_body();
    assert_eq!(&body.chunk().await.unwrap().unwrap()[..], b"None Some(\"1\")");
}

#[tokio::test]
async fn signed_cookies_are_two_and_rotate() {
    let app = |keys: &'static [&'static str]| {
        App::new().keys(keys).with(async |ctx, _next| {
            if ctx.path() == "/set" {
                ctx.cookies().set_signed(Cookie::new("foo", "bar"))?;
            }
            let value = ctx.cookies().get_signed("foo")?.unwrap_or("none").to_owned();
            ctx.set_body(value)
        })
    };
    let response = Client::new(app(&["k1"])).get("/set").send().await;
    let signed = "foo.sig=zVPRgE-Iy6-31re6osROWl_Haqw; path=/; httponly";
    assert_eq!(set_cookies(&response), ["foo=bar; path=/; httponly", signed]);

    let cookie = "foo=bar; foo.sig=zVPRgE-Iy6-31re6osROWl_Haqw";
    let response = Client::new(app(&["k1"])).get("/").header("cookie", cookie).send().await;
    assert_eq!((response.text(), set_cookies(&response).len()), ("bar", 0));

    let response = Client::new(app(&["k2", "k1"])).get("/").header("cookie", cookie).send().await;
    assert_eq!(response.text(), "bar");
    assert_eq!(set_cookies(&response), ["foo.sig=ZbxH6dljDM_h44VYShsBUZxxzBc; path=/; httponly"]);

    let response = Client::new(app(&["k3"])).get("/").header("cookie", cookie).send().await;
    assert_eq!(response.text(), "none");
    let removed = "foo.sig=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly";
    assert_eq!(set_cookies(&response), [removed]);
}

#[tokio::test]
async fn signing_without_keys_is_a_slip_of_the_program() {
    let app = App::new().with(async |ctx, _next| ctx.cookies().set_signed(Cookie::new("a", "b")));
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}
