//! What the Lambda answering messages needs to know.

use std::time::Duration;

use sbf_dialog::bot::BACKEND_DEADLINE;

use super::{
    AllowedBots, AllowedFunctions, AllowedRoles, BrainSettings, Environment, MetricSettings, QuotaSettings,
    RatingSettings, SettingsError,
};
use crate::router::{OriginSecret, SignIn};

/// Where sessions are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// The table, shaped as [`SESSIONS_TABLE`](crate::sessions::SESSIONS_TABLE) says.
    pub table: String,
}

/// Where users' files go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSettings {
    /// The bucket, better not that of the brain.
    pub bucket: String,
    /// Bytes of a file at most.
    pub limit: u64,
}

/// Which backends may be called, and how long they may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendSettings {
    /// Functions that may be called; `None` allows all and is for `sbf dev`, where no function but the author's own can be reached.
    pub functions: Option<AllowedFunctions>,
    /// Roles that may be taken for it.
    pub roles: AllowedRoles,
    /// Where another bot may be asked.
    pub bots: AllowedBots,
    /// The secret with the keys of other bots; without it, none has a key.
    pub keys_secret: Option<String>,
    /// How long one call may take. It stays below the time that the caller itself has, or the user would get no answer at all.
    pub deadline: Duration,
}

/// How text becomes sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechSettings {
    /// How long one synthesis may take.
    pub deadline: Duration,
    /// How much audio is kept in memory, in bytes.
    pub cache_bytes: usize,
    /// The bucket that keeps sounds for all processes; without it, each has its memory alone.
    pub bucket: Option<String>,
    /// Whether voices that have both engines speak with the neural one, which sounds better and costs four times as much.
    pub neural: bool,
}

/// Who tells what a caller is called, where the token does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentitySettings {
    /// The issuer whose userinfo endpoint is asked; without one, Cognito.
    pub issuer: Option<String>,
}

/// All that the Lambda answering messages needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreSettings {
    /// Where the brain is.
    pub brain: BrainSettings,
    /// Where sessions are.
    pub sessions: SessionSettings,
    /// Where ratings are; without it, none are taken.
    pub ratings: Option<RatingSettings>,
    /// Where users' files go; without it, none are taken.
    pub uploads: Option<UploadSettings>,
    /// Which backends may be called.
    pub backends: BackendSettings,
    /// Who tells what a caller is called.
    pub identity: IdentitySettings,
    /// Where a page signs people in, as `/client.json` tells it; without it, nobody signs in.
    pub sign_in: Option<SignIn>,
    /// How text becomes sound.
    pub speech: SpeechSettings,
    /// What people may use in a day; without it, anything.
    pub quotas: Option<QuotaSettings>,
    /// Whose metrics they are; without it, none are written.
    pub metrics: Option<MetricSettings>,
    /// What the distribution before the API proves itself by; without it, nobody is asked.
    pub front: Option<OriginSecret>,
}

impl SessionSettings {
    /// Reads `SESSIONS_TABLE`.
    ///
    /// # Errors
    /// Where it is not set.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingsError> {
        let table = environment.required("SESSIONS_TABLE", "the DynamoDB table that holds the conversations")?;
        Ok(Self { table })
    }
}

impl UploadSettings {
    /// 10 MB.
    pub const DEFAULT_LIMIT: u64 = 10_000_000;
    /// What S3 takes by a form: 5 GB.
    const HIGHEST_LIMIT: u64 = 5_000_000_000;

    /// Reads `UPLOAD_BUCKET` and `UPLOAD_LIMIT_BYTES` (10000000).
    ///
    /// # Errors
    /// Where the limit is no number or more than S3 takes.
    pub fn from_environment(environment: &Environment) -> Result<Option<Self>, SettingsError> {
        const NAME: &str = "UPLOAD_LIMIT_BYTES";
        let Some(bucket) = environment.filled("UPLOAD_BUCKET").map(str::to_owned) else { return Ok(None) };
        let Some(found) = environment.filled(NAME) else {
            return Ok(Some(Self { bucket, limit: Self::DEFAULT_LIMIT }));
        };
        let limit = found.parse().ok().filter(|limit| (1..=Self::HIGHEST_LIMIT).contains(limit));
        let rule = "a number of bytes from 1 to 5000000000";
        let unusable = || SettingsError::Unusable { name: NAME, rule, found: found.to_owned() };
        Ok(Some(Self { bucket, limit: limit.ok_or_else(unusable)? }))
    }
}

