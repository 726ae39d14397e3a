//! The examples beside the main job.

use crate::printed;

#[test]
fn each_is_one_short_file() {
    let files = [
        include_str!("../../embed_in_service.rs"),
        include_str!("../../second_provider.rs"),
        include_str!("../../close_month.rs"),
        include_str!("../../cursor_simulator.rs"),
    ];
    for file in files {
        assert!(file.lines().count() <= 100, "{}", file.lines().next().unwrap());
    }
}

#[test]
fn a_second_provider_stands_beside_cursor() {
    let output = printed("second_provider", &[]);
    assert!(output.lines().any(|line| line.starts_with("anthropic  tokens")));
    assert!(output.lines().any(|line| line.starts_with("cursor     tokens")));
}

#[test]
fn the_embedded_service_answers() {
    assert!(printed("embed_in_service", &[]).contains("\"keys\":[\"Platform\"]"));
}

#[test]
fn a_closed_month_tells_what_other_rules_would_change() {
    let output = printed("close_month", &[]);
    assert!(output.starts_with("closed 2026-09-01T00:00:00Z"));
    assert!(
        output.contains("rules changed, people as known at closing unchanged, charges unchanged"),
        "{output}"
    );
}
