//! Shared costs: service accounts, Bugbot and seats, shared out by what teams cost.

use std::collections::BTreeMap;

use cost_model::money::{TokenType, Tokens, ZeroWeights, split};
use cost_model::report::Query;
use cost_model::tagger::TagCache;
use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Timestamp, Window};
use proptest::prelude::*;
use virtual_tags::{Answer, Directory, ErrorKind, ResolvedRules, RuleSet, Rules};

use crate::naive::cases;

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn record(who: &str, time: &str, dollars: &str) -> CostRecord {
    let costs = Costs::flat(dollars.parse().unwrap());
    let mut record = CostRecord::new(at(time), "cursor", Currency::USD, costs);
    record.edit(|set| set.resource = Some(who.into()));
    record
}

fn ledger(records: impl IntoIterator<Item = CostRecord>) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    records.into_iter().for_each(|record| builder.push(&record).unwrap());
    builder.build()
}

fn payer(split: &str) -> String {
    format!(
        "[[tag]]\nkey = \"Team\"\ndefault = \"none\"\n[[tag.rule]]\nvalue = \"A\"\nemail.domain = \"a\"\n[[tag.rule]]\n\
         value = \"B\"\nemail.domain = \"b\"\n[[tag]]\nkey = \"Payer\"\ndefault = \"rest\"\n[[tag.rule]]\nwho = \
         \"service_account\"\nsplit = {split}\n[[tag.rule]]\nfrom_field = \"vtag.Team\"\nwho = \"person\"\n"
    )
}

fn compile(split: &str) -> Rules {
    RuleSet::from_toml(&payer(split), "rules.toml").unwrap().compile(Directory::default()).unwrap()
}

fn parts(rules: &ResolvedRules, ledger: &Ledger) -> Vec<String> {
    let told = rules.allocations("Payer", ledger).unwrap().into_iter();
    told.map(|part| format!("{} {} {}", part.row, part.value.as_deref().unwrap(), part.costs.billed.unwrap()))
        .collect()
}

#[test]
fn a_seat_or_a_bot_is_shared_out_by_day_month_or_cycle() {
    let charges = || {
        ledger([
            record("x@a", "2026-09-14T12:00:00Z", "1"),
            record("x@b", "2026-09-14T12:00:00Z", "1"),
            record("x@a", "2026-09-15T00:00:00Z", "3"),
            record("bugbot", "2026-09-15T23:59:59Z", "8"),
            record("x@b", "2026-09-20T00:00:00Z", "2"),
            record("seat", "2026-10-01T00:00:00Z", "8"),
            record("who@c", "2026-09-15T00:00:00Z", "100"),
        ])
    };
    let cycle = [Window::new(at("2026-09-15T00:00:00Z"), at("2026-10-15T00:00:00Z")).unwrap()];
    for (split, cycles, expected) in [
        ("{ cost_of = \"Team\", per = \"day\" }", &[][..], vec![]),
        (
            "{ cost_of = \"Team\", per = \"month\" }",
            &[],
            vec!["4 A 4.571428571428571428571429", "4 B 3.428571428571428571428571"],
        ),
        ("{ cost_of = \"Team\", per = \"cycle\" }", &cycle, vec!["4 A 4.8", "4 B 3.2", "6 A 4.8", "6 B 3.2"]),
    ] {
        let rules = compile(split).resolve(&charges(), Metric::Effective, cycles).unwrap();
        assert_eq!(parts(&rules, &charges()), expected, "{split}");
    }
    // On its day only A had costs, so that all of it is A's.
    let rules =
        compile("{ cost_of = \"Team\", per = \"day\" }").resolve(&charges(), Metric::Effective, &[]).unwrap();
    let bugbot = record("bugbot", "2026-09-15T23:59:59Z", "8");
    assert_eq!(rules.answer("Payer", &bugbot, bugbot.at), Answer::Value("A".into()));
    // Where nothing was spent, the default has it.
    let later = record("bugbot", "2026-09-16T00:00:00Z", "8");
    assert_eq!(rules.answer("Payer", &later, later.at), Answer::Value("rest".into()));
}

