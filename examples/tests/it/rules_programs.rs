//! The programs about rules, as a user runs them; the crate's README shows what they print.

use std::process::Output;

use crate::program::program;

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
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/cursor_costs/demo_rules.toml");
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
        ("coverage", vec![&rules, &people, &charges], format!("{charges}:2: `26-09-01` is not a day")),
        ("coverage", vec![&rules, &people, &money], format!("{money}:2: `dollars`: ")),
        ("coverage", vec![&rules, &wrong, &money], format!("{wrong}:2: the row has no email")),
        (
            "diff_rules",
            vec![&rules, &rules, &people, &charges],
            format!("{charges}:2: `26-09-01` is not a day"),
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
        told.starts_with("opened 2026-09-01T00:00:00Z") && told.contains("\n  Team Payments: 20.1\n"),
        "{told}"
    );
    let other = close("2026-09", &new);
    assert_eq!(other.status.code(), Some(1));
    let told = String::from_utf8(other.stdout).unwrap();
    assert!(told.contains("with other rules, the same people") && told.contains("Team Web: 0 -> 6.125"));
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
