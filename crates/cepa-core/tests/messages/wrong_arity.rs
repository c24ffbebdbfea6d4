use cepa_core::App;

fn main() {
    let _ = App::new().with(async |ctx| ctx.set_body("hello"));
}