#[test]
fn costs_count_within_a_field_and_refunds_give_no_weight() {
    let in_account = |mut record: CostRecord, account: &str| {
        record.edit(|set| set.account = Some(account.into()));
        record
    };
    let day = "2026-09-15T00:00:00Z";
    let ledger = ledger([
        in_account(record("x@a", day, "1"), "one"),
        in_account(record("x@b", day, "3"), "one"),
        in_account(record("x@a", day, "5"), "two"),
        in_account(record("x@b", day, "1"), "two"),
        in_account(record("x@b", day, "-2"), "two"),
        in_account(record("bot", day, "1"), "one"),
        in_account(record("bot", day, "1"), "two"),
        in_account(record("bot", day, "1"), "three"),
        record("bot", day, "1"),
    ]);
    let rules = compile("{ cost_of = \"Team\", per = \"day\", within = \"costs.account\" }");
    let rules = rules.resolve(&ledger, Metric::Billed, &[]).unwrap();
    assert_eq!(parts(&rules, &ledger), ["5 A 0.25", "5 B 0.75"]);
    let report =
        Query::all_resources().group_by(Dimension::VirtualTag("Payer".into())).run(&ledger, &rules).unwrap();
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| format!("{} {}", row.keys[0].as_deref().unwrap(), row.totals.billed.amount))
        .collect();
    assert_eq!(rows, ["A 7.25", "B 2.75", "rest 2"]);
}

#[test]
fn the_table_has_the_columns_of_focus_and_leaves_the_ledger_alone() {
    let day = "2026-09-15T00:00:00Z";
    let mut bot = record("bot", day, "0.1");
    bot.tokens.set(TokenType::Input, Tokens::new(10));
    bot.costs.list = None;
    let ledger = ledger([record("x@a", day, "1"), record("x@b", day, "2"), bot]);
    let rules =
        compile("{ cost_of = \"Team\", per = \"day\" }").resolve(&ledger, Metric::Billed, &[]).unwrap();
    let table = rules.allocations("Payer", &ledger).unwrap();
    let third = "0.333333333333333333333333";
    assert_eq!(
        table[0].focus_columns(),
        [
            ("AllocatedMethodId", "Payer".to_owned()),
            ("AllocatedMethodDetails", format!("{{\"Elements\":[{{\"AllocatedRatio\":\"{third}\"}}]}}")),
            ("AllocatedResourceId", "bot".to_owned()),
            ("AllocatedResourceName", "bot".to_owned()),
            ("AllocatedTags", "{\"Payer\":\"A\"}".to_owned()),
            ("BilledCost", "0.033333333333333333333333".to_owned()),
            ("EffectiveCost", "0.033333333333333333333333".to_owned()),
            ("ListCost", String::new()),
            ("ContractedCost", "0.033333333333333333333333".to_owned()),
        ]
    );
    assert_eq!(
        table.iter().map(|part| part.tokens.get(TokenType::Input).count()).collect::<Vec<_>>(),
        [3, 7]
    );
    assert_eq!(ledger.rows().map(|row| row.costs.billed.unwrap()).collect::<Vec<_>>().len(), 3);
    let plain = "[[tag]]\nkey = \"K\"\n[[tag.rule]]\nvalue = \"x\"\nwho = \"person\"\n[[tag.rule]]\nsplit = [\"A\", \"B\"]\n";
    let plain = RuleSet::from_toml(plain, "rules.toml")
        .unwrap()
        .compile(Directory::default())
        .unwrap()
        .tagger()
        .unwrap();
    assert_eq!(plain.allocations("K", &ledger).unwrap()[0].method, "K rule 2");
    assert!(plain.allocations("no key", &ledger).unwrap().is_empty());
}

