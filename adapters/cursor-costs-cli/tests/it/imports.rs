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

/// The billed and effective totals of July.
fn july(folder: &Folder) -> (Value, Value) {
    let report = folder.run(&["report", "--from", "2026-07-01", "--to", "2026-08-01", "--format", "json"]);
    let total = &report.json()["total"];
    (total["effective"].clone(), total["billed"].clone())
}

#[test]
fn the_amounts_with_most_digits_count_in_whatever_order_files_come() {
    let files = [("cents.csv", "1.00"), ("fine.csv", "1.0049"), ("finest.csv", "1.004912")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let folder = folder(&["Acme"]);
        let mut told = Vec::new();
        for (name, cost) in order.map(|place| files[place]) {
            let rows: Vec<String> = (10..14)
                .map(|hour| row(&format!("2026-07-15T{hour}:00:00.000Z"), "i@x.test", "On-Demand", 5, cost))
                .collect();
            let printed = import(&folder, name, &rows, &["--format", "json"]).json();
            told.extend(
                ["stored", "refined"].map(|sum| printed[sum]["effective"].as_str().unwrap().to_owned()),
            );
        }
        assert_eq!(july(&folder), ("4.019648".into(), "4.019648".into()), "{order:?}");
        let told: Vec<cost_model::Money> = told.iter().map(|sum| sum.parse().unwrap()).collect();
        let sum = told.into_iter().try_fold(cost_model::Money::ZERO, cost_model::Money::checked_add);
        assert_eq!(sum.unwrap().to_string(), "4.019648", "what imports tell is what reports add up");
        // Which file goes makes no difference while another states the rows; that is said.
        let removed = folder.run(&["import", "remove", &ids(&folder)[0], "--yes"]);
        prints(
            &removed,
            0,
            &["4 rows of it stay, which others state too, with the most digits that any file stated"],
        );
    }
}

#[test]
fn a_fuller_file_is_told_in_text() {
    let folder = folder(&["Acme"]);
    let rows = |cost: &str| [row("2026-07-15T10:00:00.000Z", "i@x.test", "On-Demand", 5, cost)];
    import(&folder, "cents.csv", &rows("1.00"), &[]);
    let fine = import(&folder, "fine.csv", &rows("1.0049"), &[]);
    prints(
        &fine,
        0,
        &["already there 1 1.00 USD", "stated fuller 1 row that were there already, which changes 0.00 USD"],
    );
}

#[test]
fn json_has_everything_that_the_text_tells() {
    let one = folder(&["Acme"]);
    let costs = ["0.50", "", "0.25"];
    let rows: Vec<String> = (10..13)
        .zip(costs)
        .map(|(hour, cost)| row(&format!("2026-07-15T{hour}:00:00.000Z"), "i@x.test", "On-Demand", 5, cost))
        .collect();
    let total = "Total,,,,,0,15,0,0,15,0.75\n".to_owned();
    let imported = import(&one, "usage.csv", &[&rows[..], &[total]].concat(), &["--format", "json"]).json();
    assert_eq!((&imported["rows"], &imported["without_amount"]), (&3.into(), &1.into()));
    assert_eq!(imported["sums"][0]["label"], "Total");
    assert_eq!(imported["sums"][0]["line"], 5);
    assert_eq!(
        (&imported["stored"]["effective"], &imported["stored"]["billed"]),
        (&"0.75".into(), &"0.75".into())
    );
    assert_eq!(imported["open_row"], Value::Null);

    let wrong = [row("2026-07-15T10:00:00.000Z", "i@x.test", "On-Demand", 5, "8.00")];
    let refused = import(&one, "other.csv", &wrong, &["--format", "json"]);
    assert_eq!(refused.status, 1);
    let conflict = &refused.json()["conflicts"][0];
    assert_eq!(conflict["imports"][0], ids(&one)[0].as_str(), "the id that --replace takes");
    assert_eq!((&conflict["stored"]["charged"], &conflict["row"]["charged"]), (&"0.5".into(), &"8".into()));

    let odd = folder(&["Acme"]);
    let rows = [
        row("2026-07-15T10:00:00.000Z", "i@x.test", "express", 5, "0.50"),
        row("2026-07-15T11:00:00.000Z", "i@x.test", "Free", 5, "0.09"),
    ];
    let imported = import(&odd, "usage.csv", &rows, &["--format", "json"]).json();
    assert_eq!(imported["unknown_kinds"][0]["kind"], "express");
    assert_eq!(imported["not_counted"][0]["cost"], "0.09");
}

