//! What holds for any ledger and any invoice.

use cost_model::record::RecordId;
use cost_model::store::Restatement;
use cost_model::{Costs, Currency, Money};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use reconcile::bridge::{ChargeStatus, LineStatus, SubtotalName};
use reconcile::invoice::LineKind;
use reconcile::{Case, Category, ErrorKind, Explained, Invoice, Reconciliation, SinceIssue, reconcile};

use crate::strategies::{Known, inputs, twins};
use crate::support::{
    Charge, INCLUDED, ON_DEMAND, OWN_KEY, UNKNOWN, at, billed, count, effective, explain, identity, invoice,
    ledger, period, record, records, rules, statuses, step, usage,
};

/// Steps from the ingested total to the grand total, past both subtotals, in exact arithmetic.
fn check_balance(bridge: &Reconciliation) {
    let mut reached = bridge.ingested.units();
    let mut passed = 0;
    for number in 0..=bridge.steps.len() {
        for subtotal in bridge.subtotals.iter().filter(|subtotal| subtotal.after == number) {
            if subtotal.name == SubtotalName::OnDemandUsage {
                reached += bridge.unexplained_usage.units();
            }
            assert_eq!(subtotal.amount.units(), reached, "{}", subtotal.name.label());
            passed += 1;
        }
        reached += bridge.steps.get(number).map_or(0, |step| step.amount.units());
    }
    assert_eq!(passed, 2);
    assert_eq!(
        bridge.subtotals.iter().map(|subtotal| subtotal.name).collect::<Vec<_>>(),
        [SubtotalName::UsageBasedTotal, SubtotalName::OnDemandUsage]
    );
    reached += bridge.unexplained.units() - bridge.unexplained_usage.units();
    assert_eq!(reached, bridge.invoice_total.units());
    assert!(bridge.steps.iter().all(|step| !step.evidence.rule.is_empty()));
}

/// The figures that a naive pass over the input gives.
fn check_figures(charges: &[Charge], invoice: &Invoice, bridge: &Reconciliation) {
    let months = invoice.period.whole_months();
    let charges: Vec<_> = charges.iter().filter(|charge| months.contains(charge.at)).cloned().collect();
    let on_demand = |charge: &Charge| charge.kind == ON_DEMAND;
    let own_key = |charge: &Charge| charge.kind == OWN_KEY;
    let other = |charge: &Charge| [INCLUDED, UNKNOWN].contains(&charge.kind);
    let before = |charge: &Charge| on_demand(charge) && charge.at < invoice.period.start();
    let after = |charge: &Charge| on_demand(charge) && charge.at >= invoice.period.end();
    let lines = |wanted: fn(&LineKind) -> bool| -> i128 {
        invoice.lines.iter().filter(|line| wanted(line.kind())).map(|line| line.amount.units()).sum()
    };

    assert_eq!(bridge.months, months);
    assert_eq!(bridge.ingested.units(), effective(&charges, |_| true));
    assert_eq!(bridge.subtotal(SubtotalName::UsageBasedTotal).unwrap().units(), billed(&charges, on_demand));
    assert_eq!(
        bridge.subtotal(SubtotalName::OnDemandUsage).unwrap().units(),
        lines(|kind| matches!(kind, LineKind::Usage(_)))
    );
    let sum = lines(|_| true);
    assert_eq!(bridge.invoice_total.units(), invoice.stated_total.map_or(sum, Money::units));
    assert_eq!(step(bridge, Category::InvoiceArithmetic), bridge.invoice_total.units() - sum);

    // Every charge of the months is behind exactly one of these, or in the period.
    let free = |charge: &Charge| other(charge) && charge.billed == Some(0);
    let unknown = |charge: &Charge| other(charge) && charge.billed != Some(0);
    for (category, amount, number) in [
        (Category::NonBilledUsage, -effective(&charges, free), count(&charges, free)),
        (Category::UnknownKind, -effective(&charges, unknown), count(&charges, unknown)),
        (Category::BeforePeriod, -billed(&charges, before), count(&charges, before)),
        (Category::AfterPeriod, -billed(&charges, after), count(&charges, after)),
    ] {
        assert_eq!((step(bridge, category), records(bridge, category)), (amount, number), "{category:?}");
    }
    let basis = billed(&charges, on_demand) - effective(&charges, on_demand);
    assert_eq!(step(bridge, Category::BilledBasis), basis);
    let asked = lines(|kind| *kind == LineKind::OwnKeyFees);
    let own_key_steps: Vec<_> =
        bridge.steps.iter().filter(|step| step.category == Category::OwnKeyFees).collect();
    if count(&charges, own_key) > 0 {
        assert_eq!(own_key_steps[0].amount.units(), -effective(&charges, own_key));
    }
    assert!(asked == 0 || !own_key_steps.is_empty());
    for (category, kind) in [
        (Category::Seats, LineKind::Seats),
        (Category::Tax, LineKind::Tax),
        (Category::Credit, LineKind::Credit),
        (Category::Netting, LineKind::Netting),
        (Category::UnrecognisedLine, LineKind::Unrecognised),
    ] {
        let behind: Vec<_> = invoice.lines.iter().filter(|line| *line.kind() == kind).collect();
        assert_eq!(step(bridge, category), behind.iter().map(|line| line.amount.units()).sum::<i128>());
        let evidence = bridge.steps.iter().filter(|step| step.category == category);
        let evidence: Vec<_> = evidence.flat_map(|step| step.evidence.lines.clone()).collect();
        assert_eq!(evidence, behind.iter().map(|line| line.line).collect::<Vec<_>>());
    }
    assert_eq!(bridge.records_without_amount, count(&charges, |charge| charge.effective.is_none()));
}