impl IdentitySettings {
    /// Reads `OIDC_ISSUER`.
    ///
    /// # Errors
    /// Where it is no https address: callers' tokens go there.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingsError> {
        const NAME: &str = "OIDC_ISSUER";
        let Some(found) = environment.filled(NAME) else { return Ok(Self::default()) };
        let issuer = Some(found.to_owned()).filter(|issuer| issuer.starts_with("https://"));
        let unusable = || SettingsError::Unusable { name: NAME, rule: "an https address", found: found.to_owned() };
        Ok(Self { issuer: Some(issuer.ok_or_else(unusable)?) })
    }
}

impl SignIn {
    /// Reads `SIGN_IN_ISSUER`, `SIGN_IN_CLIENT_ID`, `SIGN_IN_SCOPES` and, for Cognito, `SIGN_IN_URL`.
    ///
    /// # Errors
    /// Where there is an issuer and not the whole of what a page needs there.
    pub fn from_environment(environment: &Environment) -> Result<Option<Self>, SettingsError> {
        let Some(issuer) = environment.filled("SIGN_IN_ISSUER").map(str::to_owned) else { return Ok(None) };
        let client_id = environment.required("SIGN_IN_CLIENT_ID", "the page's client at the issuer")?;
        let scope = environment.required("SIGN_IN_SCOPES", "the scopes that the page asks for")?;
        let sign_in_url = environment.filled("SIGN_IN_URL").map(str::to_owned);
        Ok(Some(Self { issuer, client_id, scope, sign_in_url }))
    }
}

impl Default for BackendSettings {
    /// Every function in no role, no other bot, and as long as a turn can wait.
    fn default() -> Self {
        Self {
            functions: None,
            roles: AllowedRoles::default(),
            bots: AllowedBots::default(),
            keys_secret: None,
            deadline: BACKEND_DEADLINE,
        }
    }
}

impl BackendSettings {
    /// Reads `ALLOWED_FUNCTIONS` (as [`AllowedFunctions::read`] says; empty allows none), `ALLOWED_ROLES` and `ALLOWED_BOTS` (none),
    /// `FEDERATION_KEYS_SECRET` (none) and `BACKEND_DEADLINE_MS` (25000, which is also the most).
    ///
    /// # Errors
    /// Where `ALLOWED_FUNCTIONS` is not set (a deployed bot never calls whatever its knowledge names), or the deadline is no number.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingsError> {
        const NAME: &str = "ALLOWED_FUNCTIONS";
        let meaning = "the functions that may be called, separated by commas, or nothing";
        let written = environment.get(NAME).ok_or(SettingsError::Missing { name: NAME, meaning })?;
        let deadline = limit(environment, "BACKEND_DEADLINE_MS", Self::default().deadline)?;
        Ok(Self {
            functions: Some(AllowedFunctions::read(written)),
            roles: AllowedRoles::read(environment.filled("ALLOWED_ROLES").unwrap_or_default()),
            bots: AllowedBots::read(environment.filled("ALLOWED_BOTS").unwrap_or_default()),
            keys_secret: environment.filled("FEDERATION_KEYS_SECRET").map(str::to_owned),
            deadline,
        })
    }
}

impl Default for SpeechSettings {
    /// 5 seconds, 32 MB, no bucket, neural.
    fn default() -> Self {
        Self { deadline: Duration::from_secs(5), cache_bytes: 32 << 20, bucket: None, neural: true }
    }
}

impl SpeechSettings {
    /// Reads `SPEECH_DEADLINE_MS` (5000), `SPEECH_BUCKET` (none) and `SPEECH_ENGINE` (`neural`, or `standard`).
    ///
    /// # Errors
    /// Where the deadline is no number, or the engine neither of the two.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingsError> {
        const ENGINE: &str = "SPEECH_ENGINE";
        let default = Self::default();
        let deadline = limit(environment, "SPEECH_DEADLINE_MS", default.deadline)?;
        let bucket = environment.filled("SPEECH_BUCKET").map(str::to_owned);
        let neural = match environment.filled(ENGINE) {
            None | Some("neural") => true,
            Some("standard") => false,
            Some(found) => {
                let found = found.to_owned();
                return Err(SettingsError::Unusable { name: ENGINE, rule: "neural or standard", found });
            }
        };
        Ok(Self { deadline, bucket, neural, ..default })
    }
}

