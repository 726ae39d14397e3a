//! What goes wrong at a command line: each is told, with what to do, as text and as JSON.

use crate::program::Folder;

#[test]
fn wrong_usage_is_status_1() {
    let demo = Folder::demo();
    let commands: &[(&[&str], &str)] = &[
        (&["reprot"], "unrecognized subcommand 'reprot'"),
        (&["report", "--grup-by", "service"], "unexpected argument '--grup-by'"),
        (&["report", "--group-by", "servise"], "servise"),
        (&["report", "--filter", "costs.servise = 'x'"], "costs.service"),
        (&["report", "--interval", "yesterday"], "unknown interval `yesterday`"),
        (&["report", "--from", "2026-10-01"], "--to"),
        (&["report", "--from", "26-10-01", "--to", "2026-11-01"], "is not a day like 2026-09-15"),
        (&["report", "--from", "2026-11-01", "--to", "2026-10-01"], "which is not after 2026-11-01"),
        (
            &["report", "--interval", "last_month", "--from", "2026-10-01", "--to", "2026-11-01"],
            "cannot be used with",
        ),
        (&["report", "--bin", "year"], "there is no step `year`"),
        (&["report", "--metric", "cost"], "there is no measure `cost`"),
        (&["report", "--top", "0"], "0"),
        (&["report", "none"], "there is no saved report `none`; there are: teams, models"),
        (&["report", "--zone", "Berlin"], "no distance from UTC like +02:00"),
        (&["report", "--group-by", "user"], "hint: write resource_id"),
        (&["report", "--group-by", "model"], "hint: write service"),
        (&["report", "--group-by", "team"], "hint: write vtag.Team"),
        (&["report", "--group-by", "service,department"], "hint: write vtag.Department"),
        (&["report", "--group-by", "vtag.team"], "hint: write vtag.Team"),
        (&["report", "--group-by", "vtag.Site"], "the rules have vtag.Team, vtag.Department"),
        (&["report", "--group-by", "effective"], "--metric effective"),
        (&["report", "--config", "none.toml"], "none.toml: there is no such file"),
        (&["report", "--data", "none.db"], "there is no store none.db"),
        (&["report", "--rules", "none.toml"], "none.toml: there is no such file"),
        (&["report", "--format", "xml"], "xml"),
        (&["status", "--format", "csv"], "this command prints no CSV"),
        (&["sync", "--account", "None"], "there is no account `None`; there are: Acme"),
        (&["accounts", "check", "None"], "there is no account `None`"),
        (&["import", "none.csv"], "none.csv: there is no such file"),
        (&["import", "rules.toml"], "the file cannot be imported"),
        (&["import", "remove", "x"], "it is no import"),
        (&["invoice", "explain", "none.csv"], "none.csv: there is no such file"),
        (&["invoice", "explain", "people.csv"], "the invoice cannot be read"),
        (&["invoice", "check", "invoices/INV-0007.csv", "--period", "2026-10-01"], "two days"),
        (&["tags", "explain", "nobody@acme.test"], "nothing was charged to them"),
        (&["tags", "diff", "people.csv"], "the rules cannot be used"),
        (&["export", "records", "--format", "json"], "records are exported as CSV"),
        (&["export", "records", "-o", "."], "there is a folder"),
        (&["demo", "."], "is not an empty folder"),
        (&["demo"], "required"),
        (&["invoice", "explain"], "<FILE>"),
        (&["import"], "<FILE>"),
        (&["accounts", "rename", "Acme", "A\u{1b}[31m", "--yes"], "characters that a terminal would act on"),
        (&["report", "-o", "none/report.txt"], "there is no folder none"),
        (
            &["sync", "--from", "2026-12-01", "--to", "2026-12-05"],
            "2026-12-01 to 2026-12-04 lies in the future",
        ),
        (&["import", "remove", "0123456789abcdef", "--dry-run"], "there is no import 0123456789abcdef"),
        (&["init"], "cursor-costs.toml is there already"),
    ];
    let before = demo.read("cursor-costs.toml");
    for (command, expected) in commands {
        let text = demo.run(command);
        assert_eq!((text.status, text.stdout.as_str()), (1, ""), "{command:?}");
        assert!(text.stderr.contains(expected), "{command:?}: {}", text.stderr);
        if command.contains(&"--format") {
            continue;
        }
        let json = demo.run(&[command, &["--format", "json"][..]].concat());
        assert_eq!(json.status, 1, "{command:?}");
        let error = json.json_error();
        for field in ["kind", "message"] {
            assert!(error[field].as_str().is_some_and(|text| !text.is_empty()), "{command:?}: {error}");
        }
        assert!(
            error.as_object().unwrap().contains_key("hint")
                && error.as_object().unwrap().contains_key("place")
        );
    }
    assert_eq!(demo.read("cursor-costs.toml"), before);
}

