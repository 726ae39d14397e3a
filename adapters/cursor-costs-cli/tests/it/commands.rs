//! Each command over the demo's folder: its text, its JSON, its exit status.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::program::{Folder, Served};

const OCTOBER: [&str; 4] = ["--from", "2026-10-01", "--to", "2026-11-01"];

/// Returns a command and all commands below it, as its help lists them.
fn commands_below(folder: &Folder, command: &[String]) -> Vec<Vec<String>> {
    let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    let help = folder.run(&arguments);
    assert_eq!((help.status, help.stderr.as_str()), (0, ""), "{command:?}");
    assert!(help.stdout.contains("Usage: cursor-costs"), "{command:?}");
    let widest = help.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 80, "{command:?}: {widest} columns");
    let listed = help.stdout.split("Commands:\n").nth(1).unwrap_or_default();
    // A description that goes on below is indented further than a name.
    let names = listed.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let below = names.flat_map(|name| commands_below(folder, &[command, &[name.to_owned()]].concat()));
    std::iter::once(command.to_vec()).chain(below).collect()
}

#[test]
fn every_command_tells_how_it_is_called() {
    let folder = Folder::new();
    let commands = commands_below(&folder, &[]);
    assert!(commands.len() > 35, "{commands:?}");
    assert!(commands.contains(&vec!["people".to_owned(), "forget".to_owned()]), "{commands:?}");
    assert!(folder.run(&["--version"]).stdout.starts_with("cursor-costs "));
    assert!(folder.run(&["completions", "bash"]).stdout.contains("cursor-costs"));
    assert!(folder.run(&["man"]).stdout.contains(".TH cursor-costs"));
}

#[test]
fn every_answer_is_a_document_with_a_schema() {
    let demo = Folder::demo();
    let commands: &[(&[&str], &str)] = &[
        (&["accounts", "list"], "accounts/1"),
        (&["status"], "status/1"),
        (&["import", "list"], "imports/1"),
        (&["report"], "report/1"),
        (&["report", "teams", "--compare"], "report/1"),
        (&["tags", "check"], "tags-check/1"),
        (&["tags", "test"], "tags-test/1"),
        (&["tags", "coverage"], "tags-coverage/1"),
        (&["tags", "suggest", "--reach", "96"], "tags-suggest/1"),
        (&["tags", "diff", "rules.toml"], "tags-diff/1"),
        (&["tags", "explain", "yusuf.adeyemi@acme.test"], "tags-explain/1"),
        (&["invoice", "check", "invoices/INV-0007.csv"], "invoice/1"),
        (&["invoice", "explain", "invoices/INV-0007.csv"], "reconciliation/1"),
        (&["invoice", "tie-out"], "tie-out/1"),
        (&["people", "list"], "people-list/1"),
        (&["people", "preview", "people.csv"], "people-preview/1"),
        (&["seats", "--by", "Team"], "seats/1"),
        (&["config", "check"], "config-check/1"),
        (&["config", "show"], "config/1"),
    ];
    for (command, schema) in commands {
        let printed = demo.run(&[command, &["--format", "json"][..]].concat());
        assert_eq!(printed.json()["schema"], *schema, "{command:?}");
        assert_eq!(printed.stderr, "", "{command:?}");
        let text = demo.run(command);
        assert_eq!(text.status, printed.status, "{command:?}: {}", text.stderr);
        assert!(!text.stdout.is_empty(), "{command:?}");
    }
}

fn amounts(report: &Value) -> BTreeMap<String, String> {
    let rows = report["rows"].as_array().unwrap();
    let row = |row: &Value| {
        (row["keys"][0].as_str().unwrap().to_owned(), row["effective"].as_str().unwrap().to_owned())
    };
    rows.iter().map(row).collect()
}

/// Adds decimal numbers as text, exactly.
fn sum<'a>(numbers: impl Iterator<Item = &'a str>) -> String {
    let numbers = numbers.map(|number| number.parse::<cost_model::Money>().unwrap());
    cost_model::Money::sum(numbers).unwrap().to_string()
}

