//! `@koa/bodyparser`: JSON, forms and text; what was read comes back as JSON.

use cepa::body::BodyLimits;
use cepa::prelude::*;

/// Reads by type, as Koa's parsers do before the handler runs.
async fn read(ctx: &mut Context, strict: bool) -> Result<Value> {
    match ctx.is(&["json", "application/vnd.api+json", "urlencoded", "text/plain"]) {
        Some("urlencoded") => ctx.body_form().await.map(indices_first),
        Some("text/plain") => ctx.body_text().await.map(Value::String),
        Some(_) if strict => ctx.read_body().strict().json().await,
        Some(_) => ctx.body_json().await,
        None => Ok(json!({})),
    }
}

/// Objects as JavaScript writes them: indices in their order, before all other keys.
fn indices_first(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(indices_first).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, indices_first(value))).collect();
            let index = |name: &str| name.parse::<u32>().ok().filter(|n| n.to_string() == name);
            members.sort_by_key(|(name, _)| index(name).map_or((1, 0), |index| (0, index)));
            members.into_iter().collect()
        }
        value => value,
    }
}

fn app(strict: bool) -> App {
    App::new().with(async move |ctx, _next| {
        let body = match ctx.method().as_str() {
            "POST" | "PUT" | "PATCH" => read(ctx, strict).await?,
            _ => Value::Null,
        };
        ctx.set_body(Json(body))
    })
}

pub(super) fn programs() -> Vec<(&'static str, App)> {
    let small = BodyLimits { json: 100, form: 100, text: 100, ..BodyLimits::default() };
    vec![
        ("bodies", app(true)),
        ("bodies-loose", app(false)),
        ("bodies-small", app(true).share(Arc::new(small))),
        ("bodies-older", app(true)),
    ]
}
