//! Against a naive model: whatever is done in whatever order, each member reads what the model says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cepa_hub::{Event, Hub, HubOptions, Member, Outbox, Policy};
use proptest::prelude::*;

use crate::{cost, drain, limited};

const ROOMS: [&str; 4] = ["a", "b", "c", "d"];
const MEMBERS: usize = 6;
const POLICIES: [Policy; 5] = [
    Policy::Disconnect,
    Policy::DropNewest,
    Policy::DropOldest,
    Policy::KeepLatest,
    Policy::KeepNewest,
];

#[derive(Clone, Debug)]
enum Step {
    Join(usize, usize),
    Leave(usize, usize),
    Publish {
        to: Vec<usize>,
        except: Vec<usize>,
        sender: Option<usize>,
        volatile: bool,
        size: usize,
        key: Option<u8>,
    },
    Send {
        to: usize,
        size: usize,
    },
    Raw {
        to: usize,
        size: usize,
    },
    Read(usize),
    Flush(usize),
    Close(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (m, r, size) = (0..MEMBERS, 0..ROOMS.len(), 0..120_usize);
    let rooms = || prop::collection::vec(0..ROOMS.len(), 0..4);
    prop_oneof![
        4 => (m.clone(), r.clone()).prop_map(|(m, r)| Step::Join(m, r)),
        2 => (m.clone(), r).prop_map(|(m, r)| Step::Leave(m, r)),
        8 => (rooms(), prop::collection::vec(0..ROOMS.len(), 0..2), prop::option::of(m.clone()), prop::bool::weighted(0.2), size.clone(), prop::option::of(0..3_u8))
            .prop_map(|(to, except, sender, volatile, size, key)| Step::Publish { to, except, sender, volatile, size, key }),
        3 => (m.clone(), size.clone()).prop_map(|(to, size)| Step::Send { to, size }),
        1 => (m.clone(), size).prop_map(|(to, size)| Step::Raw { to, size }),
        4 => m.clone().prop_map(Step::Read),
        2 => m.clone().prop_map(Step::Flush),
        1 => m.prop_map(Step::Close),
    ]
}

#[derive(Clone)]
struct Waiting {
    text: String,
    cost: usize,
    key: Option<u8>,
    raw: bool,
}

/// What one member's outbox should hold.
#[derive(Default)]
struct Model {
    rooms: BTreeSet<usize>,
    waiting: VecDeque<Waiting>,
    in_flight: usize,
    closed: bool,
}

impl Model {
    fn held(&self) -> usize {
        self.in_flight + self.waiting.iter().map(|w| w.cost).sum::<usize>()
    }

    fn evict(&mut self) {
        self.closed = true;
        self.rooms.clear();
        self.waiting.clear();
    }

