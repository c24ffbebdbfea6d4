//! The rules of `qs` for names with brackets and dots; every row is what `qs` 6.17 gives with the options of
//! Koa's parsers.

use crate::send::*;

use proptest::prelude::*;
use serde_json::{Value, json};

const TABLE: &[(&str, &str)] = &[
    (r#"a[b]=1&a[c]=2"#, r#"{"a":{"b":"1","c":"2"}}"#),
    (r#"a.b.c=1"#, r#"{"a":{"b":{"c":"1"}}}"#),
    (r#"a[]=1&a[]=2"#, r#"{"a":["1","2"]}"#),
    (r#"a=1&a=2"#, r#"{"a":["1","2"]}"#),
    (r#"a[0]=x&a[2]=y"#, r#"{"a":["x","y"]}"#),
    (r#"a[19]=x"#, r#"{"a":["x"]}"#),
    (r#"a[20]=x"#, r#"{"a":{"20":"x"}}"#),
    (r#"a[0]=1&a[b]=2"#, r#"{"a":{"0":"1","b":"2"}}"#),
    (r#"a[b]=2&a[0]=1"#, r#"{"a":{"0":"1","b":"2"}}"#),
    (r#"a=1&a[b]=2"#, r#"{"a":["1",{"b":"2"}]}"#),
    (r#"a[b]=1&a=2"#, r#"{"a":[{"b":"1"},"2"]}"#),
    (r#"a[b]=1&a=2&a=3"#, r#"{"a":{"0":"2","1":"3","b":"1"}}"#),
    (r#"a=1&a[]=2"#, r#"{"a":["1","2"]}"#),
    (r#"a[]=1&a=2"#, r#"{"a":["1","2"]}"#),
    (r#"a[0]=1&a=2"#, r#"{"a":["1","2"]}"#),
    (r#"a=1&a[0]=2"#, r#"{"a":["1","2"]}"#),
    (r#"a=1&a[1]=2"#, r#"{"a":["1","2"]}"#),
    (r#"a=1&a=2&a[b]=3"#, r#"{"a":{"0":"1","1":"2","b":"3"}}"#),
    (r#"a[0]=1&a[0]=2"#, r#"{"a":[["1","2"]]}"#),
    (r#"a[1]=1&a[0]=2"#, r#"{"a":["2","1"]}"#),
    (r#"a[0][b]=1&a[0][c]=2"#, r#"{"a":[{"b":"1","c":"2"}]}"#),
    (r#"a[][b]=1&a[][c]=2"#, r#"{"a":[{"b":"1","c":"2"}]}"#),
    (r#"a[][b]=1&a[][b]=2"#, r#"{"a":[{"b":["1","2"]}]}"#),
    (r#"a[0]=x&a[0][b]=1"#, r#"{"a":["x",{"b":"1"}]}"#),
    (r#"a[b][c][d][e][f][g][h]=1"#, r#"{"a":{"b":{"c":{"d":{"e":{"f":{"[g][h]":"1"}}}}}}}"#),
    (r#"a.b.c.d.e.f.g.h=1"#, r#"{"a":{"b":{"c":{"d":{"e":{"f":{"[g][h]":"1"}}}}}}}"#),
    (r#"a"#, r#"{"a":""}"#),
    (r#"a="#, r#"{"a":""}"#),
    (r#"=b"#, r#"{}"#),
    (r#"a=b=c"#, r#"{"a":"b=c"}"#),
    (r#"a[b=c"#, r#"{"a":{"[b":"c"}}"#),
    (r#"a[b"#, r#"{"a":{"[b":""}}"#),
    (r#"a[b]c=1"#, r#"{"a":{"b":"1"}}"#),
    (r#"a[b]c[d]=1"#, r#"{"a":{"b":{"d":"1"}}}"#),
    (r#"a]b=1"#, r#"{"a]b":"1"}"#),
    (r#"a[b]]=1"#, r#"{"a":{"b":"1"}}"#),
    (r#"a[[b]]=1"#, r#"{"a":{"[b]":"1"}}"#),
    (r#"a[b[c]]=1"#, r#"{"a":{"b[c]":"1"}}"#),
    (r#"a[[]=1"#, r#"{"a":{"[[]":"1"}}"#),
    (r#"[a]=1"#, r#"{"a":"1"}"#),
    (r#"[]=1"#, r#"{"0":"1"}"#),
    (r#"[][b]=1"#, r#"{"0":{"b":"1"}}"#),
    (r#"[0]=1"#, r#"{"0":"1"}"#),
    (r#"[0]=1&[1]=2"#, r#"{"0":"1","1":"2"}"#),
    (r#".a=1"#, r#"{"a":"1"}"#),
    (r#"a.=1"#, r#"{"a.":"1"}"#),
    (r#"a..b=1"#, r#"{"a.":{"b":"1"}}"#),
    (r#"a.[b]=1"#, r#"{"a.":{"b":"1"}}"#),
    (r#"a[b].c=1"#, r#"{"a":{"b":{"c":"1"}}}"#),
    (r#"a[b.c]=1"#, r#"{"a":{"b.c":"1"}}"#),
    (r#"a[-1]=x"#, r#"{"a":{"-1":"x"}}"#),
    (r#"a[01]=x"#, r#"{"a":{"01":"x"}}"#),
    (r#"a[1e3]=x"#, r#"{"a":{"1e3":"x"}}"#),
    (r#"a[ 1 ]=x"#, r#"{"a":{" 1 ":"x"}}"#),
    (r#"a[]="#, r#"{"a":[""]}"#),
    (r#"a[]"#, r#"{"a":[""]}"#),
    (r#"a[b]=&a[b]=2"#, r#"{"a":{"b":["","2"]}}"#),
    (r#"a%5Bb%5D=1"#, r#"{"a":{"b":"1"}}"#),
    (r#"a%5bb%5d=1"#, r#"{"a":{"b":"1"}}"#),
    (r#"a%2Eb=1"#, r#"{"a":{"b":"1"}}"#),
    (r#"a=%ZZ"#, r#"{"a":"%ZZ"}"#),
    (r#"a=%E9"#, r#"{"a":"%E9"}"#),
    (r#"a+b=1+2"#, r#"{"a b":"1 2"}"#),
    (r#"&&a=1&"#, r#"{"a":"1"}"#),
    (r#"a;b=1"#, r#"{"a;b":"1"}"#),
    (r#"a[b][]=1&a[b][]=2"#, r#"{"a":{"b":["1","2"]}}"#),
    (r#"a[b][0]=1&a[b][x]=2"#, r#"{"a":{"b":{"0":"1","x":"2"}}}"#),
    (r#"a[]=1&a[b]=2"#, r#"{"a":{"0":"1","b":"2"}}"#),
    (r#"a[b]=2&a[]=1"#, r#"{"a":{"0":"1","b":"2"}}"#),
    (r#"a[0][]=1&a[0][]=2&a[1][]=3"#, r#"{"a":[["1","2"],["3"]]}"#),
    (r#"a=1&a.b.c=2&a=3"#, r#"{"a":{"0":"1","1":"3","b":{"c":"2"}}}"#),
    (r#"a[b]=1&a[b][c]=2"#, r#"{"a":{"b":["1",{"c":"2"}]}}"#),
    (r#"a[b][c]=2&a[b]=1"#, r#"{"a":{"b":[{"c":"2"},"1"]}}"#),
    (r#"a[2]=x&a[1]=y&a=z"#, r#"{"a":["y","x","z"]}"#),
    (r#"a[][]=1&a[][]=2"#, r#"{"a":["1","2"]}"#),
    (r#"a[=b"#, r#"{"a":{"[":"b"}}"#),
    (r#"a]=b"#, r#"{"a]":"b"}"#),
    (r#"a[b]=x]=y"#, r#"{"a":{"b":"x]=y"}}"#),
    (r#"a[b]==x"#, r#"{"a":{"b":"=x"}}"#),
    (r#"a]=x=y"#, r#"{"a]":"x=y"}"#),
    (r#"[=1"#, r#"{"[":"1"}"#),
    (r#"]=1"#, r#"{"]":"1"}"#),
    (r#"[b=1"#, r#"{"[b":"1"}"#),
    (r#".=1"#, r#"{".":"1"}"#),
    (r#"..=1"#, r#"{"..":"1"}"#),
    (r#"a.b]=1"#, r#"{"a":{"b":"1"}}"#),
    (r#"a[b.]=1"#, r#"{"a":{"b.":"1"}}"#),
];

async fn read(body: &str) -> Value {
    post(echo_form::<Value>(), FORM, body.to_owned()).send().await.json()
}

#[tokio::test]
async fn names_nest_by_the_rules_of_qs() {
    for (body, expected) in TABLE {
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(read(body).await, expected, "{body}");
    }
}

#[tokio::test]
async fn members_of_javascript_objects_are_ordinary_names() {
    let expected = json!({"__proto__": {"x": "1"}, "constructor": "2", "a": {"toString": "3"}});
    assert_eq!(read("__proto__[x]=1&constructor=2&a[toString]=3").await, expected);
}

#[tokio::test]
async fn an_empty_form_is_an_empty_object() {
    for body in ["", "&", "&&&", "=", "=x&=y"] {
        assert_eq!(read(body).await, json!({}), "{body:?}");
    }
}

#[tokio::test]
async fn a_key_beyond_the_lists_is_an_ordinary_key() {
    // Here `qs` remembers that the object was meant as a list and goes on at 21.
    assert_eq!(read("a[20]=x&a=y").await, json!({"a": [{"20": "x"}, "y"]}));
    assert_eq!(read("a[20]=x&a[21]=y").await, json!({"a": {"20": "x", "21": "y"}}));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_a_form(body in "([ab.=&]|\\[|\\]|\\[\\]|\\[[0-9]{1,3}\\]|%5[bBdD]|%|é){0,30}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let response = runtime.block_on(post(echo_form::<Value>(), FORM, body).send());
        prop_assert_eq!(response.status.as_u16(), 200);
        prop_assert!(response.json::<Value>().is_object());
    }

    #[test]
    fn flat_pairs_come_back_as_they_were(pairs in proptest::collection::btree_map("[a-z]{1,8}", "\\PC{0,12}", 0..8)) {
        let encode = |text: &String| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let body: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let response = runtime.block_on(post(echo_form::<Value>(), FORM, body.join("&")).send());
        prop_assert_eq!(response.json::<Value>(), json!(pairs));
    }
}
