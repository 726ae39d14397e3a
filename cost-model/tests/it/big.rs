//! Whole numbers of any size, sign and magnitude, by school arithmetic: the oracle for sums and shares.

use std::cmp::Ordering;

/// A whole number: its sign, and its digits in base 10, the last first, without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Big {
    negative: bool,
    digits: Vec<u8>,
}

impl Big {
    pub(crate) fn new(value: i128) -> Self {
        Self { negative: value < 0, ..Self::magnitude(value.unsigned_abs()) }
    }

    pub(crate) fn magnitude(value: u128) -> Self {
        let digits = value.to_string().bytes().rev().map(|digit| digit - b'0').collect();
        Self { negative: false, digits }.trimmed()
    }

    pub(crate) fn sum<'a>(values: impl IntoIterator<Item = &'a Self>) -> Self {
        values.into_iter().fold(Self::new(0), |sum, value| sum.add(value))
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        let (negative, digits) = if self.negative == other.negative {
            (self.negative, add_digits(&self.digits, &other.digits))
        } else if compare_digits(&self.digits, &other.digits) == Ordering::Less {
            (other.negative, subtract_digits(&other.digits, &self.digits))
        } else {
            (self.negative, subtract_digits(&self.digits, &other.digits))
        };
        Self { negative, digits }.trimmed()
    }

    pub(crate) fn subtract(&self, other: &Self) -> Self {
        self.add(&Self { negative: !other.negative, digits: other.digits.clone() })
    }

    pub(crate) fn multiply(&self, other: &Self) -> Self {
        let mut digits = vec![0_u8; self.digits.len() + other.digits.len() + 1];
        for (place, a) in self.digits.iter().enumerate() {
            let mut carry = 0;
            for (more, b) in other.digits.iter().chain(&[0]).enumerate() {
                let sum = digits[place + more] + a * b + carry;
                digits[place + more] = sum % 10;
                carry = sum / 10;
            }
        }
        Self { negative: self.negative != other.negative, digits }.trimmed()
    }

    /// Whether the number lies nearer to nothing than `other`.
    pub(crate) fn is_smaller(&self, other: &Self) -> bool {
        compare_digits(&self.digits, &other.digits) == Ordering::Less
    }

    /// The same number as an `i128`, if it fits.
    pub(crate) fn to_i128(&self) -> Option<i128> {
        let sign = if self.negative { "-" } else { "" };
        let digits: String = self.digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect();
        format!("{sign}0{digits}").parse().ok()
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        self.negative &= !self.digits.is_empty();
        self
    }
}

fn compare_digits(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn add_digits(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum = Vec::new();
    for place in 0..=a.len().max(b.len()) {
        let digit = a.get(place).unwrap_or(&0) + b.get(place).unwrap_or(&0) + carry;
        sum.push(digit % 10);
        carry = digit / 10;
    }
    sum
}

/// `a - b`, for `b` not above `a`.
fn subtract_digits(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut difference = Vec::new();
    for (place, digit) in a.iter().enumerate() {
        let take = b.get(place).unwrap_or(&0) + borrow;
        borrow = u8::from(*digit < take);
        difference.push(digit + 10 * borrow - take);
    }
    difference
}

#[test]
fn the_oracle_agrees_with_small_numbers() {
    for a in [-1_000, -10, -7, -1, 0, 1, 9, 10, 99, 1_234] {
        for b in [-1_235, -99, -9, -1, 0, 1, 10, 901] {
            assert_eq!(Big::new(a).add(&Big::new(b)).to_i128(), Some(a + b));
            assert_eq!(Big::new(a).subtract(&Big::new(b)).to_i128(), Some(a - b));
            assert_eq!(Big::new(a).multiply(&Big::new(b)).to_i128(), Some(a * b));
            assert_eq!(Big::new(a).is_smaller(&Big::new(b)), a.abs() < b.abs());
        }
    }
    assert_eq!(Big::new(i128::MIN).to_i128(), Some(i128::MIN));
    assert_eq!(Big::new(i128::MIN).subtract(&Big::new(1)).to_i128(), None);
}
