//! The configuration: each mistake with its place, what decides a value, and what is never read or sent.

use std::path::Path;
use std::sync::Arc;

use cursor_costs::config::{Config, ConfigFile, DecidedBy, Environment, Layers, Overrides};
use cursor_costs::sync::SyncRequest;
use cursor_costs::{ErrorKind, Result};

use crate::company::load;

fn parse(text: &str) -> Result<ConfigFile> {
    ConfigFile::parse(text, "c.toml".as_ref())
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let account = "[[account]]\nname = \"Main\"\n";
    let table: &[(&str, &str)] = &[
        ("data =", "c.toml:1:7: "),
        ("dat = \"costs.db\"", "c.toml:1:1: there is no field `dat`; did you mean `data`?"),
        ("data = 1", "c.toml:1:8: `data` is not a text in quotation marks"),
        ("data = \" \"", "c.toml:1:8: `data` is empty"),
        (
            "data = \"a\"\ndata_env = \"B\"",
            "c.toml:2:12: `data` and `data_env` say the same thing: leave one out",
        ),
        (
            "people = \"people.csv\"",
            "c.toml:1:10: `people` is not a list of texts, such as [\"one\", \"two\"]",
        ),
        ("people = [1]", "c.toml:1:10: `people` is not a list of texts, such as [\"one\", \"two\"]"),
        (
            "reporting_zone = \"Europe/Berlin\"",
            "c.toml:1:18: `reporting_zone`: `Europe/Berlin` is no distance from UTC like +02:00",
        ),
        ("history_months = 0", "c.toml:1:18: `history_months` is not a whole number above 0"),
        ("today = \"01.11.2026\"", "c.toml:1:9: `today`: `01.11.2026` is not a day like 2026-09-15"),
        ("account = \"Main\"", "c.toml:1:11: `account` is not a list of tables"),
        ("[[account]]\nid = \"a\"", "c.toml:1:1: an [[account]] has no `name`"),
        ("[[account]]\nname = \"A\"\n[[account]]\nname = \"A\"", "c.toml:4:8: there are two accounts `A`"),
        (
            "[[account]]\nname = \"A\"\n[[account]]\nname = \"B\"\nid = \"A\"",
            "c.toml:5:6: the id `A` is that of another account",
        ),
        (
            "[[account]]\nname = \"A\"\napi_key = \"x\"",
            "c.toml:3:1: there is no field `api_key`; did you mean `api_key_env`?",
        ),
        (
            "[[account]]\nname = \"A\"\napi_key_env = \"crsr_0123456789\"",
            "c.toml:3:15: `api_key_env` is not the name of an environment variable",
        ),
        (
            "[[account]]\nname = \"A\"\napi_key_env = \"A\"\napi_key_file = \"b\"",
            "c.toml:4:16: `api_key_env` and `api_key_file` say the same thing",
        ),
        ("[[report]]\nbin = \"day\"", "c.toml:1:1: a [[report]] has no `name`"),
        ("[[report]]\nname = \"a\"\nbin = \"year\"", "c.toml:3:7: `bin`: there is no step `year`"),
        ("[[report]]\nname = \"a\"\nfilter = \"costs.servise = 'x'\"", "c.toml:3:10: `filter`: "),
        ("[[report]]\nname = \"a\"\ngroup_by = [\"servise\"]", "c.toml:3:12: `group_by`: "),
        (
            "[[report]]\nname = \"a\"\nfrom = \"2026-09-01\"",
            "c.toml:2:8: days are stated by their first and by the day after the last",
        ),
        (
            "[[report]]\nname = \"a\"\ninterval = \"yesterday\"",
            "c.toml:3:12: `interval`: unknown interval `yesterday`",
        ),
        ("[[report]]\nname = \"a\"\ncompare = 1", "c.toml:3:11: `compare` is not true or false"),
        ("[[report]]\nname = \"a\"\n[[report]]\nname = \"a\"", "c.toml:4:8: there are two reports `a`"),
    ];
    for (text, expected) in table {
        let error = parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{text}");
        let told = error.to_string();
        assert!(told.starts_with(expected), "{text}\n{told}");
        // The same fault further down has its own line.
        let told = parse(&format!("\n\n{text}")).unwrap_err().to_string();
        let line = |told: &str| told.split(':').nth(1).unwrap().parse::<u32>().unwrap();
        assert_eq!(line(&told), line(expected) + 2, "{text}\n{told}");
    }
    assert!(parse(account).is_ok());
    assert_eq!(parse("").unwrap().accounts, []);
}

