//! Specifications of causes: what is the same for every difference of one cause.

use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// The specification of a cause: its name for people, where it belongs in a report, and what to do about it.
///
/// Every cause has one, from which every output takes its words, so that a new cause needs no change in the outputs.
///
/// ```
/// use reconcile::Category;
/// use reconcile::causes::CauseSpec;
///
/// let timing: Vec<_> = CauseSpec::all().filter(|cause| cause.timing).map(|cause| cause.category).collect();
/// assert!(timing.contains(&Category::LateUsage) && !timing.contains(&Category::Tax));
/// assert_eq!(Category::LateUsage.spec().label, "Late usage");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CauseSpec {
    /// The category of its steps.
    pub category: Category,
    /// Its name for people, as a heading.
    pub label: &'static str,
    /// The part of a report that it belongs to.
    pub theme: Theme,
    /// Whether the difference is about when charges were counted or known: it goes away with the next ingest, or comes back
    /// on another invoice.
    pub timing: bool,
    /// The disposition of its amount.
    pub disposition: Disposition,
    /// Theme and disposition where the invoice has lines of its own for it.
    pub on_own_line: Option<(Theme, Disposition)>,
    /// Whether its steps are invoice lines that no usage is behind: [`Invoice::to_records`](crate::Invoice::to_records)
    /// returns them.
    pub is_invoice_line: bool,
    /// The advice to the reader of a report, as the end of a sentence.
    pub advice: Option<&'static str>,
}

impl CauseSpec {
    /// Makes the specification of a cause that is not about timing, whose steps are in the usage, and about which there is
    /// nothing to advise; a cause that differs states in what.
    pub(crate) const fn new(
        category: Category,
        label: &'static str,
        theme: Theme,
        disposition: Disposition,
    ) -> Self {
        Self {
            category,
            label,
            theme,
            timing: false,
            disposition,
            on_own_line: None,
            is_invoice_line: false,
            advice: None,
        }
    }

    /// Returns the label as part of a sentence: in lower case, but for abbreviations.
    ///
    /// Only the first letter changes: `Fees on own API keys` becomes `fees on own API keys`.
    pub(crate) fn phrase(&self) -> String {
        let mut letters = self.label.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    }
}

/// A part of a report, in the order of the bridge.
/// Reports show the steps of a part together, whatever their causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Theme {
    /// Charges that are no on-demand usage.
    Scope,
    /// The time at which charges were counted or known, and the completeness of the ledger.
    Timing,
    /// Prices, discounts and fees inside the usage lines.
    Terms,
    /// The effect of rounding.
    Rounding,
    /// Figures of the invoice that contradict each other.
    Contradiction,
    /// Lines of the invoice that no usage is behind.
    OtherLines,
}

impl Theme {
    /// Returns its heading in a report.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Scope => "Outside on-demand usage",
            Self::Timing => "Timing and completeness",
            Self::Terms => "Prices and terms",
            Self::Rounding => "Rounding",
            Self::Contradiction => "Contradictions in the invoice",
            Self::OtherLines => "Invoice lines without usage",
        }
    }
}
