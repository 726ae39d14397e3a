//! The bridge as a picture.

use std::fmt;

use cost_model::Money;
use cost_model::output::{cut, for_xml};

use crate::model::bridge::Reconciliation;
use crate::output::rows::{Row, RowKind, amount_text, rows};

/// The width of the picture in its own units, to which it scales whatever its size on a page.
const WIDTH: usize = 960;
/// The space around the picture.
const MARGIN: usize = 16;
/// Where the bars begin: labels are left of them, amounts right of them.
const BARS: u128 = 384;
/// The width from the least sum to the greatest.
const BARS_WIDTH: u128 = 400;
/// The height of the title.
const TITLE: usize = 48;
/// The height of a row, with the space below its bar.
const ROW: usize = 26;
/// The height of a bar.
const BAR: usize = 16;
/// A longer text runs into the bars.
const LABEL: usize = 46;
/// Room for the legend below the rows.
const LEGEND: usize = 32;

/// The colours for viewers in dark mode, as CSS: a style sheet overrides the attributes below.
const DARK: &str = "@media (prefers-color-scheme: dark) { .ground { fill: #0d1117 } .ink { fill: #e6edf3 } \
    .line { stroke: #8b949e } .sum { fill: #8b949e } .up { fill: #58a6ff } .down { stroke: #f0883e } \
    .open { stroke: #e6edf3 } }";

/// The SVG attributes of the bar of a sum.
const SUM: &str = r##"class="sum" fill="#57606a""##;
/// The SVG attributes of a step that increases the sum.
const INCREASE: &str = r##"class="up" fill="#0969da""##;
/// The SVG attributes of a step that decreases the sum: hatched, so that it differs from an increase without colours.
const DECREASE: &str = r##"class="down" fill="url(#bridge-down)" stroke="#bc4c00""##;
/// The SVG attributes of an unexplained amount.
const UNEXPLAINED: &str = r##"class="open" fill="none" stroke="#1f2328" stroke-dasharray="3 2""##;

impl Reconciliation {
    /// Returns the bridge as an SVG waterfall, to paste into a document. It scales to the width of its container, has no
    /// scripts or fonts of its own, and is the same bytes for the same bridge.
    ///
    /// Each sum is a grey bar from zero. Each step whose amount is not zero is a bar from the sum before it to the sum after
    /// it, at least one unit wide: plain with a `+` for an increase, hatched with a `-` for a decrease, an outline where it is
    /// unexplained; a legend says so. Labels and amounts are those of the text form, and the rule of a step is the tooltip of
    /// its bar. The colours follow the viewer's dark mode.
    ///
    /// ```
    /// # use cost_model::{Currency, Filter, Ledger, Window};
    /// # use reconcile::{BillingRules, Invoice, reconcile};
    /// # let rules = BillingRules::new(Filter::parse("costs.subcategory = 'A'")?, Filter::parse("costs.subcategory = 'B'")?);
    /// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// # let (ledger, invoice) = (Ledger::builder(Currency::USD).build(), Invoice::new("INV-7", september, Currency::USD));
    /// let svg = reconcile(&ledger, &invoice, &rules)?.to_svg();
    /// assert!(svg.starts_with("<svg ") && svg.contains("<title>From usage to invoice INV-7</title>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_svg(&self) -> String {
        let rows: Vec<_> = rows(self)
            .into_iter()
            .filter(|row: &Row<'_>| !matches!(row.kind, RowKind::Step(step) if step.amount.is_zero()))
            .collect();
        let scale = Scale::for_rows(&rows);
        Picture { bridge: self, rows, scale }.to_string()
    }
}

/// The scale of the bars: from a sum to its place.
struct Scale {
    low: i128,
    range: u128,
}

impl Scale {
    /// Returns a scale from the least to the greatest of all sums and zero.
    fn for_rows(rows: &[Row<'_>]) -> Self {
        let sums = rows.iter().flat_map(|row| [row.span.0.units(), row.span.1.units(), 0]);
        let (low, high) = (sums.clone().min().unwrap_or(0), sums.max().unwrap_or(0));
        Self { low, range: high.abs_diff(low) }
    }

    /// Returns the horizontal place of a sum, from [`BARS`] for the least to [`BARS_WIDTH`] more for the greatest.
    fn place(&self, sum: Money) -> u128 {
        // The product with a width of pixels has to fit in 128 bits.
        let spare = 16_u32.saturating_sub(self.range.leading_zeros());
        let off = sum.units().abs_diff(self.low) >> spare;
        BARS + off * BARS_WIDTH / (self.range >> spare).max(1)
    }
}

/// The picture of a bridge, which its `Display` writes as SVG.
struct Picture<'a> {
    bridge: &'a Reconciliation,
    rows: Vec<Row<'a>>,
    scale: Scale,
}

