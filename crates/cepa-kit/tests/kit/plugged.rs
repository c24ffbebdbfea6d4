//! What stands within another middleware is told, too, when it is plugged in.

use std::sync::Arc;

use cepa_core::{App, Context, Middleware, Next, Result, Shared};
use cepa_kit::{mount, vhost};
use cepa_test::Client;

struct Name(&'static str);

struct Brings;

impl Middleware for Brings {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        next.run(ctx).await
    }

    fn plugged(&self, shared: &mut Shared) {
        shared.offer(Arc::new(Name("brought")));
    }
}

#[tokio::test]
async fn through_a_mount_and_a_virtual_host() {
    for app in [App::new().plug(mount("/m", Brings)), App::new().plug(vhost("a.example", Brings))] {
        let app = app.with(async |ctx, _next| {
            let name = ctx.shared::<Name>().0;
            ctx.set_body(name)
        });
        assert_eq!(Client::new(app).get("/").send().await.text(), "brought");
    }
}
