//! OPTIONS is answered for every path that has routes, unless a route names it.

use cepa_router::Router;

use crate::Client;

#[test]
fn a_path_with_routes_tells_its_methods() {
    let router = Router::new().get("/x", async |_| "").delete("/:y", async |_| "");
    let answer = Client::new(router).send("OPTIONS", "/x");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.allow.as_deref(), Some("HEAD, GET, DELETE"));
    assert_eq!(answer.text, "");
}

#[test]
fn a_path_without_routes_is_404() {
    let answer = Client::new(Router::new().get("/x", async |_| "")).send("OPTIONS", "/y");
    assert_eq!((answer.status.as_u16(), answer.allow), (404, None));
}

#[test]
fn a_route_of_its_own_wins() {
    let router = Router::new().get("/x", async |_| "").options("/:y", async |_| "mine");
    let answer = Client::new(router).send("OPTIONS", "/x");
    assert_eq!((answer.status.as_u16(), &*answer.text), (200, "mine"));
    let router = Router::new().get("/x", async |_| "").all("/:y", async |_| "all");
    assert_eq!(Client::new(router).send("OPTIONS", "/x").text, "all");
}
