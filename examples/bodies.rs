//! Forms, JSON and text, each into the type that the handler asks for.

use cepa::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Order {
    onions: u32,
    address: Address,
}

#[derive(Deserialize, Serialize)]
struct Address {
    street: String,
}

const FORM: &str = "<form method=post action=/form>
<input name=onions value=3><input name=address[street] value='Layer Lane'><button>order</button>
</form>";

pub(crate) fn app() -> App {
    let router = Router::new()
        .get("/", async |_| FORM)
        .post("/form", async |ctx| {
            let order: Order = ctx.body_form().await?;
            Ok(format!("{} onions to {}", order.onions, order.address.street))
        })
        .post("/json", async |ctx| {
            let order: Order = ctx.body_json().await?;
            ctx.set_status(201);
            Ok(Json(order))
        })
        .post("/text", async |ctx| {
            let text = ctx.body_text().await?;
            Ok(format!("{} characters", text.chars().count()))
        });
    App::new().plug(router)
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
