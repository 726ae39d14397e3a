//! What a query can ask beyond groups: zones, the largest groups, comparison, running totals, settings, token types.

use std::collections::BTreeMap;

use chrono::FixedOffset;
use cost_model::money::{PriceBook, Prices, RequestUnits, TokenType, Tokens};
use cost_model::record::Run;
use cost_model::report::Bin;
use cost_model::report::{Column, Measure, Query, Report, RowKind, Settings, Totals, Weekday};
use cost_model::store::{ConnectionId, GapState, Scope, WindowReplacement};
use cost_model::tagger::NoTags;
use cost_model::{
    CostRecord, Costs, Currency, Dimension, ErrorKind, Filter, Ledger, MemoryStore, Metric, Money, Timestamp,
    Window,
};
use proptest::prelude::*;

use crate::support::{busy, cases, ledger, now, put, read, records};

fn run(query: &Query, records: &[CostRecord]) -> Report {
    query.run(&ledger(records), &NoTags).unwrap()
}

fn summed<'a>(totals: impl Iterator<Item = &'a Totals>) -> Totals {
    totals.fold(Totals::default(), |sum, each| sum.checked_add(each).unwrap())
}

fn shifted(record: &CostRecord, millis: i64) -> CostRecord {
    let mut record = record.clone();
    record.at = Timestamp::from_millis(record.at.millis() + millis).unwrap();
    record
}

