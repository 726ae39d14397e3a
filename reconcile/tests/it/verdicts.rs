//! A verdict is green only when it is: what is to be disputed, of unknown wording, without a cause or not read.

use cost_model::store::ConnectionId;
use cost_model::{Money, Rounding};
use reconcile::assessment::{Answer, Disposition, Materiality, Missing, Party, Verdict};
use reconcile::invoice::{InvoiceLine, LineKind, LineRule, UsageLine, Wording};
use reconcile::{Case, Category, Invoice, Reconciliation, reconcile};

use crate::support::{
    CENT, Charge, at, explain, invoice, ledger, ledger_with_gap, ledger_without_coverage, money, period,
    rules, step, window,
};

/// Forty charges to each of two models, and lines that count and bill them.
fn charges() -> Vec<Charge> {
    let charge = |number: i128| {
        let model = if number % 2 == 0 { "a" } else { "b" };
        Charge::on_demand(model, false, 50 * CENT + number * 3 * CENT)
    };
    (0..80).map(charge).collect()
}

fn bill(charges: &[Charge]) -> Invoice {
    invoice(period(), ["a", "b"].map(|model| line(charges, model, 100)))
}

/// The line of a model, at so many percent of what was charged.
fn line(charges: &[Charge], model: &'static str, percent: i128) -> (LineKind, i128) {
    let mine: Vec<_> = charges.iter().filter(|charge| charge.model == Some(model)).collect();
    let mut about = UsageLine::of_model(model);
    about.calls = Some(u64::try_from(mine.len()).unwrap());
    let sum: i128 = mine.iter().filter_map(|charge| charge.billed).sum();
    (LineKind::Usage(about), sum * percent / 100)
}

fn add(invoice: &mut Invoice, description: &str, amount: &str, wording: impl Into<Wording>) {
    let number = u64::try_from(invoice.lines.len()).unwrap() + 1;
    invoice.lines.push(InvoiceLine::new(number, description, money(amount), wording));
}

fn disputes(found: &Reconciliation) -> Vec<(Category, Money, Vec<u64>)> {
    let each =
        |dispute: &reconcile::assessment::Dispute| (dispute.category, dispute.amount, dispute.lines.clone());
    found.assessment.disputes.iter().map(each).collect()
}

#[test]
fn an_invoice_that_matches_needs_nothing() {
    let mut invoice = bill(&charges());
    add(&mut invoice, "seats", "80", LineKind::Seats);
    add(&mut invoice, "credit", "-5", LineKind::Credit);
    let found = explain(&charges(), &invoice);
    assert_eq!((found.verdict(), found.verdict().exit_status()), (Verdict::Done, 0));
    assert_eq!((found.assessment.exact, found.assessment.immaterial), (Answer::Yes, Answer::Yes));
    assert_eq!((found.assessment.accepted, found.assessment.timing_and_rounding), (money("75"), Money::ZERO));
}

#[test]
fn a_percentage_on_every_line_is_to_be_disputed() {
    let charges = charges();
    let dearer = invoice(period(), ["a", "b"].map(|model| line(&charges, model, 119)));
    let found = explain(&charges, &dearer);
    assert_eq!((found.verdict(), found.verdict().exit_status()), (Verdict::NeedsAction, 3));
    assert_eq!((found.assessment.exact, found.assessment.immaterial), (Answer::No, Answer::No));
}

#[test]
fn a_total_above_its_lines_is_to_be_disputed() {
    let mut invoice = bill(&charges());
    invoice.stated_total = Some(invoice.sum_of_lines().unwrap().checked_add(money("12.34")).unwrap());
    let found = explain(&charges(), &invoice);
    assert_eq!(disputes(&found), [(Category::InvoiceArithmetic, money("12.34"), vec![])]);
    assert_eq!((found.assessment.exact, found.verdict()), (Answer::No, Verdict::NeedsAction));
    let dispute = &found.assessment.disputes[0];
    assert_eq!((dispute.party, dispute.party.deadline()), (Party::Issuer, "before it is paid"));
}

#[test]
fn a_line_of_unknown_words_is_money_without_a_cause() {
    let mut invoice = bill(&charges());
    add(&mut invoice, "Regional uplift", "55", LineKind::Unrecognised);
    add(&mut invoice, "Regional downlift", "-55", LineKind::Unrecognised);
    let found = explain(&charges(), &invoice);
    assert_eq!((found.assessment.exact, found.verdict()), (Answer::No, Verdict::NeedsAction));
    assert_eq!(found.assessment.unknown_wording, money("110"), "they do not cancel out");
}

#[test]
fn seats_that_are_not_their_price_times_their_count_are_to_be_disputed() {
    let mut invoice = bill(&charges());
    let seats = InvoiceLine::new(3, "seats", money("440"), LineKind::Seats);
    invoice.lines.push(seats.with_quantity(Some(10.into())).with_unit_price(Some(money("40"))));
    let found = explain(&charges(), &invoice);
    assert_eq!(disputes(&found), [(Category::InvoiceArithmetic, money("40"), vec![3])]);
    assert_eq!(
        (step(&found, Category::Seats), step(&found, Category::InvoiceArithmetic)),
        (40_000 * CENT, 4_000 * CENT)
    );
    assert_eq!((found.assessment.exact, found.verdict()), (Answer::No, Verdict::NeedsAction));
}

