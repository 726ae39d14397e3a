//! The front page says what is so.

use crate::printed;

const README: &str = include_str!("../../../README.md");
const EMBEDDED: &str = include_str!("../../embed_in_service.rs");

fn blocks<'a>(language: &str) -> Vec<&'a str> {
    blocks_of(README, language)
}

fn blocks_of<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn its_output_is_what_the_main_job_prints() {
    let output = printed("cursor_costs", &[]);
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
fn each_crate_shows_what_its_example_prints() {
    for (name, page) in [
        ("second_provider", include_str!("../../../cost-model/README.md")),
        ("close_month", include_str!("../../../virtual-tags/README.md")),
    ] {
        let output = printed(name, &[]);
        let is_shown = |block: &&str| output.contains(block.trim_end());
        assert_eq!(
            blocks_of(page, "text").into_iter().filter(is_shown).count(),
            1,
            "{name} prints:\n{output}"
        );
    }
}
