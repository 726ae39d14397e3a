//! The bridge in sentences.

use cost_model::Money;
use cost_model::output::{counted, for_terminal, grouped};

use crate::causes::spec::Theme;
use crate::model::amounts::sum_of_magnitudes;
use crate::model::assessment::{Answer, Dispute};
use crate::model::bridge::{Reconciliation, Step, SubtotalName};
use crate::model::category::Category;
use crate::model::evidence::Evidence;
use crate::output::rows::{Row, RowKind, amount_text, rows};

/// More lines or disputes than this are counted, not listed.
const LISTED: usize = 5;

impl Reconciliation {
    /// Returns the bridge in sentences for people in finance, one a line, in the order of the bridge.
    ///
    /// They name what was ingested; charges outside on-demand usage; timing, with its share of the total and what to do;
    /// prices, discounts and fees; rounding; invoice lines without usage; what is unexplained and where to look; disputes;
    /// and the verdict. Amounts are those of the text form. No other is named but those of clues, disputes and the FOCUS
    /// tolerance.
    ///
    /// ```
    /// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
    /// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
    /// # use reconcile::{BillingRules, Case, Invoice};
    /// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
    /// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
    /// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// # let at = Timestamp::midnight("2026-09-20".parse()?);
    /// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
    /// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
    /// # charge.edit(|set| set.service_id = Some("model-a".into()));
    /// # let mut ledger = Ledger::builder(Currency::USD);
    /// # ledger.push(&charge)?;
    /// # let ledger = ledger.build();
    /// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
    /// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
    /// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
    /// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
    /// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
    /// assert_eq!(
    ///     bridge.narrative().lines().next(),
    ///     Some("Invoice INV-7 bills 0.67 USD; the usage ingested from 2026-09-01 up to 2026-10-01 is 0.62."),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn narrative(&self) -> String {
        let rows = rows(self);
        let mut sentences = vec![self.opening()];
        if self.records_without_amount > 0 {
            let without = self.records_without_amount;
            sentences.push(format!("Charges without an amount, counted as zero: {}.", grouped(without)));
        }
        for group in rows.chunk_by(|one, other| theme(one).is_some() && theme(one) == theme(other)) {
            let Some(first) = group.first() else { continue };
            sentences.extend(match (first.kind, theme(first)) {
                (_, Some(theme)) => Some(about(theme, group)),
                (RowKind::Subtotal(subtotal), _) => Some(passing(subtotal, first)),
                (RowKind::UnexplainedUsage, _) => {
                    Some(format!("Unexplained usage: {}.", amount_text(first.amount)))
                }
                (RowKind::Unexplained, _) => Some(self.rest(first)),
                _ => None,
            });
        }
        sentences.extend(self.where_to_look());
        sentences.extend(self.to_do());
        sentences.push(self.conclusion());
        // Wordings of lines and the number of the invoice are others' text.
        sentences.iter().flat_map(|sentence| [for_terminal(sentence), "\n".into()]).collect()
    }

    /// Returns the sentence about the two amounts that the bridge leads between.
    fn opening(&self) -> String {
        let (from, to) = (self.months.start().date(), self.months.end().date());
        format!(
            "Invoice {} bills {} {}; the usage ingested from {from} up to {to} is {}.",
            self.invoice,
            amount_text(self.invoice_total),
            self.currency,
            amount_text(self.ingested)
        )
    }

    /// Returns the sentence about what is unexplained beside usage.
    fn rest(&self, row: &Row<'_>) -> String {
        match (row.amount.is_zero(), self.unexplained_usage.is_zero()) {
            (true, true) => "Nothing is unexplained.".to_owned(),
            (true, false) => "Nothing else is unexplained.".to_owned(),
            (false, _) => format!("Unexplained beside usage: {}.", amount_text(row.amount)),
        }
    }

    /// Returns the sentence with all clues and their amounts; `None` without a clue.
    fn where_to_look(&self) -> Option<String> {
        let clues: Vec<String> =
            self.clues.iter().map(|clue| format!("{} ({})", clue, amount_text(clue.amount))).collect();
        (!clues.is_empty()).then(|| format!("Where to look: {}.", clues.join("; ")))
    }

    /// Returns what somebody has to do, with who and by when.
    fn to_do(&self) -> Option<String> {
        let disputes = &self.assessment.disputes;
        let mut clauses: Vec<String> = disputes.iter().take(LISTED).map(dispute).collect();
        let more = disputes.len().saturating_sub(LISTED);
        clauses.extend((more > 0).then(|| format!("and {more} more")));
        (!clauses.is_empty()).then(|| format!("To dispute: {}.", clauses.join("; ")))
    }

    /// Returns the verdict in one sentence: the last one of the [narrative](Self::narrative).
    pub fn conclusion(&self) -> String {
        let verdicts = &self.assessment;
        let disputed = sum_of_magnitudes(verdicts.disputes.iter().map(|dispute| dispute.amount));
        // The two rows of the bridge, with their signs: the assessment adds them up without, which is no amount of the bridge.
        let (usage, rest) = if verdicts.unexplained.is_zero() {
            (Money::ZERO, Money::ZERO)
        } else {
            let rest = self.unexplained.checked_sub(self.unexplained_usage).unwrap_or_default();
            (self.unexplained_usage, rest)
        };
        let open = [
            (disputed, "to dispute"),
            (verdicts.unknown_wording, "of unknown wording"),
            (usage, "of usage unexplained"),
            (rest, "unexplained"),
        ];
        let open = open.iter().filter(|(amount, _)| !amount.is_zero());
        let open: Vec<String> =
            open.map(|(amount, what)| format!("{} {what}", amount_text(*amount))).collect();
        if !verdicts.missing.is_empty() {
            let missing: Vec<String> = verdicts.missing.iter().map(ToString::to_string).collect();
            let open = if open.is_empty() { String::new() } else { format!("; so far {}", open.join(", ")) };
            return format!("Verdict: cannot be said, since {}{open}.", missing.join(" and "));
        }
        let usage = if verdicts.within_focus_tolerance == Answer::Yes { "within" } else { "beyond" };
        let tolerance = amount_text(verdicts.focus_tolerance);
        let exact = match (verdicts.exact, open.is_empty()) {
            (Answer::Yes, _) => "exact".to_owned(),
            (_, true) => "not exact, since a step is ambiguous or rests on a search alone".to_owned(),
            (_, false) => {
                let rounding = if verdicts.within_rounding == Answer::Yes { "within" } else { "more than" };
                let size = if verdicts.immaterial == Answer::Yes { "immaterial" } else { "material" };
                format!("not exact, with {}: {rounding} rounding, and {size}", open.join(", "))
            }
        };
        format!("Verdict: {exact}; usage is {usage} the FOCUS tolerance of {tolerance}.")
    }
}

