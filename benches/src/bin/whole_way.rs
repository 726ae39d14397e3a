//! One contestant of the whole way from pages on disk to totals, to be run beside `duckdb_whole_way.py`.
//!
//! `whole_way ours FOLDER` prints the processor's time in the form of that script, `ours X s  groups G  cents C  tokens T
//! events N`; `whole_way floor FOLDER` parses the same pages with plain serde and does nothing else. FOLDER holds
//! `pages/*.json` and `rules.json`.

use std::path::Path;

use benches::{Failure, WrittenRule, parse_alone, processor_time, whole_way};

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ours", folder] => {
            let folder = Path::new(folder);
            let rules = WrittenRule::read_all(&folder.join("rules.json"))?;
            let start = processor_time();
            let outcome = whole_way(folder, &rules)?;
            println!("ours {:.2} s  {outcome}", processor_time().saturating_sub(start).as_secs_f64());
        }
        ["floor", folder] => {
            let start = processor_time();
            let events = parse_alone(Path::new(folder))?;
            println!("floor {:.2} s  events {events}", processor_time().saturating_sub(start).as_secs_f64());
        }
        _ => return Err("usage: whole_way ours|floor FOLDER".into()),
    }
    Ok(())
}
