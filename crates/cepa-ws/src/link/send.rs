//! What a connection sends: messages become frames, masked on a client, compressed where that was agreed
//! on, and are offered to the stream at once or queued for a flush.

use std::io;
use std::task::Context;

use bytes::Bytes;

use super::{Link, Phase};
use crate::compress::SharedDeflate;
use crate::encode::{append, encode};
use crate::error::WebSocketError;
use crate::frame::{Header, OpCode, Role, any_compressed};
use crate::message::Message;
use crate::outgoing::COALESCE;

impl Link {
    /// Whether so much is queued that it must go before more is put in.
    pub(crate) fn is_full(&self) -> bool {
        self.queued() > 0 && self.queued() >= self.limits.write_buffer
    }

    /// Offers a message to the stream, or queues it behind what waits.
    pub(crate) fn offer(
        &mut self,
        cx: &mut Context<'_>,
        message: Message,
        compress: bool,
    ) -> Result<(), WebSocketError> {
        let (header, payload) = self.frame(message, compress)?;
        match header.mask {
            None => self.offer_bytes(cx, &header.encode(), payload),
            Some(_) => self.offer_bytes(cx, &[], encode(header, &payload)),
        }
        Ok(())
    }

    /// Offers frames that are encoded already.
    pub(crate) fn offer_frames(
        &mut self,
        cx: &mut Context<'_>,
        frames: Bytes,
    ) -> Result<(), WebSocketError> {
        self.admit_frames(&frames)?;
        self.offer_bytes(cx, &[], frames);
        Ok(())
    }

    /// Queues a message without offering it to the stream.
    pub(crate) fn queue(&mut self, message: Message, compress: bool) -> Result<(), WebSocketError> {
        let (header, payload) = self.frame(message, compress)?;
        if header.mask.is_none() && payload.len() > COALESCE {
            self.outgoing.push(Bytes::copy_from_slice(&header.encode()));
            self.outgoing.push(payload);
        } else {
            self.outgoing.push(encode(header, &payload));
        }
        Ok(())
    }

    /// Queues frames that are encoded already.
    pub(crate) fn queue_frames(&mut self, frames: Bytes) -> Result<(), WebSocketError> {
        self.admit_frames(&frames)?;
        self.outgoing.push(frames);
        Ok(())
    }

    /// Queues several pieces of encoded frames.
    pub(crate) fn queue_batch(&mut self, batch: Vec<Bytes>) -> Result<(), WebSocketError> {
        for frames in &batch {
            self.admit_frames(frames)?;
        }
        self.outgoing.append(batch);
        Ok(())
    }

    pub(crate) fn shared_deflate(&self) -> Option<SharedDeflate> {
        self.compressor.as_ref().map(|compressor| compressor.shared())
    }

    /// Queues a control frame.
    pub(super) fn push_control(&mut self, opcode: OpCode, payload: &[u8]) {
        match self.mask() {
            Ok(mask) => {
                let header = Header { mask, ..Header::new(opcode, payload.len()) };
                self.outgoing.push(encode(header, payload));
            }
            Err(error) => self.fail_io(error),
        }
    }

    /// Prepares the answer to a ping; while the peer takes nothing, the newest is the only one.
    pub(super) fn answer(&mut self, payload: &[u8]) {
        if !self.outgoing.is_flushed() {
            self.pongs.clear();
        }
        match self.mask() {
            Ok(mask) => {
                let header = Header { mask, ..Header::new(OpCode::Pong, payload.len()) };
                append(&mut self.pongs, header, payload);
            }
            Err(error) => self.fail_io(error),
        }
    }

    /// Queues the answers that have been prepared.
    pub(super) fn queue_pongs(&mut self) {
        self.outgoing.push(std::mem::take(&mut self.pongs).into());
    }

    /// The frame for a message that may still be sent.
    fn frame(
        &mut self,
        message: Message,
        compress: bool,
    ) -> Result<(Header, Bytes), WebSocketError> {
        self.check_open()?;
        let opcode = match message {
            Message::Text(_) => OpCode::Text,
            Message::Binary(_) => OpCode::Binary,
        };
        let payload = message.into_bytes();
        // First, for after the compressor has seen a message, that message must be sent.
        let mask = self.mask()?;
        let compressor = self.compressor.as_mut().filter(|_| compress);
        let compressed = compressor.and_then(|compressor| compressor.deflate(&payload));
        let is_compressed = compressed.is_some();
        let payload = compressed.unwrap_or(payload);
        let header = Header::new(opcode, payload.len());
        Ok((Header { compressed: is_compressed, mask, ..header }, payload))
    }

    /// Checks frames that others share, and keeps our window in step with the peer's.
    fn admit_frames(&mut self, frames: &[u8]) -> Result<(), WebSocketError> {
        if self.role == Role::Client {
            return Err(io::Error::from(io::ErrorKind::Unsupported).into());
        }
        self.check_open()?;
        if any_compressed(frames) {
            match &mut self.compressor {
                Some(compressor) => compressor.forget(),
                None => return Err(io::Error::from(io::ErrorKind::Unsupported).into()),
            }
        }
        Ok(())
    }

    fn check_open(&mut self) -> Result<(), WebSocketError> {
        match self.phase {
            Phase::Open => Ok(()),
            _ => Err(self.error.take().map_or(WebSocketError::Closed, |error| *error)),
        }
    }

    /// A new key on a client; a server masks nothing.
    fn mask(&self) -> io::Result<Option<[u8; 4]>> {
        let mut key = [0; 4];
        match self.role {
            Role::Server => Ok(None),
            Role::Client => getrandom::fill(&mut key).map(|()| Some(key)).map_err(Into::into),
        }
    }

    fn offer_bytes(&mut self, cx: &mut Context<'_>, head: &[u8], body: Bytes) {
        if let Err(error) = self.outgoing.offer(&mut self.io, cx, head, body) {
            self.fail_io(error);
        }
    }
}