fn tax(rate: &str) -> Wording {
    let mut wording = Wording::from(LineKind::Tax);
    wording.rate = Some(rate.parse().unwrap());
    wording
}

#[test]
fn a_tax_at_another_rate_than_its_words_is_to_be_disputed() {
    let charges = charges();
    let base = bill(&charges).sum_of_lines().unwrap();
    let of = |hundredths: i128| {
        Money::from_units(base.units() * hundredths / 10_000).rounded(2, Rounding::HalfUp).unwrap()
    };
    for (billed, rate, right) in
        [(825, "8.25", true), (1_025, "8.25", false), (1_900, "19", true), (1_910, "19", false)]
    {
        let mut invoice = bill(&charges);
        add(&mut invoice, "Sales tax", &of(billed).to_string(), tax(rate));
        let found = explain(&charges, &invoice);
        assert_eq!(found.assessment.exact == Answer::Yes, right, "{billed} at {rate}");
        if !right {
            let expected = of(if rate == "19" { 1_900 } else { 825 });
            let too_much = of(billed).checked_sub(expected).unwrap();
            assert_eq!(disputes(&found), [(Category::InvoiceArithmetic, too_much, vec![3])]);
            assert_eq!(found.sum(Category::Tax).unwrap(), expected);
            assert_eq!(invoice.checks().unwrap()[0].rule, LineRule::RateInWords);
        }
    }
}

#[test]
fn a_tax_may_be_due_before_credits_on_seats_alone_on_another_tax_or_line_by_line() {
    let charges = charges();
    let usage = bill(&charges).sum_of_lines().unwrap();
    let percent = |base: Money, hundredths: i128| {
        Money::from_units(base.units() * hundredths / 10_000).rounded(2, Rounding::HalfUp).unwrap()
    };
    let with = |lines: &[(&str, Money, Wording)]| {
        let mut invoice = bill(&charges);
        for (description, amount, wording) in lines {
            add(&mut invoice, description, &amount.to_string(), wording.clone());
        }
        invoice.checks().unwrap()
    };
    let credit = ("credit", money("-7"), LineKind::Credit.into());
    let seats = ("seats", money("80"), LineKind::Seats.into());
    assert_eq!(with(&[credit.clone(), ("tax", percent(usage, 825), tax("8.25"))]), []);
    assert_eq!(with(&[seats, ("tax", money("6.60"), tax("8.25"))]), []);
    let gst = percent(usage, 500);
    let qst = percent(usage.checked_add(gst).unwrap(), 950);
    assert_eq!(with(&[("GST", gst, tax("5")), ("QST", qst, tax("9.5"))]), []);
    assert_eq!(with(&[credit, ("tax", percent(usage, 900), tax("8.25"))]).len(), 1);
}

#[test]
fn materiality_is_measured_against_usage_and_not_against_seats() {
    let charges = charges();
    let mut invoice = bill(&charges);
    add(&mut invoice, "seats", "100000", LineKind::Seats);
    invoice.lines[0].amount = invoice.lines[0].amount.checked_add(money("25")).unwrap();
    let found = explain(&charges, &invoice);
    assert_eq!(found.assessment.immaterial, Answer::No, "25 of 135 are no trifle, whatever the seats cost");
    let (ledger, rules) = (ledger(&charges), rules());
    let lenient = Case::new(&ledger, &invoice, &rules).materiality(Materiality::new(money("25"), 0));
    assert_eq!(lenient.explain().unwrap().reconciliation.assessment.immaterial, Answer::Yes);
}

#[test]
fn the_variance_of_focus_is_the_lines_minus_the_charges() {
    let charges = charges();
    let mut invoice = bill(&charges);
    // The total rises by two dollars that have a cause.
    let mut priced = UsageLine::of_model("a");
    priced.calls = Some(40);
    invoice.lines[0].amount = invoice.lines[0].amount.checked_add(money("2")).unwrap();
    let found = explain(&charges, &invoice);
    assert_eq!(found.assessment.usage_based_difference, money("2"));
    assert_eq!(
        (found.assessment.focus_tolerance, found.assessment.within_focus_tolerance),
        (money("1"), Answer::No)
    );
}

#[test]
fn differences_that_cancel_out_are_still_there() {
    let charges = charges();
    let mut invoice = bill(&charges);
    for (line, change) in [(0, "7.77"), (1, "-7.77")] {
        invoice.lines[line].amount = invoice.lines[line].amount.checked_add(money(change)).unwrap();
        let LineKind::Usage(about) = &mut invoice.lines[line].wording.kind else { panic!("a usage line") };
        about.calls = None;
    }
    let found = explain(&charges, &invoice);
    assert_eq!((found.unexplained, found.assessment.unexplained), (Money::ZERO, money("15.54")));
    assert_eq!((found.assessment.exact, found.verdict()), (Answer::No, Verdict::NeedsAction));
    assert_eq!(found.assessment.immaterial, Answer::No);
}

