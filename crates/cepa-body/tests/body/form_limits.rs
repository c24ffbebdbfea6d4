//! Forms are bounded in pairs, depth, indices and time.

use crate::clock::Spent;
use crate::send::*;
use std::sync::Arc;

use cepa_body::{BodyExt, BodyLimits, Upload};
use serde_json::{Value, json};

async fn read(body: String) -> Value {
    post(echo_form::<Value>(), FORM, body).send().await.json()
}

#[tokio::test]
async fn a_thousand_pairs_are_read_and_one_more_is_refused() {
    let pairs =
        |count: usize| (0..count).map(|at| format!("k{at}=v")).collect::<Vec<_>>().join("&");
    assert_eq!(read(pairs(1000)).await.as_object().unwrap().len(), 1000);
    let response = post(echo_form::<Value>(), FORM, pairs(1001)).send().await;
    assert_eq!(refusal(&response), (413, "too_many_fields".into()));
}

#[tokio::test]
async fn nesting_ends_at_five_levels() {
    let expected = json!({"a":{"b":{"c":{"d":{"e":{"f":{"[g][h]":"1"}}}}}}});
    assert_eq!(read("a[b][c][d][e][f][g][h]=1".into()).await, expected);
    assert_eq!(read("a.b.c.d.e.f.g.h=1".into()).await, expected);
    let deep = read(format!("a{}=1", "[x]".repeat(10_000))).await;
    let mut levels = 0;
    let mut value = &deep;
    while let Some(inner) = value.as_object().and_then(|map| map.values().next()) {
        (levels, value) = (levels + 1, inner);
    }
    assert_eq!(levels, 7);
}

#[tokio::test]
async fn indices_below_twenty_make_lists_and_others_make_keys() {
    assert_eq!(read("a[19]=x".into()).await, json!({"a": ["x"]}));
    assert_eq!(read("a[20]=x".into()).await, json!({"a": {"20": "x"}}));
    let huge = "a[4294967295]=x&b[18446744073709551616]=y".into();
    assert_eq!(
        read(huge).await,
        json!({"a": {"4294967295": "x"}, "b": {"18446744073709551616": "y"}})
    );
}

#[tokio::test]
async fn a_list_of_more_than_twenty_becomes_an_object() {
    for pair in ["a[]=1", "a=1"] {
        assert!(read(vec![pair; 20].join("&")).await["a"].is_array(), "{pair}");
        let over = read(vec![pair; 21].join("&")).await;
        assert_eq!(over["a"].as_object().unwrap().len(), 21, "{pair}");
        assert_eq!(over["a"]["20"], "1", "{pair}");
    }
}

#[tokio::test]
async fn the_app_can_choose_the_limits() {
    let limits = BodyLimits { form_depth: 1, form_keys: 2, form_index: 2, ..BodyLimits::default() };
    let app = || echo_form::<Value>().share(Arc::new(limits.clone()));
    let response = post(app(), FORM, "a[b][c]=1&d[2]=1").send().await;
    assert_eq!(response.json::<Value>(), json!({"a": {"b": {"[c]": "1"}}, "d": {"2": "1"}}));
    assert_eq!(post(app(), FORM, "a=1&b=2&c=3").send().await.status, 413);
}

