//! Suggestions for misspelled names.

use strsim::levenshtein;

/// Returns the candidate nearest to `word`, if it is near enough to be a typing error.
///
/// ```
/// use cost_model::filter::closest;
/// assert_eq!(closest("Ownr", ["Team", "Owner"]), Some("Owner"));
/// assert_eq!(closest("colour", ["Team", "Owner"]), None);
/// ```
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        assert_eq!(closest("servce", ["service", "region"]), Some("service"));
        assert_eq!(closest("Resource_ID", ["resource_id"]), Some("resource_id"));
        assert_eq!(closest("colour", ["service", "region"]), None);
    }
}
