//! Exported files, from the command line.

use serde_json::Value;

use crate::program::{Folder, Printed};

const HEADER: &str = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";

fn row(at: &str, person: &str, kind: &str, tokens: u32, cost: &str) -> String {
    format!("{at},{person},{kind},auto,No,0,{tokens},0,0,{tokens},{cost}\n")
}

/// A folder with accounts of these names and nothing stored.
fn folder(accounts: &[&str]) -> Folder {
    let folder = Folder::new();
    let accounts = accounts.iter().map(|name| format!("[[account]]\nname = \"{name}\"\n"));
    let config: String = std::iter::once("data = \"costs.db\"\n".to_owned()).chain(accounts).collect();
    folder.write("cursor-costs.toml", &config);
    folder
}

/// Imports rows as a file of that name.
fn import(folder: &Folder, name: &str, rows: &[String], more: &[&str]) -> Printed {
    folder.write(name, &format!("{HEADER}{}", rows.concat()));
    folder.run(&[&["import", name], more].concat())
}

#[track_caller]
fn prints(printed: &Printed, status: i32, lines: &[&str]) {
    let text = format!("{}{}", printed.stdout, printed.stderr);
    assert_eq!(printed.status, status, "{text}");
    let squeezed: Vec<_> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in lines {
        assert!(squeezed.iter().any(|printed| printed == line), "`{line}` is not in:\n{text}");
    }
}

/// The ids of what was imported.
fn ids(folder: &Folder) -> Vec<String> {
    let list = folder.run(&["import", "list", "--format", "json"]).json();
    let id = |import: &Value| import["id"].as_str().unwrap().to_owned();
    list["imports"].as_array().unwrap().iter().map(id).collect()
}

#[test]
fn an_export_made_in_the_middle_of_a_day_covers_what_it_holds_and_no_more() {
    let folder = folder(&["Acme"]);
    let early = [
        row("2026-07-14T09:00:00.000Z", "iris@x.test", "On-Demand", 5, "1.00"),
        row("2026-07-15T09:00:00.000Z", "iris@x.test", "On-Demand", 5, "2.00"),
    ];
    let late = [
        row("2026-07-15T18:00:00.000Z", "iris@x.test", "On-Demand", 5, "4.00"),
        row("2026-07-16T09:00:00.000Z", "iris@x.test", "On-Demand", 5, "8.00"),
    ];
    let all = [&early[..], &late[..]].concat();
    prints(&import(&folder, "on-the-15th.csv", &early, &[]), 0, &["stored 2 3.00 USD"]);
    let later = import(&folder, "later.csv", &all, &[]);
    prints(&later, 0, &["stored 2 12.00 USD", "already there 2 3.00 USD"]);
    let again = import(&folder, "later.csv", &all, &[]);
    prints(&again, 0, &["already there 4 15.00 USD", "stored 0 0.00 USD"]);
}

#[test]
fn a_corrected_export_waits_for_a_word_and_then_replaces() {
    let folder = folder(&["Acme"]);
    let rows = |cost: &str| [row("2026-07-31T10:00:00.417Z", "iris@x.test", "On-Demand", 5, cost)];
    prints(&import(&folder, "bad.csv", &rows("8.00"), &[]), 0, &["stored 1 8.00 USD"]);
    let refused = import(&folder, "good.csv", &rows("0.08"), &[]);
    prints(&refused, 1, &["refused 1 0.08 USD", "stored 0 0.00 USD"]);
    let id = ids(&folder).remove(0);
    let replaced = import(&folder, "good.csv", &rows("0.08"), &["--replace", &id]);
    prints(&replaced, 0, &["replaced 1 0.08 USD"]);
    for id in ids(&folder) {
        prints(&folder.run(&["import", "remove", &id, "--yes"]), 0, &[]);
    }
    prints(&folder.run(&["import", "list"]), 0, &["nothing was imported"]);
    prints(&import(&folder, "good.csv", &rows("0.08"), &["--replace", "12"]), 1, &[]);
}

