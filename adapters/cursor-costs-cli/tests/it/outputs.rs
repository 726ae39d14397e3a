//! Where output goes: terminals, pipes that close, files.

use std::io::Read;
use std::process::Stdio;

use crate::program::Folder;

#[test]
fn a_closed_pipe_is_no_error() {
    let demo = Folder::demo();
    for command in [
        &["export", "records", "--from", "2026-08-01", "--to", "2026-11-01"][..],
        &["report", "--group-by", "resource", "--interval", "last_3_months"],
        &["invoice", "explain", "invoices/INV-0007.csv", "--format", "json"],
    ] {
        let mut process =
            demo.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 10];
        let mut stdout = process.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let output = process.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{command:?}: {stderr}");
        assert!(!stderr.contains("error"), "{command:?}: {stderr}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let demo = Folder::demo();
    for command in [&["report", "teams"][..], &["export", "records"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = demo.command(command).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("error:"), "{command:?}");
    }
}

#[test]
fn tables_fit_the_terminal() {
    let demo = Folder::demo();
    for columns in [80, 120] {
        for command in [
            &["status"][..],
            &["report", "teams"],
            &["report", "models", "--compare"],
            &["tags", "coverage"],
            &["accounts", "list"],
            &["invoice", "tie-out"],
        ] {
            let printed = demo.run_with(&[("COLUMNS", &columns.to_string())], command).stdout;
            // Remarks are prose, which a terminal wraps.
            let prose = ["rounded each on its own", " is found as "];
            let lines = printed.lines().filter(|line| !prose.iter().any(|remark| line.contains(remark)));
            let widest = lines.map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= columns, "{command:?} takes {widest} of {columns}\n{printed}");
        }
    }
}

#[test]
fn a_file_is_replaced_as_a_whole_and_for_its_owner_alone() {
    let demo = Folder::demo();
    demo.write("report.csv", "before");
    let printed = demo.run(&["report", "teams", "--format", "csv", "-o", "report.csv"]);
    assert_eq!((printed.status, printed.stdout.as_str()), (0, ""));
    assert!(demo.read("report.csv").starts_with("Team,Department,"));
    let failed = demo.run(&["report", "none", "-o", "report.csv"]);
    assert_eq!(failed.status, 1);
    assert!(demo.read("report.csv").starts_with("Team,Department,"), "a failure leaves the file as it was");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(demo.path("report.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let folder = Folder::new();
    assert!(!folder.run(&["status"]).stderr.contains('\u{1b}'));
    assert!(folder.run(&["status", "--color", "always"]).stderr.contains("\u{1b}[1;31merror:"));
}

#[test]
fn nothing_secret_is_printed() {
    let folder = Folder::demo();
    let key = folder.read("demo.key");
    for command in [
        &["config", "show"][..],
        &["accounts", "list"],
        &["accounts", "check", "Acme"],
        &["sync"],
        &["status"],
    ] {
        let printed = folder.run(command);
        assert!(!format!("{}{}", printed.stdout, printed.stderr).contains(&key), "{command:?}");
    }
}

#[test]
fn text_from_outside_cannot_act_on_a_terminal() {
    let demo = Folder::demo();
    let config = demo.read("cursor-costs.toml").replace("\"Acme\"", "\"A\\u001b[31mcme\"\nid = \"Acme\"");
    demo.write("cursor-costs.toml", &config);
    for command in [
        &["status"][..],
        &["report", "--group-by", "account"],
        &["accounts", "list"],
        &["config", "show"],
        &["sync"],
    ] {
        let printed = demo.run(command);
        assert!(!format!("{}{}", printed.stdout, printed.stderr).contains('\u{1b}'), "{command:?}");
    }
}

#[test]
fn a_report_says_its_days_and_a_file_has_whole_names() {
    let demo = Folder::demo();
    let printed = demo.run(&["report", "teams"]).stdout;
    assert!(printed.starts_with("2026-10-01 to 2026-10-31\n"), "{printed}");
    let edges = ["report", "--bin", "month", "--from", "2026-09-15", "--to", "2026-11-01"];
    let printed = demo.run(&edges).stdout;
    assert!(
        printed.contains("only a part of its step is in the range: 2026-09-15 to 2026-09-30\n"),
        "{printed}"
    );
    let narrow = [("COLUMNS", "40")];
    let by_person = ["report", "--group-by", "resource_id,service"];
    assert!(demo.run_with(&narrow, &by_person).stdout.contains('\u{2026}'), "names are truncated");
    let file = [&by_person[..], &["-o", "people.txt"]].concat();
    assert_eq!(demo.run_with(&narrow, &file).status, 0);
    assert!(!demo.read("people.txt").contains('\u{2026}'));
}