#[test]
fn report_export_and_invoice_give_the_same_figures() {
    let demo = Folder::demo();
    let report =
        demo.run(&[&["report", "--group-by", "vtag.Team", "--format", "json"][..], &OCTOBER].concat()).json();
    let by_team = amounts(&report);
    let total = report["total"]["effective"].as_str().unwrap();
    assert_eq!(sum(by_team.values().map(String::as_str)), total);

    let records = demo.run(&[&["export", "records", "-q"][..], &OCTOBER].concat());
    let mut table = csv::Reader::from_reader(records.stdout.as_bytes());
    let headings = table.headers().unwrap().clone();
    let column = |name: &str| headings.iter().position(|heading| heading == name).unwrap();
    let (team, effective) = (column("Team"), column("effective"));
    let mut exported: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table.records() {
        let row = row.unwrap();
        exported.entry(row[team].to_owned()).or_default().push(row[effective].to_owned());
    }
    let exported =
        exported.into_iter().map(|(team, amounts)| (team, sum(amounts.iter().map(String::as_str))));
    assert_eq!(exported.collect::<BTreeMap<_, _>>(), by_team);

    // The invoice's months are September and October.
    let months = ["report", "--from", "2026-09-01", "--to", "2026-11-01", "--format", "json"];
    let months = demo.run(&months).json();
    let bridge = demo.run(&["invoice", "explain", "invoices/INV-0007.csv", "--format", "json"]).json();
    assert_eq!(bridge["ingested"], months["total"]["effective"]);
    let csv =
        demo.run(&[&["report", "--group-by", "vtag.Team", "--format", "csv"][..], &OCTOBER].concat()).stdout;
    assert!(csv.starts_with("Team,"), "{csv}");
    assert!(by_team.values().all(|amount| csv.contains(amount.as_str())), "CSV has every digit");
}

#[test]
fn options_change_a_saved_report() {
    let demo = Folder::demo();
    let saved = demo.run(&["report", "teams", "--format", "json"]).json();
    assert_eq!(saved["group_by"], serde_json::json!(["vtag.Team", "vtag.Department"]));
    let changed =
        demo.run(&["report", "teams", "--group-by", "service", "--top", "2", "--format", "json"]).json();
    assert_eq!(changed["group_by"], serde_json::json!(["costs.service"]));
    assert_eq!(changed["rows"].as_array().unwrap().len(), 3, "two and all others");
    assert_eq!(changed["total"], saved["total"]);
    assert!(changed["rows"][2]["other_groups"].as_u64().unwrap() > 2);
}

#[test]
fn a_sync_over_http_counts_what_came_and_a_second_one_changes_nothing() {
    let served = Served::start();
    let folder = Folder::demo();
    let config = folder.read("cursor-costs.toml").replace("http://127.0.0.1:8080", &served.base_url);
    folder.write("cursor-costs.toml", &config);
    std::fs::remove_file(folder.path("costs.db")).unwrap();
    let first = folder.run(&["sync", "--format", "json"]);
    assert_eq!(first.status, 0, "{}", first.stderr);
    let account = &first.json()["accounts"][0];
    assert_eq!(
        (&account["name"], &account["events"], &account["added"]),
        (&"Acme".into(), &38_947.into(), &38_947.into())
    );
    let second = folder.run(&["sync", "--quiet", "--audit", "--format", "json"]);
    let account = &second.json()["accounts"][0];
    assert_eq!((&account["added"], &account["removed"]), (&0.into(), &0.into()));
    assert_eq!(second.stderr, "");
    let again = folder.run(&["sync", "--from", "2026-09-01", "--to", "2026-10-01", "-q"]);
    assert!(again.stdout.contains("unchanged"), "{}", again.stdout);
    let checked = folder.run(&["accounts", "check", "Acme"]);
    assert_eq!(checked.status, 0, "{}", checked.stderr);
    assert!(checked.stdout.contains("usage events  can be read"), "{}", checked.stdout);
    let tied = folder.run(&["invoice", "tie-out"]);
    assert!(tied.stdout.contains("INV-0006") && tied.stdout.contains("people differ"), "{}", tied.stdout);
}

