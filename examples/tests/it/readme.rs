//! The front page says what is so.

use crate::program::run;

const README: &str = include_str!("../../../README.md");
const EMBEDDED: &str = include_str!("../../embed_in_service.rs");

fn blocks<'a>(language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    README.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn its_output_is_what_the_main_job_prints() {
    let output = String::from_utf8(run(&[], None).stdout).unwrap();
    let shown = blocks("text");
    assert!(shown.len() >= 3);
    for block in shown {
        assert!(output.contains(block), "the job does not print:\n{block}");
    }
}

#[test]
fn its_code_is_the_example() {
    let body = EMBEDDED.split_once("use std::error::Error;").map(|(_, rest)| rest.trim()).unwrap();
    assert!(blocks("rust").iter().any(|block| block.contains(body)), "copy examples/embed_in_service.rs");
    assert!(EMBEDDED.lines().count() <= 60);
}

#[test]
fn the_model_shows_what_its_examples_print() {
    let printed = |name: &str, arguments: &[&str]| {
        let output =
            std::process::Command::new(crate::program::program(name)).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let outputs = [
        printed(
            "report",
            &["--group-by", "vtag.Team", "--top", "3", "--interval", "last_month", "--compare"],
        ),
        printed("report", &[]),
        printed("second_provider", &[]),
    ];
    let readme = include_str!("../../../cost-model/README.md");
    let section = readme.split("\n## Reports\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let blocks: Vec<_> =
        section.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), outputs.len());
    for (block, output) in blocks.into_iter().zip(outputs) {
        assert!(output.contains(block.trim_end()), "the examples do not print:\n{block}");
    }
}
