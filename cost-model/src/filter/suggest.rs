//! Did you mean ...?

/// The candidate nearest to `word`, if it is near enough to be a slip of the keyboard.
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
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of characters to insert, drop or replace to turn one text into the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (index, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row, vec![index + 1]);
        let mut above = diagonal.drain(..);
        let mut corner = above.next().unwrap_or_default();
        for to in b.chars() {
            let up = above.next().unwrap_or_default();
            let left = row.last().copied().unwrap_or_default();
            row.push((corner + usize::from(from != to)).min(up + 1).min(left + 1));
            corner = up;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(closest("servce", ["service", "region"]), Some("service"));
        assert_eq!(closest("Resource_ID", ["resource_id"]), Some("resource_id"));
        assert_eq!(closest("colour", ["service", "region"]), None);
    }
}