impl CoreSettings {
    /// Reads every concern's variables.
    ///
    /// # Errors
    /// The first one that is missing or unusable.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingsError> {
        Ok(Self {
            brain: BrainSettings::from_environment(environment)?,
            sessions: SessionSettings::from_environment(environment)?,
            ratings: RatingSettings::from_environment(environment)?,
            uploads: UploadSettings::from_environment(environment)?,
            backends: BackendSettings::from_environment(environment)?,
            identity: IdentitySettings::from_environment(environment)?,
            sign_in: SignIn::from_environment(environment)?,
            speech: SpeechSettings::from_environment(environment)?,
            quotas: QuotaSettings::from_environment(environment)?,
            metrics: MetricSettings::from_environment(environment),
            front: OriginSecret::from_environment(environment),
        })
    }
}

/// A time limit in milliseconds; none may be longer than a turn can wait for a backend.
fn limit(environment: &Environment, name: &'static str, default: Duration) -> Result<Duration, SettingsError> {
    let Some(found) = environment.filled(name) else { return Ok(default) };
    let limit = found.parse().ok().map(Duration::from_millis).filter(|limit| !limit.is_zero());
    limit.filter(|limit| *limit <= BACKEND_DEADLINE).ok_or_else(|| SettingsError::Unusable {
        name,
        rule: "a number of milliseconds from 1 to 25000",
        found: found.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn everything_set_is_read() {
        let variables = [
            ("BRAIN_BUCKET", " brains "),
            ("SESSIONS_TABLE", "sessions"),
            ("ALLOWED_FUNCTIONS", "weather, pizza,"),
            ("ALLOWED_ROLES", "arn:aws:iam::1:role/stock"),
            ("ALLOWED_BOTS", "https://desk.example.org"),
            ("FEDERATION_KEYS_SECRET", "keys"),
            ("BACKEND_DEADLINE_MS", "1500"),
            ("METRICS_STACK", "shop"),
        ];
        let settings = CoreSettings::from_environment(&environment(&variables)).unwrap();
        assert_eq!(settings.brain.bucket, "brains");
        assert_eq!(settings.sessions.table, "sessions");
        assert_eq!(settings.backends.functions, Some(AllowedFunctions::read("pizza,weather")));
        assert_eq!(settings.backends.roles, AllowedRoles::read("arn:aws:iam::1:role/stock"));
        assert!(settings.backends.bots.allows("https://desk.example.org/core"));
        assert_eq!(settings.backends.keys_secret.as_deref(), Some("keys"));
        assert_eq!(settings.backends.deadline, Duration::from_millis(1500));
        assert_eq!(settings.speech, SpeechSettings::default());
        assert_eq!((settings.ratings, settings.uploads), (None, None));
        assert_eq!(settings.metrics.map(|metrics| metrics.stack).as_deref(), Some("shop"));
    }

    #[test]
    fn ratings_and_uploads_are_taken_where_a_place_for_them_is_set() {
        let variables = environment(&[("RATINGS_TABLE", "ratings"), ("UPLOAD_BUCKET", "files")]);
        assert_eq!(
            RatingSettings::from_environment(&variables),
            Ok(Some(RatingSettings { table: "ratings".to_owned(), kept: None }))
        );
        let uploads = UploadSettings::from_environment(&variables).unwrap().unwrap();
        assert_eq!((uploads.bucket.as_str(), uploads.limit), ("files", 10_000_000));
        let variables = environment(&[("RATINGS_TABLE", " "), ("UPLOAD_BUCKET", ""), ("UPLOAD_LIMIT_BYTES", "7")]);
        assert_eq!(RatingSettings::from_environment(&variables), Ok(None));
        assert_eq!(UploadSettings::from_environment(&variables), Ok(None));
    }

    #[test]
    fn a_size_limit_that_s3_does_not_have_is_refused() {
        let settings = |limit: &str| {
            UploadSettings::from_environment(&environment(&[("UPLOAD_BUCKET", "files"), ("UPLOAD_LIMIT_BYTES", limit)]))
        };
        assert_eq!(settings("25000000").unwrap().unwrap().limit, 25_000_000);
        for found in ["0", "-1", "10 MB", "5000000001"] {
            let rule = "a number of bytes from 1 to 5000000000";
            let unusable = SettingsError::Unusable { name: "UPLOAD_LIMIT_BYTES", rule, found: found.to_owned() };
            assert_eq!(settings(found), Err(unusable));
        }
    }

    #[test]
    fn an_issuer_is_asked_by_https_or_not_at_all() {
        let issuer = |found| IdentitySettings::from_environment(&environment(&[("OIDC_ISSUER", found)]));
        assert_eq!(issuer(""), Ok(IdentitySettings { issuer: None }));
        assert_eq!(issuer("https://login.example.org").unwrap().issuer.as_deref(), Some("https://login.example.org"));
        for found in ["http://login.example.org", "login.example.org"] {
            let rule = "an https address";
            let unusable = SettingsError::Unusable { name: "OIDC_ISSUER", rule, found: found.to_owned() };
            assert_eq!(issuer(found), Err(unusable));
        }
    }

    #[test]
    fn a_page_is_told_the_whole_of_where_to_sign_in_or_nothing() {
        let all = [
            ("SIGN_IN_ISSUER", "https://login.example.org"),
            ("SIGN_IN_CLIENT_ID", "page"),
            ("SIGN_IN_SCOPES", "openid email"),
            ("SIGN_IN_URL", ""),
        ];
        let settings = |variables: &[(&str, &str)]| SignIn::from_environment(&environment(variables));
        let expected = SignIn {
            issuer: "https://login.example.org".to_owned(),
            client_id: "page".to_owned(),
            scope: "openid email".to_owned(),
            sign_in_url: None,
        };
        assert_eq!(settings(&all), Ok(Some(expected)));
        assert_eq!(settings(&all[1..]), Ok(None));
        for missing in ["SIGN_IN_CLIENT_ID", "SIGN_IN_SCOPES"] {
            let some: Vec<_> = all.into_iter().filter(|(name, _)| *name != missing).collect();
            assert!(settings(&some).unwrap_err().to_string().contains(missing));
        }
    }

    #[test]
    fn speech_is_neural_and_kept_where_the_settings_say_so() {
        let settings = |engine: &str| {
            SpeechSettings::from_environment(&environment(&[("SPEECH_BUCKET", "sounds"), ("SPEECH_ENGINE", engine)]))
        };
        let neural = settings("").unwrap();
        assert_eq!((neural.bucket.as_deref(), neural.neural), (Some("sounds"), true));
        assert!(!settings("standard").unwrap().neural);
        assert!(settings("generative").unwrap_err().to_string().contains("SPEECH_ENGINE"));
    }

    #[test]
    fn an_empty_allow_list_allows_nothing() {
        let settings = BackendSettings::from_environment(&environment(&[("ALLOWED_FUNCTIONS", "")])).unwrap();
        assert_eq!(settings.functions.unwrap().target("weather"), None);
    }

    #[test]
    fn each_missing_variable_is_named() {
        let all = [("BRAIN_BUCKET", "b"), ("SESSIONS_TABLE", "t"), ("ALLOWED_FUNCTIONS", "f")];
        for (left_out, _) in all {
            let some: Vec<_> = all.into_iter().filter(|(name, _)| *name != left_out).collect();
            let error = CoreSettings::from_environment(&environment(&some)).unwrap_err();
            assert!(error.to_string().contains(left_out), "{error}");
        }
    }

    #[test]
    fn a_deadline_that_is_no_number_is_refused() {
        for found in ["soon", "0", "-1", "1.5", "25001"] {
            let variables = [("ALLOWED_FUNCTIONS", ""), ("BACKEND_DEADLINE_MS", found)];
            let error = BackendSettings::from_environment(&environment(&variables)).unwrap_err();
            let rule = "a number of milliseconds from 1 to 25000";
            assert_eq!(error, SettingsError::Unusable { name: "BACKEND_DEADLINE_MS", rule, found: found.to_owned() });
        }
    }
}
