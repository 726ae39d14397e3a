//! The usage of each model against what the invoice bills it.

use std::collections::{BTreeMap, BTreeSet};

use cost_model::{Dimensions, Ledger, Money};
use serde::Serialize;

use crate::error::Result;
use crate::model::billing_rules::BillingRules;
use crate::model::bridge::{ChargeStatus, Explained};
use crate::model::invoice::{Invoice, LineKind};
use crate::output::csv::{cell, list, table};
use crate::output::tables::invoiced_together;

/// The on-demand charges of one model against the lines that they are behind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ModelUsage {
    /// The model by the provider's id, as charges and usage lines name it; empty where they name none.
    pub model: String,
    /// The number of charges that are on the invoice or should be: matched to a line, or to none.
    pub charges: u64,
    /// The billed cost of these charges.
    pub billed: Money,
    /// The number of those charges that are matched to no line.
    pub unclaimed: u64,
    /// The lines of the invoice file that they are matched to, the first of lines about the same charges.
    pub lines: Vec<u64>,
    /// The amount of all those lines; absent where one of them bills other models as well.
    pub asked: Option<Money>,
    /// `asked` less `billed`.
    pub difference: Option<Money>,
}

impl Explained {
    /// Returns each model that the invoice or its charges name, by name. `ledger`, `invoice` and `rules` are those that were
    /// explained.
    ///
    /// The charges are those that the explanation puts on the invoice. A line that bills several models states no amount of
    /// each: `asked` is then absent. Charges that were withdrawn since, or had another amount when the invoice was issued, are
    /// differences here.
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
    /// let explained = Case::new(&ledger, &invoice, &rules).explain()?;
    /// let models = explained.by_model(&ledger, &invoice, &rules)?;
    /// assert_eq!((models[0].model.as_str(), models[0].charges), ("model-a", 1));
    /// assert_eq!(models[0].difference, Some("0.0025".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn by_model(
        &self,
        ledger: &Ledger,
        invoice: &Invoice,
        rules: &BillingRules,
    ) -> Result<Vec<ModelUsage>> {
        let sets = ledger.set_ids().filter_map(|id| ledger.set(id));
        let names: Vec<String> =
            sets.map(|set| set.get(&rules.model).unwrap_or_default().into_owned()).collect();
        let mut models = Models::default();
        for (charge, status) in ledger.rows().zip(&self.charges) {
            let place = match status {
                ChargeStatus::Line(place) => Some(*place),
                ChargeStatus::Unclaimed => None,
                _ => continue,
            };
            let name = names.get(charge.set.index()).map(String::as_str).unwrap_or_default();
            models.charge(name, charge.costs.billed.unwrap_or_default(), place)?;
        }
        for (place, asked) in invoiced_together(&invoice.lines) {
            let Some(line) = invoice.lines.get(place) else { continue };
            if let LineKind::Usage(about) = line.kind() {
                models.line(about.model.as_deref().unwrap_or_default(), place, line.line, asked)?;
            }
        }
        models.all.into_values().map(ModelUsage::compared).collect()
    }
}

/// The models met so far, while charges and lines are added to them.
#[derive(Default)]
struct Models {
    all: BTreeMap<String, ModelUsage>,
    /// The models of the charges behind a line, by its place.
    behind: BTreeMap<usize, BTreeSet<String>>,
}

impl Models {
    /// Adds a charge to its model, and notes the line that it is behind.
    fn charge(&mut self, name: &str, billed: Money, place: Option<usize>) -> Result<()> {
        let model = self.model(name);
        model.charges += 1;
        model.billed = model.billed.checked_add(billed)?;
        model.unclaimed += u64::from(place.is_none());
        let Some(place) = place else { return Ok(()) };
        let behind = self.behind.entry(place).or_default();
        if !behind.contains(name) {
            behind.insert(name.to_owned());
        }
        Ok(())
    }

    /// Adds a line to the models of the charges matched to it, or else to the model that it names.
    fn line(&mut self, named: &str, place: usize, number: u64, asked: Option<Money>) -> Result<()> {
        let behind = self.behind.remove(&place).unwrap_or_else(|| BTreeSet::from([named.to_owned()]));
        let alone = behind.len() == 1;
        for name in &behind {
            let model = self.model(name);
            model.lines.push(number);
            // What a line asks for several models cannot be divided between them, so that their sums are not known.
            model.asked = match (model.asked, asked.filter(|_| alone)) {
                (Some(sum), Some(asked)) => Some(sum.checked_add(asked)?),
                _ => None,
            };
        }
        Ok(())
    }

    /// Returns the entry of a model, made if it is new.
    fn model(&mut self, name: &str) -> &mut ModelUsage {
        self.all.entry(name.to_owned()).or_insert_with(|| ModelUsage {
            model: name.to_owned(),
            asked: Some(Money::ZERO),
            ..ModelUsage::default()
        })
    }
}

impl ModelUsage {
    /// Returns the same with the difference between lines and charges.
    fn compared(mut self) -> Result<Self> {
        self.difference = self.asked.map(|asked| asked.checked_sub(self.billed)).transpose()?;
        Ok(self)
    }

    /// Returns the models as CSV, a row for each; amounts are exact, and what is absent is empty.
    pub fn to_csv(models: &[Self]) -> String {
        let headings = ["model", "charges", "billed", "unclaimed", "lines", "asked", "difference"];
        table(
            headings,
            models.iter().map(|model: &Self| {
                [
                    model.model.clone(),
                    model.charges.to_string(),
                    model.billed.to_string(),
                    model.unclaimed.to_string(),
                    list(&model.lines, ToString::to_string),
                    cell(model.asked),
                    cell(model.difference),
                ]
            }),
        )
    }
}
