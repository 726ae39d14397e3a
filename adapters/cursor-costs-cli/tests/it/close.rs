//! A month from prepared to closed and reopened, by the program alone.

use std::process::Stdio;

use serde_json::json;

use crate::program::{Folder, Printed};

fn prepared(folder: &Folder, period: &str) -> String {
    let prepared = folder.run(&["close", "prepare", period, "--by", "Ada", "--format", "json"]);
    assert_eq!(prepared.status, 0, "{}", prepared.stderr);
    prepared.json()["digest"].as_str().unwrap().to_owned()
}

fn approve(folder: &Folder, period: &str, by: &str, digest: &str) -> Printed {
    folder.run(&["close", "approve", period, "--by", by, "--digest", digest])
}

/// Takes a service account out of the rules of the key Team alone.
fn change_rules(folder: &Folder) {
    let rules = folder.read("rules.toml");
    folder.write(
        "rules.toml",
        &rules.replacen("'Nightly Review', 'Dependency Updates'", "'Nightly Review'", 1),
    );
}

#[test]
fn a_month_is_prepared_approved_changed_told_reopened_and_verified() {
    let folder = Folder::demo();
    assert_eq!(
        folder.run(&["close", "status"]).stdout,
        "no period was closed; `close prepare MONTH --by NAME` begins\n"
    );
    let text = folder.run(&["close", "prepare", "2026-09", "--by", "Ada"]);
    assert_eq!(text.status, 0, "{}", text.stderr);
    let digest = text.stdout.lines().find_map(|line| line.strip_prefix("Digest ")).unwrap().to_owned();
    assert_eq!(
        text.stdout.replace(&digest, "DIGEST"),
        "\
2026-09 of all accounts (2026-09-01 to 2026-09-30), prepared for closing
  charges       13,209
  effective     7,009.91 USD, the value used
  billed        3,785.85 USD, without seats and tax
  rules         d445520cae5bae
  people        ba412cbd877101, of 205 people and others whom the charges name
  coverage      complete and final

By Team (USD)
Team              charges  effective    billed
----------------------------------------------
Platform            2,714   1,509.39    872.97
Mobile              2,436   1,173.78    643.25
Payments            1,886   1,014.62    601.22
Site Reliability    1,565     893.22    595.04
Web                 1,390     666.27    236.30
Data Platform       1,099     609.35    298.27
Unallocated           850     456.45    257.85
Machine Learning      752     379.85    132.23
Security              517     306.98    148.71
----------------------------------------------
total              13,209   7,009.91  3,785.85
Rows are rounded one by one and miss the total by 0.00 effective, -0.01 billed

By Department (USD)
Department   charges  effective    billed
-----------------------------------------
Engineering    8,426   4,364.06  2,353.75
Operations     2,082   1,200.20    743.75
Data           1,851     989.20    430.50
Unallocated      545     299.26    185.15
Contractors      305     157.19     72.70
-----------------------------------------
total         13,209   7,009.91  3,785.85

Invoices whose cycles touch it (USD)
invoice   cycle                      total  unexplained  verdict
------------------------------------------------------------------
INV-0006  2026-08-14/2026-09-14  12,258.71         0.00  explained
INV-0007  2026-09-14/2026-10-14  13,148.07         0.00  explained

Digest DIGEST
Somebody else approves exactly this with
  cursor-costs close approve 2026-09 --by NAME --digest DIGEST
Note: names are declared, not authenticated.
"
    );

    let same = approve(&folder, "2026-09", " ADA", &digest);
    assert!(same.status == 1 && same.stderr.contains("under the same name"), "{}", same.stderr);
    let wrong = approve(&folder, "2026-09", "Grace", "0");
    assert!(wrong.status == 1 && wrong.stderr.contains("another digest"), "{}", wrong.stderr);
    let closed = approve(&folder, "2026-09", "Grace", &digest);
    assert_eq!(closed.status, 0, "{}", closed.stderr);
    let status = folder.run(&["close", "status", "2026-09"]);
    assert!(status.status == 0 && status.stdout.contains("Nothing changed since it was closed"));

    change_rules(&folder);
    let status = folder.run(&["close", "status"]);
    assert_eq!(status.status, 3, "{}", status.stderr);
    assert_eq!(
        status.stdout,
        "\
2026-09 of all accounts (2026-09-01 to 2026-09-30): closed
  effective     7,009.91 USD
  billed        3,785.85 USD, without seats and tax
  approved      by Grace at 2026-11-01T00:00:00Z, entry 3
  since then    rules: 17.08 USD moves by Team
Note: names are declared, not authenticated.
"
    );
    let status = folder.run(&["close", "status", "2026-09"]);
    let (_, changes) = status.stdout.split_once("What changed").unwrap();
    assert_eq!(
        changes.replace(&digest, "DIGEST"),
        " since it was closed (USD)
                             charges  effective    billed
---------------------------------------------------------
closed                        13,209   7,009.91  3,785.85
rules   17.08 moves by Team                0.00      0.00
---------------------------------------------------------
now                           13,209   7,009.91  3,785.85

Effective cost by value (USD)
key   value          closed  charges  people   rules       now
--------------------------------------------------------------
Team  Platform     1,509.39     0.00    0.00  -17.08  1,492.30
Team  Unallocated    456.45     0.00    0.00   17.08    473.53

History
  prepared      by Ada at 2026-11-01T00:00:00Z, entry 2
  approved      by Grace at 2026-11-01T00:00:00Z, entry 3
  digest        DIGEST
Note: names are declared, not authenticated.
"
    );
    let json = folder.run(&["close", "status", "2026-09", "--format", "json"]).json();
    assert_eq!((&json["schema"], &json["state"]), (&json!("close/1"), &json!("closed")));
    let cause = &json["changes"]["causes"][0];
    assert_eq!(
        (&cause["cause"], &cause["moves"][0]["effective"]),
        (&json!("rules"), &json!("17.083383799999999915"))
    );

    let reopen = |why: &str| folder.run(&["close", "reopen", "2026-09", "--by", "Ada", "--why", why]);
    assert_eq!(reopen(" ").status, 1);
    let reopened = reopen("a service account has another owner");
    assert!(
        reopened.status == 0 && reopened.stdout.contains("entry 4: a service account"),
        "{}",
        reopened.stdout
    );
    assert_eq!(reopen("again").status, 1);
    let verified = folder.run(&["close", "verify", "--digest", &digest, "--format", "json"]);
    assert_eq!(verified.status, 0, "{}", verified.stderr);
    let verified = verified.json();
    assert_eq!((&verified["schema"], &verified["intact"]), (&json!("close-verify/1"), &json!(true)));
    assert_eq!((&verified["closes"], &verified["has_expected"]), (&json!(3), &json!(true)));
}

