//! `people`: who belongs where, from exports of HR systems and identity providers.

use cost_model::output::{TextTable, amount, columns, counted, for_terminal, grouped};
use cost_people::{PeopleReader, PersonSpan, Preview, Snapshot};
use cursor_costs::{CursorCosts, Error, ErrorKind, Forgotten, PeopleImport, Result};
use serde_json::{Value, json};

use crate::arguments::{Global, People, PeopleFile, Range, Sure};
use crate::commands::accounts::is_consented;
use crate::commands::{open, open_existing};
use crate::outcome::Outcome;
use crate::output::{Output, Text};

/// How many rows of a list are shown.
const SHOWN: usize = 20;

pub(crate) async fn run(global: &Global, command: People, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    match command {
        People::Import { reading, replace } => import(&open(global)?, &reading, replace, output).await,
        People::Preview { reading, range } => preview(&open_existing(global)?, &reading, range, output).await,
        People::List => list(&open_existing(global)?, output).await,
        People::FromCursor { fact, replace, dry_run } => {
            from_cursor(&open_existing(global)?, &fact, (replace, dry_run), output).await
        }
        People::Remove { day, sure } => remove(&open_existing(global)?, day, sure, output).await,
        People::Forget { email, sure } => forget(&open_existing(global)?, &email, sure, output).await,
    }
}

async fn read(costs: &CursorCosts, reading: &PeopleFile) -> Result<PeopleImport> {
    let options = |reader: PeopleReader| {
        let form = reading.dates.unwrap_or_default();
        let columns = reading.column.iter();
        columns.fold(reader.facts(&reading.fact).dates(form), |reader, (name, meaning)| {
            reader.column(name, *meaning)
        })
    };
    let as_of = reading.as_of.unwrap_or_else(|| costs.today());
    costs.read_people(&reading.file, options, as_of).await.map_err(with_option)
}

/// Returns the same error with the option that states what the file leaves open.
fn with_option(error: Error) -> Error {
    let told = error.in_one_line();
    let hint = match () {
        () if error.hint().is_some() || error.kind() != ErrorKind::People => return error,
        () if told.contains("the day first") || told.contains("the month first") => {
            "--dates day-first or --dates month-first"
        }
        () if told.contains("no column holds the emails") => "--column NAME=email says which column it is",
        () => return error,
    };
    error.with_hint(hint)
}

async fn import(
    costs: &CursorCosts,
    reading: &PeopleFile,
    replace: bool,
    output: &Output,
) -> Result<Outcome> {
    let import = read(costs, reading).await?;
    costs.import_people(&import, replace).await?;
    if output.is_json() {
        let mut document = document("people-import/1", &import.snapshot);
        document.insert("known".to_owned(), import.is_known.into());
        document.insert("replaced".to_owned(), import.replaces.into());
        output.json(&document)?;
        return Ok(Outcome::DONE);
    }
    let mut text = read_text(&import.snapshot);
    match (import.is_known, import.replaces) {
        (true, _) => text.line("the store has these very people of that day; nothing was done"),
        (false, true) => text.line("stored in place of the people that the store had of that day"),
        (false, false) => text.line("stored"),
    }
    output.text(&text)?;
    Ok(Outcome::DONE)
}

async fn preview(
    costs: &CursorCosts,
    reading: &PeopleFile,
    range: Range,
    output: &Output,
) -> Result<Outcome> {
    if costs.pseudonyms().is_some() {
        let message = "this answer names people, and pseudonyms are to be used in place of their names";
        return Err(Error::new(ErrorKind::Query, message));
    }
    let import = read(costs, reading).await?;
    let preview = costs.preview_people(&import, range.days()?).await?;
    if output.is_json() {
        output.json(&preview_document(&import.snapshot, &preview))?;
        return Ok(Outcome::DONE);
    }
    output.text(preview_text(read_text(&import.snapshot), &preview, output.width))?;
    Ok(Outcome::DONE)
}

/// Says what was understood of a file, without its people.
fn read_text(snapshot: &Snapshot) -> Text {
    let mut text = Text::default();
    let people = people(snapshot.people());
    text.line(format_args!("{people}, {} there on {}", grouped(snapshot.active()), snapshot.as_of));
    let width = snapshot.columns.iter().map(|column| columns(&column.name)).max().unwrap_or_default();
    for column in &snapshot.columns {
        let meaning = match (column.meaning, &column.fact) {
            (_, Some(fact)) => format!("fact {fact}"),
            (Some(meaning), None) => meaning.to_string(),
            (None, None) => "not read".to_owned(),
        };
        let padding = " ".repeat(width.saturating_sub(columns(&column.name)));
        text.line(format_args!("  {}{padding}  {meaning}", for_terminal(&column.name)));
    }
    for finding in &snapshot.findings {
        text.line(for_terminal(&finding.to_string()));
    }
    text
}

