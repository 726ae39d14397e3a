//! The file `cursor-costs.toml`.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use chrono::{FixedOffset, NaiveDate, Offset, Utc};

use crate::config::AccountConfig;
use crate::config::fields::{Fields, Source};
use crate::config::key::KeyPlace;
use crate::error::{Error, Result};
use crate::request::{DayRange, ReportRequest, SavedReport};

/// The fields of the file itself.
const FIELDS: [&str; 11] = [
    "data",
    "data_env",
    "rules",
    "people",
    "tags",
    "reporting_zone",
    "history_months",
    "today",
    "pseudonyms_env",
    "account",
    "report",
];
const ACCOUNT_FIELDS: [&str; 6] = ["name", "id", "api_key_env", "api_key_file", "base_url", "invoices"];
const REPORT_FIELDS: [&str; 12] = [
    "name",
    "filter",
    "group_by",
    "interval",
    "from",
    "to",
    "bin",
    "metric",
    "top",
    "compare",
    "cumulative",
    "strict",
];

/// The distances from UTC, in seconds, that any place of the world has.
const ZONES: RangeInclusive<i32> = -12 * 3600..=14 * 3600;

/// What a configuration file says; what it leaves out is `None` or empty.
///
/// Paths are those of the file's folder already.
///
/// ```
/// use cursor_costs::config::ConfigFile;
///
/// let toml = "data = \"costs.db\"\n[[account]]\nname = \"Main\"\napi_key_env = \"CURSOR_API_KEY\"\n";
/// let file = ConfigFile::parse(toml, "conf/cursor-costs.toml".as_ref())?;
/// assert_eq!(file.data.as_deref(), Some("conf/costs.db".as_ref()));
/// assert_eq!(file.accounts[0].name, "Main");
/// # Ok::<(), cursor_costs::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ConfigFile {
    /// Where charges are kept.
    pub data: Option<PathBuf>,
    /// The environment variable that says where charges are kept.
    pub data_env: Option<String>,
    /// The file of rules.
    pub rules: Option<PathBuf>,
    /// The files of people.
    pub people: Option<Vec<PathBuf>>,
    /// The columns of the people that become tags.
    pub tags: Option<Vec<String>>,
    /// The zone of reports.
    pub reporting_zone: Option<FixedOffset>,
    /// How many months back a first sync reads.
    pub history_months: Option<u32>,
    /// The day that is taken for today.
    pub today: Option<NaiveDate>,
    /// The environment variable that holds the secret of pseudonyms.
    pub pseudonyms_env: Option<String>,
    /// The accounts.
    pub accounts: Vec<AccountConfig>,
    /// The saved reports.
    pub reports: Vec<SavedReport>,
}

impl ConfigFile {
    /// Reads the text of a file; `file` names it in errors, and its folder is where relative paths begin.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) with line and column: text that is no TOML, an unknown field, a value of
    /// the wrong kind, two accounts or reports of one name.
    pub fn parse(text: &str, file: &Path) -> Result<Self> {
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut fields = Source::new(text, file).table()?;
        let data = fields.text("data")?;
        let data_env = fields.text("data_env")?;
        if let (Some(_), Some(variable)) = (&data, &data_env) {
            let message = "`data` and `data_env` say the same thing: leave one out";
            return Err(fields.wrong(variable, message.to_owned()));
        }
        let accounts = fields.tables("account")?;
        let reports = fields.tables("report")?;
        let read = Self {
            data: data.map(|data| folder.join(data.value)),
            data_env: data_env.map(|variable| variable.value),
            rules: fields.text("rules")?.map(|rules| folder.join(rules.value)),
            people: fields
                .texts("people")?
                .map(|files| files.value.iter().map(|file| folder.join(file)).collect()),
            tags: fields.texts("tags")?.map(|tags| tags.value),
            reporting_zone: fields.parse("reporting_zone", zone)?,
            history_months: fields.count("history_months")?,
            today: fields.parse("today", DayRange::day)?,
            pseudonyms_env: fields.text("pseudonyms_env")?.map(|variable| variable.value),
            accounts: read_accounts(accounts, folder)?,
            reports: read_reports(reports)?,
        };
        fields.finish(&FIELDS)?;
        Ok(read)
    }
}

