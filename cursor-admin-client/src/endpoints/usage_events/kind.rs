//! The kinds of charge of events.

use std::fmt;

/// The kind of charge of a usage event, read from any of the vocabularies that Cursor has used.
///
/// The Admin API sends labels (`Usage-based`), the dashboard sends enum names
/// (`USAGE_EVENT_KIND_USAGE_BASED`), and its CSV export has words of its own (`On-Demand`). All of
/// them are read here, whatever their case and punctuation. The text as sent stays in
/// [`UsageEvent::kind`](crate::endpoints::usage_events::UsageEvent::kind).
///
/// ```
/// use cursor_admin_client::endpoints::usage_events::EventKind;
///
/// for word in ["Usage-based", "USAGE_EVENT_KIND_USAGE_BASED"] {
///     assert_eq!(EventKind::parse(word), EventKind::UsageBased);
/// }
/// assert!(matches!(EventKind::parse("Loyalty Bonus"), EventKind::Unknown(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EventKind {
    /// Charged on demand, on top of the plan.
    UsageBased,
    /// Paid for by the plan's included usage.
    Included {
        /// The plan in readable form, such as `Business` or `Pro Plus`; empty if none was named.
        plan: String,
    },
    /// Ran on the user's own provider key.
    UserApiKey,
    /// Failed, and was not charged.
    Errored,
    /// Was stopped, and was not charged.
    Aborted,
    /// Free of charge: free use, free credit or a custom subscription.
    Free,
    /// A kind that this release does not know, as sent, or empty if none was sent. It is meant for
    /// display and logs: a later release may give its content a variant.
    Unknown(String),
}

impl EventKind {
    /// Reads a kind in any vocabulary: the labels of the API, those of exported files, and the names of Cursor's own
    /// enum.
    ///
    /// Case, blanks and punctuation do not matter. An unknown one is kept as it is.
    pub fn parse(raw: &str) -> Self {
        let folded = fold(raw);
        let name = folded.strip_prefix("usageeventkind").unwrap_or(&folded);
        match name {
            "usagebased" | "ondemand" => Self::UsageBased,
            "userapikey" => Self::UserApiKey,
            "errored" | "errorednotcharged" | "errorednocharge" => Self::Errored,
            "aborted" | "abortednotcharged" | "abortednocharge" => Self::Aborted,
            "free" | "freecredit" | "customsubscription" => Self::Free,
            "included" => Self::Included { plan: String::new() },
            _ => match name.strip_prefix("includedin") {
                Some(plan) if !plan.is_empty() => Self::Included { plan: plan_name(plan, raw) },
                _ => Self::Unknown(raw.to_owned()),
            },
        }
    }

