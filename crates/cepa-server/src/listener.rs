//! Listening sockets: one for each worker, all on the same address.
//!
//! The first socket decides the port when the address asks for any; the others join it with
//! `SO_REUSEPORT`, and the kernel spreads connections over them. The option is set on the first socket
//! as well, or the others could not join. Where the system has no such option, there is one worker.
//!
//! The option would also let a second process of the same user join, and take half of the connections
//! without a word. So a port that was named is first opened without it, which fails when anybody listens.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel holds until they are accepted.
const BACKLOG: i32 = 1024;

/// Opens `count` listeners on one address.
pub(crate) fn open(address: SocketAddr, count: usize) -> io::Result<Vec<TcpListener>> {
    if count > 1 && address.port() != 0 {
        drop(open_one(address, false)?);
    }
    let first = open_one(address, count > 1)?;
    let address = first.local_addr()?;
    let mut listeners = vec![first];
    for _ in 1..count {
        listeners.push(open_one(address, true)?);
    }
    Ok(listeners)
}

fn open_one(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    #[cfg(unix)]
    {
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(shared)?;
    }
    #[cfg(not(unix))]
    let _ = shared;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
