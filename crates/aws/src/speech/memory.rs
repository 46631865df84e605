//! The latest sounds, in memory.

use std::collections::{HashMap, VecDeque};

use sbf_dialog::ports::Audio;

use super::Key;

/// The latest sounds, the least recently used leaving first once they are too many bytes.
#[derive(Debug)]
pub(super) struct AudioCache {
    limit: usize,
    bytes: usize,
    sounds: HashMap<Key, Audio>,
    /// Least recently used first.
    order: VecDeque<Key>,
}

impl AudioCache {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, sounds: HashMap::new(), order: VecDeque::new() }
    }

    pub(super) fn get(&mut self, key: &Key) -> Option<Audio> {
        let audio = self.sounds.get(key)?.clone();
        self.order.retain(|other| other != key);
        self.order.push_back(*key);
        Some(Audio { cache_hit: true, ..audio })
    }

    pub(super) fn put(&mut self, key: Key, audio: Audio) {
        if audio.bytes.len() > self.limit || self.sounds.contains_key(&key) {
            return;
        }
        self.bytes += audio.bytes.len();
        self.sounds.insert(key, audio);
        self.order.push_back(key);
        while self.bytes > self.limit {
            let Some(oldest) = self.order.pop_front() else { return };
            self.bytes -= self.sounds.remove(&oldest).map_or(0, |audio| audio.bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio(length: usize) -> Audio {
        Audio { bytes: vec![0; length], content_type: "audio/mpeg".to_owned(), cache_hit: false }
    }

    #[test]
    fn the_least_recently_used_sound_leaves_first() {
        let mut cache = AudioCache::new(10);
        let key = |byte| Key([byte; 32]);
        cache.put(key(1), audio(4));
        cache.put(key(2), audio(4));
        assert!(cache.get(&key(1)).is_some_and(|audio| audio.cache_hit));
        cache.put(key(3), audio(4));
        assert_eq!(cache.get(&key(2)), None);
        assert!(cache.get(&key(1)).is_some() && cache.get(&key(3)).is_some());
        assert_eq!(cache.bytes, 8);
    }

    #[test]
    fn a_sound_larger_than_the_cache_is_not_kept() {
        let mut cache = AudioCache::new(10);
        cache.put(Key([1; 32]), audio(11));
        assert_eq!(cache.get(&Key([1; 32])), None);
        assert_eq!(cache.bytes, 0);
    }
}
