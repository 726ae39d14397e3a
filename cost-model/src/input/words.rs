//! Classifies columns by the words of their names.

use super::visible;

/// The likely contents of a column, by its name alone. That is enough to refuse to ignore a column, and too little to read it.
///
/// ```
/// use cost_model::input::Meaning;
///
/// assert_eq!(Meaning::of("Net cost (USD)"), Some(Meaning::Amount));
/// assert_eq!(Meaning::of("User e-mail"), Some(Meaning::Person));
/// assert_eq!(Meaning::of("Notes"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// An amount of money.
    Amount,
    /// A date or a time.
    Date,
    /// A kind of charge.
    Kind,
    /// A person.
    Person,
}

const AMOUNTS: &str = "amount amounts balance betrag bill billable billed billing cent cents charge charged charges cost costs credit \
    credits currency discount dollar dollars eur euro euros expense fee fees gbp gross importe kosten \
    money montant net owed paid payable payment preis price prices prix rate refund revenue spend \
    spending spent subtotal sum summe surcharge surcharges tax total usd value vat ccy devise moneda moeda valuta waluta währung waehrung";
const DATES: &str =
    "at created date dates datetime datum day fecha hour month period time timestamp tstamp when zeit";
const KINDS: &str = "art categories category class kind kinds plan tier type types";
const PEOPLE: &str = "benutzer developer email emails employee login mail member members name nutzer owner people person \
    user username users utilisateur who";

impl Meaning {
    /// Returns the likely contents of a column of that name; `None` if the name has none of the known words.
    ///
    /// ```
    /// use cost_model::input::Meaning;
    /// assert_eq!(Meaning::of("Cost (USD)"), Some(Meaning::Amount));
    /// assert_eq!(Meaning::of("userEmail"), Some(Meaning::Person));
    /// assert_eq!(Meaning::of("Region"), None);
    /// ```
    pub fn of(name: &str) -> Option<Self> {
        let has_sign = name.contains(['$', '\u{20ac}', '\u{a3}', '\u{a5}']);
        let words = split_words(name);
        match () {
            () if has_sign || has_any(&words, AMOUNTS) => Some(Self::Amount),
            () if has_any(&words, PEOPLE) || words.windows(2).any(|pair| pair == ["e", "mail"]) => {
                Some(Self::Person)
            }
            () if has_any(&words, DATES) => Some(Self::Date),
            () if has_any(&words, KINDS) => Some(Self::Kind),
            () => None,
        }
    }

    /// Returns the meaning in words, such as `an amount`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Amount => "an amount",
            Self::Date => "a date",
            Self::Kind => "a kind",
            Self::Person => "a person",
        }
    }
}

/// Returns whether one of the words is in a list, whose words are divided by blanks.
fn has_any(words: &[String], list: &str) -> bool {
    words.iter().any(|word| list.split(' ').any(|each| each == word))
}

/// Returns a heading as headings are compared: without case, invisible characters and blanks around it, and with one
/// blank for any blanks, underscores and hyphens inside it.
///
/// ```
/// use cost_model::input::fold;
/// assert_eq!(fold("\u{a0}Unit_Price\u{200b}"), "unit price");
/// ```
pub fn fold(name: &str) -> String {
    let visible = visible(name);
    let parts = visible.split(|each: char| each.is_whitespace() || matches!(each, '_' | '-'));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Returns the words of a name in lower case, also where only capitals divide them.
fn split_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for character in visible(name).chars() {
        let begins = !character.is_alphabetic() || (after_lower && character.is_uppercase());
        if begins {
            words.push(String::new());
        }
        if character.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        after_lower = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_like_money_dates_kinds_or_people_are_told() {
        for (name, meaning) in [
            ("Amount", Some(Meaning::Amount)),
            ("Total cost", Some(Meaning::Amount)),
            ("Cost ($)", Some(Meaning::Amount)),
            ("Spend", Some(Meaning::Amount)),
            ("chargedCents", Some(Meaning::Amount)),
            ("unit_price", Some(Meaning::Amount)),
            ("Surcharge", Some(Meaning::Amount)),
            ("Billable", Some(Meaning::Amount)),
            ("CCY", Some(Meaning::Amount)),
            ("W\u{e4}hrung", Some(Meaning::Amount)),
            ("User Email", Some(Meaning::Person)),
            ("E-Mail", Some(Meaning::Person)),
            ("MEMBER", Some(Meaning::Person)),
            ("Created At", Some(Meaning::Date)),
            ("Timestamp (UTC)", Some(Meaning::Date)),
            ("Usage Type", Some(Meaning::Kind)),
            ("Region", None),
            ("Note", None),
            ("Cache Hits", None),
            ("Conversation ID", None),
        ] {
            assert_eq!(Meaning::of(name), meaning, "{name}");
        }
    }
}
