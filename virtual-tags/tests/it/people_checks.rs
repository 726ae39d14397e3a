//! What checks find in directories, and in rules about people, values and keys.

use cost_model::Timestamp;
use proptest::prelude::*;
use virtual_tags::insight::FindingKind;
use virtual_tags::{Directory, Finding, RuleSet};

use crate::naive::cases;
use crate::places_of_people;

fn at(day: &str) -> Timestamp {
    Timestamp::midnight(day.parse().unwrap())
}

fn directory(csv: &str) -> Directory {
    Directory::from_csv(csv.as_bytes(), "people.csv").unwrap()
}

fn found(csv: &str) -> Vec<(FindingKind, Option<u64>)> {
    let findings = directory(csv).check();
    findings
        .iter()
        .map(|finding| (finding.kind, finding.place.as_ref().and_then(|place| place.line)))
        .collect()
}

fn in_rules(toml: &str, csv: &str) -> Vec<Finding> {
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap().with_default_person(places_of_people());
    rules.compile(directory(csv)).unwrap().check()
}

fn kinds(findings: &[Finding]) -> Vec<FindingKind> {
    findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn ends_that_are_last_days_are_found_whatever_the_order_of_rows() {
    let case = include_str!("cases/last-day-in-a-directory/people.csv");
    let findings = in_rules(include_str!("cases/last-day-in-a-directory/rules.toml"), case);
    assert_eq!(kinds(&findings), [FindingKind::InclusiveEnds]);
    assert!(findings[0].to_string().starts_with("people.csv:2: `to` is probably the last day: 1 times"));
    for (rows, expected) in [
        // Rows in any order, several people, one of them away for a month.
        (
            "b@x.test,Ops,2026-03-01,\na@x.test,Ops,2026-07-31,\na@x.test,Web,,2026-07-30\nb@x.test,Web,,2026-02-28\n\
             c@x.test,Web,2026-01-01,2026-02-01\nc@x.test,Web,2026-03-01,\n",
            vec![(FindingKind::InclusiveEnds, Some(4)), (FindingKind::PersonGap, Some(6))],
        ),
        // Where one row starts on the day of an end, `to` is what it should be, and a day between is a gap.
        (
            "a@x.test,Web,,2026-07-30\na@x.test,Ops,2026-07-31,\nb@x.test,Web,,2026-07-30\nb@x.test,Ops,2026-07-30,\n",
            vec![(FindingKind::PersonGap, Some(2))],
        ),
        ("a@x.test,Web,,2026-07-30\nb@x.test,Ops,2026-07-31,\n", vec![]),
        ("a@x.test,Web,,2026-07-30\na@x.test,Ops,2026-07-30,2026-09-01\n", vec![]),
    ] {
        assert_eq!(found(&format!("email,team,from,to\n{rows}")), expected, "{rows}");
    }
}

/// Groups that people leave and join at instants end when they say, and no day is taken for a last one.
#[test]
fn memberships_are_instants_and_no_last_days() {
    let member = |group: &str, joined: Option<&str>, left: Option<&str>| {
        let mut member = virtual_tags::directory::Membership::new("a@x.test", group);
        (member.joined, member.left) =
            (joined.map(|at| at.parse().unwrap()), left.map(|at| at.parse().unwrap()));
        member
    };
    let (left, joined) = (Some("2026-07-30T10:00:00Z"), Some("2026-07-31T09:00:00Z"));
    let groups = [member("Web", None, left), member("Ops", joined, None)];
    let findings = Directory::from_memberships("team", groups, "groups").unwrap().check();
    assert_eq!(kinds(&findings), [FindingKind::PersonGap]);
    assert!(
        findings[0].to_string().starts_with(
            "groups:1: from 2026-07-30T10:00:00Z until 2026-07-31T09:00:00Z no row of this person holds"
        ),
        "{}",
        findings[0]
    );
}

#[test]
fn columns_of_dates_that_nobody_reads_are_found_and_others_are_not() {
    for (header, cell, is_date) in [
        ("start_date", "2026-01-01", true),
        ("End Date", "31.12.2026", true),
        ("joined", "2026-01-01", true),
        ("hire_date", "01/02/2026", true),
        ("team", "Web", false),
        ("cost_center", "2026", false),
        ("version", "2026-13-01", false),
        ("start_date", "", false),
    ] {
        let expected = if is_date { vec![(FindingKind::UnreadDates, Some(1))] } else { vec![] };
        assert_eq!(found(&format!("email,{header}\na@x.test,{cell}\n")), expected, "{header} {cell}");
    }
}

#[test]
fn cells_that_are_no_email_are_found_and_name_nobody() {
    for cell in [
        "Iris Berg <iris@x.test>",
        "<iris@x.test>",
        "mailto:iris@x.test",
        "MAILTO:iris@x.test",
        "\"iris@x.test, bo@x.test\"",
        "iris@x.test;bo@x.test",
        "iris@x.test bo@x.test",
        "ir\u{200b}is@x.test",
        "\u{feff}iris@x.test\u{2060}",
        "bot\u{200d}7",
        "iris @x.test",
        "@x.test",
        "iris@",
        "iris@x..test",
        "*@x.test",
    ] {
        let csv = format!("email,team\nbo@x.test,Web\n{cell},Web\n");
        assert_eq!(found(&csv), [(FindingKind::MalformedEmail, Some(3))], "{cell}");
        assert!(!directory(&csv).check()[0].to_string().contains("iris"), "{cell}");
    }
    for cell in [
        // In a domain such a character is nothing, as in the names of hosts.
        "iris@\u{200b}x.test",
        "iris+work@x.test",
        "o'brien@x.test",
        "i.r-i_s@sub.x.test",
        "bot-7",
        "Nightly Review",
        "jos\u{e9}@m\u{fc}n.test",
    ] {
        assert_eq!(found(&format!("email,team\n{cell},Web\n")), [], "{cell}");
    }
}

#[test]
fn conditions_that_no_email_can_meet_are_found() {
    let case = in_rules(
        include_str!("cases/rules-that-fit-nobody/rules.toml"),
        include_str!("cases/rules-that-fit-nobody/people.csv"),
    );
    assert_eq!(kinds(&case), [FindingKind::ImpossibleEmail; 5]);
    let lines: Vec<_> = case.iter().map(|finding| finding.place.as_ref().unwrap().line.unwrap()).collect();
    assert_eq!(lines, [4, 7, 10, 13, 16]);
    let check = |condition: &str| {
        let toml = format!("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\n{condition}\n");
        kinds(&in_rules(&toml, "email,team\n"))
    };
    for condition in [
        "email.domain = \"x.test.\"",
        "email.domain = \"\"",
        "email.domain = [\"x.test\", \"https://y.test\"]",
        "email.under = \"*.x.test\"",
        "email.under = \"@x.test\"",
        "email.under = \".x.test\"",
        "email.is = \"iris\"",
        "email.is = \"*@x.test\"",
        "email.is = \"iris@x.test, bo@x.test\"",
        "email.is = \"Iris <iris@x.test>\"",
        "email.is = \"ir\u{200b}is@x.test\"",
        "email.base = \"iris+work@x.test\"",
        "email.base = \"iris\"",
        "email.local = \"iris@x.test\"",
        "email.local = \"ir*\"",
        "email.glob = \"{a,b}*@x.test\"",
        "email.glob = \"iris\"",
        "email.glob = \"@x.test\"",
        "email.glob = \"a b*@x.test\"",
        "when = \"costs.resource_id = '@x.test'\"",
        "when = \"costs.resource_id LIKE '@x.test'\"",
        "when = \"tags['cursor:user'] ILIKE '@x%'\"",
        "when = \"tags.name = 'cursor:user' AND tags.value = 'a@b@x.test'\"",
        "when = \"costs.resource_id IN ('a@x.test', 'b@x.test;c@x.test')\"",
    ] {
        assert_eq!(check(condition), [FindingKind::ImpossibleEmail], "{condition}");
    }
    for condition in [
        "email.domain = \"X.Test\"",
        "email.under = \"test\"",
        "email.is = [\"iris+work@x.test\", \"O'Brien@x.test\"]",
        "email.base = \"iris@x.test\"",
        "email.local = \"iris+work\"",
        "email.glob = \"*-bot@*\"",
        "email.glob = \"iris*\"",
        "email.glob = \"?*@x.test\"",
        "when = \"costs.resource_id LIKE '%@x.test'\"",
        "when = \"costs.resource_id = 'Nightly Review'\"",
    ] {
        assert_eq!(check(condition), [], "{condition}");
    }
}

#[test]
fn values_and_keys_that_people_read_as_one_are_found() {
    let values = |rules: &str, csv: &str| {
        let findings = in_rules(&format!("[[tag]]\nkey = \"Team\"\ndefault = \"none\"\n{rules}"), csv);
        kinds(&findings)
    };
    let by_directory = "[[tag.rule]]\nfrom_directory = \"team\"\n";
    let rule = |value: &str| format!("[[tag.rule]]\nvalue = \"{value}\"\nemail.domain = \"y.test\"\n");
    for value in ["Web ", "web", "We\u{200b}b", "\u{ff37}eb", " Web", "WEB"] {
        let csv = "email,team\na@x.test,Web\n";
        assert_eq!(
            values(&format!("{by_directory}{}", rule(value)), csv),
            [FindingKind::NearEqualValues],
            "{value}"
        );
    }
    for (one, other) in [("Data  Platform", "data platform"), ("Web", "Web\u{a0}")] {
        let csv = format!("email,team\na@x.test,\"{one}\"\nb@x.test,\"{other}x\"\nc@x.test,\"{other}\"\n");
        let expected = if one == "Web" { vec![] } else { vec![FindingKind::NearEqualValues] };
        assert_eq!(values(by_directory, &csv), expected, "{one} {other}");
    }
    assert_eq!(values(&rule(" Ops"), "email,team\n"), [FindingKind::NearEqualValues]);
    let split = "[[tag.rule]]\nsplit = [\"A\", \"a\"]\n";
    assert_eq!(values(split, "email,team\n"), [FindingKind::NearEqualValues]);
    assert_eq!(values(&format!("{by_directory}{}", rule("Web 1")), "email,team\na@x.test,Web-1\n"), []);
    // The default is a value, too.
    assert_eq!(values(&rule("None"), "email,team\n"), [FindingKind::NearEqualValues]);

    // A condition asks for a value as another key has it, but for its letters.
    let asks = |value: &str| {
        let toml = format!(
            "[[tag]]\nkey = \"Team\"\n{by_directory}[[tag]]\nkey = \"Site\"\n[[tag.rule]]\nvalue = \"Berlin\"\nwhen = \"vtag.Team \
             IN ('Ops', '{value}')\"\n"
        );
        kinds(&in_rules(&toml, "email,team\na@x.test,Web\nb@x.test,Ops\n"))
    };
    assert_eq!(asks("web"), [FindingKind::NearEqualValues]);
    assert_eq!(asks("Web "), [FindingKind::NearEqualValues]);
    assert_eq!((asks("Web"), asks("Labs")), (vec![], vec![]));

    let keys = |one: &str, other: &str| {
        let toml = format!("[[tag]]\nkey = \"{one}\"\n[[tag]]\nkey = \"{other}\"\n");
        kinds(&in_rules(&toml, "email,team\n"))
    };
    for (one, other) in [
        ("Team", "team"),
        ("Cost_center", "Cost Center"),
        ("cost-center", "CostCenter"),
        ("Te\u{200b}am", "Team"),
    ] {
        assert_eq!(keys(one, other), [FindingKind::NearEqualKeys], "{one} {other}");
    }
    assert_eq!(keys("Team", "Teams"), []);
    assert_eq!(found("email,cost_center,Cost Center\n"), [(FindingKind::NearEqualKeys, None)]);
    // A column that a key is named after makes no second key.
    let people = directory("email,cost_center\na@x.test,7\n");
    let rules = RuleSet::from_toml("[[tag]]\nkey = \"Cost Center\"\n", "rules.toml").unwrap();
    assert_eq!(rules.with_directory_facts(&people, ["cost_center"], "none").unwrap().tags.len(), 1);
}

#[test]
fn dates_without_quotes_are_dates_and_years_have_four_digits() {
    let toml = include_str!("cases/dates-without-quotes/rules.toml");
    assert_eq!(in_rules(toml, include_str!("cases/dates-without-quotes/people.csv")), []);
    let span = |date: &str| {
        let toml = format!(
            "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\nfrom = {date}\n[[test]]\nat = {date}\nrecord = {{}}\nexpect = {{ Team = \"A\" }}\n"
        );
        RuleSet::from_toml(&toml, "rules.toml")
            .map(|rules| (rules.tags[0].rules[0].spans[0].from, rules.tests[0].at))
    };
    for date in ["2026-09-15", "\"2026-09-15\"", "2026-09-15T00:00:00Z", "\"2026/9/15\""] {
        let (from, test) = span(date).unwrap();
        assert_eq!((from, test), (Some(at("2026-09-15")), at("2026-09-15")), "{date}");
    }
    for date in ["\"26-09-15\"", "\"0026-09-15\"", "10:00:00", "7", "\"15.09.2026\"", "2026-09-15T10:00:00Z"]
    {
        let error = span(date).unwrap_err().to_string();
        assert!(error.starts_with("rules.toml:5:8: ") && error.contains("date"), "{date}: {error}");
    }
    for column in ["from", "to", "recorded_at"] {
        let csv = format!("email,team,{column}\na@x.test,Web,26-12-31\n");
        let error = Directory::from_csv(csv.as_bytes(), "people.csv").unwrap_err().to_string();
        assert!(error.starts_with(&format!("people.csv:2: `{column}` is `26-12-31`, which is ")), "{error}");
    }
}

/// Header words may be written in any case, in the file and in the rules.
#[test]
fn a_rule_finds_its_column_in_any_case() {
    let people = directory("Email,TEAM,Cost Center\na@x.test,Web,7\n");
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n[[tag]]\nkey = \"Center\"\n[[tag.rule]]\nfrom_directory \
                = \"cost center\"\n";
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let rules = rules.compile(people).unwrap().tagger().unwrap();
    let mut charge = cost_model::CostRecord::new(
        at("2026-06-01"),
        "cursor",
        cost_model::Currency::USD,
        cost_model::Costs::absent(),
    );
    charge.edit(|set| set.resource = Some("a@x.test".into()));
    assert_eq!(rules.answer("Team", &charge, charge.at).to_string(), "`Web`");
    assert_eq!(rules.answer("Center", &charge, charge.at).to_string(), "`7`");
}

/// A move, a correction, a leaver and a loan, each added later; and the same as it was known before.
#[test]
fn what_became_known_later_replaces_no_more_than_it_is_about() {
    let ana = |later: &str| {
        directory(&format!("email,team,from,to,recorded_at\nana@x.test,Web,2026-01-01,,\n{later}"))
    };
    let team = |directory: &Directory, day| directory.fact("ana@x.test", "team", at(day)).map(str::to_owned);
    let days = ["2025-12-31", "2026-02-01", "2026-06-01", "2026-10-01"];
    for (later, expected) in [
        ("ana@x.test,Data,2026-05-01,,2026-06-01\n", [None, Some("Web"), Some("Data"), Some("Data")]),
        ("ana@x.test,Data,,,2026-06-01\n", [Some("Data"); 4]),
        ("ana@x.test,Web,2026-01-01,2026-09-01,2026-06-01\n", [None, Some("Web"), Some("Web"), None]),
        (
            "ana@x.test,Data,2026-05-01,2026-09-01,2026-06-01\n",
            [None, Some("Web"), Some("Data"), Some("Web")],
        ),
        (
            "ana@x.test,Data,2026-05-01,,2026-06-01\nana@x.test,Ops,2026-05-01,2026-09-01,2026-07-01\n",
            [None, Some("Web"), Some("Ops"), None],
        ),
        (
            "ana@x.test,Intern,2025-01-01,2026-01-01,2026-06-01\n",
            [Some("Intern"), Some("Web"), Some("Web"), Some("Web")],
        ),
    ] {
        let now = ana(later);
        assert_eq!(days.map(|day| team(&now, day)), expected.map(|team| team.map(str::to_owned)), "{later}");
        let before = now.known_at(at("2026-05-31"));
        assert_eq!(team(&before, "2026-06-01").as_deref(), Some("Web"), "{later}");
        assert_eq!(before.digest(), directory("email,team,from\nana@x.test,Web,2026-01-01\n").digest());
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// Rows of several recordings, day by day against the rule as it is written: the latest recording that has the day counts, unless
    /// one recorded after it shares days with it and starts no later.
    #[test]
    fn recordings_hold_as_a_loop_over_days_says(
        rows in prop::collection::vec((0_u32..4, prop::option::of(0_u32..12), prop::option::of(0_u32..12)), 1..6),
    ) {
        let day = |number: u32| format!("2026-01-{:02}", number + 10);
        let mut kept: Vec<(u32, i64, i64)> = Vec::new();
        let mut csv = "email,team,from,to,recorded_at\n".to_owned();
        for (recorded, from, to) in rows {
            let (start, end) = (from.map_or(-100, i64::from), to.map_or(100, i64::from));
            let clash = |other: &(u32, i64, i64)| other.0 == recorded && other.1 < end && start < other.2;
            if start >= end || kept.iter().any(clash) {
                continue;
            }
            let text = |each: Option<u32>| each.map(day).unwrap_or_default();
            csv += &format!("a@x.test,T{},{},{},2026-02-{:02}\n", kept.len(), text(from), text(to), recorded + 1);
            kept.push((recorded, start, end));
        }
        let people = directory(&csv);
        for number in 0..12_u32 {
            let today = i64::from(number);
            let holds = |row: &(u32, i64, i64)| {
                let replaced = kept.iter().any(|later| {
                    later.0 > row.0 && later.1 < row.2 && row.1 < later.2 && later.1 <= row.1
                });
                row.1 <= today && today < row.2 && !replaced
            };
            let newer_has_it = |row: &(u32, i64, i64)| kept.iter().any(|later| later.0 > row.0 && later.1 <= today && today < later.2);
            let expected = kept.iter().position(|row| holds(row) && !newer_has_it(row)).map(|row| format!("T{row}"));
            prop_assert_eq!(people.fact("a@x.test", "team", at(&day(number))).map(str::to_owned), expected, "{} {}", csv, number);
        }
    }
}

#[test]
fn rows_on_the_same_days_whose_emails_differ_only_in_letter_case_are_found() {
    use FindingKind::EmailsAlike;
    for (csv, expected) in [
        ("email,team\nIRIS@example.com,Ops\niris@example.com,Web\n", vec![(EmailsAlike, Some(3))]),
        ("email,team\nIRIS@example.com,Web\nb@x.test,Web\niris@EXAMPLE.com,Web\nIris@example.com,Web\n", {
            vec![(EmailsAlike, Some(4)), (EmailsAlike, Some(5))]
        }),
        (
            "email,team,from,to\nIRIS@example.com,Ops,,2026-08-02\niris@example.com,Web,2026-08-01,\n",
            vec![(EmailsAlike, Some(3))],
        ),
        // A spelling that changes with the row is no contradiction.
        ("email,team,from,to\nIRIS@example.com,Ops,,2026-08-01\niris@example.com,Web,2026-08-01,\n", vec![]),
        ("email,team\niris@example.com,Ops\nires@example.com,Web\n", vec![]),
    ] {
        assert_eq!(found(csv), expected, "{csv}");
    }
}
