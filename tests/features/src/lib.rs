//! Nothing: this package is its dependencies. `Cargo.toml` says why.