/// Lines come back in order, each with one status, and charges are behind one line's claim at most.
fn check_lines(charges: &[Charge], invoice: &Invoice, bridge: &Reconciliation) {
    assert_eq!(bridge.lines.len(), invoice.lines.len());
    let mut claims = std::collections::BTreeMap::new();
    for (outcome, line) in bridge.lines.iter().zip(&invoice.lines) {
        assert_eq!(
            (outcome.line, &outcome.description, outcome.amount),
            (line.line, &line.description, line.amount)
        );
        let explained = bridge.steps.iter().any(|step| step.evidence.lines.contains(&line.line));
        let expected: &[LineStatus] = match line.kind() {
            // Explained lines have a step that names them.
            LineKind::Usage(_) | LineKind::OwnKeyFees if explained => {
                &[LineStatus::Matched, LineStatus::Unmatched, LineStatus::Explained]
            }
            LineKind::Usage(_) | LineKind::OwnKeyFees => &[LineStatus::Matched, LineStatus::Unmatched],
            LineKind::Unrecognised => &[LineStatus::Unrecognised],
            _ => &[LineStatus::InvoiceOnly],
        };
        assert!(expected.contains(&outcome.status), "{:?} ends {:?}", line.kind(), outcome.status);
        assert_eq!(outcome.computed.is_some(), expected.len() > 1);
        assert_eq!(outcome.records.is_some(), expected.len() > 1);
        if let LineKind::Usage(about) = line.kind() {
            let figures = (outcome.computed.unwrap().units(), outcome.records.unwrap(), outcome.status);
            let first = *claims.entry((&about.model, about.mode)).or_insert(figures);
            assert_eq!(first, figures, "lines about the same charges share one outcome");
        }
    }
    // Lines that count no calls may still show that the invoice was cut at another whole hour.
    let period = bridge.cut_off.map_or(invoice.period, |cut| cut.period);
    let in_period = |charge: &Charge| charge.kind == ON_DEMAND && period.contains(charge.at);
    let claimed: u64 = claims.values().map(|(_, records, _)| records).sum();
    assert!(claimed <= count(charges, in_period));
    if claims.keys().any(|(model, max_mode)| model.is_none() && max_mode.is_none()) {
        assert_eq!(claimed, count(charges, in_period), "a line without a model takes what is left");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_bridge_balances((charges, invoice) in inputs()) {
        let bridge = explain(&charges, &invoice);
        check_balance(&bridge);
        check_figures(&charges, &invoice, &bridge);
        check_lines(&charges, &invoice, &bridge);
    }
}

/// The case with all that is known of it.
fn explain_known(charges: &[Charge], invoice: &Invoice, known: &Known) -> Explained {
    let mut since = SinceIssue::new(at("2026-10-15T00:00:00Z"));
    for (place, charge) in charges.iter().enumerate() {
        let seen = if known.late.contains(&place) { "2026-10-16T00:00:00Z" } else { "2026-10-14T12:00:00Z" };
        cost_model::store::RecordSink::record(&mut since, &record(charge, at(seen))).unwrap();
    }
    let costs = |billed: Option<i128>| billed.map(|billed| Costs::flat(Money::from_units(billed)));
    let restated = known.restated.iter().map(|(when, old, new)| {
        let ids = (RecordId::from_bytes([0; 16]), identity());
        Restatement::stored(*when, at("2026-11-02T00:00:00Z"), ids, (costs(*old), costs(*new)))
    });
    let since = since.restatements(&restated.collect::<Vec<_>>());
    let (ledger, rules) = (ledger(charges), rules());
    let mut case = Case::new(&ledger, invoice, &rules).since_issue(&since);
    if let Some(announced) = known.announced {
        case = case.announced(period(), announced);
    }
    case.explain().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// The bridge is added up anew from the charges themselves: what each charge's status says is left out is left out
    /// once.
    #[test]
    fn a_bridge_of_true_twins_adds_up((charges, invoice, known) in twins()) {
        let explained = explain_known(&charges, &invoice, &known);
        check_balance(&explained.reconciliation);
        let mut in_order = charges.clone();
        in_order.sort_by_key(|charge| charge.at);
        prop_assert_eq!(explained.charges.len(), charges.len());
        let duplicates = explained.charges.iter().filter(|status| **status == ChargeStatus::Duplicate).count();
        prop_assert_eq!(
            u64::try_from(duplicates).unwrap(),
            records(&explained.reconciliation, Category::DuplicatedUsage)
        );
        if duplicates > 0 {
            // Too many are held by what was announced, or by the counts of a line.
            let held = charges.iter().filter(|charge| period().contains(charge.at)).count();
            let beyond = known.announced.is_some_and(|count| u64::try_from(held).unwrap() > count);
            let counts = explained.reconciliation.lines.iter().any(|line| line.calls.is_some());
            prop_assert!(beyond || (known.announced.is_none() && counts));
        }
    }

    #[test]
    fn equal_charges_without_a_count_are_never_copies((charges, mut invoice, known) in twins()) {
        for line in &mut invoice.lines {
            if let LineKind::Usage(about) = &mut line.wording.kind {
                about.calls = None;
            }
        }
        let known = Known { announced: None, ..known };
        let explained = explain_known(&charges, &invoice, &known);
        prop_assert_eq!(step(&explained.reconciliation, Category::DuplicatedUsage), 0);
        prop_assert!(!explained.charges.contains(&ChargeStatus::Duplicate));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_of_charges_and_lines_changes_no_amount(
        ((charges, invoice), (shuffled, numbers)) in inputs().prop_flat_map(|(charges, invoice)| {
            let numbers: Vec<_> = (0..invoice.lines.len()).collect();
            let shuffled = (Just(charges.clone()).prop_shuffle(), Just(numbers).prop_shuffle());
            (Just((charges, invoice)), shuffled)
        })
    ) {
        let mut reordered = invoice.clone();
        reordered.lines = numbers.iter().map(|number| invoice.lines[*number].clone()).collect();
        let (one, other) = (explain(&charges, &invoice), explain(&shuffled, &reordered));
        let steps = |bridge: &Reconciliation| -> Vec<_> {
            let each = |step: &reconcile::Step| {
                let mut evidence = step.evidence.clone();
                evidence.lines.sort_unstable();
                (step.category, step.amount, evidence)
            };
            bridge.steps.iter().map(each).collect()
        };
        prop_assert_eq!(steps(&one), steps(&other));
        prop_assert_eq!(&one.subtotals, &other.subtotals);
        prop_assert_eq!(
            (one.ingested, one.unexplained, one.unexplained_usage, one.invoice_total),
            (other.ingested, other.unexplained, other.unexplained_usage, other.invoice_total)
        );
        for (place, number) in numbers.iter().enumerate() {
            prop_assert_eq!(&one.lines[*number], &other.lines[place]);
        }
    }

    #[test]
    fn amounts_at_the_end_of_the_range_balance_or_overflow(
        units in vec(
            select(vec![i128::MIN, i128::MIN + 1, i128::MAX, i128::MAX / 2, i128::MIN / 2, -1, 0, 1]), 8
        ),
        kinds in vec(select(vec![ON_DEMAND, OWN_KEY, INCLUDED, UNKNOWN]), 4),
        lines in vec(
            select(vec![usage(Some("a"), None), usage(None, None), LineKind::OwnKeyFees, LineKind::Tax]), 0..4
        ),
        stated in prop::option::of(Just(Money::from_units(i128::MAX))),
    ) {
        let charges: Vec<_> = kinds
            .iter()
            .zip(units.chunks(2))
            .map(|(kind, units)| Charge::of_kind(kind, Some(units[0]), Some(units[1])))
            .collect();
        let mut invoice = invoice(period(), lines.into_iter().zip(units.into_iter().rev()));
        invoice.stated_total = stated;
        match reconcile(&ledger(&charges), &invoice, &rules()) {
            Ok(bridge) => {
                // The grand total is in range, so the sum is exact even where it wraps on the way.
                let steps = bridge.steps.iter().map(|step| step.amount.units());
                let sum = steps.fold(bridge.ingested.units(), i128::wrapping_add);
                prop_assert_eq!(sum.wrapping_add(bridge.unexplained.units()), bridge.invoice_total.units());
                prop_assert!(bridge.to_string().contains("Total of INV-0007"));
            }
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Overflow),
        }
    }
}

#[test]
fn a_sum_out_of_range_is_an_error_with_its_cause() {
    let most = Charge::of_kind(INCLUDED, Some(0), Some(i128::MAX));
    let error = reconcile(&ledger(&[most.clone(), most]), &invoice(period(), []), &rules()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overflow);
    assert_eq!(error.to_string(), "the reconciliation cannot be added up");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "a sum of money is out of range");
}

#[test]
fn an_invoice_in_another_currency_is_an_error() {
    let mut invoice = invoice(period(), [(LineKind::Tax, 1)]);
    invoice.currency = "EUR".parse().unwrap();
    let error = reconcile(&ledger(&[]), &invoice, &rules()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Currency);
    assert_eq!(error.to_string(), "the invoice is in EUR, the usage in USD");
    assert_ne!(invoice.currency, Currency::USD);
}

#[test]
fn an_invoice_without_lines_still_balances_to_the_total_it_states() {
    let mut invoice = invoice(period(), []);
    invoice.stated_total = Some(Money::from_units(5));
    let bridge = explain(&[], &invoice);
    check_balance(&bridge);
    assert_eq!(step(&bridge, Category::InvoiceArithmetic), 5);
    assert_eq!(statuses(&bridge), []);
}