impl fmt::Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows_end = TITLE + ROW * self.rows.len();
        let height = rows_end + LEGEND + MARGIN;
        let title = cut(&format!("From usage to invoice {}", self.bridge.invoice), 2 * LABEL).into_owned();
        writeln!(
            f,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="100%" viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="13">"#
        )?;
        writeln!(f, "<title>{}</title>", for_xml(&title))?;
        writeln!(f, "<style>{DARK}</style>")?;
        writeln!(
            f,
            r##"<defs><pattern id="bridge-down" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="down" x1="1" y1="0" x2="1" y2="5" stroke="#bc4c00" stroke-width="2"/></pattern></defs>"##
        )?;
        writeln!(f, r##"<rect class="ground" width="{WIDTH}" height="{height}" fill="#ffffff"/>"##)?;
        let title = format!("{title}, in {}", self.bridge.currency);
        text(f, (MARGIN, 28), r#"font-size="15" font-weight="bold""#, &title)?;
        self.upright(f, Money::ZERO, (TITLE, rows_end), "")?;
        for (number, row) in self.rows.iter().enumerate() {
            let top = TITLE + ROW * number;
            self.row(f, row, top)?;
            if number + 1 < self.rows.len() {
                self.upright(f, row.span.1, (top + BAR, top + ROW), r#" stroke-dasharray="2 2""#)?;
            }
        }
        legend(f, rows_end + LEGEND / 2)?;
        writeln!(f, "</svg>")
    }
}

impl Picture<'_> {
    /// Draws a row: label, bar and amount, with the rule of a step as the tooltip of its bar.
    fn row(&self, f: &mut fmt::Formatter<'_>, row: &Row<'_>, top: usize) -> fmt::Result {
        let (before, after) = (self.scale.place(row.span.0), self.scale.place(row.span.1));
        let (left, width) = (before.min(after), before.abs_diff(after).max(1));
        let style = match row.kind {
            kind if kind.is_sum() => SUM,
            RowKind::Unexplained | RowKind::UnexplainedUsage => UNEXPLAINED,
            _ if row.amount < Money::ZERO => DECREASE,
            _ => INCREASE,
        };
        let sign = if row.kind.is_sum() || row.amount <= Money::ZERO { "" } else { "+" };
        let weight = if row.kind.is_sum() { r#"font-weight="bold""# } else { "" };
        if row.kind.is_sum() && top > TITLE {
            let y = top.saturating_sub((ROW - BAR) / 2);
            let x = WIDTH - MARGIN;
            writeln!(
                f,
                r##"<line class="rule" x1="{MARGIN}" y1="{y}" x2="{x}" y2="{y}" stroke="#d0d7de"/>"##
            )?;
        }
        write!(f, "<g>")?;
        if let RowKind::Step(step) = row.kind {
            write!(f, "<title>{}</title>", for_xml(&step.evidence.rule))?;
        }
        writeln!(f, r#"<rect x="{left}" y="{top}" width="{width}" height="{BAR}" {style}/>"#)?;
        text(f, (MARGIN, top + 13), weight, &cut(&row.label, LABEL))?;
        let end = format!(r#"text-anchor="end" {weight}"#);
        text(f, (WIDTH - MARGIN, top + 13), end.trim_end(), &format!("{sign}{}", amount_text(row.amount)))?;
        writeln!(f, "</g>")
    }

    /// Draws a vertical line at the place of a sum.
    fn upright(
        &self,
        f: &mut fmt::Formatter<'_>,
        sum: Money,
        (from, to): (usize, usize),
        style: &str,
    ) -> fmt::Result {
        let x = self.scale.place(sum);
        writeln!(
            f,
            r##"<line class="line" x1="{x}" y1="{from}" x2="{x}" y2="{to}" stroke="#8c959f"{style}/>"##
        )
    }
}

/// Draws a sample of each kind of bar with its meaning.
fn legend(f: &mut fmt::Formatter<'_>, top: usize) -> fmt::Result {
    let meanings =
        [(SUM, "Sum"), (INCREASE, "Increase"), (DECREASE, "Decrease"), (UNEXPLAINED, "Unexplained")];
    for (number, (style, meaning)) in meanings.into_iter().enumerate() {
        let left = MARGIN + 120 * number;
        // Moved by its group, so that the bars of the bridge are the only ones with a place of their own.
        writeln!(
            f,
            r#"<g transform="translate({left} {top})"><rect width="{BAR}" height="{BAR}" {style}/>"#
        )?;
        text(f, (BAR + 8, 13), "", meaning)?;
        writeln!(f, "</g>")?;
    }
    Ok(())
}

/// Writes a text at a place, escaped for XML: labels hold words of the invoice.
fn text(f: &mut fmt::Formatter<'_>, (x, y): (usize, usize), style: &str, text: &str) -> fmt::Result {
    let space = if style.is_empty() { "" } else { " " };
    writeln!(
        f,
        r##"<text class="ink" x="{x}" y="{y}" fill="#1f2328"{space}{style}>{}</text>"##,
        for_xml(text)
    )
}
