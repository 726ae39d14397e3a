//! The front page says what is so.

use crate::program::Folder;

const README: &str = include_str!("../../../README.md");
const EMBEDDED: &str = include_str!("../../embed_in_service.rs");

fn blocks<'a>(language: &str) -> Vec<&'a str> {
    blocks_of(README, language)
}

fn blocks_of<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn printed(name: &str, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new(crate::program::program(name));
    let output = command.args(arguments).env_remove("CURSOR_API_KEY").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
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
fn the_model_shows_what_its_examples_print() {
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
    let blocks = blocks_of(section, "text");
    assert_eq!(blocks.len(), outputs.len());
    for (block, output) in blocks.into_iter().zip(outputs) {
        assert!(output.contains(block.trim_end()), "the examples do not print:\n{block}");
    }
}

#[test]
fn the_ingest_shows_what_a_first_and_a_second_sync_print() {
    let folder = Folder::new("readme-sync");
    let db = folder.path().join("costs.db");
    let sync = || printed("sync", &["--demo", "--db", db.to_str().unwrap(), "--account-name", "Acme"]);
    let readme = include_str!("../../../adapters/cost-ingest/README.md");
    assert_eq!(blocks_of(readme, "text"), [sync(), sync()]);
}

#[test]
fn the_csv_source_shows_what_an_import_prints() {
    let folder = Folder::new("readme-import");
    let db = folder.path().join("costs.db");
    let export =
        folder.file("two_rows.csv", include_str!("../../../adapters/cursor-csv-source/tests/two_rows.csv"));
    let import = || printed("import_csv", &["--db", db.to_str().unwrap(), "--account-name", "Acme", &export]);
    let readme = include_str!("../../../adapters/cursor-csv-source/README.md");
    assert_eq!(blocks_of(readme, "text"), [import()]);
    assert!(import().contains("this very file was brought in before; nothing was done"));
}