fn read_accounts(tables: Vec<Fields<'_>>, folder: &Path) -> Result<Vec<AccountConfig>> {
    let mut accounts = Vec::new();
    let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for mut table in tables {
        let Some(name) = table.text("name")? else {
            return Err(table.missing("an [[account]] has no `name`: it is what reports call the account"));
        };
        let id = table.text("id")?;
        let id_text = id.as_ref().map_or_else(|| name.value.clone(), |id| id.value.clone());
        if !names.insert(name.value.clone()) {
            return Err(table.wrong(&name, format!("there are two accounts `{}`", name.value)));
        }
        if !ids.insert(id_text.clone()) {
            let message = format!(
                "the id `{id_text}` is that of another account; what is stored under it would be mixed"
            );
            return Err(table.wrong(id.as_ref().unwrap_or(&name), message));
        }
        let key_env = table.text("api_key_env")?;
        let key_file = table.text("api_key_file")?;
        let key = match (key_env, key_file) {
            (Some(_), Some(file)) => {
                let message = "`api_key_env` and `api_key_file` say the same thing: leave one out";
                return Err(table.wrong(&file, message.to_owned()));
            }
            (Some(variable), None) => {
                if let Some(reason) = KeyPlace::looks_like_a_key(&variable.value) {
                    return Err(table.wrong(&variable, reason.to_owned()));
                }
                Some(KeyPlace::Environment(variable.value))
            }
            (None, Some(file)) => Some(KeyPlace::File(folder.join(file.value))),
            (None, None) => None,
        };
        accounts.push(AccountConfig {
            name: name.value,
            id: id_text,
            key,
            base_url: table.text("base_url")?.map(|url| url.value),
            invoices: table.text("invoices")?.map(|invoices| folder.join(invoices.value)),
        });
        table.finish(&ACCOUNT_FIELDS)?;
    }
    Ok(accounts)
}

fn read_reports(tables: Vec<Fields<'_>>) -> Result<Vec<SavedReport>> {
    let mut reports: Vec<SavedReport> = Vec::new();
    for mut table in tables {
        let Some(name) = table.text("name")? else {
            return Err(table.missing("a [[report]] has no `name`"));
        };
        if reports.iter().any(|report| report.name == name.value) {
            return Err(table.wrong(&name, format!("there are two reports `{}`", name.value)));
        }
        let group_by = table.texts("group_by")?;
        let mut dimensions = Vec::new();
        for text in group_by.iter().flat_map(|texts| &texts.value) {
            let dimension = text.parse().map_err(|error: cost_model::Error| match &group_by {
                Some(value) => table.wrong(value, format!("`group_by`: {error}")),
                None => Error::query(error),
            });
            dimensions.push(dimension?);
        }
        let interval = table.parse("interval", str::parse)?;
        let (from, to) = (table.parse("from", DayRange::day)?, table.parse("to", DayRange::day)?);
        let range = DayRange::of(interval, from, to).map_err(|message| table.wrong(&name, message))?;
        reports.push(SavedReport {
            request: ReportRequest {
                filter: table.parse("filter", cost_model::Filter::parse)?,
                group_by: dimensions,
                range,
                bin: table.parse("bin", str::parse)?,
                measure: table.parse("metric", str::parse)?.unwrap_or_default(),
                top: table.count("top")?.map(|top| usize::try_from(top).unwrap_or(usize::MAX)),
                compare: table.flag("compare")?,
                cumulative: table.flag("cumulative")?,
                strict: table.flag("strict")?,
            },
            name: name.value,
        });
        table.finish(&REPORT_FIELDS)?;
    }
    Ok(reports)
}

/// Reads a fixed distance from UTC, such as `+02:00`, as options and configurations state it.
///
/// ```
/// use cursor_costs::config::zone;
///
/// assert_eq!(zone("+02:00").unwrap().local_minus_utc(), 7200);
/// assert!(zone("Berlin").unwrap_err().contains("+02:00"));
/// ```
///
/// # Errors
/// What is wrong, for people: names of zones are not read, since their distance changes.
pub fn zone(text: &str) -> std::result::Result<FixedOffset, String> {
    if matches!(text, "UTC" | "Z") {
        return Ok(Utc.fix());
    }
    let zone = text.parse().ok().filter(|zone: &FixedOffset| ZONES.contains(&zone.local_minus_utc()));
    zone.ok_or_else(|| {
        format!(
            "`{text}` is no distance from UTC like +02:00, from -12:00 to +14:00; names of zones, whose distance changes, are \
             not read"
        )
    })
}
