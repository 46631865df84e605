//! What one person may use in a day, and what speech may cost.

use super::{Environment, SettingsError};

/// Limits of a day of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaSettings {
    /// Messages of one person.
    pub turns: u64,
    /// Characters that are spoken for one person and were not spoken before.
    pub speech_characters: u64,
    /// Bytes of files of one person.
    pub upload_bytes: u64,
    /// What all speech may cost, in millionths of a dollar.
    pub speech_budget: u64,
}

/// The names of the variables.
const NAMES: [&str; 4] =
    ["TURNS_PER_DAY", "SPEECH_CHARACTERS_PER_DAY", "UPLOAD_BYTES_PER_DAY", "SPEECH_BUDGET_DOLLARS"];

impl QuotaSettings {
    /// Reads `TURNS_PER_DAY`, `SPEECH_CHARACTERS_PER_DAY`, `UPLOAD_BYTES_PER_DAY` (each no limit) and `SPEECH_BUDGET_DOLLARS` (no limit);
    /// `None` where none is set.
    ///
    /// # Errors
    /// Where one is no number.
    pub fn from_environment(environment: &Environment) -> Result<Option<Self>, SettingsError> {
        if NAMES.iter().all(|name| environment.filled(name).is_none()) {
            return Ok(None);
        }
        let [turns, speech_characters, upload_bytes, budget] = NAMES;
        Ok(Some(Self {
            turns: whole(environment, turns)?,
            speech_characters: whole(environment, speech_characters)?,
            upload_bytes: whole(environment, upload_bytes)?,
            speech_budget: dollars(environment, budget)?,
        }))
    }
}

fn whole(environment: &Environment, name: &'static str) -> Result<u64, SettingsError> {
    let Some(found) = environment.filled(name) else { return Ok(u64::MAX) };
    let unusable = || SettingsError::Unusable { name, rule: "a whole number", found: found.to_owned() };
    found.parse().map_err(|_| unusable())
}

/// An amount of money, in millionths of a dollar.
fn dollars(environment: &Environment, name: &'static str) -> Result<u64, SettingsError> {
    let Some(found) = environment.filled(name) else { return Ok(u64::MAX) };
    let amount = found.parse::<f64>().ok().filter(|amount| (0.0..=1e9).contains(amount));
    let unusable =
        || SettingsError::Unusable { name, rule: "an amount of dollars, such as 2.50", found: found.to_owned() };
    // In range: nothing is lost but less than a millionth.
    Ok((amount.ok_or_else(unusable)? * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<QuotaSettings>, SettingsError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        QuotaSettings::from_environment(&variables.collect())
    }

    #[test]
    fn without_any_limit_nothing_is_counted() {
        assert_eq!(read(&[("TURNS_PER_DAY", "")]), Ok(None));
    }

    #[test]
    fn limits_are_read_and_the_others_are_none() {
        let read = read(&[("TURNS_PER_DAY", "1000"), ("SPEECH_BUDGET_DOLLARS", "2.5")]).unwrap().unwrap();
        assert_eq!((read.turns, read.speech_budget), (1000, 2_500_000));
        assert_eq!((read.speech_characters, read.upload_bytes), (u64::MAX, u64::MAX));
    }

    #[test]
    fn what_is_no_number_is_named() {
        for (name, value) in
            [("TURNS_PER_DAY", "many"), ("SPEECH_BUDGET_DOLLARS", "-1"), ("UPLOAD_BYTES_PER_DAY", "1.5")]
        {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
