use cursor_simulator::biller::{
    BillingTerms, Bills, LineKind, Period, Rounding, RoundingMode, RoundingUnit, Threshold, TokenFee, Wording,
};
use cursor_simulator::{CENT, TrueEvent};
use proptest::prelude::*;

fn period() -> Period {
    Period::calendar_month(2026, 9, -420)
}

/// Calls of all sorts, some of them refunds or without any amount, in the order of time.
fn events() -> impl Strategy<Value = Vec<TrueEvent>> {
    let span = period().start_ms - 5_000_000..period().end_ms + 5_000_000;
    let kind =
        prop::sample::select(vec![TrueEvent::USAGE_BASED, TrueEvent::OWN_KEY, TrueEvent::FREE, "Bonus"]);
    let charged = prop::option::weighted(0.9, -50_i128..500);
    let call = (span, 0..4_u8, any::<bool>(), kind, charged, prop::option::of(0_i128..40));
    let event = call.prop_map(|(at, model, max_mode, kind, charged, fee)| {
        let mut event = TrueEvent::new(at, format!("model-{model}"), kind);
        event.max_mode = max_mode;
        event.charged = charged.map(|tenths| tenths * CENT / 10);
        event.token_fee = fee.map(|tenths| tenths * CENT / 10);
        event
    });
    prop::collection::vec(event, 0..80).prop_map(|mut events| {
        events.sort_by_key(|event| event.timestamp_ms);
        events
    })
}

fn terms() -> impl Strategy<Value = BillingTerms> {
    let units = vec![RoundingUnit::Event, RoundingUnit::Line, RoundingUnit::Invoice];
    let rounding = (prop::sample::select(units), prop::sample::select(RoundingMode::ALL.to_vec()));
    let fee = prop::sample::select(vec![TokenFee::Inside, TokenFee::LeftOut, TokenFee::OwnLine]);
    let wording =
        prop::sample::select(vec![Wording::Mid2025, Wording::Autumn2025, Wording::Table, Wording::Summary]);
    (rounding, fee, wording, 0..12_000_u32, 0..20_000_u32, any::<bool>()).prop_map(
        |((unit, mode), fee, wording, discount, price, aliases)| {
            let mut terms = BillingTerms::default();
            terms.period = period();
            terms.rounding = Rounding::new(unit, mode);
            terms.token_fee = fee;
            terms.wording = wording;
            terms.discount = discount;
            terms.prices = [("model-1".to_owned(), price)].into();
            terms.aliases = aliases;
            terms
        },
    )
}

fn calls_and_exact_sum(bills: &Bills) -> (u64, i128) {
    let usage = bills.earlier.iter().chain([&bills.bill]).flat_map(|bill| &bill.usage);
    usage.fold((0, 0), |(calls, exact), line| (calls + line.calls, exact + line.exact))
}

proptest! {
    #![proptest_config(ProptestConfig { ..ProptestConfig::default() })]

    #[test]
    fn lines_add_up_and_are_whole_cents(terms in terms(), events in events()) {
        let bill = terms.bill(&events).bill;
        prop_assert_eq!(bill.lines.iter().map(|line| line.amount).sum::<i128>(), bill.total);
        prop_assert!(bill.lines.iter().all(|line| line.amount % CENT == 0));
        prop_assert_eq!(bill.usage.iter().map(|line| line.amount).sum::<i128>(), bill.sum_of(LineKind::Usage));
        prop_assert_eq!(bill.csv().lines().count(), 4 + bill.lines.len());
        prop_assert!(bill.pdf_text().contains("Amount due"));
        let json: serde_json::Value = serde_json::from_str(&bill.dashboard_json()).unwrap();
        let cents: i64 = json["items"].as_array().unwrap().iter().filter_map(|item| item["cents"].as_i64()).sum();
        prop_assert_eq!(i128::from(cents) * CENT, bill.total);
    }

    #[test]
    fn thresholds_move_usage_and_lose_none(
        terms in terms(),
        events in events(),
        amount in 0..300_i128,
        lag_ms in 0..500_000_000_i64,
    ) {
        let whole = terms.bill(&events);
        for netting in [true, false] {
            let mut terms = terms.clone();
            terms.threshold = Some(Threshold::new(amount * CENT, lag_ms, netting));
            let bills = terms.bill(&events);
            let earlier: i128 = bills.earlier.iter().map(|bill| bill.total).sum();
            if netting {
                prop_assert_eq!(bills.bill.total + earlier, whole.bill.total);
                prop_assert_eq!(&bills.bill.usage, &whole.bill.usage);
            } else {
                prop_assert_eq!(calls_and_exact_sum(&bills), calls_and_exact_sum(&whole));
            }
            prop_assert_eq!(bills.bill.sum_of(LineKind::OwnKey), whole.bill.sum_of(LineKind::OwnKey));
        }
    }
}