fn book() -> PriceBook {
    let price = |text: &str| text.parse::<Money>().unwrap();
    let mut book = PriceBook::new();
    let prices = Prices {
        input: price("3"),
        output: price("15"),
        cache_write: price("3.75"),
        cache_read: price("0.3"),
    };
    book.insert("auto", Timestamp::from_millis(0).unwrap(), prices);
    book.insert(
        "gpt-5.2",
        Timestamp::from_millis(0).unwrap(),
        Prices { output: price("14"), ..Prices::default() },
    );
    book
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_zone_moves_the_calendar_and_nothing_else(records in records(0..12), half_hours in -24..=28_i32) {
        let records = busy(&records);
        let zone = FixedOffset::east_opt(half_hours * 1800).unwrap();
        let offset = i64::from(half_hours) * 1_800_000;
        let moved: Vec<_> = records.iter().map(|record| shifted(record, offset)).collect();
        for bin in [Bin::Hour, Bin::Day, Bin::Month, Bin::Quarter] {
            let query = Query::all_resources().bin(bin).group_by(Dimension::Service);
            let here = run(&query.clone().zone(zone), &records);
            let there = run(&query, &moved);
            let rows = |report: &Report, offset: i64| -> Vec<_> {
                report.rows.iter().map(|row| (row.bin.unwrap().millis() + offset, row.keys.clone(), row.totals)).collect()
            };
            prop_assert_eq!(rows(&here, offset), rows(&there, 0));
        }
    }

    #[test]
    fn the_largest_and_the_others_are_everything(records in records(0..12), count in 0..5_usize, bins: bool) {
        let mut query = Query::all_resources().group_by(Dimension::Service).group_by(Dimension::Resource);
        query.bin = bins.then_some(Bin::Day);
        let (all, top) = (run(&query, &records), run(&query.clone().top(count), &records));
        prop_assert_eq!(top.total, all.total);
        for metric in Metric::ALL {
            let amounts = |report: &Report| Money::sum(report.rows.iter().map(|row| row.totals.get(metric).amount)).unwrap();
            prop_assert_eq!(amounts(&top), amounts(&all));
        }
        // The groups that stay are those with the largest sums over all bins.
        let mut sizes: BTreeMap<_, i128> = BTreeMap::new();
        for row in &all.rows {
            *sizes.entry(row.keys.clone()).or_default() += row.totals.effective.amount.units();
        }
        let mut order: Vec<_> = sizes.into_iter().map(|(keys, size)| (std::cmp::Reverse(size), keys)).collect();
        order.sort();
        let kept: Vec<_> = order.into_iter().take(count).map(|(_, keys)| keys).collect();
        for row in &top.rows {
            match row.kind {
                RowKind::Group => {
                    prop_assert!(kept.contains(&row.keys));
                    prop_assert!(all.rows.contains(row));
                }
                RowKind::Other(groups) => {
                    let others = all.rows.iter().filter(|each| each.bin == row.bin && !kept.contains(&each.keys));
                    prop_assert_eq!(groups, others.clone().count());
                    prop_assert_eq!(row.totals, summed(others.map(|each| &each.totals)));
                }
                _ => prop_assert!(false, "a new kind of row"),
            }
        }
    }

    #[test]
    fn running_totals_are_sums_of_the_steps_so_far(records in records(0..12)) {
        let query = Query::all_resources().bin(Bin::Day).group_by(Dimension::Service);
        let (steps, running) = (run(&query, &records), run(&query.cumulative(), &records));
        prop_assert_eq!(running.total, steps.total);
        for row in &running.rows {
            let so_far = steps.rows.iter().filter(|each| each.keys == row.keys && each.bin <= row.bin);
            prop_assert_eq!(row.totals, summed(so_far.map(|each| &each.totals)));
        }
        let last = running.rows.iter().map(|row| row.bin).max();
        let ends = running.rows.iter().filter(|row| Some(row.bin) == last);
        prop_assert_eq!(summed(ends.map(|row| &row.totals)), running.total);
    }

    #[test]
    fn each_row_is_compared_with_the_period_before(records in records(0..12), days in 1..6_u64) {
        let start: chrono::NaiveDate = "2026-01-01".parse().unwrap();
        let window = |first: chrono::NaiveDate| Window::days(first, first + chrono::Days::new(days)).unwrap();
        let (now, before) = (window(start), window(start - chrono::Days::new(days)));
        let query = Query::all_resources().group_by(Dimension::Service);
        let compared = run(&query.clone().window(now).compare(), &records);
        let (alone, earlier) = (run(&query.clone().window(now), &records), run(&query.window(before), &records));
        prop_assert_eq!(compared.total, alone.total);
        let previous = compared.previous.clone().unwrap();
        prop_assert_eq!((previous.window, previous.total), (before, earlier.total));
        for row in &compared.rows {
            let find = |report: &Report| {
                report.rows.iter().find(|each| each.keys == row.keys).map(|each| each.totals).unwrap_or_default()
            };
            prop_assert_eq!(row.totals, find(&alone));
            prop_assert_eq!(&row.previous, &Some(Box::new(find(&earlier))));
        }
        prop_assert_eq!(summed(compared.rows.iter().filter_map(|row| row.previous.as_deref())), earlier.total);
    }

    #[test]
    fn costs_by_token_type_conserve_every_charge(mut records in records(0..8), fees in prop::collection::vec(-9..9_i128, 8)) {
        for (record, fee) in records.iter_mut().zip(fees) {
            record.stated.fee = Some(Money::from_units(fee));
        }
        let query = Query::all_resources().group_by(Dimension::TokenType).price_book(book());
        let (apart, whole) = (run(&query, &records), run(&Query::all_resources(), &records));
        prop_assert!(apart.estimated && !whole.estimated);
        prop_assert_eq!(apart.total, whole.total);
        for metric in Metric::ALL {
            let sum = Money::sum(apart.rows.iter().map(|row| row.totals.get(metric).amount)).unwrap();
            prop_assert_eq!(sum, whole.total.get(metric).amount);
        }
        for token_type in TokenType::ALL {
            let counts = |report: &Report| -> u64 {
                report.rows.iter().map(|row| row.totals.tokens.get(token_type).count()).sum()
            };
            prop_assert_eq!(counts(&apart), counts(&whole));
            for row in &apart.rows {
                let own = row.keys[0].as_deref() == Some(token_type.name());
                prop_assert!(own || row.totals.tokens.get(token_type) == Tokens::ZERO, "a count strays");
            }
        }
    }
}

fn charge(service: &str, amount: &str) -> CostRecord {
    let at = Timestamp::from_millis(1_788_220_800_000).unwrap();
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(amount.parse().unwrap()));
    record.edit(|set| set.service_id = Some(service.into()));
    record.edit(|set| set.service = Some(service.into()));
    record
}

