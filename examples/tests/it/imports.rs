//! Exported files, from the command line.

use std::process::{Command, Output};

use crate::program::{Folder, program};

const HEADER: &str = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";

fn row(at: &str, person: &str, kind: &str, tokens: u32, cost: &str) -> String {
    format!("{at},{person},{kind},auto,No,0,{tokens},0,0,{tokens},{cost}\n")
}

fn import(folder: &Folder, arguments: &[&str]) -> Output {
    let db = folder.path().join("costs.db");
    let db = db.to_str().unwrap();
    Command::new(program("import_csv")).args(["--db", db]).args(arguments).output().unwrap()
}

#[track_caller]
fn prints(output: &Output, status: i32, lines: &[&str]) {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{text}");
    let squeezed: Vec<_> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in lines {
        assert!(squeezed.iter().any(|printed| printed == line), "`{line}` is not in:\n{text}");
    }
}

#[test]
fn an_export_made_in_the_middle_of_a_day_covers_what_it_holds_and_no_more() {
    let folder = Folder::new("import-middle");
    let early = [
        row("2026-07-14T09:00:00.000Z", "iris@x.test", "On-Demand", 5, "1.00"),
        row("2026-07-15T09:00:00.000Z", "iris@x.test", "On-Demand", 5, "2.00"),
    ]
    .concat();
    let late = [
        row("2026-07-15T18:00:00.000Z", "iris@x.test", "On-Demand", 5, "4.00"),
        row("2026-07-16T09:00:00.000Z", "iris@x.test", "On-Demand", 5, "8.00"),
    ]
    .concat();
    let first = folder.file("on-the-15th.csv", &format!("{HEADER}{early}"));
    let second = folder.file("later.csv", &format!("{HEADER}{early}{late}"));
    prints(&import(&folder, &[&first]), 0, &["stored 2 3 USD"]);
    prints(&import(&folder, &[&second]), 0, &["stored 2 12 USD", "already there 2 3 USD"]);
    prints(&import(&folder, &[&second]), 0, &["already there 4 15 USD", "stored 0 0 USD"]);
}

#[test]
fn a_corrected_export_waits_for_a_word_and_then_replaces() {
    let folder = Folder::new("import-corrected");
    let file = |name: &str, cost: &str| {
        let rows = row("2026-07-31T10:00:00.417Z", "iris@x.test", "On-Demand", 5, cost);
        folder.file(name, &format!("{HEADER}{rows}"))
    };
    let (bad, good) = (file("bad.csv", "8.00"), file("good.csv", "0.08"));
    prints(&import(&folder, &[&bad]), 0, &["stored 1 8 USD"]);
    prints(&import(&folder, &[&good]), 1, &["refused 1 0.08 USD", "stored 0 0 USD"]);
    let list = import(&folder, &["--list"]);
    let list = String::from_utf8(list.stdout).unwrap();
    let id = list.split_whitespace().next().unwrap();
    prints(&import(&folder, &["--replace", id, &good]), 0, &["replaced 1 0.08 USD"]);
    prints(&import(&folder, &["--remove", id]), 0, &[]);
    prints(&import(&folder, &["--replace", "12", &good]), 1, &[]);
}

#[test]
fn a_second_account_name_for_the_same_team_is_refused_before_anything_is_stored() {
    let folder = Folder::new("import-twice");
    let file = folder.file(
        "usage.csv",
        &format!("{HEADER}{}", row("2026-07-31T10:00:00.417Z", "i@x.test", "On-Demand", 5, "1")),
    );
    prints(&import(&folder, &["--account-name", "Acme", &file]), 0, &["stored 1 1 USD"]);
    prints(&import(&folder, &["--account-name", "Acme Inc", &file]), 1, &[]);
    prints(&import(&folder, &["--account-name", "Acme Inc", "--list"]), 0, &["nothing was imported"]);
}

#[test]
fn unknown_kinds_and_kinds_that_count_nothing_are_told_with_their_money() {
    let folder = Folder::new("import-kinds");
    let rows = [
        row("2026-07-31T10:00:00.417Z", "i@x.test", "express", 5, "0.50"),
        row("2026-07-31T10:00:01.417Z", "i@x.test", "Bonus", 5, "0.16"),
        row("2026-07-31T10:00:02.417Z", "i@x.test", "free", 5, "0.09"),
    ]
    .concat();
    let file = folder.file("usage.csv", &format!("{HEADER}{rows}"));
    prints(
        &import(&folder, &[&file]),
        0,
        &[
            "unknown kind express: 1 row, 0.5 USD; what they bill is not known",
            "unknown kind Bonus: 1 row, 0.16 USD; what they bill is not known",
            "not counted free: 1 row, 0.09 USD stated",
        ],
    );
}

