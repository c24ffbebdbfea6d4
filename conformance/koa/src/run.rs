//! The requests of the lists, in their order; cookies are kept from one `===` to the next, whatever the program.

use std::collections::BTreeMap;

use crate::Result;
use crate::compare::{Pair, Ports};
use crate::cookies::Jar;
use crate::report::Report;
use crate::requests::{Cookies, Listed};

/// Sends those whose place begins with `only`.
pub(crate) fn lists(
    listed: &[Listed],
    only: &str,
    ports: &BTreeMap<String, Ports>,
    report: &mut Report,
) -> Result {
    let mut jars = (Jar::default(), Jar::default());
    let mut browser = ("", 0);
    for one in listed {
        let Listed { place, program, request, declared, .. } = one;
        let ports = ports
            .get(program)
            .ok_or_else(|| format!("{place}: there is no program {program:?}"))?;
        let file = place.split(':').next().unwrap_or_default();
        if browser != (file, one.browser) {
            (jars, browser) = ((Jar::default(), Jar::default()), (file, one.browser));
        }
        if !place.starts_with(only) {
            continue;
        }
        let (koa, cepa) = match one.cookies {
            Cookies::None => (request.clone(), request.clone()),
            Cookies::Own => (jars.0.put(request), jars.1.put(request)),
            Cookies::Swapped => (jars.1.put(request), jars.0.put(request)),
        };
        let pair = Pair::send_each(&koa, &cepa, *ports)?;
        jars.0.take(&pair.koa);
        jars.1.take(&pair.cepa);
        let verdict = pair.verdict(program, request, declared.as_ref());
        report.listed(one, &pair, verdict);
    }
    Ok(())
}