#[test]
fn what_changed_between_preparing_and_approving_is_told_in_money() {
    let folder = Folder::demo();
    let digest = prepared(&folder, "2026-09");
    change_rules(&folder);
    let refused = approve(&folder, "2026-09", "Grace", &digest);
    assert_eq!(
        (refused.status, refused.stderr.as_str()),
        (
            1,
            "error: 2026-09 is no longer as it was prepared\n  changed: the rules\n  rules: 17.08 USD moves by Team\n\
             hint: `close prepare` prepares it as it is now\n"
        )
    );
    let arguments = ["close", "approve", "2026-09", "--by", "Grace", "--digest", &digest, "--format", "json"];
    let error = folder.run(&arguments).json_error();
    assert_eq!((&error["kind"], &error["others"][0]), (&json!("close"), &json!("changed: the rules")));
    let list = folder.run(&["close", "status", "--format", "json"]).json();
    assert_eq!((&list["schema"], &list["closes"][0]["state"]), (&json!("close-list/1"), &json!("prepared")));
}

#[test]
fn of_two_programs_that_approve_at_the_same_time_one_wins() {
    let folder = Folder::demo();
    let digest = prepared(&folder, "2026-09");
    let running = ["Grace", "Mary"].map(|by| {
        let mut command = folder.command(&["close", "approve", "2026-09", "--by", by, "--digest", &digest]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    });
    let done = running.map(|mut process| process.wait().unwrap().success());
    assert!(done[0] != done[1], "{done:?}");
    let history = folder.run(&["close", "status", "2026-09", "--format", "json"]).json();
    assert_eq!(history["history"].as_array().unwrap().len(), 2);
}

#[test]
fn a_month_with_provisional_days_cannot_be_said() {
    let folder = Folder::demo();
    let open = folder.run(&["close", "prepare", "2026-10", "--by", "Ada"]);
    assert_eq!(open.status, 2, "{}", open.stderr);
    assert!(open.stdout.contains("provisional   2026-10-29 to 2026-10-31 of Acme"), "{}", open.stdout);
    assert!(open.stdout.contains("Nothing was written"), "{}", open.stdout);
    assert!(folder.run(&["close", "status"]).stdout.starts_with("no period was closed"));
    let forced = folder.run(&["close", "prepare", "2026-10", "--by", "Ada", "--force", "--format", "json"]);
    let document = forced.json();
    assert_eq!(
        (forced.status, &document["final"], &document["state"]),
        (2, &json!(false), &json!("prepared"))
    );
    let closed = approve(&folder, "2026-10", "Grace", document["digest"].as_str().unwrap());
    assert!(closed.status == 2 && closed.stdout.contains("not final"), "{}", closed.stdout);
}

#[test]
fn a_cycle_is_closed_by_the_number_of_its_invoice_and_people_may_have_other_names() {
    let folder = Folder::demo();
    let digest = prepared(&folder, "INV-0007");
    assert_eq!(approve(&folder, "2026-09-14/2026-10-14", "grace@acme.test", &digest).status, 0);
    let overlapping = folder.run(&["close", "prepare", "2026-09", "--by", "Ada"]);
    assert!(overlapping.status == 1 && overlapping.stderr.contains("overlaps"), "{}", overlapping.stderr);
    for format in ["text", "json"] {
        let arguments = ["close", "status", "INV-0007", "--pseudonyms-env", "SECRET", "--format", format];
        let masked = folder.run_with(&[("SECRET", "of this test")], &arguments);
        assert_eq!(masked.status, 0, "{}", masked.stderr);
        assert!(masked.stdout.contains("person-") && !masked.stdout.contains('@'), "{}", masked.stdout);
    }
    let csv = folder.run(&["close", "status", "--format", "csv"]);
    assert!(csv.status == 1 && csv.stderr.contains("prints no CSV"), "{}", csv.stderr);
    let help = folder.run(&["close", "--help"]).stdout;
    let words: Vec<&str> = help.split_whitespace().collect();
    assert!(words.join(" ").contains("declared, not authenticated"), "{help}");
}
