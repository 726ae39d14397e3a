//! The programs, run as a user runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cursor_simulator::{Server, Simulator};
use serde_json::Value;

/// Cargo builds the examples beside the tests.
pub(crate) fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is not built; run `cargo test --workspace`", program.display());
    program
}

pub(crate) fn run(arguments: &[&str], key: Option<&str>) -> Output {
    let mut command = Command::new(program("team_costs"));
    command.args(arguments).env_remove("CURSOR_API_KEY").env_remove("CURSOR_TEST_KEY");
    if let Some(key) = key {
        command.env("CURSOR_TEST_KEY", key);
    }
    command.output().unwrap()
}

/// An empty folder that is removed when this is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cursor-costs-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn units(value: &Value) -> i128 {
    value.as_str().unwrap().parse::<cost_model::Money>().unwrap().units()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_team_is_read_with_files_of_its_own() {
    let simulator = Simulator::demo();
    let server = Server::start(simulator.clone()).await.unwrap();
    let folder = Folder::new("team");
    let directory = folder.file("directory.csv", &simulator.directory_csv());
    let rules = folder.file(
        "rules.toml",
        "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n  [[tag.rule]]\n  from_directory = \"team\"\n",
    );
    let invoices: Vec<String> = simulator
        .invoices()
        .iter()
        .map(|invoice| folder.file(&format!("{}.csv", invoice.number), &invoice.csv))
        .collect();
    let out = folder.path().join("out");
    let output = run(
        &[
            "--base-url",
            &server.base_url(),
            "--api-key-env",
            "CURSOR_TEST_KEY",
            "--account-name",
            "Main",
            "--from",
            "2026-08-01",
            "--to",
            "2026-11-01",
            "--rules",
            &rules,
            "--directory",
            &directory,
            "--invoice",
            &invoices[0],
            "--invoice",
            &invoices[1],
            "--out",
            out.to_str().unwrap(),
        ],
        Some(simulator.api_key()),
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains(simulator.api_key()));

    let truth = simulator.truth();
    let sync = json(&out, "sync.json");
    assert_eq!(sync["events"], truth.total.events);
    assert_eq!(sync["announced"], truth.total.events);
    assert_eq!(units(&sync["charged_cents"]), truth.total.charged * 100);
    assert_eq!(sync["windows"], 4);
    let events = simulator.events();
    let without_user = events.iter().filter(|each| each.email.is_none() && each.service_account_id.is_none());
    assert_eq!(sync["without_user"], without_user.count());

    check_report(&simulator, &out);
    check_reconciliation(&simulator, &out);
    check_records(&simulator, &out);
}

fn check_report(simulator: &Simulator, out: &Path) {
    let truth = simulator.truth();
    let report = json(out, "report.json");
    assert_eq!(units(&report["totals"]["effective"]), truth.total.effective);
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| units(&row["billed"])).sum::<i128>(), truth.total.billed);
    assert!(rows.iter().any(|row| row["team"] == "Payments" && row["department"] == "Engineering"));
}

fn check_reconciliation(simulator: &Simulator, out: &Path) {
    for (entry, invoice) in
        json(out, "reconciliation.json").as_array().unwrap().iter().zip(simulator.invoices())
    {
        let steps: i128 = entry["steps"].as_array().unwrap().iter().map(|step| units(&step["amount"])).sum();
        assert_eq!(units(&entry["unexplained"]), 0);
        assert_eq!(units(&entry["ingested"]) + steps, units(&entry["invoice_total"]));
        assert_eq!(units(&entry["invoice_total"]), invoice.total);
        assert_eq!(units(&entry["subtotals"][1]["amount"]), invoice.on_demand);
    }
}

fn check_records(simulator: &Simulator, out: &Path) {
    let truth = simulator.truth();
    let mut records = csv::Reader::from_path(out.join("records.csv")).unwrap();
    let header = records.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|each| each == name).unwrap();
    let (effective, team) = (column("effective"), column("Team"));
    let (mut sum, mut count) = (0, 0_u64);
    for row in records.records().map(Result::unwrap) {
        sum += row[effective].parse::<cost_model::Money>().unwrap().units();
        count += 1;
        assert!(!row[team].is_empty());
    }
    assert_eq!((count, sum), (truth.total.events, truth.total.effective));
}

#[test]
fn the_demo_needs_nothing_and_always_says_the_same() {
    let (first, second) = (run(&[], None), run(&["--demo"], Some("crsr_unused")));
    assert!(first.status.success());
    assert_eq!(first.stdout, second.stdout);
}

