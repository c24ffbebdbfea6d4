//! The onion: who runs when, and what becomes of errors on the way up.

use cepa::prelude::*;

struct Marks(Vec<&'static str>);

fn mark(ctx: &mut Context, name: &'static str) {
    if let Some(marks) = ctx.state.get_mut::<Marks>() {
        marks.0.push(name);
    }
}

pub(super) fn programs() -> Vec<(&'static str, App)> {
    let inner = Stack::new()
        .with(async |ctx, next| {
            mark(ctx, "b>");
            next.run(ctx).await?;
            mark(ctx, "<b");
            Ok(())
        })
        .with(async |ctx, next| {
            mark(ctx, "c>");
            next.run(ctx).await?;
            mark(ctx, "<c");
            Ok(())
        })
        .plug(Stack::new());
    let app = App::new()
        .with(async |ctx, next| {
            ctx.state.insert(Marks(Vec::new()));
            if let Err(error) = next.run(ctx).await {
                if ctx.path() != "/caught" {
                    return Err(error);
                }
                ctx.set_status(202);
                mark(ctx, "caught");
            }
            ctx.set("x-after", "yes")?;
            if ctx.response.body.is_unset() {
                let marks = ctx.state.get::<Marks>().map(|marks| marks.0.join(" "));
                ctx.set_body(marks.unwrap_or_default())?;
            }
            Ok(())
        })
        .with(async |ctx, next| {
            mark(ctx, "a>");
            next.run(ctx).await?;
            mark(ctx, "<a");
            Ok(())
        })
        .plug(inner)
        .with(async |ctx, next| {
            if ctx.path() == "/short" {
                return Ok(());
            }
            next.run(ctx).await?;
            if ctx.path() == "/replaced" {
                let before = ctx.response.body.as_bytes().cloned().unwrap_or_default();
                ctx.set_body(format!("{} replaced", String::from_utf8_lossy(&before)))?;
            }
            Ok(())
        })
        .with(async |ctx, next| {
            mark(ctx, "in");
            match ctx.path() {
                "/caught" | "/thrown" => ctx.throw(418, "on purpose"),
                "/replaced" => ctx.set_body("first"),
                "/beyond" => next.run(ctx).await,
                _ => Ok(()),
            }
        });
    vec![("compose", app)]
}
