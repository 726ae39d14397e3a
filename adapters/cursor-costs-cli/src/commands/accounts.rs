//! `accounts`: what the configuration says of accounts, and changes of it.

use std::path::Path;

use cost_model::output::{TextTable, counted, for_terminal};
use cursor_costs::config::Config;
use cursor_costs::files::NewFiles;
use cursor_costs::{Account, CursorCosts, Error, ErrorKind, Result};
use serde_json::json;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::arguments::{Accounts, Global, Sure};
use crate::commands::open_existing;
use crate::configuration::load;
use crate::outcome::{Outcome, failed_after_answer};
use crate::output::Output;

pub(crate) async fn run(global: &Global, command: Accounts, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    match command {
        Accounts::List => list(global, output),
        Accounts::Check { name } => check(&super::open(global)?, name.as_deref(), output).await,
        Accounts::Rename { name, new_name, sure } => rename(global, (&name, &new_name), sure, output).await,
        Accounts::Remove { name, keep_data, sure } => remove(global, &name, keep_data, sure, output).await,
    }
}

fn list(global: &Global, output: &Output) -> Result<Outcome> {
    let config = load(global)?;
    if output.is_json() {
        let accounts: Vec<_> = config
            .accounts
            .iter()
            .map(|account| {
                json!({
                    "name": account.name,
                    "id": account.id,
                    "key": account.key.as_ref().map(ToString::to_string),
                    "base_url": account.base_url,
                    "invoices": account.invoices.as_ref().map(|folder| folder.display().to_string()),
                })
            })
            .collect();
        output.json(&json!({ "schema": "accounts/1", "accounts": accounts }))?;
        return Ok(Outcome::DONE);
    }
    let mut table = TextTable::new().within(output.width).text(["account", "id", "key", "address"]);
    for account in &config.accounts {
        table.row([
            account.name.clone(),
            account.id.clone(),
            account.key.as_ref().map_or("none: files only".to_owned(), ToString::to_string),
            account.base_url.clone().unwrap_or_else(|| "https://api.cursor.com".to_owned()),
        ]);
    }
    output.text(table)?;
    Ok(Outcome::DONE)
}

async fn check(costs: &CursorCosts, name: Option<&str>, output: &Output) -> Result<Outcome> {
    let account = costs.account(name)?;
    let name = account.name();
    let checked = costs.check_account(account).await?;
    let events = checked.events_of_last_day.as_ref();
    let people = checked.people.as_ref();
    if output.is_json() {
        output.json(&json!({
            "schema": "account-check/1",
            "name": name,
            "events_of_last_day": events.ok(),
            "events_error": events.err().map(Error::in_one_line),
            "people": people.ok(),
            "people_error": people.err().map(Error::in_one_line),
        }))?;
    } else {
        let events = match events {
            Ok(count) => format!("can be read; {} in the last day", counted(*count, "event")),
            Err(error) => format!("cannot be read: {}", error.in_one_line()),
        };
        let people = match people {
            Ok(count) => format!("can be read; {count} in the team"),
            Err(error) => format!("cannot be read: {}", error.in_one_line()),
        };
        output.text(format_args!(
            "{name}\n  usage events  {events}\n  people        {people}\n  expiry        Cursor's API does not state when a key expires\n"
        ))?;
    }
    match checked.events_of_last_day.err().or(checked.people.err()) {
        Some(error) => failed_after_answer(error, output),
        None => Ok(Outcome::DONE),
    }
}

async fn rename(
    global: &Global,
    (name, new_name): (&str, &str),
    sure: Sure,
    output: &Output,
) -> Result<Outcome> {
    let config = load(global)?;
    if new_name.trim().is_empty() || for_terminal(new_name) != new_name {
        let message = "the new name is empty, or has characters that a terminal would act on";
        return Err(Error::new(ErrorKind::Query, message));
    }
    let account = config.accounts.iter().find(|account| account.name == name);
    let account = account.ok_or_else(|| not_found(name))?;
    if config
        .accounts
        .iter()
        .any(|other| other.name == new_name || (other.id == new_name && other.name != name))
    {
        return Err(Error::new(ErrorKind::Config, format!("there is an account `{new_name}` already")));
    }
    let file = file(config.file.as_deref())?;
    let what = format!(
        "rename the account {name} to {new_name} in {}; its charges stay under the id {}",
        file.display(),
        account.id
    );
    if !is_consented(sure, &what, output)? {
        return Ok(Outcome::DONE);
    }
    edit(file, |document| {
        let table = account_table(document, name).ok_or_else(|| not_found(name))?;
        table.insert("name", value(new_name));
        table.insert("id", value(account.id.as_str()));
        Ok(())
    })?;
    if config.data.value.exists() {
        let costs = open_existing(global)?;
        costs.note_account_change(costs.account(Some(new_name))?, &format!("renamed from {name}")).await?;
    }
    if output.is_json() {
        let document =
            json!({ "schema": "account-rename/1", "name": new_name, "before": name, "id": account.id });
        output.json(&document)?;
    } else {
        output.text(format_args!("{name} is {new_name} now\n"))?;
    }
    Ok(Outcome::DONE)
}

