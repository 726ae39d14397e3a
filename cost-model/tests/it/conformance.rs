//! The checks of stores: the store in memory passes them, and stores with a defect do not.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use cost_model::conformance::{StoreFactory, Suite, Violation, check_journal};
use cost_model::record::{Figures, ReadNumber, RecordId, Run, Tags};
use cost_model::source::{Origin, ProviderSnapshot};
use cost_model::store::{
    ChargeCounts, ChargeSink, ConnectionId, Coverage, CoveredSpan, FileImport, Import, ImportId, ImportStats,
    RecordSink, ReplaceStats, Restatement, Revision, Scope, SetNumber, WindowReplacement,
};
use cost_model::{
    CostRecord, CostStore, DimensionSet, Error, ErrorKind, MemoryStore, Money, Result, StoredRecord,
    Timestamp, Window,
};

/// What a store may do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    MergesTwins,
    DropsTags,
    DropsAttributes,
    RoundsAmounts,
    StoresHalfOfWhatItRefuses,
    AcceptsWhatLiesOutside,
    ReplacesInTwoSteps,
    AddsToWindows,
    IncludesTheEndOfAScope,
    IgnoresTheConnectionOfAScope,
    ScansBackwards,
    ScansInSteps,
    SwallowsWhatASinkSays,
    CountsWhatIsUnconfirmed,
    CoversTooMuch,
    ForgetsRestatements,
    KeepsRestatementsOfWhatIsPurged,
    KeepsObservationsOfWhatIsPurged,
    PurgesEveryone,
    KeepsOnlyTheLastObservation,
    KeepsNamesInObservations,
    MiscountsPseudonyms,
    RenamesNobody,
    LosesOnReopen,
    ListsNoConnectionWithoutRecords,
    MixesOrigins,
    NumbersOnlyByConnection,
    ForgetsWhenItWasRead,
    LetsOlderReadsWin,
    StoresReadsOfWhatIsPurged,
    TrustsWhatIsNotProven,
    ForgetsWhatAFileReplaces,
    KeepsRemovedFiles,
    KeepsOneConnectionBehindALock,
    DropsAgents,
    GivesIdsOfItsOwn,
    ForgetsWhenItFirstSaw,
    HandsASetOverTwice,
    NumbersSetsByConnection,
    SkipsNumbersOfSets,
    MixesUpSets,
    HandsASetOverAfterItsCharge,
    DropsFees,
    DropsAmountsThatEqualAnother,
    LeavesOutUnconfirmedCharges,
    HandsChargesOverBackwards,
    IncludesTheEndOfAScopeOfCharges,
    SwallowsWhatAChargeSinkSays,
    KeepsItsRevision,
    CountsNoUnpricedCharges,
}

use Defect as D;

const DEFECTS: [Defect; 50] = [
    D::MergesTwins,
    D::DropsTags,
    D::DropsAttributes,
    D::RoundsAmounts,
    D::StoresHalfOfWhatItRefuses,
    D::AcceptsWhatLiesOutside,
    D::ReplacesInTwoSteps,
    D::AddsToWindows,
    D::IncludesTheEndOfAScope,
    D::IgnoresTheConnectionOfAScope,
    D::ScansBackwards,
    D::ScansInSteps,
    D::SwallowsWhatASinkSays,
    D::CountsWhatIsUnconfirmed,
    D::CoversTooMuch,
    D::ForgetsRestatements,
    D::KeepsRestatementsOfWhatIsPurged,
    D::KeepsObservationsOfWhatIsPurged,
    D::PurgesEveryone,
    D::KeepsOnlyTheLastObservation,
    D::KeepsNamesInObservations,
    D::MiscountsPseudonyms,
    D::RenamesNobody,
    D::LosesOnReopen,
    D::ListsNoConnectionWithoutRecords,
    D::MixesOrigins,
    D::NumbersOnlyByConnection,
    D::ForgetsWhenItWasRead,
    D::LetsOlderReadsWin,
    D::StoresReadsOfWhatIsPurged,
    D::TrustsWhatIsNotProven,
    D::ForgetsWhatAFileReplaces,
    D::KeepsRemovedFiles,
    D::KeepsOneConnectionBehindALock,
    D::DropsAgents,
    D::GivesIdsOfItsOwn,
    D::ForgetsWhenItFirstSaw,
    D::HandsASetOverTwice,
    D::NumbersSetsByConnection,
    D::SkipsNumbersOfSets,
    D::MixesUpSets,
    D::HandsASetOverAfterItsCharge,
    D::DropsFees,
    D::DropsAmountsThatEqualAnother,
    D::LeavesOutUnconfirmedCharges,
    D::HandsChargesOverBackwards,
    D::IncludesTheEndOfAScopeOfCharges,
    D::SwallowsWhatAChargeSinkSays,
    D::KeepsItsRevision,
    D::CountsNoUnpricedCharges,
];

