use std::rc::Rc;

use cepa_core::App;

fn main() {
    let _ = App::new().with(async |ctx, next| {
        let local = Rc::new(1);
        next.run(ctx).await?;
        ctx.set_body(local.to_string())
    });
}