/// Forms just below the default limit of 56 KiB, of every shape that has a loop to itself.
fn hostile() -> Vec<(String, String)> {
    const SIZE: usize = 55 * 1024;
    let long = [
        ("", "[", ""),
        ("", "]", ""),
        ("", ".", ""),
        ("", "[]", ""),
        ("", "][", ""),
        ("", "a[", ""),
        ("", "a.", ""),
        ("", "a]", ""),
        ("", "%", ""),
        ("", "%5", ""),
        ("", "%5B", ""),
        ("", "%5b%5D", ""),
        ("", "%2E", ""),
        ("", "%61", ""),
        ("", "é", "."),
        ("", "+", "."),
        ("", "&", ""),
        ("", "=", ""),
        ("", "]=", ""),
        ("", "a=&", ""),
        ("", "a[]=&", ""),
        ("", "a[19]=&", ""),
        ("", "[a]", ""),
        ("", "[0]", ""),
        ("", "[.", ""),
        ("", ".[", ""),
        ("", ".]", ""),
        ("", "a", "."),
        ("", "]", "."),
        ("", "[", "."),
        ("", "a", "["),
        ("", "a", "[b]"),
        ("", "a", ".b"),
        (".", "a", "."),
        ("[", "a", "]."),
        ("[", ".", "]"),
        ("a[", "[", "]"),
        ("a[", "[]", "]"),
        ("a[", "9", "]"),
        ("a[", "0", "]"),
        ("a[b]", "c", "[d]"),
        ("a.", "b", "]="),
        ("a=", "b", "."),
        ("a=", "]=", ""),
    ];
    let long = long.iter().map(|(head, unit, tail)| {
        let body = unit.repeat((SIZE - head.len() - tail.len()) / unit.len());
        (format!("{head}{unit}...{tail}"), format!("{head}{body}{tail}"))
    });
    // A thousand names, each as long as there is room: `#` stands for a number, `~` for filling.
    let many = [
        "#",
        "a#~",
        "~#",
        "~.#",
        "~[#]",
        "~[]",
        "~[0]",
        "~[19]",
        "a[~][#]",
        "a[~]#",
        "a.b.c.d.e.f#",
        "a[#]~",
        "a[]#~",
        "a[0]#~",
        "a[19]#~",
        "[#]~",
        "[]#~",
        "a[0][0][0][0][0]#",
        "#[19][19][19][19][19]",
        "a[19][19][19][19][19]#",
        "a[b][c][d][e][f][#]",
        "a#~.",
        "#]~.",
        ".#~",
    ];
    let many = many.iter().map(|shape| {
        let room = (SIZE / 1000).saturating_sub(shape.len() + 5);
        let filled = shape.replace('~', &"x".repeat(room));
        let pairs = (0..1000).map(|at| filled.replace('#', &at.to_string()) + "=1");
        ((*shape).to_owned(), pairs.collect::<Vec<_>>().join("&"))
    });
    long.chain(many).collect()
}

#[tokio::test]
async fn hostile_forms_are_read_in_linear_time() {
    for (what, body) in hostile() {
        assert!(body.len() <= 56 * 1024, "{what}: {}", body.len());
        let start = Spent::start();
        let response = post(echo_form::<Value>(), FORM, body).send().await;
        assert!(matches!(response.status.as_u16(), 200 | 413), "{what}: {}", response.status);
        start.assert_linear(&what);
    }
}

#[tokio::test]
async fn texts_and_objects_in_turns_do_not_nest_without_end() {
    let turns = |count: usize| {
        (0..count).map(|at| [format!("a[b]{at}"), format!("a[b][c]{at}")]).collect::<Vec<_>>()
    };
    let upload = || {
        uploads(Upload::new(), |form| {
            form.fields::<Value>().unwrap_or_else(|error| json!(error.code()))
        })
    };
    // The first two texts meet no object: there is nothing, and then a list.
    for (count, is_read) in [(2, true), (102, true), (103, false), (500, false)] {
        let names = turns(count);
        let pairs = names.as_flattened().iter().map(|name| format!("{name}=1"));
        let body = pairs.collect::<Vec<_>>().join("&");
        let response = post(echo_form::<Value>(), FORM, body).send().await;
        let expected = if is_read { (200, String::new()) } else { (413, "too_nested".into()) };
        assert_eq!(refusal(&response), expected, "{count}");
        let fields = names.as_flattened().iter().map(|name| field(name, "1"));
        let response = post(upload(), MULTIPART, form(fields)).send().await;
        assert_eq!(response.json::<Value>().is_object(), is_read, "{count}");
    }
}

#[tokio::test]
async fn names_beyond_the_limits_are_refused_on_demand() {
    let strict = || {
        app(async |ctx, _next| {
            let form: Value = ctx.read_body().strict().form().await?;
            ctx.set_body(cepa_core::Json(form))
        })
    };
    let upload = || {
        uploads(Upload::new().strict(), |form| {
            form.fields::<Value>().unwrap_or_else(|error| json!(error.code()))
        })
    };
    for (name, code) in [
        ("a[b][c][d][e][f]", None),
        ("a.b.c.d.e.f", None),
        ("[a][b][c][d][e]", None),
        ("a[19]", None),
        ("a[]", None),
        ("a[b", None),
        ("20[a]", None),
        ("a[b][c][d][e][f][g]", Some("too_nested")),
        ("a.b.c.d.e.f.g", Some("too_nested")),
        ("[a][b][c][d][e][f]", Some("too_nested")),
        ("a[20]", Some("index_too_large")),
        ("a[b][4294967296]", Some("index_too_large")),
        ("a[99999999999999999999999]", Some("index_too_large")),
    ] {
        let response = post(strict(), FORM, format!("{name}=1")).send().await;
        let expected =
            (if code.is_some() { 413 } else { 200 }, code.unwrap_or_default().to_owned());
        assert_eq!(refusal(&response), expected, "{name}");
        let response = post(upload(), MULTIPART, form([field(name, "1")])).send().await;
        assert_eq!(response.json::<Value>().as_str(), code, "{name}");
    }
}