    fn push(&mut self, new: Waiting, limit: usize, policy: Policy, volatile: bool) {
        if self.closed || (volatile && self.held() > 0) {
            return;
        }
        if policy == Policy::KeepNewest && !new.raw {
            return match self.waiting.iter().position(|w| !w.raw) {
                Some(at) => self.waiting[at] = new,
                None => self.waiting.push_back(new),
            };
        }
        loop {
            let same = self.waiting.iter().position(|w| {
                policy == Policy::KeepLatest && new.key.is_some() && w.key == new.key
            });
            let others = self.held() - same.map_or(0, |at| self.waiting[at].cost);
            if others == 0 || others + new.cost <= limit {
                match same {
                    Some(at) => self.waiting[at] = new,
                    None => self.waiting.push_back(new),
                }
                return;
            }
            let oldest = self.waiting.iter().position(|w| !w.raw);
            match (policy, oldest) {
                (Policy::Disconnect, _) => return self.evict(),
                (Policy::DropNewest, _) if new.raw => return self.evict(),
                (Policy::DropNewest, _) => return,
                (_, Some(at)) => {
                    self.waiting.remove(at);
                }
                (_, None) if new.raw => return self.evict(),
                (_, None) => return self.waiting.push_back(new),
            }
        }
    }
}

struct Pair {
    member: Member,
    outbox: Outbox,
    model: Model,
    policy: Policy,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_model(steps in prop::collection::vec(step(), 0..120), limit in 0..900_usize, shards in 1..5_usize) {
        let hub = Hub::with(HubOptions::new().shards(shards));
        let mut pairs: Vec<Pair> = (0..MEMBERS)
            .map(|m| {
                let policy = POLICIES[m % POLICIES.len()];
                let (member, outbox) = limited(&hub, limit, policy);
                Pair { member, outbox, model: Model::default(), policy }
            })
            .collect();

        for (at, step) in steps.into_iter().enumerate() {
            let event = |size: usize| Event::new("n", &format!("{at}{}", "x".repeat(size))).unwrap();
            let waiting = |event: &Event, key| Waiting {
                text: format!("n:{}", event.data()), cost: cost(event), key, raw: false,
            };
            match step {
                Step::Join(m, r) => {
                    let pair = &mut pairs[m];
                    let expected = !pair.model.closed && pair.model.rooms.insert(r);
                    prop_assert_eq!(pair.member.join(ROOMS[r]), expected);
                }
                Step::Leave(m, r) => {
                    let pair = &mut pairs[m];
                    prop_assert_eq!(pair.member.leave(ROOMS[r]), pair.model.rooms.remove(&r));
                }
                Step::Publish { to, except, sender, volatile, size, key } => {
                    let mut event = event(size);
                    if let Some(key) = key {
                        event = event.with_key(format!("k{key}"));
                    }
                    let new = waiting(&event, key);
                    let mut broadcast = hub.everyone().rooms(to.iter().map(|r| ROOMS[*r]));
                    for room in &except {
                        broadcast = broadcast.except(ROOMS[*room]);
                    }
                    if let Some(sender) = sender {
                        broadcast = broadcast.except_member(pairs[sender].member.id());
                    }
                    if volatile {
                        broadcast = broadcast.volatile();
                    }
                    broadcast.publish(event);
                    for (m, pair) in pairs.iter_mut().enumerate() {
                        let meant = to.is_empty() || to.iter().any(|r| pair.model.rooms.contains(r));
                        let spared = sender == Some(m) || except.iter().any(|r| pair.model.rooms.contains(r));
                        if meant && !spared {
                            pair.model.push(new.clone(), limit, pair.policy, volatile);
                        }
                    }
                }
                Step::Send { to, size } => {
                    let event = event(size);
                    let new = waiting(&event, None);
                    let pair = &mut pairs[to];
                    pair.member.send(event);
                    pair.model.push(new, limit, pair.policy, false);
                }
                Step::Raw { to, size } => {
                    let text = "r".repeat(size);
                    let new = Waiting { cost: cepa_hub::ENTRY_COST + size, text: text.clone(), key: None, raw: true };
                    let pair = &mut pairs[to];
                    pair.member.send_bytes(text);
                    pair.model.push(new, limit, pair.policy, false);
                }
                Step::Read(m) => {
                    let pair = &mut pairs[m];
                    let got = pair.outbox.try_recv().ok().flatten().map(|b| String::from_utf8(b.to_vec()).unwrap());
                    let expected = pair.model.waiting.pop_front();
                    pair.model.in_flight = expected.as_ref().map_or(0, |w| w.cost);
                    prop_assert_eq!(got, expected.map(|w| w.text));
                }
                Step::Flush(m) => {
                    pairs[m].outbox.flushed();
                    pairs[m].model.in_flight = 0;
                }
                Step::Close(m) => {
                    pairs[m].member.close();
                    pairs[m].model.closed = true;
                    pairs[m].model.rooms.clear();
                }
            }
            let mut rooms: BTreeMap<&str, usize> = BTreeMap::new();
            for pair in &pairs {
                prop_assert_eq!(pair.outbox.buffered_bytes(), pair.model.held());
                prop_assert_eq!(pair.member.is_closed(), pair.model.closed);
                for room in &pair.model.rooms {
                    *rooms.entry(ROOMS[*room]).or_default() += 1;
                }
            }
            let mut names = hub.rooms();
            names.sort();
            prop_assert_eq!(names.iter().map(|name| &**name).collect::<Vec<_>>(), rooms.keys().copied().collect::<Vec<_>>());
            for (room, size) in rooms {
                prop_assert_eq!(hub.size(room), size);
            }
        }
        for pair in &mut pairs {
            let expected: Vec<_> = pair.model.waiting.drain(..).map(|w| w.text).collect();
            prop_assert_eq!(drain(&mut pair.outbox), expected);
        }
    }
}