#[test]
fn a_charge_is_taken_apart_by_list_prices_and_its_fee() {
    let mut record = charge("auto", "0.078225");
    record.edit(|set| set.usage_unit = Some("tokens".into()));
    record.stated.fee = Some("0.015525".parse().unwrap());
    record.tokens.set(TokenType::Input, Tokens::new(1200));
    record.tokens.set(TokenType::Output, Tokens::new(900));
    record.tokens.set(TokenType::CacheWrite, Tokens::new(8000));
    record.tokens.set(TokenType::CacheRead, Tokens::new(52000));
    let mut request = charge("auto", "0.08");
    request.edit(|set| set.usage_unit = Some("requests".into()));
    request.requests = Some("2".parse().unwrap());
    let mut unpriced = charge("new-model", "0.5");
    unpriced.tokens.set(TokenType::Output, Tokens::new(7));
    let query = Query::all_resources().group_by(Dimension::TokenType).price_book(book());
    let report = run(&query, &[record, request, unpriced]);
    let rows: Vec<String> = report
        .rows
        .iter()
        .map(|row| {
            let tokens = row.totals.tokens.total().unwrap();
            format!(
                "{} {} {tokens} {}",
                row.keys[0].as_deref().unwrap(),
                row.totals.effective.amount,
                row.totals.requests
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "unpriced 0.5 0 0",
            "request 0.08 0 2",
            "cache write 0.03 8000 0",
            "cache read 0.0156 52000 0",
            "fee 0.015525 0 0",
            "output 0.0135 907 0",
            "input 0.0036 1200 0",
        ]
    );
}

#[test]
fn settings_leave_out_kinds_of_charge() {
    let mut records = Vec::new();
    for (charge_type, amount) in
        [("Usage", "1"), ("Credit", "-2"), ("Refund", "-4"), ("Discount", "-8"), ("Tax", "16")]
    {
        let mut record = charge("auto", amount);
        record.edit(|set| set.charge_type = Some(charge_type.into()));
        if charge_type != "Tax" {
            record.edit(|set| set.tags.insert("team", "A"));
        }
        records.push(record);
    }
    let total = |settings: Settings, group_by: Option<Dimension>| {
        let mut query = Query::all_resources().settings(settings);
        query.group_by.extend(group_by);
        run(&query, &records).total.effective.amount.to_string()
    };
    assert_eq!(total(Settings::default(), None), "3");
    assert_eq!(total(Settings::vantage(), None), "9");
    assert_eq!(total(Settings::vantage(), Some(Dimension::Tag("team".into()))), "-7");
    let mut no_tax = Settings::default();
    no_tax.tax = false;
    assert_eq!(total(no_tax, Some(Dimension::Service)), "-13");
}

#[test]
fn usage_is_a_figure_only_within_a_unit() {
    let mut tokens = charge("auto", "1");
    tokens.edit(|set| set.usage_unit = Some("tokens".into()));
    tokens.tokens.set(TokenType::Input, Tokens::new(5));
    let mut requests = charge("auto", "1");
    requests.edit(|set| set.usage_unit = Some("requests".into()));
    requests.requests = Some("1.5".parse::<RequestUnits>().unwrap());
    let records = [tokens, requests];
    let query = Query::all_resources().measure(Measure::Usage);
    let error = query.run(&ledger(&records), &NoTags).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query);
    assert_eq!(
        error.to_string(),
        "usage is in several units (requests, tokens); group by the unit or filter costs.usage_unit"
    );
    let mut storage = charge("disk", "1");
    storage.edit(|set| set.usage_unit = Some("GB-hours".into()));
    storage.quantity = Some("0.25".parse().unwrap());
    let [tokens, requests] = records;
    let records = [tokens, requests, storage.clone(), storage];
    let report = run(&query.group_by(Dimension::UsageUnit), &records);
    let rows: Vec<_> = report.rows.iter().map(|row| row.totals.usage.unwrap().to_string()).collect();
    assert_eq!(rows, ["5", "1.5", "0.5"]);
    let disk = Query::all_resources().filter(Filter::parse("costs.service = 'disk'").unwrap());
    let report = run(&disk.measure(Measure::Usage).bin(Bin::Month), &records);
    assert_eq!(report.rows[0].totals.usage.unwrap().to_string(), "0.5");
}

#[test]
fn a_share_of_every_charge_is_a_share_of_every_figure() {
    let decimal = |text: &str| rust_decimal::Decimal::from_str_exact(text).unwrap();
    let mut record = charge("auto", "0.3");
    record.tokens.set(TokenType::Input, Tokens::new(9));
    let total = |share: &str| {
        let query = Query::all_resources().allocate(decimal(share)).unwrap();
        let total = run(&query, std::slice::from_ref(&record)).total;
        format!("{} {} {}", total.effective.amount, total.tokens.input, total.records)
    };
    assert_eq!(total("0.25"), "0.075 2 1");
    assert_eq!(total("1"), "0.3 9 1");
    for share in ["0", "-0.5", "1.01"] {
        assert!(Query::all_resources().allocate(decimal(share)).is_err(), "{share}");
    }
}

