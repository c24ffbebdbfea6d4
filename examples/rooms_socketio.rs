//! Socket.IO: to one, to all but the sender, and an event from the page.

use cepa::prelude::*;

const PAGE: &str =
    "<!doctype html><title>rooms</title><button id=wave>wave</button><ul id=log></ul>
<script type=module>
import { connect } from '/socket.io/cepa.js'
const socket = connect()
const say = text => log.append(Object.assign(document.createElement('li'), { textContent: text }))
socket.on('welcome', say)
socket.on('joined', say)
socket.on('waved', say)
wave.onclick = async () => say(await socket.emitWithAck('wave', 'from the page'))
</script>";

pub(crate) fn app() -> App {
    let io = SocketIo::new()
        .on_connect(async |socket| {
            let id = socket.id().to_owned();
            socket.emit("welcome", &format!("you are {id}"))?; // to one
            socket.broadcast().emit("joined", &format!("{id} is here"))?; // to all but the sender
            Ok(())
        })
        .on("wave", async |socket, text: String| {
            socket.broadcast().emit("waved", &text)?;
            Ok(format!("waved {text}")) // the acknowledgement
        });
    App::new().plug(io).plug(Router::new().get("/", async |_| PAGE))
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