#[test]
fn a_key_that_was_put_into_the_file_by_mistake_is_not_repeated() {
    let error = parse("[[account]]\nname = \"A\"\napi_key_env = \"crsr_canary\"\n").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[test]
fn paths_are_those_of_the_files_folder() {
    let text = "data = \"costs.db\"\nrules = \"/etc/rules.toml\"\npeople = [\"a.csv\"]\n[[account]]\nname = \"A\"\napi_key_file = \"k\"\n";
    let file = ConfigFile::parse(text, "conf/c.toml".as_ref()).unwrap();
    assert_eq!(file.data.as_deref(), Some(Path::new("conf/costs.db")));
    assert_eq!(file.rules.as_deref(), Some(Path::new("/etc/rules.toml")));
    assert_eq!(file.people, Some(vec!["conf/a.csv".into()]));
    assert_eq!(file.accounts[0].key.as_ref().unwrap().to_string(), "file conf/k");
}

#[test]
fn options_decide_before_variables_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cursor-costs.toml"), "data = \"file.db\"\n").unwrap();
    let load = |data: Option<&str>, variable: Option<&'static str>| {
        let mut overrides = Overrides::default();
        overrides.data = data.map(Into::into);
        let environment =
            move |name: &str| (name == "CURSOR_COSTS_DATA").then(|| variable.map(str::to_owned)).flatten();
        Config::load(&Layers { overrides, environment: &environment, working_folder: folder.path() })
            .unwrap()
            .data
    };
    let option = load(Some("option.db"), Some("variable.db"));
    assert_eq!((option.value.to_str(), option.from), (Some("option.db"), DecidedBy::Flag("--data")));
    let variable = load(None, Some("variable.db"));
    assert_eq!(variable.value.to_str(), Some("variable.db"));
    assert_eq!(variable.from, DecidedBy::Environment("CURSOR_COSTS_DATA".to_owned()));
    let file = load(None, None);
    assert_eq!((file.value, file.from), (folder.path().join("file.db"), DecidedBy::File));
}

#[test]
fn a_configuration_in_a_parent_folder_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cursor-costs.toml"), "data = \"costs.db\"\n").unwrap();
    let inside = folder.path().join("a/b");
    std::fs::create_dir_all(&inside).unwrap();
    let error = load(&inside).unwrap_err();
    assert!(error.to_string().starts_with("nothing says where charges are kept"), "{error}");
    assert!(error.hint().unwrap().contains("cursor-costs init"));
    assert!(load(folder.path()).is_ok());
}

#[test]
fn the_users_own_folder_is_the_last_place() {
    let home = tempfile::tempdir().unwrap();
    let working_folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".config/cursor-costs")).unwrap();
    std::fs::write(home.path().join(".config/cursor-costs/cursor-costs.toml"), "data = \"costs.db\"\n")
        .unwrap();
    let of_home = home.path().to_str().unwrap().to_owned();
    let environment = move |name: &str| (name == "HOME").then(|| of_home.clone());
    let layers = Layers {
        overrides: Overrides::default(),
        environment: &environment,
        working_folder: working_folder.path(),
    };
    assert_eq!(Config::load(&layers).unwrap().data.value, home.path().join(".config/cursor-costs/costs.db"));
}