#[test]
fn without_a_configuration_the_first_step_is_told() {
    let folder = Folder::new();
    for command in [&["status"][..], &["sync"], &["report"], &["config", "show"]] {
        let printed = folder.run(command);
        assert_eq!(printed.status, 1);
        assert!(printed.stderr.contains("`cursor-costs init` writes a configuration"), "{}", printed.stderr);
    }
    assert_eq!(std::fs::read_dir(folder.path("")).unwrap().count(), 0, "nothing was made");
    folder.run(&["init"]);
    let printed = folder.run(&["report"]);
    assert!(printed.stderr.contains("`cursor-costs sync` makes and fills it"), "{}", printed.stderr);
    let printed = folder.run(&["sync"]);
    assert_eq!(printed.status, 1);
    assert!(printed.stderr.contains("CURSOR_API_KEY is not set"), "{}", printed.stderr);
}

#[test]
fn a_fault_of_a_file_has_its_place_in_json() {
    let demo = Folder::demo();
    demo.write("rules.toml", "[[tag]]\nkey = \"\"\n[[tag]]\nkey = \"Site\"\ndefault = \"\"\n");
    let error = demo.run(&["report", "--format", "json"]).json_error();
    assert_eq!(error["kind"], "rules");
    assert_eq!((&error["place"]["line"], &error["place"]["column"]), (&2.into(), &7.into()));
    assert_eq!(error["others"].as_array().unwrap().len(), 1, "the other fault is told as well: {error}");
    demo.write("cursor-costs.toml", "data = \"costs.db\"\nrule = \"rules.toml\"\n");
    let error = demo.run(&["status", "--format", "json"]).json_error();
    assert_eq!((&error["kind"], &error["place"]["line"]), (&"config".into(), &2.into()));
    assert!(error["message"].as_str().unwrap().contains("did you mean `rules`?"));
}

#[test]
fn made_up_charges_and_real_ones_do_not_mix() {
    let demo = Folder::demo();
    let header = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";
    demo.write(
        "usage.csv",
        &format!("{header}2025-07-15T09:00:00.000Z,iris@example.com,On-Demand,auto,No,0,7,0,5,12,0.08\n"),
    );
    let refused = demo.run(&["import", "usage.csv"]);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("made-up"), "{}", refused.stderr);
    assert!(demo.run(&["status"]).stdout.contains("38,947 charges"));
}

#[test]
fn a_configuration_of_a_parent_folder_is_not_read() {
    let demo = Folder::demo();
    std::fs::create_dir(demo.path("inside")).unwrap();
    let printed = demo.command(&["status"]).current_dir(demo.path("inside")).output().unwrap();
    assert_eq!(printed.status.code(), Some(1));
    let mut named = demo.command(&["status", "--config", "../cursor-costs.toml"]);
    assert!(named.current_dir(demo.path("inside")).output().unwrap().status.success());
}

#[test]
fn a_fault_of_a_file_names_the_option_that_states_what_it_leaves_out() {
    let folder = Folder::new();
    folder.run(&["init"]);
    let columns = "Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost";
    let row = "2026-07-15T09:00:00.000Z,iris@example.com,On-Demand,auto,No,0,7,0,5,12,";
    let cases = [
        (
            format!("Date,{columns}\n2026-07-15T09:00:00.000Z,On-Demand,auto,No,0,7,0,5,12,0.08\n"),
            "hint: --person EMAIL",
        ),
        (
            format!("Date,User,{columns}\n{row}\"1,234\"\n"),
            "hint: --decimal-point reads its numbers as 1,234.56, --decimal-comma",
        ),
        (format!("Date,User,{columns},Discounted Price\n{row}0.08,0.07\n"), "hint: --pass-over COLUMN"),
    ];
    for (text, expected) in cases {
        folder.write("usage.csv", &text);
        let refused = folder.run(&["import", "usage.csv"]);
        assert_eq!(refused.status, 1, "{}", refused.stdout);
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
}