#[test]
fn a_comparison_needs_a_window() {
    let ledger = Ledger::builder(Currency::USD).build();
    let error = Query::all_resources().compare().run(&ledger, &NoTags).unwrap_err();
    assert_eq!(error.to_string(), "a comparison needs a window");
}

#[test]
fn tagged_and_untagged_are_told_apart() {
    let mut tagged = charge("auto", "1");
    tagged.edit(|set| set.tags.insert("k", "v"));
    let report = run(&Query::all_resources().group_by(Dimension::Tagged), &[tagged, charge("auto", "2")]);
    let rows: Vec<_> = report.rows.iter().map(|row| row.keys[0].as_deref().unwrap()).collect();
    assert_eq!(rows, ["untagged", "tagged"]);
}

#[test]
fn a_report_says_what_is_missing() {
    let store = MemoryStore::new();
    let connection = ConnectionId::new("acme");
    let days = |first: &str, end: &str| Window::days(first.parse().unwrap(), end.parse().unwrap()).unwrap();
    for window in [days("2026-09-01", "2026-09-10"), days("2026-09-12", "2026-10-01")] {
        // Long after the window, when everything in it was final.
        let late = Run::at("2026-11-01".parse().map(cost_model::Timestamp::midnight).unwrap());
        put(&store, &connection, WindowReplacement { read_at: late.at, ..read(window, Vec::new()) }).unwrap();
    }
    let ledger = now(Ledger::from_store(&store, &Scope::all(), Currency::USD)).unwrap();
    let query = Query::all_resources().group_by(Dimension::Service).window(days("2026-08-30", "2026-09-15"));
    let report = query.run(&ledger, &NoTags).unwrap();
    let text = report.to_text(&Column::COSTS).unwrap();
    let remarks: Vec<_> = text.lines().skip(3).collect();
    assert_eq!(
        remarks,
        [
            "missing of acme: 2026-08-30T00:00:00Z to 2026-09-01T00:00:00Z",
            "missing of acme: 2026-09-10T00:00:00Z to 2026-09-12T00:00:00Z",
        ]
    );
    let by_hand = Ledger::builder(Currency::USD).build();
    let gaps = query.run(&by_hand, &NoTags).unwrap().gaps;
    assert_eq!((gaps.len(), gaps[0].state), (1, GapState::Unknown));
}

/// A difference is as wrong by what is missing of the period before as by what is missing of this one.
#[test]
fn a_comparison_says_what_is_missing_of_both_periods() {
    let days = |first: &str, end: &str| Window::days(first.parse().unwrap(), end.parse().unwrap()).unwrap();
    let mut builder = Ledger::builder(Currency::USD);
    let read = vec![days("2026-08-01", "2026-08-20"), days("2026-09-01", "2026-09-25")];
    builder.cover(ConnectionId::new("acme"), read);
    let ledger = builder.build();
    let september = Query::all_resources().window(days("2026-09-01", "2026-10-01"));
    let missing = |query: &Query| -> Vec<Window> {
        query.run(&ledger, &NoTags).unwrap().gaps.into_iter().map(|gap| gap.window).collect()
    };
    assert_eq!(missing(&september), [days("2026-09-25", "2026-10-01")]);
    assert_eq!(
        missing(&september.compare()),
        [days("2026-09-25", "2026-10-01"), days("2026-08-20", "2026-09-01")]
    );
}

#[test]
fn output_is_exact_in_csv_and_json_and_rounds_each_figure_of_a_text_on_its_own() {
    let mut records = vec![charge("auto", "0.333"), charge("gpt, \"5\"", "0.333"), charge("o3", "0.334")];
    for record in &mut records {
        record.tokens.set(TokenType::Output, Tokens::new(1234));
    }
    let query = Query::all_resources().group_by(Dimension::Service).bin(Bin::Day);
    let report = run(&query, &records);
    let columns = [Column::Records, Column::Tokens(TokenType::Output), Column::Cost(Metric::Effective)];
    assert_eq!(
        report.to_text(&columns).unwrap(),
        "from        service   events  output  effective\n\
         -----------------------------------------------\n\
         2026-09-01  o3             1   1,234       0.33\n\
         2026-09-01  auto           1   1,234       0.33\n\
         2026-09-01  gpt, \"5\"       1   1,234       0.33\n\
         -----------------------------------------------\n\
         total                      3   3,702       1.00\n\
         rows are rounded each on its own; they differ from the total by -0.01 in effective\n"
    );
    assert_eq!(
        report.to_csv(&columns).unwrap(),
        "from,service,events,output,effective\n\
         2026-09-01,o3,1,1234,0.334\n\
         2026-09-01,auto,1,1234,0.333\n\
         2026-09-01,\"gpt, \"\"5\"\"\",1,1234,0.333\n"
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["rows"][0]["keys"][0], "o3");
    assert_eq!(json["rows"][0]["totals"]["effective"]["amount"], "0.334");
    assert_eq!(json["total"]["effective"]["amount"], "1");
}