fn printed(program_name: &str, arguments: &[&str]) -> String {
    let output = Command::new(program(program_name)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_report_shows_a_team_by_model_and_token_category_and_whatever_else_is_asked() {
    let team = printed("report", &[]);
    assert!(team.lines().any(|line| line.contains("Claude 4.5 Sonnet") && line.contains("cache read")));
    assert!(team.ends_with("estimates by list prices; they add up to what was charged\n"));
    let asked =
        ["--filter", "costs.effective > 5", "--group-by", "vtag.Department", "--top", "1", "--format", "csv"];
    let csv = printed("report", &asked);
    assert_eq!(csv.lines().count(), 3);
    let json: Value =
        serde_json::from_str(&printed("report", &["--interval", "last_month", "--format", "json"])).unwrap();
    assert_eq!(json["window"]["start"], "2026-10-01T00:00:00Z");
    let misspelt = ["--filter", "vtag.Team = 'Plattform'"];
    assert!(printed("report", &misspelt).contains("did you mean `Platform`?"));
    let output = Command::new(program("report")).args(misspelt).arg("--strict").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("did you mean `Platform`?"));
}

#[test]
fn a_second_provider_stands_beside_cursor() {
    let output = printed("second_provider", &[]);
    assert!(output.lines().any(|line| line.starts_with("anthropic  tokens")));
    assert!(output.lines().any(|line| line.starts_with("cursor     tokens")));
}

#[test]
fn the_embedded_service_answers() {
    let output = Command::new(program("embed_in_service")).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"keys\":[\"Platform\"]"));
}

#[test]
fn exports_can_leave_people_unnamed() {
    let folder = Folder::new("pseudonyms");
    let (named, unnamed) = (folder.path().join("named"), folder.path().join("unnamed"));
    let secret = Some("a secret of the test");
    for (out, more) in [(&named, vec![]), (&unnamed, vec!["--pseudonyms-env", "CURSOR_TEST_KEY"])] {
        let out = out.to_str().unwrap();
        let output = run(&[vec!["--demo", "--out", out], more].concat(), secret);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = |out: &Path, name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert!(text(&named, "records.csv").contains("@acme.test"));
    for name in ["sync.json", "records.csv", "report.json", "reconciliation.json"] {
        assert!(!text(&unnamed, name).contains('@'), "{name} names a person");
    }
    assert_eq!(text(&unnamed, "report.json"), text(&named, "report.json"), "sums by team stay");
    let people = |out: &Path| {
        let mut reader = csv::Reader::from_path(out.join("records.csv")).unwrap();
        let resource = reader.headers().unwrap().iter().position(|name| name == "resource").unwrap();
        let people = reader.records().map(|row| row.unwrap().get(resource).unwrap().to_owned());
        people.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!(people(&unnamed), people(&named), "different people keep different names");
}

/// What of a run's files tells the charges: everything but the count of requests.
fn charges(out: &Path) -> (String, String, String) {
    let text = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    (text("records.csv"), text("report.json"), text("reconciliation.json"))
}

#[test]
fn a_file_keeps_what_was_read() {
    let folder = Folder::new("db");
    let db = folder.path().join("costs.db");
    let job = |out: &str, more: &[&str]| {
        let out = folder.path().join(out);
        let arguments =
            [&["--demo", "--db", db.to_str().unwrap(), "--out", out.to_str().unwrap()], more].concat();
        let output = run(&arguments, None);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (charges(&out), json(&out, "sync.json")["requests"].as_u64().unwrap())
    };
    let memory = folder.path().join("memory");
    assert!(run(&["--demo", "--out", memory.to_str().unwrap()], None).status.success());
    let (first, requests) = job("first", &[]);
    assert!(first == charges(&memory), "a file holds what memory holds");
    let (second, fewer) = job("second", &[]);
    assert!(second == first, "where nothing changed, a second run changes nothing");
    assert!(fewer * 10 < requests, "{fewer} requests for the look-back, {requests} for all");
    let (again, all) = job("again", &["--from", "2026-08-01", "--to", "2026-11-01"]);
    assert!(again == first && all == requests, "a range that is requested is read whole");
}

#[test]
fn a_file_that_is_no_store_is_left_alone() {
    let folder = Folder::new("no-store");
    let file = folder.file("notes.txt", "these are notes, and no store of ours, whatever their name");
    let output = run(&["--demo", "--db", &file], None);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("notes.txt"), "{errors}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("these are notes"));
}

#[test]
fn a_report_can_leave_people_unnamed() {
    let report = |more: &[&str]| {
        let arguments = [&["--group-by", "resource_id", "--format", "csv"], more].concat();
        let output = Command::new(program("report"))
            .args(arguments)
            .env("CURSOR_TEST_KEY", "secret")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (named, unnamed) = (report(&[]), report(&["--pseudonyms-env", "CURSOR_TEST_KEY"]));
    assert!(named.contains("@acme.test") && !unnamed.contains('@'));
    assert_eq!(named.lines().count(), unnamed.lines().count());
}
