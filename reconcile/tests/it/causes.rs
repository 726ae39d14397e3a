//! One small case for each cause of a difference.

use cost_model::record::RecordId;
use cost_model::store::{ConnectionId, Restatement};
use cost_model::{Costs, Money, Rounding, Timestamp};
use reconcile::{
    Answer, Case, Category, ChargeStatus, ClueKind, Explained, Invoice, LineKind, LineStatus, SinceIssue,
    Strength, UsageLine, Verdict, WaypointName,
};

use crate::support::{
    CENT, Charge, at, identity, invoice, ledger, ledger_with_gap, money, period, record, rules, step,
};

/// Twelve calls to three models, an hour apart, of amounts that no two sums of share.
fn charges() -> Vec<Charge> {
    let models = ["a", "b", "c"];
    let charge = |number: i128| {
        let model = models[usize::try_from(number % 3).unwrap()];
        let mut charge = Charge::on_demand(model, false, 10 * CENT + number * number * CENT + CENT / 8);
        charge.at = Timestamp::from_millis(
            period().start().millis() + 3_600_000 * i64::try_from(number).unwrap() + 1,
        )
        .unwrap();
        charge.fee = Some(CENT);
        charge
    };
    (1..=12).map(charge).collect()
}

/// A line for each model, with its calls, as a biller would cut it.
fn bill(charges: &[Charge]) -> Invoice {
    let line = |model: &'static str| {
        let mine: Vec<_> = charges.iter().filter(|charge| charge.model == Some(model)).collect();
        let exact = Money::from_units(mine.iter().filter_map(|charge| charge.billed).sum());
        (about(model, mine.len()), exact.rounded(2, Rounding::HalfUp).unwrap().units())
    };
    invoice(period(), ["a", "b", "c"].map(line))
}

fn about(model: &str, calls: usize) -> LineKind {
    let mut about = UsageLine::of_model(model);
    about.calls = Some(u64::try_from(calls).unwrap());
    LineKind::Usage(about)
}

fn explain(charges: &[Charge], invoice: &Invoice) -> Explained {
    let explained = Case::new(&ledger(charges), invoice, &rules()).explain().unwrap();
    balances(&explained);
    explained
}

fn balances(explained: &Explained) {
    let found = &explained.reconciliation;
    let steps: i128 = found.steps.iter().map(|step| step.amount.units()).sum();
    assert_eq!(found.ingested.units() + steps + found.unexplained.units(), found.invoice_total.units());
}

/// The steps other than rounding.
fn causes(explained: &Explained) -> Vec<(Category, i128, Strength)> {
    let steps = explained.reconciliation.steps.iter().filter(|step| step.category != Category::Rounding);
    steps.map(|step| (step.category, step.amount.units(), step.strength)).collect()
}

fn sum(charges: &[Charge]) -> i128 {
    charges.iter().filter_map(|charge| charge.billed).sum()
}

#[test]
fn an_invoice_of_the_very_charges_differs_by_rounding_alone() {
    let charges = charges();
    let explained = explain(&charges, &bill(&charges));
    assert_eq!(causes(&explained), []);
    let found = explained.reconciliation;
    assert_eq!((found.verdicts.exact, found.verdict()), (Answer::Yes, Verdict::Done));
    assert!(found.unexplained.is_zero());
    assert_eq!(found.rounding[0].label(), "each line half-up");
    let cut = found.cut_off.unwrap();
    assert_eq!((cut.period, cut.lines, cut.strength), (period(), 3, Strength::Proof));
    assert!(cut.start.0 <= period().start() && cut.start.1 == charges[0].at);
    assert_eq!(explained.charges[0], ChargeStatus::Line(1));
}

#[test]
fn a_cut_before_the_stated_end_is_found_from_the_counts() {
    let mut charges = charges();
    let end = period().end().millis();
    for (number, charge) in charges.iter_mut().rev().take(4).enumerate() {
        charge.at =
            Timestamp::from_millis(end - 3_600_000 * i64::try_from(number).unwrap() - 60_000).unwrap();
    }
    let (billed, late) = charges.split_at(8);
    let explained = explain(&charges, &bill(billed));
    assert_eq!(causes(&explained), [(Category::CutOffEnd, -sum(late), Strength::Proof)]);
    let cut = explained.reconciliation.cut_off.unwrap();
    assert!(cut.end.0 <= cut.period.end() && cut.period.end() <= cut.end.1);
    assert_eq!(cut.end.1, late[0].at, "up to the first charge that is not on the invoice");
    assert_eq!(explained.charges[11], ChargeStatus::AfterPeriod);
}

