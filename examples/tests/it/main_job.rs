//! The main job: one file over the facade.

use std::process::{Command, Stdio};

use cursor_simulator::Simulator;
use serde_json::Value;

use crate::{example, printed, run};

const JOB: &str = "cursor_costs";

#[test]
fn it_is_one_short_file_and_always_says_the_same() {
    let lines = include_str!("../../cursor_costs.rs").lines().count();
    assert!(lines <= 120, "{lines} lines");
    assert_eq!(printed(JOB, &[]), printed(JOB, &[]));
}

#[test]
fn its_files_hold_every_charge_and_every_invoice() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    printed(JOB, &["--out", out.to_str().unwrap()]);
    let truth = Simulator::demo().truth();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let json = |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap();
    let synced = &json("sync.json")["accounts"][0];
    assert_eq!((&synced["events"], &synced["without_user"]), (&truth.total.events.into(), &717.into()));
    assert_eq!(read("records.csv").lines().count() as u64, truth.total.events + 1);
    assert_eq!(json("report.json")["group_by"].as_array().unwrap().len(), 2);
    let bridges = json("reconciliation.json");
    assert!(bridges.as_array().unwrap().iter().all(|bridge| bridge["unexplained"] == "0"), "{bridges}");
}

#[test]
fn any_team_can_be_shown_in_depth_and_another_option_leads_to_the_program() {
    assert!(printed(JOB, &["--team", "Mobile"]).contains("\nTeam Mobile in depth"));
    assert!(printed(JOB, &["--help"]).contains("[--team NAME] [--out DIR]"));
    for arguments in [&["--db", "costs.db"][..], &["--team"], &["--teams", "Web"]] {
        let refused = run(JOB, arguments);
        assert_eq!((refused.status.code(), refused.stdout.as_slice()), (Some(1), &[][..]));
        assert!(String::from_utf8(refused.stderr).unwrap().contains("the program cursor-costs"));
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(example(JOB)).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
