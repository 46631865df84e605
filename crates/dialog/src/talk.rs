//! Conversation scripts.