#[test]
fn a_cut_from_a_later_start_is_found_from_the_counts() {
    let charges = charges();
    let (early, billed) = charges.split_at(3);
    let explained = explain(&charges, &bill(billed));
    assert_eq!(causes(&explained), [(Category::CutOffStart, -sum(early), Strength::Proof)]);
}

#[test]
fn a_cut_that_may_be_at_either_end_is_ambiguous() {
    // The first and the last call to one model cost the same, and the line counts one call less.
    let mut charges = charges();
    charges[11].billed = charges[2].billed;
    charges[11].model = charges[2].model;
    let mut billed = charges.clone();
    billed.remove(11);
    charges[2].at = at("2026-09-14T09:30:00Z");
    charges[11].at = at("2026-10-14T09:29:59Z");
    let found = explain(&charges, &bill(&billed)).reconciliation;
    let step = found.steps.iter().find(|step| step.category == Category::Ambiguous).unwrap();
    assert_eq!(step.candidates, [Category::CutOffEnd, Category::CutOffStart]);
    assert_eq!(step.amount.units(), -charges[11].billed.unwrap());
    assert_eq!((found.unexplained, found.verdicts.exact), (Money::ZERO, Answer::No));
}

#[test]
fn a_price_is_not_told_of_calls_that_are_only_supposed() {
    // The line lacks a call, and the withdrawn one makes up for the call but not for the money.
    let mut charges = charges();
    let withdrawn = charges.remove(8);
    let mut invoice = bill(&charges);
    let line = usize::try_from((8 + 1) % 3).unwrap();
    invoice.lines[line].wording = about(withdrawn.model.unwrap(), 4).into();
    let more = withdrawn.billed.unwrap() + 200 * CENT;
    invoice.lines[line].amount = Money::from_units(invoice.lines[line].amount.units() + more);
    let ids = (RecordId::from_bytes([0; 16]), identity());
    let old = Some(Costs::flat(Money::from_units(withdrawn.billed.unwrap())));
    let restated = [Restatement::stored(withdrawn.at, at("2026-11-02T00:00:00Z"), ids, (old, None))];
    let since = SinceIssue::new(at("2026-10-15T00:00:00Z")).restatements(&restated);
    let (ledger, rules) = (ledger(&charges), rules());
    let explained = Case::new(&ledger, &invoice, &rules).since_issue(&since).explain().unwrap();
    balances(&explained);
    let amount = withdrawn.billed.unwrap();
    assert_eq!(causes(&explained), [(Category::WithdrawnUsage, amount, Strength::Proof)]);
    assert!((explained.reconciliation.unexplained.units() - 200 * CENT).abs() < CENT);
}

#[test]
fn calls_that_one_line_lacks_and_another_has_too_many_are_not_lost() {
    let charges = charges();
    let mut invoice = bill(&charges);
    invoice.lines[0].wording = about("a", 6).into();
    invoice.lines[0].amount = Money::from_units(invoice.lines[0].amount.units() + 300 * CENT);
    invoice.lines[1].wording = about("b", 3).into();
    let (ledger, rules) = (ledger(&charges), rules());
    let explained = Case::new(&ledger, &invoice, &rules).announced(period(), 14).explain().unwrap();
    balances(&explained);
    assert!(!causes(&explained).iter().any(|(category, ..)| *category == Category::MissingUsage));
    assert!(!explained.reconciliation.unexplained.is_zero());
}

#[test]
fn a_discount_needs_two_lines_that_are_off_by_more_than_a_cent() {
    let charge = |model, dollars: i128| Charge::on_demand(model, false, dollars * 100 * CENT);
    let charges = [charge("a", 200), charge("b", 100)];
    let lines = |first: i128, second: i128| [(about("a", 1), first * CENT), (about("b", 1), second * CENT)];
    let small = explain(&charges, &invoice(period(), lines(19_998, 9_999)));
    assert_eq!(causes(&small), [], "a call on each line is no evidence of a price either");
    assert_eq!(small.reconciliation.unexplained.units(), -3 * CENT);
    // A few cents on two lines fit some percentage by chance.
    let few = explain(&charges, &invoice(period(), lines(19_996, 9_998)));
    assert_eq!(causes(&few), [(Category::Ambiguous, -6 * CENT, Strength::Candidate)]);
    let large = explain(&charges, &invoice(period(), lines(19_600, 9_800)));
    assert_eq!(causes(&large), [(Category::Discount, -600 * CENT, Strength::Proof)]);
}

