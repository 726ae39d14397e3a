//! Rules and people, over small made-up answers of a server, in every command that reads them.

use std::collections::BTreeMap;

use cost_model::Money;
use serde_json::Value;

use crate::program::{Folder, Printed};
use crate::servers::{SYNC_DAY, serve};

const OWNER_PAGE: &str = include_str!("cases/everyone-has-an-owner/page.json");
const OWNER_PEOPLE: &str = include_str!("cases/everyone-has-an-owner/people.csv");
const SHARED_PAGE: &str = include_str!("cases/shared-cost-not-shared/page.json");
const SHARED_PEOPLE: &str = include_str!("cases/shared-cost-not-shared/people.csv");
const SHARED_RULES: &str = include_str!("cases/shared-cost-not-shared/rules.toml");
const DAY: [&str; 4] = ["--from", "2026-07-31", "--to", "2026-08-01"];

/// A folder whose store holds the one day that the page is of.
fn synced(page: &'static str, files: &[(&str, &str)]) -> Folder {
    let folder = Folder::of_account(&serve(page), files);
    let sync = folder.run_keyed("key_x", &SYNC_DAY);
    assert_eq!(sync.status, 0, "{}{}", sync.stdout, sync.stderr);
    folder
}

fn of_day(folder: &Folder, arguments: &[&str]) -> Printed {
    folder.run(&[arguments, &DAY[..]].concat())
}

fn shown(folder: &Folder, arguments: &[&str]) -> String {
    let printed = of_day(folder, arguments);
    assert_eq!(printed.status, 0, "{arguments:?}: {}{}", printed.stdout, printed.stderr);
    printed.stdout
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    of_day(folder, &[arguments, &["--format", "json"][..]].concat()).json()
}

#[test]
fn an_owner_for_everybody_is_an_answer_whatever_the_default_is_called() {
    for rules in [
        include_str!("cases/everyone-has-an-owner/rules.toml"),
        include_str!("cases/everyone-has-an-owner/rules-shared.toml"),
    ] {
        let folder = synced(OWNER_PAGE, &[("people.csv", OWNER_PEOPLE), ("rules.toml", rules)]);
        let coverage = json(&folder, &["tags", "coverage"]);
        assert_eq!(coverage["months"][0]["owned"], "0.05", "{coverage}");
        assert_eq!(coverage["unallocated"].as_array().unwrap().len(), 0, "{coverage}");
    }
}

/// Whoever nobody owns is found by the default of the key, whatever it is called.
#[test]
fn charges_of_a_default_of_any_name_have_no_owner() {
    let rules = "[[tag]]\nkey = \"Team\"\ndefault = \"It's shared\"\n[[tag.rule]]\nvalue = \"Web\"\nemail.local = \"nobody\"\n";
    let folder = synced(OWNER_PAGE, &[("people.csv", OWNER_PEOPLE), ("rules.toml", rules)]);
    let coverage = json(&folder, &["tags", "coverage"]);
    assert_eq!(coverage["months"][0]["owned"], "0", "{coverage}");
    assert_eq!(coverage["unallocated"][0]["effective"], "0.05", "{coverage}");
}

#[test]
fn a_split_by_cost_is_the_same_in_every_command() {
    let folder = synced(SHARED_PAGE, &[("people.csv", SHARED_PEOPLE), ("rules.toml", SHARED_RULES)]);
    let report = shown(&folder, &["report", "--group-by", "vtag.Team", "--format", "csv"]);
    assert!(report.contains("\nWeb,") && report.contains(",10.5,") && report.contains(",3.5,"), "{report}");
    let coverage = shown(&folder, &["tags", "coverage"]);
    assert!(coverage.contains("14.00") && !coverage.contains("Without Team"), "{coverage}");
    assert_eq!(shown(&folder, &["tags", "check"]), "0 tests, 0 failed; 0 findings\n");
    let explain = folder.run(&["tags", "explain", "bot-7", "--at", "2026-07-31"]);
    assert!(explain.stdout.contains("  value      1 of `Ops`, 3 of `Web`\n"), "{}", explain.stdout);
    let diff = shown(&folder, &["tags", "diff", "rules.toml", "--guard", "0"]);
    assert!(diff.contains("Team: 0.00 of 14.00 reassigned"), "{diff}");
}

/// A pivot of the exported records by team is the report, also where charges are split.
#[test]
fn exported_parts_of_a_charge_add_up_to_the_report() {
    let folder = synced(SHARED_PAGE, &[("people.csv", SHARED_PEOPLE), ("rules.toml", SHARED_RULES)]);
    let records = shown(&folder, &["export", "records"]);
    let mut records = csv::Reader::from_reader(records.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = records.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.iter().filter(|row| row["parts"] == "2").count(), 2, "one charge is split in two");
    let report = json(&folder, &["report", "--group-by", "vtag.Team"]);
    for row in report["rows"].as_array().unwrap() {
        let of_team = rows.iter().filter(|record| record["Team"] == row["keys"][0].as_str().unwrap());
        let amounts = of_team.map(|record| record["effective"].parse::<Money>().unwrap());
        assert_eq!(Money::sum(amounts).unwrap().to_string(), row["effective"], "{row}");
    }
}

