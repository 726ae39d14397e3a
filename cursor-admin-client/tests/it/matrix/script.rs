//! A company, a question, and what goes wrong while it is answered.

use chrono::{DateTime, Utc};
use cursor_simulator::behaviour::Oversize;
use cursor_simulator::faults::ErrorBody;
use cursor_simulator::{Behaviour, Change, FaultKind, TrueEvent};

use super::company::{EMAILS, Palette, amounts, behaviour};
use super::dice::Dice;

#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) events: Vec<TrueEvent>,
    pub(super) behaviour: Behaviour,
    pub(super) window: (DateTime<Utc>, DateTime<Utc>),
    /// What the client asks for.
    pub(super) page_size: u32,
    /// Each hits the request of this number, counted from 0.
    pub(super) faults: Vec<(u32, FaultKind)>,
    /// Requests that a cache answers with the answer before.
    pub(super) stale: Vec<usize>,
}

impl Script {
    pub(super) fn random(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let palette = Palette::random(&mut dice);
        let count = dice.pick(&[0, 1, 5, 12, 25, 40, 60, 150]);
        let count = if count > 5 { dice.below(count) } else { count };
        let events: Vec<_> = (0..count).map(|_| palette.event(&mut dice)).collect();
        let mut behaviour = behaviour(&mut dice);
        let pages = if dice.once_in(12) { 30 } else { 1 + dice.below(6) };
        let size = u32::try_from(count / pages).unwrap().max(1);
        let page_size = if dice.once_in(4) { 1000 } else { size };
        if page_size > size {
            // The server cuts what is asked to what it gives.
            behaviour.largest_page = size;
        } else if dice.once_in(2) {
            behaviour.oversize = Oversize::Refuse;
        }
        let window = palette.window(&mut dice);
        let mut script = Self { events, behaviour, window, page_size, faults: Vec::new(), stale: Vec::new() };
        if !dice.once_in(8) {
            script.go_wrong(&mut dice, &palette, pages);
        }
        script
    }

    fn go_wrong(&mut self, dice: &mut Dice, palette: &Palette, pages: usize) {
        for _ in 0..=dice.below(6) {
            let request = dice.below(pages * 3 / 2 + 2);
            if dice.once_in(15) {
                self.stale.push(request);
                continue;
            }
            let fault = fault(dice, palette, self.events.len());
            // As often as it takes to use up all attempts.
            let times = if dice.once_in(20) { 5 } else { 1 };
            let first = u32::try_from(request).unwrap();
            self.faults.extend((first..first + times).map(|request| (request, fault.clone())));
        }
    }
}

fn fault(dice: &mut Dice, palette: &Palette, events: usize) -> FaultKind {
    match dice.below(32) {
        0 | 1 => FaultKind::TooManyRequests { retry_after: dice.pick(&[None, Some(0), Some(20), Some(60)]) },
        2 | 3 => FaultKind::BadGateway,
        4 | 5 => error(dice),
        6 | 7 => FaultKind::DropConnection,
        8 => FaultKind::ResetConnection,
        9 | 10 => FaultKind::TruncatedBody,
        11 => FaultKind::CutConnection,
        12 => FaultKind::SlowBody { pieces: 3, delay_ms: dice.pick(&[0, 10, 30_000]) },
        13 | 14 => FaultKind::WrongCount,
        15 => FaultKind::EmptyPage,
        16 | 17 => FaultKind::ShuffledRows,
        18 | 19 => FaultKind::RepeatedRow,
        20 | 21 => FaultKind::SkippedRow,
        22 | 23 => FaultKind::ShiftedRows(Box::new(palette.event(dice))),
        24..29 => FaultKind::Then(changes(dice, palette, events)),
        29 => FaultKind::PlanRefusal,
        30 => FaultKind::ScopeRefusal,
        _ => FaultKind::KeyRevoked,
    }
}

fn error(dice: &mut Dice) -> FaultKind {
    let status = dice.pick(&[200, 302, 400, 401, 403, 404, 409, 429, 429, 500, 503, 503, 504, 504, 529]);
    let body = dice.pick(&[
        ErrorBody::Titled,
        ErrorBody::Coded,
        ErrorBody::Numbered,
        ErrorBody::Plain,
        ErrorBody::Outcome,
        ErrorBody::Empty,
        ErrorBody::Html,
    ]);
    let retry_after = dice.pick(&[None, None, Some(1), Some(120), Some(121)]);
    FaultKind::Error { status, body, retry_after }
}

fn changes(dice: &mut Dice, palette: &Palette, events: usize) -> Vec<Change> {
    if dice.once_in(5) {
        // What offset paging can hide.
        let event = Box::new(palette.event(dice));
        return vec![Change::Withdraw(dice.below(events)), Change::Insert(event)];
    }
    (0..dice.pick(&[1, 1, 2, 3])).map(|_| change(dice, palette, events)).collect()
}

fn change(dice: &mut Dice, palette: &Palette, events: usize) -> Change {
    let place = dice.below(events);
    match dice.below(6) {
        0 => Change::Insert(Box::new(palette.event(dice))),
        1 => Change::Withdraw(place),
        2 => Change::Reprice { place, charged: dice.pick(&amounts()) },
        3 => Change::Replace { place, event: Box::new(palette.event(dice)) },
        4 => Change::RemoveMember(dice.pick(&EMAILS).to_owned()),
        _ if dice.once_in(4) => Change::Horizon(None),
        _ => Change::Horizon(Some(palette.moment(dice))),
    }
}