#[test]
fn what_cannot_be_taken_back_is_done_with_a_word_alone() {
    let demo = Folder::demo();
    let refused = demo.run(&["accounts", "remove", "Acme"]);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("--yes does it"), "{}", refused.stderr);
    let told = demo.run(&["accounts", "remove", "Acme", "--dry-run"]);
    assert!(told.stdout.starts_with("would remove the account Acme"), "{}", told.stdout);
    assert!(demo.run(&["status"]).stdout.contains("38,947 charges"));

    let renamed = demo.run(&["accounts", "rename", "Acme", "EMEA", "--yes"]);
    assert_eq!(renamed.stdout, "Acme is EMEA now\n", "{}", renamed.stderr);
    let config = demo.read("cursor-costs.toml");
    assert!(
        config.contains("name = \"EMEA\"")
            && config.contains("id = \"Acme\"")
            && config.contains("# A made-up")
    );
    let by_account = demo.run(&["report", "--group-by", "account", "--format", "json"]).json();
    assert_eq!(by_account["rows"][0]["keys"], serde_json::json!(["EMEA"]));

    let removed = demo.run(&["accounts", "remove", "EMEA", "--yes"]);
    assert_eq!(removed.stdout, "EMEA is gone, and 38,947 charges with it\n", "{}", removed.stderr);
    assert!(!demo.read("cursor-costs.toml").contains("[[account]]"));
}

#[test]
fn an_export_of_the_dashboard_is_imported_listed_and_removed() {
    let folder = Folder::new();
    folder.run(&["init"]);
    let header = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";
    let row = "2026-07-15T09:00:00.000Z,iris@example.com,On-Demand,auto,No,0,7,0,5,12,0.08\n";
    folder.write("usage.csv", &format!("{header}{row}"));
    let imported = folder.run(&["import", "usage.csv", "--format", "json"]);
    assert_eq!(imported.status, 0, "{}", imported.stderr);
    assert_eq!(
        imported.json()["stored"],
        serde_json::json!({ "rows": 1, "effective": "0.08", "billed": "0.08" })
    );
    let again = folder.run(&["import", "usage.csv"]);
    assert!(again.stdout.contains("this very file was brought in before"), "{}", again.stdout);
    let report = ["report", "--from", "2026-07-01", "--to", "2026-08-01", "--format", "json"];
    assert_eq!(folder.run(&report).json()["total"]["effective"], "0.08");
    let list = folder.run(&["import", "list", "--format", "json"]).json();
    let id = list["imports"][0]["id"].as_str().unwrap();
    assert_eq!(folder.run(&["import", "remove", id]).status, 1);
    assert_eq!(folder.run(&["import", "remove", id, "--yes"]).status, 0);
    assert_eq!(folder.run(&report).json()["total"]["effective"], "0");
    assert!(folder.run(&["import", "list"]).stdout.contains("nothing was imported"));
}

#[test]
fn rules_that_move_too_much_fail_the_guard() {
    let demo = Folder::demo();
    demo.write("other.toml", "[[tag]]\nkey = \"Team\"\ndefault = \"Nobody\"\n");
    let moved = demo.run(&["tags", "diff", "other.toml", "--guard", "5"]);
    assert_eq!(moved.status, 3, "{}", moved.stderr);
    assert!(moved.stdout.contains("more than 5 % of the cost moves"), "{}", moved.stdout);
    assert_eq!(demo.run(&["tags", "diff", "rules.toml", "--guard", "0"]).status, 0);
}

#[test]
fn an_invoice_with_a_line_too_many_needs_action_and_one_of_another_time_cannot_be_said() {
    let demo = Folder::demo();
    let invoice = demo.read("invoices/INV-0007.csv");
    demo.write("wrong.csv", &format!("{}\n\"Mystery fee\",,100.00\n", invoice.trim_end()));
    assert_eq!(demo.run(&["invoice", "explain", "wrong.csv"]).status, 3);
    demo.write("later.csv", &invoice.replace("2026-09-14", "2026-10-20").replace("2026-10-14", "2026-11-20"));
    let later = demo.run(&["invoice", "explain", "later.csv", "--format", "json"]);
    assert_eq!(later.status, 2, "every verdict is open: {}", later.stdout);
    let bridge = demo.run(&["invoice", "explain", "invoices/INV-0006.csv", "--out", "explained", "-q"]);
    assert_eq!(bridge.status, 0, "{}", bridge.stderr);
    for name in ["reconciliation.json", "bridge.csv", "lines.csv", "charges.csv", "waterfall.svg"] {
        assert!(!demo.read(&format!("explained/{name}")).is_empty());
    }
}

