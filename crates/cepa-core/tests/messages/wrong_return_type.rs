use cepa_core::Stack;

fn main() {
    let _ = Stack::new().endpoint(async |_ctx| std::time::Duration::from_secs(1));
}
