//! `--variant app` and `csr`: every event once, by hand; the official clients do the rest.

use cepa_ws::WebSocket;

use crate::server::Peer;
use crate::socketio::text;

/// A client in a namespace; gives its id too.
struct Client {
    ws: WebSocket,
    /// `""` for `/`, else `/name,`.
    prefix: String,
    /// What answered the CONNECT.
    connected: String,
}

impl Client {
    async fn open(peer: &Peer, namespace: &str, auth: &str) -> Self {
        let target = "/socket.io/?EIO=4&transport=websocket";
        let mut ws = peer.websocket(target, Some("https://anywhere.example")).await.unwrap();
        let open = text(&mut ws).await;
        assert!(
            open.contains(r#""pingInterval":1000,"pingTimeout":800,"maxPayload":100000"#),
            "{open}"
        );
        let prefix = if namespace == "/" { String::new() } else { format!("{namespace},") };
        ws.send(format!("40{prefix}{auth}")).await.unwrap();
        let connected = text(&mut ws).await;
        Self { ws, prefix, connected }
    }

    /// Emits without asking for an acknowledgement.
    async fn emit(&mut self, event: &str) {
        self.ws.send(format!("42{}[{event}]", self.prefix)).await.unwrap();
    }

    /// Emits and gives the acknowledgement, which must be the next packet.
    async fn ask(&mut self, event: &str) -> String {
        self.ws.send(format!("42{}7[{event}]", self.prefix)).await.unwrap();
        self.next("43").await.strip_prefix('7').expect("our acknowledgement").to_owned()
    }

    /// The next packet, which must be of this type, without its head.
    async fn next(&mut self, kind: &str) -> String {
        let packet = text(&mut self.ws).await;
        let head = format!("{kind}{}", self.prefix);
        packet.strip_prefix(&head).unwrap_or_else(|| panic!("{head}: {packet}")).to_owned()
    }

    fn sid(&self) -> &str {
        self.connected.split(r#""sid":""#).nth(1).unwrap().split('"').next().unwrap()
    }
}

#[tokio::test]
async fn who_gets_in() {
    let peer = Peer::start(&["--variant", "app"]).await;
    let refused = Client::open(&peer, "/auth", r#"{"token":"bad"}"#).await.connected;
    assert_eq!(refused, r#"44/auth,{"message":"not authorized","data":{"code":401}}"#);
    for (namespace, auth) in [("/auth", r#"{"token":"good"}"#), ("/slow", ""), ("/dyn-42", "")] {
        let mut client = Client::open(&peer, namespace, auth).await;
        assert!(client.connected.starts_with(&format!("40{namespace},")), "{}", client.connected);
        assert_eq!(client.ask(r#""echo",1,"a""#).await, r#"[1,"a"]"#);
    }
    for namespace in ["/dyn-", "/dyn-x", "/custom"] {
        let refused = Client::open(&peer, namespace, "").await.connected;
        assert_eq!(refused, format!(r#"44{namespace},{{"message":"Invalid namespace"}}"#));
    }
}

#[tokio::test]
async fn what_one_client_asks() {
    let peer = Peer::start(&["--variant", "app"]).await;
    let mut client = Client::open(&peer, "/", r#"{"a":1}"#).await;
    client.emit(r#""echo",1,[2]"#).await;
    assert_eq!(client.next("42").await, r#"["echo-back",1,[2]]"#);
    client.emit(r#""message",true"#).await;
    assert_eq!(client.next("42").await, r#"["message-back",true]"#);
    client.emit(r#""flood",2,3,false"#).await;
    for expected in [r#"["f",0,"xxx"]"#, r#"["f",1,"xxx"]"#, r#"["flood-end",2]"#] {
        assert_eq!(client.next("42").await, expected);
    }
    assert_eq!(client.ask(r#""data",{"n":7}"#).await, "[]");
    assert_eq!(client.ask(r#""join",["a","b"]"#).await, "[]");
    assert_eq!(client.ask(r#""leave","b""#).await, "[]");
    let sid = client.sid().to_owned();
    let info = client.ask(r#""info""#).await;
    for part in [
        &*format!(r#""id":"{sid}""#),
        r#""recovered":false"#,
        r#""transport":"websocket""#,
        r#""auth":{"a":1}"#,
        r#""data":{"n":7}"#,
        r#""clients":1"#,
        r#""local":1"#,
    ] {
        assert!(info.contains(part), "{part}: {info}");
    }
    let who = client.ask(r#""who","a""#).await;
    assert!(who.contains(&sid) && who.contains(r#""data":{"n":7}"#), "{who}");
    assert_eq!(client.ask(r#""who","nobody""#).await, "[[]]");
    assert_eq!(client.ask(r#""nodes-ask",1"#).await, r#"[{"ok":[]}]"#);

    client.ws.send(r#"428["ask-me",1000]"#).await.unwrap();
    let question = client.next("42").await;
    let id = question.strip_suffix(r#"["question",1]"#).expect("the question").to_owned();
    client.ws.send(format!(r#"43{id}["onion"]"#)).await.unwrap();
    assert_eq!(client.next("438").await, r#"[{"ok":"onion"}]"#);
    client.ws.send(r#"429["ask-me",50]"#).await.unwrap();
    assert!(client.next("42").await.ends_with(r#"["question",1]"#));
    assert!(client.next("439").await.starts_with(r#"[{"err":""#));
}

#[tokio::test]
async fn what_several_clients_do() {
    let peer = Peer::start(&["--variant", "app"]).await;
    let mut ana = Client::open(&peer, "/dyn-1", "").await;
    let mut bo = Client::open(&peer, "/dyn-1", "").await;
    let mut root = Client::open(&peer, "/", "").await;
    bo.ask(r#""join","a""#).await;
    ana.emit(r#""to-room","a","hi",1"#).await;
    assert_eq!(bo.next("42").await, r#"["hi",1]"#);
    ana.emit(r#""io-to",["a"],null,"hi",2"#).await;
    assert_eq!(bo.next("42").await, r#"["hi",2]"#);
    ana.emit(r#""io-all","hi",3"#).await;
    assert_eq!(
        (ana.next("42").await, bo.next("42").await),
        (r#"["hi",3]"#.into(), r#"["hi",3]"#.into())
    );
    ana.ask(r#""sockets-join","a","b""#).await;
    ana.ws.send(r#"42/dyn-1,8["ask-room","b",1000]"#).await.unwrap();
    let question = bo.next("42").await;
    let id = question.strip_suffix(r#"["question",1]"#).expect("the question").to_owned();
    bo.ws.send(format!(r#"43/dyn-1,{id}["onion"]"#)).await.unwrap();
    assert_eq!(ana.next("43").await, r#"8[{"ok":["onion"]}]"#);
    ana.ws.send(r#"42/dyn-1,9["ask-room","b",50]"#).await.unwrap();
    let told = ana.next("43").await;
    assert!(told.starts_with(r#"9[{"err":""#) && told.ends_with(r#""partial":[]}]"#), "{told}");
    ana.emit(r#""kick-room","b",true"#).await;
    assert!(bo.next("42").await.ends_with(r#"["question",1]"#), "the question that it left open");
    assert_eq!(text(&mut bo.ws).await, "41/dyn-1,");
    let left = format!(r#"["left","/dyn-1","{}","server namespace disconnect"]"#, bo.sid());
    assert_eq!(root.next("42").await, left);
}

#[tokio::test]
async fn a_client_that_returns_in_time_is_the_same() {
    let peer = Peer::start(&["--variant", "csr"]).await;
    let mut client = Client::open(&peer, "/slow", "").await;
    let pid =
        client.connected.split(r#""pid":""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sid = client.sid().to_owned();
    client.emit(r#""io-all","hi",1"#).await;
    let event = client.next("42").await;
    let offset = event.rsplit('"').nth(1).unwrap().to_owned();
    drop(client.ws);
    let auth = format!(r#"{{"pid":"{pid}","offset":"{offset}"}}"#);
    let mut back = Client::open(&peer, "/slow", &auth).await;
    assert_eq!(back.sid(), sid);
    assert!(back.ask(r#""info""#).await.contains(r#""recovered":true"#));
}

#[tokio::test]
async fn what_is_left_out_is_false() {
    let peer = Peer::start(&["--variant", "app"]).await;
    let mut ana = Client::open(&peer, "/dyn-2", "").await;
    let mut bo = Client::open(&peer, "/dyn-2", "").await;
    ana.emit(r#""flood",1,3"#).await;
    for expected in [r#"["f",0,"xxx"]"#, r#"["flood-end",1]"#] {
        assert_eq!(ana.next("42").await, expected);
    }
    bo.ask(r#""join","a""#).await;
    ana.emit(r#""kick-room","a""#).await;
    ana.emit(r#""kick""#).await;
    for client in [&mut ana, &mut bo] {
        assert_eq!(text(&mut client.ws).await, "41/dyn-2,");
    }
}

/// More than may wait for one client: it gets all of it, since it reads.
#[tokio::test]
async fn a_flood_waits_for_a_client_that_reads() {
    let peer = Peer::start(&["--variant", "app"]).await;
    let mut client = Client::open(&peer, "/dyn-3", "").await;
    client.emit(r#""flood",80,100000,false"#).await;
    for number in 0..80 {
        assert!(client.next("42").await.starts_with(&format!(r#"["f",{number},"xxx"#)));
    }
    assert_eq!(client.next("42").await, r#"["flood-end",80]"#);
}
