//! A second biller, with conventions of its own: invoices in other shapes than one line for each model, each with a truth
//! to compare the reconciliation with. It shares no code with the reconciliation, nor with the simulator's biller.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cost_model::record::{Identity, RecordId};
use cost_model::store::{ConnectionId, Restatement};
use cost_model::{CostRecord, Costs, Currency, Ledger, Money, Timestamp, Window};
use cursor_invoice::{CursorWordings, billing_rules};
use reconcile::readers::CsvInvoiceReader;
use reconcile::{Case, Category, Invoice, InvoiceReader, Reconciliation, SinceIssue};

use super::Verdict;
use crate::Failure;

/// What an invoice looks like, or what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A line for each model, with nothing wrong; machines make many equal calls.
    TrueTwins,
    /// The same, and some charges are held twice.
    HeldTwice,
    /// One line for the whole cycle.
    OneLine,
    /// A line for each day.
    PerDay,
    /// A line for each user.
    PerUser,
    /// A tax inside the lines.
    TaxInLines,
    /// Days printed, and cut at a time of day.
    TimeOfDay,
    /// The same on one line for the cycle.
    TimeOfDayOneLine,
    /// One model at another price.
    Dearer,
    /// A line that stands twice.
    BilledTwice,
    /// Charges read from an export, in whole cents.
    Export,
    /// Charges put together by the hour.
    Hourly,
    /// Calls that a plan included after the invoice was issued.
    IncludedLater,
    /// Charges lost without a trace.
    Lost,
    /// The invoice of another team.
    OtherTeam,
    /// The invoice of the next cycle.
    WrongPeriod,
}

impl Shape {
    pub const ALL: [Self; 16] = [
        Self::TrueTwins,
        Self::HeldTwice,
        Self::OneLine,
        Self::PerDay,
        Self::PerUser,
        Self::TaxInLines,
        Self::TimeOfDay,
        Self::TimeOfDayOneLine,
        Self::Dearer,
        Self::BilledTwice,
        Self::Export,
        Self::Hourly,
        Self::IncludedLater,
        Self::Lost,
        Self::OtherTeam,
        Self::WrongPeriod,
    ];

    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

const CENT: i128 = 10_i128.pow(22);
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 2026-03-05T00:00:00Z.
const FIRST_DAY: i64 = 20_517 * DAY;
const MODELS: [&str; 6] = ["opal", "onyx-fast", "jade-2", "jade-2-long", "ruby", "flint-mini"];

/// A random number generator of its own: `xorshift64*`.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % bound.max(1)
    }

    fn span(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(u64::try_from(to - from).unwrap_or(1))).unwrap_or(0)
    }

    fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(u64::try_from(count).unwrap_or(1))).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let place = self.place(all.len());
        all.get(place).copied()
    }
}

/// A call, in ten-thousandths of a cent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    at: i64,
    model: usize,
    user: u64,
    amount: i128,
}

const STEP: i128 = CENT / 10_000;

/// Calls of people, at any price, and of machines, at one price in the same minute.
fn calls(dice: &mut Dice, from: i64, to: i64) -> Vec<Call> {
    let mut calls = Vec::new();
    for _ in 0..60 + dice.below(500) {
        let model = usize::try_from(dice.below(6) * dice.below(6) / 6).unwrap_or(0);
        let scale = dice.one_of(&[1, 1, 3, 10, 40]).unwrap_or(1);
        let amount = i128::from(500 + dice.below(20_000) * scale) * STEP;
        calls.push(Call { at: dice.span(from, to), model, user: dice.below(9), amount });
    }
    for _ in 0..2 + dice.below(6) {
        let at = dice.span(from, to) / MINUTE * MINUTE;
        let model = usize::try_from(dice.below(6)).unwrap_or(0);
        let amount = i128::from(400 * (1 + dice.below(9))) * STEP;
        let bot = Call { at, model, user: 9, amount };
        calls.extend(std::iter::repeat_n(bot, usize::try_from(2 + dice.below(30)).unwrap_or(2)));
    }
    calls.sort_by_key(|call| call.at);
    calls
}

