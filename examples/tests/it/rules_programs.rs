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

const PROGRAMS: [&str; 4] = ["check_rules", "explain", "diff_rules", "coverage"];

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
    let output = run("explain", &["ana@acme.test", "tomorrow"]);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "`tomorrow` is not a date like 2026-09-15\n");
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