#[test]
fn where_not_everything_was_read_nothing_can_be_said() {
    let charges = charges();
    let invoice = bill(&charges);
    let gap = window("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
    let with_gap = ledger_with_gap(&charges, &ConnectionId::new("team"), gap);
    let found = reconcile(&with_gap, &invoice, &rules()).unwrap();
    assert_eq!((found.verdict(), found.verdict().exit_status()), (Verdict::CannotBeSaid, 2));
    let verdicts = &found.assessment;
    assert_eq!(verdicts.missing, [Missing::Unread(gap)]);
    for answer in
        [verdicts.exact, verdicts.within_rounding, verdicts.within_focus_tolerance, verdicts.immaterial]
    {
        assert_eq!(answer, Answer::CannotBeSaid);
    }
    let told = found.narrative();
    let verdict = told.lines().last().unwrap();
    assert_eq!(
        verdict,
        "Verdict: cannot be said, since 2026-10-01T00:00:00Z to 2026-10-02T00:00:00Z was not ingested."
    );

    // Nor where nobody said what was read, or where charges are known to be lacking.
    let found = reconcile(&ledger_without_coverage(&charges), &invoice, &rules()).unwrap();
    assert_eq!(
        (found.verdict(), &found.assessment.missing[..]),
        (Verdict::CannotBeSaid, &[Missing::Unknown(period())][..])
    );
    let (ledger, rules) = (ledger(&charges), rules());
    let lacking =
        Case::new(&ledger, &invoice, &rules).announced(period(), 83).explain().unwrap().reconciliation;
    assert_eq!(
        (lacking.verdict(), &lacking.assessment.missing[..]),
        (Verdict::CannotBeSaid, &[Missing::NotHeld(3)][..])
    );
}

#[test]
fn something_to_dispute_goes_before_something_missing() {
    let charges = charges();
    let mut invoice = bill(&charges);
    invoice.stated_total = Some(money("1"));
    let gap = window("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
    let with_gap = ledger_with_gap(&charges, &ConnectionId::new("team"), gap);
    let found = reconcile(&with_gap, &invoice, &rules()).unwrap();
    assert_eq!((found.verdict(), found.assessment.exact), (Verdict::NeedsAction, Answer::CannotBeSaid));
    assert!(Verdict::NeedsAction > Verdict::CannotBeSaid && Verdict::CannotBeSaid > Verdict::Done);
}

#[test]
fn what_differs_beside_charges_that_were_not_read_cannot_be_said() {
    let charges = charges();
    let invoice = bill(&charges);
    let gap = window("2026-09-20T00:00:00Z", "2026-10-02T00:00:00Z");
    let kept: Vec<_> = charges.iter().filter(|charge| charge.at < gap.start()).cloned().collect();
    let with_gap = ledger_with_gap(&kept, &ConnectionId::new("team"), gap);
    let found = reconcile(&with_gap, &invoice, &rules()).unwrap();
    let assessment = &found.assessment;
    let is_open = !assessment.unexplained.is_zero() || !assessment.disputes.is_empty();
    assert!(is_open || !found.steps.is_empty(), "{found}");
    assert_eq!(found.verdict(), Verdict::CannotBeSaid, "{found}");
}

#[test]
fn the_conclusion_names_what_is_unexplained_as_the_bridge_does() {
    let charges = charges();
    let mut invoice = bill(&charges);
    for line in &mut invoice.lines {
        if matches!(line.kind(), LineKind::Usage(_)) {
            line.amount = line.amount.checked_sub(money("0.37")).unwrap();
        }
    }
    let found = explain(&charges, &invoice);
    let conclusion = found.conclusion();
    let rest = found.unexplained.checked_sub(found.unexplained_usage).unwrap();
    for (amount, words) in [(found.unexplained_usage, "of usage unexplained"), (rest, "unexplained")] {
        let amount = amount.to_fixed(2, cost_model::Rounding::HalfUp).unwrap();
        let is_named = conclusion.contains(&format!("{amount} {words}"));
        assert_eq!(is_named, amount != "0.00", "{conclusion}\n{found}");
    }
}

#[test]
fn charges_held_twice_are_for_the_importer_to_repair() {
    let mut charges = charges();
    let invoice = bill(&charges);
    charges[3].at = at("2026-09-21T00:00:00Z");
    charges.push(charges[3].clone());
    let found = explain(&charges, &invoice);
    let dispute = &found.assessment.disputes[0];
    assert_eq!((dispute.category, dispute.party), (Category::DuplicatedUsage, Party::Importer));
    assert_eq!(found.verdict(), Verdict::NeedsAction);
    let duplicated = found.steps.iter().find(|step| step.category == Category::DuplicatedUsage).unwrap();
    assert_eq!(duplicated.disposition(), Disposition::ToDispute);
}