#[test]
fn charges_that_came_in_late_are_named_if_somebody_had_looked_before() {
    let charges = charges();
    let issued = at("2026-10-15T00:00:00Z");
    let late = [3, 7];
    let known: Vec<_> = charges
        .iter()
        .enumerate()
        .filter(|(number, _)| !late.contains(number))
        .map(|(_, each)| each.clone())
        .collect();
    let mut since = SinceIssue::new(issued);
    for (number, charge) in charges.iter().enumerate() {
        let seen = if late.contains(&number) { "2026-10-16T00:00:00Z" } else { "2026-10-01T00:00:00Z" };
        cost_model::store::RecordSink::record(&mut since, &record(charge, at(seen))).unwrap();
    }
    let (ledger, invoice, rules) = (ledger(&charges), bill(&known), rules());
    let explained = Case::new(&ledger, &invoice, &rules).since_issue(&since).explain().unwrap();
    balances(&explained);
    let amount = -charges[3].billed.unwrap() - charges[7].billed.unwrap();
    assert_eq!(causes(&explained), [(Category::LateUsage, amount, Strength::Proof)]);
    assert_eq!(explained.charges[3], ChargeStatus::Late);

    // Without that knowledge nothing names them: two lines count fewer calls than there are.
    let blind = Case::new(&ledger, &invoice, &rules).explain().unwrap();
    assert_eq!(causes(&blind), []);
    assert!(!blind.reconciliation.unexplained.is_zero());
    let clues: Vec<_> = blind.reconciliation.clues.iter().map(|clue| &clue.kind).collect();
    assert!(clues.contains(&&ClueKind::FewerCalls { calls: 2 }), "{clues:?}");
}

#[test]
fn restatements_tell_of_changed_and_withdrawn_charges() {
    let mut charges = charges();
    let invoice = bill(&charges);
    let old = charges[5].billed;
    charges[5].billed = Some(50 * CENT);
    charges[5].effective = Some(50 * CENT);
    let withdrawn = charges.remove(8);
    let costs = |billed: Option<i128>| Costs::flat(Money::from_units(billed.unwrap()));
    let restated = |charge: &Charge, old, new| {
        let ids = (RecordId::from_bytes([0; 16]), identity());
        Restatement::stored(charge.at, at("2026-11-02T00:00:00Z"), ids, (old, new))
    };
    let restatements = [
        restated(&charges[5], Some(costs(old)), Some(costs(charges[5].billed))),
        restated(&withdrawn, Some(costs(withdrawn.billed)), None),
    ];
    let since = SinceIssue::new(at("2026-10-15T00:00:00Z")).restatements(&restatements);
    let (ledger, rules) = (ledger(&charges), rules());
    let explained = Case::new(&ledger, &invoice, &rules).since_issue(&since).explain().unwrap();
    balances(&explained);
    assert_eq!(
        causes(&explained),
        [
            (Category::RepricedUsage, old.unwrap() - 50 * CENT, Strength::Proof),
            (Category::WithdrawnUsage, withdrawn.billed.unwrap(), Strength::Proof),
        ]
    );
    assert!(explained.reconciliation.unexplained.is_zero());
    // What was seen before the issue is on the invoice.
    let before = SinceIssue::new(at("2026-12-01T00:00:00Z")).restatements(&restatements);
    let blind = Case::new(&ledger, &invoice, &rules).since_issue(&before).explain().unwrap();
    assert!(!blind.reconciliation.unexplained.is_zero());
}

#[test]
fn what_came_and_went_since_the_issue_was_never_there() {
    let charges = charges();
    let costs = Costs::flat(money("9.99"));
    let restated = |old, new| {
        let ids = (RecordId::from_bytes([0; 16]), identity());
        Restatement::stored(charges[3].at, at("2026-11-02T00:00:00Z"), ids, (old, new))
    };
    let restatements = [restated(None, Some(costs)), restated(Some(costs), None)];
    let since = SinceIssue::new(at("2026-10-15T00:00:00Z")).restatements(&restatements);
    let (ledger, invoice, rules) = (ledger(&charges), bill(&charges), rules());
    let explained = Case::new(&ledger, &invoice, &rules).since_issue(&since).explain().unwrap();
    assert_eq!(causes(&explained), []);
    assert!(explained.reconciliation.unexplained.is_zero());
}

