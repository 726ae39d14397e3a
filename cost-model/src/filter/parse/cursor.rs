//! A place in the tokens of a sentence, and the small steps of every parser.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::filter::parse::lexer::{Lexeme, Token, lex};

pub(super) struct Cursor {
    lexemes: Vec<Lexeme>,
    next: usize,
    end: usize,
}

impl Cursor {
    pub(super) fn new(sentence: &str) -> Result<Self> {
        Ok(Self { lexemes: lex(sentence)?, next: 0, end: sentence.len() })
    }

    /// Returns the token `ahead` of the next one.
    pub(super) fn peek(&self, ahead: usize) -> Option<&Token> {
        self.lexemes.get(self.next + ahead).map(|lexeme| &lexeme.token)
    }

    /// Returns the place of the next token, or the end.
    pub(super) fn here(&self) -> Range<usize> {
        self.lexemes.get(self.next).map_or(self.end..self.end, |lexeme| lexeme.span.clone())
    }

    /// From `start` to the end of the last token taken.
    pub(super) fn since(&self, start: usize) -> Range<usize> {
        let last = self.next.checked_sub(1).and_then(|last| self.lexemes.get(last));
        start..last.map_or(start, |lexeme| lexeme.span.end.max(start))
    }

    pub(super) fn advance(&mut self) {
        self.next += 1;
    }

    pub(super) fn at_end(&self) -> bool {
        self.next >= self.lexemes.len()
    }

    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        Error::filter(self.here(), message)
    }

    pub(super) fn at_keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(0), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.next += usize::from(found);
        found
    }

    pub(super) fn at_mark(&self, ahead: usize, mark: &str) -> bool {
        matches!(self.peek(ahead), Some(Token::Mark(found)) if *found == mark)
    }

    pub(super) fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.at_mark(0, mark);
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect_mark(&mut self, mark: &str) -> Result<()> {
        if self.take_mark(mark) { Ok(()) } else { Err(self.error(format!("expected `{mark}`"))) }
    }

    pub(super) fn expect_keyword(&mut self, keyword: &str) -> Result<()> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.error(format!("expected {keyword}"))) }
    }

    pub(super) fn word(&mut self, expected: &str) -> Result<(String, Range<usize>)> {
        let Some(Token::Word(word)) = self.peek(0) else { return Err(self.error(expected)) };
        let found = (word.clone(), self.here());
        self.advance();
        Ok(found)
    }

    pub(super) fn text(&mut self, expected: &str) -> Result<(String, Range<usize>)> {
        let Some(Token::Text(text)) = self.peek(0) else { return Err(self.error(expected)) };
        let found = (text.clone(), self.here());
        self.advance();
        Ok(found)
    }
}