#[test]
fn no_host_but_cursors_and_this_machine_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let configure = |url: &str| {
        let text = format!(
            "data = \"a.db\"\n[[account]]\nname = \"A\"\napi_key_env = \"K\"\nbase_url = \"{url}\"\n"
        );
        std::fs::write(folder.path().join("cursor-costs.toml"), text).unwrap();
    };
    for url in [
        "https://evil.test",
        "https://api.cursor.com.evil.test",
        "https://api.cursor.com@evil.test",
        "https://127.0.0.1.evil.test",
        "https://u:pw@api.cursor.com",
        "https://api.cursor.com?key=x",
        "nonsense",
    ] {
        configure(url);
        assert_eq!(load(folder.path()).unwrap_err().kind(), ErrorKind::Config, "{url}");
    }
    for url in ["https://api.cursor.com", "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        configure(url);
        assert!(load(folder.path()).is_ok(), "{url}");
    }
    configure("https://proxy.test/cursor");
    let mut overrides = Overrides::default();
    overrides.allow_hosts = vec!["proxy.test".to_owned()];
    let layers = Layers { overrides, environment: &|_| None, working_folder: folder.path() };
    assert!(Config::load(&layers).is_ok());
}

#[test]
fn a_day_that_stands_still_is_for_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = "data = \"a.db\"\ntoday = \"2026-11-01\"\n[[account]]\nname = \"A\"\napi_key_env = \"K\"\n";
    std::fs::write(folder.path().join("cursor-costs.toml"), text).unwrap();
    assert!(load(folder.path()).unwrap_err().to_string().contains("`today` is for demos"));
}

#[cfg(unix)]
#[tokio::test(flavor = "current_thread")]
async fn a_key_file_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let text = "data = \"a.db\"\n[[account]]\nname = \"A\"\napi_key_file = \"key\"\nbase_url = \"http://127.0.0.1:1\"\n";
    std::fs::write(folder.path().join("cursor-costs.toml"), text).unwrap();
    let key = folder.path().join("key");
    let environment: Environment = Arc::new(|_| None);
    let costs = load(folder.path()).unwrap().open(&environment).unwrap();
    for (bytes, mode, expected) in [
        ("crsr_canary\n", 0o644, "may be read by others"),
        ("", 0o600, "not a key in one line"),
        ("crsr_canary\ncrsr_canary\n", 0o600, "not a key in one line"),
    ] {
        std::fs::write(&key, bytes).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let outcome = costs.sync(&SyncRequest::default(), &()).await.unwrap();
        let error = outcome.accounts[0].outcome.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Key);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_configuration_names_and_nobody_can_use_is_told() {
    let company = crate::company::Company::new(
        "invoices = \"invoices\"\n[[account]]\nname = \"Two\"\napi_key_file = \"two.key\"\nbase_url = \"http://127.0.0.1:1\"\n\
         [[report]]\nname = \"good\"\ngroup_by = [\"vtag.Team\"]\n\
         [[report]]\nname = \"bad\"\ngroup_by = [\"vtag.Site\"]\nfilter = \"vtag.Region = 'EU'\"\n",
    )
    .await;
    let problems = || {
        let config = load(company.folder.path()).unwrap();
        let problems = config.problems(&|_| None).unwrap();
        problems.iter().map(cursor_costs::Error::in_one_line).collect::<Vec<_>>()
    };
    let expected = [
        "account `Main`: there is no folder",
        "account `Two`: its key cannot be used",
        "report `bad`: the rules have no key `Site`; they have: Team",
        "report `bad`: the rules have no key `Region`",
    ];
    let found = problems();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (problem, start) in found.iter().zip(expected) {
        assert!(problem.starts_with(start), "{problem}");
    }
    std::fs::create_dir(company.path("invoices")).unwrap();
    company.write("two.key", "crsr_canary");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(company.path("two.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(problems()[0].contains("may be read by others"), "{:?}", problems());
        std::fs::set_permissions(company.path("two.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert_eq!(problems().len(), 2);
}
