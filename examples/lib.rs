//! The programs of the mission, at most sixty lines each: `cargo run -p examples --example onion`.
//!
//! | program | what it shows |
//! |---|---|
//! | `onion` | middleware runs down and up: 1 2 3 3 2 1; and what happens when one does not call `next` |
//! | `parts` | three async middlewares build one answer |
//! | `timing` | the outermost middleware measures all the others |
//! | `errors` | a thrown error reaches `on_error`, and the client gets its status |
//! | `routers` | modular routers with prefixes, parameters and queries; 405 for what is not allowed |
//! | `express` | several handlers in a row for one route, and a static folder under a path |
//! | `bodies` | forms, JSON and text |
//! | `uploads` | one file and several files, with generated names |
//! | `sessions` | signing in: a new session id, a message for the next page, an encrypted cookie |
//! | `clock_sse` | an event every two seconds |
//! | `clock_ws` | a JSON object every two seconds over WebSocket, beside ordinary routes |
//! | `rooms_socketio` | Socket.IO: to one, to all but the sender, and an event from the page |
//! | `design_http`, `design_realtime` | the two programs of the design |