fn cents(amount: i128) -> i128 {
    (amount + CENT / 2).div_euclid(CENT)
}

fn email(user: u64) -> String {
    format!("p{user}@shapes.test")
}

/// A case as it is put before the reconciliation, with the truth.
#[derive(Debug)]
pub struct ShapeTrial {
    pub csv: String,
    pub found: Reconciliation,
    /// The amount of each step that there is, but for usage before and after the stated period.
    pub truth: BTreeMap<Category, i128>,
}

/// Everything of a case on its way.
struct Draft {
    held: Vec<Call>,
    /// The lines: description, count, amount in cents.
    lines: Vec<(String, Option<u64>, i128)>,
    /// The period that is printed.
    printed: (i64, i64),
    truth: BTreeMap<Category, i128>,
    announced: Option<u64>,
    included_later: Vec<Call>,
}

impl ShapeTrial {
    /// Makes up a case of a shape and explains its invoice. The same arguments give the same case.
    ///
    /// # Errors
    /// None in practice: the cases are in range and well-formed.
    pub fn new(seed: u64, shape: Shape) -> Result<Self, Failure> {
        // What is wrong has an effect that no rounding hides.
        let drafts =
            (0..).map(|more| draft(&mut Dice::new(seed * 31 + shape as u64 + more * 1_000_003), shape));
        let mut drafts = drafts.take(1_000).filter(|draft| draft.has_effect(shape));
        let draft = drafts.next().ok_or("no case of this shape has an effect")?;
        let csv = draft.csv();
        let reader = CsvInvoiceReader::new(CursorWordings::new());
        let mut invoice = reader.read_invoice(csv.as_bytes(), "invoice.csv")?;
        invoice.issued = Some(Timestamp::from_millis(draft.printed.1 + 2 * DAY)?);
        let found = draft.explain(&invoice)?;
        Ok(Self { csv, found, truth: draft.truth })
    }

    /// How the findings compare with the truth.
    pub fn verdict(&self) -> Verdict {
        let outside = [Category::BeforePeriod, Category::AfterPeriod, Category::Ambiguous];
        let mut found: BTreeMap<Category, i128> = BTreeMap::new();
        for step in self.found.steps.iter().filter(|step| !outside.contains(&step.category)) {
            *found.entry(step.category).or_default() += step.amount.units();
        }
        found.retain(|_, amount| *amount != 0);
        let lacking: Vec<Category> =
            self.truth.keys().filter(|category| !found.contains_key(category)).copied().collect();
        // A line that is not explained shows no rounding.
        let open = !self.found.assessment.unexplained.is_zero();
        let true_amount = |(category, amount): (&Category, &i128)| {
            let truth = self.truth.get(category).copied().unwrap_or(0);
            // Charges of some lines may be named, and those of others left unexplained.
            let part = open && truth.signum() == amount.signum() && amount.abs() < truth.abs();
            let summed = matches!(*category, Category::DuplicatedUsage | Category::RepricedUsage);
            truth == *amount
                || (part && summed)
                || (*category == Category::Rounding && open)
                || (*category == Category::Rounding
                    && self.found.steps.iter().any(|step| step.category == Category::Ambiguous))
        };
        let ambiguous = self.found.steps.iter().find(|step| step.category == Category::Ambiguous);
        if !found.iter().all(true_amount) {
            return Verdict::Wrong;
        }
        match ambiguous.map(|step| step.candidates.iter().any(|each| lacking.contains(each))) {
            Some(true) => Verdict::Ambiguous,
            None if open => Verdict::Unexplained,
            None if found == self.truth => Verdict::Exact,
            _ => Verdict::Wrong,
        }
    }
}