/// The store in memory, with a defect.
#[derive(Clone, Debug)]
struct Broken(Arc<MemoryStore>, Defect, Arc<AtomicBool>);

impl Broken {
    fn has(&self, defect: Defect) -> bool {
        self.1 == defect
    }

    async fn records(&self, scope: &Scope) -> Result<Vec<StoredRecord>> {
        let mut records: Vec<StoredRecord> = Vec::new();
        self.0.scan(scope, &mut records).await?;
        Ok(records)
    }

    /// Waits for the one connection.
    async fn lock(&self) -> Option<Lock> {
        if !self.has(D::KeepsOneConnectionBehindALock) {
            return None;
        }
        while self.2.swap(true, Ordering::Relaxed) {
            give_way().await;
        }
        Some(Lock(Arc::clone(&self.2)))
    }

    fn spoil(&self, read: &mut WindowReplacement) {
        match self.1 {
            D::MergesTwins => {
                let mut seen: Vec<CostRecord> = Vec::new();
                read.records.retain(|record| {
                    let new = !seen.contains(record);
                    seen.push(record.clone());
                    new
                });
            }
            D::DropsTags => {
                read.records.iter_mut().for_each(|record| record.edit(|set| set.tags = Tags::default()));
            }
            D::DropsAttributes => {
                read.records
                    .iter_mut()
                    .for_each(|record| record.edit(|set| set.attributes = Tags::default()));
            }
            D::RoundsAmounts => {
                for record in &mut read.records {
                    let rounded = record.costs.list.map(|list| Money::from_units(list.units() & !1));
                    record.costs.list = rounded;
                }
            }
            D::DropsAgents => read.records.iter_mut().for_each(|record| record.stated.agent = None),
            D::AcceptsWhatLiesOutside => {
                let window = read.window;
                read.records.retain(|record| window.contains(record.at));
            }
            D::AddsToWindows => read.answers_from = read.window.end(),
            D::ForgetsRestatements => read.closed.clear(),
            D::TrustsWhatIsNotProven => read.proven = true,
            _ => {}
        }
    }
}

/// The one connection, until it is dropped.
struct Lock(Arc<AtomicBool>);

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

async fn give_way() {
    let mut given = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut given, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

struct Deaf<'a>(&'a mut (dyn RecordSink + Send));

impl RecordSink for Deaf<'_> {
    fn record(&mut self, record: &StoredRecord) -> Result<()> {
        let _ignored = self.0.record(record);
        Ok(())
    }
}

/// What a scan for a ledger hands over, to be spoiled.
#[derive(Default)]
struct Charges(Vec<Step>);

#[derive(Clone)]
enum Step {
    Set(SetNumber, Arc<DimensionSet>),
    Charge(SetNumber, Timestamp, Box<Figures>),
}

impl ChargeSink for Charges {
    fn set(&mut self, number: SetNumber, set: &Arc<DimensionSet>) -> Result<()> {
        self.0.push(Step::Set(number, Arc::clone(set)));
        Ok(())
    }

    fn charge(&mut self, set: SetNumber, at: Timestamp, figures: &Figures) -> Result<()> {
        self.0.push(Step::Charge(set, at, Box::new(*figures)));
        Ok(())
    }
}

