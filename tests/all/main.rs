//! All whole-bot tests.
