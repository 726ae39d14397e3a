//! From rules as data to the form in which they are evaluated: checked against a directory, ordered and indexed.

pub(crate) mod charge;
pub(crate) mod compiled;
pub(crate) mod compiler;
pub(crate) mod cost_split;
pub(crate) mod dependencies;
pub(crate) mod headcount;
pub(crate) mod index;
pub(crate) mod order;
pub(crate) mod rules;
