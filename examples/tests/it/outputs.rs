//! What the programs print and write: quiet when nobody reads, whole or not at all, harmless whatever a name is, and
//! without the names of people where they are not wanted.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cost_model::Money;
use cursor_simulator::{Simulator, TrueEvent};

use crate::program::{Folder, program, run};
use crate::rules_cases::serve;

/// The programs that end by themselves, with arguments for those that need any, and the exit status of each.
fn programs(folder: &Folder) -> Vec<(&'static str, Vec<String>, i32)> {
    let db = folder.path().join("costs.db").to_str().unwrap().to_owned();
    let export = include_str!("../../../adapters/cursor-csv-source/tests/two_rows.csv");
    let export = folder.file("two_rows.csv", export);
    let import_db = folder.path().join("import.db").to_str().unwrap().to_owned();
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![
        ("team_costs", words(&["--demo", "--out", &out("job")]), 0),
        ("team_costs", words(&["--help"]), 0),
        ("reconcile_invoice", words(&["--out", &out("explained")]), 0),
        ("report", Vec::new(), 0),
        ("report", words(&["--group-by", "resource_id", "--format", "csv"]), 0),
        ("report", words(&["--group-by", "resource_id", "--format", "json"]), 0),
        ("sync", words(&["--demo", "--db", &db]), 0),
        ("import_csv", words(&["--db", &import_db, &export]), 0),
        ("second_provider", Vec::new(), 0),
        ("reconciliation_accuracy", words(&["--cases", "1"]), 0),
        ("explain", Vec::new(), 0),
        ("coverage", Vec::new(), 0),
        // Their demos find something wrong, and say so by their status.
        ("check_rules", Vec::new(), 1),
        ("diff_rules", Vec::new(), 1),
        ("close_month", Vec::new(), 1),
    ]
}

/// Runs a program of which nobody reads either stream.
fn unread(name: &str, arguments: &[String]) -> Option<i32> {
    let mut child = Command::new(program(name))
        .args(arguments)
        .env_remove("CURSOR_API_KEY")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    child.wait().unwrap().code()
}

#[test]
fn a_closed_pipe_ends_no_program_and_what_was_to_be_written_is_written() {
    let folder = Folder::new("closed-pipe");
    for (name, arguments, status) in programs(&folder) {
        assert_eq!(unread(name, &arguments), Some(status), "{name} {arguments:?}");
    }
    for file in [
        "job/sync.json",
        "job/records.csv",
        "job/report.json",
        "job/reconciliation.json",
        "explained/reconciliation.json",
        "explained/bridge.csv",
        "explained/lines.csv",
        "explained/charges.csv",
        "explained/waterfall.svg",
        "costs.db",
        "import.db",
    ] {
        assert!(std::fs::metadata(folder.path().join(file)).unwrap().len() > 0, "{file}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_printed_for_another_reason_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(program("explain")).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not everything was printed"));
}

#[cfg(unix)]
#[test]
fn files_that_name_people_are_their_owners_alone_and_go_through_no_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("private-files");
    let out = folder.path().join("out");
    let job = |program_name: &str, out: &Path| {
        let out = out.to_str().unwrap();
        let mut command = Command::new(program(program_name));
        let demo: &[&str] = if program_name == "team_costs" { &["--demo"] } else { &[] };
        command.args(demo).args(["--out", out]).env_remove("CURSOR_API_KEY").output().unwrap()
    };
    for (name, victim) in [("team_costs", "records.csv"), ("reconcile_invoice", "charges.csv")] {
        let out = out.join(name);
        assert!(job(name, &out).status.success());
        let mut written = 0;
        for file in std::fs::read_dir(&out).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name} writes a file that others can read");
            written += 1;
        }
        assert!(written >= 4, "no temporary file is left, and every file is there");

        let elsewhere = folder.file("elsewhere", "mine");
        std::fs::remove_file(out.join(victim)).unwrap();
        symlink(&elsewhere, out.join(victim)).unwrap();
        let refused = job(name, &out);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8(refused.stderr).unwrap().contains("there is a link"));
        assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "mine");
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), written, "nothing half-written is left");
    }
}

