//! Both answers to one request, and what is to be said of them.

use std::collections::BTreeSet;
use std::io;

use crate::normalise::{lines, normalise};
use crate::requests::Declared;
use crate::rules::{Exchange, RULES};
use crate::wire::{Answer, Request};

/// The ports of one program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) koa: u16,
    pub(crate) cepa: u16,
}

/// What came back for one request, as it came.
pub(crate) struct Pair {
    pub(crate) koa: Answer,
    pub(crate) cepa: Answer,
}

/// What is to be said of a pair.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Equal,
    /// It differs just as was declared, under these names.
    Declared(BTreeSet<String>),
    /// It differs in these lines, beyond what the rules explain; or what was declared is not so.
    Unexplained(Vec<String>),
}

impl Pair {
    /// Sends the same bytes to both.
    pub(crate) fn send(request: &Request, ports: Ports) -> io::Result<Self> {
        Self::send_each(request, request, ports)
    }

    /// Sends what is the same but for the cookies of each side.
    pub(crate) fn send_each(koa: &Request, cepa: &Request, ports: Ports) -> io::Result<Self> {
        Ok(Self { koa: koa.send(ports.koa)?, cepa: cepa.send(ports.cepa)? })
    }

    /// Compares them after normalising; rules are applied first, then the lines that stand beside the request.
    pub(crate) fn verdict(
        &self,
        program: &str,
        request: &Request,
        declared: Option<&Declared>,
    ) -> Verdict {
        let (mut koa, cepa) = (normalise(self.koa.clone()), normalise(self.cepa.clone()));
        let mut names = BTreeSet::new();
        if lines(&koa) != lines(&cepa) {
            for (name, rule) in RULES {
                let exchange = Exchange { program, request, koa: &koa, cepa: &cepa };
                if let Some(wanted) = rule(&exchange) {
                    names.insert(name.to_owned());
                    koa = normalise(wanted);
                }
            }
        }
        let mut found = difference(&lines(&koa), &lines(&cepa));
        if found.is_empty() && lines(&koa) != lines(&cepa) {
            found.push("(lines of one name stand in another order)".into());
        }
        let wanted = declared.map_or(&[][..], |declared| &declared.lines);
        names.extend(declared.iter().flat_map(|declared| declared.names.clone()));
        match found {
            found if found != wanted => Verdict::Unexplained(found),
            _ if declared.is_some() && wanted.is_empty() => Verdict::Unexplained(Vec::new()),
            _ if names.is_empty() => Verdict::Equal,
            _ => Verdict::Declared(names),
        }
    }
}

/// What stands in one only, sorted: `- ` before what is Koa's and `+ ` before what is cepa's.
fn difference(koa: &[String], cepa: &[String]) -> Vec<String> {
    let mut ours = cepa.to_vec();
    let mut found = Vec::new();
    for line in koa {
        match ours.iter().position(|known| known == line) {
            Some(at) => drop(ours.remove(at)),
            None => found.push(format!("- {line}")),
        }
    }
    found.extend(ours.into_iter().map(|line| format!("+ {line}")));
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::{Pair, Verdict};
    use crate::requests::Declared;
    use crate::wire::{Answer, Request};

    fn answer(status_line: &str, headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Answer { status_line: status_line.into(), headers: headers.collect(), ..Answer::default() }
    }

    fn get() -> Request {
        let headers = Vec::new();
        Request { method: "GET".into(), target: b"/".to_vec(), headers, body: None }
    }

    fn declared(lines: &[&str]) -> Declared {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Declared { names: vec!["why".into()], lines }
    }

    #[test]
    fn order_does_not_matter_and_values_do() {
        let one = answer("HTTP/1.1 200 OK", &[("a", "1"), ("b", "2")]);
        let same = answer("HTTP/1.1 200 OK", &[("b", "2"), ("a", "1")]);
        let other = answer("HTTP/1.1 200 OK", &[("b", "2"), ("a", "3")]);
        let pair = Pair { koa: one.clone(), cepa: same };
        assert_eq!(pair.verdict("context", &get(), None), Verdict::Equal);
        let twice = answer("HTTP/1.1 200 OK", &[("a", "1"), ("a", "2")]);
        let turned = answer("HTTP/1.1 200 OK", &[("a", "2"), ("a", "1")]);
        let pair = Pair { koa: twice, cepa: turned };
        assert!(matches!(pair.verdict("context", &get(), None), Verdict::Unexplained(_)));
        let pair = Pair { koa: one, cepa: other };
        let found = vec!["+ a: 3".to_owned(), "- a: 1".to_owned()];
        assert_eq!(pair.verdict("context", &get(), None), Verdict::Unexplained(found));
    }

    #[test]
    fn a_declared_difference_must_be_there_as_declared() {
        let one = answer("HTTP/1.1 200 OK", &[("a", "1")]);
        let other = answer("HTTP/1.1 200 OK", &[("a", "2")]);
        let pair = Pair { koa: one.clone(), cepa: other };
        let right = declared(&["+ a: 2", "- a: 1"]);
        assert!(matches!(pair.verdict("context", &get(), Some(&right)), Verdict::Declared(_)));
        let wrong = declared(&["+ a: 3", "- a: 1"]);
        assert!(matches!(pair.verdict("context", &get(), Some(&wrong)), Verdict::Unexplained(_)));
        let equal = Pair { koa: one.clone(), cepa: one };
        for gone in [right, declared(&[])] {
            assert!(matches!(
                equal.verdict("context", &get(), Some(&gone)),
                Verdict::Unexplained(_)
            ));
        }
    }

    #[test]
    fn a_rule_explains_only_what_it_says() {
        let koa = answer("HTTP/1.1 404 Not Found", &[]);
        let pair =
            |headers| Pair { koa: koa.clone(), cepa: answer("HTTP/1.1 404 Not Found", headers) };
        let verdict = pair(&[("vary", "Accept")]).verdict("context", &get(), None);
        assert_eq!(verdict, Verdict::Declared(["vary-accept".to_owned()].into()));
        let verdict = pair(&[("vary", "Accept"), ("x", "1")]).verdict("context", &get(), None);
        assert_eq!(verdict, Verdict::Unexplained(vec!["+ x: 1".into()]));
    }
}
