//! Between the JSON of a session and the text of its cookie: base64, as koa-session's `encode` and `decode` do it, or
//! functions of the program. What keeps others from reading or making that text comes after it (`options.rs`).

use std::sync::Arc;

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64 with or without padding; what Node writes has it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

type Encode = dyn Fn(&str) -> String + Send + Sync;
type Decode = dyn Fn(&str) -> Option<String> + Send + Sync;

#[derive(Clone)]
pub(crate) enum Codec {
    Base64,
    /// The JSON as it is; only within an encrypted cookie.
    Plain,
    Own {
        encode: Arc<Encode>,
        decode: Arc<Decode>,
    },
}

impl Codec {
    pub(crate) fn encode(&self, json: String) -> String {
        match self {
            Self::Base64 => STANDARD.encode(json),
            Self::Plain => json,
            Self::Own { encode, .. } => encode(&json),
        }
    }

    /// The JSON, if the text holds any.
    pub(crate) fn decode(&self, text: String) -> Option<Vec<u8>> {
        match self {
            Self::Base64 => LENIENT.decode(text).ok(),
            Self::Plain => Some(text.into_bytes()),
            Self::Own { decode, .. } => decode(&text).map(String::into_bytes),
        }
    }
}
