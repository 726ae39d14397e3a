//! No cause without evidence in the lines, and nothing forgotten that was known.

use cost_model::record::RecordId;
use cost_model::store::{RecordSink, Restatement};
use cost_model::{Costs, Money, Timestamp};
use reconcile::{
    Case, Category, ClueKind, Invoice, InvoiceLine, LineKind, LineStatus, Party, Reconciliation, SinceIssue,
    Strength, UsageLine, Verdict,
};

use crate::support::{
    CENT, Charge, INCLUDED, at, counting_calls, explain, identity, invoice, ledger, money, period, record,
    rules, statuses, step, usage,
};

const MODELS: [&str; 4] = ["a", "b", "c", "d"];

/// Thirty charges to each of four models over the period, of amounts of which no two are alike.
fn charges() -> Vec<Charge> {
    let charge = |number: i128| {
        let model = MODELS[usize::try_from(number % 4).unwrap()];
        let mut charge =
            Charge::on_demand(model, false, 20 * CENT + number * number * CENT / 7 + number * CENT / 1_000);
        let minutes = i64::try_from(number).unwrap() * 300;
        charge.at = Timestamp::from_millis(period().start().millis() + minutes * 60_000 + 1).unwrap();
        charge
    };
    (1..=120).map(charge).collect()
}

fn sum(charges: &[Charge]) -> i128 {
    charges.iter().filter_map(|charge| charge.billed).sum()
}

fn cents(units: i128) -> i128 {
    (units + CENT / 2).div_euclid(CENT) * CENT
}

fn about(model: &str, calls: usize) -> LineKind {
    let mut about = UsageLine::of_model(model);
    about.calls = Some(u64::try_from(calls).unwrap());
    LineKind::Usage(about)
}

fn of(charges: &[Charge], model: &str) -> Vec<Charge> {
    charges.iter().filter(|charge| charge.model == Some(model)).cloned().collect()
}

fn bill(charges: &[Charge]) -> Invoice {
    let line = |model: &str| {
        let mine = of(charges, model);
        (about(model, mine.len()), cents(sum(&mine)))
    };
    invoice(period(), MODELS.map(line))
}

fn one_line(charges: &[Charge]) -> Invoice {
    invoice(period(), [(usage(None, None), cents(sum(charges)))])
}

fn causes(found: &Reconciliation) -> Vec<Category> {
    found.steps.iter().map(|step| step.category).filter(|category| *category != Category::Rounding).collect()
}

fn kinds(found: &Reconciliation) -> Vec<ClueKind> {
    found.clues.iter().map(|clue| clue.kind.clone()).collect()
}

#[test]
fn one_line_for_the_cycle_is_not_one_call_and_cents_are_no_calls() {
    let calls = |line: &InvoiceLine| match line.kind() {
        LineKind::Usage(about) => about.calls,
        _ => panic!("a line about usage"),
    };
    let line = |kind| InvoiceLine::new(1, "usage", money("5"), kind).with_quantity(Some(500.into()));
    assert_eq!(calls(&line(usage(None, None))), None, "the words do not say what the quantity counts");
    assert_eq!(calls(&line(counting_calls())), Some(500));
    assert_eq!(calls(&line(counting_calls()).with_unit_price(Some(money("0.02")))), Some(500));
    assert_eq!(calls(&line(counting_calls()).with_unit_price(Some(money("0.01")))), None);

    let charges = charges();
    let mut invoice = one_line(&charges);
    invoice.lines[0] = invoice.lines[0].clone().with_quantity(Some(1.into()));
    let found = explain(&charges, &invoice);
    assert_eq!((found.verdict(), statuses(&found)), (Verdict::Done, vec![LineStatus::Matched]));
}

#[test]
fn a_price_needs_most_lines_to_be_right_or_tokens() {
    let charges = charges();
    let mut dearer = bill(&charges);
    dearer.lines[2].amount = dearer.lines[2].amount.checked_add(money("3")).unwrap();
    let found = explain(&charges, &dearer);
    let price = found.steps.iter().find(|step| step.category == Category::Price).unwrap();
    assert_eq!((price.strength, price.evidence.coincidences.is_some()), (Strength::Strong, true));
    assert_eq!(found.verdicts.disputes[0].party, Party::Issuer);

    // Where three of four lines ask for other amounts, counts that agree are no evidence of three prices.
    for (line, more) in [(0, "1"), (1, "-2")] {
        dearer.lines[line].amount = dearer.lines[line].amount.checked_add(money(more)).unwrap();
    }
    let found = explain(&charges, &dearer);
    assert_eq!(causes(&found), []);
    assert!(kinds(&found).contains(&ClueKind::SameCalls), "{:?}", found.clues);
}

