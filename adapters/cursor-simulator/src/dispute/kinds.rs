//! What can be wrong, and the steps that explain it.
//!
//! The two lists differ. A discrepancy is what a test asks for; an entry is what an explanation has to find,
//! and usage outside of the period is there in every case.

/// Defines a list of names, so that the list of all and the text of each cannot miss one.
macro_rules! named {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the name as it is in the code.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)*
                }
            }
        }
    };
}

named! {
    /// Something that keeps an invoice from being the sum of the usage that was ingested.
    Discrepancy {
        /// Usage that nobody pays for: included, free, errored.
        NonBilled,
        /// Usage of a kind that nobody knows, and nobody bills.
        UnknownKind,
        /// Calls with own keys.
        OwnKey,
        /// Usage was counted from another instant than the period states.
        CutOffStart,
        /// Usage was counted up to another instant than the period states.
        CutOffEnd,
        /// Events that came to the feed after the invoice was issued.
        Late,
        /// Events whose price changed after the invoice was issued.
        Repriced,
        /// Events that left the feed after the invoice was issued.
        Withdrawn,
        /// Events that the ingest lost.
        Missing,
        /// Events that the ingest holds twice.
        Duplicated,
        /// Usage billed without the token fee.
        TokenFee,
        /// A discount on usage.
        Discount,
        /// A model billed at another price.
        Price,
        /// Usage billed under another name.
        Relabelled,
        /// Seats.
        Seats,
        /// Seats for a part of the cycle.
        Proration,
        /// An add-on or a minimum fee.
        AddOn,
        /// A credit.
        Credit,
        /// A refund.
        Refund,
        /// Usage that invoices in mid-cycle took already.
        Netting,
        /// Tax.
        Tax,
        /// Another way of rounding than per line, halves up.
        Rounding,
        /// An invoice that contradicts itself.
        Arithmetic,
    }
}

named! {
    /// A step on the way from what was ingested to what the invoice asks for.
    Entry {
        /// Usage that nobody pays for.
        NonBilled,
        /// Usage of a kind that nobody knows.
        UnknownKind,
        /// Token fees on own keys: those ingested, taken off, and those of the invoice's line, exact.
        OwnKey,
        /// Usage in the ingested months that lies before the period.
        BeforePeriod,
        /// Usage in the ingested months that lies after the period.
        AfterPeriod,
        /// Usage between the stated start and the real one.
        CutOffStart,
        /// Usage between the stated end and the real one.
        CutOffEnd,
        /// Events that came too late for the invoice.
        Late,
        /// From the new price back to the one that was billed.
        Repriced,
        /// Events that were billed and are gone.
        Withdrawn,
        /// What the invoice asks for events that are not held.
        Missing,
        /// Events held twice.
        Duplicated,
        /// The token fee that was not billed.
        TokenFee,
        /// The discount.
        Discount,
        /// What other prices make of some lines.
        Price,
        /// Seats.
        Seats,
        /// Seats for a part of the cycle.
        Proration,
        /// Add-ons and minimum fees.
        AddOn,
        /// Credits.
        Credit,
        /// Refunds.
        Refund,
        /// What was paid in mid-cycle.
        Netting,
        /// Tax.
        Tax,
        /// From exact sums to whole cents.
        Rounding,
        /// Where the invoice contradicts itself.
        Arithmetic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_named_once() {
        assert_eq!((Discrepancy::ALL.len(), Entry::ALL.len()), (23, 24));
        assert_eq!(Discrepancy::CutOffStart.name(), "CutOffStart");
        assert!(Entry::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
