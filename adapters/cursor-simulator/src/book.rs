//! All events, oldest first, as bytes in pieces that snapshots share.

use std::ops::Range;
use std::sync::Arc;

use crate::event::TrueEvent;
use crate::row::{Head, head, new_texts, pack, timestamp, unpack};
use crate::symbols::Symbols;

/// Rows of a full piece; one that grows to twice as many is split.
const PIECE: usize = 256;

#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pieces: Vec<Arc<Piece>>,
    /// How many rows stand before each piece.
    starts: Vec<usize>,
    rows: usize,
    symbols: Arc<Symbols>,
}

#[derive(Clone, Debug, Default)]
struct Piece {
    /// Where each row's bytes end.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Piece {
    fn span(&self, row: usize) -> Range<usize> {
        let offset =
            |place: usize| self.ends.get(place).and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
        let start = row.checked_sub(1).map_or(0, offset);
        start..offset(row).max(start)
    }

    fn row(&self, row: usize) -> &[u8] {
        self.bytes.get(self.span(row)).unwrap_or_default()
    }

    /// How many rows are older than `ms`.
    fn older_than(&self, ms: i64) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            if timestamp(self.row(middle)) < ms { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The same rows with some of them replaced.
    fn spliced(&self, replaced: Range<usize>, rows: &[Vec<u8>]) -> Self {
        let before = (0..replaced.start).map(|row| self.row(row));
        let after = (replaced.end..self.ends.len()).map(|row| self.row(row));
        Self::of(before.chain(rows.iter().map(Vec::as_slice)).chain(after))
    }

    fn of<'a>(rows: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut piece = Self::default();
        for row in rows {
            piece.push(row);
        }
        piece
    }

    fn push(&mut self, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }
}

impl Book {
    /// The events sorted by time; ties keep their order.
    pub(crate) fn of(mut events: Vec<TrueEvent>) -> Self {
        events.sort_by_key(|event| event.timestamp_ms);
        let mut book = Self::default();
        for event in &events {
            book.push(event);
        }
        book
    }

    /// Appends an event that is not older than the last one.
    pub(crate) fn push(&mut self, event: &TrueEvent) {
        let row = self.packed(event);
        if self.pieces.last().is_none_or(|last| last.ends.len() >= PIECE) {
            if let Some(full) = self.pieces.last_mut().map(Arc::make_mut) {
                full.bytes.shrink_to_fit();
            }
            self.starts.push(self.rows);
            self.pieces.push(Arc::default());
        }
        if let Some(last) = self.pieces.last_mut() {
            Arc::make_mut(last).push(&row);
        }
        self.rows += 1;
    }

    /// Adds an event behind all that are not newer; says where it stands.
    pub(crate) fn insert(&mut self, event: &TrueEvent) -> usize {
        let place = event.timestamp_ms.checked_add(1).map_or(self.rows, |later| self.older_than(later));
        if place == self.rows {
            self.push(event);
        } else {
            let row = self.packed(event);
            self.splice(place, 0, &[row]);
        }
        place
    }

    pub(crate) fn remove(&mut self, place: usize) -> Option<TrueEvent> {
        let removed = self.get(place)?;
        self.splice(place, 1, &[]);
        Some(removed)
    }

    /// Another event instead of the one at `place`; of the same millisecond, it keeps the place.
    pub(crate) fn replace(&mut self, place: usize, event: &TrueEvent) -> Option<TrueEvent> {
        let replaced = self.get(place)?;
        if replaced.timestamp_ms == event.timestamp_ms {
            let row = self.packed(event);
            self.splice(place, 1, &[row]);
        } else {
            self.remove(place);
            self.insert(event);
        }
        Some(replaced)
    }

    pub(crate) const fn len(&self) -> usize {
        self.rows
    }

    /// How many events are older than `ms`.
    pub(crate) fn older_than(&self, ms: i64) -> usize {
        let first_is_older = |piece: &Arc<Piece>| timestamp(piece.row(0)) < ms;
        let Some(number) = self.pieces.partition_point(first_is_older).checked_sub(1) else { return 0 };
        let start = self.starts.get(number).copied().unwrap_or(0);
        start + self.pieces.get(number).map_or(0, |piece| piece.older_than(ms))
    }

    pub(crate) fn get(&self, place: usize) -> Option<TrueEvent> {
        self.row(place).map(|bytes| unpack(bytes, &self.symbols))
    }

