//! What stands before the API.

use super::Environment;
use crate::router::OriginSecret;

impl OriginSecret {
    /// Reads `ORIGIN_VERIFY_SECRET`; without it, the API is called by whoever knows its address.
    pub fn from_environment(environment: &Environment) -> Option<Self> {
        environment.filled("ORIGIN_VERIFY_SECRET").map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_is_none() {
        let read = |value: &str| {
            let variables = [("ORIGIN_VERIFY_SECRET".to_owned(), value.to_owned())];
            OriginSecret::from_environment(&variables.into_iter().collect())
        };
        assert_eq!((read(""), read("hush")), (None, Some(OriginSecret::new("hush"))));
    }
}
