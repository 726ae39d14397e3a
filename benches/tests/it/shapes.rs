//! The second biller's shapes: nothing is named that is not so.

use std::collections::BTreeMap;

use benches::{Shape, ShapeTrial, Verdict};
use reconcile::Category;
use reconcile::assessment::Answer;
use reconcile::bridge::LineStatus;

const SEEDS: u64 = 40;

fn trials(shape: Shape) -> impl Iterator<Item = ShapeTrial> {
    (0..SEEDS).map(move |seed| ShapeTrial::new(seed, shape).unwrap())
}

#[test]
fn no_shape_of_the_second_biller_is_confidently_wrong() {
    for shape in Shape::ALL {
        let mut verdicts: BTreeMap<Verdict, u64> = BTreeMap::new();
        for (seed, trial) in trials(shape).enumerate() {
            let verdict = trial.verdict();
            assert_ne!(
                verdict,
                Verdict::Wrong,
                "{shape:?} {seed}\n{}\n{}\n{:?}",
                trial.csv,
                trial.found,
                trial.truth
            );
            *verdicts.entry(verdict).or_default() += 1;
        }
        println!("{shape:?} {verdicts:?}");
    }
}

#[test]
fn shapes_with_nothing_wrong_are_exact() {
    for shape in [Shape::TrueTwins, Shape::OneLine, Shape::PerDay, Shape::PerUser] {
        for trial in trials(shape) {
            assert_eq!(
                (trial.verdict(), trial.found.assessment.exact),
                (Verdict::Exact, Answer::Yes),
                "{shape:?}"
            );
        }
    }
}

#[test]
fn the_invoice_of_another_team_or_period_is_recognised_and_gets_no_cause() {
    for shape in [Shape::OtherTeam, Shape::WrongPeriod] {
        for trial in trials(shape) {
            let causes: Vec<Category> = trial.found.steps.iter().map(|step| step.category).collect();
            let scope = [Category::BeforePeriod, Category::AfterPeriod, Category::Rounding];
            assert!(causes.iter().all(|cause| scope.contains(cause)), "{shape:?} {causes:?}");
            let told = trial.found.narrative();
            assert!(told.contains("another connection or period"), "{shape:?}\n{told}");
        }
    }
}

#[test]
fn charges_put_together_by_the_hour_are_aggregated_and_not_unmatched() {
    for trial in trials(Shape::Hourly) {
        let statuses = trial.found.lines.iter().map(|line| line.status);
        let known = [LineStatus::Aggregated, LineStatus::Matched];
        assert!(statuses.clone().all(|status| known.contains(&status)), "{}", trial.found);
        assert!(statuses.into_iter().any(|status| status == LineStatus::Aggregated));
    }
}

/// Cases that were once wrong: a bridge that missed its total, prices on lines that were cut elsewhere, one line that was
/// right by rounding each of its charges.
#[test]
fn hard_shapes_stay_right() {
    for (seed, shape) in [
        (137, Shape::WrongPeriod),
        (57, Shape::TimeOfDay),
        (127, Shape::TimeOfDay),
        (133, Shape::TimeOfDayOneLine),
        (170, Shape::TimeOfDayOneLine),
    ] {
        let trial = ShapeTrial::new(seed, shape).unwrap();
        assert_ne!(trial.verdict(), Verdict::Wrong, "{shape:?} {seed}\n{}\n{:?}", trial.found, trial.truth);
    }
}
