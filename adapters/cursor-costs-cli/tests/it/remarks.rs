//! What is said beside the figures, in every form of output.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::program::Folder;

const NOVEMBER: [&str; 3] = ["report", "--interval", "this_month"];

#[test]
fn what_may_still_change_is_said_with_a_table_for_a_spreadsheet_too() {
    let demo = Folder::demo();
    let october = demo.run(&["report", "teams", "--format", "csv"]);
    assert_eq!(october.stderr, "note: provisional of Acme: 2026-10-29T00:00:00Z to 2026-11-01T00:00:00Z\n");
    let records = demo.run(&["export", "records", "--from", "2026-10-31", "--to", "2026-11-01"]);
    assert!(records.stderr.starts_with("note: provisional of Acme: 2026-10-31"), "{}", records.stderr);
    let august = ["report", "--from", "2026-08-01", "--to", "2026-09-01", "--format", "csv"];
    assert_eq!(demo.run(&august).stderr, "");
}

#[test]
fn days_that_have_not_come_are_said() {
    let demo = Folder::demo();
    let text = demo.run(&NOVEMBER).stdout;
    assert!(text.ends_with("not yet there: 2026-11-02 to 2026-11-30\n"), "{text}");
    let csv = demo.run(&[&NOVEMBER[..], &["--format", "csv"]].concat());
    assert!(csv.stderr.contains("not yet there: 2026-11-02 to 2026-11-30"), "{}", csv.stderr);
    let json = demo.run(&[&NOVEMBER[..], &["--format", "json"]].concat()).json();
    assert_eq!(json["to_come"]["from"], "2026-11-02T00:00:00Z");
    let past = demo.run(&["report", "--format", "json", "--bin", "week"]).json();
    assert!(past["to_come"].is_null());
    assert_eq!(
        past["partial_steps"].as_array().unwrap().len(),
        2,
        "October begins and ends inside of a week"
    );
}

#[test]
fn the_values_in_force_are_all_of_them() {
    let demo = Folder::demo();
    let config = demo.read("cursor-costs.toml");
    let report = "[[report]]\nname = \"mine\"\nfilter = \"costs.service = 'Auto'\"\ngroup_by = [\"service\"]\nfrom = \"2026-08-01\"\n\
                  to = \"2026-09-01\"\nbin = \"week\"\nmetric = \"tokens\"\ntop = 3\ncompare = true\ncumulative = true\nstrict = true\n";
    demo.write("cursor-costs.toml", &format!("{config}\n{report}"));
    let shown = demo.run(&["config", "show"]).stdout;
    for value in [
        "report.teams.interval = last_month",
        "report.models.bin = month",
        "report.mine.filter = costs.service = 'Auto'",
        "report.mine.from = 2026-08-01",
        "report.mine.to = 2026-09-01",
        "report.mine.bin = week",
        "report.mine.metric = tokens",
        "report.mine.top = 3",
        "report.mine.compare = true",
        "report.mine.cumulative = true",
        "report.mine.strict = true",
    ] {
        assert!(shown.lines().any(|line| line.starts_with(value)), "{value} is not in:\n{shown}");
    }
}

