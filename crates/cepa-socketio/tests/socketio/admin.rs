//! What an admin page is told and may do, where it differs from the original; the rest is compared with Node's by
//! `conformance/socketio/admin.mjs`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cepa_hub::{Hub, HubOptions, Membership};
use cepa_socketio::{Admin, Options, RecoveryOptions, SocketIo};
use serde_json::Value;

use crate::cluster_wire::Wire;
use crate::support::{Running, Ws, soon, start};

/// A page over WebSocket.
struct Page(Ws);

impl Page {
    async fn connect(server: &Running) -> Page {
        let mut page = Page(Ws::open(server.address).await);
        page.0.send("40/admin,").await;
        assert!(page.0.text().await.starts_with("40/admin,{\"sid\":"));
        page
    }

    /// The arguments of the next event of this name; others are passed over.
    async fn told(&mut self, event: &str) -> Value {
        let prefix = format!("42/admin,[\"{event}\"");
        loop {
            let text = self.0.text().await;
            if let Some(rest) = text.strip_prefix(&prefix) {
                return serde_json::from_str(&format!("[{}", rest.trim_start_matches(',')))
                    .unwrap();
            }
        }
    }

    async fn send(&mut self, list: &str) {
        self.0.send(&format!("42/admin,{list}")).await;
    }

    /// Sends a command, and gives the answer; what the page is told meanwhile is passed over.
    async fn command(&mut self, list: &str) -> String {
        self.0.send(&format!("42/admin,7{list}")).await;
        loop {
            if let Some(answer) = self.0.text().await.strip_prefix("43/admin,7") {
                return answer.to_owned();
            }
        }
    }
}

fn often() -> Admin {
    Admin::unprotected().interval(Duration::from_millis(5))
}

#[tokio::test]
async fn secrets_of_users_and_of_the_engine_are_not_shown() {
    let io = SocketIo::new().admin(often());
    let server = start(&io).await;
    let head = "GET /socket.io/?EIO=4&transport=polling\ncookie: a=secret\nauthorization: secret\n\
                x-forwarded-for: 1.2.3.4";
    let opened = crate::support::request(server.address, head, b"").await;
    let sid = crate::support::sid(&opened.body);
    let client = crate::support::Polling { address: server.address, sid: sid.clone() };
    client.post("40{\"token\":\"secret\"}").await;
    assert!(client.get().await.body.starts_with("40"));

    let mut page = Page::connect(&server).await;
    let sockets = page.told("all_sockets").await;
    let sockets = sockets[0].as_array().unwrap();
    let shown = sockets.iter().find(|socket| socket["nsp"] == "/").unwrap();
    let text = shown.to_string();
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(shown["handshake"]["headers"]["cookie"], "(hidden)");
    assert_eq!(shown["handshake"]["address"], "127.0.0.1");
    let id = shown["clientId"].as_str().unwrap();
    assert_eq!(id.len(), 12);
    assert!(!sid.starts_with(&id[..4]), "{id} of {sid}");
}

