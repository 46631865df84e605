//! Whole-bot builder.