fn preview_text(mut text: Text, preview: &Preview, width: usize) -> Text {
    if preview.moves.is_empty() {
        text.line("nothing would move");
    } else {
        text.heading(format_args!("What would move, of {} USD", amount(preview.total)));
        let mut table = TextTable::new().within(width).text(["fact", "from", "to"]);
        table = table.figures(["people", "effective USD"]);
        for each in preview.moves.iter().take(SHOWN) {
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
            let (from, to) = (value(&each.from), value(&each.to));
            table.row([each.fact.clone(), from, to, grouped(each.people), amount(each.amount)]);
        }
        text.add(&table);
        more(&mut text, preview.moves.len());
    }
    if !preview.unmatched.is_empty() {
        text.heading("Whom nobody of the file matches");
        let mut table =
            TextTable::new().within(width).text(["charged to", "perhaps"]).figures(["effective USD"]);
        for each in preview.unmatched.iter().take(SHOWN) {
            let name = if each.name.is_empty() { "(nobody)" } else { &each.name };
            let perhaps = match &each.nearest {
                Some(nearest) => nearest.as_str(),
                None if each.is_known => "there on other days",
                None => "",
            };
            table.row([name.to_owned(), perhaps.to_owned(), amount(each.amount)]);
        }
        text.add(&table);
        more(&mut text, preview.unmatched.len());
    }
    if !preview.without_use.is_empty() {
        text.heading(format_args!("{} without use", people(preview.without_use.len())));
        for name in preview.without_use.iter().take(SHOWN) {
            text.line(for_terminal(name));
        }
        more(&mut text, preview.without_use.len());
    }
    text
}

/// Says how many rows are left out.
fn more(text: &mut Text, rows: usize) {
    if rows > SHOWN {
        text.line(format_args!("and {} more; --format json has all", rows - SHOWN));
    }
}

fn people(count: usize) -> String {
    format!("{} {}", grouped(count), if count == 1 { "person" } else { "people" })
}

async fn list(costs: &CursorCosts, output: &Output) -> Result<Outcome> {
    let history = costs.people_history().await?;
    let days: Vec<String> = history.snapshots().map(|each| each.as_of.to_string()).collect();
    let mut spans = history.spans();
    spans.sort_by(|one, other| (&one.emails, one.from).cmp(&(&other.emails, other.from)));
    let person = |span: &PersonSpan| {
        let name = span.emails.first().map(String::as_str).unwrap_or_default();
        costs
            .pseudonyms()
            .map_or_else(|| name.to_owned(), |pseudonyms| pseudonyms.rename_value(name).to_string())
    };
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    if output.is_json() {
        let people: Vec<Value> = spans
            .iter()
            .map(|span| json!({ "person": person(span), "from": day(span.from), "to": day(span.until), "facts": span.facts }))
            .collect();
        output.json(&json!({ "schema": "people-list/1", "snapshots": days, "people": people }))?;
        return Ok(Outcome::DONE);
    }
    if days.is_empty() {
        output.text("no people were imported; `people import FILE` brings them in\n")?;
        return Ok(Outcome::DONE);
    }
    let facts: Vec<&str> = history.facts().into_iter().collect();
    let mut text = Text::default();
    text.line(format_args!("people of {}", days.join(", ")));
    let headings = ["person"].into_iter().chain(facts.iter().copied()).chain(["from", "to"]);
    let mut table = TextTable::new().within(output.width).text(headings);
    for span in &spans {
        let values = facts.iter().map(|fact| span.facts.get(*fact).cloned().unwrap_or_default());
        let ends = [span.from, span.until].map(|end| day(end).unwrap_or_default());
        table.row([person(span)].into_iter().chain(values).chain(ends));
    }
    text.add(&table);
    output.text(&text)?;
    Ok(Outcome::DONE)
}

