//! The command line: `--name value`, each at most once; what is not named is off.

use std::path::PathBuf;

pub(crate) const USAGE: &str = "usage: conformance-peer [--port N] [--uploads DIR] [--static DIR] \
                                [--cors ORIGIN] [--origin ORIGIN] [--first-event N] \
                                [--variant base|app|csr|eio3|msgpack]";

/// What the server was asked to be.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    /// The port on 127.0.0.1; 0 is any that is free.
    pub(crate) port: u16,
    /// Where `/upload` stores files; in memory without it.
    pub(crate) uploads: Option<PathBuf>,
    /// What `/static/` serves; nothing without it.
    pub(crate) files: Option<PathBuf>,
    /// The one origin whose pages may read answers.
    pub(crate) cors: Option<String>,
    /// The one origin whose pages may open `/ws-origin`.
    pub(crate) origin: Option<String>,
    /// The first number of `/events`; 1 without it.
    pub(crate) first_event: Option<u64>,
    /// Which Socket.IO server it is.
    pub(crate) variant: Variant,
}

/// The Socket.IO servers that it can be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Variant {
    /// What the suite of the protocol expects.
    #[default]
    Base,
    /// A server with something of everything.
    App,
    /// The same, with connection state recovery.
    Csr,
    /// The same, for the clients of Socket.IO 2 too.
    Eio3,
    /// The same, for clients that speak msgpack.
    Msgpack,
}

impl Options {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--port" => {
                    options.port = value.parse().map_err(|_| format!("{value} is no port"))?;
                }
                "--uploads" => options.uploads = Some(value.into()),
                "--static" => options.files = Some(value.into()),
                "--cors" => options.cors = Some(value),
                "--origin" => options.origin = Some(value),
                "--first-event" => {
                    let number = value.parse().map_err(|_| format!("{value} is no number"))?;
                    options.first_event = Some(number);
                }
                "--variant" => {
                    options.variant = match value.as_str() {
                        "base" => Variant::Base,
                        "app" => Variant::App,
                        "csr" => Variant::Csr,
                        "eio3" => Variant::Eio3,
                        "msgpack" => Variant::Msgpack,
                        _ => return Err(format!("there is no variant {value}")),
                    };
                }
                _ => return Err(format!("there is no option {name}")),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn names_have_values() {
        let options = parse("--port 80 --static public --origin https://a.example");
        let expected = Options {
            port: 80,
            files: Some("public".into()),
            origin: Some("https://a.example".into()),
            ..Options::default()
        };
        assert_eq!(options, Ok(expected));
    }

    #[test]
    fn a_slip_is_named() {
        assert_eq!(parse("--port"), Err("--port needs a value".into()));
        assert_eq!(parse("--variant x"), Err("there is no variant x".into()));
        assert_eq!(parse("--port x"), Err("x is no port".into()));
        assert_eq!(parse("--prot 80"), Err("there is no option --prot".into()));
    }
}
