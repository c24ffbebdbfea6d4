//! No text is too strange: a pattern is taken or refused with a message, and no path makes a router panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cepa_core::App;
use cepa_router::Router;
use proptest::prelude::*;

use crate::Client;

/// Patterns of what patterns are made of, and of anything.
fn pattern() -> impl Strategy<Value = String> {
    let made = proptest::collection::vec(
        prop_oneof![
            "[:*][a-c]",
            "[/{}a.-]",
            "/[:*]\"[a-z]\"",
            ":[a-c]<[\\[a-z0-9\\]>{-]{0,4}>?",
            "[\\\\%\"<?+é]",
            "\\PC"
        ],
        0..12,
    );
    prop_oneof![made.prop_map(|parts| format!("/{}", parts.concat())), "\\PC{0,20}"]
}

/// The router with this pattern, or what it was refused with.
fn router(pattern: &str) -> Result<Router, String> {
    let register = || Router::new().get(pattern, async |ctx| ctx.path().to_owned());
    catch_unwind(AssertUnwindSafe(register))
        .map_err(|payload| payload.downcast_ref::<String>().cloned().unwrap_or_default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn patterns_and_paths_of_any_text(
        pattern in pattern(),
        paths in proptest::collection::vec("(/[a-cA-C.%é-]{0,5}){0,5}/?|\\PC{0,12}", 8),
    ) {
        match router(&pattern) {
            Err(problem) => prop_assert!(problem.starts_with("bad path pattern \""), "{problem:?}"),
            Ok(router) => for path in paths {
                // As middleware that rewrites the path may leave it: not even percent-encoded.
                let rewritten = path.clone();
                let app = App::new()
                    .with(async move |ctx, next| {
                        ctx.request.set_path(&rewritten);
                        next.run(ctx).await
                    })
                    .plug(router.clone());
                let status = Client(app.callback()).get("/").status.as_u16();
                prop_assert!(matches!(status, 200 | 400 | 404), "{status} for {path:?}");
            },
        }
    }
}
