//! Names for the demo company's staff, each with the spelling that goes into an email.
//!
//! Many have letters outside of ASCII, and emails spell those in ASCII: a client that matches names has to
//! cope with both.

use crate::company::habits::zipf_weight;
use crate::rng::Rng;

/// A name as it is shown, and as it is in an email.
type Name = (&'static str, &'static str);

/// First names.
const FIRST: [Name; 40] = [
    ("Amélie", "amelie"),
    ("Bjørn", "bjorn"),
    ("Chidi", "chidi"),
    ("Daniela", "daniela"),
    ("Elif", "elif"),
    ("Farid", "farid"),
    ("Greta", "greta"),
    ("Hana", "hana"),
    ("İlker", "ilker"),
    ("Jonas", "jonas"),
    ("Kateřina", "katerina"),
    ("Lars", "lars"),
    ("Mei", "mei"),
    ("Nadia", "nadia"),
    ("Ólafur", "olafur"),
    ("Priya", "priya"),
    ("Quentin", "quentin"),
    ("Rosa", "rosa"),
    ("Søren", "soren"),
    ("Tomás", "tomas"),
    ("Uma", "uma"),
    ("Viktor", "viktor"),
    ("Wanda", "wanda"),
    ("Ximena", "ximena"),
    ("Yusuf", "yusuf"),
    ("Zoë", "zoe"),
    ("Anders", "anders"),
    ("Beatriz", "beatriz"),
    ("Conor", "conor"),
    ("Dmitri", "dmitri"),
    ("Emeka", "emeka"),
    ("Fiona", "fiona"),
    ("Goran", "goran"),
    ("Håkon", "hakon"),
    ("Ines", "ines"),
    ("Jun", "jun"),
    ("Kofi", "kofi"),
    ("Leïla", "leila"),
    ("Marek", "marek"),
    ("Noor", "noor"),
];

/// Last names.
const LAST: [Name; 50] = [
    ("Abara", "abara"),
    ("Brandt", "brandt"),
    ("Çelik", "celik"),
    ("Duarte", "duarte"),
    ("Eriksen", "eriksen"),
    ("Fontaine", "fontaine"),
    ("García", "garcia"),
    ("Hussain", "hussain"),
    ("Ito", "ito"),
    ("Jansen", "jansen"),
    ("Kowalski", "kowalski"),
    ("Lindqvist", "lindqvist"),
    ("Müller", "mueller"),
    ("Nakamura", "nakamura"),
    ("O'Neill", "oneill"),
    ("Popescu", "popescu"),
    ("Quispe", "quispe"),
    ("Rossi", "rossi"),
    ("Šimek", "simek"),
    ("Tanaka", "tanaka"),
    ("Ueda", "ueda"),
    ("Vargas", "vargas"),
    ("Weiß", "weiss"),
    ("Xu", "xu"),
    ("Yılmaz", "yilmaz"),
    ("Zieliński", "zielinski"),
    ("Adeyemi", "adeyemi"),
    ("Bianchi", "bianchi"),
    ("Castillo", "castillo"),
    ("Dvořák", "dvorak"),
    ("Evans", "evans"),
    ("Fischer", "fischer"),
    ("Gupta", "gupta"),
    ("Horvat", "horvat"),
    ("Ivanova", "ivanova"),
    ("Jovanović", "jovanovic"),
    ("Kaya", "kaya"),
    ("Lefèvre", "lefevre"),
    ("Moreau", "moreau"),
    ("Nguyễn", "nguyen"),
    ("Okafor", "okafor"),
    ("Petrova", "petrova"),
    ("Quinn", "quinn"),
    ("Rahman", "rahman"),
    ("Silva", "silva"),
    ("Takács", "takacs"),
    ("Urban", "urban"),
    ("Virtanen", "virtanen"),
    ("Walsh", "walsh"),
    ("Ødegård", "odegard"),
];

/// Returns the display name and the local part of the email of person `number`; both are unique per number.
///
/// The number decides alone, so that the same person has the same name in companies of any size.
pub(crate) fn person(number: usize) -> (String, String) {
    let round = number / FIRST.len();
    let (first, first_ascii) = pick(&FIRST, number % FIRST.len());
    let (last, last_ascii) = pick(&LAST, (round + number % FIRST.len()) % LAST.len());
    match round / LAST.len() {
        0 => (format!("{first} {last}"), format!("{first_ascii}.{last_ascii}")),
        again => {
            (format!("{first} {last} {}", again + 1), format!("{first_ascii}.{last_ascii}{}", again + 1))
        }
    }
}

/// What stands before a firm in a domain.
const UNITS: [&str; 8] = ["", "eng.", "", "data.", "", "ops.", "labs.", ""];
/// The firms of which the large company was merged.
const FIRMS: [&str; 5] = ["acme", "globex", "initech", "umbrella", "contoso"];
/// The ends of domains, all of them reserved for tests and examples:
/// <https://www.rfc-editor.org/rfc/rfc2606>.
const ENDINGS: [&str; 3] = ["test", "example", "co.test"];
/// How many domains the large company has.
const DOMAINS: usize = 40;

/// Returns an address at one of forty domains, in one of the five ways of writing the local part that merged companies
/// have. `local` is what [`person`] gives; the number makes each unique.
pub(crate) fn large_company_email(local: &str, number: usize, rng: &mut Rng) -> String {
    let (first, last) = local.split_once('.').unwrap_or((local, ""));
    let last = last.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let initial = first.get(..1).unwrap_or(first);
    let local = match rng.below(20) {
        0 => format!("svc-{last}-{number}"),
        1 => format!("{first}.{last}{number}-contractor"),
        2..5 => format!("dev{number}"),
        5..10 => format!("{initial}{last}{number}"),
        _ => format!("{first}.{last}{number}"),
    };
    // The first domains have the most people.
    let domain = rng.weighted((0..DOMAINS).map(|place| zipf_weight(place, 2))).unwrap_or(0);
    format!("{local}@{}{}{domain}.{}", part(&UNITS, domain), part(&FIRMS, domain), part(&ENDINGS, domain))
}

/// Returns the part of a domain's name that the number of the domain picks.
fn part(parts: &[&'static str], domain: usize) -> &'static str {
    parts.get(domain % parts.len()).copied().unwrap_or_default()
}

/// Returns the name at a place; an empty one beyond the list.
fn pick(names: &[Name], index: usize) -> Name {
    names.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_person_has_an_email_of_their_own() {
        let emails: BTreeSet<_> = (0..4500).map(|number| person(number).1).collect();
        assert_eq!(emails.len(), 4500);
        assert!(emails.iter().all(|email| email.is_ascii()));
    }
}
