//! Parses sentences: a lexer, a Pratt parser, and advice on sentences that are not in the language.

mod bind;
mod cursor;
mod hints;
mod lexer;
mod parser;
mod predicates;

pub(crate) use parser::parse;
