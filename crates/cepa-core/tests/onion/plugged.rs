//! A middleware is told when it is plugged in, and may bring along what handlers look for.

use std::sync::Arc;

use cepa_core::{App, Context, Middleware, Next, Result, Shared, Stack};
use cepa_test::Client;

struct Name(&'static str);

struct Brings(&'static str);

impl Middleware for Brings {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        next.run(ctx).await
    }

    fn plugged(&self, shared: &mut Shared) {
        shared.offer(Arc::new(Name(self.0)));
    }
}

async fn name(app: App) -> String {
    let app = app.with(async |ctx, _next| {
        let name = ctx.shared::<Name>().0;
        ctx.set_body(name)
    });
    Client::new(app).get("/").send().await.text().to_owned()
}

#[tokio::test]
async fn what_it_brings_is_shared() {
    assert_eq!(name(App::new().plug(Brings("brought"))).await, "brought");
    assert_eq!(name(App::new().plug(Stack::new().plug(Brings("within")))).await, "within");
    assert_eq!(name(App::new().plug(Brings("first")).plug(Brings("second"))).await, "first");
}

#[tokio::test]
async fn what_the_application_shares_comes_first() {
    let own = || Arc::new(Name("own"));
    assert_eq!(name(App::new().plug(Brings("brought")).share(own())).await, "own");
    assert_eq!(name(App::new().share(own()).plug(Brings("brought"))).await, "own");
}

#[test]
fn several_may_bring_one_value_together() {
    #[derive(Clone, Default)]
    struct Names(Vec<&'static str>);

    struct Adds(&'static str);

    impl Middleware for Adds {
        async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
            next.run(ctx).await
        }

        fn plugged(&self, shared: &mut Shared) {
            shared.change(|names: &mut Names| names.0.push(self.0));
        }
    }

    let app = App::new().plug(Adds("one")).share(Arc::new(Name("own"))).plug(Adds("two"));
    assert_eq!(app.shared().get::<Names>().unwrap().0, ["one", "two"]);
    assert!(App::new().shared().get::<Names>().is_none());
}