#[test]
fn a_second_account_for_the_same_team_is_refused_before_anything_is_stored() {
    let folder = folder(&["Acme", "Acme Inc"]);
    let rows = [row("2026-07-31T10:00:00.417Z", "i@x.test", "On-Demand", 5, "1")];
    prints(&import(&folder, "usage.csv", &rows, &["--account", "Acme"]), 0, &["stored 1 1.00 USD"]);
    prints(&import(&folder, "usage.csv", &rows, &["--account", "Acme Inc"]), 1, &[]);
    let list = folder.run(&["import", "list", "--account", "Acme Inc"]);
    prints(&list, 0, &["nothing was imported"]);
}

#[test]
fn unknown_kinds_and_kinds_that_count_nothing_are_told_with_their_money() {
    let rows = [
        row("2026-07-31T10:00:00.417Z", "i@x.test", "express", 5, "0.50"),
        row("2026-07-31T10:00:01.417Z", "i@x.test", "Bonus", 5, "0.16"),
        row("2026-07-31T10:00:02.417Z", "i@x.test", "free", 5, "0.09"),
    ];
    let imported = import(&folder(&["Acme"]), "usage.csv", &rows, &[]);
    prints(
        &imported,
        0,
        &[
            "unknown kind express: 1 row, 0.50 USD; what they bill is not known",
            "unknown kind Bonus: 1 row, 0.16 USD; what they bill is not known",
            "not counted free: 1 row, 0.09 USD stated",
        ],
    );
}

#[test]
fn what_a_user_charges_to_an_own_key_is_the_fee_that_the_file_states() {
    let rows = [row("2026-07-31T10:00:00.417Z", "i@x.test", "User API Key", 5, "0.20")];
    prints(&import(&folder(&["Acme"]), "usage.csv", &rows, &[]), 0, &["stored 1 0.20 USD"]);
}

#[test]
fn an_amount_that_a_file_states_later_is_not_swallowed_by_a_row_without_one() {
    let folder = folder(&["Acme"]);
    let rows = |cost: &str| {
        [
            row("2026-07-31T10:00:00.417Z", "i@x.test", "On-Demand", 5, cost),
            row("2026-07-31T10:00:09.417Z", "i@x.test", "On-Demand", 7, "14.00"),
        ]
    };
    let without = import(&folder, "without.csv", &rows("-"), &[]);
    prints(&without, 0, &["stored 2 14.00 USD", "no amount 1 row: what they cost is not known"]);
    prints(&import(&folder, "with.csv", &rows("2.00"), &[]), 1, &["refused 2 16.00 USD"]);
    let replaced = import(&folder, "with.csv", &rows("2.00"), &["--replace", &ids(&folder)[0]]);
    prints(&replaced, 0, &["replaced 1 2.00 USD", "already there 1 14.00 USD"]);
}

/// The same usage once more, with one trait in another form: never added to what is there.
#[test]
fn the_same_usage_in_another_form_is_never_stored_beside_itself() {
    let plain = [
        row("2026-07-31T10:00:00.417Z", "Ana@x.test", "On-Demand", 5, "8.00"),
        row("2026-07-31T10:00:09.900Z", "bo@x.test", "On-Demand", 7, "8.00"),
    ];
    let form = |from: &[&str], to: &[&str]| {
        plain.clone().map(|row| from.iter().zip(to).fold(row, |row, (from, to)| row.replace(from, to)))
    };
    let forms = [
        ("seconds", form(&["T10:00:00.417Z", "T10:00:09.900Z"], &[" 10:00:00", " 10:00:09"]), 0),
        ("tokens", form(&[",5,0,0,5,"], &[",6,0,0,6,"]), 1),
        ("model", form(&[",auto,"], &[",gpt-5,"]), 1),
        ("name and address", form(&["Ana@x.test"], &["Ana <ana@x.test>"]), 0),
        ("local part", form(&["Ana@x.test"], &["ana"]), 1),
    ];
    for (name, form, status) in &forms {
        for (first, second) in [(&plain, form), (form, &plain)] {
            let folder = folder(&["Acme"]);
            prints(&import(&folder, "first.csv", first, &[]), 0, &["stored 2 16.00 USD"]);
            let again = import(&folder, "second.csv", second, &[]);
            assert_eq!(again.status, *status, "{name}: {}", again.stdout);
            prints(&again, *status, &["stored 0 0.00 USD"]);
        }
    }
}