#[test]
fn a_check_of_the_configuration_tells_what_only_a_sync_would_find() {
    let folder = Folder::new();
    let account =
        |name: &str, key: &str| format!("[[account]]\nname = \"{name}\"\napi_key_env = \"{key}\"\n");
    let check = |accounts: &[String]| {
        folder.write("cursor-costs.toml", &format!("data = \"costs.db\"\n{}", accounts.concat()));
        folder.run(&["config", "check"])
    };
    let twice = check(&[account("One", "KEY"), account("Two", "KEY")]);
    assert_eq!(twice.status, 3, "{}", twice.stdout);
    assert!(twice.stdout.contains("`One` and `Two` have one key"), "{}", twice.stdout);
    assert_eq!(check(&[account("One", "KEY"), account("Two", "OTHER")]).status, 0);
    let zone = folder.run(&["config", "check", "--zone", "+05:30"]).stdout;
    assert!(zone.contains("days in rules and people are those of UTC"), "{zone}");
    for wrong in ["+15:00", "-12:30"] {
        let refused = folder.run(&["config", "check", "--zone", wrong]);
        assert!(
            refused.status == 1 && refused.stderr.contains("from -12:00 to +14:00"),
            "{}",
            refused.stderr
        );
    }
    let unset = folder.run(&["accounts", "check"]);
    assert!(unset.stderr.contains("there are several accounts"), "{}", unset.stderr);
    folder.write("other.toml", "history_months = 3\n");
    let named = folder.run(&["status", "--config", "other.toml"]);
    assert!(named.stderr.contains("other.toml has no `data`"), "{}", named.stderr);
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_may_read_is_told_once() {
    use std::os::unix::fs::PermissionsExt;
    let demo = Folder::demo();
    std::fs::set_permissions(demo.path("demo.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let check = demo.run(&["config", "check"]);
    assert_eq!(check.status, 3);
    assert!(check.stdout.contains("chmod 600"), "{}", check.stdout);
    assert!(
        check.stdout.ends_with("account Acme: its key in file demo.key cannot be used\n"),
        "{}",
        check.stdout
    );
}

#[test]
fn an_invoice_that_stands_in_two_files_is_told() {
    let demo = Folder::demo();
    assert_eq!(demo.run(&["invoice", "tie-out"]).status, 0);
    demo.write("invoices/again.csv", &demo.read("invoices/INV-0007.csv"));
    let twice = demo.run(&["invoice", "tie-out"]);
    assert_eq!(twice.status, 3);
    assert!(
        twice.stdout.ends_with("INV-0007 stands in several files: is it one invoice, or two?\n"),
        "{}",
        twice.stdout
    );
    let json = demo.run(&["invoice", "tie-out", "--format", "json"]).json();
    assert_eq!(json["twice"], serde_json::json!(["INV-0007"]));
}

#[test]
fn an_invoice_without_its_usage_shows_no_zero_for_what_is_unexplained() {
    let demo = Folder::demo();
    let invoice = demo.read("invoices/INV-0007.csv");
    let without: Vec<&str> = invoice.lines().filter(|line| !line.contains("token-based usage")).collect();
    demo.write("short.csv", &without.join("\n"));
    let explained = demo.run(&["invoice", "explain", "short.csv"]);
    assert_eq!(explained.status, 3, "{}", explained.stderr);
    assert!(
        !explained
            .stdout
            .lines()
            .any(|line| line.split_whitespace().collect::<Vec<_>>() == ["Unexplained", "0.00"])
    );
    assert!(explained.stdout.contains("Unexplained beside usage"), "{}", explained.stdout);
}

#[test]
fn an_invoice_whose_lines_do_not_add_up_names_the_option_that_reads_it() {
    let folder = Folder::new();
    folder.write("cursor-costs.toml", "data = \"costs.db\"\n");
    folder.write(
        "may.txt",
        "Billing period May 1 \u{2013} Jun 1, 2025\nDescription Amount\nCursor Teams seats $80.00\nTotal $81.00\n",
    );
    let refused = folder.run(&["invoice", "check", "may.txt"]);
    assert!(refused.status == 1 && refused.stderr.contains("--accept-difference"), "{}", refused.stderr);
    let accepted = folder.run(&["invoice", "check", "may.txt", "--accept-difference"]);
    assert_eq!(accepted.status, 3, "{}", accepted.stderr);
    assert!(accepted.stdout.contains("the invoice says 81"), "{}", accepted.stdout);
}

#[test]
fn a_name_in_other_letters_is_told() {
    let demo = Folder::demo();
    let report = demo.run(&["report", "--filter", "costs.resource_id = 'Yusuf.Adeyemi@acme.test'"]);
    assert!(report.stdout.contains("in other capital and small letters"), "{}", report.stdout);
    let ignoring = demo.run(&["report", "--filter", "costs.resource_id ILIKE 'Yusuf.Adeyemi@acme.test'"]);
    assert!(ignoring.stdout.contains("70.11"), "{}", ignoring.stdout);
}

#[test]
fn whoever_does_what_init_and_the_served_demo_say_has_a_report() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["init"]).status, 0);
    let mut served = Command::new(env!("CARGO_BIN_EXE_cursor-costs"))
        .args(["demo", "--serve", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<String> =
        BufReader::new(served.stdout.take().unwrap()).lines().map(Result::unwrap).take(6).collect();
    let [_, _, key, _, today, base_url] = &lines[..] else { panic!("{lines:?}") };
    let config = folder.read("cursor-costs.toml");
    let config =
        config.replace("[[account]]", &format!("{}\n[[account]]\n{}", today.trim(), base_url.trim()));
    folder.write("cursor-costs.toml", &config);
    let key = key.trim_start_matches("key").trim();
    let sync = folder.run_with(&[("CURSOR_API_KEY", key)], &["sync", "-q"]);
    served.kill().unwrap();
    served.wait().unwrap();
    assert_eq!(sync.status, 0, "{}", sync.stderr);
    let report = folder.run(&["report", "teams"]).stdout;
    assert!(report.contains("13,768") && report.contains("7,524.00"), "{report}");
    let status = folder.run(&["status"]).stdout;
    assert!(status.ends_with("next: `report`: everything is up to date\n"), "{status}");
}

#[test]
fn status_tells_of_rules_that_cannot_be_read() {
    let demo = Folder::demo();
    demo.write("rules.toml", "[[tag");
    let status = demo.run(&["status"]);
    assert_eq!(status.status, 2, "{}", status.stdout);
    assert!(status.stdout.contains("next: `config check`: the rules cannot be read"), "{}", status.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_stops_nothing() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let demo = Folder::demo();
    let odd = demo.path("invoices").join(OsStr::from_bytes(b"odd-\xff.csv"));
    std::fs::copy(demo.path("invoices/INV-0007.csv"), odd).unwrap();
    let printed = demo.run(&["invoice", "tie-out", "--format", "json"]);
    assert_eq!(printed.status, 3, "{}", printed.stderr);
    assert_eq!(printed.json()["invoices"].as_array().unwrap().len(), 3);
}
