//! Random numbers from a seed that is printed, so that a run can be repeated: `CEPA_SEED=7 cargo test`.

use std::time::{SystemTime, UNIX_EPOCH};

/// SplitMix64, by Steele, Lea and Flood: enough to choose where to cut.
pub struct Random(u64);

impl Random {
    pub fn new() -> Self {
        let given = std::env::var("CEPA_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = given.unwrap_or_else(now);
        println!("seed {seed}");
        Self(seed)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}
