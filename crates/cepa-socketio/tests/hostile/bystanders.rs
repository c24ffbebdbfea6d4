//! Clients that do what clients do while others misbehave, and must not notice.
//!
//! Each time they are asked, the server sends an event with the next number to all of them, each asks for something with
//! the same number, and what each gets must be exactly that: nothing is missing, nothing comes twice, nothing else comes.

use cepa_ws::Message;

use crate::run::{LEGACY, Site};
use crate::support::{Polling, Ws, request, sid, soon};

pub struct Bystanders {
    socket: Ws,
    polling: Polling,
    legacy: Ws,
    echo: Ws,
    number: u64,
}

impl Bystanders {
    /// How many sessions they have, of each server.
    pub const SESSIONS: [usize; 3] = [2, 1, 0];

    pub async fn connect(site: &Site) -> Bystanders {
        let address = site.running.address;
        let mut socket = Ws::open(address).await;
        socket.send("40/bystanders,").await;
        assert!(socket.text().await.starts_with("40/bystanders,{"));
        let polling = Polling::open(address).await;
        assert_eq!(polling.post("40/bystanders,").await.body, "ok");
        assert!(polling.get().await.body.starts_with("40/bystanders,{"));
        let mut legacy =
            Ws::dial_at(address, &format!("{LEGACY}/?EIO=3&transport=websocket")).await;
        sid(&legacy.text().await);
        assert_eq!(legacy.text().await, "40");
        // by itself: strangers of revision 3 are in `/` from the beginning
        legacy.send("40/bystanders,").await;
        assert_eq!(legacy.text().await, "40/bystanders,");
        let echo = Ws::dial_at(address, "/ws").await;
        Bystanders { socket, polling, legacy, echo, number: 0 }
    }

    pub async fn are_well(&mut self, site: &Site) {
        self.number += 1;
        let number = self.number;
        for server in [&site.io, &site.legacy] {
            server.of("/bystanders").emit("news", &number).unwrap();
        }
        self.socket.send(&format!("42/bystanders,7[\"echo\",{number}]")).await;
        assert_eq!(self.socket.text().await, format!("42/bystanders,[\"news\",{number}]"));
        let mut answers = [self.socket.text().await, self.socket.text().await];
        answers.sort_unstable();
        let wanted = [format!("42/bystanders,[\"echo\",{number}]"), "43/bystanders,7[]".into()];
        assert_eq!(answers, wanted);

        assert_eq!(self.polling.get().await.body, format!("42/bystanders,[\"news\",{number}]"));
        let posted = self.polling.post(&format!("42/bystanders,[\"echo\",{number}]")).await;
        assert_eq!(posted.body, "ok");
        assert_eq!(self.polling.get().await.body, format!("42/bystanders,[\"echo\",{number}]"));

        assert_eq!(self.legacy.text().await, format!("42/bystanders,[\"news\",{number}]"));
        self.legacy.send("2").await;
        assert_eq!(self.legacy.text().await, "3");

        self.echo.send(&number.to_string()).await;
        assert_eq!(self.echo.text().await, number.to_string());
    }

    /// As people do, so that nothing of theirs is left.
    pub async fn leave(self) {
        for mut ws in [self.socket, self.legacy, self.echo] {
            soon("close", ws.0.close(1000, "")).await.unwrap();
            while let Some(Message::Text(_)) = soon("close", ws.0.recv()).await.unwrap() {}
        }
        let target = format!("POST {}", self.polling.target());
        assert_eq!(request(self.polling.address, &target, b"1").await.body, "ok");
    }
}