async fn from_cursor(
    costs: &CursorCosts,
    fact: &str,
    (replace, dry_run): (bool, bool),
    output: &Output,
) -> Result<Outcome> {
    let imports = costs.people_from_cursor(fact).await?;
    if !dry_run {
        for import in &imports {
            costs.import_people(import, replace).await?;
        }
    }
    if output.is_json() {
        let days: Vec<Value> = imports
            .iter()
            .map(|import| {
                json!({
                    "as_of": import.snapshot.as_of.to_string(),
                    "people": import.snapshot.people(),
                    "active": import.snapshot.active(),
                    "findings": import.snapshot.findings,
                    "known": import.is_known,
                    "replaced": import.replaces,
                })
            })
            .collect();
        output.json(&json!({ "schema": "people-from-cursor/1", "dry_run": dry_run, "days": days }))?;
        return Ok(Outcome::DONE);
    }
    let mut text = Text::default();
    for import in &imports {
        let snapshot = &import.snapshot;
        let became = match (import.is_known, dry_run) {
            (true, _) => "in the store already",
            (false, true) => "not in the store",
            (false, false) => "stored",
        };
        let people = people(snapshot.people());
        let active = grouped(snapshot.active());
        text.line(format_args!("{}: {people}, {active} there, {became}", snapshot.as_of));
        for finding in &snapshot.findings {
            text.line(format_args!("  {}", for_terminal(&finding.to_string())));
        }
    }
    output.text(&text)?;
    Ok(Outcome::DONE)
}

async fn remove(costs: &CursorCosts, day: chrono::NaiveDate, sure: Sure, output: &Output) -> Result<Outcome> {
    let what = format!("remove the people of {day}; charges then have the owners that the others say");
    if !is_consented(sure, &what, output)? {
        return Ok(Outcome::DONE);
    }
    costs.remove_people(day).await?;
    if output.is_json() {
        output.json(&json!({ "schema": "people-remove/1", "as_of": day.to_string() }))?;
    } else {
        output.text(format_args!("the people of {day} are gone\n"))?;
    }
    Ok(Outcome::DONE)
}

async fn forget(costs: &CursorCosts, email: &str, sure: Sure, output: &Output) -> Result<Outcome> {
    let found = costs.preview_forgetting(email).await?;
    if found.is_unknown() {
        let message = "the store has no charge and no imported person of that address";
        return Err(Error::new(ErrorKind::NotFound, message));
    }
    let what = format!("forget a person, for good: {}", forgotten_text(&found));
    if !is_consented(sure, &what, output)? {
        return Ok(Outcome::DONE);
    }
    let forgotten = costs.forget_person(email).await?;
    // Files that still have the name are the user's to change.
    let outcome = Outcome { needs_action: !forgotten.files.is_empty(), ..Outcome::DONE };
    if output.is_json() {
        output.json(&json!({
            "schema": "people-forget/1",
            "addresses": forgotten.addresses,
            "charges": forgotten.charges,
            "snapshots": forgotten.snapshots,
            "files": forgotten.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
        }))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    text.line(format_args!("forgotten: {}", forgotten_text(&forgotten)));
    for file in &forgotten.files {
        text.line(format_args!("{} still has the name: take it out there", file.display()));
    }
    text.line("what later syncs read has the name again for as long as Cursor states it: members, and charges that are new");
    output.text(&text)?;
    Ok(outcome)
}

fn forgotten_text(found: &Forgotten) -> String {
    let addresses = if found.addresses == 1 { "address" } else { "addresses" };
    format!(
        "{} {addresses}, {} and {} of people",
        grouped(found.addresses),
        counted(found.charges, "charge"),
        counted(u64::try_from(found.snapshots).unwrap_or(u64::MAX), "import")
    )
}

/// What was understood of a file, without its people.
fn document(schema: &str, snapshot: &Snapshot) -> serde_json::Map<String, Value> {
    let document = json!({
        "schema": schema,
        "as_of": snapshot.as_of.to_string(),
        "people": snapshot.people(),
        "active": snapshot.active(),
        "facts": snapshot.facts,
        "columns": snapshot.columns,
        "findings": snapshot.findings,
    });
    match document {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    }
}

fn preview_document(snapshot: &Snapshot, preview: &Preview) -> serde_json::Map<String, Value> {
    let mut document = document("people-preview/1", snapshot);
    let moves = preview.moves.iter().map(|each| {
        json!({ "fact": each.fact, "from": each.from, "to": each.to, "people": each.people, "effective": each.amount })
    });
    let unmatched = preview.unmatched.iter().map(|each| {
        json!({ "name": each.name, "effective": each.amount, "known": each.is_known, "nearest": each.nearest })
    });
    document.insert("total".to_owned(), json!(preview.total));
    document.insert("moves".to_owned(), moves.collect());
    document.insert("unmatched".to_owned(), unmatched.collect());
    document.insert("without_use".to_owned(), json!(preview.without_use));
    document
}