#[test]
fn only_columns_that_rules_name_become_tags() {
    let people = include_str!("cases/salary-in-the-directory/people.csv");
    let page = include_str!("cases/salary-in-the-directory/page.json");
    let rules = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
    let folder = synced(page, &[("people.csv", people), ("rules.toml", rules)]);
    for command in [&["report", "--group-by", "vtag.Team"][..], &["export", "records"], &["tags", "coverage"]]
    {
        let shown = shown(&folder, command);
        assert!(!shown.contains("91000") && !shown.to_lowercase().contains("salary"), "{command:?}: {shown}");
    }
    let wrong =
        synced(page, &[("people.csv", people), ("rules.toml", &rules.replace("\"team\"", "\"teem\""))]);
    let refused = of_day(&wrong, &["report", "--group-by", "vtag.Team"]);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("teem") && refused.stderr.contains("team"), "{}", refused.stderr);
}

/// What is explained of a charge is what the report shows of it: rules on models and tags included.
#[test]
fn explain_and_report_say_the_same() {
    let rules = "[[tag]]\nkey = \"Team\"\ndefault = \"none\"\n[[tag.rule]]\nvalue = \"Labs\"\n\
                 when = \"costs.service_id = 'gpt-5.4' AND tags['cursor:max_mode'] = 'false'\"\n\
                 [[tag.rule]]\nfrom_directory = \"team\"\n";
    let folder = synced(OWNER_PAGE, &[("people.csv", OWNER_PEOPLE), ("rules.toml", rules)]);
    let report = shown(&folder, &["report", "--group-by", "vtag.Team", "--format", "csv"]);
    assert!(report.lines().any(|line| line.starts_with("Labs,1,0.05")), "{report}");
    let explained = folder.run(&["tags", "explain", "Iris@Example.com", "--at", "2026-07-31"]).stdout;
    assert!(explained.starts_with("1 charge, 0.05, the first at 2026-07-31T10:00:00.417Z\n"), "{explained}");
    for line in
        ["  costs.service = GPT 5.4\n", "  tags['cursor:max_mode'] = false\n", "  value      `Labs`\n"]
    {
        assert!(explained.contains(line), "{explained}");
    }
    let nothing = folder.run(&["tags", "explain", "iris@example.com", "--at", "2026-07-30"]);
    assert_eq!(nothing.status, 1);
    assert!(nothing.stderr.contains("nothing was charged to them"), "{}", nothing.stderr);
}

const RULES: &str = "# rules\n[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";

/// The commands that read rules and people.
const READERS: [&[&str]; 6] = [
    &["report", "--group-by", "vtag.Team"],
    &["export", "records"],
    &["tags", "check"],
    &["tags", "coverage"],
    &["tags", "suggest"],
    &["tags", "diff", "rules.toml"],
];

fn write(folder: &Folder, name: &str, bytes: &[u8]) {
    std::fs::write(folder.path(name), bytes).unwrap();
}

#[test]
fn files_in_utf_16_are_read_and_those_in_other_encodings_refused_with_line_and_remedy() {
    let texts = [("rules.toml", RULES), ("people.csv", OWNER_PEOPLE)];
    let folder = synced(OWNER_PAGE, &texts);
    let plain = READERS.map(|command| shown(&folder, command));
    for (name, text) in texts {
        let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        write(&folder, name, &utf16);
        assert_eq!(READERS.map(|command| shown(&folder, command)), plain, "{name}");
        write(&folder, name, &[text.as_bytes(), b"# M\xfcller\n"].concat());
        let place = format!("{name}:{}: the text is not UTF-8", text.lines().count() + 1);
        for command in READERS {
            let refused = of_day(&folder, command);
            assert_eq!((refused.status, refused.stdout.as_str()), (1, ""), "{command:?}");
            let told = &refused.stderr;
            assert!(told.contains(&place) && told.contains("CSV UTF-8"), "{command:?}: {told}");
        }
        write(&folder, name, text.as_bytes());
    }
}

#[test]
fn a_mistake_in_a_file_names_the_file_and_the_place_in_every_command() {
    let folder = synced(OWNER_PAGE, &[("rules.toml", RULES), ("people.csv", OWNER_PEOPLE)]);
    let misspelt =
        "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"A\"\n  when = \"costs.servise = 'x'\"\n";
    for (name, text, words) in [
        ("rules.toml", misspelt, ["rules.toml:5:11", "costs.service"]),
        ("people.csv", "email,team,from\nana@acme.test,A,soon\n", ["people.csv:2", "`from`"]),
        ("people.csv", "email,team\n,Web\n", ["people.csv:2", "the row has no email"]),
    ] {
        let before = folder.read(name);
        folder.write(name, text);
        for command in READERS {
            let refused = of_day(&folder, command);
            assert_eq!((refused.status, refused.stdout.as_str()), (1, ""), "{command:?}");
            assert!(
                words.iter().all(|word| refused.stderr.contains(word)),
                "{command:?}: {}",
                refused.stderr
            );
        }
        folder.write(name, &before);
    }
}

