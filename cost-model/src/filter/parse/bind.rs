//! Which tag a `tags.value` refers to.

use std::sync::Arc;

use crate::filter::expression::{Expression, Predicate};
use crate::filter::field::Field;
use crate::filter::test::Test;

impl Expression {
    /// Binds every `tags.value` to the nearest `tags.name` before it in the AND-chains that it is in.
    pub(crate) fn bind_tag_values(&mut self, name: Option<&Arc<Test>>) {
        match self {
            Self::And(parts) => {
                let mut nearest = name.cloned();
                for part in parts {
                    part.bind_tag_values(nearest.as_ref());
                    if let Self::Predicate(Predicate {
                        field: Field::TagName, negated: false, test, ..
                    }) = part
                    {
                        nearest = Some(Arc::new(test.clone()));
                    }
                }
            }
            Self::Or(parts) => parts.iter_mut().for_each(|part| part.bind_tag_values(name)),
            Self::Not(part) => part.bind_tag_values(name),
            Self::Predicate(predicate) => {
                if let Field::TagValue { of } = &mut predicate.field {
                    *of = name.cloned();
                }
            }
        }
    }

    /// Returns whether the tree, printed and read again, has the same bindings.
    pub(crate) fn is_bound_as_it_reads(&self) -> bool {
        let mut read = self.clone();
        read.bind_tag_values(None);
        read == *self
    }
}