#[tokio::test]
async fn nothing_is_counted_while_no_page_is_there() {
    let io = SocketIo::new().admin(often());
    let server = start(&io).await;
    let mut before = Ws::connect(server.address).await;
    before.send("42[\"nobody hears\"]").await;
    let mut page = Page::connect(&server).await;
    let numbers = page.told("server_stats").await;
    assert_eq!(numbers[0]["clientsCount"], 2);
    let counted = numbers[0]["aggregatedEvents"].as_array().unwrap();
    assert!(counted.iter().all(|it| it["type"] != "rawConnection"), "{counted:?}");
    drop(page);
    soon("end of the page", async {
        while !io.of("/admin").is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // the numbers begin anew with the next page
    let mut page = Page::connect(&server).await;
    page.told("server_stats").await;
    page.told("server_stats").await;
}

#[tokio::test]
async fn bytes_are_counted_as_the_client_sees_them() {
    let io = SocketIo::new().admin(often()).on("echo", async |socket, text: String| {
        socket.emit("e", &text)?;
        Ok(())
    });
    let server = start(&io).await;
    let mut page = Page::connect(&server).await;
    let mut client = Ws::connect(server.address).await;
    let text = "x".repeat(50_000);
    client.send(&format!("42[\"echo\",\"{text}\"]")).await;
    client.text().await;
    let (mut received, mut sent) = (0, 0);
    soon("counts", async {
        while received < 50_000 || sent < 50_000 {
            for count in page.told("server_stats").await[0]["aggregatedEvents"].as_array().unwrap()
            {
                match count["type"].as_str().unwrap() {
                    "bytesIn" => received += count["count"].as_u64().unwrap(),
                    "bytesOut" => sent += count["count"].as_u64().unwrap(),
                    _ => {}
                }
            }
        }
    })
    .await;
    assert!(received < 50_200, "{received}");
}

#[tokio::test]
async fn a_command_makes_no_namespace() {
    let io = SocketIo::new().admin(often());
    let server = start(&io).await;
    let mut page = Page::connect(&server).await;
    for command in [
        "[\"join\",\"/none\",\"room\",null]",
        "[\"emit\",\"/none\",[],\"hi\"]",
        "[\"_disconnect\",\"/admin\",false,[]]",
    ] {
        assert_eq!(page.command(command).await, "[]", "{command}");
    }
    // broken commands are errors of that event alone
    for broken in ["[\"join\",7]", "[\"leave\"]"] {
        assert!(page.command(broken).await.starts_with("[{\"error\":"), "{broken}");
    }
    for _ in 0..2 {
        let numbers = page.told("server_stats").await;
        let names = numbers[0]["namespaces"].as_array().unwrap();
        let mut names: Vec<_> = names.iter().map(|it| it["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["/", "/admin"]);
    }
}

#[tokio::test]
async fn a_page_that_may_only_look_has_no_commands() {
    let io = SocketIo::new().admin(often().readonly());
    let server = start(&io).await;
    let mut client = Ws::connect(server.address).await;
    let mut page = Page::connect(&server).await;
    let config = page.told("config").await;
    let features = serde_json::json!({ "supportedFeatures": ["AGGREGATED_EVENTS", "ALL_EVENTS"] });
    assert_eq!(config[0], features);
    page.send("[\"emit\",\"/\",null,\"from a page\"]").await;
    page.send("[\"_disconnect\",\"/\",true,null]").await;
    page.told("server_stats").await;
    io.emit("end", &()).unwrap();
    assert_eq!(client.text().await, "42[\"end\"]");
}

#[tokio::test]
async fn a_page_is_shown_so_many_sockets_and_no_more() {
    let io = SocketIo::new().admin(often().max_sockets(2));
    let server = start(&io).await;
    let clients = [Ws::connect(server.address).await, Ws::connect(server.address).await];
    let _third = Ws::connect(server.address).await;
    let mut page = Page::connect(&server).await;
    assert_eq!(page.told("all_sockets").await[0].as_array().unwrap().len(), 2);
    drop(clients);
}

#[tokio::test]
async fn what_a_page_was_told_is_not_remembered_for_it() {
    let recovery = Some(RecoveryOptions::default());
    let io = SocketIo::with_options(Options { recovery, ..Options::default() }).admin(often());
    assert!(io.of("/admin").remembered().is_none());
    let server = start(&io).await;
    let mut page = Page::connect(&server).await;
    let mut client = Ws::connect(server.address).await;
    client.send("42[\"hi\"]").await;
    // no offset behind the date
    assert_eq!(page.told("event_received").await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn pages_hear_of_the_sockets_of_other_servers() {
    let wire = Wire::default();
    let io = ["one", "two"]
        .map(|name| SocketIo::new().with_adapter(wire.end()).admin(often().server_id(name)));
    let servers = [start(&io[0]).await, start(&io[1]).await];
    let far = Ws::connect(servers[1].address).await;
    let mut page = Page::connect(&servers[0]).await;
    let sockets = page.told("all_sockets").await;
    let far_id = io[1].sockets()[0].id().to_owned();
    assert!(sockets[0].as_array().unwrap().iter().any(|socket| socket["id"] == *far_id));
    loop {
        if page.told("server_stats").await[0]["serverId"] == "two" {
            break;
        }
    }
    drop(far);
    assert_eq!(page.told("socket_disconnected").await[1], far_id);
}

/// Once, a socket that ended as it was accepted was shown for ever: its end was told first.
#[tokio::test]
async fn a_socket_that_ends_as_it_is_accepted_is_told_in_that_order() {
    let late: Arc<OnceLock<SocketIo>> = Arc::default();
    let known = Arc::clone(&late);
    let hub = Hub::with(HubOptions::new().on_membership(move |change| {
        if let (Membership::Joined { room, .. }, Some(io)) = (change, known.get())
            && **room == *"banned"
        {
            io.to("banned").disconnect_sockets(false);
        }
    }));
    let io = SocketIo::new().with_hub(hub).admin(often()).admit(async |socket| {
        socket.join("banned");
        Ok(())
    });
    let _ = late.set(io.clone());
    let server = start(&io).await;
    let mut page = Page::connect(&server).await;
    let mut client = Ws::open(server.address).await;
    client.send("40").await;
    let shown = loop {
        // its own comes first
        let shown = page.told("socket_connected").await;
        if shown[0]["nsp"] == "/" {
            break shown;
        }
    };
    assert_eq!(page.told("socket_disconnected").await[1], shown[0]["id"]);
}

#[tokio::test]
async fn what_is_shown_keeps_nothing_alive() {
    let wire = Wire::default();
    let io = SocketIo::new().with_adapter(wire.end()).admin(often());
    let server = start(&io).await;
    let mut page = Page::connect(&server).await;
    let client = Ws::connect(server.address).await;
    page.told("socket_connected").await;
    drop((page, client));
    server.stop().await;
    drop(io);
    for name in ["/", "/admin"] {
        let local = wire.local_on(0, name);
        soon("end of the namespace", async {
            while local.namespace().is_some() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test]
#[should_panic(expected = "shown to an admin page already")]
async fn there_is_one_admin_page_for_a_server() {
    drop(SocketIo::new().admin(often()).admin(often()));
}

#[cfg(feature = "bcrypt")]
mod basic {
    use super::*;

    /// `changeit`
    const HASH: &str = "$2a$04$0AsLeI7BLxAESGN.9Il5husV2TxcU/7tiCPq7aUBOVQb0/pVHuyCu";

    #[test]
    #[should_panic(expected = "no hash of bcrypt")]
    fn a_password_in_the_place_of_its_hash_is_refused() {
        drop(Admin::basic("admin", "changeit"));
    }

    #[tokio::test]
    async fn a_page_returns_with_the_session_that_its_password_has_begun() {
        let io = SocketIo::new().admin(Admin::basic("admin", HASH));
        let server = start(&io).await;
        let mut page = Ws::open(server.address).await;
        for wrong in [
            "",
            "{\"username\":\"admin\",\"password\":\"changeIt\"}",
            "{\"username\":\"Admin\",\"password\":\"changeit\"}",
            "{\"username\":\"admin\",\"password\":[\"changeit\"]}",
            "{\"username\":\"admin\",\"password\":\"\\u0000\"}",
            "{\"sessionId\":\"\"}",
            "{\"sessionId\":null}",
        ] {
            page.send(&format!("40/admin,{wrong}")).await;
            let refusal = "44/admin,{\"message\":\"invalid credentials\"}";
            assert_eq!(page.text().await, refusal, "{wrong}");
        }
        page.send("40/admin,{\"username\":\"admin\",\"password\":\"changeit\"}").await;
        assert!(page.text().await.starts_with("40/admin,{\"sid\":"));
        let session = Page(page).told("session").await[0].as_str().unwrap().to_owned();
        let mut again = Ws::open(server.address).await;
        again.send(&format!("40/admin,{{\"sessionId\":\"{session}\"}}")).await;
        assert!(again.text().await.starts_with("40/admin,{\"sid\":"));
        // who has one gets no other
        Page(again).told("config").await;
    }
}