#[test]
fn a_key_of_rules_goes_out_as_a_configuration_of_vantage() {
    let demo = Folder::demo();
    let exported = demo.run(&["tags", "export-vantage", "Department"]);
    let json: Value = serde_json::from_str(&exported.stdout).unwrap();
    assert_eq!(json["key"], "Department");
    let missing = demo.run(&["tags", "export-vantage", "Sector"]);
    assert_eq!(missing.status, 1);
    assert!(missing.stderr.contains("they have: Team, Department"), "{}", missing.stderr);
}

#[test]
fn a_configuration_of_vantage_becomes_rules_and_what_is_lost_is_told() {
    let demo = Folder::demo();
    demo.write(
        "team.json",
        r#"{ "key": "Site", "overridable": true, "backfill_until": "2026-01-01", "values": [
            { "name": "Berlin", "filter": "(costs.provider = 'cursor' AND costs.service = 'Auto')",
              "date_ranges": [{ "start_date": "2026-01-01", "end_date": "2026-10-31" }] } ] }"#,
    );
    let imported = demo.run(&["tags", "import-vantage", "team.json"]);
    assert_eq!(imported.status, 3, "{}", imported.stderr);
    assert!(imported.stderr.contains("not expressed: backfill_until"), "{}", imported.stderr);
    demo.write("rules.toml", &imported.stdout);
    let report = demo.run(&[
        "report",
        "--group-by",
        "vtag.Site",
        "--filter",
        "costs.service = 'Auto'",
        "--format",
        "json",
    ]);
    assert_eq!(report.json()["rows"][0]["keys"], serde_json::json!(["Berlin"]), "{}", report.stderr);
    assert_eq!(report.json()["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn every_change_prints_one_document() {
    let demo = Folder::demo();
    let json = |command: &[&str]| {
        let printed = demo.run(&[command, &["--format", "json"][..]].concat());
        assert_eq!(printed.stderr, "", "{command:?}");
        printed
    };
    let told = json(&["accounts", "remove", "Acme", "--dry-run"]).json();
    assert_eq!(told["schema"], "dry-run/1");
    assert!(told["would"].as_str().unwrap().starts_with("remove the account Acme"));
    let renamed = json(&["accounts", "rename", "Acme", "EMEA", "--yes"]).json();
    assert_eq!((&renamed["schema"], &renamed["id"]), (&"account-rename/1".into(), &"Acme".into()));
    let vantage = json(&["tags", "export-vantage", "Department"]).json();
    assert_eq!(vantage["schema"], "tags-export-vantage/1");
    assert_eq!(vantage["configuration"]["key"], "Department");
    let kept = json(&["accounts", "remove", "EMEA", "--keep-data", "--yes"]).json();
    assert_eq!((&kept["schema"], &kept["charges_removed"]), (&"account-remove/1".into(), &Value::Null));
    // What was kept can still be removed, by the name under which `status` shows it.
    assert!(demo.run(&["status"]).stdout.contains("Acme"));
    assert_eq!(demo.run(&["accounts", "remove", "Nobody", "--yes"]).status, 1);
    let removed = json(&["accounts", "remove", "Acme", "--yes"]).json();
    assert_eq!(removed["charges_removed"], 38_947);
    assert_eq!(demo.run(&["accounts", "remove", "Acme", "--yes"]).status, 1);
}

#[test]
fn a_sync_that_fails_is_one_document_of_status_1() {
    let demo = Folder::demo();
    // Nobody serves there.
    let config = demo.read("cursor-costs.toml").replace("http://127.0.0.1:8080", "http://127.0.0.1:1");
    demo.write("cursor-costs.toml", &config);
    std::fs::remove_file(demo.path("demo.key")).unwrap();
    let failed = demo.run(&["sync", "--format", "json"]);
    assert_eq!((failed.status, failed.stderr.as_str()), (1, ""));
    let document = failed.json();
    assert_eq!(document["incomplete"], serde_json::json!(["Acme"]));
    assert!(document["accounts"][0]["error"].as_str().is_some_and(|error| !error.is_empty()));
    let text = demo.run(&["sync"]);
    assert_eq!(text.status, 1);
    assert!(text.stderr.contains("error:"), "{}", text.stderr);
}

#[test]
fn an_import_says_what_is_odd_about_its_rows() {
    let folder = Folder::new();
    folder.run(&["init"]);
    let header = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";
    let row = |day: &str, cost: &str| {
        format!("{day}T09:00:00.000Z,iris@example.com,On-Demand,auto,No,0,7,0,5,12,{cost}\n")
    };
    folder
        .write("usage.csv", &format!("{header}{}{}", row("2026-07-15", "-0.50"), row("2090-01-01", "0.25")));
    let imported = folder.run(&["import", "usage.csv"]);
    assert!(
        imported.stdout.contains("future        1 row later than now, worth 0.25 USD"),
        "{}",
        imported.stdout
    );
    assert!(
        imported.stdout.contains("negative      1 row with a cost below zero, worth -0.50 USD"),
        "{}",
        imported.stdout
    );
    let again = folder.run(&["import", "usage.csv", "--format", "json"]).json();
    assert_eq!(again["future"], serde_json::json!({ "rows": 1, "effective": "0.25", "billed": "0.25" }));
    assert_eq!(again["negative"], serde_json::json!({ "rows": 1, "effective": "-0.5", "billed": "-0.5" }));
    let none = folder.run(&["import", "remove", "0123456789abcdef", "--dry-run"]);
    assert_eq!(none.status, 1);
    assert!(none.stderr.contains("there is no import 0123456789abcdef of Main"), "{}", none.stderr);
}

#[test]
fn a_configuration_that_names_what_is_not_there_fails_its_check() {
    let demo = Folder::demo();
    assert_eq!(demo.run(&["config", "check"]).status, 0);
    let config = demo.read("cursor-costs.toml");
    demo.write(
        "cursor-costs.toml",
        &format!("{config}\n[[report]]\nname = \"sites\"\ngroup_by = [\"vtag.Site\"]\n"),
    );
    std::fs::remove_file(demo.path("demo.key")).unwrap();
    let checked = demo.run(&["config", "check"]);
    assert_eq!(checked.status, 3, "{}", checked.stdout);
    assert!(
        checked.stdout.contains("2 problems") && checked.stdout.contains("no key `Site`"),
        "{}",
        checked.stdout
    );
    assert_eq!(
        demo.run(&["config", "check", "--format", "json"]).json()["problems"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn people_have_pseudonyms_where_an_option_says_so() {
    let demo = Folder::demo();
    let with = ["--pseudonyms-env", "SECRET"];
    let secret = [("SECRET", "a long secret")];
    for command in [
        &["report", "--group-by", "resource_id"][..],
        &["export", "records"],
        &["tags", "coverage"],
        &["invoice", "tie-out"],
        &["invoice", "explain", "invoices/INV-0007.csv", "--out", "explained"],
    ] {
        let printed = demo.run_with(&secret, &[command, &with[..]].concat());
        assert_eq!(printed.status, 0, "{command:?}: {}", printed.stderr);
        assert!(!printed.stdout.contains("@acme.test"), "{command:?}: {}", printed.stdout);
        assert_eq!(demo.run(&[command, &with[..]].concat()).status, 1, "{command:?} without a secret");
    }
    assert!(!demo.read("explained/charges.csv").contains("@acme.test"));
    let refused =
        demo.run_with(&secret, &[&["tags", "explain", "yusuf.adeyemi@acme.test"][..], &with].concat());
    assert_eq!(refused.status, 1);
}
