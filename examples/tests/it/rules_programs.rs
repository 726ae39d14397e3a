//! The programs about rules, as a user runs them; the crate's README shows what they print.

use std::process::Output;

use chrono::{Months, Utc};

use crate::program::{Folder, program};

fn run(name: &str, arguments: &[&str]) -> Output {
    std::process::Command::new(program(name)).args(arguments).output().unwrap()
}

#[test]
fn the_crates_page_shows_what_they_print() {
    let readme = include_str!("../../../virtual-tags/README.md");
    let blocks: Vec<_> =
        readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let printed: Vec<_> =
        PROGRAMS.iter().map(|name| String::from_utf8(run(name, &[]).stdout).unwrap()).collect();
    assert_eq!(blocks, printed);
}

const PROGRAMS: [&str; 5] = ["check_rules", "explain", "diff_rules", "coverage", "close_month"];

#[test]
fn a_rules_file_with_mistakes_fails_the_build_and_a_good_one_does_not() {
    assert_eq!(run("check_rules", &[]).status.code(), Some(1));
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/team_costs/demo_rules.toml");
    let directory = std::env::temp_dir().join(format!("rules-programs-{}.csv", std::process::id()));
    std::fs::write(&directory, "email,team,department\n").unwrap();
    let output = run("check_rules", &[good, directory.to_str().unwrap()]);
    std::fs::remove_file(&directory).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "0 tests, 0 failed; 0 findings\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn every_program_tells_how_it_is_called() {
    for name in PROGRAMS {
        for flag in ["--help", "-h"] {
            let output = run(name, &[flag]);
            assert_eq!(output.status.code(), Some(0));
            assert!(String::from_utf8(output.stdout).unwrap().contains(&format!("\n  {name} [")));
        }
    }
}

