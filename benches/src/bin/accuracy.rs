//! How often the reconciliation names the cause of a difference, over thousands of made-up invoices whose differences
//! are known.

use std::collections::BTreeMap;
use std::ops::Range;

use benches::{Failure, Shape, ShapeTrial, Trial, Verdict};
use cost_model::output::{TextTable, grouped};
use cursor_simulator::dispute::Discrepancy;

const USAGE: &str = "\
usage: accuracy [--cases N] [--show N] [--case CAUSE]... [--seed N]

Makes up N invoices (2000 unless said otherwise) for each cause of a difference, N with two causes at once, and N in each
shape of a second biller, explains each, and compares every step with the truth, to the last digit.

  --cases N      how many invoices of each sort
  --show N       prints the first N cases of each sort that are not exact
  --case CAUSE   prints one case of that cause instead: the invoice, the bridge, the truth; may be given again
  --seed N       which one; without --case, the seed of the first invoices [default: 0]
";

fn main() -> Result<(), Failure> {
    let mut given = std::env::args().skip(1);
    let mut arguments = Arguments { cases: 2000, show: 0, case: Vec::new(), seed: 0 };
    while let Some(option) = given.next() {
        let value = given.next().ok_or(USAGE)?;
        match option.as_str() {
            "--cases" => arguments.cases = value.parse()?,
            "--show" => arguments.show = value.parse()?,
            "--case" => arguments.case.push(cause(&value)?),
            "--seed" => arguments.seed = value.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    run(&arguments)
}

struct Arguments {
    cases: u64,
    show: u64,
    case: Vec<Discrepancy>,
    seed: u64,
}

fn cause(name: &str) -> Result<Discrepancy, Failure> {
    let found = Discrepancy::ALL.iter().find(|cause| cause.name().eq_ignore_ascii_case(name)).copied();
    let names = || Discrepancy::ALL.iter().map(|cause| cause.name()).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("`{name}` is no cause; there are: {}", names()).into())
}

fn run(Arguments { cases, show, case, seed }: &Arguments) -> Result<(), Failure> {
    if !case.is_empty() {
        return print_one(*seed, case);
    }
    let seeds = *seed..seed.saturating_add(*cases);
    let show = *show;
    let mut table = TextTable::new().text(["cause"]).figures([
        "cases",
        "exact",
        "ambiguous",
        "unexplained",
        "wrong",
        "right",
    ]);
    let mut singles = Tally::default();
    for cause in Discrepancy::ALL {
        let tally = tally(seeds.clone(), show, |_| vec![*cause])?;
        table.row(tally.row(cause.name()));
        singles.add(&tally);
    }
    table.row(singles.row("one cause"));
    let pairs = tally(seeds.clone(), show, pair)?;
    table.row(pairs.row("two causes"));
    print_indented(&table);
    shapes(seeds, show)
}

/// The second biller's shapes, each with its own table row.
fn shapes(seeds: Range<u64>, show: u64) -> Result<(), Failure> {
    let figures = ["cases", "exact", "ambiguous", "unexplained", "wrong", "right"];
    let mut table = TextTable::new().text(["shape"]).figures(figures);
    let mut all = Tally::default();
    for shape in Shape::ALL {
        let (mut tally, mut shown) = (Tally::default(), 0);
        for seed in seeds.clone() {
            let trial = ShapeTrial::new(seed, shape)?;
            let verdict = trial.verdict();
            *tally.0.entry(verdict).or_default() += 1;
            if verdict == Verdict::Wrong && shown < show {
                shown += 1;
                println!("seed {seed}, {shape:?}\n{}\n{}{:?}", trial.csv, trial.found, trial.truth);
            }
        }
        table.row(tally.row(&shape.name()));
        all.add(&tally);
    }
    table.row(all.row("all shapes"));
    println!("\nThe second biller:");
    print_indented(&table);
    Ok(())
}

fn print_indented(table: &TextTable) {
    for line in table.to_string().lines() {
        println!("  {line}");
    }
}

/// Two different causes, by the seed.
fn pair(seed: u64) -> Vec<Discrepancy> {
    let all = u64::try_from(Discrepancy::ALL.len()).unwrap_or(1);
    let number = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    let (first, step) = (number % all, 1 + number / all % (all - 1));
    let pick = |number: u64| {
        usize::try_from(number % all).ok().and_then(|index| Discrepancy::ALL.get(index)).copied()
    };
    [pick(first), pick(first + step)].into_iter().flatten().collect()
}

/// A case from beginning to end: the invoice as it came, its bridge, and the truth.
fn print_one(seed: u64, case: &[Discrepancy]) -> Result<(), Failure> {
    let trial = Trial::new(seed, case)?;
    for bill in trial.dispute.earlier.iter().chain([&trial.dispute.bill]) {
        println!("{}", bill.csv());
    }
    println!("{}", trial.found);
    println!("{}", trial.found.narrative());
    println!("The truth:");
    for (entry, amount) in &trial.dispute.expected {
        println!("  {:<14} {:>20}", entry.name(), cost_model::Money::from_units(*amount));
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Tally(BTreeMap<Verdict, u64>);

fn tally(seeds: Range<u64>, show: u64, what: impl Fn(u64) -> Vec<Discrepancy>) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    let mut shown = 0;
    for seed in seeds {
        let trial = Trial::new(seed, &what(seed))?;
        let verdict = trial.verdict();
        *tally.0.entry(verdict).or_default() += 1;
        if verdict != Verdict::Exact && shown < show {
            shown += 1;
            print_case(seed, &what(seed), verdict, &trial);
        }
    }
    Ok(tally)
}

fn print_case(seed: u64, what: &[Discrepancy], verdict: Verdict, trial: &Trial) {
    println!("seed {seed}, {what:?}: {verdict:?}");
    for (entry, amount) in &trial.dispute.expected {
        println!("  expected {:<14} {:>20}", entry.name(), cost_model::Money::from_units(*amount));
    }
    for line in trial.found.to_string().lines() {
        println!("  {line}");
    }
    for line in &trial.found.lines {
        let computed = line.computed.map(|computed| computed.to_string()).unwrap_or_default();
        let (status, calls) = (line.status, (line.calls, line.records));
        println!("    {:>10} {computed:>14} {calls:?} {status:?} {}", line.amount, line.description);
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        for (verdict, count) in &other.0 {
            *self.0.entry(*verdict).or_default() += count;
        }
    }

    /// The counts, and the share of exact ones among those that are not ambiguous.
    fn row(&self, name: &str) -> Vec<String> {
        let of = |verdict| self.0.get(&verdict).copied().unwrap_or(0);
        let all: u64 = self.0.values().sum();
        let clear = all - of(Verdict::Ambiguous);
        let share = of(Verdict::Exact) * 10_000 / clear.max(1);
        let counts = [Verdict::Exact, Verdict::Ambiguous, Verdict::Unexplained, Verdict::Wrong].map(of);
        let mut row = vec![name.to_owned(), grouped(all)];
        row.extend(counts.map(grouped));
        row.push(format!("{}.{:02} %", share / 100, share % 100));
        row
    }
}
