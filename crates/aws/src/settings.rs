//! What an operator sets, one struct per concern.
//!
//! Every struct is plain data: the Lambdas read it from the environment, `sbf dev` builds it by hand.

#[cfg(feature = "serve")]
mod allowed;
#[cfg(feature = "serve")]
mod front;
#[cfg(feature = "serve")]
mod quotas;
#[cfg(feature = "serve")]
mod ratings;
#[cfg(feature = "serve")]
mod serving;

use std::collections::BTreeMap;

#[cfg(feature = "serve")]
pub use self::{
    allowed::{AllowedBots, AllowedFunctions, AllowedRoles},
    quotas::QuotaSettings,
    ratings::RatingSettings,
    serving::{BackendSettings, CoreSettings, IdentitySettings, SessionSettings, SpeechSettings, UploadSettings},
};

#[cfg(feature = "serve")]
pub(crate) use self::allowed::function_name;

/// Environment variables, as a value, so that nothing but a `main` reads the process's own.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

/// A setting that is missing or cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It has no default and is not set.
    #[error("the environment variable {name} must be set: {meaning}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What it should hold.
        meaning: &'static str,
    },
    /// It is set to something unusable.
    #[error("the environment variable {name} must be {rule}, and is {found:?}")]
    Unusable {
        /// The variable.
        name: &'static str,
        /// What it should hold.
        rule: &'static str,
        /// What it holds.
        found: String,
    },
}

/// Where the brain is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrainSettings {
    /// The bucket of `knowledge.json`, `configs.json` and the artefacts.
    pub bucket: String,
}

/// Whose metrics they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricSettings {
    /// The deployment, which is the dimension of all metrics.
    pub stack: String,
}

impl Environment {
    /// The variables of this process; those that are not Unicode are left out.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable's trimmed value; an empty one counts as set.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim())
    }

    /// A variable's value where it holds something.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str, meaning: &'static str) -> Result<String, SettingsError> {
        match self.get(name) {
            Some(value) if !value.is_empty() => Ok(value.to_owned()),
            _ => Err(SettingsError::Missing { name, meaning }),
        }
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl BrainSettings {
    /// Reads `BRAIN_BUCKET`.
    ///
    /// # Errors
    /// Where it is not set.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingsError> {
        let bucket =
            environment.required("BRAIN_BUCKET", "the bucket that holds knowledge.json and the trained brain")?;
        Ok(Self { bucket })
    }
}

impl MetricSettings {
    /// Reads `METRICS_STACK`; without it, nothing is measured.
    pub fn from_environment(environment: &Environment) -> Option<Self> {
        Some(Self { stack: environment.filled("METRICS_STACK")?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let blank = [("BRAIN_BUCKET".to_owned(), " ".to_owned())];
        for environment in [Environment::default(), blank.into_iter().collect()] {
            let error = BrainSettings::from_environment(&environment).unwrap_err();
            assert!(error.to_string().contains("BRAIN_BUCKET"), "{error}");
        }
    }
}
