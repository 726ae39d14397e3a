//! Runs the program in a folder of its own, without the environment of whoever runs the tests.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// Where [`Folder::of_account`] has its key.
pub(crate) const KEY_VARIABLE: &str = "CURSOR_TEST_KEY";

/// A demo, made once and only read.
static DEMO: LazyLock<Folder> = LazyLock::new(|| {
    let folder = Folder::new();
    let made = folder.run(&["demo", "demo"]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    folder
});

/// A folder to run the program in.
pub(crate) struct Folder {
    folder: TempDir,
    inside: &'static str,
}

/// What a run printed.
pub(crate) struct Printed {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), inside: "" }
    }

    /// Makes a copy of the demo.
    pub(crate) fn demo() -> Self {
        let copy = Self::new();
        copy_folder(&DEMO.path("demo"), copy.folder.path());
        copy
    }

    /// Makes a folder with a configuration of one account, whose API is at that address, and with these files.
    pub(crate) fn of_account(base_url: &str, files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        let is_there = |name: &&str| files.iter().any(|(file, _)| file == name);
        let rules = Some("rules.toml").filter(is_there).map(|name| format!("rules = \"{name}\"\n"));
        let people = Some("people.csv").filter(is_there).map(|name| format!("people = [\"{name}\"]\n"));
        let account = format!(
            "[[account]]\nname = \"Acme\"\napi_key_env = \"{KEY_VARIABLE}\"\nbase_url = \"{base_url}\"\n"
        );
        let config =
            ["data = \"costs.db\"\n", &rules.unwrap_or_default(), &people.unwrap_or_default(), &account];
        folder.write("cursor-costs.toml", &config.concat());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(self.inside).join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cursor-costs"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("COLUMNS", "80");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Printed {
        Printed::of(&self.command(arguments).output().unwrap())
    }

    /// Runs the program with a key for [`Folder::of_account`].
    pub(crate) fn run_keyed(&self, key: &str, arguments: &[&str]) -> Printed {
        self.run_with(&[(KEY_VARIABLE, key)], arguments)
    }

    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Printed {
        Printed::of(&self.command(arguments).envs(variables.iter().copied()).output().unwrap())
    }
}

impl Printed {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Returns the document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// Returns the one line of JSON on standard error.
    pub(crate) fn json_error(&self) -> Value {
        assert_eq!(self.stdout, "", "an error leaves standard output empty");
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        serde_json::from_str(&self.stderr).unwrap()
    }
}

/// The demo company's API, served until this is dropped.
pub(crate) struct Served {
    process: Child,
    pub(crate) base_url: String,
}

impl Served {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cursor-costs"))
            .args(["demo", "--serve", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("base URL")).unwrap();
        let base_url = line.trim_start_matches("base URL").trim().to_owned();
        Self { process, base_url }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}