#[test]
fn a_factor_on_every_line_is_one_step_with_candidates() {
    let charges = charges();
    let mut taxed = bill(&charges);
    for line in &mut taxed.lines {
        line.amount = Money::from_units(cents(line.amount.units() * 119 / 100));
    }
    let found = explain(&charges, &taxed);
    assert_eq!(causes(&found), [Category::Ambiguous]);
    let step = found.steps.iter().find(|step| step.category == Category::Ambiguous).unwrap();
    assert_eq!(step.candidates, [Category::Tax, Category::Price, Category::OtherCurrency]);
    assert!(step.evidence.rule.contains("19 % more"), "{}", step.evidence.rule);
    assert_eq!((step.evidence.lines.len(), found.verdict()), (4, Verdict::NeedsAction));
}

#[test]
fn an_invoice_about_other_charges_gets_no_cause() {
    let charges = charges();
    let line = |(model, calls, dollars): (&str, usize, i128)| {
        (about(model, calls), dollars * 100 * CENT + 37 * CENT)
    };
    let lines = [("a", 61, 140), ("b", 30, 17), ("c", 12, 3), ("d", 44, 260), ("e", 9, 2)].map(line);
    let found = explain(&charges, &invoice(period(), lines));
    assert_eq!(causes(&found), []);
    assert!(matches!(kinds(&found)[..], [ClueKind::AnotherInvoice { .. }]), "{:?}", found.clues);
    assert!(found.narrative().contains("probably the invoice of another connection or period"));
}

#[test]
fn what_came_in_late_is_late_usage_only_if_its_line_leaves_it_out() {
    let charges = charges();
    let mut since = SinceIssue::new(at("2026-10-15T00:00:00Z"));
    for (number, charge) in charges.iter().enumerate() {
        let seen = if number == 7 { "2026-10-16T00:00:00Z" } else { "2026-10-14T12:00:00Z" };
        since.record(&record(charge, at(seen))).unwrap();
    }
    let (ledger, rules) = (ledger(&charges), rules());
    let found = |invoice: &Invoice| {
        Case::new(&ledger, invoice, &rules).since_issue(&since).explain().unwrap().reconciliation
    };
    // The store saw the charge late, and the invoice has it.
    assert_eq!(causes(&found(&bill(&charges))), []);
    let without: Vec<_> = [&charges[..7], &charges[8..]].concat();
    assert_eq!(causes(&found(&bill(&without))), [Category::LateUsage]);
    // On a line that is right in neither way, nothing is said of it.
    let mut wrong = bill(&charges);
    let line = usize::try_from(8 % 4).unwrap();
    wrong.lines[line].amount = wrong.lines[line].amount.checked_add(money("50")).unwrap();
    wrong.lines[line].wording = usage(Some(MODELS[line]), None).into();
    assert_eq!(causes(&found(&wrong)), []);
}

fn restated(charge: &Charge, new: Option<Costs>) -> Restatement {
    let ids = (RecordId::from_bytes([0; 16]), identity());
    let old = Costs::flat(Money::from_units(charge.billed.unwrap()));
    Restatement::stored(charge.at, at("2026-11-02T00:00:00Z"), ids, (Some(old), new))
}

fn explain_since(charges: &[Charge], invoice: &Invoice, restated: &[Restatement]) -> Reconciliation {
    let since = SinceIssue::new(at("2026-10-15T00:00:00Z")).restatements(restated);
    let (ledger, rules) = (ledger(charges), rules());
    Case::new(&ledger, invoice, &rules).since_issue(&since).explain().unwrap().reconciliation
}

