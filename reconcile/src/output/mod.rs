//! What people and other programs are given of a reconciliation.

mod rows;
mod svg;
mod waterfall;
