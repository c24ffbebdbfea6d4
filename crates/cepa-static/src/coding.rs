//! Content codings of precompressed files, and which of them a client prefers (RFC 9110, 12.5.3).
//!
//! What a client says decides, by its weights; among equal ones the densest coding does, not the first
//! in the field as `ctx.accepts_encodings` has it: every browser names gzip first. The file as it is comes after
//! codings of its own weight.

use std::cmp::Reverse;

use http_grammar::accept::encoding_weight;

/// How a sibling of a file is compressed. The order is that of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

impl Coding {
    pub(crate) const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// As HTTP names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What the sibling's name has after the file's.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zst",
            Self::Gzip => "gz",
        }
    }
}

/// The codings that a client prefers to the file as it is, best first.
pub(crate) fn preferred(field: Option<&str>) -> Vec<Coding> {
    let Some(field) = field else { return Vec::new() };
    let weight = |name| encoding_weight(field, &[name]).unwrap_or(0);
    let least = weight("identity").max(1);
    let mut wanted = Coding::ALL.to_vec();
    wanted.retain(|coding| weight(coding.name()) >= least);
    // Stable: equal weights stay in the order of preference.
    wanted.sort_by_key(|coding| Reverse(weight(coding.name())));
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use Coding::{Brotli, Gzip, Zstd};

    #[test]
    fn weights_decide_and_then_density() {
        let table: [(&str, &[Coding]); 21] = [
            ("gzip, deflate, br, zstd", &[Brotli, Zstd, Gzip]),
            ("gzip", &[Gzip]),
            ("GZIP", &[Gzip]),
            ("gzip;q=1, br;q=0.1", &[Gzip, Brotli]),
            ("br;q=0.5, zstd;q=0.7, gzip;q=0.6", &[Zstd, Gzip, Brotli]),
            ("br;q=0", &[]),
            ("br;q=0.000, gzip", &[Gzip]),
            ("*", &[Brotli, Zstd, Gzip]),
            ("*;q=0", &[]),
            ("br;q=0, *", &[Zstd, Gzip]),
            ("gzip, *;q=0", &[Gzip]),
            ("identity", &[]),
            ("identity, gzip;q=0.5", &[]),
            ("identity;q=0.5, gzip;q=0.5", &[Gzip]),
            ("identity;q=0, zstd;q=0.001", &[Zstd]),
            ("gzip;q=high", &[]),
            ("gzip;q=nan, br", &[Brotli]),
            ("gzip;q=7, br;q=-1, zstd", &[Zstd, Gzip]),
            ("gzip; Q = 0.5 , br ;q=0.4", &[Gzip, Brotli]),
            ("deflate, compress", &[]),
            ("", &[]),
        ];
        for (field, expected) in table {
            assert_eq!(preferred(Some(field)), expected, "{field:?}");
        }
        assert_eq!(preferred(None), []);
    }
}
