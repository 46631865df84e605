//! What callers are called where their token does not say so: asked of whoever issued it, and kept until the token expires.

#[cfg(feature = "deployed")]
mod cognito;
mod userinfo;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use sbf_dialog::ports::{AccessToken, Profile, Profiles};

#[cfg(feature = "deployed")]
pub use self::cognito::CognitoProfiles;
pub use self::userinfo::UserinfoProfiles;

/// How many profiles one container keeps: some hundred kilobytes.
const KEPT: usize = 1_000;

/// How long a turn waits for a name.
const DEADLINE: Duration = Duration::from_secs(2);

/// For how many seconds nobody asks again for a profile that could not be had: else every turn would wait in vain.
const PAUSE: u64 = 30;

/// Profiles of another source, asked once for each subject and token's life.
pub struct CachedProfiles<P> {
    source: P,
    kept: Mutex<HashMap<String, Kept>>,
    /// Epoch milliseconds.
    clock: fn() -> u64,
}

struct Kept {
    profile: Option<Profile>,
    /// Epoch seconds.
    until: u64,
}

impl<P> CachedProfiles<P> {
    /// Keeps what `source` tells, by a clock of epoch milliseconds.
    pub fn new(source: P, clock: fn() -> u64) -> Self {
        Self { source, kept: Mutex::default(), clock }
    }

    fn kept(&self, subject: &str, now: u64) -> Option<Option<Profile>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(subject).filter(|kept| kept.until > now).map(|kept| kept.profile.clone())
    }

    fn keep(&self, subject: &str, profile: Option<Profile>, until: u64, now: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.retain(|_, kept| kept.until > now);
        }
        if kept.len() >= KEPT
            && let Some(next) = kept.iter().min_by_key(|(_, kept)| kept.until).map(|(subject, _)| subject.clone())
        {
            kept.remove(&next);
        }
        kept.insert(subject.to_owned(), Kept { profile, until });
    }
}

#[async_trait]
impl<P: Profiles> Profiles for CachedProfiles<P> {
    async fn profile(&self, subject: &str, token: &AccessToken) -> Option<Profile> {
        let now = (self.clock)() / 1000;
        if let Some(kept) = self.kept(subject, now) {
            return kept;
        }
        let asked = tokio::time::timeout(DEADLINE, self.source.profile(subject, token)).await;
        if asked.is_err() {
            tracing::warn!("a profile did not come in time");
        }
        let profile = asked.ok().flatten();
        let until = if profile.is_some() { token.expires_at } else { now.saturating_add(PAUSE) };
        self.keep(subject, profile.clone(), until, now);
        profile
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    use super::*;

    /// Tells every subject's name, but the one that nobody knows; counts how often it was asked.
    #[derive(Default)]
    struct Registry(AtomicUsize);

    #[async_trait]
    impl Profiles for Registry {
        async fn profile(&self, subject: &str, _: &AccessToken) -> Option<Profile> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let name = Some(subject.to_owned()).filter(|subject| subject != "nobody")?;
            Some(Profile { email: None, name: Some(name) })
        }
    }

    fn token(expires_at: u64) -> AccessToken {
        AccessToken { text: "t".to_owned(), expires_at }
    }

    #[tokio::test]
    async fn a_profile_is_asked_for_once_until_the_token_expires() {
        static NOW: AtomicU64 = AtomicU64::new(1_000_000);
        let profiles = CachedProfiles::new(Registry::default(), || NOW.load(Ordering::Relaxed));
        let mut asked = Vec::new();
        for seconds in [1_000, 1_050, 1_099, 1_100, 1_101] {
            NOW.store(seconds * 1000, Ordering::Relaxed);
            let expires_at = if seconds < 1_100 { 1_100 } else { 1_200 };
            let profile = profiles.profile("ana", &token(expires_at)).await;
            assert_eq!(profile.unwrap().name.as_deref(), Some("ana"));
            asked.push(profiles.source.0.load(Ordering::Relaxed));
        }
        assert_eq!(asked, [1, 1, 1, 2, 2]);
    }

    #[tokio::test]
    async fn one_that_cannot_be_had_is_asked_for_again_after_a_pause() {
        static NOW: AtomicU64 = AtomicU64::new(1_000_000);
        let profiles = CachedProfiles::new(Registry::default(), || NOW.load(Ordering::Relaxed));
        let mut asked = Vec::new();
        for seconds in [1_000, 1_029, 1_030] {
            NOW.store(seconds * 1000, Ordering::Relaxed);
            assert_eq!(profiles.profile("nobody", &token(9_999)).await, None);
            asked.push(profiles.source.0.load(Ordering::Relaxed));
        }
        assert_eq!(asked, [1, 1, 2]);
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_and_what_expires_first_goes_first() {
        let profiles = CachedProfiles::new(Registry::default(), || 1_000_000);
        for number in 0..KEPT + 10 {
            profiles.profile(&format!("s-{number}"), &token(2_000 + number as u64)).await;
        }
        assert_eq!(profiles.kept.lock().unwrap().len(), KEPT);
        profiles.profile(&format!("s-{}", KEPT + 9), &token(9_999)).await;
        assert_eq!(profiles.source.0.load(Ordering::Relaxed), KEPT + 10, "the last one is there");
        profiles.profile("s-0", &token(9_999)).await;
        assert_eq!(profiles.source.0.load(Ordering::Relaxed), KEPT + 11, "the first one went");
    }

    /// Never answers; counts how often it was asked.
    #[derive(Default)]
    struct Silent(AtomicUsize);

    #[async_trait]
    impl Profiles for Silent {
        async fn profile(&self, _: &str, _: &AccessToken) -> Option<Profile> {
            self.0.fetch_add(1, Ordering::Relaxed);
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn nobody_waits_forever_for_a_name_and_the_next_one_not_at_all() {
        let profiles = CachedProfiles::new(Silent::default(), || 1_000_000);
        assert_eq!(profiles.profile("ana", &token(9_999)).await, None);
        assert_eq!(profiles.profile("ana", &token(9_999)).await, None);
        assert_eq!(profiles.source.0.load(Ordering::Relaxed), 1);
    }
}