#[test]
fn usage_that_a_plan_included_after_the_issue_was_billed_all_the_same() {
    let mut charges = charges();
    for invoice in [bill(&charges), one_line(&charges)] {
        let was = charges[7].clone();
        charges[7].kind = INCLUDED;
        charges[7].billed = Some(0);
        let mut included = Costs::flat(Money::from_units(was.billed.unwrap()));
        included.billed = Some(Money::ZERO);
        let found = explain_since(&charges, &invoice, &[restated(&was, Some(included))]);
        assert_eq!(step(&found, Category::RepricedUsage), was.billed.unwrap());
        assert!(found.unexplained.is_zero() && found.verdict() == Verdict::Done, "{found}");
        charges[7] = was;
    }
}

#[test]
fn withdrawn_charges_on_a_line_without_a_count_are_found_by_their_sum() {
    let mut charges = charges();
    let invoice = one_line(&charges);
    let withdrawn = [charges.remove(90), charges.remove(50), charges.remove(7)];
    let restated: Vec<_> = withdrawn.iter().rev().map(|charge| restated(charge, None)).collect();
    let found = explain_since(&charges, &invoice, &restated);
    assert_eq!(step(&found, Category::WithdrawnUsage), sum(&withdrawn));
    assert!(found.unexplained.is_zero(), "{found}");
}

#[test]
fn charges_that_stand_for_several_calls_have_a_status_of_their_own() {
    let charges = charges();
    let mut invoice = bill(&charges);
    for (line, calls) in [(0, 33), (1, 41), (2, 30)] {
        invoice.lines[line].wording = about(MODELS[line], calls).into();
    }
    let found = explain(&charges, &invoice);
    let expected = [LineStatus::Aggregated, LineStatus::Aggregated, LineStatus::Matched, LineStatus::Matched];
    assert_eq!((statuses(&found), found.verdict()), (expected.to_vec(), Verdict::Done));
}

#[test]
fn equal_lines_of_which_one_has_charges_are_billed_twice() {
    let charges = charges();
    let mut invoice = bill(&charges);
    let mut again = invoice.lines[1].clone();
    again.line = 5;
    invoice.lines.push(again.clone());
    let found = explain(&charges, &invoice);
    assert_eq!(causes(&found), [Category::BilledTwice]);
    assert_eq!(found.sum(Category::BilledTwice).unwrap(), again.amount);
    assert_eq!(found.verdicts.disputes[0].lines, [5]);
    assert_eq!(statuses(&found)[1..2], [LineStatus::Matched]);

    // Two equal lines with charges for both are no mistake.
    let mut twice = charges.clone();
    twice.extend(of(&charges, "b"));
    assert_eq!(causes(&explain(&twice, &invoice)), []);
}

#[test]
fn equal_lines_beside_usage_are_asked_about() {
    let charges = charges();
    let mut invoice = bill(&charges);
    for line in [5, 6] {
        invoice.lines.push(InvoiceLine::new(line, "Cursor Teams seats", money("400"), LineKind::Seats));
    }
    let found = explain(&charges, &invoice);
    assert_eq!(found.sum(Category::Seats).unwrap(), money("800"));
    assert_eq!(kinds(&found), [ClueKind::EqualLines]);
    assert_eq!(
        (found.verdicts.disputes[0].category, found.verdict()),
        (Category::BilledTwice, Verdict::NeedsAction)
    );
}

#[test]
fn charges_held_in_cents_differ_by_rounding_and_not_by_prices() {
    let exact = charges();
    let held: Vec<_> = exact
        .iter()
        .map(|charge| {
            let whole = charge.billed.map(cents);
            Charge { billed: whole, effective: whole, ..charge.clone() }
        })
        .collect();
    let found = explain(&held, &bill(&exact));
    assert_eq!(causes(&found), []);
    assert!(found.unexplained.is_zero(), "{found}");
    let rounding = found.steps.iter().find(|step| step.category == Category::Rounding).unwrap();
    assert_eq!(rounding.strength, Strength::Candidate);
    // A dollar is more than rounding makes of thirty charges.
    let mut dearer = bill(&exact);
    dearer.lines[0].amount = dearer.lines[0].amount.checked_add(money("1")).unwrap();
    assert_ne!(explain(&held, &dearer).verdict(), Verdict::Done);
}