#[test]
fn what_a_user_charges_to_an_own_key_is_the_fee_that_the_file_states() {
    let folder = Folder::new("import-own-key");
    let file = folder.file(
        "usage.csv",
        &format!("{HEADER}{}", row("2026-07-31T10:00:00.417Z", "i@x.test", "User API Key", 5, "0.20")),
    );
    prints(&import(&folder, &[&file]), 0, &["stored 1 0.2 USD"]);
}

#[test]
fn made_up_charges_and_files_do_not_mix_and_nothing_falls_back_to_the_demo() {
    let folder = Folder::new("import-demo");
    let db = folder.path().join("costs.db");
    let sync = |arguments: &[&str]| {
        let mut command = Command::new(program("sync"));
        command
            .args(["--db", db.to_str().unwrap()])
            .args(arguments)
            .env_remove("CURSOR_API_KEY")
            .output()
            .unwrap()
    };
    let without_a_key = sync(&[]);
    prints(&without_a_key, 1, &[]);
    assert!(!db.exists(), "nothing was made for nothing");
    let file = folder.file(
        "usage.csv",
        &format!("{HEADER}{}", row("2026-07-31T10:00:00.417Z", "i@x.test", "On-Demand", 5, "1")),
    );
    prints(&import(&folder, &[&file]), 0, &["stored 1 1 USD"]);
    let demo = sync(&["--demo", "--months", "1"]);
    prints(&demo, 1, &[]);
    assert!(String::from_utf8_lossy(&demo.stderr).contains("holds real charges"), "{demo:?}");
    std::fs::remove_file(&db).unwrap();
    assert!(sync(&["--demo", "--months", "1"]).status.success());
    let beside = import(&folder, &[&file]);
    prints(&beside, 1, &[]);
    assert!(String::from_utf8_lossy(&beside.stderr).contains("made-up charges"), "{beside:?}");
}

#[test]
fn an_amount_that_a_file_states_later_is_not_swallowed_by_a_row_without_one() {
    let folder = Folder::new("import-amounts");
    let file = |name: &str, kind: &str, cost: &str| {
        let rows = [
            row("2026-07-31T10:00:00.417Z", "i@x.test", kind, 5, cost),
            row("2026-07-31T10:00:09.417Z", "i@x.test", "On-Demand", 7, "14.00"),
        ];
        folder.file(name, &format!("{HEADER}{}", rows.concat()))
    };
    let (without, with) = (file("without.csv", "On-Demand", "-"), file("with.csv", "On-Demand", "2.00"));
    prints(
        &import(&folder, &[&without]),
        0,
        &["stored 2 14 USD", "no amount 1 row: what they cost is not known"],
    );
    prints(&import(&folder, &[&with]), 1, &["refused 2 16 USD"]);
    let list = String::from_utf8(import(&folder, &["--list"]).stdout).unwrap();
    let id = list.split_whitespace().next().unwrap();
    prints(&import(&folder, &["--replace", id, &with]), 0, &["replaced 1 2 USD", "already there 1 14 USD"]);
    // The other way round the amount stays.
    prints(
        &import(&folder, &["--account-name", "Other", "--list"]),
        0,
        &["Cursor: 2 imports, with --account-name"],
    );
}

/// The same usage once more, with one trait in another form: never added to what is there.
#[test]
fn the_same_usage_in_another_form_is_never_stored_beside_itself() {
    let plain = [
        row("2026-07-31T10:00:00.417Z", "Ana@x.test", "On-Demand", 5, "8.00"),
        row("2026-07-31T10:00:09.900Z", "bo@x.test", "On-Demand", 7, "8.00"),
    ]
    .concat();
    let seconds = plain.replace("T10:00:00.417Z", " 10:00:00").replace("T10:00:09.900Z", " 10:00:09");
    let forms = [
        ("seconds", seconds, 0),
        ("tokens", plain.replace(",5,0,0,5,", ",6,0,0,6,"), 1),
        ("model", plain.replace(",auto,", ",gpt-5,"), 1),
        ("name and address", plain.replace("Ana@x.test", "Ana <ana@x.test>"), 0),
        ("local part", plain.replace("Ana@x.test", "ana"), 1),
    ];
    for (name, form, status) in forms {
        for (first, second) in [(&plain, &form), (&form, &plain)] {
            let folder = Folder::new("import-forms");
            let first = folder.file("first.csv", &format!("{HEADER}{first}"));
            let second = folder.file("second.csv", &format!("{HEADER}{second}"));
            prints(&import(&folder, &[&first]), 0, &["stored 2 16 USD"]);
            let output = import(&folder, &[&second]);
            let text = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(status), "{name}: {text}");
            assert!(text.contains("stored                0  0 USD"), "{name}: {text}");
        }
    }
}

#[test]
fn whoever_names_anything_never_gets_the_demo() {
    let folder = Folder::new("import-no-demo");
    let out = folder.path().join("out");
    let output = Command::new(program("team_costs"))
        .args(["--out", out.to_str().unwrap()])
        .env_remove("CURSOR_API_KEY")
        .output()
        .unwrap();
    prints(&output, 1, &[]);
    assert!(!out.exists());
}
