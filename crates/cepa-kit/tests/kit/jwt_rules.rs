//! What is asked of a token beside its signature.

use std::panic::catch_unwind;
use std::time::Duration;

use cepa_kit::{Jwt, jwt};
use serde_json::json;

use crate::jwt::{seconds_from_now, status};

#[tokio::test]
async fn a_subject_and_an_id_must_be_there_once_named() {
    let table: [(fn() -> Jwt, u16); 6] = [
        (|| jwt("k"), 200),
        (|| jwt("k").subject("ana"), 200),
        (|| jwt("k").subject("bo"), 401),
        (|| jwt("k").token_id("t1"), 200),
        (|| jwt("k").token_id("t2"), 401),
        (|| jwt("k").subject("ana").token_id("t1"), 200),
    ];
    for (at, (rules, expected)) in table.into_iter().enumerate() {
        let claims = json!({ "sub": "ana", "id": 7, "jti": "t1" });
        assert_eq!(status(rules(), claims).await, expected, "{at}");
    }
    let without = || json!({ "id": 7, "jti": 1 });
    assert_eq!(status(jwt("k").subject("ana"), without()).await, 401);
    assert_eq!(status(jwt("k").token_id("1"), without()).await, 401);
}

#[tokio::test]
async fn a_token_may_be_too_old() {
    let minute = || jwt("k").max_age(Duration::from_secs(60));
    let issued = |seconds| json!({ "sub": "ana", "id": 7, "iat": seconds_from_now(seconds) });
    assert_eq!(status(minute(), issued(0)).await, 200);
    assert_eq!(status(minute(), issued(-50)).await, 200);
    assert_eq!(status(minute(), issued(-70)).await, 401);
    assert_eq!(status(minute().leeway(Duration::from_secs(60)), issued(-70)).await, 200);
    assert_eq!(status(minute(), json!({ "sub": "ana", "id": 7 })).await, 401, "it says no time");
    assert_eq!(status(minute(), json!({ "sub": "ana", "id": 7, "iat": "today" })).await, 401);
}

#[tokio::test]
async fn an_expired_token_passes_only_when_told_so() {
    let expired = || {
        let issued = seconds_from_now(-70);
        json!({ "sub": "ana", "id": 7, "iat": issued, "exp": seconds_from_now(-10) })
    };
    assert_eq!(status(jwt("k"), expired()).await, 401);
    assert_eq!(status(jwt("k").ignore_expiry(), expired()).await, 200);
    let bounded = jwt("k").ignore_expiry().max_age(Duration::from_secs(60));
    assert_eq!(status(bounded, expired()).await, 401);
}

#[tokio::test]
async fn times_may_be_for_ever() {
    let ever = || jwt("k").leeway(Duration::MAX).max_age(Duration::MAX);
    let claims = |name: &str, seconds: i64| {
        let now = seconds_from_now(0);
        let mut claims = json!({ "sub": "ana", "id": 7, "iat": now });
        claims[name] = json!(now + seconds);
        claims
    };
    assert_eq!(status(ever(), claims("exp", -3600)).await, 200);
    assert_eq!(status(ever(), claims("nbf", 3600)).await, 200);
}

#[tokio::test]
async fn algorithms_can_be_fewer_than_the_keys() {
    let claims = || json!({ "sub": "ana", "id": 7 });
    assert_eq!(status(jwt("k").algorithms(["HS256", "RS256"]), claims()).await, 200);
    assert_eq!(status(jwt("k").algorithms(["HS512"]), claims()).await, 401);
    assert_eq!(status(jwt("k").algorithms(["RS256"]), claims()).await, 401, "none is left");
    assert_eq!(status(jwt("x").algorithms(["HS512"]).or_secret("k"), claims()).await, 401);
    for name in ["none", "hs256", ""] {
        assert!(catch_unwind(|| drop(jwt("k").algorithms([name]))).is_err(), "{name}");
    }
}