#[test]
fn what_is_billed_is_told_where_it_is_not_what_was_used() {
    let rows = [row("2026-07-31T10:00:00.417Z", "i@x.test", "Included in Business", 5, "0.20")];
    prints(&import(&folder(&["Acme"]), "usage.csv", &rows, &[]), 0, &["stored 1 0.20 USD, 0.00 billed"]);
    let folder = folder(&["Acme"]);
    folder.write(
        "mine.csv",
        "Date,Kind,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output,Total Tokens,Cost to you\n\
         2026-07-15T10:00:00.000Z,usage-based,auto,0,5,0,0,5,4.00\n",
    );
    let mine = folder.run(&["import", "mine.csv", "--person", "i@x.test"]);
    prints(&mine, 0, &["stored 1 0.00 USD, 4.00 billed", "no amount 1 row: what they cost is not known"]);
}

#[test]
fn a_known_file_is_told_with_the_days_that_count() {
    let folder = folder(&["Acme"]);
    let rows = [row("2026-07-15T10:00:00.000Z", "i@x.test", "On-Demand", 5, "1.00")];
    prints(&import(&folder, "a.csv", &rows, &["--span", "2026-07-15/2026-07-16"]), 0, &[]);
    let again = import(&folder, "a.csv", &rows, &["--span", "2026-07-15/2026-07-16"]);
    prints(&again, 0, &["this very file was brought in before; nothing was done"]);
    let other = import(&folder, "a.csv", &rows, &["--span", "2026-07-01/2026-08-01"]);
    prints(
        &other,
        1,
        &[
            "error: the file was imported before, for 2026-07-15T00:00:00Z to 2026-07-16T00:00:00Z, and that still counts as it was stated then",
        ],
    );
    assert!(
        other.stdout.starts_with(&format!("Acme: import {} of 1 row, 2026-07-15T", ids(&folder)[0])),
        "{}",
        other.stdout
    );
    assert!(other.stderr.contains("import remove"), "{}", other.stderr);
}

#[test]
fn a_file_that_was_cut_off_inside_its_last_amount_is_refused_or_told() {
    let write = |costs: &[&str], end: &str| {
        let folder = folder(&["Acme"]);
        let rows: Vec<String> = (10..)
            .zip(costs)
            .map(|(hour, cost)| {
                row(&format!("2026-07-15T{hour}:00:00.000Z"), "i@x.test", "On-Demand", 5, cost)
            })
            .collect();
        folder.write("usage.csv", &format!("{HEADER}{}{end}", rows.concat().trim_end()));
        folder.run(&["import", "usage.csv"])
    };
    let whole = ["0.0412", "0.0500", "0.0412"];
    prints(&write(&whole, "\n"), 0, &["stored 3 0.13 USD"]);
    prints(
        &write(&whole, ""),
        0,
        &["open end line 4 has no line feed behind it: is it whole, or was the file cut off?"],
    );
    for cut in ["0.041", "0.04", "0.0", "0"] {
        let printed = write(&["0.0412", "0.0500", cut], "");
        assert_eq!(printed.status, 1, "{cut}: {}", printed.stdout);
        assert!(printed.stderr.contains("usage.csv:4:"), "{}", printed.stderr);
        // Where the line is ended, its user says that it is whole.
        prints(&write(&["0.0412", "0.0500", cut], "\n"), 0, &[]);
    }
}

#[test]
fn columns_with_amounts_are_never_left_unread_in_silence() {
    for (name, cell) in [("Surcharge", "5"), ("Billable", "0.5"), ("Zuschlag", "0,50"), ("Quux", "$1")] {
        let folder = folder(&["Acme"]);
        let header = HEADER.trim_end().replace(',', ";");
        let row = "2026-07-15T10:00:00.000Z;i@x.test;On-Demand;auto;No;0;5;0;0;5;0.08";
        folder.write("usage.csv", &format!("{header};{name}\n{row};{cell}\n"));
        let refused = folder.run(&["import", "usage.csv"]);
        assert_eq!(refused.status, 1, "{name}: {}", refused.stdout);
        assert!(refused.stderr.contains("--pass-over"), "{}", refused.stderr);
        let passed = folder.run(&["import", "usage.csv", "--pass-over", name]);
        prints(&passed, 0, &[&format!("not read {name}")]);
    }
}

