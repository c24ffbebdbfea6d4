use std::rc::Rc;

use cepa_core::Stack;

fn main() {
    let _ = Stack::new().endpoint(async |_ctx| {
        let local = Rc::new(1);
        std::future::ready(()).await;
        local.to_string()
    });
}
