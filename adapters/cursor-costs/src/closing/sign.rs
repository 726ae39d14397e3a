//! Preparing, approving and reopening a period: what writes closes into the journal.

use std::collections::BTreeMap;

use cost_model::input::fold;
use cost_model::store::{EntryKind, NewEntry};
use serde_json::Value;
use virtual_tags::Directory;

use crate::changes::journal::{JOURNAL, PROGRAM};
use crate::closing::history::{
    Close, CloseEntry, CloseHistory, CloseState, KEY, KIND, PrepareEntry, not_prepared,
};
use crate::closing::period::ClosePeriod;
use crate::closing::statement::CloseStatement;
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};

/// What preparing a period found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PreparedClose {
    /// What is to be locked.
    pub statement: CloseStatement,
    /// The close with the digest to approve; `None` where nothing was written, since something is missing or may still change.
    pub close: Option<Close>,
}

impl CursorCosts {
    /// Works out what closing a period locks, and writes it into the journal for somebody else to approve. Preparing it again
    /// takes the place of what was prepared before.
    ///
    /// A period of which something was not read or may still change is not final: it is written only with `is_forced`, and says
    /// what is missing ever after. `by` is the name of whoever prepares it, as they state it.
    ///
    /// # Errors
    /// [`ErrorKind::Close`] for no name, and for a period that is closed or overlaps one that is; [`ErrorKind::NotFound`] where
    /// there is no account; [`ErrorKind::Busy`] while
    /// somebody changes the store; [`ErrorKind::Rules`], [`ErrorKind::People`], [`ErrorKind::Store`].
    pub async fn prepare_close(
        &self,
        period: &ClosePeriod,
        by: &str,
        is_forced: bool,
    ) -> Result<PreparedClose> {
        let by = stated_name(by)?;
        let _only_one = self.lock().await?;
        let history = self.close_history().await?;
        refuse_closed(&history, period)?;
        let (statement, lock) = self.close_statement(period, self.now()).await?;
        if !statement.is_final() && !is_forced {
            return Ok(PreparedClose { statement, close: None });
        }
        let mut restatements = BTreeMap::new();
        for account in self.accounts_of(period).await? {
            let all = self.store().restatements(&account).await;
            let all = all.or_store("what was re-priced cannot be read")?;
            let count = all.iter().filter(|each| period.window.contains(each.at)).count();
            restatements.insert(account.as_str().to_owned(), count);
        }
        let entry = PrepareEntry { statement: statement.clone(), restatements, lock };
        self.note_close(&history, by, CloseEntry::Prepare(Box::new(entry))).await?;
        Ok(PreparedClose { statement, close: Some(self.close(period).await?) })
    }

    /// Approves what somebody else has prepared, by its digest: from then on the period is closed.
    ///
    /// # Errors
    /// [`ErrorKind::Close`] when nothing waits for approval, when the digest is another one, when `by` is who prepared it
    /// (names are the same whatever their case and blanks), and when rules, people, charges, invoices or coverage have changed
    /// since: the [others](Error::others) of the error tell what, in money. [`ErrorKind::NotFound`] for a period that nobody has
    /// prepared; [`ErrorKind::Busy`]; as [`Self::prepare_close`].
    pub async fn approve_close(&self, period: &ClosePeriod, by: &str, digest: &str) -> Result<Close> {
        let by = stated_name(by)?;
        let _only_one = self.lock().await?;
        let history = self.close_history().await?;
        let close = history.find(period).ok_or_else(|| not_prepared(period))?;
        let name = &period.name;
        match close.state {
            CloseState::Prepared => {}
            CloseState::Closed => {
                return Err(Error::new(ErrorKind::Close, format!("{name} is closed already")));
            }
            CloseState::Reopened => {
                return Err(Error::new(
                    ErrorKind::Close,
                    format!("{name} was reopened and not prepared again"),
                )
                .with_hint("`close prepare` prepares it"));
            }
        }
        let Some(prepared_by) = close.prepared_by() else {
            return Err(Error::new(ErrorKind::Close, "the name of whoever prepared it was erased")
                .with_hint("`close prepare` prepares it again"));
        };
        if comparable_name(prepared_by) == comparable_name(by) {
            let message = format!("{name} was prepared under the same name: somebody else has to approve it");
            return Err(Error::new(ErrorKind::Close, message));
        }
        if close.digest.to_string() != digest.trim() {
            let message = format!("what was prepared of {name} has another digest");
            return Err(Error::new(ErrorKind::Close, message)
                .with_hint("`close status` shows what was prepared last, with its digest"));
        }
        // Another period that overlaps may have been closed meanwhile.
        refuse_closed(&history, period)?;
        self.refuse_changed(close).await?;
        let entry =
            CloseEntry::Approve { period: period.clone(), prepared: close.prepared, digest: close.digest };
        self.note_close(&history, by, entry).await?;
        self.close(period).await
    }

