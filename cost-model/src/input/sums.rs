//! Whether a label names a sum of other rows.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::visible;

/// The kind of sum that a label names.
///
/// A sum among the rows of a file would be counted twice, so readers check the label before they take a row for a charge.
///
/// ```
/// use cost_model::input::SumLabel;
///
/// assert_eq!(SumLabel::of("Grand total"), Some(SumLabel::Total));
/// assert_eq!(SumLabel::of("Total before tax"), Some(SumLabel::Subtotal));
/// assert_eq!(SumLabel::of("Totally Integrated Ltd"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SumLabel {
    /// A sum of some rows, or of all before tax: `Subtotal`, `Total excluding tax`, `Zwischensumme`.
    Subtotal,
    /// The sum of all rows: `Total`, `Sum`, `Total général`, `All models`.
    Total,
    /// The amount left to pay: `Amount due`, `Balance`.
    Due,
    /// The amount paid: `Amount paid`.
    Paid,
    /// A label with a word for a sum among other words, such as `Total usage`: it may be a sum or a row.
    Unclear,
}

/// Words that make a label that of a total.
const TOTAL: &str = "total totals totale totaal sum summe summen suma summa somme soma gesamt gesamtsumme gesamtbetrag \
    endsumme endbetrag rechnungsbetrag bruttobetrag razem celkem spolu toplam yhteensä összesen итого \
    всего сумма 合計 総計 总计 總計 总额 합계 총계";
const SUBTOTAL: &str = "subtotal subtotals subtotale subtotaal subsum zwischensumme nettobetrag nettosumme mezisoučet \
    delsumma välisumma 小計 小计 소계 подытог";
const DUE: &str = "due balance payable owed owing outstanding saldo solde dû zahlbetrag zahlen fällig fälliger offen \
    payer pagar pagare betalen";
const PAID: &str = "paid bezahlt payé pagado pagato betaald";
/// Words that may be beside those without changing what the label names.
const BESIDE: &str = "sub sous zwischen amount amounts grand net gross overall invoice bill billing final current now of the for all in to \
    be pay and is this lines items rows charges costs cost usd eur gbp cad aud chf us dollars general \
    général générale generale montant à a facture la le les du de des del della importe importo factura \
    fattura betrag bedrag der die das rechnung zu noch te valor geral og i alt ttc net factuur toute \
    toutes reste ce mois month monthly period";
/// Words that set a total apart from tax. Such a total is one before or after tax.
const BEFORE_TAX: &str = "excluding excl ex before without hors ht ohne netto sin senza exkl exklusive";
const AFTER_TAX: &str =
    "comprises compris including incl after with plus inkl inklusive brutto mit con avec ttc toutes";
const TAX: &str = "tax taxes vat gst hst mwst ust tva iva btw steuer steuern taxe moms";
/// What rows of an export are about, as in `All models`.
const EVERY: &str = "all every alle tous toutes todos todas tutti";
const ABOUT: &str = "models model users user members member people persons person team teams kinds kind types usage \
    events modelle nutzer benutzer modèles utilisateurs everyone everybody days day";

impl SumLabel {
    /// Returns the kind of sum that a label names; `None` for the label of an ordinary row.
    ///
    /// ```
    /// use cost_model::input::SumLabel;
    /// assert_eq!(SumLabel::of("Total (USD)"), Some(SumLabel::Total));
    /// assert_eq!(SumLabel::of("Total excluding tax"), Some(SumLabel::Subtotal));
    /// assert_eq!(SumLabel::of("Total usage"), Some(SumLabel::Unclear));
    /// assert_eq!(SumLabel::of("979 usage calls, totalling: $76.02"), None);
    /// ```
    pub fn of(label: &str) -> Option<Self> {
        let words = words(label);
        let is_sub = any_in(Lists::SUBTOTAL, &words) || words.windows(2).any(is_sub_total);
        let is_total = any_in(Lists::TOTAL, &words);
        // `Due` and `paid` alone are words of many rows, such as usage paid for a month.
        let all_known = all_in(Lists::OF_LABELS, &words);
        if !(is_sub || is_total || (all_known && any_in(Lists::DUE | Lists::PAID, &words))) {
            return None;
        }
        let set_apart = any_in(Lists::BEFORE_TAX | Lists::AFTER_TAX, &words);
        if !all_known || (any_in(Lists::TAX, &words) && !set_apart) {
            return Some(Self::Unclear);
        }
        Some(match () {
            () if is_sub || (is_total && any_in(Lists::BEFORE_TAX, &words)) => Self::Subtotal,
            () if any_in(Lists::PAID, &words) => Self::Paid,
            () if any_in(Lists::DUE, &words) => Self::Due,
            () => Self::Total,
        })
    }

