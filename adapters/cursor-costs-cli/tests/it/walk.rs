//! The walk of the front page: every command that it shows, with the output that it shows.

use std::fs;

use crate::program::{Folder, Served};

/// The block of a walk, on the front page of the repository.
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

#[test]
fn each_command_of_the_front_page_prints_what_it_shows() {
    let page = include_str!("../../../../README.md");
    let steps = steps(page);
    assert!(steps.len() >= 8, "{} steps", steps.len());
    let served = Served::start();
    let (demo, walk) = (Folder::demo(), Folder::new());
    let key = demo.read("demo.key");
    for (number, step) in steps.iter().enumerate() {
        let (program, arguments) = step.arguments.split_first().unwrap();
        assert_eq!(program, "cursor-costs");
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = walk.command(&arguments);
        if number > 0 {
            command.current_dir(walk.path("costs"));
        }
        let output = command.env("CURSOR_API_KEY", &key).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {told}");
        assert!(shows(&step.output, &printed), "{arguments:?} prints:\n{printed}");
        if number == 0 {
            fill_in(&walk, &demo, &served);
        }
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
