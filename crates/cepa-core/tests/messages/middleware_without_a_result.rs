use cepa_core::App;

fn main() {
    let _ = App::new().with(async |ctx, _next| {
        ctx.set_status(204);
    });
}
