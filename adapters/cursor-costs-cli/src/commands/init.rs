//! `init`: a commented configuration, rules and people.

use std::path::Path;

use cursor_costs::config::FILE_NAME;
use cursor_costs::files::NewFiles;
use cursor_costs::{Error, ErrorKind, Result};
use serde_json::json;

use crate::outcome::Outcome;
use crate::output::Output;

const CONFIG: &str = include_str!("../../demo/init.toml");
const RULES: &str = include_str!("../../demo/init-rules.toml");
const PEOPLE: &str = "email,team,department,from,to\n";

pub(crate) fn run(folder: &Path, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let files = [(FILE_NAME, CONFIG), ("rules.toml", RULES), ("people.csv", PEOPLE)];
    if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).symlink_metadata().is_ok()) {
        let message = format!("{} is there already, and nothing was written", folder.join(name).display());
        return Err(Error::new(ErrorKind::File, message).with_hint("name another folder"));
    }
    let mut new = NewFiles::default();
    for (name, text) in files {
        new.write(&folder.join(name), text.as_bytes())?;
    }
    new.finish()?;
    if output.is_json() {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        output
            .json(&json!({ "schema": "init/1", "folder": folder.display().to_string(), "files": names }))?;
        return Ok(Outcome::DONE);
    }
    output.text(format_args!(
        "Written to {}: {FILE_NAME}, rules.toml, people.csv\n\
         Next: put a key into CURSOR_API_KEY, and run `cursor-costs sync` there.\n",
        folder.display()
    ))?;
    Ok(Outcome::DONE)
}
