//! Where ratings are, and how long they stay.

use std::time::Duration;

use super::{Environment, SettingsError};

/// Where ratings are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingSettings {
    /// The table, with the keys [`RATINGS_KEYS`](crate::ratings::RATINGS_KEYS).
    pub table: String,
    /// How long one is kept; without it, for ever.
    pub kept: Option<Duration>,
}

impl RatingSettings {
    /// Reads `RATINGS_TABLE` and `RATING_DAYS` (for ever).
    ///
    /// # Errors
    /// Where the days are no number, or more than a century.
    pub fn from_environment(environment: &Environment) -> Result<Option<Self>, SettingsError> {
        const DAYS: &str = "RATING_DAYS";
        let Some(table) = environment.filled("RATINGS_TABLE").map(str::to_owned) else { return Ok(None) };
        let Some(found) = environment.filled(DAYS) else { return Ok(Some(Self { table, kept: None })) };
        let days = found.parse::<u64>().ok().filter(|days| (1..=36_500).contains(days));
        let rule = "a number of days from 1 to 36500";
        let unusable = || SettingsError::Unusable { name: DAYS, rule, found: found.to_owned() };
        let kept = Some(Duration::from_secs(days.ok_or_else(unusable)? * 86_400));
        Ok(Some(Self { table, kept }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_kept_for_a_number_of_days() {
        let kept = |days: &str| {
            let variables = [("RATINGS_TABLE", "ratings"), ("RATING_DAYS", days)];
            let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
            RatingSettings::from_environment(&variables.into_iter().collect()).map(|ratings| ratings.unwrap().kept)
        };
        assert_eq!((kept(""), kept("2")), (Ok(None), Ok(Some(Duration::from_secs(172_800)))));
        for found in ["0", "-1", "a year", "36501"] {
            assert!(kept(found).unwrap_err().to_string().contains("RATING_DAYS"), "{found}");
        }
    }
}
