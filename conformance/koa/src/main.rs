//! The same programs on Koa and on cepa, the same requests to both, every byte compared.
//!
//! ```text
//! cargo run -p conformance-koa                      all lists, then 2,400 generated requests
//! cargo run -p conformance-koa -- --seed 7          those of this seed; --count N for another number
//! cargo run -p conformance-koa -- --seed 7 --only 3 the third of them, with both answers in full
//! cargo run -p conformance-koa -- --only router     the requests whose place begins so, with both answers
//! ```
//!
//! `programs/NAME.mjs` and `programs/NAME.rs` are one program each in two languages, `requests/*.http` what is sent to
//! both, `differences.md` what differs on purpose. A request whose answers differ in another way than is declared
//! fails the run; so does a declared difference that is not there any more.
//!
//! Read in this order: `requests` (the lists), `wire` (a request and its answer), `normalise`, `rules`, `compare`,
//! `run` (the lists), `generate` and `kinds` (requests that nobody has written), `report`.

mod cepa_side;
mod compare;
mod cookies;
mod files;
mod generate;
mod kinds;
mod koa;
mod normalise;
mod page;
#[path = "../programs/mod.rs"]
mod programs;
mod report;
mod requests;
mod rules;
mod run;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use compare::Ports;
use report::Report;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Generated requests of a run.
const COUNT: u64 = 2400;

/// What the command line asks for.
#[derive(Default)]
struct Options {
    seed: Option<u64>,
    count: Option<u64>,
    only: Option<String>,
}

fn main() -> ExitCode {
    match options().and_then(|options| compare_all(&options)) {
        Ok(report) => {
            report.print();
            if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("conformance koa: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        match word.as_str() {
            "--seed" => options.seed = Some(value.parse()?),
            "--count" => options.count = Some(value.parse()?),
            "--only" => options.only = Some(value),
            _ => return Err("usage: [--seed N] [--count N] [--only PLACE or NUMBER]".into()),
        }
    }
    Ok(options)
}

fn compare_all(options: &Options) -> Result<Report> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = page::read(&home.join("differences.md"))?;
    let listed = requests::read(&home.join("requests"))?;
    let files = files::Files::make()?;
    let koa = koa::Koa::start(home, files.path())?;
    let cepa = cepa_side::Cepa::start(programs::all(&files))?;
    let ports = ports(&koa.ports, &cepa.ports)?;
    let mut report = Report::new(ports.len(), known, options.only.is_some());
    let seed = options.seed.unwrap_or_else(generate::seed);
    let number = options.only.as_ref().and_then(|only| only.parse::<u64>().ok());
    if number.is_none() {
        run::lists(&listed, options.only.as_deref().unwrap_or_default(), &ports, &mut report)?;
    }
    if number.is_some() || options.only.is_none() {
        let count = options.count.unwrap_or(COUNT);
        let cases = number.map_or(0..count, |number| number..number + 1);
        generate::compare(seed, cases, &ports, &mut report)?;
    }
    Ok(report)
}

/// Both ports of every program; each program must be there on both sides.
fn ports(
    koa: &BTreeMap<String, u16>,
    cepa: &BTreeMap<String, u16>,
) -> Result<BTreeMap<String, Ports>> {
    let names = || koa.keys().chain(cepa.keys());
    if let Some(one_sided) =
        names().find(|name| !koa.contains_key(*name) || !cepa.contains_key(*name))
    {
        return Err(format!("the program {one_sided} is not on both sides").into());
    }
    let both = koa.iter().zip(cepa.values());
    Ok(both.map(|((name, koa), cepa)| (name.clone(), Ports { koa: *koa, cepa: *cepa })).collect())
}
