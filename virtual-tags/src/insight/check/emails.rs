//! Conditions on emails and patterns that match nothing, everything, or something else than they seem to.
//!
//! These checks need neither charges nor a directory. Messages quote a text only if it is no email: findings may be
//! shown to people who must not see names.

use cost_model::Dimension;
use cost_model::filter::{Field, Test};

use crate::compile::compiled::{CompiledRule, CompiledTag};
use crate::finding::{Finding, FindingKind};
use crate::names::{email_fault, is_invisible};
use crate::place::Place;

/// Finds texts and patterns of emails that no email can match, lists of emails without an entry, and wildcards of another
/// language of patterns.
///
/// `places` are the fields in which charges name people: only conditions on those compare with an email.
pub(super) fn find_impossible_emails(tag: &CompiledTag, places: &[Dimension]) -> Vec<Finding> {
    tag.rules()
        .flat_map(|rule| {
            let mut findings = check_lists(rule);
            findings.extend(check_literals(rule, places));
            findings.extend(check_patterns(rule, places));
            findings
        })
        .collect()
}

/// Checks the lists of emails and of their parts.
///
/// Of a list with several texts the message gives the number of the one, since the text itself may be left
/// out.
fn check_lists(rule: CompiledRule<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in rule.empty_lists {
        let message = format!(
            "`email.{name}` is an empty list, which restricts nothing: the rule matches whatever its other conditions allow; \
             list what it should match, or remove the field"
        );
        findings.push(Finding::new(FindingKind::EmptyList, rule.place, message));
    }
    for (name, list) in rule.people.lists() {
        for (number, text) in list.iter().enumerate() {
            let which = if list.len() > 1 { format!("entry {} of ", number + 1) } else { String::new() };
            if let Some(reason) = impossible(name, text) {
                // A finding does not repeat a whole email, which names a person.
                let text = if text.contains('@') { String::new() } else { format!(" (`{text}`)") };
                let message = format!("no email can match {which}`email.{name}`{text}: {reason}");
                findings.push(Finding::new(FindingKind::ImpossibleEmail, rule.place, message));
            } else if name == "glob" && text.contains('%') {
                let message = format!(
                    "`%` in {which}`email.glob` matches only itself; in a glob `*` matches any text, and `%` does so only in LIKE"
                );
                findings.push(Finding::new(FindingKind::LiteralWildcard, rule.place, message));
            }
        }
    }
    findings
}

/// Checks the texts with which a condition compares the fields that name people.
fn check_literals(rule: CompiledRule<'_>, places: &[Dimension]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for literal in rule.when.iter().flat_map(|when| when.literals()) {
        let text = literal.literal.as_text();
        let names_person = literal.dimension.as_ref().is_some_and(|dimension| places.contains(dimension));
        let Some(text) = text.filter(|_| names_person) else { continue };
        if let Some(fault) = email_fault(text) {
            let place = place_in_condition(rule, literal.literal.span().start);
            let message = format!("no email can equal the text of the condition: it {fault}");
            findings.push(Finding::new(FindingKind::ImpossibleEmail, place.as_ref(), message));
        }
    }
    findings
}

/// Checks the patterns of LIKE and ILIKE.
fn check_patterns(rule: CompiledRule<'_>, places: &[Dimension]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(when) = rule.when else { return findings };
    when.expression().for_each_predicate(&mut |predicate| {
        let (Test::Like(pattern) | Test::LikeAnyCase(pattern)) = &predicate.test else { return };
        let place = place_in_condition(rule, predicate.span.start);
        let names_person =
            matches!(&predicate.field, Field::Dimension(dimension) if places.contains(dimension));
        if names_person && pattern.as_str().starts_with('@') {
            let message =
                "no email can match the pattern of the condition: nothing is before its at sign; begin it with `%`";
            findings.push(Finding::new(FindingKind::ImpossibleEmail, place.as_ref(), message.to_owned()));
        }
        // `_` is legal in most names, so that only a reader can tell which is meant.
        let message = match pattern.as_str().chars().find(|each| matches!(each, '_' | '*' | '?')) {
            Some('_') => "`_` in LIKE matches only itself, not any one character as in SQL; if any character is meant, or to show that none is, \
                 use `=~`",
            Some('*') => "`*` in LIKE matches only itself; in LIKE `%` matches any text, and `*` does so only in `email.glob`",
            Some(_) => "`?` in LIKE matches only itself; it matches any one character only in `email.glob`",
            None => return,
        };
        findings.push(Finding::new(FindingKind::LiteralWildcard, place.as_ref(), message.to_owned()));
    });
    findings
}

/// Returns the place of a byte of the condition, or of the rule where the file is not at hand.
fn place_in_condition(rule: CompiledRule<'_>, offset: usize) -> Option<Place> {
    rule.condition_text.map(|text| text.place_at(offset)).or_else(|| rule.place.cloned())
}

/// Returns the reason why no email can match a text of one of the lists, and the remedy.
///
/// `list` is the name of the list in a rules file.
fn impossible(list: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("it is empty".to_owned());
    }
    if text.chars().any(is_invisible) {
        return Some("it contains an invisible character".to_owned());
    }
    if text.chars().any(char::is_whitespace) {
        return Some("it contains a blank".to_owned());
    }
    if list == "glob" {
        return impossible_glob(text);
    }
    match list {
        "domain" | "under" if text.contains('@') => {
            Some("a domain is the part after the at sign; leave out the sign and what is before it".to_owned())
        }
        "domain" | "under" if text.starts_with("*.") => {
            Some(literal_star("for a domain and all below it write `email.under` with the domain alone"))
        }
        "domain" | "under" if text.contains(['*', '[', ']', '{', '}', '<', '>', ',', ';', ':', '/']) => {
            Some("a domain has no such characters; for a pattern use `email.glob`".to_owned())
        }
        "domain" | "under" if text.starts_with('.') || text.ends_with('.') || text.contains("..") => {
            Some("a domain neither begins nor ends with a dot, nor has two together".to_owned())
        }
        "local" if text.contains('@') => {
            Some("it is the part before the at sign; leave out the rest, or use `email.is`".to_owned())
        }
        "local" | "is" | "base" if text.contains('*') => Some(literal_star("for a pattern use `email.glob`")),
        "is" | "base" if !text.contains('@') => Some("it has no at sign; for the part before the sign use `email.local`, and for the part after it `email.domain`".to_owned()),
        "base" if text.split('@').next().is_some_and(|local| local.contains('+')) => {
            Some("a base is the email without its `+tag`; leave the tag out, or use `email.is`".to_owned())
        }
        "is" | "base" => email_fault(text).map(|fault| format!("it {fault}")),
        _ => None,
    }
}

/// Returns the reason why no email can match a glob.
///
/// Whatever has a wildcard in place of the missing part is let through.
fn impossible_glob(text: &str) -> Option<String> {
    if text.contains(['[', ']', '{', '}']) {
        return Some("only `*` and `?` are wildcards; write a list of globs".to_owned());
    }
    if text.contains(['<', '>', ',', ';']) {
        return Some("an email has no such characters; write a list of globs".to_owned());
    }
    if text.matches('@').count() > 1 {
        return Some("an email has one at sign".to_owned());
    }
    if text.starts_with('@') || text.ends_with('@') {
        return Some("an email has something before and after the at sign; write `*` there".to_owned());
    }
    (!text.contains(['@', '*', '?'])).then(|| "it has no at sign".to_owned())
}

/// Returns the message for a `*` that is no wildcard.
///
/// It stands before the remedy, which differs from list to list.
fn literal_star(remedy: &str) -> String {
    format!("`*` matches only itself here; {remedy}")
}
