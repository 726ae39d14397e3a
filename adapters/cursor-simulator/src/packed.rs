//! Numbers and ids as few bytes.

use std::fmt::Write as _;

/// Seven bits per byte, lowest first; the top bit says that more follow.
pub(crate) fn put(out: &mut Vec<u8>, value: u64) {
    let mut left = value;
    while left >= 0x80 {
        let [low, ..] = left.to_le_bytes();
        out.push(low | 0x80);
        left >>= 7;
    }
    let [low, ..] = left.to_le_bytes();
    out.push(low);
}

/// Small numbers of either sign stay short.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Amounts end in many zeros: what is left of them, and how many zeros were cut.
pub(crate) fn put_amount(out: &mut Vec<u8>, amount: i128) {
    let (mut digits, mut zeros) = (amount, 0_u8);
    for (step, power) in [(16, 10_000_000_000_000_000), (8, 100_000_000), (4, 10_000), (2, 100), (1, 10)] {
        if digits != 0 && digits % power == 0 {
            digits /= power;
            zeros += step;
        }
    }
    out.push(zeros);
    let folded = ((digits << 1) ^ (digits >> 127)).cast_unsigned();
    match u64::try_from(folded) {
        Ok(short) if short < u64::MAX => put(out, short),
        _ => {
            put(out, u64::MAX);
            out.extend_from_slice(&folded.to_le_bytes());
        }
    }
}

/// An id: a UUID is 16 bytes, with or without the `bc-` of cloud agents, and anything else is its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Id<'a> {
    Text(&'a str),
    Uuid(u128),
    Agent(u128),
}

impl<'a> Id<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        match text.strip_prefix("bc-") {
            Some(rest) => uuid(rest).map_or(Self::Text(text), Self::Agent),
            None => uuid(text).map_or(Self::Text(text), Self::Uuid),
        }
    }

    pub(crate) fn to_text(self) -> String {
        let (mut text, uuid) = match self {
            Self::Text(text) => return text.to_owned(),
            Self::Uuid(uuid) => (String::with_capacity(36), uuid),
            Self::Agent(uuid) => ("bc-".to_owned(), uuid),
        };
        let part = |shift: u32, mask: u128| (uuid >> shift) & mask;
        let (a, b, c, d) = (part(96, 0xffff_ffff), part(80, 0xffff), part(64, 0xffff), part(48, 0xffff));
        let _ = write!(text, "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{:012x}", part(0, 0xffff_ffff_ffff));
        text
    }

    pub(crate) fn put(self, out: &mut Vec<u8>) {
        let (tag, uuid) = match self {
            Self::Text(text) => {
                out.push(0);
                put(out, u64::try_from(text.len()).unwrap_or(u64::MAX));
                out.extend_from_slice(text.as_bytes());
                return;
            }
            Self::Uuid(uuid) => (1, uuid),
            Self::Agent(uuid) => (2, uuid),
        };
        out.push(tag);
        out.extend_from_slice(&uuid.to_le_bytes());
    }
}

/// A UUID in lower case; others would not come back as they were.
fn uuid(text: &str) -> Option<u128> {
    if text.len() != 36 {
        return None;
    }
    text.bytes().enumerate().try_fold(0_u128, |value, (place, byte)| match (place, byte) {
        (8 | 13 | 18 | 23, b'-') => Some(value),
        (8 | 13 | 18 | 23, _) => None,
        (_, b'0'..=b'9') => Some(value << 4 | u128::from(byte - b'0')),
        (_, b'a'..=b'f') => Some(value << 4 | u128::from(byte - b'a' + 10)),
        _ => None,
    })
}

/// Takes apart what the functions above put together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn slice(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub(crate) fn number(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 63 {
                return value;
            }
        }
    }

    pub(crate) fn signed(&mut self) -> i64 {
        let folded = self.number();
        (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed()
    }

    fn wide(&mut self) -> u128 {
        self.slice(16).try_into().map_or(0, u128::from_le_bytes)
    }

    pub(crate) fn amount(&mut self) -> i128 {
        let zeros = self.byte();
        let folded = match self.number() {
            u64::MAX => self.wide(),
            short => u128::from(short),
        };
        let digits = (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed();
        digits * 10_i128.pow(u32::from(zeros))
    }

    pub(crate) fn id(&mut self) -> Id<'a> {
        match self.byte() {
            0 => {
                let length = usize::try_from(self.number()).unwrap_or(0);
                Id::Text(std::str::from_utf8(self.slice(length)).unwrap_or_default())
            }
            1 => Id::Uuid(self.wide()),
            _ => Id::Agent(self.wide()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 300, u64::MAX / 2, u64::MAX] {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!(Reader::new(&out).number(), value);
        }
        for value in [0, 1, -1, 63, -64, 1_785_484_800_555, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            put_signed(&mut out, value);
            assert_eq!(Reader::new(&out).signed(), value);
        }
    }

    #[test]
    fn amounts_come_back_and_round_ones_are_short() {
        let odd = CENT * 2_018_232 / 100_000 - 3;
        for amount in [0, 1, -1, CENT, -CENT, odd, -odd, i128::MAX, i128::MIN, 1 << 62, 1 << 63, 1 << 64] {
            let mut out = Vec::new();
            put_amount(&mut out, amount);
            assert_eq!(Reader::new(&out).amount(), amount);
        }
        let mut out = Vec::new();
        put_amount(&mut out, CENT * 627 / 100);
        assert_eq!(out.len(), 3);
    }

    #[test]
    fn ids_come_back_whatever_they_are() {
        let uuid = "0d4b6a52-33a1-4f0e-9a44-6f5f1c0b7e21";
        let agent = format!("bc-{uuid}");
        assert!(matches!(Id::of(uuid), Id::Uuid(_)));
        assert!(matches!(Id::of(&agent), Id::Agent(_)));
        let upper = uuid.to_uppercase();
        for text in [
            uuid,
            &agent,
            "",
            "bc-",
            "bc-7",
            &upper,
            "ééééééééé-éééé",
            "0d4b6a52x33a1-4f0e-9a44-6f5f1c0b7e21",
        ] {
            let mut out = Vec::new();
            Id::of(text).put(&mut out);
            assert_eq!(Reader::new(&out).id().to_text(), text);
        }
    }
}
