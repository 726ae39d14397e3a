//! Stage: completeness of the ledger, the window, and what became known later.

use cost_model::{Money, Timestamp, Window};

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::error::Result;
use crate::input::line_groups::LineGroup;
use crate::input::usage::{Charge, Tally, Usage};
use crate::model::bridge::CutOff;
use crate::model::category::Category;
use crate::model::evidence::Confidence;
use crate::search::cut_off::{CallTimes, Interval};
use crate::search::hypothesis::Hypothesis;
use crate::search::pricing_fit::same_usage;
use crate::search::selection::{ChargeHistory, ChargeSum, PriorState};

/// The steps from all on-demand charges of the months to those that the invoice asks for.
pub(crate) fn steps(
    bridge: &mut BridgeBuilder,
    usage: &Usage,
    charges: &ChargeHistory<'_>,
    found: &Hypothesis,
    cut_off: Option<&CutOff>,
) -> Result<()> {
    bridge.push(copies(charges, found)?.negated()?)?;
    let before = "before the period's first instant";
    bridge.push(NewStep::new(Category::BeforePeriod, usage.before, before).negated()?)?;
    bridge
        .push(NewStep::new(Category::AfterPeriod, usage.after, "at or after the period's end").negated()?)?;
    cuts(bridge, charges, found, cut_off)?;
    if found.selection.as_issued {
        since_issue(bridge, charges, found)?;
    }
    Ok(())
}

fn copies(charges: &ChargeHistory<'_>, found: &Hypothesis) -> Result<NewStep> {
    let mut tally = Tally::default();
    for place in charges.copies_in(&found.selection) {
        tally.add_charge(charges.all.get(place).map_or(Money::ZERO, |charge| charge.billed))?;
    }
    let rule =
        "equal to another charge, and there are as many fewer by the lines' counts or by what was announced";
    Ok(NewStep::new(Category::DuplicatedUsage, tally, rule).with_confidence(Confidence::High))
}

/// The steps from the stated period to the span that the invoice really asks for.
fn cuts(
    bridge: &mut BridgeBuilder,
    charges: &ChargeHistory<'_>,
    found: &Hypothesis,
    cut_off: Option<&CutOff>,
) -> Result<()> {
    let Some(cut_off) = cut_off else { return Ok(()) };
    let stated = cut_off.stated;
    let real = found.selection.window;
    for (category, stated, real, late_is_more) in [
        (Category::CutOffStart, stated.start(), real.start(), false),
        (Category::CutOffEnd, stated.end(), real.end(), true),
    ] {
        let mut tally = Tally::default();
        for charge in between(charges, stated.min(real), stated.max(real)) {
            tally.add_charge(charge.billed)?;
        }
        let rule = format!("cut at {real}, not at {stated}, as the lines count their calls");
        let edge = if late_is_more { cut_off.end } else { cut_off.start };
        // The amount is sure where every instant that fits leaves the same charges.
        let sure =
            found.fit.complete() && cut_off.lines > 0 && between(charges, edge.0, edge.1).next().is_none();
        let confidence = if sure { Confidence::Exact } else { cut_off.confidence };
        let mut step = NewStep::new(category, tally, rule).with_confidence(confidence);
        step.false_positives = found.false_positives;
        if (real > stated) != late_is_more {
            step = step.negated()?;
        }
        if !found.rivals.is_empty() {
            let others = found.rivals.iter().copied().filter(|rival| *rival != category);
            step.candidates = [category].into_iter().chain(others).collect();
            if step.candidates.len() == 1 {
                let ends = [Category::CutOffStart, Category::CutOffEnd];
                step.candidates.extend(ends.into_iter().filter(|end| *end != category));
            }
            step.category = Category::Ambiguous;
        }
        bridge.push(step)?;
    }
    Ok(())
}

fn between<'a>(
    charges: &'a ChargeHistory<'_>,
    start: Timestamp,
    end: Timestamp,
) -> impl Iterator<Item = &'a Charge> {
    let place = |at| charges.all.partition_point(|charge| charge.at < at);
    charges.all.get(place(start)..place(end)).unwrap_or_default().iter()
}

/// The steps from the charges as they are now to what they were when the invoice was issued.
fn since_issue(bridge: &mut BridgeBuilder, charges: &ChargeHistory<'_>, found: &Hypothesis) -> Result<()> {
    let (mut late, mut repriced, mut withdrawn) = (Tally::default(), Tally::default(), Tally::default());
    for (place, before) in charges.prior_states_in(&found.selection) {
        let Some(charge) = charges.all.get(*place) else { continue };
        match before {
            PriorState::Absent => late.add_charge(charge.billed)?,
            PriorState::Billed(_) if found.selection.copies.binary_search(place).is_ok() => {}
            PriorState::Billed(old) => repriced.add_charge(old.checked_sub(charge.billed)?)?,
        }
    }
    for (number, _) in &found.selection.withdrawn {
        let Some(each) = charges.withdrawn.get(*number) else { continue };
        if each.now_included {
            repriced.add_charge(each.billed)?
        } else {
            withdrawn.add_charge(each.billed)?
        }
    }
    let late = NewStep::new(Category::LateUsage, late, "came in after the invoice was issued").negated()?;
    bridge.push(late)?;
    bridge.push(NewStep::new(
        Category::RepricedUsage,
        repriced,
        "had another amount when the invoice was issued",
    ))?;
    bridge.push(NewStep::new(
        Category::WithdrawnUsage,
        withdrawn,
        "was withdrawn after the invoice was issued",
    ))
}

/// When the invoice was cut, as far as its lines tell; `None` if no line counts its calls and no cut was found.
pub(crate) fn cut_off(
    charges: &ChargeHistory<'_>,
    line_groups: &[LineGroup],
    stated: Window,
    found: &Hypothesis,
    reach: i64,
) -> Option<CutOff> {
    let period = found.selection.window;
    let agrees = |(line_group, charged): &(&LineGroup, &ChargeSum)| {
        line_group.calls.is_some() && same_usage(line_group, charged)
    };
    let agree = line_groups.iter().zip(&found.line_sums).filter(agrees).count();
    let counted = line_groups.iter().filter(|line_group| line_group.calls.is_some()).count();
    if agree == 0 && period == stated {
        return None;
    }
    let times = CallTimes::collect(charges, line_groups, &found.selection, (reach, found.fit.digit));
    let span = |interval: Option<Interval>, at: Timestamp| {
        let inside = interval.filter(|each| (each.earliest..=each.latest).contains(&at.millis()));
        let edge = |millis| Timestamp::from_millis(millis).unwrap_or(at);
        inside.map_or((at, at), |each| (edge(each.earliest), edge(each.latest)))
    };
    // Other instants of the same span fit as well as a likely one that was searched for.
    let confidence = match (agree > 0, found.fit.complete()) {
        (true, true) if period == stated => Confidence::Exact,
        (true, true) => Confidence::High,
        (true, false) if agree == counted || agree > 2 => Confidence::High,
        _ => Confidence::Low,
    };
    Some(CutOff {
        stated,
        period,
        start: span(times.start(period.start(), period.end()), period.start()),
        end: span(times.end(period.start(), period.end()), period.end()),
        lines: u64::try_from(agree).unwrap_or(u64::MAX),
        confidence,
    })
}
