//! The tree agrees with the simplest matcher: each route in turn, by backtracking, the first that fits.
//!
//! The reference follows path-to-regexp's rules for captures word by word and knows nothing of
//! segments as a structure, trees or pivots. Separators here do not overlap themselves, and there is one
//! wildcard a route: beyond that the definitions may part.

use cepa_router::Router;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::Client;

/// An element of a flat pattern.
#[derive(Clone, Debug)]
enum Part {
    Text(&'static str),
    Param,
    /// A parameter with this constraint, and the bytes that it takes, at most so many.
    Typed(&'static str, &'static str, usize),
    Wild,
}

use Part::{Param, Text, Typed, Wild};

/// Constraints whose case does not fold, whose length counts, and which overlap.
const LOWER: Part = Typed("[a-b]", "ab", usize::MAX);
const SHORT: Part = Typed("[aAb]{1,2}", "aAb", 2);
const ALPHA: Part = Typed("alpha", "aAb", usize::MAX);
const DOTTED: Part = Typed("[.b\\-]", ".b-", usize::MAX);

/// A segment, and whether it is optional.
type Segment = (Vec<Part>, bool);

fn segment() -> impl Strategy<Value = Segment> {
    let shapes: Vec<Vec<Part>> = vec![
        vec![Text("a")],
        vec![Text("b")],
        vec![Text("ab")],
        vec![Text("a-b")],
        vec![Param],
        vec![Param],
        vec![Text("a"), Param],
        vec![Param, Text(".b")],
        vec![Param, Text("-"), Param],
        vec![Param, Text("."), Param],
        vec![Param, Text("-b"), Param, Text("."), Param],
        vec![Text("b"), Param, Text("-"), Param, Text("a")],
        vec![LOWER],
        vec![SHORT],
        vec![ALPHA],
        vec![DOTTED],
        vec![Text("a"), SHORT],
        vec![LOWER, Text(".b")],
        vec![DOTTED, Text("-"), ALPHA],
        vec![ALPHA, Text("."), Param, Text("-"), LOWER],
        vec![Wild, Text("."), SHORT],
        vec![LOWER, Text("-"), Wild],
        vec![Wild],
        vec![Param, Text("-"), Wild],
        vec![Wild, Text("."), Param],
        vec![Text("a"), Wild, Text("b")],
        vec![Param, Text("."), Param, Text("-"), Wild],
    ];
    (proptest::sample::select(shapes), proptest::bool::weighted(0.2))
}

/// At most one wildcard a route: what a second takes is in the table of patterns.
fn route() -> impl Strategy<Value = Vec<Segment>> {
    vec(segment(), 0..5).prop_map(|mut segments| {
        let mut wild = false;
        segments.retain(|(parts, _)| {
            let has = parts.iter().any(|part| matches!(part, Wild));
            let second = wild && has;
            wild |= has;
            !second
        });
        segments
    })
}

fn path() -> impl Strategy<Value = String> {
    let segment = "[aAb.-]{1,6}|[ab]|[ab]|a-b|";
    (vec(segment, 0..6), any::<bool>()).prop_map(|(segments, slash)| {
        let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
        if path.is_empty() || slash { path + "/" } else { path }
    })
}

/// The pattern as it is written; names are given in order.
fn written(route: &[Segment]) -> String {
    let mut names = 0..;
    let mut text = String::new();
    for (parts, optional) in route {
        text += if *optional { "{/" } else { "/" };
        for part in parts {
            match part {
                Text(literal) => text += literal,
                Param => text += &format!(":\"p{}\"", names.next().unwrap()),
                Typed(fits, ..) => text += &format!(":\"p{}\"<{fits}>", names.next().unwrap()),
                Wild => text += &format!("*\"p{}\"", names.next().unwrap()),
            }
        }
        text += if *optional { "}" } else { "" };
    }
    text
}

/// Every combination of optional segments, those with a segment first, each capture with its number.
fn flat(route: &[Segment]) -> Vec<Vec<(Part, usize)>> {
    let mut number = 0;
    let mut done = vec![Vec::new()];
    for (parts, optional) in route {
        let mut numbered = vec![(Text("/"), 0)];
        for part in parts {
            numbered.push((part.clone(), number));
            number += usize::from(!matches!(part, Text(_)));
        }
        let longer = |flat: &Vec<_>| [flat.clone(), numbered.clone()].concat();
        done = match optional {
            false => done.iter().map(longer).collect(),
            true => done.iter().flat_map(|flat| [longer(flat), flat.clone()]).collect(),
        };
    }
    done
}

/// Whether the capture at `at` may have the first `len` bytes of `rest` as its value.
fn allowed(parts: &[(Part, usize)], at: usize, rest: &str, len: usize) -> bool {
    let value = &rest[..len];
    let is_slash = |part: &(Part, usize)| matches!(part.0, Text("/"));
    let start = parts[..at].iter().rposition(is_slash).unwrap_or(0);
    let end = parts[at..].iter().position(is_slash).map_or(parts.len(), |len| at + len);
    let text = |at: Option<usize>| match at.and_then(|at| parts.get(at)) {
        Some((Text(text), _)) => *text,
        _ => "",
    };
    let before = parts[start..at].iter().filter(|part| !matches!(part.0, Text(_))).count() > 0;
    let wild_before = parts[start..at].iter().any(|part| matches!(part.0, Wild));
    let wild_after = parts[at + 1..end].iter().any(|part| matches!(part.0, Wild));
    // Lookahead: the text must not begin within the value, even to end behind it.
    let has = |text: &str| (0..len).any(|at| rest[at..].to_lowercase().starts_with(text));
    match parts[at].0 {
        Wild => true,
        _ if value.contains('/') => false,
        _ if wild_after => !has(text(Some(at + 1))),
        _ if wild_before => !has(text(at.checked_sub(1))),
        _ if before => {
            let text = text(at.checked_sub(1));
            !has(text) || value.eq_ignore_ascii_case(text)
        }
        _ => true,
    }
}

fn matches(
    parts: &[(Part, usize)],
    at: usize,
    rest: &str,
    found: &mut Vec<(usize, String)>,
) -> bool {
    let Some((part, number)) = parts.get(at) else { return rest.is_empty() || rest == "/" };
    if let Text(text) = part {
        let head = rest.get(..text.len());
        return head.is_some_and(|head| head.eq_ignore_ascii_case(text))
            && matches(parts, at + 1, &rest[text.len()..], found);
    }
    for len in (1..=rest.len()).rev() {
        if allowed(parts, at, rest, len) {
            found.push((*number, rest[..len].to_owned()));
            if matches(parts, at + 1, &rest[len..], found) {
                return true;
            }
            found.pop();
        }
    }
    false
}

/// The number of the first route that matches, and its captures.
fn naive(routes: &[Vec<Segment>], path: &str) -> Option<String> {
    routes.iter().enumerate().find_map(|(index, route)| {
        flat(route).iter().find_map(|parts| {
            // The pattern without any segment is the root, and only one slash ends a path.
            if parts.is_empty() && path != "/" {
                return None;
            }
            let mut found = Vec::new();
            // A constraint is asked about the division that there is; it does not look for another.
            let fits = |(number, value): &(usize, String)| {
                parts.iter().all(|(part, own)| match part {
                    Typed(_, bytes, most) if own == number => {
                        value.len() <= *most && value.chars().all(|c| bytes.contains(c))
                    }
                    _ => true,
                })
            };
            (matches(parts, 0, path, &mut found) && found.iter().all(fits))
                .then(|| answer(index, &found))
        })
    })
}

fn answer(index: usize, found: &[(usize, String)]) -> String {
    let found: Vec<String> = found.iter().map(|(name, value)| format!("p{name}={value}")).collect();
    format!("{index} {}", found.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tree_and_reference_agree(routes in vec(route(), 1..12), paths in vec(path(), 20)) {
        let mut router = Router::new();
        for (index, route) in routes.iter().enumerate() {
            router = router.get(&written(route), async move |ctx| {
                let value = |number| Some((number, ctx.param(&format!("p{number}")).ok()?));
                answer(index, &(0..20).filter_map(value).collect::<Vec<_>>())
            });
        }
        let client = Client::new(router);
        for path in paths {
            prop_assert_eq!(client.text(&path), naive(&routes, &path), "{}", path);
        }
    }

    #[test]
    fn what_is_reported_unreachable_never_runs(routes in vec(route(), 2..12), paths in vec(path(), 20)) {
        let router = |keep: &dyn Fn(usize) -> bool| {
            let kept = routes.iter().enumerate().filter(|(index, _)| keep(*index));
            kept.fold(Router::new(), |router, (index, route)| {
                router.get(&written(route), async move |_| index.to_string())
            })
        };
        let all = router(&|_| true);
        let listed = all.routes();
        let mut hidden = Vec::new();
        for found in all.unreachable() {
            // Equal patterns follow each other here: it is never the first of them that is hidden.
            let same = |index: &usize| listed[*index] == found.route && !hidden.contains(index);
            hidden.extend((0..listed.len()).rev().find(same));
        }
        let (all, rest) = (Client::new(all), Client::new(router(&|index| !hidden.contains(&index))));
        for path in paths {
            prop_assert_eq!(all.text(&path), rest.text(&path), "{}", path);
        }
    }
}