#[test]
fn a_fee_is_not_claimed_on_a_line_that_is_not_explained() {
    let mut charges = charges();
    for charge in &mut charges {
        charge.fee = Some(CENT);
    }
    let without: Vec<_> = charges
        .iter()
        .map(|charge| Charge { billed: charge.billed.map(|billed| billed - CENT), ..charge.clone() })
        .collect();
    let mut invoice = bill(&without);
    invoice.lines[3].amount = invoice.lines[3].amount.checked_add(money("7")).unwrap();
    invoice.lines[3].wording = usage(Some("d"), None).into();
    let found = explain(&charges, &invoice);
    assert_eq!(step(&found, Category::TokenFee), -90 * CENT, "thirty calls on each of three lines");
    assert_eq!(found.lines[3].status, LineStatus::Unmatched);
}

#[test]
fn a_line_may_be_of_one_user_or_of_one_day() {
    let charges = charges();
    let seen = at("2026-10-20T00:00:00Z");
    let mut records: Vec<_> = charges.iter().map(|charge| record(charge, seen).record).collect();
    let users = ["Ada@example.com", "bo@example.com"];
    for (number, record) in records.iter_mut().enumerate() {
        record.edit(|set| set.resource = Some(users[number % 2].into()));
    }
    let ledger = crate::support::ledger_of(&records);
    let line = |user: Option<&str>, day: Option<&str>| {
        let mut about = UsageLine::default();
        about.user = user.map(str::to_owned);
        about.day = day.map(|day| day.parse().unwrap());
        let mine = records.iter().filter(|record| {
            user.is_none_or(|user| record.dimensions.resource.as_deref().unwrap().eq_ignore_ascii_case(user))
                && day.is_none_or(|day| record.at.date().to_string() == day)
        });
        (LineKind::Usage(about), cents(mine.filter_map(|record| record.costs.billed).map(Money::units).sum()))
    };
    let by_user = users.map(|user| line(Some(&user.to_lowercase()), None));
    let days: std::collections::BTreeSet<String> =
        records.iter().map(|each| each.at.date().to_string()).collect();
    let by_day = days.iter().map(|day| line(None, Some(day)));
    for lines in [by_user.to_vec(), by_day.collect()] {
        let invoice = invoice(period(), lines);
        let found = reconcile::reconcile(&ledger, &invoice, &rules()).unwrap();
        assert!(statuses(&found).iter().all(|status| *status == LineStatus::Matched), "{found}");
        assert_eq!(found.verdict(), Verdict::Done);
    }
}

#[test]
fn one_line_is_probed_for_a_percentage_an_instant_and_one_model() {
    let charges = charges();
    let total = sum(&charges);
    let clues =
        |asked: i128| kinds(&explain(&charges, &invoice(period(), [(usage(None, None), cents(asked))])));
    assert!(clues(total * 119 / 100).contains(&ClueKind::Percentage("19 % more".into())));
    let dear = sum(&of(&charges, "c"));
    let one = clues(total + dear / 4);
    let expected = ClueKind::OneModel { model: "c".into(), percentage: "25 % more".into() };
    assert!(one.contains(&expected), "{one:?}");
    let up_to = clues(sum(&charges[..100]));
    assert!(up_to.contains(&ClueKind::UpTo(charges[100].at)), "{up_to:?}");
}

#[test]
fn clues_are_few_and_those_with_the_most_money_come_first() {
    let charges = charges();
    let billed = charges.iter().enumerate().filter(|(number, _)| number % 14 != 9);
    let mut invoice = bill(&billed.map(|(_, charge)| charge.clone()).collect::<Vec<_>>());
    for number in 0..9 {
        let seat = InvoiceLine::new(
            10 + number,
            "Seat",
            Money::from_units(i128::from(number / 2 + 1) * CENT),
            LineKind::Seats,
        );
        invoice.lines.push(seat);
    }
    let found = explain(&charges, &invoice);
    assert!((2..=5).contains(&found.clues.len()));
    let sizes: Vec<_> = found.clues.iter().map(|clue| clue.amount.units().abs()).collect();
    assert!(sizes.is_sorted_by(|one, next| one >= next), "{sizes:?}");
    assert!(found.clues[0].to_string().contains("8 calls fewer than you hold"), "{}", found.clues[0]);
}

