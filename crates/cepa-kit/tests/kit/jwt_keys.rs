//! Where the key of a token comes from, when the program does not name it at start.

use cepa_core::{App, Error};
use cepa_kit::{Jwt, JwtClaims, JwtKey, jwt, jwt_key_for, jwt_key_in_state};
use cepa_test::Client;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::jwt::{ask, token};

fn signed(id: Option<&str>, secret: &str, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = id.map(str::to_owned);
    encode(&header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn ana() -> Value {
    json!({ "sub": "ana", "id": 7, "iss": "us" })
}

#[tokio::test]
async fn a_key_is_found_by_what_the_header_says() {
    let by_id = || {
        jwt_key_for(async |header| match header.key_id.as_deref() {
            Some("new") if header.algorithm == "HS256" => Ok(Some(JwtKey::secret("new"))),
            Some("down") => Err(Error::new(503, "the key set is away")),
            _ => Ok(None),
        })
    };
    let status = async |jwt: Jwt, token: String| ask(jwt, &token).await.status.as_u16();
    assert_eq!(status(by_id(), signed(Some("new"), "new", &ana())).await, 200);
    assert_eq!(status(by_id(), signed(Some("new"), "old", &ana())).await, 401);
    assert_eq!(status(by_id(), signed(Some("other"), "new", &ana())).await, 401);
    assert_eq!(status(by_id(), signed(None, "new", &ana())).await, 401);
    assert_eq!(status(by_id(), signed(Some("down"), "new", &ana())).await, 503);
    assert_eq!(status(by_id().issuer("us"), signed(Some("new"), "new", &ana())).await, 200);
    assert_eq!(status(by_id().issuer("them"), signed(Some("new"), "new", &ana())).await, 401);
    assert_eq!(status(by_id().or_secret("old"), signed(None, "old", &ana())).await, 200);
    assert_eq!(status(by_id(), "a.b.c".into()).await, 401);
}

#[tokio::test]
async fn a_key_is_found_by_what_the_claims_say() {
    let by_issuer = jwt_key_for(async |header| {
        let issuer = header.claims.get("iss").and_then(Value::as_str);
        Ok((issuer == Some("us")).then(|| JwtKey::secret("ours")))
    });
    let status = async |token: String| ask(by_issuer.clone(), &token).await.status.as_u16();
    assert_eq!(status(token("ours", &ana())).await, 200);
    assert_eq!(status(token("forged", &ana())).await, 401);
    assert_eq!(status(token("ours", &json!({ "sub": "ana", "id": 7 }))).await, 401);
}

#[tokio::test]
async fn a_key_in_the_state_stands_in_for_all_others() {
    let app = |jwt: Jwt| {
        let app = App::new().on_error(|_, _| {}).with(async |ctx, next| {
            if let Some(secret) = ctx.query::<String>("secret")? {
                ctx.state.insert(JwtKey::secret(secret));
            }
            next.run(ctx).await
        });
        Client::new(app.plug(jwt).with(async |ctx, _next| {
            let subject = ctx.state.get::<JwtClaims>().and_then(|known| known.claims.get("sub"));
            let subject = subject.and_then(Value::as_str).unwrap_or_default().to_owned();
            ctx.set_body(subject)
        }))
    };
    let status = async |jwt: Jwt, path: &str, secret: &str| {
        let token = format!("Bearer {}", token(secret, &ana()));
        app(jwt).get(path).header("authorization", &token).send().await.status.as_u16()
    };
    assert_eq!(status(jwt("named"), "/?secret=tenant", "tenant").await, 200);
    assert_eq!(status(jwt("named"), "/?secret=tenant", "named").await, 401, "in place of them");
    assert_eq!(status(jwt("named"), "/", "named").await, 200);
    assert_eq!(status(jwt_key_in_state(), "/?secret=tenant", "tenant").await, 200);
    assert_eq!(status(jwt_key_in_state(), "/", "tenant").await, 401, "without a key nobody");
    let strict = jwt_key_in_state().issuer("them");
    assert_eq!(status(strict, "/?secret=tenant", "tenant").await, 401, "the rules hold for it");
}