/// Runs the main job over a page of a single event, and gives what it printed and its records.
fn read_page(name: &str, page: &'static str) -> (String, Vec<String>) {
    let folder = Folder::new(name);
    let out = folder.path().join("out");
    let url = serve(page);
    let arguments = ["--base-url", &url, "--api-key-env", "CURSOR_TEST_KEY", "--from", "2026-07-31"];
    let more = ["--to", "2026-08-01", "--out", out.to_str().unwrap()];
    let output = run(&[&arguments[..], &more[..]].concat(), Some("key_x"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut records = csv::Reader::from_path(out.join("records.csv")).unwrap();
    let cells = records.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
    (String::from_utf8(output.stdout).unwrap(), cells.collect())
}

#[test]
fn a_formula_that_somebody_chose_as_a_model_is_a_text_in_the_file() {
    let (_, cells) = read_page("formula", include_str!("cases/formula-in-a-cell/page.json"));
    assert!(cells.iter().any(|cell| cell == "'=1+1"), "{cells:?}");
    assert!(cells.iter().any(|cell| cell.starts_with("'=HYPERLINK(")));
    assert!(!cells.iter().any(|cell| cell.starts_with(['=', '+', '@'])));
    assert!(cells.iter().any(|cell| cell == "0.01"), "amounts stay numbers");
}

#[test]
fn a_name_of_65536_letters_is_cut_on_the_screen_and_whole_in_the_file() {
    let (printed, cells) = read_page("long-name", include_str!("cases/name-of-65536-letters/page.json"));
    assert!(printed.lines().all(|line| line.chars().count() < 200));
    assert!(printed.contains("mmmm…") && cells.iter().any(|cell| cell.len() == 65_536));
}

/// A company whose models and people have names that try to act.
fn hostile() -> Simulator {
    let names = [
        ("=cmd|' /C calc'!A0", "=1+1@evil.test"),
        ("+1\u{202e}gpt", "@SUM(A1)@evil.test"),
        ("-1\u{1b}[2J\u{1b}]0;x\u{7}", "-2+3@evil.test"),
        ("\ttab\nline\r", "\u{200b}=x@evil.test"),
        ("＝wide", "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}@evil.test"),
        ("x;=1", "東京@evil.test"),
    ];
    let events = names.iter().enumerate().map(|(number, (model, email))| {
        let at = 1_788_300_000_000 + 3_600_000 * i64::try_from(number).unwrap();
        let mut event = TrueEvent::new(at, (*model).to_owned(), TrueEvent::USAGE_BASED);
        event.email = Some((*email).to_owned());
        event.charged = Some(10_i128.pow(24) / 4);
        event
    });
    Simulator::of_events(events.collect())
}

fn no_formula(csv: &[u8], what: &str) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(csv);
    for cell in reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
        let begin = cell.trim_start_matches(|each: char| each.is_whitespace() || each == '\u{200b}');
        let acts = begin.starts_with(['=', '+', '-', '@', '＝']) || cell.starts_with(['\t', '\r']);
        assert!(!acts || cell.parse::<Money>().is_ok(), "{cell:?} in {what}");
    }
}

