use cepa_core::Stack;

fn main() {
    let _ = Stack::new().endpoint(async |ctx, next| next.run(ctx).await);
}