/// A value that no charge has is a true zero with a remark, whatever the field; an error only for who asks for strictness.
#[test]
fn a_value_that_no_charge_has_is_a_zero_with_a_remark_and_an_error_only_where_strict() {
    let records = [charge("gpt-5.4", "1"), charge("auto", "2")];
    let ledger = ledger(&records);
    let query = |sentence: &str| Query::all_resources().filter(Filter::parse(sentence).unwrap());
    let run = |sentence: &str| query(sentence).strict().run(&ledger, &NoTags);
    for (sentence, field) in [
        ("costs.subcategory = 'Usage-based'", "costs.subcategory"),
        ("costs.region IN ('eu') AND costs.service = 'auto'", "costs.region"),
        ("tags['env'] = 'prod'", "tags['env']"),
    ] {
        let report = query(sentence).run(&ledger, &NoTags).unwrap();
        assert_eq!((report.total.records, report.total.effective.amount), (0, Money::ZERO));
        let [unknown] = report.unknown_values.as_slice() else { panic!("{sentence}") };
        assert_eq!((unknown.dimension.to_string().as_str(), unknown.suggestion.as_deref()), (field, None));
        let remark = format!("no charge has the value that the filter asks of {field}; check its spelling\n");
        assert!(report.to_text(&Column::COSTS).unwrap().ends_with(&remark), "{sentence}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["unknown_values"][0]["field"], field);
        assert_eq!(json["unknown_values"][0]["value"], &**unknown.value());
    }
    let near = query("costs.service IN ('gpt-5.4', 'gpt-5.44')").run(&ledger, &NoTags).unwrap();
    assert_eq!(near.total.records, 1);
    assert_eq!(near.unknown_values[0].suggestion.as_deref(), Some("gpt-5.4"));
    assert_eq!(query("costs.service = 'auto'").run(&ledger, &NoTags).unwrap().unknown_values, []);
    assert_eq!(
        query("costs.service = 'x'")
            .run(&Ledger::builder(Currency::USD).build(), &NoTags)
            .unwrap()
            .unknown_values,
        []
    );

    let error = run("costs.service IN ('gpt-5.44')").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query);
    assert_eq!(
        error.to_string(),
        "no charge has the value that the filter asks of costs.service; did you mean `gpt-5.4`?"
    );
    assert_eq!(error.span(), Some(18..28));
    let misspelt = run("costs.resource_id = 'someone@acme.test'").unwrap_err();
    assert!(!format!("{misspelt} {misspelt:?}").contains('@'));
    // Values that exist may well have no charges in common.
    assert_eq!(run("costs.service = 'gpt-5.4' AND costs.service = 'auto'").unwrap().total.records, 0);
}

#[test]
fn filters_may_read_each_charge() {
    let mut large = charge("auto", "2");
    large.tokens.set(TokenType::Input, Tokens::new(100));
    let mut later = charge("auto", "1");
    later.at = Timestamp::midnight("2026-09-05".parse().unwrap());
    let records = [charge("auto", "0.5"), large, later];
    let ledger = ledger(&records);
    let count = |sentence: &str| {
        let query =
            Query::all_resources().filter(Filter::parse(sentence).unwrap()).group_by(Dimension::Service);
        query.run(&ledger, &NoTags).unwrap().total.effective.amount.to_string()
    };
    assert_eq!(count("costs.effective >= 1"), "3");
    assert_eq!(count("costs.effective BETWEEN 0.5 AND 1"), "1.5");
    assert_eq!(count("usage.tokens > 99 OR charged_at >= '2026-09-05'"), "3");
    assert_eq!(count("NOT charged_at < '2026-09-05'"), "1");
    assert_eq!(count("costs.service = 'auto' AND costs.allocation = 0.5"), "1.75");
    assert_eq!(count("costs.effective > 1 AND costs.allocation = 0.25"), "0.5");
    // In branches that read each charge: 2 by the first, 1 by the second, 0.5 by neither share.
    assert_eq!(
        count(
            "costs.effective > 1 AND costs.allocation = 0.25 OR costs.effective >= 1 AND costs.allocation = 0.5 OR \
             costs.service = 'auto'"
        ),
        "1.5"
    );
}