#[test]
fn mistakes_are_told() {
    let fails = |split: &str, end: &str| {
        let read = RuleSet::from_toml(&payer(split), "rules.toml");
        let error = read.and_then(|rules| rules.compile(Directory::default())).unwrap_err();
        assert!(error.to_string().contains(end), "{error}");
    };
    fails(
        "{ cost_of = \"Teams\", per = \"day\" }",
        "`cost_of` reads `vtag.Teams`, but no `[[tag]]` has that key; did you mean",
    );
    fails("{ cost_of = \"Payer\", per = \"day\" }", "in a circle: Payer -> Payer");
    fails("{ cost_of = \"Team\", per = \"week\" }", "a split is");
    fails("{ cost_of = \"Team\" }", "a split is");
    fails("{ cost_of = \"Team\", per = \"day\", by = \"x\" }", "a split is");
    fails(
        "{ cost_of = \"Team\", per = \"day\", within = \"vtag.Team\" }",
        "`within` must be a field of the charge",
    );
    let rules = compile("{ cost_of = \"Team\", per = \"cycle\" }");
    let cycle = |first: &str, end: &str| Window::days(first.parse().unwrap(), end.parse().unwrap()).unwrap();
    let twice = [cycle("2026-09-15", "2026-10-15"), cycle("2026-08-15", "2026-09-16")];
    let error = rules.resolve(&ledger([]), Metric::Billed, &twice).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Rules, "two billing cycles overlap; give each instant one")
    );
    let most = Money::from_units(i128::MAX);
    let mut huge = record("x@a", "2026-09-15T00:00:00Z", "1");
    huge.costs = Costs::flat(most);
    let rules = compile("{ cost_of = \"Team\", per = \"day\" }");
    let error = rules.resolve(&ledger([huge.clone(), huge]), Metric::Billed, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Amount);
}

