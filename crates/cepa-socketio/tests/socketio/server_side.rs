//! `server_side_emit` of a server that is alone; of several: `cluster`.

use cepa_socketio::{EmitError, SocketIo};

#[tokio::test]
async fn one_that_is_alone_hears_nothing_of_itself_and_gets_no_answers() {
    let io = SocketIo::new();
    let io = io.on_server_side("x", async |(): ()| -> () { panic!("heard its own event") });
    io.server_side_emit("x", &()).unwrap();
    assert_eq!(io.server_side_emit_with_ack("x", &1).await.unwrap(), []);
    assert_eq!(io.of_pattern("/r-*").server_side_emit_with_ack("x", &1).await.unwrap(), []);
}

#[tokio::test]
async fn reserved_names_are_refused() {
    let io = SocketIo::new();
    for name in ["connect", "connection", "new_namespace"] {
        assert!(matches!(io.server_side_emit(name, &()), Err(EmitError::Reserved(_))), "{name}");
        let asked = io.server_side_emit_with_ack(name, &()).await;
        assert!(matches!(asked, Err(EmitError::Reserved(_))), "{name}");
    }
}