    /// Returns the label of the kind, the same for every vocabulary: `Usage-based`,
    /// `Included in Business` (or `Included`), `User API Key`, `Errored, Not Charged`,
    /// `Aborted, Not Charged`, `Free`, or the text as sent.
    pub fn label(&self) -> String {
        match self {
            Self::UsageBased => "Usage-based".to_owned(),
            Self::Included { plan } if plan.is_empty() => "Included".to_owned(),
            Self::Included { plan } => format!("Included in {plan}"),
            Self::UserApiKey => "User API Key".to_owned(),
            Self::Errored => "Errored, Not Charged".to_owned(),
            Self::Aborted => "Aborted, Not Charged".to_owned(),
            Self::Free => "Free".to_owned(),
            Self::Unknown(raw) => raw.clone(),
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

/// Returns lower case letters and digits only; a plus sign counts as the word, as in `Pro+`.
fn fold(raw: &str) -> String {
    raw.replace('+', "plus").chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the name of a plan in readable form.
fn plan_name(folded: &str, raw: &str) -> String {
    match folded {
        "business" => "Business".to_owned(),
        "pro" => "Pro".to_owned(),
        "proplus" => "Pro Plus".to_owned(),
        "ultra" => "Ultra".to_owned(),
        "team" => "Team".to_owned(),
        "teams" => "Teams".to_owned(),
        "enterprise" => "Enterprise".to_owned(),
        _ => unknown_plan(folded, raw),
    }
}

/// Returns the words of a plan that this release does not know, taken from the end of the raw text.
fn unknown_plan(folded: &str, raw: &str) -> String {
    let spaced = raw.replace('+', " plus ");
    let words: Vec<&str> = spaced.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let after = words.iter().rposition(|word| fold(word) == "in").map_or(0, |at| at + 1);
    let tail: Vec<&str> = words.into_iter().skip(after).collect();
    if fold(&tail.concat()) != folded {
        return title(folded);
    }
    let shouted = tail.iter().all(|word| !word.chars().any(char::is_lowercase));
    let shown: Vec<String> = tail
        .into_iter()
        .map(|word| if shouted { title(&word.to_lowercase()) } else { word.to_owned() })
        .collect();
    shown.join(" ")
}

/// Returns a word with its first letter in upper case.
fn title(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn included(plan: &str) -> EventKind {
        EventKind::Included { plan: plan.to_owned() }
    }

    #[test]
    fn every_vocabulary() {
        use EventKind::{Aborted, Errored, Free, Unknown, UsageBased, UserApiKey};
        for (raw, kind, label) in [
            ("Usage-based", UsageBased, "Usage-based"),
            ("USAGE_EVENT_KIND_USAGE_BASED", UsageBased, "Usage-based"),
            ("On-Demand", UsageBased, "Usage-based"),
            ("on demand", UsageBased, "Usage-based"),
            ("Included", included(""), "Included"),
            ("Included in Business", included("Business"), "Included in Business"),
            ("included in business", included("Business"), "Included in Business"),
            ("USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS", included("Business"), "Included in Business"),
            ("INCLUDED_IN_PRO", included("Pro"), "Included in Pro"),
            ("USAGE_EVENT_KIND_INCLUDED_IN_PRO_PLUS", included("Pro Plus"), "Included in Pro Plus"),
            ("Included in Pro+", included("Pro Plus"), "Included in Pro Plus"),
            ("Included in Ultra", included("Ultra"), "Included in Ultra"),
            ("USAGE_EVENT_KIND_INCLUDED_IN_MEGA_MAX", included("Mega Max"), "Included in Mega Max"),
            ("Included in Mega-max", included("Mega max"), "Included in Mega max"),
            ("includedInMega", included("Mega"), "Included in Mega"),
            ("User API Key", UserApiKey, "User API Key"),
            ("User API key", UserApiKey, "User API Key"),
            ("USAGE_EVENT_KIND_USER_API_KEY", UserApiKey, "User API Key"),
            ("Errored, Not Charged", Errored, "Errored, Not Charged"),
            ("Errored, No Charge", Errored, "Errored, Not Charged"),
            ("USAGE_EVENT_KIND_ERRORED_NOT_CHARGED", Errored, "Errored, Not Charged"),
            ("Aborted, Not Charged", Aborted, "Aborted, Not Charged"),
            ("USAGE_EVENT_KIND_ABORTED_NOT_CHARGED", Aborted, "Aborted, Not Charged"),
            ("Free", Free, "Free"),
            ("free", Free, "Free"),
            ("USAGE_EVENT_KIND_CUSTOM_SUBSCRIPTION", Free, "Free"),
            ("FREE_CREDIT", Free, "Free"),
            ("FREE_TRIAL_2027", Unknown("FREE_TRIAL_2027".into()), "FREE_TRIAL_2027"),
            (
                "USAGE_EVENT_KIND_UNSPECIFIED",
                Unknown("USAGE_EVENT_KIND_UNSPECIFIED".into()),
                "USAGE_EVENT_KIND_UNSPECIFIED",
            ),
            ("Included in", Unknown("Included in".into()), "Included in"),
            ("", Unknown(String::new()), ""),
        ] {
            assert_eq!(EventKind::parse(raw), kind, "{raw}");
            assert_eq!(kind.label(), label, "{raw}");
        }
    }

    #[test]
    fn labels_read_back() {
        for kind in [
            EventKind::UsageBased,
            included("Pro Plus"),
            included(""),
            EventKind::UserApiKey,
            EventKind::Free,
        ] {
            assert_eq!(EventKind::parse(&kind.label()), kind);
        }
    }
}