/// Who, on which day of September, and how many units.
type Charge = (&'static str, u8, i64);

fn charges() -> impl Strategy<Value = Vec<Charge>> {
    let who = prop::sample::select(vec!["a@a", "b@a", "a@b", "b@b", "a", "b", "a@c"]);
    prop::collection::vec((who, 28_u8..31, -50_i64..100), 0..12)
}

proptest! {
    #![proptest_config(cases(512))]

    /// The shares of a shared charge are those of a loop over all charges, its parts sum to it, and so do reports.
    #[test]
    fn shares_are_those_of_a_loop(charges in charges(), per in prop::sample::select(vec!["day", "month"])) {
        let records: Vec<_> = charges.iter().map(|(who, day, units)| {
            let mut record = record(who, &format!("2026-09-{day}T05:00:00Z"), "0");
            record.costs = Costs::flat(Money::from_units((*units).into()));
            record
        }).collect();
        let ledger = ledger(records.clone());
        let rules = compile(&format!("{{ cost_of = \"Team\", per = \"{per}\" }}"));
        let rules = rules.resolve(&ledger, Metric::Billed, &[]).unwrap();
        let mut expected: BTreeMap<String, i128> = BTreeMap::new();
        for (who, day, units) in &charges {
            let units = i128::from(*units);
            let same = |other: &&Charge| per == "month" || other.1 == *day;
            let cost = |team: &str| -> i128 {
                let own = charges.iter().filter(same).filter(|(who, ..)| who.ends_with(team));
                own.map(|(.., units)| i128::from(*units)).sum::<i128>().max(0)
            };
            let shares = match who.split_once('@') {
                Some((_, "a")) => vec![("A", units)],
                Some((_, "b")) => vec![("B", units)],
                Some(_) => vec![("none", units)],
                None => {
                    let weights = [cost("@a"), cost("@b")].map(i128::unsigned_abs);
                    match split(units, &weights, ZeroWeights::Refuse) {
                        Ok(parts) => vec![("A", parts[0]), ("B", parts[1])],
                        Err(_) => vec![("rest", units)],
                    }
                }
            };
            for (team, units) in shares {
                *expected.entry(team.to_owned()).or_default() += units;
            }
        }
        expected.retain(|_, units| *units != 0);
        let report = Query::all_resources().group_by(Dimension::VirtualTag("Payer".into())).run(&ledger, &rules).unwrap();
        let rows = report.rows.iter().map(|row| (row.keys[0].as_deref().unwrap().to_owned(), row.totals.billed.amount.units()));
        prop_assert_eq!(rows.filter(|(_, units)| *units != 0).collect::<BTreeMap<_, _>>(), expected);

        let table = rules.allocations("Payer", &ledger).unwrap();
        for (number, row) in ledger.rows().enumerate() {
            let parts: Vec<_> = table.iter().filter(|part| part.row == number).collect();
            if let Some(first) = parts.first() {
                prop_assert_eq!(Money::sum(parts.iter().map(|part| part.ratio)).unwrap().to_string(), "1");
                prop_assert_eq!(Money::sum(parts.iter().map(|part| part.costs.billed.unwrap())).unwrap(), row.costs.billed.unwrap());
                prop_assert_eq!(first.at, row.at);
            }
        }
        // Asked about once or each time, by boundaries or without.
        let resolved = TagCache::new(&ledger, &rules, &["Payer".into()]).unwrap();
        for (row, number) in ledger.rows().zip(resolved.answers(&ledger).unwrap()) {
            let set = ledger.set(row.set).unwrap();
            match rules.answer("Payer", &set, row.at) {
                Answer::Shares(shares) => {
                    prop_assert_eq!(shares_of(resolved.parts(number)), shares);
                }
                Answer::Value(value) => prop_assert_eq!(shares_of(resolved.parts(number)), [(Some((&*value).into()), 1)]),
                Answer::Unset => prop_assert!(false),
            }
        }
    }
}

/// Rules that weigh costs are no tagger before they have them, whichever key weighs them, directly or through another; rules
/// that weigh none are one at once.
#[test]
fn rules_that_weigh_costs_are_no_tagger_until_they_are_resolved() {
    for split in [
        "{ cost_of = \"Team\", per = \"day\" }",
        "{ cost_of = \"Team\", per = \"cycle\", within = \"costs.account\" }",
    ] {
        let error = compile(split).tagger().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NeedsCosts);
        assert_eq!(
            error.to_string(),
            "rules.toml:13:1: the rule shares charges out by what `Team` costs, and no costs are given; give the charges, or sums \
             of them"
        );
    }
    let error = compile("{ cost_of = \"Team\", per = \"cycle\" }")
        .resolve(&ledger([]), Metric::Billed, &[])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsCosts);
    assert!(error.to_string().ends_with("by what `Team` costs, and no billing cycles are given"), "{error}");
    // Nothing spent is an answer, and so is a key whose rules weigh nothing.
    assert!(
        compile("{ cost_of = \"Team\", per = \"day\" }").resolve(&ledger([]), Metric::Billed, &[]).is_ok()
    );
    assert!(compile("[\"A\", \"B\"]").tagger().is_ok());
}

/// A file's tests run without costs as far as they can, and are refused where they cannot: never answered wrongly.
#[test]
fn tests_of_keys_that_weigh_costs_need_costs_and_others_do_not() {
    let test = |key: &str, value: &str| {
        format!(
            "[[test]]\nat = \"2026-09-15\"\nrecord = {{ \"costs.resource_id\" = \"x@a\" }}\nexpect = {{ {key} = \"{value}\" }}\n"
        )
    };
    let chained = "[[tag]]\nkey = \"Site\"\n[[tag.rule]]\nvalue = \"Berlin\"\nwhen = \"vtag.Payer = 'A'\"\n";
    let toml = |test: &str| format!("{}{chained}{test}", payer("{ cost_of = \"Team\", per = \"day\" }"));
    let run = |test: &str| {
        let written = RuleSet::from_toml(&toml(test), "rules.toml").unwrap();
        let tests = written.tests.clone();
        written.compile(Directory::default()).unwrap().run_tests(&tests)
    };
    assert_eq!(run(&test("Team", "A")).unwrap(), []);
    assert_eq!(run(&test("Team", "B")).unwrap().len(), 1);
    for key in ["Payer", "Site"] {
        assert_eq!(run(&test(key, "A")).unwrap_err().kind(), ErrorKind::NeedsCosts);
    }
}