#[test]
fn every_mistake_of_a_file_is_told() {
    let file = std::env::temp_dir().join(format!("rules-mistakes-{}.toml", std::process::id()));
    std::fs::write(&file, "[[tag]]\nkey = \"\"\n[[tag]]\nkey = \"\"\n").unwrap();
    let output = run("check_rules", &[file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    let lines = String::from_utf8(output.stderr).unwrap();
    let places: Vec<_> = lines.lines().filter_map(|line| line.split(".toml:").nth(1)).collect();
    assert_eq!(places, ["2:7: `key` is empty", "4:7: `key` is empty"]);
}

#[test]
fn errors_name_the_file() {
    let output = run("check_rules", &["no such file"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("no such file: "));
    let file = |name: &str| format!("{}/check_rules/{name}", env!("CARGO_MANIFEST_DIR"));
    let output = run("explain", &["ana@acme.test", "tomorrow", &file("rules.toml"), &file("directory.csv")]);
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "`tomorrow` is neither a day like 2026-09-15 nor an instant like 2026-09-15T10:00:00Z\n"
    );
}

#[test]
fn a_change_of_rules_that_moves_too_much_fails_the_build() {
    assert_eq!(run("diff_rules", &[]).status.code(), Some(1));
    let file = |name: &str| format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    let (old, new) = (file("check_rules/rules.toml"), file("diff_rules/new_rules.toml"));
    let (directory, charges) = (file("check_rules/directory.csv"), file("diff_rules/charges.csv"));
    assert_eq!(run("diff_rules", &[&old, &new, &directory, &charges, "50"]).status.code(), Some(0));
    assert_eq!(run("diff_rules", &[&old, &old, &directory, &charges, "0"]).status.code(), Some(0));
    assert_eq!(run("diff_rules", &[&old]).status.code(), Some(1));
}

#[test]
fn a_mistake_in_any_file_names_the_file_and_the_line() {
    let folder = std::env::temp_dir().join(format!("rules-places-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let rules = file("r.toml", "[[tag]]\nkey = \"Team\"\n");
    let people = file("p.csv", "email,team\n");
    let charges = file("c.csv", "email,day,dollars,tokens\nana@acme.test,26-09-01,1,1\n");
    let money = file("m.csv", "email,day,dollars,tokens\nana@acme.test,2026-09-01,\"1,5\",1\n");
    let wrong = file("w.csv", "email,team\n,Web\n");
    for (program, arguments, place) in [
        (
            "coverage",
            vec![&rules, &people, &charges],
            format!("{charges}:2: column `day`: `26-09-01` is not a day"),
        ),
        ("coverage", vec![&rules, &people, &money], format!("{money}:2: column `dollars`: ")),
        ("coverage", vec![&rules, &wrong, &money], format!("{wrong}:2: the row has no email")),
        (
            "diff_rules",
            vec![&rules, &rules, &people, &charges],
            format!("{charges}:2: column `day`: `26-09-01` is not a day"),
        ),
        ("check_rules", vec![&people], format!("{people}:1:")),
    ] {
        let arguments: Vec<&str> = arguments.into_iter().map(String::as_str).collect();
        let output = run(program, &arguments);
        assert_eq!(output.status.code(), Some(1), "{program}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            told.starts_with(&place) || program == "diff_rules" && told.contains(&charges),
            "{program}: {told}"
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_closed_month_stays_closed() {
    let folder = std::env::temp_dir().join(format!("close-month-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let file = |name: &str| format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    let (old, new) = (file("check_rules/rules.toml"), file("diff_rules/new_rules.toml"));
    let (directory, charges) = (file("check_rules/directory.csv"), file("diff_rules/charges.csv"));
    let lock = folder.join("2026-09.json").display().to_string();
    let close = |month: &str, rules: &str| run("close_month", &[&lock, month, rules, &directory, &charges]);

    assert_eq!(close("2026-09", &old).status.code(), Some(0));
    let written = std::fs::read(&lock).unwrap();
    let again = close("2026-09", &old);
    assert_eq!(again.status.code(), Some(0));
    let nothing = "nothing of 2026-09-01T00:00:00Z to 2026-10-01T00:00:00Z would change\n";
    assert_eq!(String::from_utf8(again.stdout).unwrap(), nothing);
    // The lock alone opens the month again.
    let opened = run("close_month", &[&lock, "2026-09", &charges]);
    assert_eq!(opened.status.code(), Some(0));
    let told = String::from_utf8(opened.stdout).unwrap();
    assert!(
        told.starts_with("opened 2026-09-01T00:00:00Z") && told.contains("\n  Team Payments: 20.10\n"),
        "{told}"
    );
    let other = close("2026-09", &new);
    assert_eq!(other.status.code(), Some(1));
    let told = String::from_utf8(other.stdout).unwrap();
    assert!(
        told.contains("rules changed, people as known at closing unchanged")
            && told.contains("Team Web: 0.00 -> 6.13"),
        "{told}"
    );
    for (month, complaint) in [
        ("2026-08", "is of 2026-09-01T00:00:00Z to 2026-10-01T00:00:00Z, not of 2026-08"),
        ("September", "`September` is not a month like 2026-09"),
    ] {
        let refused = close(month, &old);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8(refused.stderr).unwrap().contains(complaint), "{month}");
    }
    assert_eq!(std::fs::read(&lock).unwrap(), written, "nothing overwrites a closed month");
    std::fs::write(&lock, "{").unwrap();
    let broken = String::from_utf8(close("2026-09", &old).stderr).unwrap();
    assert!(broken.starts_with(&format!("{lock}: ")), "{broken}");
    std::fs::remove_dir_all(folder).unwrap();
}

const RULES: &str = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
const PEOPLE: &str = "email,team\niris@example.com,Web\n";
const CHARGES: &str = "email,day,dollars,tokens\niris@example.com,2026-07-31,3,10\n";

/// The name of a file with these bytes.
fn bytes(folder: &Folder, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// What every program that reads rules, a directory and charges prints or complains of.
fn all_programs(folder: &Folder, [rules, people, charges]: [&str; 3]) -> Vec<(&'static str, Output)> {
    let lock = folder.path().join("lock.json");
    let outputs = vec![
        ("check_rules", run("check_rules", &[rules, people, charges])),
        ("coverage", run("coverage", &[rules, people, charges])),
        ("diff_rules", run("diff_rules", &[rules, rules, people, charges])),
        ("explain", run("explain", &["iris@example.com", "2026-07-31", rules, people, charges])),
        ("close_month", run("close_month", &[lock.to_str().unwrap(), "2026-07", rules, people, charges])),
    ];
    drop(std::fs::remove_file(lock));
    outputs
}

#[test]
fn charges_in_other_layouts_are_read_and_what_would_be_misread_is_refused_with_its_place() {
    let folder = Folder::new("charges-layouts");
    let (rules, people) = (folder.file("r.toml", RULES), folder.file("p.csv", PEOPLE));
    for text in [
        "Email;DAY;Dollars;Tokens\nIRIS@example.com;2026-07-31;$3.00;10\n",
        "tokens\tcurrency\tday\tdollars\temail\tRegion\n10\tUSD\t2026-07-31\t3\tiris@example.com\tEU\n",
        "sep=|\n\nemail|day|dollars|tokens\n\niris@example.com|2026-07-31|3|1'000\n",
        "email,day,dollars,tokens\niris@example.com,2026-07-31,1,1\ntotal@example.com,2026-07-31,2,1\n",
    ] {
        let charges = folder.file("c.csv", text);
        let coverage = run("coverage", &[&rules, &people, &charges]);
        let told = String::from_utf8(coverage.stdout).unwrap();
        assert!(told.contains(" of 3.00"), "{text}: {told} {}", String::from_utf8_lossy(&coverage.stderr));
    }
    let header = "email,day,dollars,tokens";
    let row = "iris@example.com,2026-07-31,3,10";
    for (text, place) in [
        (format!("{header},currency\n{row},EUR\n"), "2: column `currency`: `EUR` is not `USD`"),
        (format!("{header},currency\n{row},\n"), "2: column `currency`: `` is not `USD`"),
        (
            format!("{header}\niris@example.com,2026-07-31,\u{20ac}3,10\n"),
            "2: column `dollars`: the amount is not in US",
        ),
        (format!("{header},ccy\n{row},EUR\n"), "1: the column `ccy` looks like an amount"),
        (format!("{header},Devise\n{row},EUR\n"), "1: the column `Devise` looks like an amount"),
        (format!("{header},billed\n{row},0\n"), "1: the column `billed` looks like an amount"),
        (format!("{header},Credits\n{row},-3\n"), "1: the column `Credits` looks like an amount"),
        (format!("{header},kind\n{row},Included\n"), "1: the column `kind` looks like a kind"),
        (format!("{header},user\n{row},bo\n"), "1: the column `user` looks like a person"),
        (format!("{header},Time\n{row},9\n"), "1: the column `Time` looks like a date"),
        (format!("{header}\n{row}\nTotal,2026-07-31,3,10\n"), "3: column `email`: the row is called `Total`"),
        (format!("{header}\n{row}\n,Gesamtsumme,3,10\n"), "3: column `day`: the row is called `Gesamtsumme`"),
        (format!("{header}\n{row}\nAll users,,3,10\n"), "3: column `email`: the row is called `All users`"),
        (format!("{header}\n{row}\n{row}\nKopa,2026-07-31,6,20\n"), "4: the row is the sum of all others"),
        (format!("{header}\n{row}\n{row},0\n"), "3: the row has 5 fields"),
        ("email,day,usd,tokens\n".to_owned(), "1: there is no column `dollars`; the columns are: "),
        (format!("{header}\niris@example.com,2026-07-31,3,1.5\n"), "2: column `tokens`: "),
    ] {
        let charges = folder.file("c.csv", &text);
        for (program, output) in all_programs(&folder, [&rules, &people, &charges]) {
            assert_eq!(output.status.code(), Some(1), "{program}: {text}");
            let told = String::from_utf8(output.stderr).unwrap();
            assert!(told.starts_with(&format!("{charges}:{place}")), "{program}: {told}");
        }
    }
}

#[test]
fn files_in_utf_16_are_read_and_those_in_other_encodings_refused_with_line_and_remedy_in_every_program() {
    let folder = Folder::new("encodings");
    let texts = [RULES, PEOPLE, CHARGES];
    let names = ["r.toml", "p.csv", "c.csv"];
    let plain = || [0, 1, 2].map(|each| bytes(&folder, names[each], texts[each].as_bytes()));
    let printed = |files: &[String; 3]| {
        let outputs = all_programs(&folder, [&files[0], &files[1], &files[2]]);
        outputs
            .into_iter()
            .map(|(_, output)| (output.status.code(), String::from_utf8(output.stdout).unwrap()))
            .collect::<Vec<_>>()
    };
    let expected = printed(&plain());
    assert!(expected.iter().all(|(status, _)| *status == Some(0)), "{expected:?}");
    for each in 0..3 {
        let mut files = plain();
        files[each] = bytes(&folder, names[each], &utf16(texts[each]));
        assert_eq!(printed(&files), expected);
        let mut latin = texts[each].as_bytes().to_vec();
        latin.extend(b"# M\xfcller\n");
        files[each] = bytes(&folder, names[each], &latin);
        let line = texts[each].lines().count() + 1;
        for (program, output) in all_programs(&folder, [&files[0], &files[1], &files[2]]) {
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{program}: {told}");
            let place = format!("{}:{line}: the text is not UTF-8", files[each]);
            assert!(told.starts_with(&place) && told.contains("CSV UTF-8"), "{program}: {told}");
        }
    }
}

#[test]
fn a_month_that_is_not_over_or_without_charges_is_not_closed() {
    let folder = Folder::new("not-over");
    let (rules, people) = (folder.file("r.toml", RULES), folder.file("p.csv", PEOPLE));
    let lock = folder.path().join("lock.json");
    let close = |month: &str, day: &str| {
        let text = format!("email,day,dollars,tokens\niris@example.com,{day},3,10\n");
        let charges = folder.file("c.csv", &text);
        run("close_month", &[lock.to_str().unwrap(), month, &rules, &people, &charges])
    };
    let today = Utc::now().date_naive();
    let next = today.checked_add_months(Months::new(1)).unwrap();
    let month = |day: chrono::NaiveDate| day.format("%Y-%m").to_string();
    for (month, day, complaint) in [
        (month(today), today.to_string(), " is not over at "),
        (month(next), next.to_string(), " is not over at "),
        ("2199-12".to_owned(), "2199-12-01".to_owned(), " is not over at "),
        ("2025-06".to_owned(), "2025-07-01".to_owned(), "nothing was charged from 2025-06-01T00:00:00Z to "),
        ("2025-06".to_owned(), "2025-05-31".to_owned(), "nothing was charged from 2025-06-01T00:00:00Z to "),
    ] {
        let output = close(&month, &day);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), told.contains(complaint)), (Some(2), true), "{month}: {told}");
        assert!(output.stdout.is_empty() && !lock.exists(), "{month}");
    }
    for day in ["2025-06-01", "2025-06-30"] {
        assert_eq!(close("2025-06", day).status.code(), Some(0));
        std::fs::remove_file(&lock).unwrap();
    }
}

#[test]
fn two_rows_that_differ_only_in_the_letter_case_of_the_email_fail_the_check() {
    let folder = Folder::new("letter-case");
    let rules = folder.file("r.toml", RULES);
    let people = folder.file("p.csv", "email,team\nIRIS@example.com,Ops\niris@example.com,Web\n");
    let output = run("check_rules", &[&rules, &people]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.starts_with(&format!("{people}:3: the email differs from that of line 2 only in letter case")),
        "{told}"
    );
}
