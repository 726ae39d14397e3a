//! The list of causes is what pages and outputs are made from.

use reconcile::Category;
use reconcile::causes::{CauseSpec, Theme};

const README: &str = include_str!("../../README.md");

#[test]
fn the_readme_explains_every_cause() {
    for cause in CauseSpec::all() {
        let name = format!("`{:?}`", cause.category);
        assert!(README.contains(&name), "the README has no {name}");
    }
}

#[test]
fn the_causes_of_a_theme_are_told_in_its_words() {
    let labels: Vec<_> =
        CauseSpec::all().map(|cause| format!("{:?}: {}", cause.theme, cause.label)).collect();
    insta::assert_snapshot!(labels.join("\n"));
    assert!(CauseSpec::all().filter(|cause| cause.timing).all(|cause| cause.theme == Theme::Timing));
    assert_eq!(CauseSpec::all().count(), Category::ALL.len());
}
