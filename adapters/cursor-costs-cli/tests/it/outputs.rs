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

/// Every file under a folder of the test, with its bytes.
fn contents(folder: &std::path::Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn no_output_replaces_a_file_that_is_in_use() {
    let demo = Folder::demo();
    // A key file, files beside the store, and an import: whatever a command or its configuration names.
    demo.write("demo.key", "demo-key");
    let config = demo
        .read("cursor-costs.toml")
        .replace("api_key_env = \"CURSOR_COSTS_DEMO_KEY\"", "api_key_file = \"demo.key\"");
    demo.write("cursor-costs.toml", &config);
    assert!(config.contains("demo.key"), "{config}");
    demo.write("costs.db.lock", "");
    demo.write("export.csv", "Date,Model,Cost\n");
    demo.write("other.toml", &demo.read("rules.toml"));
    demo.write("nobody.csv", "email,team\n");
    let root = demo.path("");
    let before = contents(&root);
    let absolute = demo.path("costs.db");
    for (place, command) in [
        ("costs.db", &["report", "teams"][..]),
        ("./costs.db", &["export", "records"]),
        (absolute.to_str().unwrap(), &["status"]),
        ("costs.db.lock", &["report", "teams"]),
        ("costs.db-wal", &["report", "teams"]),
        ("costs.db-shm", &["report", "teams"]),
        ("costs.db-journal", &["report", "teams"]),
        ("cursor-costs.toml", &["completions", "bash"]),
        ("cursor-costs.toml", &["config", "show"]),
        ("rules.toml", &["tags", "coverage"]),
        ("rules.toml", &["report", "teams", "--rules", "other.toml"]),
        ("other.toml", &["report", "teams", "--rules", "other.toml"]),
        ("other.toml", &["tags", "diff", "other.toml"]),
        ("people.csv", &["people", "list"]),
        ("nobody.csv", &["people", "preview", "nobody.csv"]),
        ("nobody.csv", &["report", "teams", "--people", "nobody.csv"]),
        ("demo.key", &["man"]),
        ("export.csv", &["import", "export.csv"]),
        ("invoices/INV-0007.csv", &["invoice", "check", "invoices/INV-0007.csv"]),
        ("invoices/new.csv", &["invoice", "tie-out"]),
        ("costs.db", &["accounts", "remove", "Acme", "--yes"]),
        ("costs.db", &["report", "teams", "--data", "other.db"]),
        ("other.db", &["accounts", "list", "--data", "other.db"]),
    ] {
        let printed = demo.run(&[command, &["-o", place]].concat());
        assert_eq!(
            (printed.status, printed.stdout.as_str()),
            (1, ""),
            "{command:?} -o {place}: {}",
            printed.stderr
        );
        assert!(printed.stderr.contains("nothing was written"), "{command:?} -o {place}: {}", printed.stderr);
    }
    for place in ["invoices", "invoices/explained", "./invoices/../invoices"] {
        let printed = demo.run(&["invoice", "explain", "invoices/INV-0007.csv", "--out", place]);
        assert_eq!(printed.status, 1, "{}", printed.stderr);
        assert!(printed.stderr.contains("this lies in the invoices of the account"), "{}", printed.stderr);
    }
    // A configuration that cannot be read does not say what is in use.
    demo.write("cursor-costs.toml", "data = ");
    let printed = demo.run(&["completions", "bash", "-o", "costs.db"]);
    assert_eq!(printed.status, 1);
    demo.write("cursor-costs.toml", &config);
    assert_eq!(contents(&root), before, "a refused output changes nothing");
    assert_eq!(demo.run(&["report", "teams", "-o", "report.txt"]).status, 0);
    // Without any configuration nothing is in use.
    let empty = Folder::new();
    assert_eq!(empty.run(&["completions", "bash", "-o", "costs.db"]).status, 0);
}
