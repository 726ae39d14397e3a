//! The guide shows what is so.

use benches::Trial;
use cursor_simulator::dispute::Discrepancy;

const GUIDE: &str = include_str!("../../../docs/why-does-my-cursor-invoice-not-match.md");

/// The cases of the guide: their causes, their seeds, and the bridges printed.
fn cases() -> Vec<(Vec<Discrepancy>, u64, &'static str)> {
    let case = |rest: &'static str| {
        let (options, rest) = rest.split_once("`:\n\n```text\n")?;
        let words: Vec<&str> = options.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        let (seed, causes) = words.split_last()?;
        let cause = |name: &&str| Discrepancy::ALL.iter().find(|cause| cause.name() == *name).copied();
        let causes = causes.iter().map(cause).collect::<Option<_>>()?;
        Some((causes, seed.parse().ok()?, rest.split("```").next()?))
    };
    GUIDE.split("\n`--case").skip(1).map(|rest| case(rest).unwrap()).collect()
}

#[test]
fn every_case_of_the_guide_is_a_real_run() {
    let cases = cases();
    for (causes, seed, shown) in &cases {
        let found = Trial::new(*seed, causes).unwrap().found;
        assert_eq!(found.to_string(), *shown, "{causes:?} {seed}");
    }
    for cause in Discrepancy::ALL {
        assert!(cases.iter().any(|(causes, ..)| causes.contains(cause)), "the guide has no {}", cause.name());
    }
}
