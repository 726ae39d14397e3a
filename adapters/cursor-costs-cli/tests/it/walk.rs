//! The pages that show the program: every command of theirs, with the output that they show.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::program::{Folder, Served};

/// Where the commands of a page begin.
const FENCE: &str = "```shell-session\n";

/// A command of the walk, and what it prints; a line `...` stands for lines that are left out.
struct Step {
    arguments: Vec<String>,
    output: String,
}

fn steps(page: &str) -> Vec<Step> {
    let blocks = page.split(FENCE).skip(1).filter_map(|rest| rest.split("```").next());
    let commands = blocks.flat_map(|block| block.split("$ ").skip(1).map(str::to_owned).collect::<Vec<_>>());
    commands
        .map(|text| {
            let (command, output) = text.split_once('\n').unwrap();
            Step { arguments: words(command), output: output.to_owned() }
        })
        .collect()
}

/// Splits a command line at blanks outside of double quotes.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// Returns whether the pieces between `...` lines stand in the output in their order, the first at its beginning and the last
/// at its end.
fn shows(shown: &str, printed: &str) -> bool {
    let mut rest = printed;
    for (number, piece) in shown.split("...\n").enumerate() {
        match rest.split_once(piece) {
            Some((left_out, after)) if number > 0 || left_out.is_empty() => rest = after,
            _ => return false,
        }
    }
    rest.is_empty() || shown.ends_with("...\n")
}

/// Runs each command that a page shows, in a folder, and compares what it prints.
fn follow(page: &str, folder: &Path, key: &str) {
    let steps = steps(page);
    assert!(!steps.is_empty());
    for step in &steps {
        let output = run(step, folder, key);
        let printed = String::from_utf8(output.stdout).unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_ne!(output.status.code(), Some(1), "{:?}: {told}", step.arguments);
        assert!(shows(&step.output, &printed), "{:?} prints:\n{printed}", step.arguments);
    }
}

fn run(step: &Step, folder: &Path, key: &str) -> Output {
    let (program, arguments) = step.arguments.split_first().unwrap();
    assert_eq!(program, "cursor-costs");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Folder::new().command(&arguments).current_dir(folder).env("CURSOR_API_KEY", key).output().unwrap()
}

#[test]
fn the_front_page_shows_what_is_printed() {
    let page = include_str!("../../../../README.md");
    assert!(steps(page).len() >= 8);
    let served = Served::start();
    let (demo, walk) = (Folder::demo(), Folder::new());
    let key = demo.read("demo.key");
    let (first, rest) = page.split_once("$ cursor-costs init costs\n").unwrap();
    assert!(!first.contains("$ cursor-costs"), "it begins with `init`");
    let (written, _) = rest.split_once("```").unwrap();
    let init = walk.run(&["init", "costs"]);
    assert!(written.starts_with(&init.stdout), "{}", init.stdout);
    fill_in(&walk, &demo, &served);
    let others = rest.strip_prefix(init.stdout.as_str()).unwrap();
    follow(&format!("{FENCE}{others}"), &walk.path("costs"), &key);
}

#[test]
fn the_pages_of_the_crates_show_what_is_printed() {
    let demo = Folder::demo();
    follow(include_str!("../../../../cost-model/README.md"), &demo.path(""), "");
    follow(include_str!("../../../../docs/why-does-my-cursor-invoice-not-match.md"), &demo.path(""), "");
    let picture = include_str!("../../../../docs/waterfall.svg");
    assert_eq!(demo.read("explained/waterfall.svg"), picture, "the guide shows this picture");

    let (served, to_fill) = (Served::start(), Folder::demo());
    std::fs::remove_file(to_fill.path("costs.db")).unwrap();
    let config = to_fill.read("cursor-costs.toml").replace("http://127.0.0.1:8080", &served.base_url);
    to_fill.write("cursor-costs.toml", &config);
    follow(include_str!("../../../cost-ingest/README.md"), &to_fill.path(""), "");

    let small = [
        ("cursor-costs.toml", include_str!("small/cursor-costs.toml")),
        ("usage.csv", include_str!("small/usage.csv")),
        ("two_rows.csv", include_str!("../../../cursor-csv-source/tests/two_rows.csv")),
        ("rules.toml", include_str!("../../../../examples/data/rules.toml")),
        ("new_rules.toml", include_str!("../../../../examples/data/new_rules.toml")),
        ("people.csv", include_str!("../../../../examples/data/people.csv")),
    ];
    for page in [
        include_str!("../../../cursor-csv-source/README.md"),
        include_str!("../../../../virtual-tags/README.md"),
    ] {
        let folder = Folder::new();
        for (name, text) in small {
            folder.write(name, text);
        }
        follow(page, &folder.path(""), "");
    }
}

/// Does what the page says between the first command and the others: the address of the made-up company's API, its day, its
/// people and its invoices.
fn fill_in(walk: &Folder, demo: &Folder, served: &Served) {
    let config = walk.read("costs/cursor-costs.toml");
    let config = config
        .replace("# base_url = \"https://api.cursor.com\"", &format!("base_url = \"{}\"", served.base_url))
        .replace("# invoices = \"invoices\"", "invoices = \"invoices\"")
        .replace("\nhistory_months", "\ntoday = \"2026-11-01\"\nhistory_months");
    walk.write("costs/cursor-costs.toml", &config);
    walk.write("costs/people.csv", &demo.read("people.csv"));
    fs::create_dir(walk.path("costs/invoices")).unwrap();
    for name in ["INV-0006.csv", "INV-0007.csv"] {
        walk.write(&format!("costs/invoices/{name}"), &demo.read(&format!("invoices/{name}")));
    }
}
