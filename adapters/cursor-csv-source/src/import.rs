//! An exported file as an import: what it covers, whose it is, and when its rows are those of the API or of another file.
//!
//! What the rules of imports are is in `cost_model::store`; this file says how a row of Cursor's exports is compared
//! with a stored record, whose figures may be finer (from the API) or rounded in another way (from another export).

use cost_model::store::{Comparison, FileImport, Import, ImportId, Owner};
use cost_model::{CostRecord, Timestamp, Window};
use cursor_cost_source::NO_USER;

use crate::{CsvExport, Error, PRECISION, Result};

/// The decimals of [`Money::units`](cost_model::Money::units).
const MONEY_DECIMALS: u32 = 24;

/// What the user of a file says of it, beside what it holds.
///
/// By default nothing is stated, and the file itself decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportTerms {
    /// When it was exported; the instant of its last row where nobody says.
    ///
    /// Of files that overlap, the one exported last covers the time.
    pub exported_at: Option<Timestamp>,
    /// The days for which it holds all rows; from its first row to its last where nobody says.
    ///
    /// Wider than the rows, it states that there was no usage on the days without rows.
    pub days: Option<Window>,
    /// The import whose rows inside this file's span it takes the place of.
    pub replaces: Option<ImportId>,
}

impl CsvExport {
    /// Describes the file for [`CostStore::import`](cost_model::CostStore::import): `bytes` are those that it was read from,
    /// `now` is when it is brought in.
    ///
    /// A file covers the time from its first row to the millisecond after its last, for the team or for the one person
    /// whose it is, and no more, unless its user states the days.
    ///
    /// ```
    /// use cursor_csv_source::{ExportReader, ImportTerms};
    ///
    /// let csv = b"Date,User,Kind,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Cost\n\
    ///             2026-07-15T09:00:00.000Z,iris@example.com,On-Demand,auto,0,7,0,5,0.08\n";
    /// let export = ExportReader::new("Acme").read(csv, "usage-events.csv")?;
    /// let file = export.import(csv, &ImportTerms::default(), "2026-08-01T00:00:00Z".parse()?)?;
    /// assert_eq!(file.import.span.end().to_string(), "2026-07-15T09:00:00.001Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error`] for a file without rows whose days are not stated, rows outside the stated days, and a stated time of export before the last row.
    pub fn import(&self, bytes: &[u8], terms: &ImportTerms, now: Timestamp) -> Result<FileImport> {
        let span = match (terms.days, self.span()) {
            (None, None) => {
                return Err(Error::of_file("there are no rows: state the days on which there was no usage"));
            }
            (Some(days), Some(rows)) if days.start() > rows.start() || days.end() < rows.end() => {
                return Err(Error::of_file(format!(
                    "its rows, of {rows}, lie outside the stated days, {days}"
                )));
            }
            (Some(days), _) => days,
            (None, Some(rows)) => rows,
        };
        // The file knows of nothing after its last row, so that its instant is the safe assumption. Whoever states that days had
        // no usage at all knows it from their end on.
        let last = self.records().iter().map(|record| record.at).max().unwrap_or(span.end().min(now));
        let exported_at = terms.exported_at.unwrap_or(last);
        if exported_at < last {
            return Err(Error::of_file(format!(
                "it holds a row of {last}, so it was not exported at {exported_at}"
            )));
        }
        let owner = match self.person() {
            Some(person) => Owner::Person(person.into()),
            None => Owner::Team,
        };
        let import = Import::new(ImportId::of(bytes, &owner), owner, span, exported_at, now);
        Ok(FileImport {
            import,
            rows: self.records().to_vec(),
            replaces: terms.replaces,
            compare,
            states_more,
        })
    }
}