    pub(crate) fn head(&self, place: usize) -> Option<Head<'_>> {
        self.row(place).map(|bytes| head(bytes, &self.symbols))
    }

    /// The events at these places, oldest first.
    pub(crate) fn events(&self, places: Range<usize>) -> impl DoubleEndedIterator<Item = TrueEvent> + '_ {
        places.filter_map(|place| self.get(place))
    }

    /// The events of the half-open span, oldest first.
    pub(crate) fn between(&self, start: i64, end: i64) -> impl DoubleEndedIterator<Item = TrueEvent> + '_ {
        let from = self.older_than(start);
        self.events(from..self.older_than(end).max(from))
    }

    /// Bytes on the heap for rows, index and texts.
    pub(crate) fn bytes(&self) -> usize {
        let piece = |piece: &Arc<Piece>| {
            piece.bytes.capacity() + piece.ends.capacity() * size_of::<u32>() + size_of::<Piece>()
        };
        let index =
            self.pieces.capacity() * size_of::<Arc<Piece>>() + self.starts.capacity() * size_of::<usize>();
        self.pieces.iter().map(piece).sum::<usize>() + index + self.symbols.bytes()
    }

    fn row(&self, place: usize) -> Option<&[u8]> {
        let number = self.piece_of(place)?;
        let start = self.starts.get(number)?;
        self.pieces.get(number).map(|piece| piece.row(place - start))
    }

    fn piece_of(&self, place: usize) -> Option<usize> {
        if place >= self.rows {
            return None;
        }
        self.starts.partition_point(|start| *start <= place).checked_sub(1)
    }

    fn packed(&mut self, event: &TrueEvent) -> Vec<u8> {
        for text in new_texts(event, &self.symbols) {
            if self.symbols.find(Some(text)).is_none() {
                Arc::make_mut(&mut self.symbols).add(text);
            }
        }
        let mut row = Vec::with_capacity(96);
        pack(&mut row, event, &self.symbols);
        row
    }

    /// Replaces `count` rows, none or one, by others.
    fn splice(&mut self, place: usize, count: usize, rows: &[Vec<u8>]) {
        let Some(number) = self.piece_of(place) else { return };
        let Some(piece) = self.pieces.get(number) else { return };
        let row = place - self.starts.get(number).copied().unwrap_or(0);
        let spliced = piece.spliced(row..row + count, rows);
        let left = spliced.ends.len();
        let new: Vec<_> = match left {
            0 => Vec::new(),
            _ if left < 2 * PIECE => vec![spliced],
            _ => [0..PIECE, PIECE..left]
                .into_iter()
                .map(|half| Piece::of(half.map(|row| spliced.row(row))))
                .collect(),
        };
        self.pieces.splice(number..=number, new.into_iter().map(Arc::new));
        self.rows = 0;
        self.starts.clear();
        for piece in &self.pieces {
            self.starts.push(self.rows);
            self.rows += piece.ends.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(at: i64, name: u32) -> TrueEvent {
        TrueEvent::new(at, format!("m{name}"), TrueEvent::FREE)
    }

    fn held(book: &Book) -> Vec<TrueEvent> {
        book.events(0..book.len()).collect()
    }

    #[test]
    fn many_rows_are_split_and_stay_in_order() {
        let mut book = Book::of((0..700).map(|n| event(n, 0)).collect());
        for n in 0..1500 {
            book.insert(&event(100, n));
        }
        assert!(held(&book).is_sorted_by_key(|event| event.timestamp_ms));
        assert_eq!((book.older_than(100), book.older_than(101), book.len()), (100, 1601, 2200));
        assert_eq!(book.get(1600).unwrap().model, "m1499");
        assert_eq!(book.get(2200), None);
        assert!(book.pieces.iter().all(|piece| piece.ends.len() < 2 * PIECE));
    }

    #[test]
    fn a_copy_does_not_see_changes() {
        let mut book = Book::of((0..700).map(|n| event(n, 0)).collect());
        let before = book.clone();
        book.remove(300);
        book.insert(&event(5, 1));
        assert_eq!((before.len(), book.len()), (700, 700));
        assert_ne!(held(&before), held(&book));
        assert!(Arc::ptr_eq(&before.pieces[2], &book.pieces[2]), "untouched pieces are shared");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        #[test]
        fn agrees_with_a_plain_list(changes in prop::collection::vec((0_u8..4, 0_i64..40, 0_usize..40), 0..60)) {
            let (mut book, mut list) = (Book::default(), Vec::<TrueEvent>::new());
            for (number, (change, at, place)) in (0..).zip(changes) {
                let event = event(at, number);
                let spot = list.partition_point(|other| other.timestamp_ms <= at);
                match change {
                    0 | 1 => {
                        prop_assert_eq!(book.insert(&event), spot);
                        list.insert(spot, event);
                    }
                    2 => {
                        let expected = (place < list.len()).then(|| list.remove(place));
                        prop_assert_eq!(book.remove(place), expected);
                    }
                    _ => {
                        let old = list.get(place).cloned();
                        prop_assert_eq!(book.replace(place, &event), old.clone());
                        match old {
                            Some(old) if old.timestamp_ms == at => list[place] = event,
                            Some(_) => {
                                list.remove(place);
                                let spot = list.partition_point(|other| other.timestamp_ms <= at);
                                list.insert(spot, event);
                            }
                            None => {}
                        }
                    }
                }
            }
            prop_assert_eq!(held(&book), list.clone());
            for ms in [-1, 0, 7, 20, 40] {
                prop_assert_eq!(book.older_than(ms), list.partition_point(|event| event.timestamp_ms < ms));
            }
        }
    }
}