    /// Returns whether the cell of an export's row names everything, as `Total`, `All models` or `*` do.
    pub fn is_of_all(cell: &str) -> bool {
        let words = words(cell);
        let every = words.first().is_some_and(|word| is_in(Lists::EVERY, word))
            && all_in(Lists::EVERY | Lists::ABOUT | Lists::BESIDE, &words);
        let everyone =
            matches!(words.as_slice(), [word] if matches!(word.as_str(), "everyone" | "everybody"));
        let sums = Lists::TOTAL | Lists::SUBTOTAL;
        let has_total = any_in(sums, &words);
        visible(cell) == "*"
            || every
            || everyone
            || (has_total && all_in(sums | Lists::BESIDE | Lists::ABOUT, &words))
    }
}

fn is_sub_total(pair: &[String]) -> bool {
    let [first, second] = pair else { return false };
    matches!(first.as_str(), "sub" | "sous" | "zwischen") && is_in(Lists::TOTAL, second)
}

/// In which lists each word is, one bit for a list.
struct Lists(HashMap<&'static str, u16>);

impl Lists {
    const TOTAL: u16 = 1;
    const SUBTOTAL: u16 = 1 << 1;
    const DUE: u16 = 1 << 2;
    const PAID: u16 = 1 << 3;
    const BESIDE: u16 = 1 << 4;
    const BEFORE_TAX: u16 = 1 << 5;
    const AFTER_TAX: u16 = 1 << 6;
    const TAX: u16 = 1 << 7;
    const EVERY: u16 = 1 << 8;
    const ABOUT: u16 = 1 << 9;
    /// The words of which labels of sums are made.
    const OF_LABELS: u16 = Self::EVERY - 1;

    fn new() -> Self {
        let lists = [TOTAL, SUBTOTAL, DUE, PAID, BESIDE, BEFORE_TAX, AFTER_TAX, TAX, EVERY, ABOUT];
        let mut words: HashMap<&'static str, u16> = HashMap::new();
        for (bit, list) in lists.into_iter().enumerate() {
            for word in list.split(' ') {
                *words.entry(word).or_default() |= 1 << bit;
            }
        }
        Self(words)
    }
}

static LISTS: LazyLock<Lists> = LazyLock::new(Lists::new);

/// Returns whether a word is in one of these lists.
fn is_in(lists: u16, word: &str) -> bool {
    LISTS.0.get(word).is_some_and(|found| found & lists != 0)
}

/// Returns whether some word is in one of these lists.
fn any_in(lists: u16, words: &[String]) -> bool {
    words.iter().any(|word| is_in(lists, word))
}

/// Returns whether every word is in one of these lists.
fn all_in(lists: u16, words: &[String]) -> bool {
    words.iter().all(|word| is_in(lists, word))
}

/// Returns the words of a label in lower case: runs of letters.
fn words(label: &str) -> Vec<String> {
    let label = visible(label).to_lowercase();
    let parts = label.split(|each: char| !each.is_alphabetic());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_sums_are_told_from_those_of_rows_in_many_words() {
        for (label, expected) in [
            ("Total", Some(SumLabel::Total)),
            ("TOTAL:", Some(SumLabel::Total)),
            ("Grand total", Some(SumLabel::Total)),
            ("Sum", Some(SumLabel::Total)),
            ("Total g\u{e9}n\u{e9}ral", Some(SumLabel::Total)),
            ("Montant total TTC", Some(SumLabel::Total)),
            ("Gesamtbetrag", Some(SumLabel::Total)),
            ("Summe (EUR)", Some(SumLabel::Total)),
            ("Total incl. VAT", Some(SumLabel::Total)),
            ("\u{5408}\u{8a08}", Some(SumLabel::Total)),
            ("Subtotal", Some(SumLabel::Subtotal)),
            ("Sub-total", Some(SumLabel::Subtotal)),
            ("Sous-total", Some(SumLabel::Subtotal)),
            ("Zwischensumme", Some(SumLabel::Subtotal)),
            ("Total excluding tax", Some(SumLabel::Subtotal)),
            ("Total HT", Some(SumLabel::Subtotal)),
            ("Amount due", Some(SumLabel::Due)),
            ("Balance", Some(SumLabel::Due)),
            ("Balance due", Some(SumLabel::Due)),
            ("Total due", Some(SumLabel::Due)),
            ("Amount paid", Some(SumLabel::Paid)),
            ("Total usage", Some(SumLabel::Unclear)),
            ("Total tax", Some(SumLabel::Unclear)),
            ("Total for Cursor Teams", Some(SumLabel::Unclear)),
            ("Mid-month usage paid for May 2025", None),
            ("979 token-based usage calls to o3, totalling: $76.02", None),
            ("Cursor Teams seats", None),
            ("Sales tax (8.25%)", None),
            ("Applied balance", None),
            ("Overdue fee", None),
            ("", None),
        ] {
            assert_eq!(SumLabel::of(label), expected, "{label}");
        }
        for cell in ["Total", "All models", "all users", "All", "*", "Everyone", "Team total", "Alle Modelle"]
        {
            assert!(SumLabel::is_of_all(cell), "{cell}");
        }
        for cell in
            ["gpt-5.4", "auto", "iris@example.com", "On-Demand", "allan@example.com", "total-recall-1", ""]
        {
            assert!(!SumLabel::is_of_all(cell), "{cell}");
        }
    }
}
