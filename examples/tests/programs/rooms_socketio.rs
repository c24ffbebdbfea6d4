#[path = "../../rooms_socketio.rs"]
mod program;

use crate::{Running, text};

#[tokio::test]
async fn to_one_to_the_others_and_from_the_page() {
    let running = Running::start(program::app()).await;
    let mut ana = running.socketio().await;
    assert!(text(&mut ana).await.starts_with("42[\"welcome\",\"you are "));
    let mut bo = running.socketio().await;
    assert!(text(&mut bo).await.starts_with("42[\"welcome\",\"you are "));
    let joined = text(&mut ana).await;
    assert!(joined.starts_with("42[\"joined\",") && joined.ends_with(" is here\"]"), "{joined}");
    bo.send("427[\"wave\",\"hello\"]").await.unwrap();
    assert_eq!(text(&mut ana).await, "42[\"waved\",\"hello\"]");
    assert_eq!(text(&mut bo).await, "437[\"waved hello\"]");
    drop((ana, bo));
    running.stop().await;
}
