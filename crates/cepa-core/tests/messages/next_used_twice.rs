use cepa_core::App;

fn main() {
    let _ = App::new().with(async |ctx, next| {
        next.run(ctx).await?;
        next.run(ctx).await
    });
}