/// Returns a dispute as a clause: what, how much, on which lines, who acts and by when.
fn dispute(dispute: &Dispute) -> String {
    let candidates = phrases(&dispute.candidates);
    let what = if candidates.is_empty() { dispute.category.spec().phrase() } else { candidates.join(" or ") };
    let about =
        if dispute.lines.is_empty() { String::new() } else { format!(" on {}", lines(&dispute.lines)) };
    let (who, when) = (dispute.party.label(), dispute.party.deadline());
    format!("{what}, {}{about} ({who}, {when})", amount_text(dispute.amount))
}

/// Returns the sentence of a subtotal.
fn passing(subtotal: SubtotalName, row: &Row<'_>) -> String {
    let amount = amount_text(row.amount);
    match subtotal {
        SubtotalName::UsageBasedTotal => format!("On-demand usage of these months: {amount}."),
        SubtotalName::OnDemandUsage => {
            format!("On-demand usage on the invoice: {amount}.")
        }
    }
}

/// Returns the part of a report that a row belongs to; `None` for sums and unexplained amounts, which end a part.
fn theme(row: &Row<'_>) -> Option<Theme> {
    match row.kind {
        RowKind::Step(step) => Some(step.theme()),
        _ => None,
    }
}

/// Returns the sentence of a part of the report: its heading, and a clause for each step.
fn about(theme: Theme, group: &[Row<'_>]) -> String {
    let mut clauses: Vec<String> = group.iter().filter_map(clause).collect();
    // A heading that is the only cause below it is not repeated.
    let repeated = format!("{}, ", theme.heading().to_lowercase());
    for clause in &mut clauses {
        if let Some(rest) = clause.strip_prefix(&repeated) {
            *clause = rest.to_owned();
        }
    }
    format!("{}: {}.", theme.heading(), clauses.join("; "))
}

/// Returns a step as a clause: amount, evidence, candidates and advice; `None` for a row that is no step.
fn clause(row: &Row<'_>) -> Option<String> {
    let RowKind::Step(step) = row.kind else { return None };
    // Whoever closes the books asks how large a timing difference is; other shares would only lengthen the sentence.
    let share = row.share.filter(|_| step.category.is_timing());
    let share = share.map(|share| format!("{share} % of the total; ")).unwrap_or_default();
    let candidates = phrases(&step.candidates);
    let either =
        if candidates.is_empty() { String::new() } else { format!(", either {}", candidates.join(" or ")) };
    let what_to_do = step.category.spec().advice.map(|text| format!(", {text}")).unwrap_or_default();
    let (label, amount, evidence) = (step.category.spec().phrase(), amount_text(row.amount), evidence(step));
    Some(format!("{label}, {amount} ({share}{evidence}){either}{what_to_do}"))
}

/// Returns how many charges and which lines a step rests on, and the rule by which it was found.
fn evidence(step: &Step) -> String {
    let Evidence { records, lines: numbers, rule, .. } = &step.evidence;
    let charges = (*records > 0).then(|| counted(*records, "charge"));
    let lines = (!numbers.is_empty()).then(|| lines(numbers));
    let behind: Vec<String> = charges.into_iter().chain(lines).collect();
    if behind.is_empty() { rule.clone() } else { format!("{}: {rule}", behind.join(" on ")) }
}

/// Returns the numbers of lines as words, or only how many they are beyond [`LISTED`].
fn lines(numbers: &[u64]) -> String {
    match numbers {
        [only] => format!("line {only}"),
        few if few.len() <= LISTED => {
            format!("lines {}", few.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        many => format!("{} lines", many.len()),
    }
}

/// Returns the labels of causes as parts of a sentence.
fn phrases(categories: &[Category]) -> Vec<String> {
    categories.iter().map(|category| category.spec().phrase()).collect()
}