#[test]
fn status_and_report_agree_on_what_is_missing_after_the_last_file() {
    let folder = folder(&["Acme"]);
    let config = folder.read("cursor-costs.toml");
    folder.write("cursor-costs.toml", &format!("today = \"2026-11-01\"\n{config}"));
    import(&folder, "a.csv", &[row("2026-10-05T12:00:00.000Z", "i@x.test", "On-Demand", 5, "1.00")], &[]);
    assert_eq!(folder.run(&["report"]).status, 2);
    let status = folder.run(&["status"]);
    prints(&status, 2, &["state incomplete", "missing 2026-10-05T12:00:00.001Z to 2026-11-01T00:00:00Z"]);
    assert!(
        status.stdout.contains("next: `import` an export of 2026-10-05 to 2026-11-01"),
        "{}",
        status.stdout
    );
    // Days without use are closed by a file without rows, if its user states them.
    let none = import(&folder, "none.csv", &[], &[]);
    prints(&none, 1, &["hint: --span DAY/DAY states them"]);
    prints(
        &import(&folder, "none.csv", &[], &["--span", "2026-10-05/2026-11-01"]),
        0,
        &["stored 0 0.00 USD"],
    );
    prints(&folder.run(&["status"]), 0, &["state stable", "next: `report`: everything is up to date"]);
}

#[test]
fn an_account_that_nobody_reads_any_more_misses_nothing_later() {
    let demo = Folder::demo();
    let later = demo.read("cursor-costs.toml").replace("today = \"2026-11-01\"", "today = \"2026-12-15\"");
    demo.write("cursor-costs.toml", &later);
    assert_eq!((demo.run(&["status"]).status, demo.run(&["report"]).status), (2, 2));
    assert_eq!(demo.run(&["accounts", "remove", "Acme", "--keep-data", "--yes"]).status, 0);
    let (status, report) = (demo.run(&["status"]), demo.run(&["report"]));
    assert_eq!((status.status, report.status), (0, 0), "{}{}", status.stdout, report.stdout);
    assert!(!report.stdout.contains("missing"), "{}", report.stdout);
    let october =
        demo.run(&["report", "--from", "2026-10-01", "--to", "2026-11-01", "--format", "json"]).json();
    assert_eq!(october["total"]["events"], 13_768);
}

#[test]
fn a_number_that_can_be_read_in_two_ways_is_read_by_either_option() {
    let rows = [row("2026-07-15T10:00:00.000Z", "i@x.test", "On-Demand", 5, "1.500")];
    let refused = import(&folder(&["Acme"]), "a.csv", &rows, &[]);
    assert!(refused.status == 1 && refused.stderr.contains("--decimal-point"), "{}", refused.stderr);
    prints(&import(&folder(&["Acme"]), "a.csv", &rows, &["--decimal-point"]), 0, &["stored 1 1.50 USD"]);
    prints(&import(&folder(&["Acme"]), "a.csv", &rows, &["--decimal-comma"]), 0, &["stored 1 1,500.00 USD"]);
}

#[test]
fn a_known_file_that_is_to_replace_another_is_no_success() {
    let folder = folder(&["Acme"]);
    let one = [row("2026-07-15T10:00:00.000Z", "i@x.test", "On-Demand", 5, "1.00")];
    let two = [row("2026-07-16T10:00:00.000Z", "i@x.test", "On-Demand", 5, "2.00")];
    import(&folder, "one.csv", &one, &[]);
    import(&folder, "two.csv", &two, &[]);
    let first = ids(&folder).remove(0);
    for more in [&["--replace", first.as_str()][..], &["--exported-at", "2026-07-20T00:00:00Z"]] {
        let again = import(&folder, "two.csv", &two, more);
        assert!(again.status == 1 && again.stderr.contains("as it was stated then"), "{}", again.stderr);
    }
}
