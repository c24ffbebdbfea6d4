//! Tokens: which are let in; `conformance/koa` compares the answers with koa-jwt.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepa_core::{App, Error};
use cepa_kit::{Jwt, JwtClaims, JwtExt, JwtKey, JwtRefusal, jwt, jwt_key};
use cepa_test::{Client, Response};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use proptest::prelude::*;
use serde_json::{Value, json};

pub fn token(secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

pub fn seconds_from_now(seconds: i64) -> i64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    i64::try_from(now).unwrap() + seconds
}

pub async fn ask(jwt: Jwt, token: &str) -> Response {
    let app = App::new().on_error(|_, _| {}).plug(jwt).with(async |ctx, _next| {
        if let Some(refusal) = ctx.state.get::<JwtRefusal>() {
            let text = format!("passed: {}", refusal.0);
            return ctx.set_body(text);
        }
        let (subject, id): (String, u32) = {
            #[derive(serde::Deserialize)]
            struct User {
                sub: String,
                id: u32,
            }
            let user: User = ctx.claims()?;
            (user.sub, user.id)
        };
        ctx.set_body(format!("{subject} {id}"))
    });
    Client::new(app).get("/").header("authorization", &format!("Bearer {token}")).send().await
}

pub async fn status(jwt: Jwt, claims: Value) -> u16 {
    ask(jwt, &token("k", &claims)).await.status.as_u16()
}

#[tokio::test]
async fn claims_are_read_as_a_type() {
    let good = json!({ "sub": "ana", "id": 7 });
    assert_eq!(ask(jwt("k"), &token("k", &good)).await.text(), "ana 7");
    let unfit = ask(jwt("k"), &token("k", &json!({ "sub": 1 }))).await;
    assert_eq!((unfit.status.as_u16(), unfit.text()), (401, "Authentication Error"));
}

#[tokio::test]
async fn a_refusal_asks_for_a_token() {
    let response = ask(jwt("k"), &token("other", &json!({}))).await;
    assert_eq!(response.status, 401);
    assert_eq!(response.get("www-authenticate"), "Bearer error=\"invalid_token\"");
    assert_eq!(response.text(), "Authentication Error");
    let told = ask(jwt("k").show_cause(true), &token("other", &json!({}))).await;
    assert_eq!(told.text(), "InvalidSignature");
}

#[tokio::test]
async fn keys_rotate() {
    let good = json!({ "sub": "ana", "id": 7 });
    for (secret, status) in [("new", 200), ("old", 200), ("oldest", 401)] {
        let jwt = jwt("new").or_secret("old");
        assert_eq!(ask(jwt, &token(secret, &good)).await.status, status);
    }
}

#[tokio::test]
async fn times_are_kept_to_the_second() {
    let with = |name: &str, seconds| {
        let mut claims = json!({ "sub": "ana", "id": 7 });
        claims[name] = seconds_from_now(seconds).into();
        claims
    };
    assert_eq!(status(jwt("k"), with("exp", 60)).await, 200);
    assert_eq!(status(jwt("k"), with("exp", -2)).await, 401);
    assert_eq!(status(jwt("k").leeway(Duration::from_secs(10)), with("exp", -2)).await, 200);
    assert_eq!(status(jwt("k"), with("nbf", 60)).await, 401);
    assert_eq!(status(jwt("k"), with("nbf", -2)).await, 200);
    assert_eq!(status(jwt("k"), json!({ "sub": "ana", "id": 7, "exp": "soon" })).await, 401);
    assert_eq!(status(jwt("k").require_expiry(), json!({ "sub": "ana", "id": 7 })).await, 401);
}

#[tokio::test]
async fn audience_and_issuer_must_be_there_once_named() {
    let claims = |extra: Value| {
        let mut claims = json!({ "sub": "ana", "id": 7 });
        claims.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        claims
    };
    let strict = || jwt("k").audience("shop").issuer("login");
    assert_eq!(status(strict(), claims(json!({ "aud": "shop", "iss": "login" }))).await, 200);
    assert_eq!(
        status(strict(), claims(json!({ "aud": ["x", "shop"], "iss": "login" }))).await,
        200
    );
    assert_eq!(status(strict(), claims(json!({ "aud": "shop" }))).await, 401);
    assert_eq!(status(strict(), claims(json!({ "iss": "login" }))).await, 401);
    assert_eq!(status(strict(), claims(json!({ "aud": "other", "iss": "login" }))).await, 401);
    assert_eq!(status(jwt("k"), claims(json!({ "aud": "shop" }))).await, 401, "for somebody else");
}

