//! Ports that are timed.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sbf_dialog::{
    ports::{
        Audio, BackendAnswer, BackendCall, BrainSource, Fulfilment, LiveBrain, NoBrain, SaveError, SessionKey,
        SessionStore, Speech, SpeechRequest, StoreError, Stored,
    },
    session::Session,
};

use super::{
    Metric,
    gauge::{brain, count, timed},
};

/// A port that reports how long it took to whoever measures the request, and is otherwise the port inside.
#[derive(Debug)]
pub struct Measured<P>(pub P);

#[async_trait]
impl<P: BrainSource> BrainSource for Measured<P> {
    async fn current(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        let live = timed(Metric::BrainLatency, self.0.current()).await?;
        brain(live.brain.version());
        Ok(live)
    }
}

#[async_trait]
impl<P: SessionStore> SessionStore for Measured<P> {
    async fn load(&self, key: &SessionKey) -> Result<Option<Stored>, StoreError> {
        timed(Metric::SessionLatency, self.0.load(key)).await
    }

    async fn load_newer(&self, key: &SessionKey, than: u64, within: Duration) -> Result<Option<Stored>, StoreError> {
        timed(Metric::SessionLatency, self.0.load_newer(key, than, within)).await
    }

    async fn save(&self, key: &SessionKey, session: &Session, expected: u64) -> Result<u64, SaveError> {
        timed(Metric::SaveLatency, self.0.save(key, session, expected)).await
    }
}

#[async_trait]
impl<P: Fulfilment> Fulfilment for Measured<P> {
    async fn call(&self, call: &BackendCall, within: Duration) -> BackendAnswer {
        let answer = timed(Metric::BackendLatency, self.0.call(call, within)).await;
        if let BackendAnswer::Failed(_) = answer {
            count(Metric::BackendErrors);
        }
        answer
    }
}

#[async_trait]
impl<P: Speech> Speech for Measured<P> {
    async fn synthesize(&self, request: &SpeechRequest, listener: &str) -> Option<Audio> {
        count(Metric::Sounds);
        let audio = timed(Metric::SpeechLatency, self.0.synthesize(request, listener)).await;
        if audio.as_ref().is_some_and(|audio| audio.cache_hit) {
            count(Metric::SoundHits);
        }
        audio
    }
}
