//! The query as a type.

use std::sync::Arc;

use crate::send::{detail, refusal};

use cepa_body::{BodyLimits, QueryExt};
use cepa_core::{App, Json};
use cepa_test::{Client, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, Serialize)]
struct Search {
    page: Option<u32>,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    fresh: bool,
    sort: Option<Sort>,
}

#[derive(Deserialize, Serialize)]
struct Sort {
    by: String,
}

async fn search(app: App, target: &str) -> Response {
    let app = app.with(async |ctx, _next| {
        let search: Search = ctx.query_as()?;
        ctx.set_body(Json(search))
    });
    Client::new(app).get(target).header("accept", "application/json").send().await
}

#[tokio::test]
async fn texts_become_what_the_type_says() {
    for (target, expected) in [
        ("/", json!({"page": null, "tag": [], "fresh": false, "sort": null})),
        ("/?page=", json!({"page": null, "tag": [], "fresh": false, "sort": null})),
        (
            "/?page=2&tag=red&tag=very+dry&fresh=on&sort%5Bby%5D=age&other=1",
            json!({"page": 2, "tag": ["red", "very dry"], "fresh": true, "sort": {"by": "age"}}),
        ),
        (
            "/?tag=%C3%A9%zz",
            json!({"page": null, "tag": ["%C3%A9%zz"], "fresh": false, "sort": null}),
        ),
    ] {
        assert_eq!(search(App::new(), target).await.json::<Value>(), expected, "{target}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_a_400_that_names_the_field() {
    for (target, why) in [
        ("/?page=two", "page: invalid type: string \"two\", expected u32"),
        ("/?sort[up]=age", "sort: missing field `by`"),
        ("/?page=1&page=2", "page: invalid type: sequence, expected u32"),
    ] {
        let response = search(App::new(), target).await;
        assert_eq!(refusal(&response), (400, "bad_query".into()), "{target}");
        assert_eq!(detail(&response), format!("the query does not fit: {why}"), "{target}");
    }
}

#[tokio::test]
async fn the_limits_of_forms_hold() {
    let limits = BodyLimits { form_keys: 2, ..BodyLimits::default() };
    let app = || App::new().share(Arc::new(limits.clone()));
    assert_eq!(search(app(), "/?a=1&b=2").await.status, 200);
    let response = search(app(), "/?a=1&b=2&c=3").await;
    assert_eq!(refusal(&response), (400, "bad_query".into()));
}