fn draft(dice: &mut Dice, shape: Shape) -> Draft {
    let start = FIRST_DAY + dice.span(0, 200) * DAY;
    let end = start + dice.span(28, 32) * DAY;
    // Where days are printed, the real cut is at one time of day.
    let time_of_day = match shape {
        Shape::TimeOfDay | Shape::TimeOfDayOneLine => dice.span(1, 96) * 15 * MINUTE,
        _ => 0,
    };
    let (from, to) = (start + time_of_day, end + time_of_day);
    let held = calls(dice, start - 3 * DAY, end + 3 * DAY);
    let billed: Vec<Call> = held.iter().filter(|call| (from..to).contains(&call.at)).cloned().collect();
    let mut draft = Draft {
        held,
        lines: Vec::new(),
        printed: (start, end),
        truth: BTreeMap::new(),
        announced: None,
        included_later: Vec::new(),
    };
    match shape {
        Shape::OneLine | Shape::TimeOfDayOneLine | Shape::Lost => draft.one_line(&billed),
        Shape::PerDay => draft.group(&billed, |call| day_line(call.at)),
        Shape::PerUser => draft.group(&billed, |call| format!("On-demand usage for {}", email(call.user))),
        Shape::OtherTeam => {
            let others = calls(dice, start, end);
            draft.by_model(&others);
        }
        Shape::WrongPeriod => {
            let next = calls(dice, end, end + 30 * DAY);
            draft.by_model(&next);
            draft.held.extend(next.into_iter().filter(|call| call.at < end + 3 * DAY));
        }
        _ => draft.by_model(&billed),
    }
    draft.truth = BTreeMap::from([(Category::Rounding, draft.total() - sum(&billed))]);
    draft.spoil(dice, shape, &billed, (from, to));
    draft.truth.retain(|_, amount| *amount != 0);
    draft
}

fn day_line(at: i64) -> String {
    let day = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    format!("On-Demand Usage on {}", day.format("%Y-%m-%d"))
}

fn sum(calls: &[Call]) -> i128 {
    calls.iter().map(|call| call.amount).sum()
}

impl Draft {
    fn total(&self) -> i128 {
        self.lines.iter().map(|(_, _, cents)| cents * CENT).sum()
    }

    /// Whether the total is off by more than rounding for what the shape is about, if it is about something wrong.
    fn has_effect(&self, shape: Shape) -> bool {
        let causes = self.truth.iter().filter(|(category, _)| **category != Category::Rounding);
        let effect: i128 = causes.map(|(_, amount)| amount).sum();
        match shape {
            Shape::TimeOfDay => [Category::CutOffStart, Category::CutOffEnd]
                .iter()
                .all(|end| self.truth.get(end).is_some_and(|amount| amount.abs() >= 3 * CENT)),
            Shape::TimeOfDayOneLine | Shape::Lost | Shape::Dearer => effect.abs() >= 3 * CENT,
            _ => true,
        }
    }

    fn one_line(&mut self, calls: &[Call]) {
        self.lines = vec![("Cursor Teams On-Demand Usage".to_owned(), Some(1), cents(sum(calls)))];
    }

    fn group(&mut self, calls: &[Call], line: impl Fn(&Call) -> String) {
        let mut groups: BTreeMap<String, i128> = BTreeMap::new();
        for call in calls {
            *groups.entry(line(call)).or_default() += call.amount;
        }
        self.lines = groups.into_iter().map(|(line, sum)| (line, None, cents(sum))).collect();
    }

    fn by_model(&mut self, calls: &[Call]) {
        let mut groups: BTreeMap<usize, (u64, i128)> = BTreeMap::new();
        for call in calls {
            let (count, sum) = groups.entry(call.model).or_default();
            (*count, *sum) = (*count + 1, *sum + call.amount);
        }
        let line = |(model, (count, sum)): (usize, (u64, i128))| {
            let cents = cents(sum);
            let name = MODELS.get(model).copied().unwrap_or_default();
            let text =
                format!("token-based usage calls to {name}, totaling: ${}.{:02}", cents / 100, cents % 100);
            (text, Some(count), cents)
        };
        self.lines = groups.into_iter().map(line).collect();
    }