    /// Opens a closed period again, and keeps who says so and why. It can be prepared anew from then on.
    ///
    /// # Errors
    /// [`ErrorKind::Close`] without a name or a reason, and for a period that is not closed; [`ErrorKind::NotFound`] for one
    /// that nobody has prepared; [`ErrorKind::Busy`], [`ErrorKind::Store`].
    pub async fn reopen_close(&self, period: &ClosePeriod, by: &str, why: &str) -> Result<Close> {
        let by = stated_name(by)?;
        if why.trim().is_empty() {
            return Err(Error::new(ErrorKind::Close, "a period is not reopened without a reason"));
        }
        let _only_one = self.lock().await?;
        let history = self.close_history().await?;
        let close = history.find(period).ok_or_else(|| not_prepared(period))?;
        if close.state != CloseState::Closed {
            let message = format!("{} is {}, not closed", period.name, close.state.name());
            return Err(Error::new(ErrorKind::Close, message));
        }
        let entry = CloseEntry::Reopen {
            period: period.clone(),
            closed: close.last_entry(),
            why: why.trim().to_owned(),
        };
        self.note_close(&history, by, entry).await?;
        self.close(period).await
    }

    /// Refuses to approve what would no longer be prepared as it was.
    async fn refuse_changed(&self, close: &Close) -> Result<()> {
        let prepared = &close.statement;
        let (now, _) = self.close_statement(&prepared.period, prepared.known_at).await?;
        let mut told: Vec<String> = Vec::new();
        if *prepared != now {
            told.push(format!("changed: {}", prepared.differences(&now).join(", ")));
        }
        let changes = self.changes_since_close(close).await?;
        if told.is_empty() && changes.is_empty() {
            return Ok(());
        }
        told.extend(changes.causes.iter().map(ToString::to_string));
        let message = format!("{} is no longer as it was prepared", prepared.period.name);
        Err(Error::new(ErrorKind::Close, message)
            .with_others(told)
            .with_hint("`close prepare` prepares it as it is now"))
    }

    async fn note_close(&self, history: &CloseHistory, by: &str, said: CloseEntry) -> Result<()> {
        let not_json =
            |error| Error::new(ErrorKind::Store, "an entry of the journal is not JSON").because(error);
        let document: Value = serde_json::to_value(&said).map_err(not_json)?;
        let document = self.with_numbers(&document).await?;
        let kind = EntryKind::new(KIND).or_store(JOURNAL)?;
        let mut entry = NewEntry::new(kind, KEY, self.now(), by);
        PROGRAM.clone_into(&mut entry.program);
        entry.document = serde_json::to_string(&document).map_err(not_json)?;
        if let CloseEntry::Prepare(said) = &said {
            let statement = &said.statement;
            entry.inputs = vec![
                ("rules".to_owned(), statement.rules_digest),
                ("people".to_owned(), statement.people_digest),
                ("charges".to_owned(), statement.charges_digest),
            ];
            entry.inputs.extend(statement.invoices.iter().map(|each| (each.file.clone(), each.digest)));
        }
        entry.expected_latest = Some(history.last);
        match self.journal().append(entry).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == cost_model::ErrorKind::Conflict => Err(Error::new(
                ErrorKind::Close,
                "somebody else prepared, closed or reopened a period meanwhile",
            )
            .because(error)
            .with_hint("`close status` tells what; then run it again")),
            Err(error) => Err(error).or_store(JOURNAL),
        }
    }
}

/// Returns a stated name without the blanks around it, and refuses one that nobody could read.
fn stated_name(name: &str) -> Result<&str> {
    // What is left after folding is what is compared.
    if fold(name).is_empty() {
        return Err(Error::new(ErrorKind::Close, "the name of whoever does it is empty"));
    }
    Ok(name.trim())
}

/// Returns the form in which names are compared: without regard to case, blanks, hyphens, invisible characters and the
/// encoding of accents.
fn comparable_name(name: &str) -> String {
    fold(&Directory::comparable_email(name))
}

/// Refuses a period that is closed, or of which some charge is in a closed one.
fn refuse_closed(history: &CloseHistory, period: &ClosePeriod) -> Result<()> {
    let closed = history.closes.iter().filter(|close| close.state == CloseState::Closed);
    let Some(found) = closed.map(|close| &close.statement.period).find(|other| other.overlaps(period)) else {
        return Ok(());
    };
    let message = if found.is_same(period) {
        format!("{} is closed", period.name)
    } else {
        format!("{} overlaps {}, which is closed", period.name, found.name)
    };
    Err(Error::new(ErrorKind::Close, message)
        .with_hint("`close status` tells what changed since; `close reopen` opens it again, with a reason"))
}
