//! Unmasking payloads in place.

use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cepa_ws::codec::apply_mask;
use fastwebsockets::{Frame, OpCode, Payload};

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// How many bytes one round unmasks.
const BYTES: usize = 64 << 20;

pub fn run() {
    println!("masking, GB/s (in brackets: the rate compared with cepa's)");
    for len in [16, 125, 1024, 65_536, 1 << 20] {
        let payload = RefCell::new(vec![7_u8; len]);
        let times = BYTES / len;
        let measure = |apply: &dyn Fn(&mut [u8])| -> Duration {
            let mut payload = payload.borrow_mut();
            let start = Instant::now();
            for _ in 0..times {
                apply(black_box(&mut payload));
            }
            start.elapsed()
        };
        let fast = |payload: &mut [u8]| {
            let payload = Payload::BorrowedMut(payload);
            Frame::new(true, OpCode::Binary, Some(KEY), payload).unmask();
        };
        let bytewise = |payload: &mut [u8]| {
            for (at, byte) in payload.iter_mut().enumerate() {
                *byte ^= KEY[at & 3];
            }
        };
        crate::print(
            &format!("{len} bytes"),
            "GB/s",
            (times * len) as f64 / 1e9,
            &[
                ("cepa", &|| measure(&|payload| apply_mask(payload, KEY, 0))),
                ("fastwebsockets", &|| measure(&fast)),
                ("byte by byte", &|| measure(&bytewise)),
            ],
        );
    }
}