    /// Adds what the shape is about.
    fn spoil(&mut self, dice: &mut Dice, shape: Shape, billed: &[Call], cut: (i64, i64)) {
        match shape {
            Shape::HeldTwice => self.hold_twice(dice),
            Shape::TaxInLines => self.tax_lines(dice, billed),
            Shape::TimeOfDay | Shape::TimeOfDayOneLine => self.cut_at(cut),
            Shape::Dearer => self.make_dearer(dice),
            Shape::BilledTwice => self.bill_twice(dice),
            Shape::Export => self.round_held(),
            Shape::Hourly => self.merge_hours(),
            Shape::IncludedLater => self.include_later(dice),
            Shape::Lost => self.lose(dice),
            _ => {}
        }
    }

    /// The places of the charges of the printed period.
    fn inside(&self) -> Vec<usize> {
        let (start, end) = self.printed;
        let inside =
            |place: &usize| self.held.get(*place).is_some_and(|call| (start..end).contains(&call.at));
        (0..self.held.len()).filter(inside).collect()
    }

    fn hold_twice(&mut self, dice: &mut Dice) {
        let inside = self.inside();
        let mut twice = 0;
        for _ in 0..=dice.below(5) {
            let place = dice.one_of(&inside);
            if let Some(call) = place.and_then(|place| self.held.get(place)).cloned() {
                twice += call.amount;
                self.held.push(call);
            }
        }
        self.announced = u64::try_from(inside.len()).ok();
        self.truth.insert(Category::DuplicatedUsage, -twice);
    }

    fn tax_lines(&mut self, dice: &mut Dice, billed: &[Call]) {
        let rate = dice.one_of(&[7, 19, 20, 21]).unwrap_or(19);
        for (text, _, cents) in &mut self.lines {
            *cents = (*cents * (100 + rate) + 50) / 100;
            restate(text, *cents);
        }
        self.truth = BTreeMap::from([(Category::Tax, self.total() - sum(billed))]);
    }

    fn cut_at(&mut self, (from, to): (i64, i64)) {
        let (start, end) = self.printed;
        let between = |low: i64, high: i64| {
            self.held
                .iter()
                .filter(|call| (low..high).contains(&call.at))
                .map(|call| call.amount)
                .sum::<i128>()
        };
        let (late_start, late_end) = (-between(start, from), between(end, to));
        self.truth.insert(Category::CutOffStart, late_start);
        self.truth.insert(Category::CutOffEnd, late_end);
    }

    fn make_dearer(&mut self, dice: &mut Dice) {
        let place = dice.place(self.lines.len());
        let percent = i128::from(103 + dice.below(60));
        if let Some((text, _, cents)) = self.lines.get_mut(place) {
            let dearer = (*cents * percent + 50) / 100;
            self.truth.insert(Category::Price, (dearer - *cents) * CENT);
            *cents = dearer;
            restate(text, *cents);
        }
    }

    fn bill_twice(&mut self, dice: &mut Dice) {
        if let Some(line) = self.lines.get(dice.place(self.lines.len())).cloned() {
            self.truth.insert(Category::BilledTwice, line.2 * CENT);
            self.lines.push(line);
        }
    }

    fn round_held(&mut self) {
        for call in &mut self.held {
            call.amount = cents(call.amount) * CENT;
        }
        let held = self.inside().into_iter().filter_map(|place| self.held.get(place));
        let held: i128 = held.map(|call| call.amount).sum();
        self.truth = BTreeMap::from([(Category::Rounding, self.total() - held)]);
    }

    fn merge_hours(&mut self) {
        let mut hours: BTreeMap<(i64, usize, u64), i128> = BTreeMap::new();
        for call in &self.held {
            *hours.entry((call.at.div_euclid(HOUR), call.model, call.user)).or_default() += call.amount;
        }
        let merged = |((hour, model, user), amount)| Call { at: hour * HOUR, model, user, amount };
        self.held = hours.into_iter().map(merged).collect();
    }

