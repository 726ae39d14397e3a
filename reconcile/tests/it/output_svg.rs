//! The bridge as a picture.

use cost_model::Money;
use proptest::prelude::*;
use reconcile::Reconciliation;
use reconcile::invoice::LineKind;

use crate::strategies::inputs;
use crate::support::{CENT, Charge, INCLUDED, explain, invoice, period, usage};

/// Where bars begin and end.
const LEFT: i64 = 384;
const RIGHT: i64 = 784;

fn example() -> Reconciliation {
    let charges = [
        Charge::on_demand("a", false, 1_234 * CENT),
        Charge::on_demand("b", false, 30 * CENT).at("2026-09-02T00:00:00Z"),
        Charge::of_kind(INCLUDED, Some(0), Some(2_000 * CENT)),
    ];
    let lines = [(usage(Some("a"), None), 1_235 * CENT), (LineKind::Seats, 4_000 * CENT)];
    explain(&charges, &invoice(period(), lines))
}

/// An element: its name, its attributes, and the text directly inside of it.
#[derive(Debug)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str) -> i64 {
        self.get(name).unwrap().parse().unwrap()
    }
}

/// Every element, in order of its start; panics where the text is not well-formed.
fn parse(xml: &str) -> Vec<Element> {
    let (mut all, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut rest = xml;
    while let Some((text, tagged)) = rest.split_once('<') {
        assert!(!text.contains('>'), "a bare > in {text:?}");
        if let Some(element) = open.last() {
            all[*element].text.push_str(&unescaped(text));
        } else {
            assert_eq!(text.trim(), "", "text outside of the root");
        }
        let (tag, after) = tagged.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(all[open.pop().unwrap()].name, name);
            continue;
        }
        assert!(!open.is_empty() || all.is_empty(), "more than one root");
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(name.bytes().all(|byte| byte.is_ascii_alphabetic()), "{name:?} is no name");
        all.push(Element { name: name.to_owned(), attributes: pairs(attributes), text: String::new() });
        if !closed {
            open.push(all.len() - 1);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty());
    all
}

fn pairs(mut text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"").unwrap();
        let (value, rest) = rest.split_once('"').unwrap();
        assert!(rest.is_empty() || rest.starts_with(' '), "{rest:?} follows a value");
        assert!(pairs.iter().all(|(each, _)| each != name), "{name} stands twice");
        pairs.push((name.to_owned(), unescaped(value)));
        text = rest.trim_start();
    }
    pairs
}

