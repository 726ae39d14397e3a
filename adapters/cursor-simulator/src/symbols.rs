//! Texts that many events share, each held once.

use std::collections::HashMap;
use std::sync::Arc;

/// Numbers for texts. Number 0 stands for no text; numbers are never given back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u64>,
}

impl Symbols {
    pub(crate) fn find(&self, text: Option<&str>) -> Option<u64> {
        text.map_or(Some(0), |text| self.numbers.get(text).copied())
    }

    pub(crate) fn add(&mut self, text: &str) -> u64 {
        let text: Arc<str> = Arc::from(text);
        self.texts.push(Arc::clone(&text));
        let number = u64::try_from(self.texts.len()).unwrap_or(u64::MAX);
        self.numbers.insert(text, number);
        number
    }

    pub(crate) fn text(&self, number: u64) -> Option<&str> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        self.texts.get(place).map(|text| &**text)
    }

    /// Bytes on the heap, about: a hash table's spare room is not known.
    pub(crate) fn bytes(&self) -> usize {
        let texts: usize = self.texts.iter().map(|text| text.len() + 2 * size_of::<usize>()).sum();
        let entry = size_of::<(Arc<str>, u64)>() + 1;
        texts + self.texts.capacity() * size_of::<Arc<str>>() + self.numbers.capacity() * entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut symbols = Symbols::default();
        assert_eq!(symbols.find(None), Some(0));
        assert_eq!(symbols.find(Some("a")), None);
        let a = symbols.add("a");
        let empty = symbols.add("");
        assert_eq!((symbols.find(Some("a")), symbols.find(Some(""))), (Some(a), Some(empty)));
        assert_eq!((symbols.text(a), symbols.text(empty)), (Some("a"), Some("")));
        assert_eq!((symbols.text(0), symbols.text(99)), (None, None));
    }
}