#[test]
fn two_rows_that_differ_only_in_the_letter_case_of_the_email_fail_the_check() {
    let people = "email,team\nIRIS@example.com,Ops\niris@example.com,Web\n";
    let folder = synced(OWNER_PAGE, &[("rules.toml", RULES), ("people.csv", people)]);
    let checked = of_day(&folder, &["tags", "check"]);
    assert_eq!(checked.status, 3);
    let finding = "people.csv:3: the email differs from that of line 2 only in letter case";
    assert!(checked.stdout.contains(finding), "{}", checked.stdout);
}

#[test]
fn json_of_rules_has_every_digit_and_no_prose() {
    let demo = Folder::demo();
    demo.write("other.toml", "[[tag]]\nkey = \"Team\"\ndefault = \"Everybody\"\n");
    let diff = demo.run(&["tags", "diff", "other.toml", "--format", "json"]).json();
    assert_eq!(diff["schema"], "tags-diff/1");
    let key = &diff["keys"][0];
    let sum = |list: &Value, field: &str| {
        let amounts =
            list.as_array().unwrap().iter().map(|each| each[field].as_str().unwrap().parse().unwrap());
        amounts.fold(Money::ZERO, |sum, amount: Money| sum.checked_add(amount).unwrap()).to_string()
    };
    assert_eq!((&key["key"], &key["moves"][0]["to"]), (&"Team".into(), &"Everybody".into()));
    assert_eq!(key["moved"], sum(&key["moves"], "effective"), "everybody moves one way");
    let total = demo.run(&["report", "--format", "json"]).json();
    assert_eq!(key["total"], total["total"]["effective"], "as a report says it");

    let who = "yusuf.adeyemi@acme.test";
    let explained = demo.run(&["tags", "explain", who, "--format", "json"]).json();
    assert_eq!((&explained["schema"], &explained["who"]), (&"tags-explain/1".into(), &who.into()));
    let theirs =
        demo.run(&["report", "--filter", &format!("costs.resource_id = '{who}'"), "--format", "json"]).json();
    assert_eq!(sum(&explained["explanations"], "effective"), theirs["total"]["effective"].as_str().unwrap());
    assert_eq!(explained["explanations"].as_array().unwrap().len(), 1, "one reason for all of them");
    let part = &explained["explanations"][0]["keys"][0]["parts"][0];
    assert_eq!((&part["values"][0]["value"], &part["rule"]), (&"Unallocated".into(), &Value::Null));
}

/// Whatever is said of rules is about the days that were asked for, in whatever zone, as a report is.
#[test]
fn answers_about_rules_are_of_the_days_that_were_asked_for() {
    let demo = Folder::demo();
    let split = "[[tag]]\nkey = \"Payer\"\ndefault = \"Nobody\"\n[[tag.rule]]\nwhen = \"costs.service = 'Auto'\"\n\
                 split = { cost_of = \"Team\", per = \"month\" }\n";
    demo.write("rules.toml", &format!("{}{split}", demo.read("rules.toml")));
    demo.write("other.toml", "[[tag]]\nkey = \"Team\"\ndefault = \"Everybody\"\n");
    let sum = |list: &Value, field: &str, key: &str| {
        let of_key = list.as_array().unwrap().iter().filter(|each| each["key"] == key);
        let amounts = of_key.map(|each| each[field].as_str().unwrap().parse::<Money>().unwrap());
        Money::sum(amounts).unwrap().to_string()
    };
    for range in [
        &["--from", "2026-10-05", "--to", "2026-10-20"][..],
        &["--interval", "last_7_days"],
        &["--interval", "last_month", "--zone=-11:00"],
        &["--interval", "last_month", "--zone=+05:30"],
        &["--from", "2026-08-20", "--to", "2026-10-03"],
    ] {
        let answer = |command: &[&str]| demo.run(&[command, range, &["--format", "json"]].concat()).json();
        let total = answer(&["report"])["total"]["effective"].as_str().unwrap().to_owned();
        let without =
            answer(&["report", "--filter", "vtag.Team = 'Unallocated'"])["total"]["effective"].clone();
        let coverage = answer(&["tags", "coverage"]);
        for key in ["Team", "Department", "Payer"] {
            assert_eq!(sum(&coverage["months"], "effective", key), total, "{key} {range:?}");
        }
        assert_eq!(
            sum(&coverage["unallocated"], "effective", "Team"),
            without.as_str().unwrap(),
            "{range:?}"
        );
        assert_eq!(answer(&["tags", "diff", "other.toml"])["keys"][0]["total"], total.as_str(), "{range:?}");
        let text = demo.run(&[&["tags", "coverage"][..], range].concat()).stdout;
        let days = demo.run(&[&["report"][..], range].concat()).stdout;
        assert_eq!(text.lines().next(), days.lines().next(), "both say their days");
    }
    // Months are those of the reporting zone.
    let zone = demo.run(&["tags", "coverage", "--zone=+05:30", "--format", "json"]).json();
    assert!(zone["months"].as_array().unwrap().iter().all(|month| month["month"] == "2026-10"), "{zone}");
}