impl Charges {
    fn hand_over(&self, sink: &mut (dyn ChargeSink + Send)) -> Result<()> {
        self.0.iter().try_for_each(|step| match step {
            Step::Set(number, set) => sink.set(*number, set),
            Step::Charge(set, at, figures) => sink.charge(*set, *at, figures),
        })
    }

    fn each_charge(&mut self, mut change: impl FnMut(&mut SetNumber, &mut Figures)) {
        for step in &mut self.0 {
            if let Step::Charge(set, _, figures) = step {
                change(set, figures);
            }
        }
    }

    /// Records are those of the charges, in the same order.
    fn spoil(&mut self, defect: Defect, records: &[StoredRecord]) -> Result<()> {
        let sets = self.0.iter().filter(|step| matches!(step, Step::Set(..))).count();
        match defect {
            D::HandsASetOverTwice => {
                if let Some(Step::Set(_, set)) = self.0.first().cloned() {
                    self.0.push(Step::Set(SetNumber::after(sets)?, set));
                }
            }
            D::SkipsNumbersOfSets => {
                for step in &mut self.0 {
                    let (Step::Set(number, _) | Step::Charge(number, ..)) = step;
                    *number = SetNumber::after(number.index() + 1)?;
                }
            }
            D::NumbersSetsByConnection => self.number_by_connection(records)?,
            D::MixesUpSets if sets > 1 => {
                let [first, second] = [SetNumber::after(0)?, SetNumber::after(1)?];
                self.each_charge(|set, _| {
                    *set = if *set == first { second } else { first };
                });
            }
            D::HandsASetOverAfterItsCharge => {
                let is_charge = |step: &Step| matches!(step, Step::Charge(..));
                self.0.sort_by_key(|step| !is_charge(step));
            }
            D::DropsFees => self.each_charge(|_, figures| figures.fee = None),
            D::DropsAmountsThatEqualAnother => self.each_charge(|_, figures| {
                let costs = &mut figures.costs;
                costs.list = costs.list.filter(|list| Some(*list) != costs.effective);
            }),
            D::LeavesOutUnconfirmedCharges => {
                let mut records = records.iter();
                self.0.retain(|step| {
                    let stored = if matches!(step, Step::Set(..)) { None } else { records.next() };
                    stored.is_none_or(|stored| !stored.provenance.unconfirmed)
                });
            }
            D::HandsChargesOverBackwards => {
                self.0.sort_by_key(|step| matches!(step, Step::Charge(..)));
                if let Some(charges) = self.0.get_mut(sets..) {
                    charges.reverse();
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// As a store does that has a table of sets for each connection, and does not see that some are equal.
    fn number_by_connection(&mut self, records: &[StoredRecord]) -> Result<()> {
        let mut numbers: Vec<(&ConnectionId, &Arc<DimensionSet>)> = Vec::new();
        let mut steps = Vec::new();
        let charges = self.0.iter().filter(|step| matches!(step, Step::Charge(..)));
        for (step, stored) in charges.zip(records) {
            let Step::Charge(_, at, figures) = step else { continue };
            let key = (&stored.provenance.connection, &stored.record.dimensions);
            let known = numbers.iter().position(|each| *each == key);
            let number = SetNumber::after(known.unwrap_or(numbers.len()))?;
            if known.is_none() {
                numbers.push(key);
                steps.push(Step::Set(number, Arc::clone(key.1)));
            }
            steps.push(Step::Charge(number, *at, figures.clone()));
        }
        self.0 = steps;
        Ok(())
    }
}

#[async_trait]
impl CostStore for Broken {
    async fn connections(&self) -> Result<Vec<ConnectionId>> {
        let mut connections = self.0.connections().await?;
        if self.has(D::ListsNoConnectionWithoutRecords) {
            let records = self.records(&Scope::all()).await?;
            connections.retain(|id| records.iter().any(|stored| stored.provenance.connection == *id));
        }
        Ok(connections)
    }

    async fn origin(&self) -> Result<Option<Origin>> {
        self.0.origin().await
    }

    async fn revision(&self) -> Result<Revision> {
        if self.has(D::KeepsItsRevision) { Ok(Revision::new(0)) } else { self.0.revision().await }
    }

    async fn charge_counts(&self, connection: &ConnectionId) -> Result<ChargeCounts> {
        let mut counts = self.0.charge_counts(connection).await?;
        if self.has(D::CountsNoUnpricedCharges) {
            counts.unpriced = 0;
        }
        Ok(counts)
    }

    async fn begin_read(&self, connection: &ConnectionId, origin: Origin) -> Result<ReadNumber> {
        match self.1 {
            D::MixesOrigins => {
                let held = self.0.origin().await?;
                self.0.begin_read(connection, held.unwrap_or(origin)).await
            }
            D::NumbersOnlyByConnection => {
                let number = self.0.begin_read(connection, origin).await?;
                Ok(ReadNumber::new(number.get() / 2))
            }
            _ => self.0.begin_read(connection, origin).await,
        }
    }

    async fn coverage(&self, connection: &ConnectionId) -> Result<Coverage> {
        let coverage = self.0.coverage(connection).await?;
        match (self.1, coverage.spans()) {
            (D::CoversTooMuch, [first, .., last]) => {
                let window = Window::new(first.window.start(), last.window.end())?;
                Ok([CoveredSpan { window, ..*last }].into_iter().collect())
            }
            (D::ForgetsWhenItWasRead, spans) => Ok(spans
                .iter()
                .map(|span| CoveredSpan { read_at: Some(Timestamp::from_millis(0).unwrap()), ..*span })
                .collect()),
            _ => Ok(coverage),
        }
    }

    async fn imports(&self, connection: &ConnectionId) -> Result<Vec<Import>> {
        self.0.imports(connection).await
    }

    async fn import(&self, connection: &ConnectionId, mut file: FileImport) -> Result<ImportStats> {
        if self.has(D::ForgetsWhatAFileReplaces) {
            file.replaces = None;
        }
        self.0.import(connection, file).await
    }

    async fn remove_import(&self, connection: &ConnectionId, import: ImportId) -> Result<u64> {
        if self.has(D::KeepsRemovedFiles) {
            return Ok(u64::from(self.0.imports(connection).await?.iter().any(|each| each.id == import)));
        }
        self.0.remove_import(connection, import).await
    }

    async fn replace_window(
        &self,
        connection: &ConnectionId,
        mut read: WindowReplacement,
    ) -> Result<ReplaceStats> {
        let _lock = self.lock().await;
        self.spoil(&mut read);
        if self.has(D::LetsOlderReadsWin) || self.has(D::StoresReadsOfWhatIsPurged) {
            read.read = self.0.begin_read(connection, Origin::Provider).await?;
        }
        if self.has(D::StoresHalfOfWhatItRefuses) {
            let mut inside = read.clone();
            inside.records.retain(|record| read.window.contains(record.at));
            if inside.records.len() < read.records.len() {
                self.0.replace_window(connection, inside).await?;
            }
        }
        if self.has(D::ReplacesInTwoSteps) {
            let change = self.0.clone().replace_window(connection, read.clone()).await?;
            let mut half = read.clone();
            half.records.truncate(read.records.len() / 2);
            self.0.replace_window(connection, half).await?;
            give_way().await;
            self.0.replace_window(connection, read).await?;
            return Ok(change);
        }
        self.0.replace_window(connection, read).await
    }

    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()> {
        let _lock = self.lock().await;
        if self.has(D::KeepsOneConnectionBehindALock) {
            give_way().await;
        }
        match self.1 {
            D::IncludesTheEndOfAScope => {
                let mut scope = scope.clone();
                if let Some(window) = scope.window {
                    let end = cost_model::Timestamp::from_millis(window.end().millis() + 1)?;
                    scope.window = Some(Window::new(window.start(), end)?);
                }
                self.0.scan(&scope, sink).await
            }
            D::IgnoresTheConnectionOfAScope => {
                let mut scope = scope.clone();
                scope.connections = None;
                self.0.scan(&scope, sink).await
            }
            D::ScansBackwards => {
                let records = self.records(scope).await?;
                records.iter().rev().try_for_each(|record| sink.record(record))
            }
            D::ScansInSteps => {
                let count = self.records(scope).await?.len();
                for place in 0..count {
                    if place == count / 2 {
                        give_way().await;
                    }
                    // Each by a scan of its own, as a store without transactions would page.
                    let Some(record) = self.records(scope).await?.get(place).cloned() else { continue };
                    sink.record(&record)?;
                }
                Ok(())
            }
            D::SwallowsWhatASinkSays => self.0.scan(scope, &mut Deaf(sink)).await,
            D::GivesIdsOfItsOwn => {
                for mut record in self.records(scope).await? {
                    let mut id = *record.provenance.record_id.as_bytes();
                    id[15] ^= 1;
                    record.provenance.record_id = RecordId::from_bytes(id);
                    sink.record(&record)?;
                }
                Ok(())
            }
            D::ForgetsWhenItFirstSaw => {
                for mut record in self.records(scope).await? {
                    // Of a run it keeps the name alone.
                    record.provenance.first_seen = record.record.at;
                    sink.record(&record)?;
                }
                Ok(())
            }
            _ => self.0.scan(scope, sink).await,
        }
    }

    async fn scan_charges(&self, scope: &Scope, sink: &mut (dyn ChargeSink + Send)) -> Result<()> {
        let mut scope = scope.clone();
        if let (D::IncludesTheEndOfAScopeOfCharges, Some(window)) = (self.1, scope.window) {
            let end = Timestamp::from_millis(window.end().millis() + 1)?;
            scope.window = Some(Window::new(window.start(), end)?);
        }
        // In the seam's own way, from records that have no defect.
        let mut charges = Charges::default();
        self.0.scan_charges(&scope, &mut charges).await?;
        let records = self.records(&scope).await?;
        charges.spoil(self.1, &records)?;
        let outcome = charges.hand_over(sink);
        if self.has(D::SwallowsWhatAChargeSinkSays) { Ok(()) } else { outcome }
    }

    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64> {
        if self.has(D::CountsWhatIsUnconfirmed) {
            let scope = Scope::all().connection(connection.clone()).window(window);
            return Ok(self.records(&scope).await?.len() as u64);
        }
        self.0.count(connection, window).await
    }

    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>> {
        self.0.restatements(connection).await
    }

    async fn observe(&self, connection: &ConnectionId, observations: ProviderSnapshot) -> Result<()> {
        if self.has(D::KeepsOnlyTheLastObservation) && !self.0.observations(connection).await?.is_empty() {
            return Ok(());
        }
        self.0.observe(connection, observations).await
    }

    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<ProviderSnapshot>> {
        self.0.observations(connection).await
    }

    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64> {
        match self.1 {
            D::RenamesNobody => Ok(0),
            D::MiscountsPseudonyms => self.0.pseudonymise(person, pseudonym).await.map(|count| count + 1),
            D::KeepsNamesInObservations => {
                let mut kept = Vec::new();
                for id in self.0.connections().await? {
                    kept.push((id.clone(), self.0.observations(&id).await?));
                }
                let changed = self.0.pseudonymise(person, pseudonym).await?;
                for (id, observations) in kept {
                    for each in observations {
                        self.0.observe(&id, each).await?;
                    }
                }
                Ok(changed)
            }
            _ => self.0.pseudonymise(person, pseudonym).await,
        }
    }

    async fn purge(&self, connection: &ConnectionId) -> Result<u64> {
        let observations = self.0.observations(connection).await?;
        match self.1 {
            D::PurgesEveryone => {
                let mut removed = 0;
                for id in self.0.connections().await? {
                    let count = self.0.purge(&id).await?;
                    removed += if id == *connection { count } else { 0 };
                }
                Ok(removed)
            }
            D::KeepsObservationsOfWhatIsPurged => {
                let removed = self.0.purge(connection).await?;
                for each in observations {
                    self.0.observe(connection, each).await?;
                }
                Ok(removed)
            }
            // The records go by being read no more, which leaves everything else.
            D::KeepsRestatementsOfWhatIsPurged if !self.0.restatements(connection).await?.is_empty() => {
                let mut removed = 0;
                for window in self.0.coverage(connection).await?.spans() {
                    let number = self.0.begin_read(connection, Origin::Provider).await?;
                    let run = Run::at(window.window.end());
                    let none = WindowReplacement::new(window.window, Vec::new(), number, run);
                    removed += self.0.replace_window(connection, none).await?.removed;
                }
                Ok(removed)
            }
            _ => self.0.purge(connection).await,
        }
    }
}

#[derive(Debug)]
struct Factory {
    defect: Defect,
    last: Mutex<Option<Broken>>,
    reopened: AtomicBool,
}

#[async_trait]
impl StoreFactory for Factory {
    async fn fresh(&self) -> Result<Box<dyn CostStore>> {
        let store = Broken(Arc::new(MemoryStore::new()), self.defect, Arc::default());
        *self.last.lock().unwrap() = Some(store.clone());
        Ok(Box::new(store))
    }

    async fn reopen(&self) -> Result<Option<Box<dyn CostStore>>> {
        self.reopened.store(true, Ordering::Relaxed);
        if self.defect == D::LosesOnReopen {
            return self.fresh().await.map(Some);
        }
        let last = self.last.lock().unwrap().clone();
        last.map(|store| Box::new(store) as _)
            .ok_or_else(|| Error::new(ErrorKind::Store, "nothing was open"))
            .map(Some)
    }
}

fn violations(suite: &Suite, defect: Defect) -> Vec<Violation> {
    let factory = Factory { defect, last: Mutex::default(), reopened: AtomicBool::new(false) };
    let mut run = pin!(suite.run(&factory));
    let violations = loop {
        // Nothing here waits but to give way.
        if let Poll::Ready(violations) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            break violations;
        }
    };
    // A defect may show before that.
    assert!(factory.reopened.load(Ordering::Relaxed) || !violations.is_empty());
    violations
}

#[test]
fn the_store_in_memory_conforms() {
    for (seed, records) in [(1, 5_000), (2, 500), (3, 500)] {
        let found = violations(&Suite::new().seed(seed).records(records), D::None);
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn every_defect_is_found_and_named_without_a_person() {
    for defect in DEFECTS {
        let found = violations(&Suite::new().records(200).patience(Duration::from_millis(200)), defect);
        let checks: Vec<_> = found.iter().map(|violation| violation.check).collect();
        assert!(!found.is_empty(), "{defect:?} was not found");
        for violation in &found {
            assert!(!violation.to_string().contains('@'), "{violation}");
        }
        let expected: &[_] = match defect {
            D::ReplacesInTwoSteps => &[
                "behaves like a list",
                "readers see the old or the new",
                "two writers do not disturb each other",
                "a call may be dropped at any time",
            ],
            D::ScansInSteps => &["readers see the old or the new", "a scan sees one state"],
            D::MergesTwins => &["behaves like a list", "reading again changes nothing"],
            D::DropsAttributes | D::RoundsAmounts | D::DropsAgents => {
                &["behaves like a list", "keeps every field"]
            }
            D::StoresHalfOfWhatItRefuses => &["a replacement that is refused changes nothing"],
            D::SwallowsWhatASinkSays | D::SwallowsWhatAChargeSinkSays => {
                &["what stops a sink stops the scan"]
            }
            D::RenamesNobody => &["a person is replaced and sums stay"],
            D::KeepsRestatementsOfWhatIsPurged | D::PurgesEveryone => {
                &["a purge leaves nothing, and others alone"]
            }
            D::LosesOnReopen => &["opened again, it holds what it held"],
            D::KeepsOneConnectionBehindALock => &["a scan sees one state"],
            D::KeepsItsRevision => &["every change makes another revision"],
            D::MixesOrigins => &["made-up charges stay apart"],
            D::NumbersOnlyByConnection => &["numbers of reads ascend"],
            D::StoresReadsOfWhatIsPurged => &["a purge leaves nothing, and others alone"],
            D::ForgetsWhatAFileReplaces | D::KeepsRemovedFiles => &["files behave as in memory"],
            _ => &["behaves like a list"],
        };
        for check in expected {
            assert!(checks.contains(check), "{defect:?} was found by {checks:?} only");
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_journal_in_memory_conforms() {
    assert_eq!(check_journal(&MemoryStore::new()).await, []);
}