fn unescaped(text: &str) -> String {
    assert!(
        text.chars().all(|each| each == '\n' || (each >= ' ' && !matches!(each, '\u{fffe}' | '\u{ffff}')))
    );
    for part in text.split('&').skip(1) {
        assert!(
            ["amp;", "lt;", "gt;", "quot;"].iter().any(|entity| part.starts_with(entity)),
            "a bare & in {text:?}"
        );
    }
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The left and right end of each bar, and where the dashed lines between them stand.
fn bars_and_links(svg: &str) -> (Vec<(i64, i64)>, Vec<i64>) {
    let elements = parse(svg);
    let bars = elements.iter().filter(|each| each.name == "rect" && each.get("x").is_some());
    let ends = |bar: &Element| (bar.number("x"), bar.number("x") + bar.number("width"));
    let links = elements.iter().filter(|each| each.get("stroke-dasharray") == Some("2 2"));
    (bars.map(ends).collect(), links.map(|link| link.number("x1")).collect())
}

fn check(bridge: &Reconciliation) -> Result<(), TestCaseError> {
    let svg = bridge.to_svg();
    let (bars, links) = bars_and_links(&svg);
    let unexplained_usage = usize::from(!bridge.unexplained_usage.is_zero());
    let steps = bridge.steps.iter().filter(|step| !step.amount.is_zero()).count();
    prop_assert_eq!(bars.len(), 2 + bridge.subtotals.len() + steps + 1 + unexplained_usage);
    prop_assert_eq!(links.len() + 1, bars.len());
    for ((bars, link), number) in bars.windows(2).zip(&links).zip(0..) {
        for (left, right) in bars {
            prop_assert!(LEFT <= *left && left < right && *right <= RIGHT + 1, "{}", &svg);
            // A bar of no width is drawn one pixel wide.
            prop_assert!(left == link || right == link || *right == left + 1, "bar {} in {}", number, &svg);
        }
    }
    let texts: Vec<String> =
        parse(&svg).into_iter().filter(|each| each.name == "text").map(|each| each.text).collect();
    for line in bridge.to_string().lines().filter(|line| !line.starts_with("Rows are rounded")) {
        let amount = line.rsplit(' ').next().unwrap();
        let zero = amount.trim_start_matches('-').bytes().all(|byte| b"0.".contains(&byte));
        prop_assert!(
            zero || texts.iter().any(|text| text.trim_start_matches('+') == amount),
            "{} in {}",
            amount,
            &svg
        );
    }
    Ok(())
}

#[test]
fn bars_begin_where_the_last_one_ended() {
    let svg = example().to_svg();
    let (bars, links) = bars_and_links(&svg);
    // 32.64, less 20.00, less 0.30, is 12.34, plus 0.01 is 12.35, plus 40.00 is 52.35: a pixel is about 13 cents.
    let scale = |cents: i64| LEFT + cents * (RIGHT - LEFT) / 5_235;
    let ends = [3_264, 1_264, 1_264, 1_234, 1_235, 1_235, 5_235, 5_235].map(scale);
    assert_eq!(links, ends);
    assert_eq!(bars[0], (LEFT, ends[0]));
    assert_eq!(bars[1], (ends[1], ends[0]));
    assert_eq!(bars[2], (LEFT, ends[2]), "the first subtotal");
    assert_eq!(bars[4], (ends[3], ends[3] + 1), "one cent of unexplained usage");
    assert_eq!(bars.last(), Some(&(LEFT, RIGHT)));
    assert!(svg.contains(">Usage before the billing period</text>") && svg.contains(">+40.00</text>"));
    assert_eq!(svg, example().to_svg());
    insta::assert_snapshot!(svg);
}

#[test]
fn what_a_document_says_cannot_leave_its_text() {
    let mut bridge = example();
    bridge.invoice = "]]></title><script>alert(1)</script>&\u{0}\u{1b}\"'".to_owned();
    bridge.steps[0].evidence.rule = "</title><script href=\"x\">".to_owned();
    let svg = bridge.to_svg();
    check(&bridge).unwrap();
    let elements = parse(&svg);
    assert!(elements.iter().all(|each| each.name != "script"));
    let title = elements.iter().find(|each| each.name == "title").unwrap();
    assert_eq!(title.text, r#"From usage to invoice ]]></title><script>alert(1)</script>&\u{0}\u{1b}"'"#);

    bridge.invoice = "ü".repeat(500);
    let texts = parse(&bridge.to_svg()).into_iter().filter(|each| each.name == "text");
    let longest = texts.map(|each| each.text.chars().count()).max().unwrap();
    assert_eq!(longest, 92 + ", in USD".len(), "the title is cut as well");

    // Wide characters take the room of two.
    bridge.invoice = "東".repeat(500);
    let texts = parse(&bridge.to_svg()).into_iter().filter(|each| each.name == "text");
    assert!(
        texts.map(|each| cost_model::output::columns(&each.text)).max().unwrap() <= 92 + ", in USD".len()
    );
}

#[test]
fn extremes_keep_the_picture_in_its_frame() {
    let edge = [i128::MIN, i128::MIN + 1, -1, 0, 1, CENT, i128::MAX];
    for ingested in edge {
        for total in edge {
            let mut bridge = example();
            bridge.ingested = Money::from_units(ingested);
            bridge.invoice_total = Money::from_units(total);
            bridge.unexplained = Money::from_units(ingested);
            let (bars, _) = bars_and_links(&bridge.to_svg());
            assert!(bars.iter().all(|(left, right)| LEFT <= *left && left < right && *right <= RIGHT + 1));
        }
    }
    let nothing = explain(&[], &invoice(period(), []));
    check(&nothing).unwrap();
    assert_eq!(bars_and_links(&nothing.to_svg()).0, [(LEFT, LEFT + 1); 5]);
    check(&explain(&[], &invoice(period(), [(LineKind::Credit, -500 * CENT)]))).unwrap();
}

proptest! {
    #[test]
    fn every_bridge_has_a_picture((charges, invoice) in inputs()) {
        check(&explain(&charges, &invoice))?;
    }
}
