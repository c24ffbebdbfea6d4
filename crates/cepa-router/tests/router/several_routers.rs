//! Several routers in one app: the first that matches runs, and `Allow` speaks for all of them.

use cepa_core::App;
use cepa_router::Router;

use crate::Client;

fn client() -> Client {
    let first = Router::new().get("/x", async |_| "first").on("PURGE", "/cache", async |_| "");
    let second = Router::new().post("/:y", async |_| "second");
    let third = Router::new().get("/:z", async |_| "third").put("/x", async |_| "third");
    Client(App::new().plug(first).plug(second).plug(third).callback())
}

#[test]
fn a_router_that_does_not_match_passes_the_request_on() {
    let client = client();
    assert_eq!(client.text("/x").unwrap(), "first");
    assert_eq!(client.send("POST", "/x").text, "second");
    assert_eq!(client.text("/other").unwrap(), "third");
}

#[test]
fn allow_lists_the_methods_of_all_routers() {
    let answer = client().send("DELETE", "/x");
    assert_eq!(
        (answer.status.as_u16(), answer.allow.as_deref()),
        (405, Some("HEAD, GET, POST, PUT"))
    );
    let answer = client().send("OPTIONS", "/x");
    assert_eq!(
        (answer.status.as_u16(), answer.allow.as_deref()),
        (200, Some("HEAD, GET, POST, PUT"))
    );
    assert_eq!(client().send("DELETE", "/other").allow.as_deref(), Some("POST, HEAD, GET"));
}

#[test]
fn a_method_is_implemented_when_one_of_them_has_it() {
    assert_eq!(client().send("PURGE", "/x").status, 405);
    assert_eq!(client().send("PURGE", "/no/where").status, 404);
    assert_eq!(client().send("PROPFIND", "/x").status, 501);
}

#[test]
fn a_router_plugged_into_a_router_runs_when_a_route_does() {
    let inner = Router::new().get("/x/:id", async |ctx| ctx.param::<String>("id"));
    let outer = Router::new().plug(inner).get("/x/*rest", async |ctx| {
        assert!(ctx.param::<String>("id").is_err());
        ctx.param::<String>("rest")
    });
    let client = Client::new(outer);
    assert_eq!(client.text("/x/7").unwrap(), "7");
    assert_eq!(client.text("/x/7/8").unwrap(), "7/8");
    assert_eq!(client.text("/y"), None);
}