#[test]
fn masses_of_charges_at_one_instant_and_of_withdrawn_ones_take_no_time() {
    let one = charges().remove(0);
    let many: Vec<_> = (0..50_000).map(|_| one.clone()).collect();
    let restated = |_| {
        let ids = (RecordId::from_bytes([0; 16]), identity());
        Restatement::stored(one.at, at("2026-11-02T00:00:00Z"), ids, (Some(Costs::flat(money("1"))), None))
    };
    let restatements: Vec<_> = (0..20_000).map(restated).collect();
    let since = SinceIssue::new(at("2026-10-15T00:00:00Z")).restatements(&restatements);
    let mut invoice = bill(&charges());
    invoice.lines[0].wording = about("a", 90_000).into();
    let (ledger, rules) = (ledger(&many), rules());
    let explained = Case::new(&ledger, &invoice, &rules).since_issue(&since).explain().unwrap();
    balances(&explained);
}

#[test]
fn lost_charges_are_named_only_if_the_ledger_is_known_to_lack_some() {
    let charges = charges();
    let invoice = bill(&charges);
    let held: Vec<_> =
        charges.iter().enumerate().filter(|(n, _)| *n != 4).map(|(_, each)| each.clone()).collect();
    let rules = rules();
    // The line says 1.37 dollars less a half cent; what is held comes to 1.01 dollars, rounded.
    let lost = 36 * CENT;
    let blind = explain(&held, &invoice);
    assert_eq!(causes(&blind), []);
    assert_eq!(blind.reconciliation.lines[2].status, LineStatus::Unmatched);

    let ledger_held = ledger(&held);
    let announced = Case::new(&ledger_held, &invoice, &rules).announced(period(), 12).explain().unwrap();
    balances(&announced);
    assert_eq!(causes(&announced), [(Category::MissingUsage, lost, Strength::Proof)]);
    assert_eq!(announced.reconciliation.lines[2].status, LineStatus::Explained);

    let gap = cost_model::Window::new(charges[4].at, charges[5].at).unwrap();
    let with_gap = ledger_with_gap(&held, &ConnectionId::new("team"), gap);
    let with_gap = Case::new(&with_gap, &invoice, &rules).explain().unwrap();
    assert_eq!(causes(&with_gap), [(Category::MissingUsage, lost, Strength::Strong)]);

    // After the next sync the same case has no such step.
    let whole = ledger(&charges);
    let again = Case::new(&whole, &invoice, &rules).announced(period(), 12).explain().unwrap();
    assert_eq!(causes(&again), []);
}

#[test]
fn a_second_copy_is_named_and_a_true_twin_is_not() {
    let mut charges = charges();
    charges.insert(6, charges[6].clone());
    let twice = explain(&charges, &bill(&charges[1..]));
    assert_ne!(causes(&twice), [], "the first charge is not on the invoice");
    let once: Vec<_> =
        charges.iter().enumerate().filter(|(n, _)| *n != 6).map(|(_, each)| each.clone()).collect();
    let twice = explain(&charges, &bill(&once));
    let amount = -charges[6].billed.unwrap();
    assert_eq!(causes(&twice), [(Category::DuplicatedUsage, amount, Strength::Strong)]);
    assert_eq!(twice.charges[7], ChargeStatus::Duplicate);
    let twins = explain(&charges, &bill(&charges));
    assert_eq!(causes(&twins), []);
}

#[test]
fn fees_a_discount_and_a_price_are_told_apart() {
    let charges = charges();
    let plain = bill(&charges);
    let without_fees: Vec<_> = charges
        .iter()
        .map(|charge| Charge { billed: charge.billed.map(|billed| billed - CENT), ..charge.clone() })
        .collect();
    let explained = explain(&charges, &bill(&without_fees));
    assert_eq!(causes(&explained), [(Category::TokenFee, -12 * CENT, Strength::Proof)]);
    assert!(explained.reconciliation.terms.without_fees);

    let discounted: Vec<_> = charges
        .iter()
        .map(|charge| Charge { billed: charge.billed.map(|billed| billed * 85 / 100), ..charge.clone() })
        .collect();
    let invoice = bill(&discounted);
    let off = invoice.sum_of_lines().unwrap().checked_sub(plain.sum_of_lines().unwrap()).unwrap();
    let explained = explain(&charges, &invoice);
    assert_eq!(causes(&explained), [(Category::Discount, off.units(), Strength::Proof)]);
    assert_eq!(explained.reconciliation.terms.discount, 1500);

    let mut dearer = plain.clone();
    dearer.lines[2].amount = Money::from_units(dearer.lines[2].amount.units() + 37 * CENT);
    let explained = explain(&charges, &dearer);
    assert_eq!(causes(&explained), [(Category::Price, 37 * CENT, Strength::Strong)]);
}

