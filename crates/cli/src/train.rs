//! `sbf train`: the artefacts of a brain.