    fn include_later(&mut self, dice: &mut Dice) {
        let inside = self.inside();
        for _ in 0..=dice.below(3) {
            let place = dice.one_of(&inside);
            if let Some(call) =
                place.and_then(|place| self.held.get_mut(place)).filter(|call| call.amount > 0)
            {
                self.included_later.push(call.clone());
                call.amount = 0;
            }
        }
        self.truth.insert(Category::RepricedUsage, sum(&self.included_later));
    }

    fn lose(&mut self, dice: &mut Dice) {
        let inside = self.inside();
        let mut lost = 0;
        for _ in 0..2 + dice.below(4) {
            let place = dice.one_of(&inside);
            if let Some(call) = place.and_then(|place| self.held.get_mut(place)) {
                lost += call.amount;
                call.amount = 0;
            }
        }
        self.held.retain(|call| call.amount != 0);
        self.truth.insert(Category::MissingUsage, lost);
    }

    fn csv(&self) -> String {
        let at = |millis| {
            chrono::DateTime::from_timestamp_millis(millis)
                .unwrap_or_default()
                .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
        };
        let (start, end) = self.printed;
        let mut csv = format!(
            "# number: B-{start}\n# period: {}/{}\ndescription,quantity,amount\n",
            at(start),
            at(end)
        );
        for (text, count, cents) in &self.lines {
            let count = count.map(|count| count.to_string()).unwrap_or_default();
            let _ = writeln!(csv, "\"{text}\",{count},{}.{:02}", cents / 100, cents % 100);
        }
        csv
    }

    fn explain(&self, invoice: &Invoice) -> Result<Reconciliation, Failure> {
        let mut ledger = Ledger::builder(Currency::USD);
        for call in &self.held {
            let gone = call.amount == 0 && self.included_later.iter().any(|each| each.at == call.at);
            ledger.push(&record(call, if gone { "Included in Business" } else { "Usage-based" })?)?;
        }
        let everything = Window::new(at(FIRST_DAY - 400 * DAY)?, at(FIRST_DAY + 800 * DAY)?)?;
        ledger.cover(ConnectionId::new("cursor"), vec![everything]);
        let ledger = ledger.build();
        let rules = billing_rules()?;
        let mut case = Case::new(&ledger, invoice, &rules);
        if let Some(announced) = self.announced {
            case = case.announced(invoice.period, announced);
        }
        let restated = self.included_later.iter().map(|call| {
            let record = record(call, "Usage-based")?;
            let ids = (RecordId::of(&record, 0), Identity::of(&record));
            let mut included = record.costs;
            included.billed = Some(Money::ZERO);
            let seen = at(self.printed.1 + 9 * DAY)?;
            Ok(Restatement::stored(record.at, seen, ids, (Some(record.costs), Some(included))))
        });
        let restated = restated.collect::<Result<Vec<_>, Failure>>()?;
        let since = SinceIssue::new(at(self.printed.1 + 2 * DAY)?).restatements(&restated);
        if !self.included_later.is_empty() {
            case = case.since_issue(&since);
        }
        Ok(case.explain()?.reconciliation)
    }
}

/// Writes the amount in words anew.
fn restate(text: &mut String, cents: i128) {
    if let Some((words, _)) = text.split_once('$') {
        *text = format!("{words}${}.{:02}", cents / 100, cents % 100);
    }
}

fn at(millis: i64) -> Result<Timestamp, Failure> {
    Ok(Timestamp::from_millis(millis)?)
}

fn record(call: &Call, kind: &str) -> Result<CostRecord, Failure> {
    let mut record =
        CostRecord::new(at(call.at)?, "cursor", Currency::USD, Costs::flat(Money::from_units(call.amount)));
    record.edit(|set| set.subcategory = Some(kind.into()));
    record.edit(|set| set.service_id = MODELS.get(call.model).copied().map(Into::into));
    record.edit(|set| set.resource = Some(email(call.user).into()));
    Ok(record)
}