#[test]
fn on_a_line_alone_a_count_of_calls_is_no_evidence_of_a_price() {
    let charges: Vec<_> = charges().into_iter().filter(|charge| charge.model == Some("b")).collect();
    let exact = Money::from_units(sum(&charges)).rounded(2, Rounding::HalfUp).unwrap();
    let invoice = invoice(period(), [(about("b", charges.len()), exact.units() - 20 * CENT)]);
    let found = explain(&charges, &invoice);
    assert_eq!(causes(&found), []);
    let found = found.reconciliation;
    assert!((found.unexplained.units() + 20 * CENT).abs() < CENT);
    assert_eq!((found.verdicts.exact, found.verdict()), (Answer::No, Verdict::NeedsAction));
}

#[test]
fn on_a_line_alone_with_its_tokens_a_discount_and_a_price_are_the_same() {
    let mut records = Vec::new();
    for number in 1..=4_u64 {
        let charge = Charge::on_demand("b", false, 10 * CENT + i128::from(number) * CENT);
        let mut charge = record(&charge, at("2026-09-20T13:00:00Z")).record;
        charge
            .tokens
            .set(cost_model::money::TokenType::Input, cost_model::money::Tokens::new(number * 1_000));
        records.push(charge);
    }
    let mut line = UsageLine::of_model("b");
    line.calls = Some(4);
    let mut tokens = cost_model::money::TokenCounts::default();
    tokens.set(cost_model::money::TokenType::Input, cost_model::money::Tokens::new(10_000));
    line.tokens = Some(tokens);
    let invoice = invoice(period(), [(LineKind::Usage(line), 30 * CENT)]);
    let ledger = crate::support::ledger_of(&records);
    let found = reconcile::reconcile(&ledger, &invoice, &rules()).unwrap();
    let step = found.steps.iter().find(|step| step.category == Category::Ambiguous).unwrap();
    assert_eq!(step.candidates, [Category::Price, Category::Discount]);
    assert_eq!(step.amount.units(), -20 * CENT);
    assert_eq!((found.verdicts.exact, found.verdict()), (Answer::No, Verdict::NeedsAction));
}

#[test]
fn charges_under_another_label_come_to_nothing() {
    let charges = charges();
    let mut invoice = bill(&charges);
    invoice.lines[0].wording = about("nobody", 4).into();
    let explained = explain(&charges, &invoice);
    assert_eq!(causes(&explained), [(Category::Relabelled, 0, Strength::Proof)]);
    assert!(explained.reconciliation.unexplained.is_zero());
    assert_eq!(explained.reconciliation.lines[0].status, LineStatus::Explained);
    assert_eq!(explained.reconciliation.lines[0].records, Some(4));
}

#[test]
fn an_invoice_that_contradicts_itself_is_told_where() {
    let charges = charges();
    let mut invoice = bill(&charges);
    invoice.lines[1].wording.amount = Some(invoice.lines[1].amount);
    invoice.lines[1].amount = Money::from_units(invoice.lines[1].amount.units() + 9 * CENT);
    invoice.stated_total = Some(invoice.sum_of_lines().unwrap().checked_sub(money("0.02")).unwrap());
    let explained = explain(&charges, &invoice);
    assert_eq!(
        causes(&explained),
        [
            (Category::InvoiceArithmetic, 9 * CENT, Strength::Proof),
            (Category::InvoiceArithmetic, -2 * CENT, Strength::Proof)
        ]
    );
    assert_eq!(
        explained
            .reconciliation
            .steps
            .iter()
            .find(|step| step.amount.units() == 9 * CENT)
            .unwrap()
            .evidence
            .lines,
        [2]
    );
}

#[test]
fn a_fee_on_a_line_of_its_own_comes_back() {
    let charges = charges();
    let without_fees: Vec<_> = charges
        .iter()
        .map(|charge| Charge { billed: charge.billed.map(|billed| billed - CENT), ..charge.clone() })
        .collect();
    let mut invoice = bill(&without_fees);
    let fee = reconcile::InvoiceLine::new(4, "token fee", Money::from_units(12 * CENT), LineKind::TokenFee);
    invoice.lines.push(fee);
    let found = explain(&charges, &invoice).reconciliation;
    assert_eq!(found.sum(Category::TokenFee).unwrap(), Money::ZERO);
    assert!(found.unexplained.is_zero());
    assert_eq!(found.lines[3].status, LineStatus::Matched);
    assert_eq!(found.waypoint(WaypointName::OnDemandUsage), Some(invoice_usage(&invoice)));
    assert_eq!(step(&found, Category::Price), 0);
}

fn invoice_usage(invoice: &Invoice) -> Money {
    let usage = invoice.lines.iter().filter(|line| matches!(line.kind(), LineKind::Usage(_)));
    Money::sum(usage.map(|line| line.amount)).unwrap()
}
