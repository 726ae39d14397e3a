//! Conditions on emails that no email can meet.

use cost_model::Dimension;
use cost_model::filter::{Field, Test};

use crate::compile::compiled::{CompiledRule, CompiledTag};
use crate::finding::{Finding, FindingKind};
use crate::names::{email_fault, is_invisible};

pub(super) fn find_impossible_emails(tag: &CompiledTag, places: &[Dimension]) -> Vec<Finding> {
    tag.rules().flat_map(|rule| check_rule(rule, places)).collect()
}

fn check_rule(rule: CompiledRule<'_>, places: &[Dimension]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, list) in rule.people.lists() {
        for (number, text) in list.iter().enumerate() {
            if let Some(reason) = impossible(name, text) {
                let which = if list.len() > 1 { format!("entry {} of ", number + 1) } else { String::new() };
                let text = if text.contains('@') { String::new() } else { format!(" (`{text}`)") };
                let message = format!("no email can fit {which}`email.{name}`{text}: {reason}");
                findings.push(Finding::new(FindingKind::ImpossibleEmail, rule.place, message));
            }
        }
    }
    for literal in rule.when.iter().flat_map(|when| when.literals()) {
        let text = literal.literal.as_text();
        let names_person = literal.dimension.as_ref().is_some_and(|dimension| places.contains(dimension));
        let Some(text) = text.filter(|_| names_person) else { continue };
        if let Some(fault) = email_fault(text) {
            let place = rule
                .condition_text
                .map(|condition_text| condition_text.place_at(literal.literal.span().start));
            let message = format!("no email can equal the text of the condition: it {fault}");
            findings.push(Finding::new(FindingKind::ImpossibleEmail, place.as_ref().or(rule.place), message));
        }
    }
    findings.extend(rule.when.iter().flat_map(|when| {
        let mut whole = Vec::new();
        when.expression().for_each_predicate(&mut |predicate| {
            let (Test::Like(pattern) | Test::LikeAnyCase(pattern), Field::Dimension(field)) =
                (&predicate.test, &predicate.field)
            else {
                return;
            };
            if places.contains(field) && pattern.as_str().starts_with('@') {
                let place = rule.condition_text.map(|condition_text| condition_text.place_at(predicate.span.start));
                let message = "no email can fit the pattern of the condition: nothing stands before its at sign; begin it with `%`";
                let place = place.as_ref().or(rule.place);
                whole.push(Finding::new(FindingKind::ImpossibleEmail, place, message.to_owned()));
            }
        });
        whole
    }));
    findings
}

/// Why no email can fit a text of one of the lists, and what to write.
fn impossible(list: &str, text: &str) -> Option<String> {
    let told = |reason: &str| Some(reason.to_owned());
    if text.is_empty() {
        return told("it is empty");
    }
    if text.chars().any(is_invisible) {
        return told("it has an invisible character in it");
    }
    if text.chars().any(char::is_whitespace) {
        return told("it has a blank in it");
    }
    if list == "glob" {
        return impossible_glob(text);
    }
    let literal = |what: &str| format!("`*` stands for itself here; {what}");
    match list {
        "domain" | "under" if text.contains('@') => {
            told("a domain is what stands after the at sign; leave out the sign and what is before it")
        }
        "domain" | "under" if text.starts_with("*.") => {
            Some(literal("for a domain and all below it write `email.under` with the domain alone"))
        }
        "domain" | "under" if text.contains(['*', '[', ']', '{', '}', '<', '>', ',', ';', ':', '/']) => {
            told("a domain has no such characters; for a pattern use `email.glob`")
        }
        "domain" | "under" if text.starts_with('.') || text.ends_with('.') || text.contains("..") => {
            told("a domain neither begins nor ends with a dot, nor has two together")
        }
        "local" if text.contains('@') => {
            told("it is what stands before the at sign; leave out the rest, or use `email.is`")
        }
        "local" | "is" | "base" if text.contains('*') => Some(literal("for a pattern use `email.glob`")),
        "is" | "base" if !text.contains('@') => told(
            "it has no at sign; for what stands before the sign use `email.local`, and for what stands after it `email.domain`",
        ),
        "base" if text.split('@').next().is_some_and(|local| local.contains('+')) => {
            told("a base is the email without its `+tag`; leave the tag out, or use `email.is`")
        }
        "is" | "base" => email_fault(text).map(|fault| format!("it {fault}")),
        _ => None,
    }
}

fn impossible_glob(text: &str) -> Option<String> {
    let told = |reason: &str| Some(reason.to_owned());
    if text.contains(['[', ']', '{', '}']) {
        return told("only `*` and `?` are more than themselves; write a list of globs");
    }
    if text.contains(['<', '>', ',', ';']) {
        return told("an email has no such characters; write a list of globs");
    }
    if text.matches('@').count() > 1 {
        return told("an email has one at sign");
    }
    if text.starts_with('@') || text.ends_with('@') {
        return told("an email has something before and after the at sign; write `*` there");
    }
    (!text.contains(['@', '*', '?'])).then(|| "it has no at sign".to_owned())
}