/// Returns whether a stored record and a row are the same charge, by what exports state: instant, person, model, kind,
/// max mode, tokens, and the cost as far as its decimals tell.
///
/// Of these only the kind and the cost may be corrected without a doubt about which charge is meant; but a row that
/// differs from a stored one in a single trait more, and has no other partner, is no new charge either before somebody
/// says so.
fn compare(stored: &CostRecord, row: &CostRecord) -> Comparison {
    if !is_same_instant(stored, row) {
        return Comparison::Other;
    }
    let (stored_person, row_person) = (person(stored), person(row));
    let is_same_person = agree(stored_person.as_ref(), row_person.as_ref());
    let differences = [
        is_same_person,
        stored.dimensions.service_id == row.dimensions.service_id,
        same_usage(stored, row),
        agree(stored.dimensions.tags.get("cursor:max_mode"), row.dimensions.tags.get("cursor:max_mode")),
    ];
    match differences.into_iter().filter(|is_same| !is_same).count() {
        0 => {}
        1 => return Comparison::Corrected,
        _ => return Comparison::Other,
    }
    if !agree(stored.dimensions.subcategory.as_ref(), row.dimensions.subcategory.as_ref())
        || !same_cost(stored, row)
    {
        return Comparison::Corrected;
    }
    match (stored_person, row_person) {
        (None, Some(_)) => Comparison::RowNamesPerson,
        (Some(_), None) => Comparison::StoredNamesPerson,
        _ => Comparison::Same,
    }
}

/// Returns whether a row says more of the charge that it shares with a stored record: exports of different years and kinds
/// leave out amounts, kinds, types of tokens, or the digits after the second.
fn states_more(stored: &CostRecord, row: &CostRecord) -> bool {
    fullness(row) > fullness(stored)
}

/// Returns how much a record states; of two statements the one that compares as greater states more. Amounts come first.
/// Kinds are none of it: one that only a row states is a correction.
fn fullness(record: &CostRecord) -> (bool, bool, Option<u32>, bool, bool, bool, bool) {
    (
        record.stated.charged.is_some(),
        record.costs.billed.is_some(),
        decimals_of(record),
        only_total(record).is_none(),
        record.dimensions.tags.get("cursor:max_mode").is_some(),
        record.requests.is_some(),
        record.at.millis().rem_euclid(1000) != 0,
    )
}

/// Exports of 2025 state whole seconds, which are cut.
fn is_same_instant(stored: &CostRecord, row: &CostRecord) -> bool {
    let (one, other) = (stored.at.millis(), row.at.millis());
    let is_same_second = one.div_euclid(1000) == other.div_euclid(1000);
    let is_whole = one.rem_euclid(1000) == 0 || other.rem_euclid(1000) == 0;
    one == other || (is_same_second && is_whole)
}

/// Returns whether two values are equal, as far as both are stated.
fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Returns the address in whatever form it is written: `Iris <Iris@example.com>` is `iris@example.com`.
fn person(record: &CostRecord) -> Option<String> {
    let resource = record.dimensions.resource.as_deref().filter(|resource| *resource != NO_USER)?;
    let address =
        resource.rsplit_once('<').map_or(resource, |(_, address)| address.trim_end().trim_end_matches('>'));
    Some(address.trim().to_lowercase())
}

/// Exports of 2025 state the total of tokens only, as a quantity.
fn same_usage(stored: &CostRecord, row: &CostRecord) -> bool {
    if only_total(stored).is_some() || only_total(row).is_some() {
        return any_total(stored) == any_total(row);
    }
    stored.tokens == row.tokens && agree(stored.requests, row.requests)
}

/// Returns whether two amounts are the same, rounded to the fewer decimals of the two. A row without an amount says
/// nothing against the stored one; a row with one says more than a stored record without.
fn same_cost(stored: &CostRecord, row: &CostRecord) -> bool {
    let (one, other) = match (stored.stated.charged, row.stated.charged) {
        (Some(one), Some(other)) => (one, other),
        (_, None) => return true,
        (None, Some(_)) => return false,
    };
    let Some(decimals) = decimals_of(stored).into_iter().chain(decimals_of(row)).min() else {
        return one == other;
    };
    let half_of_the_last_digit = 10_u128.pow(MONEY_DECIMALS.saturating_sub(decimals)) / 2;
    one.units().abs_diff(other.units()) <= half_of_the_last_digit
}

/// Returns the tokens of a record that states only their total.
fn only_total(record: &CostRecord) -> Option<u64> {
    record.quantity.and_then(|quantity| quantity.to_string().parse().ok())
}

/// Returns the tokens of a record, by type or only as a total.
fn any_total(record: &CostRecord) -> Option<u64> {
    only_total(record).or_else(|| Some(record.tokens.total().ok()?.count()))
}

/// Returns the decimals with which a record's amount was written, if it came from a file.
fn decimals_of(record: &CostRecord) -> Option<u32> {
    record.dimensions.attributes.get(PRECISION)?.parse().ok()
}