#[test]
fn copies_need_fewer_announced_charges_or_a_line_that_fits() {
    let mut charges = charges();
    let invoice = one_line(&charges);
    charges.push(charges[7].clone());
    let (ledger, rules) = (ledger(&charges), rules());
    let found = |announced: Option<u64>| {
        let mut case = Case::new(&ledger, &invoice, &rules);
        if let Some(announced) = announced {
            case = case.announced(period(), announced);
        }
        causes(&case.explain().unwrap().reconciliation)
    };
    assert_eq!(found(None), [], "the line counts nothing, and equal charges may be two");
    assert_eq!(found(Some(121)), [], "as many were announced as are held");
    assert_eq!(found(Some(120)), [Category::DuplicatedUsage]);
}

#[test]
fn a_factor_that_small_lines_hide_is_one_step_and_no_price_of_each_line() {
    let mut charges: Vec<Charge> = charges();
    let models = ["e", "f", "g", "h"];
    for (number, model) in models.into_iter().enumerate() {
        let mut small = Charge::on_demand(model, false, CENT);
        small.at = Timestamp::from_millis(charges[number].at.millis() + 5).unwrap();
        charges.push(small);
    }
    charges.sort_by_key(|charge| charge.at);
    let line = |model: &str| {
        let mine = of(&charges, model);
        (about(model, mine.len()), cents(cents(sum(&mine)) * 107 / 100))
    };
    let invoice = invoice(period(), MODELS.into_iter().chain(models).map(line));
    assert_eq!(causes(&explain(&charges, &invoice)), [Category::Ambiguous]);
}

#[test]
fn what_rounding_each_charge_may_come_to_is_no_discount_and_no_price() {
    let mut charges = charges();
    for charge in &mut charges {
        let cents = charge.billed.map(cents);
        (charge.billed, charge.effective) = (cents, cents);
    }
    let mut invoice = bill(&charges);
    // Less than half a cent for each of thirty charges.
    for (line, less) in [(0, "0.06"), (1, "0.09"), (2, "0.12"), (3, "0.14")] {
        invoice.lines[line].amount = invoice.lines[line].amount.checked_sub(money(less)).unwrap();
    }
    let found = causes(&explain(&charges, &invoice));
    assert!(!found.contains(&Category::Discount) && !found.contains(&Category::Price), "{found:?}");
}

#[test]
fn copies_of_less_than_a_cent_are_not_told_by_a_count_alone() {
    let mut charges = charges();
    let mut bot = charges[4].clone();
    (bot.billed, bot.effective) = (Some(CENT / 5), Some(CENT / 5));
    charges.insert(5, bot.clone());
    let invoice = bill(&charges);
    charges.insert(5, bot);
    assert!(!causes(&explain(&charges, &invoice)).contains(&Category::DuplicatedUsage));
}

#[test]
fn lost_calls_on_a_line_with_equal_charges_may_hide_a_copy() {
    let mut charges = charges();
    let twin = charges[4].clone();
    charges.insert(5, twin);
    let invoice = bill(&charges);
    let mut held = charges.clone();
    held.remove(9);
    let (ledger, rules) = (ledger(&held), rules());
    let announced = u64::try_from(charges.len()).unwrap();
    let found = Case::new(&ledger, &invoice, &rules).announced(period(), announced).explain().unwrap();
    let found = found.reconciliation;
    let step = found.steps.iter().find(|step| step.category == Category::Ambiguous);
    let line_has_twin = charges[9].model == charges[4].model;
    assert_eq!(step.is_some(), line_has_twin);
    assert_eq!(causes(&found).contains(&Category::MissingUsage), !line_has_twin);
}

#[test]
fn a_line_that_is_right_but_for_its_count_is_no_evidence_of_a_cut() {
    // A charge of next to nothing just before the period would make up for the call.
    let mut charges = charges();
    let mut invoice = bill(&charges);
    invoice.lines[0].wording = about("a", of(&charges, "a").len() + 1).into();
    let mut before = Charge::on_demand("a", false, CENT / 1_000);
    before.at = Timestamp::from_millis(period().start().millis() - 60_000).unwrap();
    charges.insert(0, before);
    assert!(!causes(&explain(&charges, &invoice)).contains(&Category::CutOffStart));
}
