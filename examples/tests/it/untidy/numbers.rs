//! How files write numbers.

/// An amount in millionths, and how many decimals it is written with at least.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub millionths: i64,
    pub decimals: usize,
}

impl Figure {
    /// The digits with a point, as a tidy file has them.
    pub fn plain(self) -> String {
        Style::default().write(self)
    }

    fn parts(self) -> (String, String) {
        let magnitude = self.millionths.unsigned_abs();
        let mut fraction = format!("{:06}", magnitude % 1_000_000);
        while fraction.len() > self.decimals && fraction.ends_with('0') {
            fraction.pop();
        }
        (format!("{}", magnitude / 1_000_000), fraction)
    }
}

/// A way to write numbers.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub decimal: char,
    pub thousands: Option<&'static str>,
    pub before: &'static str,
    pub behind: &'static str,
    pub negative: (&'static str, &'static str),
    pub exponent: bool,
    pub full_width: bool,
    pub drop_zero: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            decimal: '.',
            thousands: None,
            before: "",
            behind: "",
            negative: ("-", ""),
            exponent: false,
            full_width: false,
            drop_zero: false,
        }
    }
}

impl Style {
    /// What a reader of dollars owes numbers of this style.
    pub fn must(self) -> Must {
        let is_other = self.before == "\u{20ac}" || self.behind == " EUR" || self.behind == "%";
        if is_other { Must::Refuse } else { Must::BeTrue }
    }

    pub fn write(self, figure: Figure) -> String {
        let (whole, fraction) = figure.parts();
        let mut text = match self.thousands {
            Some(separator) => grouped(&whole, separator),
            None => whole.clone(),
        };
        if self.drop_zero && text == "0" && !fraction.is_empty() {
            text.clear();
        }
        if !fraction.is_empty() {
            text.push(self.decimal);
            text.push_str(&fraction);
        }
        if self.exponent {
            let digits = format!("{whole}{fraction}");
            text = format!("{}E-{:02}", digits.trim_start_matches('0'), fraction.len());
            if digits.trim_start_matches('0').is_empty() {
                "0".clone_into(&mut text);
            }
        }
        if self.full_width {
            text = text
                .chars()
                .map(|each| each.to_digit(10).map_or(each, |digit| char::from_u32(0xff10 + digit).unwrap()))
                .collect();
        }
        let (minus, behind) = if figure.millionths < 0 { self.negative } else { ("", "") };
        format!("{minus}{}{text}{}{behind}", self.before, self.behind)
    }
}

pub fn grouped(digits: &str, separator: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    text
}

/// How many changes to a way of writing numbers there are.
pub const STYLES: usize = 31;

pub fn restyle(style: &mut Style, which: usize) {
    match which {
        0 => style.thousands = Some(","),
        1 => style.decimal = ',',
        2 => (style.decimal, style.thousands) = (',', Some(".")),
        3 => style.thousands = Some(" "),
        4 => style.thousands = Some("\u{a0}"),
        5 => style.thousands = Some("\u{202f}"),
        6 => style.thousands = Some("\u{2009}"),
        7 => style.thousands = Some("'"),
        8 => style.thousands = Some("\u{2019}"),
        9 => (style.decimal, style.thousands) = (',', Some(" ")),
        10 => (style.decimal, style.thousands) = (',', Some("\u{a0}")),
        11 => style.thousands = Some("_"),
        12 => style.before = "$",
        13 => style.before = "US$",
        14 => style.behind = " USD",
        15 => style.behind = "\u{a0}$US",
        16 => style.before = "USD ",
        17 => style.negative = ("(", ")"),
        18 => style.negative = ("", "-"),
        19 => style.negative = ("\u{2212}", ""),
        20 => style.negative = ("\u{2013}", ""),
        21 => style.negative = ("--", ""),
        22 => style.exponent = true,
        23 => style.full_width = true,
        24 => style.drop_zero = true,
        25 => style.before = "+",
        26 => style.before = "\u{200b}",
        27 => (style.decimal, style.thousands, style.behind) = (',', Some("."), "\u{a0}$"),
        28 => style.behind = " EUR",
        29 => style.before = "\u{20ac}",
        _ => style.behind = "%",
    }
}

/// What a reader owes a file with a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// The true figures, or a refusal.
    BeTrue,
    /// A refusal: the true figures are not in the file.
    Refuse,
}

impl Must {
    pub fn and(self, other: Self) -> Self {
        if self == Self::Refuse { self } else { other }
    }
}