#[tokio::test]
async fn a_token_does_not_choose_how_it_is_checked() {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = part(json!({ "sub": "ana", "id": 7 }));
    for algorithm in ["none", "None", "", "RS256", "ES256", "HS1"] {
        let token = format!("{}.{claims}.", part(json!({ "alg": algorithm, "typ": "JWT" })));
        assert_eq!(ask(jwt("k"), &token).await.status, 401, "{algorithm}");
    }
    let public = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let confused = token(std::str::from_utf8(public).unwrap(), &json!({ "sub": "ana", "id": 7 }));
    assert_eq!(ask(jwt_key(JwtKey::ed_pem(public).unwrap()), &confused).await.status, 401);
    assert!(JwtKey::rsa_pem(public).is_err() && JwtKey::ec_pem(b"").is_err());
}

#[tokio::test]
async fn a_token_may_come_from_elsewhere() {
    let good = token("k", &json!({ "sub": "ana", "id": 7 }));
    let app = |jwt: Jwt| {
        Client::new(App::new().plug(jwt).with(async |ctx, _next| {
            let token = ctx.state.get::<JwtClaims>().map(|known| known.token.clone());
            ctx.set_body(token.unwrap_or_default())
        }))
    };
    let client = app(jwt("k").cookie("token").token(|ctx| ctx.request.query_value("token")));
    assert_eq!(
        client.get("/").header("cookie", &format!("token={good}")).send().await.text(),
        good
    );
    assert_eq!(client.get(&format!("/?token={good}")).send().await.text(), good);
    assert_eq!(app(jwt("k")).get(&format!("/?token={good}")).send().await.status, 401);
    let open = app(jwt("k").unless(|ctx| ctx.path() == "/login"));
    assert_eq!(open.get("/login").send().await.status, 200);
    assert_eq!(open.get("/").send().await.status, 401);
}

#[tokio::test]
async fn a_revoked_token_is_refused() {
    let revoke = |id: u32| {
        jwt("k").revoked_when(async move |ctx| {
            tokio::task::yield_now().await;
            let known = ctx.state.get::<JwtClaims>().unwrap();
            Ok(known.claims.get("id") == Some(&json!(id)))
        })
    };
    assert_eq!(status(revoke(7), json!({ "sub": "ana", "id": 7 })).await, 401);
    assert_eq!(status(revoke(8), json!({ "sub": "ana", "id": 7 })).await, 200);
    let away = jwt("k").revoked_when(async |_ctx| Err(Error::new(503, "the list is away")));
    assert_eq!(status(away, json!({ "sub": "ana", "id": 7 })).await, 503);
}

#[tokio::test]
async fn a_revoked_token_leaves_no_claims() {
    let revoked = jwt("k").optional().revoked_when(async |_ctx| Ok(true));
    let app = App::new().plug(revoked).with(async |ctx, _next| {
        let refusal = ctx.state.get::<JwtRefusal>().map(|refusal| refusal.0.clone());
        let text = format!("{} {refusal:?}", ctx.state.get::<JwtClaims>().is_some());
        ctx.set_body(text)
    });
    let token = format!("Bearer {}", token("k", &json!({})));
    let response = Client::new(app).get("/").header("authorization", &token).send().await;
    assert_eq!(response.text(), "false Some(\"the token was revoked\")");
}

#[tokio::test]
async fn without_a_good_token_a_request_may_pass_all_the_same() {
    assert_eq!(ask(jwt("k").optional(), "rubbish").await.text(), "passed: InvalidToken");
    assert_eq!(ask(jwt("k").optional(), "two words").await.text(), "passed: no token");
    let good = token("k", &json!({ "sub": "ana", "id": 7 }));
    assert_eq!(ask(jwt("k").optional(), &good).await.text(), "ana 7");
}

proptest! {
    #[test]
    fn any_change_of_a_byte_is_noticed(at in 0..200_usize, to in "[A-Za-z0-9_.-]") {
        let good = token("k", &json!({ "sub": "ana", "id": 7 }));
        let at = at % good.len();
        let mut changed = good.clone();
        changed.replace_range(at..=at, &to);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let response = runtime.block_on(ask(jwt("k"), &changed));
        prop_assert_eq!(response.status == 200, changed == good);
    }
}