#[test]
fn dimensions_read_as_they_print() {
    let mut dimensions = crate::support::dimensions();
    dimensions.extend([Dimension::Tagged, Dimension::TokenType, Dimension::VirtualTag("Team".into())]);
    dimensions.extend(["it's", "Cost Center", "*"].map(|key| Dimension::VirtualTag(key.into())));
    for dimension in dimensions {
        assert_eq!(dimension.to_string().parse::<Dimension>().unwrap(), dimension);
    }
    for (text, expected) in [
        ("service", Dimension::Service),
        ("cost_category", Dimension::Category),
        ("token_type", Dimension::TokenType),
        ("tag:cursor:model", Dimension::Tag("cursor:model".into())),
    ] {
        assert_eq!(text.parse::<Dimension>().unwrap(), expected);
    }
    let error = "team".parse::<Dimension>().unwrap_err().to_string();
    assert!(error.contains("`vtag.Team`"), "{error}");
    for text in
        ["", "costs.effective", "tags.name", "costs.service = 'x' OR costs.region", "NOT costs.service"]
    {
        assert!(text.parse::<Dimension>().is_err(), "{text}");
    }
}

/// The last steps of the calendar have no end; their charges count once all the same.
#[test]
fn charges_at_the_end_of_the_calendar_count_once() {
    let last = Timestamp::midnight(chrono::NaiveDate::MAX).millis();
    let charges: Vec<_> =
        (0..30).map(|number| crate::support::record(last + number / 10 * 3_600_000 + number)).collect();
    for bin in [Bin::Hour, Bin::Day, Bin::Week(Weekday::Monday), Bin::Month, Bin::Quarter] {
        for query in [Query::all_resources().bin(bin), Query::all_resources().bin(bin).cumulative()] {
            assert_eq!(run(&query, &charges).total.records, 30, "{bin:?}");
        }
    }
}

/// The last step of the calendar has no next one, and is one row all the same.
#[test]
fn the_last_day_of_the_calendar_is_one_row() {
    let last = chrono::DateTime::<chrono::Utc>::MAX_UTC.timestamp_millis();
    let at = |millis: i64| {
        let mut record = charge("auto", "1");
        record.at = Timestamp::from_millis(millis).unwrap();
        record
    };
    let ledger = ledger(&[at(last), at(last - 2), at(last - 5), at(last - 86_400_000)]);
    let report = Query::all_resources().bin(cost_model::report::Bin::Day).run(&ledger, &NoTags).unwrap();
    let counts: Vec<_> = report.rows.iter().map(|row| row.totals.records).collect();
    assert_eq!(counts, [1, 3]);
}

/// A very large company uses more tokens than a quantity of 24 decimals holds: whatever is not about usage is still answered.
#[test]
fn more_tokens_than_a_quantity_holds_leave_every_other_figure() {
    for tokens in [1_u64 << 40, 200_000_000_000_000, 1_000_000_000_000_000, u64::MAX / 2] {
        let mut records = vec![charge("auto", "1.5"), charge("o3", "2")];
        for record in &mut records {
            record.tokens.set(TokenType::CacheRead, Tokens::new(tokens / 2));
            record.edit(|set| set.usage_unit = Some("tokens".into()));
        }
        let query = Query::all_resources().group_by(Dimension::Service);
        let report = run(&query, &records);
        assert_eq!(report.total.effective.amount.to_string(), "3.5");
        assert_eq!(report.total.tokens.total().unwrap().count(), tokens / 2 * 2);
        assert_eq!(report.total.usage.is_some(), tokens < 170_000_000_000_000, "{tokens}");
        assert!(report.to_text(&Column::TOKENS).is_ok() && serde_json::to_string(&report).is_ok());
        let about_usage = ledger(&records);
        let about_usage = query.measure(Measure::Usage).run(&about_usage, &NoTags);
        assert_eq!(about_usage.is_ok(), tokens < 340_000_000_000_000, "{tokens}");
        assert_eq!(report.to_text(&[Column::Usage]).is_ok(), report.total.usage.is_some());
    }
}