async fn remove(
    global: &Global,
    name: &str,
    keep_data: bool,
    sure: Sure,
    output: &Output,
) -> Result<Outcome> {
    let config = load(global)?;
    if !config.accounts.iter().any(|account| account.name == name) {
        return remove_stored(global, &config, name, (keep_data, sure), output).await;
    }
    let file = file(config.file.as_deref())?;
    let charges = if keep_data {
        "leave its charges in the store"
    } else {
        "remove its charges from the store, for good"
    };
    if !is_consented(
        sure,
        &format!("remove the account {name} from {}, and {charges}", file.display()),
        output,
    )? {
        return Ok(Outcome::DONE);
    }
    let mut removed = 0;
    if !keep_data && config.data.value.exists() {
        let costs = open_existing(global)?;
        removed = costs.remove_account(costs.account(Some(name))?).await?;
    }
    edit(file, |document| {
        let accounts = document.get_mut("account").and_then(Item::as_array_of_tables_mut);
        accounts.ok_or_else(|| not_found(name))?.retain(|table| !is_named(table, name));
        Ok(())
    })?;
    let what = if keep_data {
        format!(
            "{name} is gone from the configuration; its charges stay in the store, and reports count them\n"
        )
    } else {
        format!("{name} is gone, and {} with it\n", counted(removed, "charge"))
    };
    if output.is_json() {
        let charges = (!keep_data).then_some(removed);
        output.json(&json!({ "schema": "account-remove/1", "name": name, "charges_removed": charges }))?;
    } else {
        output.text(what)?;
    }
    Ok(Outcome::DONE)
}

/// Removes the charges of an account that the configuration has no more, as after `--keep-data`.
async fn remove_stored(
    global: &Global,
    config: &Config,
    name: &str,
    (keep_data, sure): (bool, Sure),
    output: &Output,
) -> Result<Outcome> {
    if keep_data || !config.data.value.exists() {
        return Err(not_found(name));
    }
    let costs = open_existing(global)?;
    let account = Account::new(name);
    // The id of an account that was renamed is still that account's.
    if config.accounts.iter().any(|other| other.id == name) || !costs.is_stored(account.id()).await? {
        return Err(not_found(name));
    }
    let what =
        format!("remove the charges of {name} from the store, for good; the configuration does not have it");
    if !is_consented(sure, &what, output)? {
        return Ok(Outcome::DONE);
    }
    let removed = costs.remove_account(&account).await?;
    if output.is_json() {
        output.json(&json!({ "schema": "account-remove/1", "name": name, "charges_removed": removed }))?;
    } else {
        output.text(format_args!("{name} is gone, and {} with it\n", counted(removed, "charge")))?;
    }
    Ok(Outcome::DONE)
}

/// Returns whether to do it; `--dry-run` says what would be done, and without `--yes` it is refused.
pub(crate) fn is_consented(sure: Sure, what: &str, output: &Output) -> Result<bool> {
    if sure.dry_run {
        if output.is_json() {
            output.json(&json!({ "schema": "dry-run/1", "would": what }))?;
        } else {
            output.text(format_args!("would {what}\n"))?;
        }
        return Ok(false);
    }
    if sure.yes {
        return Ok(true);
    }
    let error = Error::new(ErrorKind::Query, format!("this would {what}"));
    Err(error.with_hint("--yes does it, --dry-run only tells"))
}

fn file(file: Option<&Path>) -> Result<&Path> {
    file.ok_or_else(|| Error::new(ErrorKind::Config, "there is no configuration file to change"))
}

/// Changes a configuration and leaves comments and layout as they are.
fn edit(file: &Path, change: impl FnOnce(&mut DocumentMut) -> Result<()>) -> Result<()> {
    let unreadable = |error: String| Error::new(ErrorKind::Config, format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| unreadable(error.to_string()))?;
    change(&mut document)?;
    let mut files = NewFiles::default();
    files.write(file, document.to_string().as_bytes())?;
    files.finish()
}

fn account_table<'a>(document: &'a mut DocumentMut, name: &str) -> Option<&'a mut Table> {
    let accounts = document.get_mut("account")?.as_array_of_tables_mut()?;
    accounts.iter_mut().find(|table| is_named(table, name))
}

fn is_named(table: &Table, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

fn not_found(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no account `{name}`"))
        .with_hint("`accounts list` lists them")
}