/// A key weighed by one that is itself weighed by costs, over two months with other proportions.
#[test]
fn splits_by_cost_that_build_on_each_other_are_right_in_every_month() {
    let toml = format!(
        "{}[[tag]]\nkey = \"Second\"\n[[tag.rule]]\nsplit = {{ cost_of = \"Payer\", per = \"month\" }}\n",
        payer("{ cost_of = \"Team\", per = \"month\" }")
    );
    let rules = RuleSet::from_toml(&toml, "rules.toml").unwrap().compile(Directory::default()).unwrap();
    let charges = ledger([
        record("x@a", "2026-09-01T00:00:00Z", "3"),
        record("x@b", "2026-09-01T00:00:00Z", "1"),
        record("bot", "2026-09-02T00:00:00Z", "4"),
        record("x@a", "2026-10-01T00:00:00Z", "1"),
        record("x@b", "2026-10-01T00:00:00Z", "7"),
        record("bot", "2026-10-02T00:00:00Z", "8"),
    ]);
    let rules = rules.resolve(&charges, Metric::Billed, &[]).unwrap();
    for (day, expected) in [("2026-09-03", "3 of `A`, 1 of `B`"), ("2026-10-03", "1 of `A`, 7 of `B`")] {
        let charge = record("bot", &format!("{day}T00:00:00Z"), "1");
        assert_eq!(rules.answer("Second", &charge, charge.at).to_string(), expected);
    }
}

/// Sums that a host keeps give what the charges gave, also through a file; other sums are refused.
#[test]
fn stored_sums_weigh_like_the_charges_that_they_were_made_from() {
    let charges = ledger([
        record("x@a", "2026-09-15T00:00:00Z", "3"),
        record("x@b", "2026-09-15T12:00:00Z", "1"),
        record("bot", "2026-09-15T00:00:00Z", "10"),
    ]);
    let rules = compile("{ cost_of = \"Team\", per = \"day\" }");
    let sums = rules.cost_sums(&charges, Metric::Billed, &[]).unwrap();
    let stored: virtual_tags::evaluate::CostSums =
        serde_json::from_str(&serde_json::to_string(&sums).unwrap()).unwrap();
    assert_eq!(stored, sums);
    let (kept, known) =
        (rules.resolve_with(&stored).unwrap(), rules.resolve(&charges, Metric::Billed, &[]).unwrap());
    assert_eq!(parts(&kept, &charges), ["1 A 7.5", "1 B 2.5"]);
    assert_eq!(parts(&kept, &charges), parts(&known, &charges));
    let by_month = compile("{ cost_of = \"Team\", per = \"month\" }");
    assert_eq!(by_month.resolve_with(&sums).unwrap_err().kind(), ErrorKind::NeedsCosts);
    let mut overlapping = sums.clone();
    let mut sum = overlapping.bases[0].sums[0].clone();
    sum.start = at("2026-09-14T12:00:00Z");
    overlapping.bases[0].sums.push(sum);
    assert_eq!(rules.resolve_with(&overlapping).unwrap_err().kind(), ErrorKind::Rules);
}

/// The values of one key, each with its weight.
fn shares_of(parts: &[cost_model::tagger::Part]) -> Vec<(Option<std::sync::Arc<str>>, u128)> {
    parts.iter().map(|part| (part.values[0].clone(), part.weight)).collect()
}