fn no_control(text: &str, what: &str) {
    let bad = |each: &char| *each != '\n' && (each.is_control() || matches!(each, '\u{202e}' | '\u{200b}'));
    assert_eq!(text.chars().find(bad), None, "in what {what} prints");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_others_chose_act_in_no_file_and_on_no_screen() {
    let server = cursor_simulator::Server::start(hostile()).await.unwrap();
    let (url, key) = (server.base_url(), server.simulator().api_key().to_owned());
    let folder = Folder::new("hostile");
    let (out, explained, db) =
        (folder.path().join("out"), folder.path().join("explained"), folder.path().join("costs.db"));
    let directory = folder.file(
        "directory.csv",
        "email,team,from,to\n=1+1@evil.test,=HYPERLINK(1),,\n-2+3@evil.test,\"\u{202e}+team\u{1b}[1m\",,\n",
    );
    let rules = folder.file(
        "rules.toml",
        "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n  [[tag.rule]]\n  from_directory = \"team\"\n",
    );
    let invoice = folder.file(
        "invoice.csv",
        "# number: =INV\u{202e}\n# period: 2026-09-01T00:00:00Z/2026-10-01T00:00:00Z\n\
         description,quantity,amount\n=HYPERLINK(2),,2.00\n\"-1+1 by someone@evil.test\u{1b}[2J\",,-1.00\n",
    );
    let job = |out: &Path, more: &[&str]| {
        let mut command = Command::new(program("team_costs"));
        command.args(["--base-url", &url, "--api-key-env", "CURSOR_TEST_KEY", "--from", "2026-09-01"]);
        command.args(["--to", "2026-10-01", "--rules", &rules, "--directory", &directory]);
        command.args(["--invoice", &invoice, "--out", out.to_str().unwrap()]).args(more);
        command.env("CURSOR_TEST_KEY", &key).env("CURSOR_TEST_SECRET", "secret").output().unwrap()
    };
    let explain = |out: &Path, more: &[&str]| {
        let mut command = Command::new(program("reconcile_invoice"));
        command.args(["--db", db.to_str().unwrap(), "--invoice", &invoice, "--out", out.to_str().unwrap()]);
        command.args(more).env("CURSOR_TEST_SECRET", "secret").output().unwrap()
    };
    let read = |folder: &Path| -> Vec<(String, Vec<u8>)> {
        let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        files
            .map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap()))
            .collect()
    };
    let printed = |output: &Output| {
        let text = [output.stdout.clone(), output.stderr.clone()].concat();
        String::from_utf8(text).unwrap()
    };

    let first = job(&out, &["--db", db.to_str().unwrap()]);
    let second = explain(&explained, &[]);
    for (what, output) in [("team_costs", &first), ("reconcile_invoice", &second)] {
        assert!(output.status.code().is_some_and(|code| [0, 2, 3].contains(&code)), "{}", printed(output));
        no_control(&printed(output), what);
    }
    let files = [read(&out), read(&explained)].concat();
    let tables: Vec<_> =
        files.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with(".csv")).collect();
    assert_eq!(tables.len(), 4, "records, bridge, lines and charges");
    for (name, bytes) in tables {
        no_formula(bytes, name);
    }

    // The same with other names for people.
    let (out, explained) = (folder.path().join("unnamed"), folder.path().join("explained-unnamed"));
    let unnamed = ["--pseudonyms-env", "CURSOR_TEST_SECRET"];
    let (first, second) = (job(&out, &unnamed), explain(&explained, &unnamed));
    for (what, bytes) in [read(&out), read(&explained)].concat().into_iter().chain([
        ("team_costs".to_owned(), printed(&first).into_bytes()),
        ("reconcile_invoice".to_owned(), printed(&second).into_bytes()),
    ]) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("evil.test"), "{what} names a person: {text}");
    }
}

#[test]
fn what_the_report_cannot_read_is_named_with_what_to_write() {
    for (arguments, words) in [
        (["--top", "abc"], ["--top abc", "whole number"]),
        (["--top", "-1"], ["--top -1", "whole number"]),
        (["--bin", "year"], ["--bin year", "quarter"]),
    ] {
        let output = Command::new(program("report")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(words.iter().all(|word| errors.contains(word)), "{errors}");
    }
}

#[test]
fn a_pivot_of_the_records_by_team_equals_the_report_where_charges_are_split() {
    let folder = Folder::new("pivot");
    let out = folder.path().join("out");
    let rules = folder.file("rules.toml", include_str!("cases/shared-cost-not-shared/rules.toml"));
    let people = folder.file("people.csv", include_str!("cases/shared-cost-not-shared/people.csv"));
    let url = serve(include_str!("cases/shared-cost-not-shared/page.json"));
    let arguments = ["--base-url", &url, "--api-key-env", "CURSOR_TEST_KEY", "--from", "2026-07-31"];
    let more = ["--to", "2026-08-01", "--rules", &rules, "--directory", &people];
    let output = run(&[&arguments[..], &more[..], &["--out", out.to_str().unwrap()]].concat(), Some("key_x"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let sum = |sums: &mut BTreeMap<String, i128>, team: &str, amount: &str| {
        *sums.entry(team.to_owned()).or_default() += amount.parse::<Money>().unwrap().units();
    };
    let (mut pivot, mut report) = (BTreeMap::new(), BTreeMap::new());
    let mut records = csv::Reader::from_path(out.join("records.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = records.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.iter().filter(|row| row["parts"] == "2").count(), 2, "one charge is split in two");
    for row in &rows {
        sum(&mut pivot, &row["Team"], &row["effective"]);
    }
    let json = std::fs::read(out.join("report.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    for row in json["rows"].as_array().unwrap() {
        sum(&mut report, row["team"].as_str().unwrap(), row["effective"].as_str().unwrap());
    }
    assert_eq!(pivot, report);
    assert!(pivot.contains_key("Web") && pivot.contains_key("Ops"));
}
